//! How many connections there may be at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: u64,
    /// How often it was said that room may be made.
    calls: u64,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to be there, until it is dropped.
#[derive(Debug)]
pub struct Seat(Arc<Shared>);

impl Seat {
    /// Says that room may be made now.
    pub fn call(&self) {
        self.0.state().calls += 1;
        self.0.changed.notify_one();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.state().free += 1;
        self.0.changed.notify_one();
    }
}

impl Seats {
    /// As many as that, or no end of them.
    pub fn new(most: Option<u64>) -> Self {
        let state = State { free: most.unwrap_or(u64::MAX / 2), calls: 0 };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    /// Waits for a free one; while there is none, tries to make room, and again whenever that may have changed.
    pub fn take(&self, make_room: &dyn Fn() -> bool) -> Seat {
        let mut state = self.0.state();
        while state.free == 0 {
            let calls = state.calls;
            // What makes room gives a seat back, for which it needs the lock.
            drop(state);
            make_room();
            state = self.0.state();
            if state.free == 0 && state.calls == calls {
                state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        state.free -= 1;
        Seat(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_no_seat_waits_for_one() {
        let seats = Seats::new(Some(2));
        let (first, _second) = (seats.take(&|| false), seats.take(&|| false));
        std::thread::scope(|scope| {
            let third = scope.spawn(|| seats.take(&|| false));
            drop(first);
            assert!(third.join().is_ok());
        });
    }

    #[test]
    fn room_is_made_when_there_is_none() {
        let seats = Seats::new(Some(1));
        let taken = Mutex::new(Some(seats.take(&|| false)));
        let make_room = || taken.lock().unwrap_or_else(PoisonError::into_inner).take().is_some();
        drop(seats.take(&make_room));
        assert!(!make_room());
    }
}
