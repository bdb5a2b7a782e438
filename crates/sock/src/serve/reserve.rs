//! Descriptors kept for what a client needs beside its own connection, so that none is let in who could not be served.

use berkeley::{Deadline, Family, Kind, MILLISECOND, Protocol, Result, Socket};

/// How long to wait for descriptors to become free: nothing tells when they are.
const PAUSE: std::time::Duration = MILLISECOND.saturating_mul(100);

/// Descriptors that are free in an instant.
#[derive(Debug)]
pub struct Reserve {
    held: Vec<Socket>,
    count: usize,
}

impl Reserve {
    pub const fn new(count: usize) -> Self {
        Self { held: Vec::new(), count }
    }

    /// Fills it up, if it is not full.
    pub fn fill(&mut self) -> Result<()> {
        while self.held.len() < self.count {
            self.held.push(Socket::open(Family::INET, Kind::DGRAM, Protocol::DEFAULT)?);
        }
        Ok(())
    }

    /// Gives the descriptors free; tells whether there were any.
    pub fn release(&mut self) -> bool {
        let had = !self.held.is_empty();
        self.held = Vec::new();
        had
    }

    /// When to look again whether it can be filled.
    pub fn retry_at() -> Deadline {
        Deadline::after(PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_released_is_taken_anew() {
        let mut reserve = Reserve::new(2);
        assert!(!reserve.release());
        for _ in 0..2 {
            reserve.fill().unwrap();
            assert_eq!(reserve.held.len(), 2);
            assert!(reserve.release());
        }
    }
}
