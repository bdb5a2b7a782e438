//! Pollers of every backend, and waits that meet what they wait for.

use std::time::Duration;

use berkeley::{AsSource, Backend, Deadline, Event, Events, Key, MILLISECOND, Poller, Ready, SECOND};

/// Long enough that whatever a system has to say at once was said.
pub const QUIET: Duration = MILLISECOND.saturating_mul(20);

/// Runs `body` with a poller of each backend that this system has.
///
/// # Panics
///
/// Panics if one cannot be opened.
pub fn each_poller<T>(mut body: impl FnMut(Poller<T>)) {
    assert!(!Backend::available().is_empty(), "this system has no way to wait");
    for &backend in Backend::available() {
        eprintln!("backend: {backend}");
        body(Poller::with_backend(backend).expect("a poller"));
    }
}

/// Waits until an event comes that is `wanted`, and returns it; the others are dropped.
///
/// # Panics
///
/// Panics if none comes within ten seconds.
pub fn wait_for<T: AsSource>(poller: &mut Poller<T>, wanted: impl Fn(&Event) -> bool) -> Event {
    let (mut events, deadline) = (Events::new(), Deadline::after(SECOND * 10));
    loop {
        poller.wait(&mut events, deadline).expect("a wait");
        assert!(!events.is_empty(), "the event did not come");
        if let Some(event) = events.iter().find(&wanted) {
            return event;
        }
    }
}

/// Waits once, and returns what became ready and of what.
///
/// # Panics
///
/// Panics if the wait fails.
pub fn ready<T: AsSource>(poller: &mut Poller<T>, deadline: impl Into<Deadline>) -> Vec<(Key, Ready)> {
    let mut events = Events::new();
    poller.wait(&mut events, deadline).expect("a wait");
    events.iter().map(|event| (event.key(), event.ready())).collect()
}
