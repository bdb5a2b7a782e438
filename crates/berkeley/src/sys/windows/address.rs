//! Socket addresses as the system has them: a family, then bytes.
//!
//! Bytes are read and written by position, so that no structure of C is cast to another. The positions are those
//! of the structures, which a test compares.

use std::ffi::CString;
use std::mem::{MaybeUninit, offset_of};

use windows_sys::Win32::NetworkManagement::IpHelper::{
    ConvertInterfaceAliasToLuid, ConvertInterfaceLuidToIndex, if_nametoindex,
};
use windows_sys::Win32::NetworkManagement::Ndis::NET_LUID_LH;

use super::{Result, ws};
use crate::addr::{Address, UnixAddress};
use crate::error::{Errno, Operation};
use crate::sys::check;

pub(in crate::sys) const AF_INET: i32 = ws::AF_INET as i32;
pub(in crate::sys) const AF_INET6: i32 = ws::AF_INET6 as i32;
pub(in crate::sys) const AF_UNIX: i32 = ws::AF_UNIX as i32;
pub(in crate::sys) const INET_SIZE: usize = size_of::<ws::SOCKADDR_IN>();
pub(in crate::sys) const INET6_SIZE: usize = size_of::<ws::SOCKADDR_IN6>();
pub(in crate::sys) const SIZE: usize = size_of::<ws::SOCKADDR_STORAGE>();
pub(in crate::sys) const PATH: usize = offset_of!(ws::SOCKADDR_UN, sun_path);
const PATH_SIZE: usize = size_of::<ws::SOCKADDR_UN>() - PATH;

// The positions that `sockaddr` has as numbers.
const _: () = {
    assert!(offset_of!(ws::SOCKADDR_IN, sin_port) == 2 && offset_of!(ws::SOCKADDR_IN, sin_addr) == 4);
    assert!(offset_of!(ws::SOCKADDR_IN6, sin6_port) == 2 && offset_of!(ws::SOCKADDR_IN6, sin6_flowinfo) == 4);
    assert!(offset_of!(ws::SOCKADDR_IN6, sin6_addr) == 8 && offset_of!(ws::SOCKADDR_IN6, Anonymous) == 24);
    assert!(INET_SIZE == 16 && INET6_SIZE == 28 && SIZE == 128);
    assert!(offset_of!(ws::SOCKADDR_UN, sun_family) == 0 && PATH == 2 && PATH_SIZE == 108);
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
    pub(in crate::sys) fn of(family: i32, length: usize) -> Self {
        let mut raw = Self::empty();
        raw.length = length;
        raw.put(0, (family as u16).to_ne_bytes());
        raw
    }

    /// Makes the address of that family that says nothing.
    pub(super) fn unspecified(family: i32) -> Self {
        let length = match family {
            AF_INET6 => INET6_SIZE,
            AF_UNIX => PATH,
            _ => size_of::<ws::SOCKADDR>(),
        };
        Self::of(family, length)
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
    pub(super) fn as_ptr(&self) -> *const ws::SOCKADDR {
        self.bytes.as_ptr().cast()
    }

    #[inline]
    pub(super) fn len(&self) -> i32 {
        self.length as i32
    }

    /// Lets a call of the system fill the address.
    #[inline]
    pub(super) fn fill<T>(
        &mut self,
        call: impl FnOnce(*mut ws::SOCKADDR, *mut i32) -> Result<T>,
    ) -> Result<T> {
        let mut length = SIZE as i32;
        let returned = call(self.bytes.as_mut_ptr().cast(), &raw mut length)?;
        // The system may tell a longer address than it wrote. All bytes have had values from the start.
        self.length = SIZE.min(usize::try_from(length).unwrap_or(0));
        // A receive that has no address to give leaves the length as it was.
        if self.family() == i32::from(ws::AF_UNSPEC) {
            self.length = 0;
        }
        Ok(returned)
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
    pub(crate) fn family(&self) -> i32 {
        self.get(0).map_or(ws::AF_UNSPEC, u16::from_ne_bytes).into()
    }
}

impl std::fmt::Debug for RawAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawAddress({:02x?})", self.as_bytes())
    }
}

/// Asks the system for the index of the interface of that name.
///
/// An interface has a name for programs, `ethernet_32769`, and one for people, `Wi-Fi`: either will do.
pub(crate) fn interface_index(name: &str) -> Result<u32> {
    check(Operation::Interface)?;
    let text = CString::new(name).map_err(|_| Errno::INVAL)?;
    // SAFETY: `text` is a string that ends with NUL.
    match unsafe { if_nametoindex(text.as_ptr().cast()) } {
        0 => index_of_alias(name),
        index => Ok(index),
    }
}

fn index_of_alias(alias: &str) -> Result<u32> {
    let alias: Vec<u16> = alias.encode_utf16().chain([0]).collect();
    let mut identifier = NET_LUID_LH::default();
    // SAFETY: `alias` is a string that ends with NUL, and the identifier is writable.
    if unsafe { ConvertInterfaceAliasToLuid(alias.as_ptr(), &raw mut identifier) } != 0 {
        return Err(Errno::NODEV);
    }
    let mut index = 0;
    // SAFETY: the identifier is readable, and the index writable.
    match unsafe { ConvertInterfaceLuidToIndex(&raw const identifier, &raw mut index) } {
        0 => Ok(index),
        _ => Err(Errno::NODEV),
    }
}

/// Winsock has sockets of no further family that this library knows.
pub(in crate::sys) fn encode_more(_: &Address) -> Result<RawAddress> {
    Err(Errno::AFNOSUPPORT)
}

pub(in crate::sys) fn decode_more(_: &RawAddress) -> Option<Address> {
    None
}

pub(in crate::sys) fn encode_unix(address: &UnixAddress) -> Result<RawAddress> {
    let bytes = address.as_bytes();
    if address.as_abstract().is_some() {
        return Err(Errno::AFNOSUPPORT);
    }
    // Windows wants the NUL that ends a path.
    let end = usize::from(!address.is_unnamed());
    if bytes.len() + end > PATH_SIZE {
        return Err(Errno::NAMETOOLONG);
    }
    let mut raw = RawAddress::of(AF_UNIX, PATH + bytes.len() + end);
    raw.put_slice(PATH, bytes);
    Ok(raw)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::ffi::CStr;
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

    use windows_sys::Win32::NetworkManagement::IpHelper::{
        ConvertInterfaceIndexToLuid, ConvertInterfaceLuidToAlias, if_indextoname,
    };

    use super::*;
    use crate::addr::Zone;
    use crate::sys::Sockaddr;
    use crate::sys::sockaddr::encode_inet;

    #[test]
    fn addresses_are_these_bytes() {
        let bytes = |text: &str| text.parse::<Address>().unwrap().encode().unwrap().as_bytes().to_vec();
        assert_eq!(bytes("1.2.3.4:258"), [2, 0, 1, 2, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
        let v6 = bytes("[::9%7]:258");
        assert_eq!((&v6[..8], v6[23], &v6[24..]), (&[23, 0, 1, 2, 0, 0, 0, 0][..], 9, &[7, 0, 0, 0][..]));
        assert_eq!(bytes("unix:/x"), [1, 0, b'/', b'x', 0]);
        assert_eq!(bytes("unix:%80"), [1, 0, 0x80, 0]);
    }

    #[test]
    fn an_address_cut_short_is_none() {
        let mut raw = encode_inet(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
        raw.length = 6;
        assert_eq!(SocketAddr::decode(&raw), None);
        raw.length = 1;
        assert_eq!(raw.family(), i32::from(ws::AF_UNSPEC));
    }

    /// However many zeros the system tells after it, a name ends at the first; without one there is none.
    #[test]
    fn a_path_ends_at_its_nul() {
        let mut raw = RawAddress::of(AF_UNIX, size_of::<ws::SOCKADDR_UN>());
        assert_eq!(UnixAddress::decode(&raw), Some(UnixAddress::unnamed()));
        raw.put_slice(PATH, b"C:/x");
        assert_eq!(UnixAddress::decode(&raw), UnixAddress::path("C:/x").ok());
    }

    #[test]
    fn every_address_comes_back() {
        for text in
            ["1.2.3.4:5", "[2001:db8::1]:80", "[fe80::1%7]:65535", "unix:/run/x", "unix:", "family:6:0102"]
        {
            let address: Address = text.parse().unwrap();
            assert_eq!(Address::decode(&address.encode().unwrap()), Some(address), "{text}");
        }
    }

    #[test]
    fn a_path_has_room_for_its_end() {
        let path = |length| UnixAddress::path("x".repeat(length)).unwrap().encode().map(|raw| raw.len());
        assert_eq!(path(107), Ok(110));
        assert_eq!(path(108), Err(Errno::NAMETOOLONG));
    }

    #[test]
    fn scope_and_flow_keep_their_order_of_bytes() {
        let address = SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 1, 0x12345, 2));
        let raw = address.encode().unwrap();
        assert_eq!(raw.get::<4>(4), Some([0, 1, 0x23, 0x45]));
        assert_eq!(SocketAddr::decode(&raw), Some(address));
    }

    #[test]
    fn the_address_of_nothing_decodes_in_its_family() {
        let any = |family: u16| Address::decode(&RawAddress::unspecified(family.into())).unwrap().to_string();
        assert_eq!(any(ws::AF_INET), "0.0.0.0:0");
        assert_eq!(any(ws::AF_INET6), "[::]:0");
        assert_eq!(any(ws::AF_UNIX), "unix:");
    }

    /// The name for people, of the loopback: on Windows there are blanks in it.
    fn alias(index: u32) -> String {
        let mut identifier = NET_LUID_LH::default();
        // SAFETY: the identifier is writable.
        let converted = unsafe { ConvertInterfaceIndexToLuid(index, &raw mut identifier) };
        assert_eq!(converted, 0);
        let mut text = [0; 257];
        // SAFETY: the identifier is readable, and the text writable for its length.
        let told =
            unsafe { ConvertInterfaceLuidToAlias(&raw const identifier, text.as_mut_ptr(), text.len()) };
        assert_eq!(told, 0);
        String::from_utf16(text.split(|unit| *unit == 0).next().unwrap()).unwrap()
    }

    /// The name for programs.
    fn name(index: u32) -> String {
        let mut text = [0; 257];
        // SAFETY: there is room for the longest name, NDIS_IF_MAX_STRING_SIZE, and its NUL.
        let told = unsafe { if_indextoname(index, text.as_mut_ptr()) };
        assert!(!told.is_null());
        CStr::from_bytes_until_nul(&text).unwrap().to_str().unwrap().to_owned()
    }

    /// The loopback is the first interface.
    #[test]
    fn an_interface_is_found_by_either_kind_of_name_and_by_no_other() {
        assert_eq!(interface_index(&name(1)), Ok(1));
        assert_eq!(interface_index(&alias(1)), Ok(1));
        let zoned = format!("[fe80::1%{}]:1", Zone::name(&alias(1)).unwrap());
        let raw = zoned.parse::<Address>().unwrap().encode().unwrap();
        assert_eq!(raw.get::<4>(24), Some(1u32.to_ne_bytes()));
        assert_eq!(interface_index("no-such-interface"), Err(Errno::NODEV));
    }
}
