//! kqueue(2): a filter for each thing that is asked for.

use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use super::Number;
use crate::error::{Errno, Operation};
use crate::ready::{Interest, Ready, Trigger};
use crate::sys::descriptor::{Borrowed, owned, set_close_on_exec};
use crate::sys::system::{checked, timespec};
use crate::sys::wake::Wake;
use crate::sys::{LONGEST_WAIT, Result, check};

/// The filter for each thing that is asked for, with its flags.
///
/// FreeBSD and NetBSD have none for urgent data.
const FILTERS: &[(Ready, i64, u32)] = &[
    (Ready::READABLE, libc::EVFILT_READ as i64, 0),
    (Ready::WRITABLE, libc::EVFILT_WRITE as i64, 0),
    #[cfg(any(apple, target_os = "openbsd", target_os = "dragonfly"))]
    (Ready::PRIORITY, EVFILT_EXCEPT, NOTE_OOB),
];

// <sys/event.h> of each; libc does not have all of them.
#[cfg(apple)]
const EVFILT_EXCEPT: i64 = -15;
#[cfg(target_os = "openbsd")]
const EVFILT_EXCEPT: i64 = -9;
#[cfg(target_os = "dragonfly")]
const EVFILT_EXCEPT: i64 = -8;
#[cfg(apple)]
const NOTE_OOB: u32 = 2;
#[cfg(target_os = "openbsd")]
const NOTE_OOB: u32 = 4;
#[cfg(target_os = "dragonfly")]
const NOTE_OOB: u32 = 2;

/// That the sending half is closed, which is a hang-up if the receiving half is too. Never told.
const WRITE_CLOSED: Ready = Ready::from_bits_retain(1 << 15);

/// What the place of the waker would be.
const WAKE_PLACE: usize = u32::MAX as usize;

#[derive(Clone, Copy, Debug)]
struct Registration {
    number: RawFd,
    token: u64,
    interest: Interest,
    /// Where its report is among those of this wait.
    report: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct Kqueue {
    queue: OwnedFd,
    /// By the lower half of the token: that has room in the `udata` of 32 bits, too.
    registrations: Vec<Option<Registration>>,
    events: Vec<libc::kevent>,
    reports: Vec<(u64, Ready)>,
    wake: Option<Arc<Wake>>,
}

// SAFETY: the pointers in the events are numbers, which nobody follows.
unsafe impl Send for Kqueue {}
// SAFETY: as above; and nothing is changed through a shared reference.
unsafe impl Sync for Kqueue {}

fn change(number: RawFd, filter: (i64, u32), flags: u32, place: usize) -> libc::kevent {
    // SAFETY: a structure of numbers and a pointer may be all zeros.
    let mut change: libc::kevent = unsafe { std::mem::zeroed() };
    change.ident = number as _;
    change.filter = filter.0 as _;
    change.fflags = filter.1 as _;
    change.flags = flags as _;
    change.udata = place as _;
    change
}

/// The filters that are registered for an interest.
fn filters(interest: Interest) -> impl Iterator<Item = (i64, u32)> {
    let asked = FILTERS.iter().filter(move |(ready, ..)| interest.ready().contains(*ready));
    asked.map(|(_, filter, flags)| (*filter, *flags))
}

impl Kqueue {
    pub(super) fn open() -> Result<Self> {
        check(Operation::OpenPoller)?;
        // SAFETY: the call takes nothing.
        let queue = owned(checked(unsafe { libc::kqueue() })?);
        set_close_on_exec(queue.as_fd())?;
        Ok(Self { queue, registrations: Vec::new(), events: Vec::new(), reports: Vec::new(), wake: None })
    }

    pub(super) fn add(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        check(Operation::Register)?;
        let registration = Registration { number: source.as_raw_fd(), token, interest, report: None };
        self.arm(&registration)?;
        let place = token as u32 as usize;
        if self.registrations.len() <= place {
            self.registrations.resize(place + 1, None);
        }
        self.registrations[place] = Some(registration);
        Ok(())
    }

    /// A filter keeps the flags that it was added with: it is removed and added again.
    pub(super) fn modify(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        check(Operation::Register)?;
        let Some(old) = self.registration(token) else { return Err(Errno::NOENT) };
        let new = Registration { number: source.as_raw_fd(), token, interest, report: None };
        Self::refuse(interest)?;
        self.disarm(&old)?;
        // What cannot be set leaves what was.
        let armed = self.arm(&new);
        let kept = if armed.is_ok() { new } else { old };
        if armed.is_err() {
            let _ = self.arm(&old);
        }
        self.registrations[token as u32 as usize] = Some(kept);
        armed
    }

    pub(super) fn remove(&mut self, _: Number, token: u64) -> Result<()> {
        check(Operation::Register)?;
        let Some(old) = self.registration(token) else { return Err(Errno::NOENT) };
        self.registrations[token as u32 as usize] = None;
        self.disarm(&old)
    }

    /// The filters go with their descriptor.
    pub(super) fn forget(&mut self, _: Number, token: u64) -> Result<()> {
        self.registration(token).ok_or(Errno::NOENT)?;
        self.registrations[token as u32 as usize] = None;
        Ok(())
    }

    fn registration(&self, token: u64) -> Option<Registration> {
        let registration = *self.registrations.get(token as u32 as usize)?;
        registration.filter(|registration| registration.token == token)
    }

    fn refuse(interest: Interest) -> Result<()> {
        let known = FILTERS.iter().fold(Ready::empty(), |known, (ready, ..)| known | *ready);
        if known.contains(interest.ready()) { Ok(()) } else { Err(Errno::OPNOTSUPP) }
    }

    fn arm(&self, registration: &Registration) -> Result<()> {
        Self::refuse(registration.interest)?;
        let trigger = match registration.interest.trigger() {
            Trigger::Level => 0,
            Trigger::Edge => libc::EV_CLEAR as u32,
            Trigger::Once => libc::EV_ONESHOT as u32,
        };
        self.apply(registration, libc::EV_ADD as u32 | trigger)
    }

    fn disarm(&self, registration: &Registration) -> Result<()> {
        self.apply(registration, libc::EV_DELETE as u32)
    }

    /// Makes the same change to all filters of a registration; returns the first error, after all were made.
    fn apply(&self, registration: &Registration, flags: u32) -> Result<()> {
        let place = registration.token as u32 as usize;
        let mut result = Ok(());
        for filter in filters(registration.interest) {
            let change = change(registration.number, filter, flags, place);
            // SAFETY: one change is readable, and there is no room for events, so that errors are returned.
            let changed =
                unsafe { libc::kevent(self.queue.as_raw_fd(), &raw const change, 1, null_mut(), 0, null()) };
            result = result.and(checked(changed).map(drop));
        }
        result
    }

    pub(super) fn wait(
        &mut self,
        most: usize,
        limit: Option<Duration>,
        mut report: impl FnMut(u64, Ready),
    ) -> Result<()> {
        check(Operation::Wait)?;
        self.take(most, limit.map(|limit| limit.min(LONGEST_WAIT)))?;
        // Both lists are lent for the time being, and their memory is used again.
        let events = std::mem::take(&mut self.events);
        events.iter().for_each(|event| self.note(event));
        self.events = events;
        let mut reports = std::mem::take(&mut self.reports);
        for (token, ready) in reports.drain(..) {
            self.reported(token);
            report(token, closed(ready));
        }
        self.reports = reports;
        Ok(())
    }

    fn take(&mut self, most: usize, limit: Option<Duration>) -> Result<()> {
        self.events.clear();
        self.events.reserve(most);
        let limit = limit.map(timespec);
        let limit = limit.as_ref().map_or(null(), std::ptr::from_ref);
        let room = self.events.spare_capacity_mut().as_mut_ptr().cast();
        // SAFETY: there is room for `most` events; the limit is readable or null, which is none.
        let taken =
            checked(unsafe { libc::kevent(self.queue.as_raw_fd(), null(), 0, room, most as _, limit) })?;
        // SAFETY: the kernel has written that many.
        unsafe { self.events.set_len(taken as usize) };
        Ok(())
    }

    /// Adds what one filter says to the report of its source.
    fn note(&mut self, event: &libc::kevent) {
        let place = event.udata as usize;
        if place == WAKE_PLACE {
            return self.wake.iter().for_each(|wake| wake.clear());
        }
        let registration = self.registrations.get_mut(place).and_then(Option::as_mut);
        let registration = registration.filter(|registration| registration.number == event.ident as RawFd);
        let Some(registration) = registration else { return self.silence(event) };
        let ready = said(event);
        if let Some(number) = registration.report {
            self.reports[number as usize].1 |= ready;
            return;
        }
        registration.report = Some(self.reports.len() as u32);
        self.reports.push((registration.token, ready));
    }

    /// Removes a filter that should not be there, so that it is not told again and again.
    #[cold]
    fn silence(&self, event: &libc::kevent) {
        let change = libc::kevent { flags: libc::EV_DELETE as _, ..*event };
        // SAFETY: one change is readable, and there is no room for events.
        let _ = unsafe { libc::kevent(self.queue.as_raw_fd(), &raw const change, 1, null_mut(), 0, null()) };
    }

    /// After the one report of a source, none of its filters is left.
    fn reported(&mut self, token: u64) {
        let Some(Some(registration)) = self.registrations.get_mut(token as u32 as usize) else { return };
        registration.report = None;
        if registration.interest.trigger() == Trigger::Once {
            let fired = *registration;
            registration.interest = Interest::NONE;
            // The one that fired is gone already.
            let _ = self.disarm(&fired);
        }
    }

    pub(super) fn source(&self) -> Borrowed<'_> {
        self.queue.as_fd()
    }

    pub(super) fn wake(&mut self) -> Result<Arc<Wake>> {
        let wake = Arc::new(Wake::for_poll()?);
        let number = wake.source().map_or(-1, |source| source.as_raw_fd());
        let change = change(number, (libc::EVFILT_READ as i64, 0), libc::EV_ADD as u32, WAKE_PLACE);
        // SAFETY: one change is readable, and there is no room for events.
        checked(unsafe {
            libc::kevent(self.queue.as_raw_fd(), &raw const change, 1, null_mut(), 0, null())
        })?;
        self.wake = Some(Arc::clone(&wake));
        Ok(wake)
    }

    /// A filter goes with its descriptor.
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the contract of all mechanisms")]
    pub(super) fn renew(&mut self) -> Result<bool> {
        Ok(false)
    }
}

/// Returns what a filter says of its source.
fn said(event: &libc::kevent) -> Ready {
    let row = FILTERS.iter().find(|(_, filter, _)| *filter == event.filter as i64);
    let mut ready = row.map_or(Ready::empty(), |(ready, ..)| *ready);
    if event.flags as u32 & libc::EV_EOF as u32 != 0 {
        ready |= if ready.contains(Ready::WRITABLE) { WRITE_CLOSED } else { Ready::READ_CLOSED };
        // Beside the end, `fflags` has the error of the socket.
        if event.fflags != 0 {
            ready |= Ready::ERROR;
        }
    }
    ready
}

fn closed(ready: Ready) -> Ready {
    let both = ready.contains(WRITE_CLOSED | Ready::READ_CLOSED);
    let hang_up = if both { Ready::HANG_UP } else { Ready::empty() };
    ready.difference(WRITE_CLOSED) | hang_up
}
