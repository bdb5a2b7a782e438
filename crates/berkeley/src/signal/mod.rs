//! Signals as a source.

mod number;

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

pub use self::number::Signal;
use crate::deadline::Deadline;
use crate::error::{During, Errno, Error, Operation, Result};
use crate::ready::Interest;
use crate::source::{Descriptor, lends_source};
use crate::sys::{self, Arrival, descriptor};
use crate::wait::wait_for;

/// Signals that come as events, not as interruptions.
///
/// It is a source, readable while there is a signal to [`take`](Self::take): for [`wait_any`](crate::wait_any) or a
/// poller, beside sockets.
///
/// Its signals are kept from the thread that makes it, and from the threads which that one starts later. They have their
/// usual effect in all others: make it before any thread is started. Programs that are started inherit that, and would
/// not end by a kept [`Signal::TERM`]: [`let_through`](Self::let_through) gives them their signals.
///
/// A signal that comes again before it was taken comes once. Whoever drops the value, in the thread that made it, has the
/// thread receive the signals as before; those that came and were not taken come then.
///
/// # Platform notes
///
/// | system | how | what it tells |
/// |---|---|---|
/// | Linux | `signalfd(2)` | number, code, sender; also of signals to the thread, which that one alone can take |
/// | the BSDs, macOS | a `kqueue(2)` with `EVFILT_SIGNAL` | the number |
/// | others | unsupported | |
///
/// # Examples
///
/// ```no_run
/// use berkeley::{Deadline, Interest, Signal, Signals, TcpListener, Watch, wait_any};
///
/// let signals = Signals::new([Signal::INT, Signal::TERM])?;
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// loop {
///     let mut watches = [Watch::new(&signals, Interest::READABLE), Watch::new(&listener, Interest::READABLE)];
///     wait_any(&mut watches, Deadline::never())?;
///     if let Some(arrived) = signals.take()? {
///         println!("{}: the end", arrived.signal());
///         break;
///     }
///     // Here the listener is served.
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
// The order of the fields is the order in which they end.
#[derive(Debug)]
#[doc(alias = "signalfd")]
#[doc(alias = "EVFILT_SIGNAL")]
pub struct Signals {
    descriptor: Descriptor,
    kept: Kept,
    _claim: Claim,
}

lends_source!([] Signals, |it| descriptor::borrow(&it.descriptor));

/// A signal that came, and what the system tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "siginfo_t")]
pub struct SignalInfo(Arrival);

impl SignalInfo {
    /// Returns which it is.
    #[must_use]
    pub const fn signal(&self) -> Signal {
        Signal::from_raw(self.0.number)
    }

    /// Returns why it was sent: `si_code`, zero for `kill(2)`. Linux alone tells.
    #[must_use]
    #[doc(alias = "si_code")]
    pub const fn code(&self) -> Option<i32> {
        self.0.code
    }

    /// Returns the number of the process that sent it, or for [`Signal::CHLD`] of the child. Linux alone tells.
    #[must_use]
    #[doc(alias = "si_pid")]
    pub fn process(&self) -> Option<u32> {
        self.0.sender.map(|sender| sender.0)
    }

    /// Returns the number of the user whose process sent it. Linux alone tells.
    #[must_use]
    #[doc(alias = "si_uid")]
    pub fn user(&self) -> Option<u32> {
        self.0.sender.map(|sender| sender.1)
    }
}

impl Signals {
    /// Has those signals come here from now on.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where signals cannot be a source. [`is_invalid`](Error::is_invalid) for a
    /// number that is no signal's, for [`Signal::KILL`] and [`Signal::STOP`], which nothing can receive, and for one that
    /// other `Signals` of this process have: of two, one would get nothing.
    pub fn new(signals: impl IntoIterator<Item = Signal>) -> Result<Self> {
        let signals: Vec<Signal> = signals.into_iter().collect();
        let numbers: Vec<i32> = signals.iter().map(|signal| signal.as_raw()).collect();
        let claim = Claim::new(&signals)?;
        let kept = Kept::new(&numbers)?;
        let descriptor = sys::signal::open(&numbers).during(Operation::Signals)?;
        Ok(Self { descriptor, kept, _claim: claim })
    }

    /// Takes the next signal, if one came. Never waits.
    pub fn take(&self) -> Result<Option<SignalInfo>> {
        loop {
            match sys::signal::take(descriptor::borrow(&self.descriptor)) {
                Err(Errno::INTR) => {}
                taken => return taken.during(Operation::Signals).map(|taken| taken.map(SignalInfo)),
            }
        }
    }

    /// Waits until a signal comes, and takes it.
    ///
    /// # Errors
    ///
    /// [`is_deadline_passed`](Error::is_deadline_passed).
    pub fn wait(&self, deadline: impl Into<Deadline>) -> Result<SignalInfo> {
        let deadline = deadline.into();
        loop {
            if let Some(taken) = self.take()? {
                return Ok(taken);
            }
            if wait_for(self, Interest::READABLE, deadline)?.is_empty() {
                return Err(Error::deadline_passed(Operation::Signals));
            }
        }
    }

    /// Has the program that the command starts receive these signals, as this thread did before.
    pub fn let_through<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        self.kept.blocked.let_through(command);
        command
    }
}

/// Signals that are kept from the thread that made this, until it is dropped there.
#[derive(Debug)]
struct Kept {
    blocked: sys::signal::Blocked,
    thread: ThreadId,
}

impl Kept {
    fn new(numbers: &[i32]) -> Result<Self> {
        let blocked = sys::signal::block(numbers).during(Operation::Signals)?;
        Ok(Self { blocked, thread: thread::current().id() })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if thread::current().id() == self.thread {
            self.blocked.restore();
        }
    }
}

/// The signals that some `Signals` of this process have, a bit each.
static CLAIMED: Mutex<u128> = Mutex::new(0);

/// The right to receive signals, which one value at a time has.
#[derive(Debug)]
struct Claim(u128);

impl Claim {
    fn new(signals: &[Signal]) -> Result<Self> {
        let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bits = 0;
        for signal in signals {
            let bit = u32::try_from(signal.as_raw()).ok().and_then(|number| 1u128.checked_shl(number));
            let why = match bit {
                _ if [Signal::KILL, Signal::STOP].contains(signal) => "nothing can receive this signal",
                None | Some(1) => "there is no such signal",
                Some(bit) if *claimed & bit != 0 => {
                    "other `Signals` of this process have this one; drop them first"
                }
                Some(bit) => {
                    bits |= bit;
                    continue;
                }
            };
            return Err(Error::invalid(Operation::Signals, why).with_detail(signal.to_string()));
        }
        *claimed |= bits;
        Ok(Self(bits))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        *CLAIMED.lock().unwrap_or_else(PoisonError::into_inner) &= !self.0;
    }
}
