//! What a transfer has done so far, and when it last did something.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use berkeley::MILLISECOND;

use crate::report::elapsed;

#[derive(Debug)]
pub struct Activity {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sent: u64,
    received: u64,
    /// When something was last delivered.
    last: Instant,
    /// Whether something has arrived that is not delivered yet.
    is_delivering: bool,
}

impl Activity {
    pub fn new() -> Self {
        let begun = Instant::now();
        Self { begun, state: Mutex::new(State { sent: 0, received: 0, last: begun, is_delivering: false }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sent(&self, bytes: usize) {
        self.state().sent += bytes as u64;
    }

    pub fn arrived(&self, bytes: usize) {
        let mut state = self.state();
        state.received += bytes as u64;
        state.is_delivering = true;
    }

    pub fn delivered(&self) {
        self.state().is_delivering = false;
        self.touch();
    }

    /// Begins to count the time without anything anew.
    pub fn touch(&self) {
        self.state().last = Instant::now();
    }

    /// Returns how long to wait at least until nothing will have happened for `limit`; `None` if that is so.
    pub fn left(&self, limit: Duration, is_waiting: bool) -> Option<Duration> {
        let state = self.state();
        if state.is_delivering || is_waiting {
            return Some(limit.max(MILLISECOND));
        }
        limit.checked_sub(state.last.elapsed()).filter(|left| !left.is_zero())
    }

    /// Says how long it has been going on.
    pub fn age(&self) -> String {
        elapsed(self.begun.elapsed())
    }

    pub fn summary(&self) -> String {
        let State { sent, received, .. } = *self.state();
        format!("sent {sent} bytes, received {received} bytes in {}", self.age())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_delivered_yet_is_not_idle() {
        let activity = Activity::new();
        activity.arrived(5);
        assert!(activity.left(Duration::ZERO, false).is_some());
        activity.delivered();
        assert_eq!(activity.left(Duration::ZERO, false), None);
        assert!(activity.left(Duration::ZERO, true).is_some());
        assert!(activity.left(Duration::from_secs(60), false).is_some_and(|left| left.as_secs() >= 59));
    }
}
