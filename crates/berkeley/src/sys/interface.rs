//! Interfaces, for the systems that this crate cannot ask.

use super::Result;
use super::descriptor::{Borrowed, Descriptor};
use crate::error::Errno;
use crate::interface::{Group, Interface, Route};

pub(crate) fn available() -> Result<()> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn list() -> Result<Vec<Interface>> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn routes() -> Result<Vec<Route>> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn groups() -> Result<Vec<Group>> {
    Err(Errno::OPNOTSUPP)
}

/// What becomes readable when something changes: it cannot exist.
#[derive(Debug)]
pub(crate) struct Notifier(Descriptor);

impl Notifier {
    pub(crate) fn open() -> Result<Self> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        super::descriptor::borrow(&self.0)
    }

    #[allow(clippy::unused_self, reason = "its twins have something to ask")]
    pub(crate) fn take(&self) -> Result<bool> {
        Err(Errno::OPNOTSUPP)
    }
}
