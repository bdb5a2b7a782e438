//! What is known of an interface: its names, its state, its addresses, its routes. Nothing here asks the system.
//!
//! [`Interfaces`](crate::Interfaces) lists them, and [`InterfaceChanges`](crate::InterfaceChanges) tells when something
//! about them changes.

mod address;
mod change;
mod flags;
mod group;
mod kind;
mod route;
#[cfg(any(bsd, test))]
#[cfg_attr(not(any(apple, freebsd)), allow(dead_code, reason = "the messages of the others are not read"))]
pub(crate) mod route_message;

use std::net::IpAddr;

#[cfg(linux_like)]
pub(crate) use self::address::Label;
pub use self::address::{AddressFlags, AddressScope, InterfaceAddress};
pub(crate) use self::change::Known;
pub use self::change::{Change, Changed};
pub use self::flags::InterfaceFlags;
pub use self::group::Group;
pub use self::kind::InterfaceKind;
pub use self::route::Route;
use crate::addr::{LinkAddress, Zone};

/// Whether frames pass: ifOperStatus of RFC 2863.
///
/// Whether they are meant to is another thing: [`Interface::is_enabled`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "IFLA_OPERSTATE")]
#[doc(alias = "ifOperStatus")]
pub enum OperationalState {
    /// The system, or the driver, does not say. So it is of a loopback on Linux.
    #[default]
    Unknown,
    /// The hardware is not there.
    NotPresent,
    /// Frames do not pass: a cable is unplugged, or nobody has enabled the interface.
    Down,
    /// Frames do not pass, because those of the interface below do not.
    LowerLayerDown,
    /// Nothing but test frames passes.
    Testing,
    /// It waits for something: to be called, or for a peer to be let in (802.1X).
    Dormant,
    /// Frames pass.
    Up,
}

impl OperationalState {
    /// Returns the word for it, that of RFC 2863 in small letters: `up`, `lower layer down`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotPresent => "not present",
            Self::Down => "down",
            Self::LowerLayerDown => "lower layer down",
            Self::Testing => "testing",
            Self::Dormant => "dormant",
            Self::Up => "up",
        }
    }
}

impl std::fmt::Display for OperationalState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// What has passed an interface since it was made, or the system started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "rtnl_link_stats64")]
#[doc(alias = "if_data")]
#[allow(missing_docs, reason = "the fields are named by the words that everybody knows")]
pub struct Counters {
    pub rx_bytes: u64,
    pub rx_packets: u64,
    pub rx_errors: u64,
    pub rx_dropped: u64,
    /// Packets received that were for a group.
    pub rx_multicast: u64,
    pub tx_bytes: u64,
    pub tx_packets: u64,
    pub tx_errors: u64,
    pub tx_dropped: u64,
    pub collisions: u64,
}

/// An interface of this machine, as it was when it was listed.
///
/// # Platform notes
///
/// | | Linux | BSD, macOS | Windows |
/// |---|---|---|---|
/// | [`friendly_name`](Self::friendly_name) | the alias | - | what people call it |
/// | [`counters`](Self::counters) | yes | but for NetBSD | yes |
/// | [`speed`](Self::speed) | Linux 5.6 | but for NetBSD | yes |
/// | [`parent`](Self::parent), [`master`](Self::master) | yes | - | - |
/// | [`gateways`](Self::gateways) | yes | FreeBSD and Apple's | yes |
///
/// # Examples
///
/// ```
/// use berkeley::Interfaces;
///
/// let mut interfaces = match Interfaces::open() {
///     Err(error) if error.is_unsupported() => return Ok(()),
///     opened => opened?,
/// };
/// for interface in interfaces.list()? {
///     println!("{} {} {}", interface.index(), interface.name(), interface.state());
///     for address in interface.addresses() {
///         println!("    {}/{}", address.address(), address.prefix_len());
///     }
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "getifaddrs")]
#[doc(alias = "adapter")]
pub struct Interface {
    pub(crate) index: u32,
    pub(crate) name: Box<str>,
    pub(crate) friendly_name: Option<Box<str>>,
    pub(crate) other_names: Box<[Box<str>]>,
    pub(crate) kind: InterfaceKind,
    pub(crate) driver_kind: Option<Box<str>>,
    pub(crate) flags: InterfaceFlags,
    pub(crate) state: OperationalState,
    /// Of the hardware: its type, and its address.
    pub(crate) link: LinkAddress,
    pub(crate) mtu: Option<u32>,
    pub(crate) speed: Option<u64>,
    pub(crate) parent: Option<u32>,
    pub(crate) master: Option<u32>,
    pub(crate) counters: Option<Counters>,
    pub(crate) addresses: Vec<InterfaceAddress>,
    pub(crate) gateways: Option<Vec<IpAddr>>,
}

impl Interface {
    #[cfg_attr(not(any(linux_like, bsd, windows)), allow(dead_code))]
    pub(crate) fn new(index: u32, name: &str) -> Self {
        Self {
            index,
            name: name.into(),
            friendly_name: None,
            other_names: Box::default(),
            kind: InterfaceKind::Other,
            driver_kind: None,
            flags: InterfaceFlags::empty(),
            state: OperationalState::Unknown,
            link: LinkAddress::new(Zone::index(index)),
            mtu: None,
            speed: None,
            parent: None,
            master: None,
            counters: None,
            addresses: Vec::new(),
            gateways: None,
        }
    }

    /// Returns the index, by which sockets are told of it.
    #[must_use]
    #[doc(alias = "if_nametoindex")]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Returns the name that programs use: `eth0`, `en0`, `ethernet_32769`.
    #[must_use]
    #[doc(alias = "IFLA_IFNAME")]
    pub const fn name(&self) -> &str {
        &self.name
    }

    /// Returns what people call it: `Wi-Fi`; the alias on Linux, if it has one.
    #[must_use]
    #[doc(alias = "IFLA_IFALIAS")]
    #[doc(alias = "FriendlyName")]
    pub fn friendly_name(&self) -> Option<&str> {
        self.friendly_name.as_deref()
    }

    /// Returns the further names by which programs can call it, those of `ip link property add altname`.
    pub fn other_names(&self) -> impl Iterator<Item = &str> {
        self.other_names.iter().map(|name| &**name)
    }

    /// Returns `true` if this is one of its names, whichever.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        &*self.name == name
            || self.friendly_name() == Some(name)
            || self.other_names().any(|other| other == name)
    }

    /// Returns it as the zone of an address.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        Zone::index(self.index)
    }

    /// Returns what it is.
    #[must_use]
    pub const fn kind(&self) -> InterfaceKind {
        self.kind
    }

    /// Returns the system's own word for what it is, of those interfaces that are made by software: `veth`, `vxlan`.
    #[must_use]
    #[doc(alias = "IFLA_INFO_KIND")]
    pub fn driver_kind(&self) -> Option<&str> {
        self.driver_kind.as_deref()
    }

    /// Returns the system's number for its hardware: `ARPHRD_ETHER` on Linux, `IFT_ETHER` elsewhere.
    #[must_use]
    pub const fn hardware_type(&self) -> u16 {
        self.link.hardware_type()
    }

    /// Returns the flags.
    #[must_use]
    pub const fn flags(&self) -> InterfaceFlags {
        self.flags
    }

    /// Returns `true` if it was enabled: its administrative state, which says nothing of cables.
    #[must_use]
    #[doc(alias = "IFF_UP")]
    #[doc(alias = "ifAdminStatus")]
    pub const fn is_enabled(&self) -> bool {
        self.flags.contains(InterfaceFlags::UP)
    }

    /// Returns its operational state.
    #[must_use]
    pub const fn state(&self) -> OperationalState {
        self.state
    }

    /// Returns `true` if frames pass: it was enabled, and its state is up; or unknown, and the system takes it to be up.
    #[must_use]
    #[doc(alias = "IFF_RUNNING")]
    pub const fn is_running(&self) -> bool {
        let is_up = match self.state {
            OperationalState::Up => true,
            OperationalState::Unknown => self.flags.contains(InterfaceFlags::RUNNING),
            _ => false,
        };
        self.is_enabled() && is_up
    }

    /// Returns `true` if it leads nowhere but to this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.flags.contains(InterfaceFlags::LOOPBACK)
    }

    /// Returns `true` if groups can be joined on it now: it is running, and takes multicast.
    #[must_use]
    #[doc(alias = "IFF_MULTICAST")]
    pub const fn can_multicast(&self) -> bool {
        self.is_running() && self.flags.contains(InterfaceFlags::MULTICAST)
    }

    /// Returns the bytes of its hardware address, 6 of Ethernet, 20 of InfiniBand; none if it has none.
    ///
    /// That of a loopback, which is zeros where there is one, is none.
    #[must_use]
    #[doc(alias = "MAC")]
    #[doc(alias = "IFLA_ADDRESS")]
    pub fn hardware_address(&self) -> &[u8] {
        if self.is_loopback() { &[] } else { self.link.hardware_address() }
    }

    /// Returns its address of the link layer, for a packet socket: index, type, and hardware address.
    #[must_use]
    pub const fn link_address(&self) -> &LinkAddress {
        &self.link
    }

    /// Returns the length of the longest packet that passes.
    #[must_use]
    pub const fn mtu(&self) -> Option<u32> {
        self.mtu
    }

    /// Returns its speed in bits a second, if it has one, and tells; the slower one of two directions.
    #[must_use]
    pub const fn speed(&self) -> Option<u64> {
        self.speed
    }

    /// Returns the index of the interface that it lies on, as a VLAN does, or that it is the other end of, as of a pair.
    ///
    /// One in another network namespace, whose index would mean something else here, is `None`.
    #[must_use]
    #[doc(alias = "IFLA_LINK")]
    pub const fn parent(&self) -> Option<u32> {
        self.parent
    }

    /// Returns the index of the bridge, bond or VRF that it belongs to.
    #[must_use]
    #[doc(alias = "IFLA_MASTER")]
    pub const fn master(&self) -> Option<u32> {
        self.master
    }

    /// Returns what has passed it so far.
    #[must_use]
    pub const fn counters(&self) -> Option<&Counters> {
        self.counters.as_ref()
    }

    /// Returns its addresses, in the system's order.
    #[must_use]
    pub fn addresses(&self) -> &[InterfaceAddress] {
        &self.addresses
    }

    /// Returns its default gateways, those of the least metric first; `None` where the system does not tell.
    #[must_use]
    pub fn gateways(&self) -> Option<&[IpAddr]> {
        self.gateways.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(flags: InterfaceFlags, state: OperationalState) -> Interface {
        Interface { flags, state, ..Interface::new(1, "x") }
    }

    #[test]
    fn an_unplugged_cable_is_no_disabled_interface() {
        let up = InterfaceFlags::UP;
        let unplugged = with(up, OperationalState::Down);
        assert!(unplugged.is_enabled() && !unplugged.is_running());
        let disabled = with(InterfaceFlags::empty(), OperationalState::Down);
        assert!(!disabled.is_enabled() && !disabled.is_running());
        assert!(with(up, OperationalState::Up).is_running());
        assert!(!with(InterfaceFlags::empty(), OperationalState::Up).is_running());
    }

    #[test]
    fn of_an_unknown_state_the_flag_counts() {
        let running = InterfaceFlags::UP | InterfaceFlags::RUNNING;
        assert!(with(running, OperationalState::Unknown).is_running());
        assert!(!with(InterfaceFlags::UP, OperationalState::Unknown).is_running());
        assert!(!with(running, OperationalState::LowerLayerDown).is_running());
        assert!(with(running | InterfaceFlags::MULTICAST, OperationalState::Up).can_multicast());
        assert!(!with(running, OperationalState::Up).can_multicast());
    }

    #[test]
    fn an_interface_is_called_by_all_its_names() {
        let mut interface = Interface::new(1, "eth0");
        interface.friendly_name = Some("uplink".into());
        interface.other_names = ["enp1s0".into()].into();
        for name in ["eth0", "uplink", "enp1s0"] {
            assert!(interface.is_called(name), "{name}");
        }
        assert!(!interface.is_called("eth") && !interface.is_called(""));
    }
}
