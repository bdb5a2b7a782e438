//! Leases of IPv6 flow labels: `IPV6_FLOWLABEL_MGR`, whose value the kernel writes to, so that it has no row.

use std::net::Ipv6Addr;
use std::os::fd::AsRawFd;

use super::descriptor::Borrowed;
use super::{Result, check, system};
use crate::error::Operation;

/// Of linux/in6.h, as the positions below: the destination, the label at 16 in network order, then what to do, who may use
/// it, and flags.
const FLOWLABEL_MGR: i32 = 32;
const GET: u8 = 0;
const PUT: u8 = 1;
const CREATE: u16 = 1;

/// Leases a label, or if it is zero one that the kernel chooses; returns it.
pub(crate) fn lease(fd: Borrowed<'_>, to: Ipv6Addr, label: u32, share: u8) -> Result<u32> {
    let mut request = [0; 32];
    request[..16].copy_from_slice(&to.octets());
    request[16..20].copy_from_slice(&label.to_be_bytes());
    request[20..22].copy_from_slice(&[GET, share]);
    request[22..24].copy_from_slice(&CREATE.to_ne_bytes());
    ask(fd, &mut request)?;
    let [_, _, _, _, chosen, ..] = request.as_chunks::<4>().0 else { return Ok(label) };
    Ok(u32::from_be_bytes(*chosen))
}

/// Gives a label back.
pub(crate) fn release(fd: Borrowed<'_>, label: u32) -> Result<()> {
    let mut request = [0; 32];
    request[16..20].copy_from_slice(&label.to_be_bytes());
    request[20] = PUT;
    ask(fd, &mut request)
}

fn ask(fd: Borrowed<'_>, request: &mut [u8; 32]) -> Result<()> {
    check(Operation::SetOption)?;
    let (at, length) = (request.as_mut_ptr().cast(), request.len() as libc::socklen_t);
    // SAFETY: the request is readable and writable for its length: of this option the kernel writes the label that it
    // has chosen to the value that it was given.
    let asked = unsafe { libc::setsockopt(fd.as_raw_fd(), libc::IPPROTO_IPV6, FLOWLABEL_MGR, at, length) };
    system::checked(asked).map(drop)
}
