//! The calls of the hot paths, through libc.

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::time::Duration;

use super::address::RawAddress;
use super::descriptor::{Borrowed, Descriptor, owned};
use super::{Result, checked, checked_length};
use crate::sys::{Readiness, milliseconds};

#[inline]
pub(super) fn send(fd: Borrowed<'_>, data: &[u8], flags: i32) -> Result<usize> {
    // SAFETY: `data` is readable for its whole length.
    checked_length(unsafe { libc::send(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), flags) })
}

#[inline]
pub(in crate::sys) fn write(fd: Borrowed<'_>, data: &[u8]) -> Result<usize> {
    // SAFETY: `data` is readable for its whole length.
    checked_length(unsafe { libc::write(fd.as_raw_fd(), data.as_ptr().cast(), data.len()) })
}

#[inline]
pub(super) fn send_to(fd: Borrowed<'_>, data: &[u8], flags: i32, to: &RawAddress) -> Result<usize> {
    let (address, length) = (to.as_ptr(), to.len());
    // SAFETY: `data` and the address are readable for their whole lengths.
    checked_length(unsafe {
        libc::sendto(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), flags, address, length)
    })
}

#[inline]
pub(super) fn recv(fd: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<usize> {
    // SAFETY: `room` is writable for its whole length.
    checked_length(unsafe { libc::recv(fd.as_raw_fd(), room.as_mut_ptr().cast(), room.len(), flags) })
}

/// For Linux alone, where MSG_TRUNC makes recvfrom(2) tell the whole length.
#[cfg(linux_like)]
#[inline]
pub(super) fn recv_from(
    fd: Borrowed<'_>,
    room: &mut [MaybeUninit<u8>],
    flags: i32,
) -> Result<(usize, RawAddress)> {
    let mut from = RawAddress::empty();
    let total = from.fill(|address, length| {
        // SAFETY: `room` is writable for its whole length, and so is the address for the length that is given.
        let returned = unsafe {
            libc::recvfrom(fd.as_raw_fd(), room.as_mut_ptr().cast(), room.len(), flags, address, length)
        };
        checked_length(returned)
    })?;
    Ok((total, from))
}

/// Accepts a connection whose descriptor is blocking and close-on-exec.
#[cfg(not(apple))]
#[inline]
pub(super) fn accept(fd: Borrowed<'_>) -> Result<(Descriptor, RawAddress)> {
    let mut from = RawAddress::empty();
    let accepted = from.fill(|address, length| {
        // SAFETY: the address is writable for the length that is given.
        checked(unsafe { libc::accept4(fd.as_raw_fd(), address, length, libc::SOCK_CLOEXEC) })
    })?;
    Ok((owned(accepted), from))
}

/// Accepts a connection whose descriptor is blocking and close-on-exec.
///
/// XNU has no accept4, and hands on the listener's O_NONBLOCK. A connection whose peer is gone already it returns with
/// no address, where other systems say that it was aborted.
#[cfg(apple)]
pub(super) fn accept(fd: Borrowed<'_>) -> Result<(Descriptor, RawAddress)> {
    use std::os::fd::AsFd;

    use crate::error::Errno;

    let mut from = RawAddress::empty();
    let accepted = from.fill(|address, length| {
        // SAFETY: the address is writable for the length that is given.
        checked(unsafe { libc::accept(fd.as_raw_fd(), address, length) })
    })?;
    let accepted = owned(accepted);
    if from.len() == 0 {
        return Err(Errno::CONNABORTED);
    }
    super::descriptor::set_close_on_exec(accepted.as_fd())?;
    super::descriptor::set_nonblocking(accepted.as_fd(), false)?;
    super::name::no_sigpipe(accepted.as_fd())?;
    Ok((accepted, from))
}

pub(super) fn poll(fd: Borrowed<'_>, readiness: Readiness, limit: Option<Duration>) -> Result<bool> {
    let events = match readiness {
        Readiness::Readable => libc::POLLIN,
        Readiness::Writable => libc::POLLOUT,
        Readiness::Priority => libc::POLLPRI,
        // Errors are told unasked.
        Readiness::Failed => 0,
    };
    let mut entry = libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 };
    // SAFETY: `entry` is one writable pollfd.
    checked(unsafe { libc::poll(&raw mut entry, 1, milliseconds(limit)) }).map(|ready| ready != 0)
}
