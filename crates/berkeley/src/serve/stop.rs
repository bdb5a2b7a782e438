//! The end of a server: who asks for it, and what came of it.

use std::ops::AddAssign;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::deadline::Deadline;
use crate::error::Result;
use crate::poll::Waker;

/// Stops servers, from any thread. Clones stop the same servers.
#[derive(Clone, Debug, Default)]
pub struct Stopper(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    deadline: Option<Deadline>,
    wakers: Vec<Waker>,
}

impl Stopper {
    /// Makes one that stops the servers that are [run](super::Server::run) with it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the servers: none accepts any more, each finishes what is under way, and closes at `deadline` what is left.
    ///
    /// A server that is run only later stops at once. A second call changes the deadline.
    ///
    /// # Errors
    ///
    /// Those of [`Waker::wake`].
    pub fn stop(&self, deadline: impl Into<Deadline>) -> Result<()> {
        let mut shared = self.shared();
        shared.deadline = Some(deadline.into());
        shared.wakers.iter().try_for_each(Waker::wake)
    }

    /// Returns by when the servers are to have stopped, if they are to stop.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.shared().deadline
    }

    pub(super) fn wakes(&self, waker: Waker) {
        self.shared().wakers.push(waker);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        // A number and a list are whole after each statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many connections were accepted and admitted.
    pub served: u64,
    /// How many connections the service turned away.
    pub turned_away: u64,
    /// How many connections were refused because no descriptor was left: see [`Overload`](crate::Overload).
    pub refused: u64,
    /// How many connections had failed before they were accepted.
    pub failed: u64,
    /// How many connections were not over when the server was to have stopped, and were closed.
    pub cut: u64,
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.served += other.served;
        self.turned_away += other.turned_away;
        self.refused += other.refused;
        self.failed += other.failed;
        self.cut += other.cut;
    }
}
