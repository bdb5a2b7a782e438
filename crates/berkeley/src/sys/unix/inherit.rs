//! Descriptors that programs started from here inherit, under numbers that are agreed upon.

use std::os::fd::AsRawFd;

use super::descriptor::{Borrowed, Descriptor};
use super::system::checked;
use super::system::descriptor::owned;
use super::{Result, check};
use crate::error::{Errno, Operation};

/// Duplicates to the least number from `least` on that is free; the duplicate goes with this process's program.
pub(crate) fn out_of_the_way(fd: Borrowed<'_>, least: i32) -> Result<Descriptor> {
    check(Operation::Duplicate)?;
    // SAFETY: `fd` is open for as long as it is borrowed; the third argument is the least number wanted.
    checked(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, least) }).map(owned)
}

/// Duplicates to a number that is free, for programs that are started to inherit: `EBUSY` if it is not.
pub(crate) fn place(fd: Borrowed<'_>, number: i32) -> Result<Descriptor> {
    check(Operation::Duplicate)?;
    // Unlike dup2(2) this takes the number from nobody.
    // SAFETY: `fd` is open for as long as it is borrowed; the third argument is the least number wanted.
    let placed = checked(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD, number) }).map(owned)?;
    if placed.as_raw_fd() == number { Ok(placed) } else { Err(Errno::from_raw(libc::EBUSY)) }
}
