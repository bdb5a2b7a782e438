//! How many connections there may be at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    free: Mutex<u64>,
    freed: Condvar,
}

impl Shared {
    fn free(&self) -> MutexGuard<'_, u64> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to be there, until it is dropped.
#[derive(Debug)]
pub struct Seat(Arc<Shared>);

impl Drop for Seat {
    fn drop(&mut self) {
        *self.0.free() += 1;
        self.0.freed.notify_one();
    }
}

impl Seats {
    /// As many as that, or no end of them.
    pub fn new(most: Option<u64>) -> Self {
        let shared = Shared { free: Mutex::new(most.unwrap_or(u64::MAX / 2)), freed: Condvar::new() };
        Self(Arc::new(shared))
    }

    /// Waits for a free one, after it was tried to make one free.
    pub fn take(&self, make_room: &dyn Fn() -> bool) -> Seat {
        while *self.0.free() == 0 && make_room() {}
        let mut free = self.0.free();
        while *free == 0 {
            free = self.0.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
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
