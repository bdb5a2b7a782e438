//! A hang is a failure with a name.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use berkeley::{Deadline, SECOND};

/// How long a test may take on a machine that is busy with other things.
const MOST: Duration = Duration::from_secs(60);

/// Ends the process if it still exists when the time is over.
#[derive(Debug)]
#[must_use = "the limit ends with the value"]
pub struct Limit {
    _alive: Sender<()>,
}

/// Limits the rest of the test to a minute: then the process ends, and says which test hung.
pub fn limit() -> Limit {
    limit_of(MOST)
}

/// Returns a deadline for what is to happen: a test that waits until then has failed.
#[must_use]
pub fn soon() -> Deadline {
    Deadline::after(SECOND * 20)
}

fn limit_of(most: Duration) -> Limit {
    let (alive, ended) = channel();
    let name = thread::current().name().unwrap_or("a test").to_owned();
    thread::spawn(move || {
        if ended.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
            eprintln!("{name} still runs after {most:?}");
            std::process::abort();
        }
    });
    Limit { _alive: alive }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_ends_in_time_is_let_be() {
        drop(limit_of(Duration::from_millis(20)));
        thread::sleep(Duration::from_millis(40));
    }
}
