//! Waiting for one descriptor, and for several.

use std::marker::PhantomData;
use std::os::fd::AsRawFd;
use std::time::Duration;

use super::descriptor::Borrowed;
use super::{Result, call, checked};
use crate::error::Operation;
use crate::ready::Ready;
use crate::sys::watch::{flags, ready};
use crate::sys::{LONGEST_WAIT, Readiness, check};

/// What is asked for by which flags. The one for the peer's closed half is a part of the answer alone.
pub(in crate::sys) const ASKED: [(Ready, i16); 3] =
    [(Ready::READABLE, libc::POLLIN), (Ready::WRITABLE, libc::POLLOUT), (Ready::PRIORITY, libc::POLLPRI)];

/// What is told by which flags, asked for or not.
const TOLD: [(Ready, i16); 4] = [
    (Ready::READ_CLOSED, READ_CLOSED),
    (Ready::HANG_UP, libc::POLLHUP),
    (Ready::ERROR, libc::POLLERR),
    (Ready::DETACHED, libc::POLLNVAL),
];

#[cfg(any(linux_like, freebsd))]
const READ_CLOSED: i16 = libc::POLLRDHUP;
#[cfg(not(any(linux_like, freebsd)))]
const READ_CLOSED: i16 = 0;

/// A descriptor, and what to wait for on it: pollfd, and nothing else.
///
/// A descriptor on which nothing is waited for is there with all its bits turned, a negative number, which poll(2) passes
/// over. With no flags asked for, it would still tell of errors.
#[repr(transparent)]
pub(crate) struct Entry<'a>(pub(in crate::sys) libc::pollfd, pub(in crate::sys) PhantomData<Borrowed<'a>>);

impl<'a> Entry<'a> {
    pub(crate) fn new(fd: Borrowed<'a>, asked: Ready) -> Self {
        let pollfd = libc::pollfd { fd: fd.as_raw_fd(), events: 0, revents: 0 };
        let mut entry = Self(pollfd, PhantomData);
        entry.ask(asked);
        entry
    }

    pub(crate) fn source(&self) -> Borrowed<'a> {
        // SAFETY: the number is that of the source that was lent for `'a`.
        unsafe { Borrowed::borrow_raw(self.number()) }
    }

    pub(crate) fn ask(&mut self, asked: Ready) {
        let number = self.number();
        self.0.fd = if asked.is_empty() { !number } else { number };
        self.0.events = flags(&ASKED, asked);
        if asked.contains(Ready::READABLE) {
            self.0.events |= READ_CLOSED;
        }
    }

    pub(in crate::sys) fn told(&self) -> Ready {
        ready(&ASKED, self.0.revents & self.0.events) | ready(&TOLD, self.0.revents)
    }

    pub(in crate::sys) fn number(&self) -> i32 {
        if self.0.fd < 0 { !self.0.fd } else { self.0.fd }
    }
}

/// Waits until a descriptor is ready, or `limit` is over; returns how many are ready.
pub(crate) fn wait_any(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<usize> {
    check(Operation::Wait)?;
    poll(entries, limit.map(|limit| limit.min(LONGEST_WAIT))).map(|ready| ready as usize)
}

#[cfg(any(linux_like, freebsd, target_os = "dragonfly", target_os = "openbsd"))]
fn poll(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<i32> {
    let time = limit.map(super::timespec);
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let (first, count) = (entries.as_mut_ptr().cast(), entries.len() as libc::nfds_t);
    // SAFETY: the entries are so many writable pollfds; the time is readable or null, which is no limit; no mask is given.
    checked(unsafe { libc::ppoll(first, count, time, std::ptr::null()) })
}

#[cfg(not(any(linux_like, freebsd, target_os = "dragonfly", target_os = "openbsd")))]
fn poll(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<i32> {
    let (first, count) = (entries.as_mut_ptr().cast(), entries.len() as libc::nfds_t);
    // SAFETY: the entries are so many writable pollfds.
    checked(unsafe { libc::poll(first, count, crate::sys::milliseconds(limit)) })
}

/// Waits until the descriptor is ready, or `limit` is over; returns whether it is ready.
///
/// May return `false` before `limit` is over. An error or a hang-up makes a descriptor ready for everything.
pub(crate) fn wait(fd: Borrowed<'_>, readiness: Readiness, limit: Option<Duration>) -> Result<bool> {
    check(Operation::Wait)?;
    call::poll(fd, readiness, limit.map(|limit| limit.min(LONGEST_WAIT)))
}

/// Returns the time limit that a non-blocking descriptor has for a call that waits by [`wait`]: none, because
/// `SO_RCVTIMEO` and `SO_SNDTIMEO` are for calls that wait in the system.
pub(crate) fn own_limit(_: Borrowed<'_>, _: Operation) -> Option<Duration> {
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn flags_of_the_system_are_told_as_they_are_and_a_number_survives_being_passed_over() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut entry = Entry::new(socket.as_fd(), Ready::READABLE | Ready::WRITABLE);
        for (flags, told) in [
            (0, Ready::empty()),
            (libc::POLLIN, Ready::READABLE),
            (libc::POLLOUT | libc::POLLHUP, Ready::WRITABLE | Ready::HANG_UP),
            (libc::POLLERR, Ready::ERROR),
            (libc::POLLNVAL, Ready::DETACHED),
            // Not asked for.
            (libc::POLLPRI, Ready::empty()),
        ] {
            entry.0.revents = flags;
            assert_eq!(entry.told(), told, "{flags:#x}");
        }
        entry.ask(Ready::empty());
        assert!(entry.0.fd < 0 && entry.asked().is_empty());
        entry.ask(Ready::PRIORITY);
        assert_eq!((entry.0.fd, entry.asked()), (socket.as_raw_fd(), Ready::PRIORITY));
    }
}
