//! Signals as a source: a kqueue with EVFILT_SIGNAL.

use std::os::fd::AsFd;

use super::descriptor::{Borrowed, Descriptor};
use super::kqueue::{self, Cause};
use super::system::checked;
use super::system::mask::Set;
pub(crate) use super::system::mask::{Blocked, block};
use super::{Arrival, Result, check};
use crate::error::Operation;

pub(crate) fn open(numbers: &[i32]) -> Result<Descriptor> {
    check(Operation::Signals)?;
    let kqueue = kqueue::open()?;
    for number in numbers {
        let (ident, filter) = (*number as usize, libc::EVFILT_SIGNAL as i32);
        kqueue::add(kqueue.as_fd(), Cause { ident, filter, flags: 0, data: 0, once: false })?;
    }
    Ok(kqueue)
}

/// Takes the next signal of the kqueue, if one came.
pub(crate) fn take(kqueue: Borrowed<'_>) -> Result<Option<Arrival>> {
    check(Operation::Signals)?;
    let Some(number) = kqueue::take(kqueue)? else { return Ok(None) };
    let number = number as i32;
    settle(number)?;
    Ok(Some(Arrival { number, code: None, sender: None }))
}

/// Takes away the signal itself: the event tells of it alone, and it still waits to be let through.
fn settle(number: i32) -> Result<()> {
    let mut pending = Set::empty();
    // SAFETY: the set is writable.
    checked(unsafe { libc::sigpending(pending.as_mut_ptr()) })?;
    if !pending.has(number) {
        return Ok(());
    }
    let (set, mut taken) = (Set::of(&[number])?, 0);
    // SAFETY: the set is readable, and the number writable. The call does not wait, since the signal is there.
    unsafe { libc::sigwait(set.as_ptr(), &raw mut taken) };
    Ok(())
}
