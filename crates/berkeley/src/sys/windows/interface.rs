//! Interfaces: GetAdaptersAddresses, GetIfEntry2, GetIpForwardTable2; and what tells of changes.

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::NetworkManagement::IpHelper as ip;
use windows_sys::Win32::Networking::WinSock as ws;

use super::descriptor::Borrowed;
use super::system::adapters::{Adapter, Adapters, address, chain, index, ip_of, wide};
use super::wake::Wake;
use super::{Result, check};
use crate::addr::LinkAddress;
use crate::addr::network::IpNet;
use crate::error::{Errno, Operation};
use crate::interface::{
    AddressFlags, AddressScope, Counters, Group, Interface, InterfaceAddress, InterfaceFlags, InterfaceKind,
    OperationalState, Route,
};

#[allow(clippy::unnecessary_wraps, reason = "its twin has nothing to offer")]
pub(crate) fn available() -> Result<()> {
    Ok(())
}

fn errno(number: u32) -> Errno {
    Errno::from_raw(number as i32)
}

pub(crate) fn list() -> Result<Vec<Interface>> {
    const FLAGS: u32 = ip::GAA_FLAG_SKIP_ANYCAST | ip::GAA_FLAG_SKIP_MULTICAST | ip::GAA_FLAG_SKIP_DNS_SERVER;
    Ok(Adapters::ask(FLAGS)?.iter().map(interface).collect())
}

fn interface(adapter: &Adapter) -> Interface {
    let index = index(adapter);
    let mut interface = Interface::new(index, &name(index, adapter.AdapterName));
    // SAFETY: the text, if there is one, ends with zero.
    interface.friendly_name = unsafe { wide(adapter.FriendlyName) }.map(Into::into);
    interface.kind = InterfaceKind::of_if_type(adapter.IfType);
    interface.state = state(adapter.OperStatus);
    interface.mtu = Some(adapter.Mtu).filter(|mtu| *mtu != u32::MAX);
    let speed = adapter.TransmitLinkSpeed.min(adapter.ReceiveLinkSpeed);
    interface.speed = Some(speed).filter(|speed| ![0, u64::MAX].contains(speed));
    let length = (adapter.PhysicalAddressLength as usize).min(adapter.PhysicalAddress.len());
    let link = LinkAddress::new(interface.zone()).with_hardware_type(adapter.IfType as u16);
    interface.link = link.clone().with_hardware_address(&adapter.PhysicalAddress[..length]).unwrap_or(link);
    take_row(&mut interface, adapter);
    // SAFETY: the addresses lie in the room of the adapter.
    let entries = unsafe { chain(adapter.FirstUnicastAddress, |entry| entry.Next) };
    interface.addresses = entries.filter_map(|entry| told(&interface, entry)).collect();
    interface
}

pub(crate) fn groups() -> Result<Vec<Group>> {
    const FLAGS: u32 = ip::GAA_FLAG_SKIP_UNICAST
        | ip::GAA_FLAG_SKIP_ANYCAST
        | ip::GAA_FLAG_SKIP_DNS_SERVER
        | ip::GAA_FLAG_SKIP_FRIENDLY_NAME;
    let mut groups = Vec::new();
    for adapter in Adapters::ask(FLAGS)?.iter() {
        // SAFETY: the groups lie in the room of the adapter.
        let entries = unsafe { chain(adapter.FirstMulticastAddress, |entry| entry.Next) };
        let addresses = entries.filter_map(|entry| address(&entry.Address));
        groups.extend(addresses.map(|(group, _)| Group::new(index(adapter), group)));
    }
    Ok(groups)
}

/// The name that if_nametoindex knows; that of the registry where there is none.
fn name(index: u32, registry: *const u8) -> String {
    let mut room = [0_u8; 257];
    // SAFETY: the room is longer than the longest name, 256 bytes with its NUL.
    let found = unsafe { ip::if_indextoname(index, room.as_mut_ptr()) };
    if found.is_null() {
        // SAFETY: every adapter has such a name, which ends with NUL.
        return unsafe { CStr::from_ptr(registry.cast()) }.to_string_lossy().into_owned();
    }
    let text = room.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

fn state(number: i32) -> OperationalState {
    const STATES: [OperationalState; 7] = [
        OperationalState::Up,
        OperationalState::Down,
        OperationalState::Testing,
        OperationalState::Unknown,
        OperationalState::Dormant,
        OperationalState::NotPresent,
        OperationalState::LowerLayerDown,
    ];
    // They are counted from one.
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    at.and_then(|at| STATES.get(at).copied()).unwrap_or_default()
}

/// Takes the flags and counters, of which the list of the adapters has a part.
fn take_row(interface: &mut Interface, adapter: &Adapter) {
    const ENABLED: i32 = 1;
    const NO_MULTICAST: u32 = 0x10;
    let mut row = ip::MIB_IF_ROW2 { InterfaceLuid: adapter.Luid, ..Default::default() };
    // SAFETY: the row is writable, and names its interface.
    let has_row = unsafe { ip::GetIfEntry2(&raw mut row) } == 0;
    // SAFETY: the union holds the flags as a number.
    let bits = unsafe { adapter.Anonymous2.Flags };
    let is_up = interface.state == OperationalState::Up;
    let is_broadcast = matches!(interface.kind, InterfaceKind::Ethernet | InterfaceKind::Wireless);
    let is_point = matches!(interface.kind, InterfaceKind::PointToPoint | InterfaceKind::Tunnel);
    interface.flags = [
        (if has_row { row.AdminStatus == ENABLED } else { is_up }, InterfaceFlags::UP),
        (is_up, InterfaceFlags::RUNNING),
        (interface.kind == InterfaceKind::Loopback, InterfaceFlags::LOOPBACK),
        (is_broadcast, InterfaceFlags::BROADCAST),
        (is_point, InterfaceFlags::POINT_TO_POINT),
        (bits & NO_MULTICAST == 0, InterfaceFlags::MULTICAST),
    ]
    .into_iter()
    .filter(|flag| flag.0)
    .fold(InterfaceFlags::empty(), |flags, flag| flags | flag.1);
    interface.counters = has_row.then_some(Counters {
        rx_bytes: row.InOctets,
        rx_packets: row.InUcastPkts.saturating_add(row.InNUcastPkts),
        rx_errors: row.InErrors,
        rx_dropped: row.InDiscards,
        rx_multicast: row.InNUcastPkts,
        tx_bytes: row.OutOctets,
        tx_packets: row.OutUcastPkts.saturating_add(row.OutNUcastPkts),
        tx_errors: row.OutErrors,
        tx_dropped: row.OutDiscards,
        collisions: 0,
    });
}

fn told(interface: &Interface, entry: &ip::IP_ADAPTER_UNICAST_ADDRESS_LH) -> Option<InterfaceAddress> {
    let (address, _) = address(&entry.Address)?;
    let prefix = entry.OnLinkPrefixLength;
    let mut told = InterfaceAddress::new(interface.index, address, prefix, AddressScope::of(address));
    told.flags = flags(entry);
    let time = |seconds: u32| {
        Some(seconds).filter(|time| *time != u32::MAX).map(|time| Duration::from_secs(time.into()))
    };
    (told.valid, told.preferred) = (time(entry.ValidLifetime), time(entry.PreferredLifetime));
    if let (IpAddr::V4(v4), true) = (address, interface.flags.contains(InterfaceFlags::BROADCAST)) {
        let hosts = u32::MAX.checked_shr(prefix.into()).unwrap_or_default();
        told.broadcast = (prefix < 31).then(|| Ipv4Addr::from(v4.to_bits() | hosts));
    }
    Some(told)
}

fn flags(entry: &ip::IP_ADAPTER_UNICAST_ADDRESS_LH) -> AddressFlags {
    let rows = [
        (entry.DadState == ws::IpDadStateTentative, AddressFlags::TENTATIVE),
        (entry.DadState == ws::IpDadStateDuplicate, AddressFlags::DUPLICATED),
        (entry.DadState == ws::IpDadStateDeprecated, AddressFlags::DEPRECATED),
        (entry.SuffixOrigin == ws::IpSuffixOriginRandom, AddressFlags::TEMPORARY),
        (entry.PrefixOrigin == ws::IpPrefixOriginManual, AddressFlags::PERMANENT),
    ];
    rows.into_iter().filter(|row| row.0).fold(AddressFlags::empty(), |flags, row| flags | row.1)
}

pub(crate) fn routes() -> Result<Vec<Route>> {
    check(Operation::Interface)?;
    let mut table = null_mut();
    // SAFETY: the pointer is writable.
    match unsafe { ip::GetIpForwardTable2(ws::AF_UNSPEC, &raw mut table) } {
        0 => {}
        number => return Err(errno(number)),
    }
    // SAFETY: the system made the table.
    let count = unsafe { (*table).NumEntries } as usize;
    // SAFETY: as above; no reference is made to the one row that the type has.
    let first = unsafe { &raw const (*table).Table };
    // SAFETY: the first number of the table says how many rows follow.
    let rows = unsafe { std::slice::from_raw_parts(first.cast::<ip::MIB_IPFORWARD_ROW2>(), count) };
    let routes = rows.iter().filter(|row| !row.Loopback).filter_map(route).collect();
    // SAFETY: the system made the table, and nothing of it is kept.
    unsafe { ip::FreeMibTable(table.cast()) };
    Ok(routes)
}

fn route(row: &ip::MIB_IPFORWARD_ROW2) -> Option<Route> {
    let destination =
        IpNet::new(ip_of(&row.DestinationPrefix.Prefix)?, row.DestinationPrefix.PrefixLength).ok()?;
    Some(Route {
        destination: destination.trunc(),
        gateway: ip_of(&row.NextHop).filter(|hop| !hop.is_unspecified()),
        interface: Some(row.InterfaceIndex).filter(|index| *index != 0),
        source: None,
        metric: row.Metric,
        table: 0,
    })
}

/// What the system's threads tell that something changed.
#[derive(Debug)]
struct Bell {
    wake: Wake,
    rang: AtomicBool,
}

impl Bell {
    /// Told by a thread of the system's.
    ///
    /// # Safety
    ///
    /// `context` is a bell that lives.
    unsafe fn ring(context: *const core::ffi::c_void) {
        // SAFETY: the caller's promise.
        let bell = unsafe { &*context.cast::<Self>() };
        bell.rang.store(true, Ordering::SeqCst);
        // Whoever asks next hears of it from the flag.
        let _ = bell.wake.signal();
    }
}

unsafe extern "system" fn interface_changed(
    context: *const core::ffi::c_void,
    _: *const ip::MIB_IPINTERFACE_ROW,
    _: ip::MIB_NOTIFICATION_TYPE,
) {
    // SAFETY: the context is the bell, which outlives the registration.
    unsafe { Bell::ring(context) };
}

unsafe extern "system" fn address_changed(
    context: *const core::ffi::c_void,
    _: *const ip::MIB_UNICASTIPADDRESS_ROW,
    _: ip::MIB_NOTIFICATION_TYPE,
) {
    // SAFETY: the context is the bell, which outlives the registration.
    unsafe { Bell::ring(context) };
}

unsafe extern "system" fn route_changed(
    context: *const core::ffi::c_void,
    _: *const ip::MIB_IPFORWARD_ROW2,
    _: ip::MIB_NOTIFICATION_TYPE,
) {
    // SAFETY: the context is the bell, which outlives the registration.
    unsafe { Bell::ring(context) };
}

/// What becomes readable when something changes.
#[derive(Debug)]
pub(crate) struct Notifier {
    handles: Vec<HANDLE>,
    // In a place of its own, which threads of the system's know.
    bell: Box<Bell>,
}

// SAFETY: the handles are numbers to the system, which any thread may give back; the bell can be shared.
unsafe impl Send for Notifier {}
// SAFETY: as above.
unsafe impl Sync for Notifier {}

impl Notifier {
    pub(crate) fn open() -> Result<Self> {
        let bell = Box::new(Bell { wake: Wake::for_poll()?, rang: AtomicBool::new(false) });
        let context: *const core::ffi::c_void = (&raw const *bell).cast();
        // What is registered so far is given back when the notifier is dropped.
        let mut notifier = Self { handles: Vec::new(), bell };
        let all = ws::AF_UNSPEC;
        notifier.register(|handle| {
            // SAFETY: the bell lives as long as the registration; the handle is writable.
            unsafe { ip::NotifyIpInterfaceChange(all, Some(interface_changed), context, false, handle) }
        })?;
        notifier.register(|handle| {
            // SAFETY: as above.
            unsafe { ip::NotifyUnicastIpAddressChange(all, Some(address_changed), context, false, handle) }
        })?;
        notifier.register(|handle| {
            // SAFETY: as above.
            unsafe { ip::NotifyRouteChange2(all, Some(route_changed), context, false, handle) }
        })?;
        Ok(notifier)
    }

    fn register(&mut self, ask: impl FnOnce(*mut HANDLE) -> u32) -> Result<()> {
        check(Operation::Interface)?;
        let mut handle = null_mut();
        match ask(&raw mut handle) {
            0 => {
                self.handles.push(handle);
                Ok(())
            }
            number => Err(errno(number)),
        }
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        match self.bell.wake.source() {
            Some(source) => source,
            None => unreachable!("what wakes a poll has a source"),
        }
    }

    /// Returns whether something changed since this was asked.
    #[allow(clippy::unnecessary_wraps, reason = "its twins read a socket")]
    pub(crate) fn take(&self) -> Result<bool> {
        // In this order: what rings in between is heard of, here or the next time.
        self.bell.wake.clear();
        Ok(self.bell.rang.swap(false, Ordering::SeqCst))
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        for handle in self.handles.drain(..) {
            // SAFETY: the system gave the handle; the call returns when no thread of its rings any more.
            unsafe { ip::CancelMibChangeNotify2(handle) };
        }
    }
}
