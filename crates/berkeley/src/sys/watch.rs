//! A source and what it is waited for, as the system's own entry.

use super::Result;
use super::descriptor::Borrowed;
use super::wait::Entry;
use crate::ready::Ready;

/// A source, what to wait for on it, and what came of it: an entry for [`wait_any`](crate::wait_any).
// Nothing but the system's own structure, so that a slice of these is what the system takes.
#[repr(transparent)]
pub struct Watch<'a>(Entry<'a>);

impl<'a> Watch<'a> {
    pub(crate) fn of(source: Borrowed<'a>, asked: Ready) -> Self {
        Self(Entry::new(source, asked))
    }

    pub(crate) fn source(&self) -> Borrowed<'a> {
        self.0.source()
    }

    pub(crate) fn asked(&self) -> Ready {
        self.0.asked()
    }

    pub(crate) fn ask(&mut self, asked: Ready) {
        self.0.ask(asked);
    }

    /// Returns what the system told, word for word.
    pub(crate) fn told(&self) -> Ready {
        self.0.heard()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns what came of the last wait: nothing, before the first one.
    ///
    /// After an error or a hang-up, that is everything that was asked for, and why.
    #[must_use]
    pub fn ready(&self) -> Ready {
        match self.told() {
            told if told.intersects(Ready::ERROR | Ready::HANG_UP) => told | self.asked(),
            told => told,
        }
    }
}

/// Returns the flags of the system for what is asked for.
pub(super) fn flags(table: &[(Ready, i16)], asked: Ready) -> i16 {
    table.iter().filter(|row| asked.contains(row.0)).fold(0, |flags, row| flags | row.1)
}

/// Returns what the flags of the system say.
pub(super) fn ready(table: &[(Ready, i16)], flags: i16) -> Ready {
    table.iter().filter(|row| flags & row.1 != 0).fold(Ready::empty(), |ready, row| ready | row.0)
}

/// Waits until an entry is ready, or `limit` is over; returns how many are, which may be none before `limit` is over.
pub(crate) fn wait_any(watches: &mut [Watch<'_>], limit: Option<std::time::Duration>) -> Result<usize> {
    let (first, count) = (watches.as_mut_ptr().cast::<Entry<'_>>(), watches.len());
    // SAFETY: a `Watch` is an `Entry` and nothing else, as `repr(transparent)` says, and the slice is lent to this call.
    let entries = unsafe { std::slice::from_raw_parts_mut(first, count) };
    super::wait::wait_any(entries, limit)
}
