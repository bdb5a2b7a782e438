//! Whole filters of sources, for the systems that have none.

use std::net::IpAddr;

use super::Result;
use super::descriptor::Borrowed;
use crate::error::Errno;

pub(crate) fn set(_: Borrowed<'_>, _: i32, _: u32, _: IpAddr, _: bool, _: &[IpAddr]) -> Result<()> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn get(_: Borrowed<'_>, _: i32, _: u32, _: IpAddr) -> Result<(bool, Vec<IpAddr>)> {
    Err(Errno::OPNOTSUPP)
}
