//! The end of a process as a source: a kqueue with EVFILT_PROC.

use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::descriptor::{Borrowed, Descriptor};
use super::kqueue::{self, Cause};
use super::system::status;
use super::{Fate, Result, check};
use crate::error::{Errno, Operation};

pub(crate) fn open(process: u32) -> Result<Descriptor> {
    check(Operation::OpenProcess)?;
    let process = i32::try_from(process).ok().filter(|process| *process > 0).ok_or(Errno::SRCH)?;
    let kqueue = kqueue::open()?;
    let (ident, filter) = (process as usize, libc::EVFILT_PROC as i32);
    let end = Cause { ident, filter, flags: libc::NOTE_EXIT as u32, data: 0, once: true };
    match kqueue::add(kqueue.as_fd(), end) {
        Err(Errno::SRCH) if is_ended_child(process)? => kqueue::add(kqueue.as_fd(), at_once())?,
        added => added?,
    }
    Ok(kqueue)
}

/// A child that has ended and was not waited for is no process any more for some systems; but its status is there.
fn is_ended_child(process: i32) -> Result<bool> {
    status::ask(libc::P_PID, process as libc::id_t).map(|fate| matches!(fate, Fate::Ended(_)))
}

/// What makes the kqueue readable, on every system: the shortest timer.
fn at_once() -> Cause {
    Cause { ident: 0, filter: libc::EVFILT_TIMER as i32, flags: 0, data: 1, once: true }
}

pub(crate) fn fate(_: Borrowed<'_>, process: u32) -> Result<Fate> {
    status::ask(libc::P_PID, process as libc::id_t)
}

pub(crate) fn status(raw: i32) -> ExitStatus {
    ExitStatus::from_raw(raw)
}
