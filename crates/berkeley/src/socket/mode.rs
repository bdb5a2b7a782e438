//! How long a call waits: the one loop behind every call that may.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::sys::descriptor::{self, Borrowed};
use crate::sys::{self, Attempt, Readiness};

/// How long a call waits.
pub(crate) trait Mode: Copy {
    /// What a call gives: the value, or with a mode that never waits perhaps none.
    type Output<T>;

    /// How the first attempt is made.
    const FIRST: Attempt;

    fn done<T>(value: T) -> Self::Output<T>;

    fn map<T, U>(given: Self::Output<T>, into: impl FnOnce(T) -> U) -> Self::Output<U>;

    /// What a call gives that would have to wait, if this mode does not.
    fn nothing<T>() -> Option<Self::Output<T>>;

    fn patience(self) -> Patience;
}

/// What a call gives of a `T` in the modes that wait.
pub(super) type Always<T> = T;

/// How long to wait, at run time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    Never,
    Until(Deadline),
    /// As long as it takes, unless the descriptor has a time limit of its own, which has run out.
    AsTheDescriptor,
}

/// The mode of the plain calls: they wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting;

/// The mode of the views by a deadline, which is read only when there is waiting to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until<'a>(pub(crate) &'a Deadline);

/// The mode of the views that never wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Never;

impl Mode for Waiting {
    type Output<T> = T;
    const FIRST: Attempt = Attempt::AsIs;

    #[inline]
    fn done<T>(value: T) -> T {
        value
    }

    fn map<T, U>(given: T, into: impl FnOnce(T) -> U) -> U {
        into(given)
    }

    fn nothing<T>() -> Option<T> {
        None
    }

    fn patience(self) -> Patience {
        Patience::AsTheDescriptor
    }
}

impl Mode for Until<'_> {
    type Output<T> = T;
    const FIRST: Attempt = Attempt::Try;

    #[inline]
    fn done<T>(value: T) -> T {
        value
    }

    fn map<T, U>(given: T, into: impl FnOnce(T) -> U) -> U {
        into(given)
    }

    fn nothing<T>() -> Option<T> {
        None
    }

    fn patience(self) -> Patience {
        Patience::Until(*self.0)
    }
}

impl Mode for Never {
    type Output<T> = Option<T>;
    const FIRST: Attempt = Attempt::Try;

    #[inline]
    fn done<T>(value: T) -> Option<T> {
        Some(value)
    }

    fn map<T, U>(given: Option<T>, into: impl FnOnce(T) -> U) -> Option<U> {
        given.map(into)
    }

    fn nothing<T>() -> Option<Option<T>> {
        Some(None)
    }

    fn patience(self) -> Patience {
        Patience::Never
    }
}

/// A call that may have to wait: which descriptor, what for, and the operation that an error names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait<'a> {
    pub(crate) source: Borrowed<'a>,
    pub(crate) readiness: Readiness,
    pub(crate) operation: Operation,
}

impl<'a> Wait<'a> {
    #[inline]
    pub(crate) fn new(source: Borrowed<'a>, readiness: Readiness, operation: Operation) -> Self {
        Self { source, readiness, operation }
    }

    /// Makes a call in that mode: tries first, waits after.
    #[inline]
    pub(crate) fn run<M: Mode, T>(
        self,
        mode: M,
        mut call: impl FnMut(Attempt) -> sys::Result<T>,
    ) -> Result<M::Output<T>> {
        match call(M::FIRST) {
            Ok(value) => Ok(M::done(value)),
            Err(errno) => match self.again(mode.patience(), errno, call)? {
                Some(value) => Ok(M::done(value)),
                None => M::nothing().ok_or_else(|| Error::new(self.operation, errno)),
            },
        }
    }

    /// Waits until the descriptor is ready; looks at least once.
    pub(crate) fn until_ready(self, deadline: Deadline) -> Result<()> {
        loop {
            match sys::wait::wait(self.source, self.readiness, deadline.remaining()) {
                Ok(true) => return Ok(()),
                Ok(false) if deadline.has_passed() => return Err(Error::deadline_passed(self.operation)),
                Ok(false) | Err(Errno::INTR) => {}
                Err(errno) => return Err(Error::new(self.operation, errno)),
            }
        }
    }

    /// Repeats a call that failed for as long as there is patience; `None` when there was none to begin with.
    ///
    /// The call is taken by value: handed over by reference, what it captures would lie in memory on the hot path.
    #[cold]
    #[inline(never)]
    fn again<T>(
        self,
        patience: Patience,
        first: Errno,
        mut call: impl FnMut(Attempt) -> sys::Result<T>,
    ) -> Result<Option<T>> {
        let mut waiter = Waiter::new(self, patience);
        let mut errno = first;
        loop {
            match waiter.after(errno)? {
                ControlFlow::Continue(attempt) => match call(attempt) {
                    Ok(value) => return Ok(Some(value)),
                    Err(next) => errno = next,
                },
                ControlFlow::Break(()) => return Ok(None),
            }
        }
    }
}

/// What a call remembers between its attempts.
#[derive(Debug)]
pub(crate) struct Waiter<'a> {
    wait: Wait<'a>,
    patience: Patience,
    /// How often the descriptor was said to be ready, and the call would have had to wait all the same.
    in_vain: u32,
}

impl<'a> Waiter<'a> {
    pub(crate) fn new(wait: Wait<'a>, patience: Patience) -> Self {
        Self { wait, patience, in_vain: 0 }
    }

    /// Waits as the error of an attempt demands; says how to attempt again, or that it is not to be waited.
    pub(crate) fn after(&mut self, errno: Errno) -> Result<ControlFlow<(), Attempt>> {
        match (errno, self.patience) {
            (Errno::INTR, Patience::AsTheDescriptor) => Ok(ControlFlow::Continue(Attempt::AsIs)),
            (Errno::INTR, _) => Ok(ControlFlow::Continue(Attempt::Try)),
            (Errno::AGAIN, Patience::Never) => Ok(ControlFlow::Break(())),
            (Errno::AGAIN, Patience::Until(deadline)) => self.wait_until(deadline),
            (Errno::AGAIN, Patience::AsTheDescriptor) => {
                // A blocking descriptor that would block has a time limit of its own, which has run out.
                if !descriptor::is_nonblocking(self.wait.source).unwrap_or(false) {
                    return Err(self.error(errno));
                }
                match sys::wait::own_limit(self.wait.source, self.wait.operation) {
                    None => self.wait_until(Deadline::never()),
                    Some(limit) => self
                        .wait_until(Deadline::after(limit))
                        .map_err(|error| if error.is_deadline_passed() { self.error(errno) } else { error }),
                }
            }
            _ => Err(self.error(errno)),
        }
    }

    fn error(&self, errno: Errno) -> Error {
        Error::new(self.wait.operation, errno)
    }

    fn wait_until(&mut self, deadline: Deadline) -> Result<ControlFlow<(), Attempt>> {
        back_off(self.in_vain, deadline);
        if deadline.has_passed() {
            return Err(Error::deadline_passed(self.wait.operation));
        }
        self.wait.until_ready(deadline)?;
        self.in_vain += 1;
        Ok(ControlFlow::Continue(Attempt::Try))
    }
}

/// Lets time pass where readiness says nothing: a Unix datagram socket polls writable while the receiver that it is to
/// send to is full (unix(7) knows only of connected peers), and another thread may be faster.
pub(crate) fn back_off(in_vain: u32, deadline: Deadline) {
    const FIRST: Duration = Duration::from_micros(50);
    const LONGEST: Duration = Duration::from_millis(10);
    if in_vain == 0 {
        return;
    }
    let pause = LONGEST.min(FIRST * 2u32.pow(in_vain.min(10) - 1));
    std::thread::sleep(deadline.remaining().map_or(pause, |left| left.min(pause)));
}
