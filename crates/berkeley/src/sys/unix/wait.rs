//! Waiting for one descriptor.

use std::time::Duration;

use super::descriptor::Borrowed;
use super::{Result, call};
use crate::error::Operation;
use crate::sys::{LONGEST_WAIT, Readiness, check};

/// Waits until the descriptor is ready, or `limit` is over; returns whether it is ready.
///
/// May return `false` before `limit` is over. An error or a hang-up makes a descriptor ready for everything.
pub(crate) fn wait(fd: Borrowed<'_>, readiness: Readiness, limit: Option<Duration>) -> Result<bool> {
    check(Operation::Wait)?;
    call::poll(fd, readiness, limit.map(|limit| limit.min(LONGEST_WAIT)))
}

/// Returns the time limit that a non-blocking descriptor has for a call that waits by [`wait`]: none, because
/// `SO_RCVTIMEO` and `SO_SNDTIMEO` are for calls that wait in the system.
pub(crate) fn own_limit(_: Borrowed<'_>, _: Operation) -> Option<Duration> {
    None
}
