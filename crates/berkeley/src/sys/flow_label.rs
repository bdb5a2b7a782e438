//! Leases of IPv6 flow labels, which no system but Linux has.

use std::net::Ipv6Addr;

use super::descriptor::Borrowed;
use super::{Result, check};
use crate::error::{Errno, Operation};

pub(crate) fn lease(_: Borrowed<'_>, _: Ipv6Addr, _: u32, _: u8) -> Result<u32> {
    check(Operation::SetOption)?;
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn release(_: Borrowed<'_>, _: u32) -> Result<()> {
    check(Operation::SetOption)?;
    Err(Errno::OPNOTSUPP)
}
