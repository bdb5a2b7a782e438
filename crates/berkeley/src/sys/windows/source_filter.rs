//! Whole filters of sources, as `SIOCSMSFILTER` and `SIOCGMSFILTER` have them.

use std::net::IpAddr;

use super::descriptor::Borrowed;
use super::group_filter::{encode, read};
use super::system::control;
use super::{Result, check};
use crate::error::Operation;

// ws2ipdef.h: `_IOW('t', 126, ULONG)`, and 127 with IOC_IN. windows-sys lacks them.
const SET: u32 = 0x8004_747e;
const GET: u32 = 0x8004_747f;

/// `MCAST_EXCLUDE`, and 0 for `MCAST_INCLUDE`: ws2ipdef.h.
const EXCLUDE: u32 = 1;

pub(crate) fn set(
    socket: Borrowed<'_>,
    _: i32,
    index: u32,
    group: IpAddr,
    excludes: bool,
    sources: &[IpAddr],
) -> Result<()> {
    check(Operation::SetOption)?;
    control(socket, SET, &encode(index, group, u32::from(excludes), sources, 0)?, &mut []).map(drop)
}

/// Returns whether the sources are those that are not heard, and the sources.
pub(crate) fn get(socket: Borrowed<'_>, _: i32, index: u32, group: IpAddr) -> Result<(bool, Vec<IpAddr>)> {
    check(Operation::GetOption)?;
    let (mode, sources) = read(index, group, |filter| {
        let asked = filter.to_vec();
        control(socket, GET, &asked, filter).map(drop)
    })?;
    Ok((mode == EXCLUDE, sources))
}
