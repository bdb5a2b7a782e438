//! What a wait gives.

use std::fmt;

use super::Key;
use crate::ready::Ready;

/// Something that happened to an entry, a timer or the waker.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Event {
    key: Key,
    ready: Ready,
    expirations: u32,
}

impl Event {
    #[inline]
    pub(super) const fn new(key: Key, ready: Ready) -> Self {
        Self { key, ready, expirations: 0 }
    }

    pub(super) fn timed_out(key: Key, times: u64) -> Self {
        Self { key, ready: Ready::TIMED_OUT, expirations: u32::try_from(times).unwrap_or(u32::MAX) }
    }

    /// Returns the key of the entry or timer. Once that is removed, the key finds nothing.
    #[inline]
    #[must_use]
    pub const fn key(&self) -> Key {
        self.key
    }

    /// Returns all that is known.
    #[inline]
    #[must_use]
    pub const fn ready(&self) -> Ready {
        self.ready
    }

    /// Returns `true` if a receive or accept would not wait.
    #[inline]
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.ready.contains(Ready::READABLE)
    }

    /// Returns `true` if a send would not wait, or a connect has ended.
    #[inline]
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.ready.contains(Ready::WRITABLE)
    }

    /// Returns `true` if there is urgent data.
    #[inline]
    #[must_use]
    pub const fn is_priority(&self) -> bool {
        self.ready.contains(Ready::PRIORITY)
    }

    /// Returns `true` if the peer has closed its sending half. A hint: a receive of no bytes tells it everywhere.
    #[inline]
    #[must_use]
    pub const fn is_read_closed(&self) -> bool {
        self.ready.contains(Ready::READ_CLOSED)
    }

    /// Returns `true` if both halves are closed. A hint.
    #[inline]
    #[must_use]
    pub const fn is_hang_up(&self) -> bool {
        self.ready.contains(Ready::HANG_UP)
    }

    /// Returns `true` if an error is pending; the next call gives it. A hint.
    #[inline]
    #[must_use]
    pub const fn is_error(&self) -> bool {
        self.ready.contains(Ready::ERROR)
    }

    /// Returns `true` if the deadline of the entry has passed, or the timer's time has come.
    #[inline]
    #[must_use]
    pub const fn is_timed_out(&self) -> bool {
        self.ready.contains(Ready::TIMED_OUT)
    }

    /// Returns how often a periodic timer was due since it was last reported; 1 for any other, 0 if none.
    #[must_use]
    pub const fn expirations(&self) -> u32 {
        self.expirations
    }

    /// Returns `true` if the entry lends another source than it was registered with. That one is waited for no more;
    /// [`set_interest`](super::Poller::set_interest) registers the one it lends now.
    #[inline]
    #[must_use]
    pub const fn is_detached(&self) -> bool {
        self.ready.contains(Ready::DETACHED)
    }

    /// Returns `true` if a [`Waker`](super::Waker) was used.
    #[inline]
    #[must_use]
    pub const fn is_wake(&self) -> bool {
        self.ready.contains(Ready::WOKEN)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({:?}: ", self.key)?;
        bitflags::parser::to_writer(&self.ready, &mut *f)?;
        f.write_str(")")
    }
}

/// The events of one wait.
///
/// They belong to nobody: the poller may be changed while they are gone through.
#[derive(Clone, Debug)]
pub struct Events {
    list: Vec<Event>,
    most: usize,
}

impl Events {
    /// Makes room for the events of 1024 sources a wait.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(1024)
    }

    /// Makes room for the events of `most` sources a wait, at least one. What has no room comes with the next wait;
    /// timers and wakers always have room.
    #[must_use]
    pub fn with_capacity(most: usize) -> Self {
        let most = most.clamp(1, i32::MAX as usize);
        Self { list: Vec::with_capacity(most.min(1024)), most }
    }

    /// Returns the number of sources whose events have room.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.most
    }

    /// Returns the number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns `true` if nothing happened before the deadline.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Goes through the events.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.list.iter())
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    #[inline]
    pub(super) fn push(&mut self, event: Event) {
        self.list.push(event);
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}

/// Goes through [`Events`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(std::slice::Iter<'a, Event>);

impl Iterator for Iter<'_> {
    type Item = Event;

    #[inline]
    fn next(&mut self) -> Option<Event> {
        self.0.next().copied()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Events {
    type Item = Event;
    type IntoIter = Iter<'a>;

    #[inline]
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
