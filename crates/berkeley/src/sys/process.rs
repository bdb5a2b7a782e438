//! Descriptors of other processes, for the systems that lend none.

use super::Result;
use super::descriptor::{Borrowed, Descriptor};
use crate::error::Errno;

/// A process of this machine. This system gives no handle that descriptors could be had by.
#[derive(Debug)]
pub(crate) enum Handle {}

pub(crate) fn open(_: u32) -> Result<Handle> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn duplicate_from(process: &Handle, _: i32) -> Result<Descriptor> {
    match *process {}
}

pub(crate) fn sockets(process: &Handle, _: u32) -> Result<Vec<i32>> {
    match *process {}
}

pub(crate) fn of_peer(_: Borrowed<'_>) -> Result<Descriptor> {
    Err(Errno::OPNOTSUPP)
}
