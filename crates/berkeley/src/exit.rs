//! The end of a process as a source.

use std::process::{Child, ExitStatus};

use crate::deadline::Deadline;
use crate::error::{During, Errno, Error, Operation, Result};
use crate::ready::Interest;
use crate::source::{Descriptor, lends_source};
use crate::sys::{Fate, descriptor, exit};
use crate::wait::wait_for;

/// The end of a process, as something to wait for.
///
/// It is a source, readable from the end of the process on: for [`wait_any`](crate::wait_any) or a poller, beside sockets.
///
/// How a child has ended can be asked again and again; it is left for [`Child::wait`], which must still be called so that
/// the system forgets the child.
///
/// # Platform notes
///
/// | system | how |
/// |---|---|
/// | Linux 5.4 and later | `pidfd_open(2)`: it stays the process that it was made for, whoever has the number later |
/// | the BSDs, macOS | a `kqueue(2)` with `EVFILT_PROC` |
/// | others | unsupported |
///
/// # Examples
///
/// ```
/// use berkeley::{ProcessExit, ProcessState, SECOND};
/// use std::process::Command;
///
/// # if cfg!(windows) { return Ok(()); }
/// let mut child = Command::new("true").spawn()?;
/// let exit = match ProcessExit::of(&child) {
///     Err(error) if error.is_unsupported() => return Ok(child.wait().map(drop)?),
///     exit => exit?,
/// };
/// let ProcessState::Exited(status) = exit.wait(SECOND * 10)? else { panic!("it is a child") };
/// assert!(status.success());
/// assert_eq!(child.wait()?, status);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[doc(alias = "pidfd_open")]
#[doc(alias = "EVFILT_PROC")]
pub struct ProcessExit {
    descriptor: Descriptor,
    id: u32,
}

lends_source!([] ProcessExit, |it| descriptor::borrow(&it.descriptor));

/// What has become of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// It runs.
    Running,
    /// It has ended so.
    Exited(ExitStatus),
    /// It has ended, and how is for its parent to know: it is no child of this process, or was waited for already.
    Gone,
}

/// What is wrong with a child that is no process any more.
const WAITED_FOR: &str = "the child was waited for already";

impl ProcessExit {
    /// Makes the source of a child's end.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where the end of a process cannot be a source;
    /// [`is_no_such_process`](Error::is_no_such_process) if the child was waited for already.
    pub fn of(child: &Child) -> Result<Self> {
        let exit = Self::of_process(child.id()).map_err(|error| {
            if error.is_no_such_process() { error.with_detail(WAITED_FOR) } else { error }
        })?;
        match exit.fate()? {
            // The number is another process's by now.
            Fate::NoChild => Err(Error::new(Operation::OpenProcess, Errno::SRCH).with_detail(WAITED_FOR)),
            _ => Ok(exit),
        }
    }

    /// Makes the source of the end of the process with that number, which need not be a child.
    ///
    /// The number of a process that has ended may be another's by the time of this call, unless it is a child that was
    /// not waited for.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where the end of a process cannot be a source;
    /// [`is_no_such_process`](Error::is_no_such_process).
    pub fn of_process(id: u32) -> Result<Self> {
        exit::open(id).during(Operation::OpenProcess).map(|descriptor| Self { descriptor, id })
    }

    /// Returns the number of the process.
    #[must_use]
    #[doc(alias = "pid")]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Tells what has become of the process, without waiting.
    ///
    /// # System call
    ///
    /// `waitid(2)` with `WNOWAIT`.
    #[doc(alias = "waitid")]
    pub fn state(&self) -> Result<ProcessState> {
        match self.fate()? {
            Fate::Ended(status) => Ok(ProcessState::Exited(exit::status(status))),
            Fate::NoChild if self.has_ended_by(Deadline::now())? => Ok(ProcessState::Gone),
            Fate::Running | Fate::NoChild => Ok(ProcessState::Running),
        }
    }

    /// Waits until the process has ended, and tells how.
    ///
    /// # Errors
    ///
    /// [`is_deadline_passed`](Error::is_deadline_passed).
    pub fn wait(&self, deadline: impl Into<Deadline>) -> Result<ProcessState> {
        let deadline = deadline.into();
        loop {
            match self.state()? {
                ProcessState::Running => {}
                ended => return Ok(ended),
            }
            if !self.has_ended_by(deadline)? {
                return Err(Error::deadline_passed(Operation::ExitStatus));
            }
            // Some systems tell of the end an instant before they have the status.
            std::thread::yield_now();
        }
    }

    fn fate(&self) -> Result<Fate> {
        loop {
            match exit::fate(descriptor::borrow(&self.descriptor), self.id) {
                Err(Errno::INTR) => {}
                fate => return fate.during(Operation::ExitStatus),
            }
        }
    }

    fn has_ended_by(&self, deadline: Deadline) -> Result<bool> {
        wait_for(self, Interest::READABLE, deadline).map(|ready| !ready.is_empty())
    }
}
