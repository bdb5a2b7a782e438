//! Changes as a source.

use super::system;
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::interface::Change;
use crate::ready::Interest;

use crate::source::lends_source;
use crate::wait::wait_for;

/// Tells when interfaces come, go and change, and their addresses and routes.
///
/// It is a source, readable while there is something to [`take`](Self::take): for [`wait_any`](crate::wait_any) or a
/// poller, beside sockets. What was before it was opened is not told; who needs that opens it first and lists then.
///
/// A change that was undone before it was taken may be told, or not. It may be readable in vain: `take` says so.
///
/// # Platform notes
///
/// | system | how | what it tells |
/// |---|---|---|
/// | Linux | groups of rtnetlink(7) | each change; nothing of the alias of a disabled interface, and of routes of IPv4 that go as their interface is disabled |
/// | the BSDs, macOS | a routing socket, and a new list when it tells anything | what is different, but of routes nothing |
/// | Windows | `NotifyIpInterfaceChange` and its kin, and a new list | what is different |
/// | others | unsupported | |
///
/// # Examples
///
/// ```no_run
/// use berkeley::interface::Change;
/// use berkeley::{Deadline, InterfaceChanges};
///
/// let mut changes = InterfaceChanges::open()?;
/// loop {
///     match changes.wait(Deadline::never())? {
///         Change::Up { index } => println!("{index} is up"),
///         Change::AddressAdded(address) => println!("{} is here", address.address()),
///         Change::Lost => println!("list everything again"),
///         other => println!("{other:?}"),
///     }
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
#[doc(alias = "RTMGRP_LINK")]
#[doc(alias = "NotifyIpInterfaceChange")]
pub struct InterfaceChanges(system::Watcher);

impl InterfaceChanges {
    /// Has changes told from now on.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported).
    pub fn open() -> Result<Self> {
        system::Watcher::open().map(Self)
    }

    /// Takes the next change, if there is one. Never waits.
    pub fn take(&mut self) -> Result<Option<Change>> {
        self.0.take()
    }

    /// Waits until something changes, and takes it.
    ///
    /// # Errors
    ///
    /// [`is_deadline_passed`](Error::is_deadline_passed).
    pub fn wait(&mut self, deadline: impl Into<Deadline>) -> Result<Change> {
        let deadline = deadline.into();
        loop {
            if let Some(change) = self.take()? {
                return Ok(change);
            }
            if wait_for(self, Interest::READABLE, deadline)?.is_empty() {
                return Err(Error::deadline_passed(Operation::Interface));
            }
        }
    }
}

lends_source!([] InterfaceChanges, |it| it.0.source());
