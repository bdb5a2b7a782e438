//! Interfaces: getifaddrs(3), and a routing socket that tells of changes.

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd;
use std::ptr;

use super::descriptor::{self, Borrowed, Descriptor};
use super::system::{checked, last_errno};
use super::{Result, check};
use crate::error::{Errno, Operation};
use crate::interface::{AddressScope, Interface, InterfaceAddress, InterfaceFlags, InterfaceKind, Route};

#[allow(clippy::unnecessary_wraps, reason = "its twin has nothing to offer")]
pub(crate) fn available() -> Result<()> {
    Ok(())
}

/// The list that the system gives, until it is given back.
struct Given(*mut libc::ifaddrs);

impl Drop for Given {
    fn drop(&mut self) {
        // SAFETY: getifaddrs(3) gave the list, and nothing of it is kept.
        unsafe { libc::freeifaddrs(self.0) };
    }
}

pub(crate) fn list() -> Result<Vec<Interface>> {
    check(Operation::Interface)?;
    let mut first = ptr::null_mut();
    // SAFETY: the pointer is writable.
    checked(unsafe { libc::getifaddrs(&raw mut first) })?;
    let given = Given(first);
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut next = given.0;
    // SAFETY: an entry of the list is valid until the list is given back, and the last one has no next.
    while let Some(entry) = unsafe { next.as_ref() } {
        // SAFETY: every entry has a name that ends with NUL.
        let name = unsafe { CStr::from_ptr(entry.ifa_name) }.to_string_lossy();
        let at = interfaces.iter().position(|interface| *interface.name == *name).unwrap_or_else(|| {
            interfaces.push(Interface::new(index_of(entry.ifa_name), &name));
            interfaces.len() - 1
        });
        take(&mut interfaces[at], entry);
        next = entry.ifa_next;
    }
    Ok(interfaces)
}

fn index_of(name: *const libc::c_char) -> u32 {
    // SAFETY: the name ends with NUL.
    unsafe { libc::if_nametoindex(name) }
}

/// Takes what an entry says of its interface: a hardware address with all the numbers, or an address.
fn take(interface: &mut Interface, entry: &libc::ifaddrs) {
    interface.flags = InterfaceFlags::from_bits_retain(u64::from(entry.ifa_flags));
    let Some(bytes) = bytes_of(entry.ifa_addr) else { return };
    if i32::from(bytes[1]) == libc::AF_LINK {
        take_link(interface, bytes, entry.ifa_data);
    } else if let Some(address) = ip(bytes, bytes[1]) {
        let prefix = bytes_of(entry.ifa_netmask).map_or(0, |mask| prefix_of(mask, address.is_ipv4()));
        let mut told = InterfaceAddress::new(interface.index, address, prefix, AddressScope::of(address));
        let other = bytes_of(entry.ifa_dstaddr).and_then(|other| ip(other, bytes[1]));
        if interface.flags.contains(InterfaceFlags::POINT_TO_POINT) {
            told.peer = other.filter(|other| *other != address && !other.is_unspecified());
        } else if interface.flags.contains(InterfaceFlags::BROADCAST) {
            told.broadcast = match other {
                Some(IpAddr::V4(all)) => Some(all),
                _ => None,
            };
        }
        interface.addresses.push(told);
    }
}

/// The bytes of a socket address, whose first says how many they are; `None` of a null pointer, or of fewer than two.
fn bytes_of<'a>(address: *const libc::sockaddr) -> Option<&'a [u8]> {
    if address.is_null() {
        return None;
    }
    let first = address.cast::<u8>();
    // SAFETY: a socket address of these systems begins with its length, and has as many bytes.
    let bytes = unsafe { std::slice::from_raw_parts(first, usize::from(*first)) };
    (bytes.len() >= 2).then_some(bytes)
}

/// Where the address is in a `sockaddr_in`, and in a `sockaddr_in6`.
const AT4: usize = 4;
const AT6: usize = 8;

fn ip(bytes: &[u8], family: u8) -> Option<IpAddr> {
    match i32::from(family) {
        libc::AF_INET => {
            let v4: [u8; 4] = bytes.get(AT4..AT4 + 4)?.try_into().ok()?;
            Some(Ipv4Addr::from(v4).into())
        }
        libc::AF_INET6 => {
            let mut v6: [u8; 16] = bytes.get(AT6..AT6 + 16)?.try_into().ok()?;
            // Some kernels leave the index of the interface in a link-local address.
            if v6[0] == 0xfe && v6[1] & 0xc0 == 0x80 {
                v6[2..4].fill(0);
            }
            Some(Ipv6Addr::from(v6).into())
        }
        _ => None,
    }
}

/// How many bits of a mask are set; one may be cut behind its last byte that is not zero, and have no family.
fn prefix_of(mask: &[u8], is_v4: bool) -> u8 {
    let (at, length) = if is_v4 { (AT4, 4) } else { (AT6, 16) };
    let bits = mask.iter().skip(at).take(length).map(|byte| byte.count_ones()).sum::<u32>();
    bits as u8
}

/// Takes the type and the address of the hardware from a `sockaddr_dl`, and the numbers from an `if_data`.
fn take_link(interface: &mut Interface, bytes: &[u8], data: *const libc::c_void) {
    const INDEX: usize = 2;
    const TYPE: usize = 4;
    const NAME_LENGTH: usize = 5;
    const ADDRESS_LENGTH: usize = 6;
    const DATA: usize = 8;
    if let Some(index) = bytes.get(INDEX..INDEX + 2).and_then(|index| index.try_into().ok()) {
        let index = u16::from_ne_bytes(index);
        if index != 0 {
            interface.index = index.into();
        }
    }
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let kind = byte(TYPE);
    interface.kind = InterfaceKind::of_if_type(kind.into());
    let from = DATA + usize::from(byte(NAME_LENGTH));
    let address = bytes.get(from..from + usize::from(byte(ADDRESS_LENGTH))).unwrap_or_default();
    let link = crate::addr::LinkAddress::new(interface.zone()).with_hardware_type(kind.into());
    interface.link = link.clone().with_hardware_address(address).unwrap_or(link);
    take_data(interface, data);
}

/// NetBSD's structure is not known here.
#[cfg(target_os = "netbsd")]
fn take_data(_: &mut Interface, _: *const libc::c_void) {}

#[cfg(not(target_os = "netbsd"))]
#[allow(clippy::useless_conversion, reason = "the numbers are of different widths on each system")]
fn take_data(interface: &mut Interface, data: *const libc::c_void) {
    use crate::interface::Counters;

    if data.is_null() {
        return;
    }
    // SAFETY: the data of an entry of the link layer is this structure, aligned or not.
    let data = unsafe { data.cast::<libc::if_data>().read_unaligned() };
    interface.mtu = Some(data.ifi_mtu as u32);
    interface.speed = Some(data.ifi_baudrate as u64).filter(|speed| *speed != 0);
    interface.state = state(&data);
    interface.counters = Some(Counters {
        rx_bytes: data.ifi_ibytes as u64,
        rx_packets: data.ifi_ipackets as u64,
        rx_errors: data.ifi_ierrors as u64,
        rx_dropped: data.ifi_iqdrops as u64,
        rx_multicast: data.ifi_imcasts as u64,
        tx_bytes: data.ifi_obytes as u64,
        tx_packets: data.ifi_opackets as u64,
        tx_errors: data.ifi_oerrors as u64,
        tx_dropped: dropped(&data),
        collisions: data.ifi_collisions as u64,
    });
}

#[cfg(not(any(apple, target_os = "netbsd")))]
#[allow(clippy::unnecessary_cast, reason = "the numbers are of different widths on each system")]
const fn dropped(data: &libc::if_data) -> u64 {
    data.ifi_oqdrops as u64
}

/// Apple's systems do not count them.
#[cfg(apple)]
const fn dropped(_: &libc::if_data) -> u64 {
    0
}

/// `LINK_STATE_*`: OpenBSD has a number for each kind of up.
#[cfg(not(any(apple, target_os = "netbsd")))]
#[allow(clippy::unnecessary_cast, reason = "the numbers are of different widths on each system")]
fn state(data: &libc::if_data) -> crate::interface::OperationalState {
    use crate::interface::OperationalState;

    const DOWN: u64 = if cfg!(target_os = "openbsd") { 2 } else { 1 };
    match data.ifi_link_state as u64 {
        DOWN => OperationalState::Down,
        up if up > DOWN => OperationalState::Up,
        _ => OperationalState::Unknown,
    }
}

/// Apple's systems have no such number in the structure.
#[cfg(apple)]
const fn state(_: &libc::if_data) -> crate::interface::OperationalState {
    crate::interface::OperationalState::Unknown
}

pub(crate) fn routes() -> Result<Vec<Route>> {
    Err(Errno::OPNOTSUPP)
}

/// A routing socket: readable when something changes.
#[derive(Debug)]
pub(crate) struct Notifier(Descriptor);

impl Notifier {
    pub(crate) fn open() -> Result<Self> {
        let opened = super::name::open(libc::PF_ROUTE, libc::SOCK_RAW, 0)?;
        descriptor::set_nonblocking(descriptor::borrow(&opened), true)?;
        Ok(Self(opened))
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        descriptor::borrow(&self.0)
    }

    /// Reads all that is there; returns whether there was anything. What there was no room for is something too.
    pub(crate) fn take(&self) -> Result<bool> {
        let mut told = false;
        loop {
            check(Operation::Receive)?;
            let mut room = [0_u8; 2048];
            // SAFETY: the room is writable for its length. What does not fit into it is not looked at either.
            let read = unsafe { libc::read(self.0.as_raw_fd(), room.as_mut_ptr().cast(), room.len()) };
            match if read < 0 { Err(last_errno()) } else { Ok(()) } {
                Ok(()) | Err(Errno::NOBUFS) => told = true,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(told),
                Err(errno) => return Err(errno),
            }
        }
    }
}
