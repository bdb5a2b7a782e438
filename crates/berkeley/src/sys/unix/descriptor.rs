//! Descriptors: owned, lent, duplicated, closed; their blocking mode.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use super::{Result, checked};
use crate::error::{Errno, Operation};
use crate::sys::check;

/// A descriptor that is closed when it is dropped: `OwnedFd` on Unix, `OwnedSocket` on Windows.
pub type Descriptor = OwnedFd;
pub(crate) type Borrowed<'a> = BorrowedFd<'a>;
/// What the system calls a descriptor by.
pub(crate) type Number = RawFd;

/// A descriptor as a socket has it.
pub(crate) type Held = Descriptor;

#[inline]
pub(crate) fn hold(fd: Descriptor) -> Held {
    fd
}

#[inline]
pub(crate) fn release(held: Held) -> Descriptor {
    held
}

#[inline]
pub(crate) fn borrow(fd: &Descriptor) -> Borrowed<'_> {
    fd.as_fd()
}

#[inline]
pub(crate) fn number(fd: Borrowed<'_>) -> Number {
    fd.as_raw_fd()
}

/// Takes over a number that a call of the system has just returned.
pub(in crate::sys) fn owned(fd: RawFd) -> Descriptor {
    // SAFETY: the only callers have `fd` from a call that opened it, so it is open and nobody else's.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

pub(crate) fn duplicate(fd: Borrowed<'_>) -> Result<Descriptor> {
    check(Operation::Duplicate)?;
    // SAFETY: `fd` is open for as long as it is borrowed; the third argument is the least number wanted.
    checked(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 3) }).map(owned)
}

/// Closes the descriptor and tells what went wrong with what it still had to do.
///
/// On every system here the number is free afterwards, whatever is returned.
pub(crate) fn close(fd: Descriptor) -> Result<()> {
    // The fault comes after the call: a close that fails has closed all the same.
    // SAFETY: the number was owned, and is given up here.
    let closed = checked(unsafe { libc::close(fd.into_raw_fd()) });
    check(Operation::Close)?;
    match closed {
        Err(errno) if errno != Errno::INTR => Err(errno),
        _ => Ok(()),
    }
}

fn flags(fd: Borrowed<'_>) -> Result<libc::c_int> {
    check(Operation::Control)?;
    // SAFETY: `fd` is open for as long as it is borrowed; F_GETFL takes no argument.
    checked(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) })
}

pub(crate) fn is_nonblocking(fd: Borrowed<'_>) -> Result<bool> {
    Ok(flags(fd)? & libc::O_NONBLOCK != 0)
}

pub(crate) fn set_nonblocking(fd: Borrowed<'_>, on: bool) -> Result<()> {
    check(Operation::Control)?;
    let mut value = libc::c_int::from(on);
    // FIONBIO is one call where F_GETFL and F_SETFL are two.
    // SAFETY: `fd` is open for as long as it is borrowed, and FIONBIO reads one int.
    checked(unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONBIO as _, &raw mut value) }).map(drop)
}

/// Makes a descriptor close-on-exec, for systems and calls that cannot do that as they open it.
#[cfg_attr(not(apple), allow(dead_code))]
pub(crate) fn set_close_on_exec(fd: Borrowed<'_>) -> Result<()> {
    check(Operation::Control)?;
    // SAFETY: `fd` is open for as long as it is borrowed; F_SETFD takes an int.
    checked(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}
