//! What the entries of poll(2) and WSAPoll have alike.

use std::fmt;
use std::marker::PhantomData;

use super::wait::{ASKED, Entry};
use super::watch::ready;
use crate::ready::Ready;

impl Entry<'_> {
    pub(crate) fn asked(&self) -> Ready {
        ready(&ASKED, self.0.events)
    }

    /// Returns what the system told of it: of an entry on which nothing is waited for, nothing.
    pub(crate) fn heard(&self) -> Ready {
        if self.asked().is_empty() { Ready::empty() } else { self.told() }
    }

    pub(crate) fn clear(&mut self) {
        self.0.revents = 0;
    }

    /// Takes what the system told of it, if that is anything.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Ready> {
        if self.0.revents == 0 {
            return None;
        }
        let heard = self.heard();
        self.clear();
        Some(heard).filter(|heard| !heard.is_empty())
    }

    /// Makes an entry for a list that has it for as long as the source is registered there.
    pub(crate) fn kept(self) -> Entry<'static> {
        Entry(self.0, PhantomData)
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.number(), self.asked())
    }
}
