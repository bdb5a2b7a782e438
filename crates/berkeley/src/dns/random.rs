//! Numbers that nobody can guess.

use std::hash::{BuildHasher, RandomState};

/// A keyed hash, whose key is the system's, of a counter.
#[derive(Debug)]
pub(super) struct Random {
    key: RandomState,
    count: u64,
}

impl Random {
    pub(super) fn new() -> Self {
        Self { key: RandomState::new(), count: 0 }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.key.hash_one(self.count)
    }
}
