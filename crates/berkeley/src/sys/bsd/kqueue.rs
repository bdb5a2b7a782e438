//! A kqueue for one purpose, as a source: it is readable while it has an event.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::{null, null_mut};

use super::Result;
use super::descriptor::{self, Borrowed, Descriptor};
use super::system::checked;

/// What makes an event: the number of what it is about, the filter, and the filter's flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    pub(super) ident: usize,
    pub(super) filter: i32,
    pub(super) flags: u32,
    /// For timers, milliseconds.
    pub(super) data: i32,
    /// Whether it makes one event and no more.
    pub(super) once: bool,
}

pub(super) fn open() -> Result<Descriptor> {
    // SAFETY: the call takes nothing.
    let kqueue = checked(unsafe { libc::kqueue() }).map(descriptor::owned)?;
    descriptor::set_close_on_exec(kqueue.as_fd())?;
    Ok(kqueue)
}

pub(super) fn add(kqueue: Borrowed<'_>, cause: Cause) -> Result<()> {
    // SAFETY: a kevent is numbers and a pointer, for which zero is a value.
    let mut change: libc::kevent = unsafe { MaybeUninit::zeroed().assume_init() };
    change.ident = cause.ident as _;
    change.filter = cause.filter as _;
    change.flags = (libc::EV_ADD | if cause.once { libc::EV_ONESHOT } else { 0 }) as _;
    change.fflags = cause.flags as _;
    change.data = cause.data as _;
    // SAFETY: there is one change to read, and no room for events.
    checked(unsafe { libc::kevent(kqueue.as_raw_fd(), &raw const change, 1, null_mut(), 0, null()) })
        .map(drop)
}

/// Takes the next event, if there is one: the number of what it is about.
pub(super) fn take(kqueue: Borrowed<'_>) -> Result<Option<usize>> {
    let mut event = MaybeUninit::<libc::kevent>::zeroed();
    let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is no change, room for one event, and a time.
    let count = checked(unsafe {
        libc::kevent(kqueue.as_raw_fd(), null(), 0, event.as_mut_ptr(), 1, &raw const now)
    })?;
    // SAFETY: zeros are a kevent, and so is what the call has written over them.
    let event = unsafe { event.assume_init() };
    Ok((count > 0).then_some(event.ident as usize))
}
