//! poll(2), which remembers nothing: the list is ours.

use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;
use std::time::Duration;

use super::{Number, WAKE};
use crate::error::{Errno, Operation};
use crate::ready::{Interest, Ready, Trigger};
use crate::sys::descriptor::Borrowed;
use crate::sys::system::checked;
use crate::sys::wake::Wake;
use crate::sys::{LONGEST_WAIT, Result, check};

/// Our flags and the system's. What only the answer has may be asked for all the same.
const FLAGS: [(Ready, libc::c_short); 7] = [
    (Ready::READABLE, libc::POLLIN),
    (Ready::WRITABLE, libc::POLLOUT),
    (Ready::PRIORITY, libc::POLLPRI),
    (Ready::READ_CLOSED, READ_CLOSED),
    (Ready::HANG_UP, libc::POLLHUP),
    (Ready::ERROR, libc::POLLERR),
    (Ready::DETACHED, libc::POLLNVAL),
];

#[cfg(any(linux_like, freebsd))]
const READ_CLOSED: libc::c_short = libc::POLLRDHUP;
#[cfg(not(any(linux_like, freebsd)))]
const READ_CLOSED: libc::c_short = 0;

/// What belongs to an entry of the list, beside what the system takes.
#[derive(Clone, Copy, Debug)]
struct Registration {
    token: u64,
    once: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Poll {
    list: Vec<libc::pollfd>,
    /// In the order of `list`.
    registrations: Vec<Registration>,
    /// The place in both, by the lower half of the token.
    places: Vec<u32>,
    /// Where to begin when not all that is ready can be reported.
    first: usize,
    wake: Option<Arc<Wake>>,
}

fn flags(interest: Interest) -> libc::c_short {
    let asked = FLAGS.iter().filter(|(ready, _)| interest.ready().contains(*ready));
    let closed = if interest.is_readable() { READ_CLOSED } else { 0 };
    asked.fold(closed, |flags, (_, flag)| flags | flag)
}

fn ready(flags: libc::c_short) -> Ready {
    FLAGS.iter().filter(|(_, flag)| flags & flag != 0).map(|(ready, _)| *ready).collect()
}

/// A negative number is passed over.
fn entry(number: Number, interest: Interest) -> libc::pollfd {
    let fd = if interest.is_none() { !number } else { number };
    libc::pollfd { fd, events: flags(interest), revents: 0 }
}

impl Poll {
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
        if interest.trigger() == Trigger::Edge {
            return Err(Errno::OPNOTSUPP);
        }
        let index = token as u32 as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, u32::MAX);
        }
        self.places[index] = self.list.len() as u32;
        self.list.push(entry(source.as_raw_fd(), interest));
        self.registrations.push(Registration { token, once: interest.trigger() == Trigger::Once });
        Ok(())
    }

    pub(super) fn modify(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        if interest.trigger() == Trigger::Edge {
            return Err(Errno::OPNOTSUPP);
        }
        let place = self.place(token)?;
        self.list[place] = entry(source.as_raw_fd(), interest);
        self.registrations[place].once = interest.trigger() == Trigger::Once;
        Ok(())
    }

    pub(super) fn remove(&mut self, _: Number, token: u64) -> Result<()> {
        let place = self.place(token)?;
        self.places[token as u32 as usize] = u32::MAX;
        self.list.swap_remove(place);
        self.registrations.swap_remove(place);
        if let Some(moved) = self.registrations.get(place) {
            self.places[moved.token as u32 as usize] = place as u32;
        }
        Ok(())
    }

    pub(super) fn wait(
        &mut self,
        most: usize,
        limit: Option<Duration>,
        mut report: impl FnMut(u64, Ready),
    ) -> Result<()> {
        check(Operation::Wait)?;
        let found = self.poll(limit.map(|limit| limit.min(LONGEST_WAIT)))?;
        let length = self.list.len();
        let mut left = found.min(most);
        for step in 0..length {
            if left == 0 {
                break;
            }
            let place = (self.first + step) % length;
            let flags = std::mem::take(&mut self.list[place].revents);
            if flags == 0 {
                continue;
            }
            left -= 1;
            self.report(place, flags, &mut report);
            if left == 0 && found > most {
                self.first = (place + 1) % length;
            }
        }
        Ok(())
    }

    fn report(&mut self, place: usize, flags: libc::c_short, report: &mut impl FnMut(u64, Ready)) {
        let Registration { token, once } = self.registrations[place];
        if once || flags & libc::POLLNVAL != 0 {
            let entry = &mut self.list[place];
            entry.fd = !entry.fd;
        }
        report(token, ready(flags));
    }

    /// Polls the list and, for the time being at its end, what wakes.
    fn poll(&mut self, limit: Option<Duration>) -> Result<usize> {
        let Some(wake) = &self.wake else { return poll_all(&mut self.list, limit) };
        self.list.push(libc::pollfd { fd: wake.as_fd().as_raw_fd(), events: libc::POLLIN, revents: 0 });
        let found = poll_all(&mut self.list, limit);
        let woken = self.list.pop().is_some_and(|entry| found.is_ok() && entry.revents != 0);
        if woken {
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

#[cfg(any(linux_like, freebsd, target_os = "dragonfly", target_os = "openbsd"))]
fn poll_all(list: &mut [libc::pollfd], limit: Option<Duration>) -> Result<usize> {
    let limit = limit
        .map(|limit| libc::timespec { tv_sec: limit.as_secs() as _, tv_nsec: limit.subsec_nanos() as _ });
    let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the list is writable for its length; the limit is readable or null, which is none; a null mask leaves
    // the signals alone.
    let found = unsafe { libc::ppoll(list.as_mut_ptr(), list.len() as _, limit, std::ptr::null()) };
    checked(found).map(|found| found as usize)
}

#[cfg(not(any(linux_like, freebsd, target_os = "dragonfly", target_os = "openbsd")))]
fn poll_all(list: &mut [libc::pollfd], limit: Option<Duration>) -> Result<usize> {
    // Rounded up: a wait that ends too early is made again, at once, until the time is there.
    let milliseconds =
        limit.map_or(-1, |limit| i32::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX));
    // SAFETY: the list is writable for its length.
    let found = unsafe { libc::poll(list.as_mut_ptr(), list.len() as _, milliseconds) };
    checked(found).map(|found| found as usize)
}
