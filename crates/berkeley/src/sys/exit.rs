//! The ends of processes as sources, for the systems that have none.

use std::process::ExitStatus;

use super::descriptor::{Borrowed, Descriptor};
use super::{Fate, Result};
use crate::error::Errno;

pub(crate) fn open(_: u32) -> Result<Descriptor> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn fate(_: Borrowed<'_>, _: u32) -> Result<Fate> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn status(_: i32) -> ExitStatus {
    ExitStatus::default()
}
