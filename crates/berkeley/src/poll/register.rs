//! Which source is registered for which entry, and what happens when that is no longer true.

use std::hash::{BuildHasherDefault, Hasher};

use super::slab::Slot;
use super::{AddError, Entry, Event, Events, Key, Poller};
use crate::error::{Errno, Error, Operation, Result};
use crate::ready::{Interest, Trigger};
use crate::source::AsSource;
use crate::sys::descriptor::number;

impl<T: AsSource> Poller<T> {
    /// Adds an entry, and waits for its source from now on.
    ///
    /// # Errors
    ///
    /// All give the entry back.
    ///
    /// - `Unsupported` if the backend cannot report that way, see [`Backend::supports`](super::Backend::supports).
    /// - Another entry lends this source already. One that lends a duplicate of it may be added.
    /// - `EPERM` with epoll(7): it does not wait for regular files, which are always ready.
    /// - `ENOSPC`: the user's limit of registrations, `/proc/sys/fs/epoll/max_user_watches`.
    ///
    /// # System call
    ///
    /// `epoll_ctl(2)` or what the backend has instead.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    pub fn add(&mut self, entry: T, interest: Interest) -> Result<Key, AddError<T>> {
        let slot = self.entries.insert(Entry { value: Some(entry), number: None, interest: Interest::NONE });
        match self.register(slot, interest) {
            Ok(()) => Ok(Key(slot)),
            Err(error) => Err(self.give_back(slot, error)),
        }
    }

    #[cold]
    fn give_back(&mut self, slot: Slot, error: Error) -> AddError<T> {
        match self.entries.remove(slot) {
            Some(Entry { value: Some(entry), .. }) => AddError::new(error, entry),
            _ => unreachable!("it was added a moment ago"),
        }
    }

    /// Removes an entry, and gives it back; `None` if it is not there.
    ///
    /// # System call
    ///
    /// `epoll_ctl(2)` or what the backend has instead.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    pub fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        self.unregister(key.0);
        self.take(key.0)
    }

    /// Removes an entry whose source is about to be closed, and gives it back; `None` if it is not there.
    ///
    /// To close a source ends its registration, and this saves the system call of [`remove`](Self::remove) where that is
    /// so. A source that lives on all the same, because the entry is kept or has a duplicate somewhere, is still
    /// reported to nobody; but what it does next costs a system call for every entry of the poller.
    ///
    /// # Platform notes
    ///
    /// - epoll(7), kqueue(2): no system call. Others: as [`remove`](Self::remove).
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    pub fn remove_to_close(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        if let Some(number) = self.disown(key.0) {
            let _ = self.mechanism.forget(number, key.0.bits());
        }
        self.take(key.0)
    }

    #[inline]
    fn take(&mut self, slot: Slot) -> Option<T> {
        self.alarms.cancel(slot.place);
        self.entries.remove(slot)?.value
    }

    /// Sets what to wait for on an entry from now on, and registers its source anew if that has changed.
    ///
    /// What is ready already is reported, again if it was before, whatever the [`Trigger`].
    ///
    /// # Errors
    ///
    /// - The key finds no entry.
    /// - As for [`add`](Self::add).
    ///
    /// # System call
    ///
    /// `epoll_ctl(2)` or what the backend has instead.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    pub fn set_interest(&mut self, key: Key, interest: Interest) -> Result<()> {
        let Self { mechanism, entries, .. } = self;
        let Some(Entry { value: Some(value), number: registered, interest: current }) =
            entries.get_mut(key.0)
        else {
            return Err(Error::invalid(Operation::Register, "the key finds no entry"));
        };
        let source = value.as_source().borrowed();
        if *registered == Some(number(source)) {
            match mechanism.modify(source, key.0.bits(), interest) {
                Ok(()) => {
                    *current = interest;
                    return Ok(());
                }
                // The system has forgotten the source, because it was closed: this one is another.
                Err(Errno::NOENT | Errno::BADF) => {}
                Err(errno) => return Err(refusal(errno, interest)),
            }
        }
        self.register_anew(key.0, interest)
    }

    #[cold]
    #[inline(never)]
    fn register_anew(&mut self, slot: Slot, interest: Interest) -> Result<()> {
        self.unregister(slot);
        self.register(slot, interest)
    }

    /// Registers the source of an entry that is not registered.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    fn register(&mut self, slot: Slot, interest: Interest) -> Result<()> {
        let Self { mechanism, entries, owners, .. } = self;
        let Some(entry) = entries.get_mut(slot) else { return Ok(()) };
        let Some(value) = &entry.value else { return Ok(()) };
        let source = value.as_source().borrowed();
        let lent = number(source);
        if let Some(&place) = owners.get(&lent) {
            return self.register_after(place, slot, interest);
        }
        match mechanism.add(source, slot.bits(), interest) {
            Ok(()) => {
                owners.insert(lent, slot.place);
                entry.number = Some(lent);
                entry.interest = interest;
                Ok(())
            }
            Err(errno) => Err(refusal(errno, interest)),
        }
    }

    /// Registers the source of an entry whose number the entry at `place` has registered, if that registration is a
    /// thing of the past: the other lends another source by now, or the system has forgotten the one that it lends.
    #[cold]
    #[inline(never)]
    fn register_after(&mut self, place: u32, slot: Slot, interest: Interest) -> Result<()> {
        let lent = self.entries.get(slot).and_then(Entry::lent);
        let other = self.entries.at(place);
        if let Some(other) = other
            && let Some(Entry { value: Some(value), interest: current, .. }) = self.entries.get(other)
        {
            let source = value.as_source().borrowed();
            if Some(number(source)) == lent
                && self.mechanism.modify(source, other.bits(), *current) != Err(Errno::NOENT)
            {
                let why = "another entry of this poller lends the same source: add a duplicate of it";
                return Err(Error::invalid(Operation::Register, why));
            }
        }
        if let Some(other) = other {
            self.detach(other);
        }
        if let Some(number) = lent {
            self.owners.remove(&number);
        }
        self.register(slot, interest)
    }

    /// Ends the registration of an entry whose source is not the registered one any more.
    fn detach(&mut self, slot: Slot) {
        self.unregister(slot);
        if let Some(entry) = self.entries.get_mut(slot) {
            entry.interest = Interest::NONE;
        }
    }

    /// Ends the registration of an entry, if it has one and its number is not another's by now.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    fn unregister(&mut self, slot: Slot) {
        if let Some(number) = self.disown(slot) {
            // That it was closed, or is another that is not registered, is as good.
            let _ = self.mechanism.remove(number, slot.bits());
        }
    }

    /// Returns the number that an entry has registered, if it has one that is not another's by now; it has none then.
    #[inline]
    fn disown(&mut self, slot: Slot) -> Option<super::Number> {
        let number = self.entries.get_mut(slot)?.number.take()?;
        if self.owners.get(&number) != Some(&slot.place) {
            return None;
        }
        self.owners.remove(&number);
        Some(number)
    }

    /// Ends the registrations of entries whose sources have changed.
    #[cold]
    #[inline(never)]
    pub(super) fn detach_changed(&mut self, events: &Events) {
        let changed: Vec<_> = events.iter().filter(Event::is_detached).map(|event| event.key()).collect();
        for Key(slot) in changed {
            self.detach(slot);
        }
    }

    /// Registers all entries anew, because the system reports one that cannot be named any more.
    #[cold]
    #[inline(never)]
    pub(super) fn renew(&mut self) -> Result<()> {
        let renewed = self.mechanism.renew().map_err(|errno| Error::new(Operation::OpenPoller, errno))?;
        if !renewed {
            return Ok(());
        }
        for (slot, entry) in self.entries.iter_mut() {
            let (Some(value), Some(_)) = (&entry.value, entry.number) else { continue };
            let source = value.as_source().borrowed();
            if entry.is_changed() || self.mechanism.add(source, slot.bits(), entry.interest).is_err() {
                self.owners.retain(|_, place| *place != slot.place);
                entry.number = None;
                entry.interest = Interest::NONE;
            }
        }
        Ok(())
    }
}

#[cold]
fn refusal(errno: Errno, interest: Interest) -> Error {
    match errno {
        Errno::OPNOTSUPP if interest.trigger() == Trigger::Edge => {
            Error::unsupported(Operation::Register, "edge-triggered events with this backend")
        }
        Errno::PERM => Error::new(Operation::Register, errno)
            .with_detail("epoll does not wait for regular files, which are always ready"),
        errno => Error::new(Operation::Register, errno),
    }
}

/// Spreads the numbers of sources, which are small and dense.
pub(super) type NumberHasher = BuildHasherDefault<Multiply>;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Multiply(u64);

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    #[inline]
    fn write_i32(&mut self, number: i32) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        // The odd number nearest to 2^64 divided by the golden ratio: neighbours land far apart.
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    #[inline]
    fn finish(&self) -> u64 {
        // The table takes its places from the low bits and its tags from the high ones.
        self.0 ^ self.0 >> 32
    }
}
