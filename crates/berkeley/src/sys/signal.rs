//! Signals as a source, for the systems that have none.

use super::descriptor::{Borrowed, Descriptor};
use super::{Arrival, Result};
use crate::error::Errno;

/// Signals that are kept from a thread.
#[derive(Debug)]
pub(crate) struct Blocked;

impl Blocked {
    #[allow(clippy::unused_self, reason = "its twins have something to restore")]
    pub(crate) fn restore(&self) {}

    #[allow(clippy::unused_self, reason = "as above")]
    pub(crate) fn let_through(&self, _: &mut std::process::Command) {}
}

pub(crate) fn block(_: &[i32]) -> Result<Blocked> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn open(_: &[i32]) -> Result<Descriptor> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn take(_: Borrowed<'_>) -> Result<Option<Arrival>> {
    Err(Errno::OPNOTSUPP)
}
