//! What ends a wait from any thread.

use std::sync::Arc;

use super::sleep::Sleep;
use crate::error::{Error, Operation, Result};
use crate::sys::wake::Wake;

/// Ends the wait of a [`Poller`](super::Poller) from any thread.
///
/// Clones are the same waker. It may outlive its poller; then it does nothing.
///
/// # Guarantees
///
/// - A wait that begins after a wake, or is under way, ends with an event for which
///   [`is_wake`](super::Event::is_wake) holds; no wake is lost.
/// - Wakes before that event are one event.
/// - What a thread did before the wake is seen by whoever gets the event.
///
/// Only a wake that finds the poller waiting costs a system call.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, Events, Poller, SECOND, UnixStream};
///
/// # if !cfg!(any(unix, windows)) { return Ok(()); }
/// # #[cfg(unix)] {
/// let mut poller = Poller::<UnixStream>::new()?;
/// let waker = poller.waker()?;
/// std::thread::spawn(move || waker.wake());
///
/// let mut events = Events::new();
/// poller.wait(&mut events, Deadline::after(SECOND * 10))?;
/// assert!(events.iter().any(|event| event.is_wake()));
/// # }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Waker(pub(super) Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) sleep: Sleep,
    wake: Arc<Wake>,
}

impl Waker {
    pub(super) fn new(wake: Arc<Wake>) -> Self {
        Self(Arc::new(Shared { sleep: Sleep::new(), wake }))
    }

    /// Ends the wait that is under way, or else the next one.
    ///
    /// # Errors
    ///
    /// Only what the system says against writing to a descriptor of its own, which no system is known to do.
    #[inline]
    pub fn wake(&self) -> Result<()> {
        if !self.0.sleep.disturb() {
            return Ok(());
        }
        self.0.wake.signal().map_err(|errno| {
            self.0.sleep.unsignalled();
            Error::new(Operation::Wake, errno)
        })
    }
}
