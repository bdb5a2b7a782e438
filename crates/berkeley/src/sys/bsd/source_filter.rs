//! Whole filters of sources, as the C libraries of FreeBSD and macOS have them: setsourcefilter(3).

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;

use super::address::RawAddress;
use super::descriptor::Borrowed;
use super::system::checked;
use super::{Result, Sockaddr, check};
use crate::error::Operation;

/// `MCAST_EXCLUDE`, and 1 for `MCAST_INCLUDE`: netinet/in.h.
const EXCLUDE: u32 = 2;

unsafe extern "C" {
    fn setsourcefilter(
        socket: libc::c_int,
        interface: u32,
        group: *const libc::sockaddr,
        group_length: libc::socklen_t,
        mode: u32,
        count: u32,
        sources: *const libc::sockaddr_storage,
    ) -> libc::c_int;

    fn getsourcefilter(
        socket: libc::c_int,
        interface: u32,
        group: *const libc::sockaddr,
        group_length: libc::socklen_t,
        mode: *mut u32,
        count: *mut u32,
        sources: *mut libc::sockaddr_storage,
    ) -> libc::c_int;
}

/// An address as long as any, which both functions take whole.
fn storage(address: IpAddr) -> Result<libc::sockaddr_storage> {
    let raw = SocketAddr::new(address, 0).encode()?;
    // SAFETY: it is of numbers, which may all be zero.
    let mut storage: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let bytes = raw.as_bytes();
    // SAFETY: no address is longer than the storage, which is plain bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), (&raw mut storage).cast(), bytes.len()) };
    Ok(storage)
}

fn length(group: &libc::sockaddr_storage) -> libc::socklen_t {
    group.ss_len.into()
}

pub(crate) fn set(
    socket: Borrowed<'_>,
    _: i32,
    index: u32,
    group: IpAddr,
    excludes: bool,
    sources: &[IpAddr],
) -> Result<()> {
    check(Operation::SetOption)?;
    let group = storage(group)?;
    let sources = sources.iter().map(|source| storage(*source)).collect::<Result<Vec<_>>>()?;
    let mode = if excludes { EXCLUDE } else { 1 };
    // SAFETY: the group is readable for its length, and the sources are so many.
    checked(unsafe {
        setsourcefilter(
            socket.as_raw_fd(),
            index,
            (&raw const group).cast(),
            length(&group),
            mode,
            sources.len() as u32,
            sources.as_ptr(),
        )
    })
    .map(drop)
}

/// Returns whether the sources are those that are not heard, and the sources.
pub(crate) fn get(socket: Borrowed<'_>, _: i32, index: u32, group: IpAddr) -> Result<(bool, Vec<IpAddr>)> {
    check(Operation::GetOption)?;
    let group = storage(group)?;
    // SAFETY: it is of numbers, which may all be zero.
    let mut sources: Vec<libc::sockaddr_storage> = vec![unsafe { std::mem::zeroed() }; 16];
    loop {
        let (mut mode, mut count) = (0, sources.len() as u32);
        let at = sources.as_mut_ptr();
        // SAFETY: the group is readable for its length; there is room for as many sources as are said.
        checked(unsafe {
            getsourcefilter(
                socket.as_raw_fd(),
                index,
                (&raw const group).cast(),
                length(&group),
                &raw mut mode,
                &raw mut count,
                at,
            )
        })?;
        if count as usize <= sources.len() {
            sources.truncate(count as usize);
            return Ok((mode == EXCLUDE, sources.iter().filter_map(address).collect()));
        }
        sources.resize(count as usize, sources[0]);
    }
}

fn address(storage: &libc::sockaddr_storage) -> Option<IpAddr> {
    let size = size_of_val(storage);
    // SAFETY: it is plain bytes, all of which have values.
    let bytes = unsafe { std::slice::from_raw_parts(std::ptr::from_ref(storage).cast(), size) };
    SocketAddr::decode(&RawAddress::from_bytes(bytes)).map(|address| address.ip())
}
