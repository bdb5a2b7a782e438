//! What Windows alone asks of TCP by requests rather than options; no other system has them.

use super::descriptor::Borrowed;
use super::{Result, check};
use crate::error::{Errno, Operation};

pub(crate) fn info(_: Borrowed<'_>, _: &mut [u8]) -> Result<usize> {
    check(Operation::Control)?;
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn set_ack_frequency(_: Borrowed<'_>, _: u8) -> Result<()> {
    check(Operation::Control)?;
    Err(Errno::OPNOTSUPP)
}
