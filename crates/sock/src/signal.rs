//! SIGINT and SIGTERM: the paths of this process go, and it ends.

#[cfg(unix)]
pub fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use crate::exit::Exit;

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
