//! Data moved from one descriptor to another within the kernel, for the systems that do not.

use super::Result;
use super::descriptor::Borrowed;
use crate::error::Errno;

/// A pipe that data is moved through. This system moves none.
#[derive(Debug)]
pub(crate) enum Pipe {}

pub(crate) fn open(_: usize) -> Result<Pipe> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn take(pipe: &Pipe, _: Borrowed<'_>, _: usize) -> Result<usize> {
    match *pipe {}
}

pub(crate) fn give(pipe: &Pipe, _: Borrowed<'_>, _: usize) -> Result<usize> {
    match *pipe {}
}
