//! eventfd(2): a counter in one descriptor.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use crate::error::{Errno, Operation};
use crate::sys::descriptor::{Borrowed, owned};
use crate::sys::system::{call, checked};
use crate::sys::{Result, check};

#[derive(Debug)]
pub(crate) struct EventFd(OwnedFd);

impl EventFd {
    pub(crate) fn open() -> Result<Self> {
        check(Operation::OpenPoller)?;
        // SAFETY: the call takes two numbers.
        checked(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) }).map(|fd| Self(owned(fd)))
    }

    #[inline]
    pub(crate) fn signal(&self) -> Result<()> {
        check(Operation::Wake)?;
        match call::write(self.0.as_fd(), &1u64.to_ne_bytes()) {
            // The counter is full, and so not zero.
            Ok(_) | Err(Errno::AGAIN) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn clear(&self) {
        let mut count = [0; 8];
        // SAFETY: `count` is writable for its length. That there is nothing to read is no fault.
        let _ = unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        self.0.as_fd()
    }
}
