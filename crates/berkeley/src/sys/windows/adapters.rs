//! The list of GetAdaptersAddresses, which has much of what there is to know of a network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr::null;

use windows_sys::Win32::Foundation::{ERROR_BUFFER_OVERFLOW, ERROR_NO_DATA};
use windows_sys::Win32::NetworkManagement::IpHelper as ip;
use windows_sys::Win32::Networking::WinSock as ws;

use super::Result;
use crate::error::{Errno, Operation};
use crate::sys::check;

pub(in crate::sys) type Adapter = ip::IP_ADAPTER_ADDRESSES_LH;

/// The list of the system, in memory that is aligned for it.
pub(in crate::sys) struct Adapters(Vec<u64>);

impl Adapters {
    /// Asks for the list; the flags say what is not to be in it, `GAA_FLAG_*`.
    pub(in crate::sys) fn ask(flags: u32) -> Result<Self> {
        // More interfaces may come between two calls, but not for ever.
        const TRIES: usize = 10;
        let mut room = vec![0_u64; 2048];
        for _ in 0..TRIES {
            check(Operation::Interface)?;
            let mut length = size_of_val(&room[..]) as u32;
            let first = room.as_mut_ptr().cast();
            // SAFETY: the room is writable for the length that is given, and aligned for the structures.
            let asked = unsafe {
                ip::GetAdaptersAddresses(ws::AF_UNSPEC.into(), flags, null(), first, &raw mut length)
            };
            match asked {
                0 => return Ok(Self(room)),
                ERROR_NO_DATA => return Ok(Self(Vec::new())),
                ERROR_BUFFER_OVERFLOW => room.resize((length as usize).div_ceil(8).max(room.len() * 2), 0),
                number => return Err(Errno::from_raw(number as i32)),
            }
        }
        Err(Errno::NOBUFS)
    }

    pub(in crate::sys) fn iter(&self) -> impl Iterator<Item = &Adapter> {
        let first: *const Adapter = if self.0.is_empty() { null() } else { self.0.as_ptr().cast() };
        // SAFETY: the first one lies at the start of the room, and the others follow.
        unsafe { chain(first, |adapter| adapter.Next) }
    }
}

/// The entries of a list in which each leads to the next.
///
/// # Safety
///
/// `first` is null, or an entry that lives for `'a`; each leads to another such one, or to null.
pub(in crate::sys) unsafe fn chain<'a, T: 'a>(
    first: *const T,
    next: impl Fn(&T) -> *mut T,
) -> impl Iterator<Item = &'a T> {
    // SAFETY: the caller's promise.
    let first = unsafe { first.as_ref() };
    // SAFETY: as above.
    std::iter::successors(first, move |entry| unsafe { next(entry).as_ref() })
}

/// The index of an adapter, which is that of IPv6 where it has no IPv4.
pub(in crate::sys) fn index(adapter: &Adapter) -> u32 {
    // SAFETY: the union holds these numbers since Windows Vista.
    match unsafe { adapter.Anonymous1.Anonymous.IfIndex } {
        0 => adapter.Ipv6IfIndex,
        index => index,
    }
}

/// Reads an address of either family, and its zone.
pub(in crate::sys) fn address(address: &ws::SOCKET_ADDRESS) -> Option<(IpAddr, u32)> {
    let length = usize::try_from(address.iSockaddrLength).ok()?;
    let mut whole = ws::SOCKADDR_INET::default();
    let from = address.lpSockaddr.cast::<u8>();
    if from.is_null() {
        return None;
    }
    let to = (&raw mut whole).cast::<u8>();
    // SAFETY: the address is readable for its length, and no more of it is taken than there is room for.
    unsafe { std::ptr::copy_nonoverlapping(from, to, length.min(size_of::<ws::SOCKADDR_INET>())) };
    let ip = ip_of(&whole)?;
    if ip.is_ipv4() {
        return Some((ip, 0));
    }
    // SAFETY: the family says so.
    let zone = unsafe { whole.Ipv6 }.Anonymous;
    // SAFETY: every kind of a zone is a number.
    Some((ip, unsafe { zone.sin6_scope_id }))
}

/// Reads an address of either family from the structure that has room for both.
pub(in crate::sys) fn ip_of(address: &ws::SOCKADDR_INET) -> Option<IpAddr> {
    // SAFETY: every kind of it begins with the family.
    match unsafe { address.si_family } {
        ws::AF_INET => {
            // SAFETY: the family says so.
            let bytes = unsafe { address.Ipv4.sin_addr.S_un.S_addr };
            Some(Ipv4Addr::from(bytes.to_ne_bytes()).into())
        }
        ws::AF_INET6 => {
            // SAFETY: the family says so.
            Some(Ipv6Addr::from(unsafe { address.Ipv6.sin6_addr.u.Byte }).into())
        }
        _ => None,
    }
}

/// Reads text that ends with zero; `None` if there is none.
///
/// # Safety
///
/// `text` is null, or readable up to a zero.
pub(in crate::sys) unsafe fn wide(text: *const u16) -> Option<String> {
    if text.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: the text ends with zero, and is read no further.
    while unsafe { *text.wrapping_add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many numbers were just read.
    let text = String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) });
    Some(text).filter(|text| !text.is_empty())
}
