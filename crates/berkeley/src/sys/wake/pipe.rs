//! A pipe to oneself, for systems without a counter in a descriptor.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use crate::error::{Errno, Operation};
use crate::sys::descriptor::{Borrowed, owned, set_close_on_exec, set_nonblocking};
use crate::sys::system::{call, checked};
use crate::sys::{Result, check};

#[derive(Debug)]
pub(crate) struct Pipe {
    reading: OwnedFd,
    writing: OwnedFd,
}

impl Pipe {
    pub(crate) fn open() -> Result<Self> {
        check(Operation::OpenPoller)?;
        let mut ends = [0; 2];
        // SAFETY: `ends` has room for both descriptors.
        checked(unsafe { libc::pipe(ends.as_mut_ptr()) })?;
        let [reading, writing] = ends.map(owned);
        for end in [&reading, &writing] {
            set_close_on_exec(end.as_fd())?;
            set_nonblocking(end.as_fd(), true)?;
        }
        Ok(Self { reading, writing })
    }

    pub(crate) fn signal(&self) -> Result<()> {
        check(Operation::Wake)?;
        match call::write(self.writing.as_fd(), &[1]) {
            // The pipe is full, and so not empty.
            Ok(_) | Err(Errno::AGAIN) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn clear(&self) {
        let mut bytes = [0u8; 64];
        loop {
            // SAFETY: `bytes` is writable for its length.
            let read =
                unsafe { libc::read(self.reading.as_raw_fd(), bytes.as_mut_ptr().cast(), bytes.len()) };
            if read < bytes.len() as isize {
                return;
            }
        }
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        self.reading.as_fd()
    }
}
