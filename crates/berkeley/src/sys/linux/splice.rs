//! Data moved from one descriptor to another within the kernel: splice(2), through a pipe.

use std::os::fd::{AsRawFd, RawFd};
use std::ptr::null_mut;

use super::descriptor::{self, Borrowed, Descriptor};
use super::system::mask::{self, Set};
use super::system::{checked, last_errno};
use super::{Result, check};
use crate::error::{Errno, Operation};

/// A pipe that data is moved through.
#[derive(Debug)]
pub(crate) struct Pipe {
    reader: Descriptor,
    writer: Descriptor,
}

/// Opens a pipe that holds `size` bytes, or as many as this user may have in one.
pub(crate) fn open(size: usize) -> Result<Pipe> {
    check(Operation::OpenPipe)?;
    let mut ends = [-1; 2];
    // SAFETY: there is room for two numbers.
    checked(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) })?;
    let [reader, writer] = ends.map(descriptor::owned);
    // SAFETY: the descriptor is open; the call takes a number. Who may not have so much has a smaller pipe.
    unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETPIPE_SZ, i32::try_from(size).unwrap_or(i32::MAX)) };
    Ok(Pipe { reader, writer })
}

/// Moves at most `most` bytes from a socket into the pipe.
pub(crate) fn take(pipe: &Pipe, from: Borrowed<'_>, most: usize) -> Result<usize> {
    check(Operation::Receive)?;
    splice(from.as_raw_fd(), pipe.writer.as_raw_fd(), most)
}

/// Moves at most `most` bytes from the pipe to a socket.
///
/// The call has no flag against SIGPIPE: the signal is kept from this thread meanwhile, and taken away if it came.
pub(crate) fn give(pipe: &Pipe, to: Borrowed<'_>, most: usize) -> Result<usize> {
    check(Operation::Send)?;
    let blocked = mask::block(&[libc::SIGPIPE])?;
    let given = splice(pipe.reader.as_raw_fd(), to.as_raw_fd(), most);
    if given == Err(Errno::PIPE) && blocked.has(libc::SIGPIPE) {
        take_away(libc::SIGPIPE);
    }
    blocked.restore();
    given
}

fn splice(from: RawFd, to: RawFd, most: usize) -> Result<usize> {
    let flags = libc::SPLICE_F_MOVE | libc::SPLICE_F_NONBLOCK;
    // SAFETY: both descriptors are open for as long as they are borrowed; neither has an offset.
    let moved = unsafe { libc::splice(from, null_mut(), to, null_mut(), most, flags) };
    usize::try_from(moved).map_err(|_| last_errno())
}

/// Takes a signal that waits for this thread, if one does.
fn take_away(signal: i32) {
    let Ok(set) = Set::of(&[signal]) else { return };
    let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the set and the time are readable; nothing is asked about the signal.
    unsafe { libc::sigtimedwait(set.as_ptr(), null_mut(), &raw const now) };
}
