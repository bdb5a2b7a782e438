//! Linux: rtnetlink(7). What its messages say, of interfaces, addresses and routes; they are read and not trusted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::addr::network::IpNet;
use crate::error::Result;
use crate::interface::{
    AddressFlags, AddressScope, Counters, Interface, InterfaceAddress, InterfaceFlags, InterfaceKind, Label,
    OperationalState, Route,
};
use crate::netlink::{Attribute, Attributes, Message};

/// Types of messages.
pub(super) mod kind {
    pub(crate) const NEWLINK: u16 = 16;
    pub(crate) const DELLINK: u16 = 17;
    pub(crate) const GETLINK: u16 = 18;
    pub(crate) const NEWADDR: u16 = 20;
    pub(crate) const DELADDR: u16 = 21;
    pub(crate) const GETADDR: u16 = 22;
    pub(crate) const NEWROUTE: u16 = 24;
    pub(crate) const DELROUTE: u16 = 25;
    pub(crate) const GETROUTE: u16 = 26;
}

/// The structures before the attributes: `ifinfomsg`, `ifaddrmsg`, `rtmsg`, `rtnexthop`.
pub(super) const IFINFOMSG: usize = 16;
pub(super) const IFADDRMSG: usize = 8;
pub(super) const RTMSG: usize = 12;
const RTNEXTHOP: usize = 8;

/// The table of the machine's own addresses.
const LOCAL_TABLE: u32 = 255;

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    u32::from_ne_bytes(word.unwrap_or_default())
}

fn half(bytes: &[u8], at: usize) -> u16 {
    let half = bytes.get(at..at + 2).and_then(|half| half.try_into().ok());
    u16::from_ne_bytes(half.unwrap_or_default())
}

fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(v4).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|v6| Ipv6Addr::from(v6).into())
}

/// Reads an interface; `None` if it is not one, but what a bridge says of its port.
pub(super) fn interface(message: &Message<'_>) -> Result<Option<Interface>> {
    let attributes = message.attributes(IFINFOMSG)?;
    let head = message.payload();
    if byte(head, 0) != 0 {
        return Ok(None);
    }
    let mut interface = Interface::new(word(head, 4), "");
    let hardware_type = half(head, 2);
    interface.link = interface.link.with_hardware_type(hardware_type);
    interface.kind = InterfaceKind::of_arphrd(hardware_type);
    interface.flags = InterfaceFlags::from_bits_retain(word(head, 8).into());
    let mut is_elsewhere = false;
    for attribute in attributes {
        let attribute = attribute?;
        is_elsewhere |= attribute.kind() == LINK_NETNSID;
        take(&mut interface, attribute)?;
    }
    interface.parent = interface.parent.filter(|index| !is_elsewhere && *index != 0);
    Ok((!interface.name.is_empty()).then_some(interface))
}

const LINK_NETNSID: u16 = 37;

/// Takes what an attribute of an interface says.
fn take(interface: &mut Interface, attribute: Attribute<'_>) -> Result<()> {
    const ADDRESS: u16 = 1;
    const IFNAME: u16 = 3;
    const MTU: u16 = 4;
    const LINK: u16 = 5;
    const MASTER: u16 = 10;
    const OPERSTATE: u16 = 16;
    const LINKINFO: u16 = 18;
    const IFALIAS: u16 = 20;
    const STATS64: u16 = 23;
    const PROP_LIST: u16 = 52;
    match attribute.kind() {
        ADDRESS => {
            if let Ok(link) = interface.link.clone().with_hardware_address(attribute.payload()) {
                interface.link = link;
            }
        }
        IFNAME => interface.name = text(attribute),
        MTU => interface.mtu = attribute.as_u32(),
        LINK => interface.parent = attribute.as_u32(),
        MASTER => interface.master = attribute.as_u32(),
        OPERSTATE => interface.state = state(attribute.as_u8()),
        LINKINFO => take_info(interface, attribute.attributes())?,
        IFALIAS => interface.friendly_name = Some(text(attribute)).filter(|alias| !alias.is_empty()),
        STATS64 => interface.counters = counters(attribute.payload()),
        PROP_LIST => interface.other_names = other_names(attribute.attributes())?,
        _ => {}
    }
    Ok(())
}

/// A text; what is no UTF-8 in it is replaced.
fn text(attribute: Attribute<'_>) -> Box<str> {
    let bytes = attribute.payload().split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(bytes).into()
}

fn other_names(attributes: Attributes<'_>) -> Result<Box<[Box<str>]>> {
    const ALT_IFNAME: u16 = 53;
    let mut names = Vec::new();
    for attribute in attributes {
        let attribute = attribute?;
        if attribute.kind() == ALT_IFNAME {
            names.push(text(attribute));
        }
    }
    Ok(names.into())
}

fn take_info(interface: &mut Interface, mut attributes: Attributes<'_>) -> Result<()> {
    const INFO_KIND: u16 = 1;
    if let Some(kind) = attributes.find(INFO_KIND)? {
        let word = text(kind);
        interface.kind = InterfaceKind::of_info_kind(&word).unwrap_or(interface.kind);
        interface.driver_kind = Some(word);
    }
    Ok(())
}

fn state(number: Option<u8>) -> OperationalState {
    const STATES: [OperationalState; 7] = [
        OperationalState::Unknown,
        OperationalState::NotPresent,
        OperationalState::Down,
        OperationalState::LowerLayerDown,
        OperationalState::Testing,
        OperationalState::Dormant,
        OperationalState::Up,
    ];
    number.and_then(|number| STATES.get(usize::from(number)).copied()).unwrap_or_default()
}

/// Reads `rtnl_link_stats64`, whose first fields every kernel has.
fn counters(bytes: &[u8]) -> Option<Counters> {
    let mut numbers =
        bytes.chunks_exact(8).map(|number| u64::from_ne_bytes(number.try_into().unwrap_or_default()));
    let mut next = || numbers.next();
    let (rx_packets, tx_packets, rx_bytes, tx_bytes) = (next()?, next()?, next()?, next()?);
    let (rx_errors, tx_errors, rx_dropped, tx_dropped) = (next()?, next()?, next()?, next()?);
    let (rx_multicast, collisions) = (next()?, next()?);
    Some(Counters {
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        rx_multicast,
        tx_bytes,
        tx_packets,
        tx_errors,
        tx_dropped,
        collisions,
    })
}

/// Reads an address; `None` if it is of another family.
pub(super) fn address(message: &Message<'_>) -> Result<Option<InterfaceAddress>> {
    const ADDRESS: u16 = 1;
    const LOCAL: u16 = 2;
    const LABEL: u16 = 3;
    const BROADCAST: u16 = 4;
    const CACHEINFO: u16 = 6;
    const FLAGS: u16 = 8;
    let attributes = message.attributes(IFADDRMSG)?;
    let head = message.payload();
    let (mut local, mut remote) = (None, None);
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let scope = AddressScope::of_raw(byte(head, 3));
    let mut told = InterfaceAddress::new(word(head, 4), nowhere, byte(head, 1), scope);
    told.flags = AddressFlags::from_bits_retain(byte(head, 2).into());
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.kind() {
            ADDRESS => remote = ip(attribute.payload()),
            LOCAL => local = ip(attribute.payload()),
            LABEL => told.label = Label::new(attribute.text().unwrap_or_default()),
            BROADCAST => {
                told.broadcast = <[u8; 4]>::try_from(attribute.payload()).ok().map(Ipv4Addr::from);
            }
            CACHEINFO => {
                let lifetime = |at| Some(word(attribute.payload(), at)).filter(|time| *time != u32::MAX);
                told.preferred = lifetime(0).map(|time| Duration::from_secs(time.into()));
                told.valid = lifetime(4).map(|time| Duration::from_secs(time.into()));
            }
            FLAGS => told.flags = AddressFlags::from_bits_retain(attribute.as_u32().unwrap_or_default()),
            _ => {}
        }
    }
    // Of a point-to-point link, and of IPv4, the local address has an attribute of its own, and the other one is the peer's.
    let Some(address) = local.or(remote) else { return Ok(None) };
    told.address = address;
    told.peer = remote.filter(|remote| *remote != address);
    Ok(Some(told))
}

/// Reads a route, and shows each of its next hops; none if it leads nowhere, or to this machine.
pub(super) fn route(message: &Message<'_>, mut visit: impl FnMut(Route)) -> Result<()> {
    const DST: u16 = 1;
    const PRIORITY: u16 = 6;
    const PREFSRC: u16 = 7;
    const MULTIPATH: u16 = 9;
    const TABLE: u16 = 15;
    const UNICAST: u8 = 1;
    const CLONED: u32 = 0x200;
    let attributes = message.attributes(RTMSG)?;
    let head = message.payload();
    let Some(mut to) = everything(byte(head, 0)) else { return Ok(()) };
    if byte(head, 7) != UNICAST || word(head, 8) & CLONED != 0 {
        return Ok(());
    }
    let (mut source, mut metric, mut table) = (None, 0, byte(head, 4).into());
    let mut hops = None;
    let mut hop = (None, None);
    for attribute in attributes {
        let attribute = attribute?;
        match attribute.kind() {
            DST => to = ip(attribute.payload()).unwrap_or(to),
            PRIORITY => metric = attribute.as_u32().unwrap_or_default(),
            PREFSRC => source = ip(attribute.payload()),
            TABLE => table = attribute.as_u32().unwrap_or_default(),
            MULTIPATH => hops = Some(attribute.payload()),
            _ => take_hop(&mut hop, attribute),
        }
    }
    let Ok(destination) = IpNet::new(to, byte(head, 1)) else { return Ok(()) };
    if table == LOCAL_TABLE {
        return Ok(());
    }
    let mut give = |(interface, gateway)| {
        visit(Route { destination: destination.trunc(), gateway, interface, source, metric, table });
    };
    match hops {
        None => give(hop),
        Some(hops) => next_hops(hops, give)?,
    }
    Ok(())
}

fn everything(family: u8) -> Option<IpAddr> {
    match family {
        AF_INET => Some(Ipv4Addr::UNSPECIFIED.into()),
        AF_INET6 => Some(Ipv6Addr::UNSPECIFIED.into()),
        _ => None,
    }
}

/// Where a route leads next: an interface, and a gateway.
type Hop = (Option<u32>, Option<IpAddr>);

fn take_hop(hop: &mut Hop, attribute: Attribute<'_>) {
    const OIF: u16 = 4;
    const GATEWAY: u16 = 5;
    const VIA: u16 = 18;
    match attribute.kind() {
        OIF => hop.0 = attribute.as_u32(),
        GATEWAY => hop.1 = ip(attribute.payload()),
        // A family before the address.
        VIA => hop.1 = attribute.payload().get(2..).and_then(ip),
        _ => {}
    }
}

/// Reads `rtnexthop` structures, each with its attributes.
fn next_hops(mut bytes: &[u8], mut give: impl FnMut(Hop)) -> Result<()> {
    while bytes.len() >= RTNEXTHOP {
        let length = usize::from(half(bytes, 0));
        let Some(attributes) = bytes.get(RTNEXTHOP..length) else { break };
        let mut hop = (Some(word(bytes, 4)), None);
        for attribute in Attributes::new(attributes) {
            take_hop(&mut hop, attribute?);
        }
        give(hop);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(())
}
