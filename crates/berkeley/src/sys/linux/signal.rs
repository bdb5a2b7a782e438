//! Signals as a source: signalfd(2).

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::descriptor::{self, Borrowed, Descriptor};
use super::system::mask::Set;
pub(crate) use super::system::mask::{Blocked, block};
use super::system::{checked, last_errno};
use super::{Arrival, Result, check};
use crate::error::{Errno, Operation};

pub(crate) fn open(numbers: &[i32]) -> Result<Descriptor> {
    check(Operation::Signals)?;
    let set = Set::of(numbers)?;
    // SAFETY: the set is readable.
    let opened = unsafe { libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    checked(opened).map(descriptor::owned)
}

/// Takes the next signal of the descriptor, if one came.
pub(crate) fn take(fd: Borrowed<'_>) -> Result<Option<Arrival>> {
    check(Operation::Signals)?;
    let mut info = MaybeUninit::<libc::signalfd_siginfo>::zeroed();
    let size = size_of::<libc::signalfd_siginfo>();
    // SAFETY: the structure is writable for its size.
    let length = unsafe { libc::read(fd.as_raw_fd(), info.as_mut_ptr().cast(), size) };
    if length < 0 {
        return match last_errno() {
            Errno::AGAIN => Ok(None),
            errno => Err(errno),
        };
    }
    // SAFETY: zeros are such a structure, and so is what the call has written over them.
    let info = unsafe { info.assume_init() };
    let sender = (info.ssi_pid != 0).then_some((info.ssi_pid, info.ssi_uid));
    Ok(Some(Arrival { number: info.ssi_signo as i32, code: Some(info.ssi_code), sender }))
}
