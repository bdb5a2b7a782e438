//! Interfaces: getifaddrs(3), getifmaddrs(3), sysctl(3); and a routing socket that tells of changes.

use std::ffi::CStr;
use std::net::IpAddr;
use std::os::fd::AsRawFd;
use std::ptr;

use super::descriptor::{self, Borrowed, Descriptor};
use super::system::{checked, last_errno};
use super::{Result, check};
use crate::error::{Errno, Operation};
use crate::interface::route_message::{ip_of, prefix_of};
use crate::interface::{AddressScope, Interface, InterfaceAddress, InterfaceFlags, InterfaceKind};

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

const INET6: u8 = libc::AF_INET6 as u8;

/// Takes what an entry says of its interface: a hardware address with all the numbers, or an address.
fn take(interface: &mut Interface, entry: &libc::ifaddrs) {
    interface.flags = InterfaceFlags::from_bits_retain(u64::from(entry.ifa_flags));
    let Some(bytes) = bytes_of(entry.ifa_addr) else { return };
    if i32::from(bytes[1]) == libc::AF_LINK {
        take_link(interface, bytes, entry.ifa_data);
    } else if let Some(address) = ip_of(bytes, INET6) {
        let prefix = bytes_of(entry.ifa_netmask).map_or(0, |mask| prefix_of(mask, address.is_ipv4()));
        let mut told = InterfaceAddress::new(interface.index, address, prefix, AddressScope::of(address));
        let other = bytes_of(entry.ifa_dstaddr).and_then(|other| ip_of(other, INET6));
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

/// What getifaddrs(3) does not tell.
#[cfg(not(any(apple, freebsd)))]
mod tables {
    use crate::error::Errno;
    use crate::interface::{Group, Route};
    use crate::sys::Result;

    pub(crate) fn routes() -> Result<Vec<Route>> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn groups() -> Result<Vec<Group>> {
        Err(Errno::OPNOTSUPP)
    }
}

pub(crate) use self::tables::{groups, routes};

/// What getifaddrs(3) does not tell, on the systems that have it in the same form.
#[cfg(any(apple, freebsd))]
mod tables {
    use std::ptr;

    use super::{INET6, bytes_of};
    use crate::error::{Errno, Operation};
    use crate::interface::route_message::{self, Layout, ip_of};
    use crate::interface::{Group, Route};
    use crate::sys::system::{checked, last_errno};
    use crate::sys::{Result, check};

    #[cfg(apple)]
    const LAYOUT: Layout = Layout::APPLE;
    #[cfg(freebsd)]
    const LAYOUT: Layout = Layout::freebsd(size_of::<libc::c_ulong>());

    const _: () = assert!(LAYOUT.inet6 == INET6);
    #[cfg(apple)]
    const _: () = assert!(LAYOUT.header == size_of::<libc::rt_msghdr>());

    pub(crate) fn routes() -> Result<Vec<Route>> {
        // More routes may come between two calls, but not for ever.
        const TRIES: usize = 10;
        let mut room = Vec::new();
        for _ in 0..TRIES {
            let needed = dump(&mut [])?;
            room.resize(needed + needed / 4, 0);
            match dump(&mut room) {
                Ok(length) => return Ok(route_message::routes(&room[..length], LAYOUT)),
                Err(Errno::NOMEM) => {}
                Err(errno) => return Err(errno),
            }
        }
        Err(Errno::NOBUFS)
    }

    /// Asks for all routes of both families; returns how many bytes they take, of which none are written without room.
    fn dump(room: &mut [u8]) -> Result<usize> {
        check(Operation::Interface)?;
        let mut table = [libc::CTL_NET, libc::PF_ROUTE, 0, libc::AF_UNSPEC, libc::NET_RT_DUMP, 0];
        let mut length = room.len();
        let first = if room.is_empty() { ptr::null_mut() } else { room.as_mut_ptr().cast() };
        let count = table.len() as libc::c_uint;
        // SAFETY: the room is null, or writable for the length that is given; the table has so many numbers; nothing is set.
        let asked =
            unsafe { libc::sysctl(table.as_mut_ptr(), count, first, &raw mut length, ptr::null_mut(), 0) };
        checked(asked).map(|_| length)
    }

    /// `struct ifmaddrs` of <ifaddrs.h>.
    #[repr(C)]
    struct Entry {
        next: *mut Entry,
        name: *const libc::sockaddr,
        address: *const libc::sockaddr,
        link_address: *const libc::sockaddr,
    }

    unsafe extern "C" {
        fn getifmaddrs(first: *mut *mut Entry) -> libc::c_int;
        fn freeifmaddrs(first: *mut Entry);
    }

    /// The list that the system gives, until it is given back.
    struct Given(*mut Entry);

    impl Drop for Given {
        fn drop(&mut self) {
            // SAFETY: getifmaddrs(3) gave the list, and nothing of it is kept.
            unsafe { freeifmaddrs(self.0) };
        }
    }

    pub(crate) fn groups() -> Result<Vec<Group>> {
        check(Operation::Interface)?;
        let mut first = ptr::null_mut();
        // SAFETY: the pointer is writable.
        if unsafe { getifmaddrs(&raw mut first) } != 0 {
            return Err(last_errno());
        }
        let given = Given(first);
        let mut groups = Vec::new();
        let mut next = given.0;
        // SAFETY: an entry of the list is valid until the list is given back, and the last one has no next.
        while let Some(entry) = unsafe { next.as_ref() } {
            groups.extend(group(entry));
            next = entry.next;
        }
        Ok(groups)
    }

    /// A group of either family; those of the hardware are passed over.
    fn group(entry: &Entry) -> Option<Group> {
        /// Where a `sockaddr_dl` has the index of its interface.
        const INDEX: usize = 2;
        let name = bytes_of(entry.name)?;
        let index = u16::from_ne_bytes(name.get(INDEX..INDEX + 2)?.try_into().ok()?);
        let group = ip_of(bytes_of(entry.address)?, INET6)?;
        Some(Group::new(index.into(), group))
    }
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
