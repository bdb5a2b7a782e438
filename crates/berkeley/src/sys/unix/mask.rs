//! Sets of signals, and the mask of a thread.

use std::fmt;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::null_mut;

use super::Result;
use crate::error::{Errno, Operation};
use crate::sys::check;

/// A set of signals.
#[derive(Clone, Copy)]
pub(in crate::sys) struct Set(libc::sigset_t);

impl Set {
    pub(in crate::sys) fn empty() -> Self {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the set is writable.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: the call has written all of it.
        Self(unsafe { set.assume_init() })
    }

    pub(in crate::sys) fn of(numbers: &[i32]) -> Result<Self> {
        let mut set = Self::empty();
        for number in numbers {
            // SAFETY: the set is writable; a number that is no signal's is refused.
            super::checked(unsafe { libc::sigaddset(&raw mut set.0, *number) })?;
        }
        Ok(set)
    }

    pub(in crate::sys) fn has(&self, number: i32) -> bool {
        // SAFETY: the set is readable.
        unsafe { libc::sigismember(&raw const self.0, number) == 1 }
    }

    pub(in crate::sys) fn as_ptr(&self) -> *const libc::sigset_t {
        &raw const self.0
    }

    pub(in crate::sys) fn as_mut_ptr(&mut self) -> *mut libc::sigset_t {
        &raw mut self.0
    }
}

/// Signals that are kept from a thread: those of the ones asked for that were not before.
#[derive(Clone, Copy)]
pub(crate) struct Blocked(Set);

impl Blocked {
    /// Whether the signal is one that was not blocked before.
    #[cfg(linux_like)]
    pub(in crate::sys) fn has(&self, number: i32) -> bool {
        self.0.has(number)
    }

    /// Lets the signals through again, in the thread that calls.
    pub(crate) fn restore(&self) {
        // SAFETY: the set is readable, and what was blocked is not asked for. Only a wrong first argument is an error.
        unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, self.0.as_ptr(), null_mut()) };
    }
}

impl Blocked {
    /// Lets the signals through in the program that the command starts, which would inherit the mask.
    pub(crate) fn let_through(&self, command: &mut Command) {
        let blocked = *self;
        // SAFETY: between fork and exec this is one call, which signal-safety(7) lists; nothing is allocated.
        unsafe {
            command.pre_exec(move || {
                blocked.restore();
                Ok(())
            });
        }
    }
}

impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((1..128).filter(|number| self.0.has(*number))).finish()
    }
}

/// Keeps the signals from the calling thread.
pub(crate) fn block(numbers: &[i32]) -> Result<Blocked> {
    check(Operation::Signals)?;
    let (set, mut before) = (Set::of(numbers)?, Set::empty());
    // SAFETY: both sets are what they are called: one to read, one to write.
    match unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), before.as_mut_ptr()) } {
        0 => {}
        number => return Err(Errno::from_raw(number)),
    }
    let news: Vec<i32> = numbers.iter().copied().filter(|number| !before.has(*number)).collect();
    Set::of(&news).map(Blocked)
}
