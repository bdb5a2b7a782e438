//! Whole filters of sources, as `MCAST_MSFILTER` has them.

use std::net::IpAddr;

use super::descriptor::Borrowed;
use super::group_filter::{encode, read};
use super::{Place, Result, option};

/// `MCAST_EXCLUDE`, and 1 for `MCAST_INCLUDE`: linux/in.h.
const EXCLUDE: u32 = 0;

fn place(level: i32) -> Place {
    Place::of_plain_value(level, libc::MCAST_MSFILTER)
}

pub(crate) fn set(
    socket: Borrowed<'_>,
    level: i32,
    index: u32,
    group: IpAddr,
    excludes: bool,
    sources: &[IpAddr],
) -> Result<()> {
    option::set(socket, place(level), &encode(index, group, u32::from(!excludes), sources, 0)?)
}

/// Returns whether the sources are those that are not heard, and the sources.
pub(crate) fn get(
    socket: Borrowed<'_>,
    level: i32,
    index: u32,
    group: IpAddr,
) -> Result<(bool, Vec<IpAddr>)> {
    let (mode, sources) = read(index, group, |filter| option::get(socket, place(level), filter).map(drop))?;
    Ok((mode == EXCLUDE, sources))
}
