//! The end of a process as a source: pidfd_open(2).

use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::descriptor::Borrowed;
pub(crate) use super::process::open;
use super::system::status;
use super::{Fate, Result};

pub(crate) fn fate(fd: Borrowed<'_>, _: u32) -> Result<Fate> {
    status::ask(libc::P_PIDFD, fd.as_raw_fd() as libc::id_t)
}

pub(crate) fn status(raw: i32) -> ExitStatus {
    ExitStatus::from_raw(raw)
}
