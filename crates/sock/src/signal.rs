//! SIGINT and SIGTERM: the paths of this process go, and it ends; or they are told, and it ends in good order.

use berkeley::{AsSource, Deadline, Interest, Signal, Signals, Watch, wait_any};

use crate::exit::Exit;

/// What a wait has come to.
pub enum Waited {
    Ready,
    Signal(Exit),
    Late,
}

/// The signals that end the program, as a source: for who has something to say at the end.
///
/// Where there are no such sources the signals do what they do by themselves.
#[derive(Debug)]
pub struct Ending(Option<Signals>);

impl Ending {
    pub fn open() -> Self {
        Self(Signals::new([Signal::INT, Signal::TERM]).ok())
    }

    /// What to wait for.
    pub fn watch(&self) -> Option<Watch<'_>> {
        self.0.as_ref().map(|signals| Watch::new(signals, Interest::READABLE))
    }

    /// Waits for a source, a signal, or the deadline.
    pub fn wait(
        &self,
        source: &impl AsSource,
        interest: Interest,
        deadline: Deadline,
    ) -> berkeley::Result<Waited> {
        let mut watches = vec![Watch::new(source, interest)];
        watches.extend(self.watch());
        let ready = wait_any(&mut watches, deadline)?;
        Ok(match self.take() {
            Some(exit) => Waited::Signal(exit),
            None if ready > 0 => Waited::Ready,
            None => Waited::Late,
        })
    }

    /// How the program is to end, if a signal has said so.
    pub fn take(&self) -> Option<Exit> {
        self.0.as_ref()?.take().ok()?.map(|taken| Self::exit(taken.signal()))
    }

    /// How a program ends that a signal has ended.
    pub fn exit(signal: Signal) -> Exit {
        if signal == Signal::INT { Exit::Interrupted } else { Exit::Terminated }
    }

    /// Gives the source to a poller, if there is one.
    pub fn into_source(self) -> Option<Signals> {
        self.0
    }
}

#[cfg(unix)]
pub fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    // Where no handler can be had, the signals do what they do by themselves.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            crate::paths::remove_all();
            let exit = if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
            std::process::exit(exit.code().into());
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

/// Windows ends the process by itself.
#[cfg(not(unix))]
pub fn watch() {}
