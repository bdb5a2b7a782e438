//! Descriptors that programs inherit, for the systems on which they have no numbers there.

use super::Result;
use super::descriptor::{Borrowed, Descriptor};
use crate::error::Errno;

pub(crate) fn out_of_the_way(_: Borrowed<'_>, _: i32) -> Result<Descriptor> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn place(_: Borrowed<'_>, _: i32) -> Result<Descriptor> {
    Err(Errno::OPNOTSUPP)
}
