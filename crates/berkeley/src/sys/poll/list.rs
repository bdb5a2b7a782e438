//! poll(2) and WSAPoll, which remember nothing: the list is ours.

use std::sync::Arc;
use std::time::Duration;

use super::{Number, WAKE};
use crate::error::Errno;
use crate::ready::{Interest, Ready, Trigger};
use crate::sys::Result;
use crate::sys::descriptor::Borrowed;
use crate::sys::wait::{Entry, wait_any};
use crate::sys::wake::Wake;

/// What belongs to an entry of the list, beside what the system takes.
#[derive(Clone, Copy, Debug)]
struct Registration {
    token: u64,
    once: bool,
}

#[derive(Debug, Default)]
pub(crate) struct List {
    entries: Vec<Entry<'static>>,
    /// In the order of `entries`.
    registrations: Vec<Registration>,
    /// The place in both, by the lower half of the token.
    places: Vec<u32>,
    /// Where to begin when not all that is ready can be reported.
    first: usize,
    wake: Option<Arc<Wake>>,
}

impl List {
    #[allow(clippy::unnecessary_wraps, reason = "the other mechanisms ask the system for something")]
    pub(super) fn open() -> Result<Self> {
        Ok(Self::default())
    }

    fn place(&self, token: u64) -> Result<usize> {
        match self.places.get(token as u32 as usize) {
            Some(&place) if place != u32::MAX => Ok(place as usize),
            _ => Err(Errno::NOENT),
        }
    }

    pub(super) fn add(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        let (entry, once) = entry(source, interest)?;
        let index = token as u32 as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, u32::MAX);
        }
        self.places[index] = self.entries.len() as u32;
        self.entries.push(entry);
        self.registrations.push(Registration { token, once });
        Ok(())
    }

    pub(super) fn modify(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        let place = self.place(token)?;
        (self.entries[place], self.registrations[place].once) = entry(source, interest)?;
        Ok(())
    }

    pub(super) fn remove(&mut self, _: Number, token: u64) -> Result<()> {
        let place = self.place(token)?;
        self.places[token as u32 as usize] = u32::MAX;
        self.entries.swap_remove(place);
        self.registrations.swap_remove(place);
        if let Some(moved) = self.registrations.get(place) {
            self.places[moved.token as u32 as usize] = place as u32;
        }
        Ok(())
    }

    pub(super) fn forget(&mut self, number: Number, token: u64) -> Result<()> {
        self.remove(number, token)
    }

    pub(super) fn wait(
        &mut self,
        most: usize,
        limit: Option<Duration>,
        mut report: impl FnMut(u64, Ready),
    ) -> Result<()> {
        let found = self.poll(limit)?;
        let length = self.entries.len();
        let mut left = found.min(most);
        for step in 0..length {
            if left == 0 {
                break;
            }
            let place = (self.first + step) % length;
            let Some(told) = self.entries[place].take() else { continue };
            left -= 1;
            let Registration { token, once } = self.registrations[place];
            if once || told.contains(Ready::DETACHED) {
                self.entries[place].ask(Ready::empty());
            }
            report(token, told);
            if left == 0 && found > most {
                self.first = (place + 1) % length;
            }
        }
        Ok(())
    }

    /// Polls the list and, for the time being at its end, what wakes.
    fn poll(&mut self, limit: Option<Duration>) -> Result<usize> {
        let Some(wake) = self.wake.as_ref().and_then(|wake| wake.source()) else {
            return wait_any(&mut self.entries, limit);
        };
        self.entries.push(Entry::new(wake, Ready::READABLE).kept());
        let found = wait_any(&mut self.entries, limit);
        let woken = self.entries.pop().is_some_and(|mut entry| found.is_ok() && entry.take().is_some());
        if woken && let Some(wake) = &self.wake {
            wake.clear();
        }
        Ok(found? - usize::from(woken))
    }

    pub(super) fn wake(&mut self) -> Result<Arc<Wake>> {
        const { assert!(WAKE as u32 == u32::MAX, "no source has the place of the waker") };
        let wake = Arc::new(Wake::for_poll()?);
        self.wake = Some(Arc::clone(&wake));
        Ok(wake)
    }

    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the contract of all mechanisms")]
    pub(super) fn renew(&mut self) -> Result<bool> {
        Ok(false)
    }
}

/// Returns what the system takes, and whether it is to be reported once.
fn entry(source: Borrowed<'_>, interest: Interest) -> Result<(Entry<'static>, bool)> {
    if interest.trigger() == Trigger::Edge {
        return Err(Errno::OPNOTSUPP);
    }
    let entry = Entry::new(source, interest.ready());
    #[cfg(windows)]
    if entry.is_pipe() {
        return Err(Errno::OPNOTSUPP);
    }
    Ok((entry.kept(), interest.trigger() == Trigger::Once))
}
