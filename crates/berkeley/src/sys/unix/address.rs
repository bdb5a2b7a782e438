//! Socket addresses as the system has them: a family, then bytes.
//!
//! Bytes are read and written by position, so that no structure of C is cast to another. The positions are those
//! of the structures, which a test compares.

use std::ffi::CString;
use std::mem::{MaybeUninit, offset_of};

use super::Result;
use crate::addr::UnixAddress;
use crate::error::{Errno, Operation};
use crate::sys::check;

#[path = "other_families.rs"]
mod other_families;

pub(in crate::sys) use other_families::{decode as decode_more, encode as encode_more};

pub(in crate::sys) use libc::{AF_INET, AF_INET6, AF_UNIX};

pub(in crate::sys) const INET_SIZE: usize = size_of::<libc::sockaddr_in>();
pub(in crate::sys) const INET6_SIZE: usize = size_of::<libc::sockaddr_in6>();
pub(in crate::sys) const SIZE: usize = size_of::<libc::sockaddr_storage>();
pub(in crate::sys) const PATH: usize = offset_of!(libc::sockaddr_un, sun_path);
const PATH_SIZE: usize = size_of::<libc::sockaddr_un>() - PATH;

// The positions that the code has as numbers, compared wherever this is compiled.
const _: () = {
    assert!(offset_of!(libc::sockaddr_in, sin_port) == 2);
    assert!(offset_of!(libc::sockaddr_in, sin_addr) == 4);
    assert!(offset_of!(libc::sockaddr_in6, sin6_port) == 2);
    assert!(offset_of!(libc::sockaddr_in6, sin6_flowinfo) == 4);
    assert!(offset_of!(libc::sockaddr_in6, sin6_addr) == 8);
    assert!(offset_of!(libc::sockaddr_in6, sin6_scope_id) == 24);
    assert!(offset_of!(libc::sockaddr_un, sun_path) == 2);
    assert!(size_of::<libc::sockaddr_storage>() >= 128);
};

#[cfg(bsd)]
const _: () = {
    assert!(offset_of!(libc::sockaddr, sa_len) == 0);
    assert!(offset_of!(libc::sockaddr, sa_family) == 1);
};

#[cfg(not(bsd))]
const _: () = {
    assert!(offset_of!(libc::sockaddr, sa_family) == 0);
    assert!(size_of::<libc::sa_family_t>() == 2);
};

/// A socket address as the system has it.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub struct RawAddress {
    bytes: [MaybeUninit<u8>; SIZE],
    /// No more than SIZE; that many bytes at the front have values.
    length: usize,
}

impl RawAddress {
    #[inline]
    pub(crate) fn empty() -> Self {
        Self { bytes: [MaybeUninit::new(0); SIZE], length: 0 }
    }

    /// Starts an address of `family` and of `length` bytes, all others zero.
    #[inline]
    pub(in crate::sys) fn of(family: libc::c_int, length: usize) -> Self {
        let mut raw = Self::empty();
        raw.length = length;
        #[cfg(bsd)]
        raw.put(0, [length as u8, family as u8]);
        #[cfg(not(bsd))]
        raw.put(0, (family as u16).to_ne_bytes());
        raw
    }

    #[inline]
    pub(in crate::sys) fn put<const N: usize>(&mut self, position: usize, value: [u8; N]) {
        self.bytes[position..position + N].copy_from_slice(&value.map(MaybeUninit::new));
    }

    pub(in crate::sys) fn put_slice(&mut self, position: usize, value: &[u8]) {
        for (to, from) in self.bytes[position..].iter_mut().zip(value) {
            to.write(*from);
        }
    }

    #[inline]
    pub(in crate::sys) fn as_ptr(&self) -> *const libc::sockaddr {
        self.bytes.as_ptr().cast()
    }

    #[inline]
    pub(in crate::sys) fn len(&self) -> libc::socklen_t {
        self.length as libc::socklen_t
    }

    /// Lets a call of the system fill the address.
    #[inline]
    pub(super) fn fill<T>(
        &mut self,
        call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> Result<T>,
    ) -> Result<T> {
        let (memory, mut length) = self.room();
        let returned = call(memory, &raw mut length)?;
        self.filled(length);
        Ok(returned)
    }

    /// Lends the memory to a call; [`filled`](Self::filled) is told what that has made of it.
    #[inline]
    pub(in crate::sys) fn room(&mut self) -> (*mut libc::sockaddr, libc::socklen_t) {
        (self.bytes.as_mut_ptr().cast(), SIZE as libc::socklen_t)
    }

    /// Takes note of the length that the system has told, which may be more than it wrote. All bytes have had values from the
    /// start.
    #[inline]
    pub(in crate::sys) fn filled(&mut self, length: libc::socklen_t) {
        self.length = SIZE.min(length as usize);
    }

    /// Takes the address that rustix received.
    #[cfg(all(linux_like, not(berkeley_call = "libc")))]
    #[inline]
    pub(super) fn from_any(any: Option<&rustix::net::SocketAddrAny>) -> Self {
        let Some(any) = any else { return Self::empty() };
        let mut raw = Self { bytes: [MaybeUninit::uninit(); SIZE], length: any.addr_len() as usize };
        // SAFETY: the storage of a SocketAddrAny is as large as the whole of `bytes`; both may lack values.
        unsafe { std::ptr::copy_nonoverlapping(any.as_ptr().cast(), raw.bytes.as_mut_ptr(), SIZE) };
        raw
    }

    /// Takes an address from the front of what an option told.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut raw = Self::empty();
        raw.length = bytes.len().min(SIZE);
        raw.put_slice(0, &bytes[..raw.length]);
        raw
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        let front = &raw const self.bytes[..self.length];
        // SAFETY: the first `length` bytes have values, and `MaybeUninit<u8>` has the layout of `u8`.
        unsafe { &*(front as *const [u8]) }
    }

    #[inline]
    pub(in crate::sys) fn get<const N: usize>(&self, position: usize) -> Option<[u8; N]> {
        self.as_bytes().get(position..position + N)?.try_into().ok()
    }

    /// Returns the family, `AF_UNSPEC` if there is no address at all.
    #[inline]
    pub(crate) fn family(&self) -> libc::c_int {
        #[cfg(bsd)]
        let family = self.get::<2>(0).map(|bytes| bytes[1]);
        #[cfg(not(bsd))]
        let family = self.get(0).map(u16::from_ne_bytes);
        family.map_or(libc::AF_UNSPEC, libc::c_int::from)
    }
}

impl std::fmt::Debug for RawAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawAddress({:02x?})", self.as_bytes())
    }
}

#[cfg(linux_like)]
// SAFETY: the pointer leads to `length` bytes with values, for as long as the closure runs.
unsafe impl rustix::net::addr::SocketAddrArg for RawAddress {
    #[inline]
    unsafe fn with_sockaddr<R>(
        &self,
        f: impl FnOnce(*const rustix::net::addr::SocketAddrOpaque, rustix::net::addr::SocketAddrLen) -> R,
    ) -> R {
        f(self.bytes.as_ptr().cast(), self.len())
    }
}

/// Asks the system for the index of the interface of that name.
pub(crate) fn interface_index(name: &str) -> Result<u32> {
    check(Operation::Interface)?;
    let name = CString::new(name).map_err(|_| Errno::INVAL)?;
    // SAFETY: `name` is a string that ends with NUL.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(Errno::NODEV),
        index => Ok(index),
    }
}

pub(in crate::sys) fn encode_unix(address: &UnixAddress) -> Result<RawAddress> {
    let bytes = address.as_bytes();
    if address.as_abstract().is_some() && !cfg!(linux_like) {
        return Err(Errno::AFNOSUPPORT);
    }
    if bytes.len() > PATH_SIZE {
        return Err(Errno::NAMETOOLONG);
    }
    // A path ends with NUL where there is room for it; an abstract name ends where the address does.
    let end = usize::from(address.as_path().is_some() && bytes.len() < PATH_SIZE);
    let mut raw = RawAddress::of(libc::AF_UNIX, PATH + bytes.len() + end);
    raw.put_slice(PATH, bytes);
    Ok(raw)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

    use crate::addr::Address;
    use crate::sys::Sockaddr;
    use crate::sys::sockaddr::encode_inet;

    fn round_trip(text: &str) {
        let address: Address = text.parse().unwrap();
        assert_eq!(Address::decode(&address.encode().unwrap()), Some(address), "{text}");
    }

    #[test]
    fn every_address_comes_back() {
        for text in ["1.2.3.4:5", "[2001:db8::1]:80", "[fe80::1%7]:65535", "unix:/run/x", "unix:"] {
            round_trip(text);
        }
        #[cfg(linux_like)]
        for text in
            ["unix-abstract:", "unix-abstract:a%00b", "vsock://2:1024", "can://3", "netlink:7?groups=3"]
        {
            round_trip(text);
        }
    }

    #[test]
    fn scope_and_flow_keep_their_order_of_bytes() {
        let address = SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 1, 0x12345, 2));
        let raw = address.encode().unwrap();
        assert_eq!(raw.get::<4>(4), Some([0, 1, 0x23, 0x45]));
        assert_eq!(SocketAddr::decode(&raw), Some(address));
    }

    #[test]
    fn an_address_cut_short_is_none() {
        let mut raw = encode_inet(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
        raw.length = 6;
        assert_eq!(SocketAddr::decode(&raw), None);
        raw.length = 1;
        assert_eq!(raw.family(), libc::AF_UNSPEC);
    }
}
