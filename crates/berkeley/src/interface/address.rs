//! An address of an interface.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use crate::addr::network::IpNet;

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[doc(alias = "RT_SCOPE_LINK")]
pub enum AddressScope {
    /// Everywhere.
    Global,
    /// Within a site, which is no longer in use.
    Site,
    /// On one link.
    Link,
    /// Within this machine.
    Host,
    /// Nowhere: the address is not used.
    Nowhere,
    /// As a number of the administrator's says.
    Other(u8),
}

impl AddressScope {
    /// The scope by Linux' number.
    #[cfg_attr(not(linux_like), allow(dead_code))]
    pub(crate) const fn of_raw(number: u8) -> Self {
        match number {
            0 => Self::Global,
            200 => Self::Site,
            253 => Self::Link,
            254 => Self::Host,
            255 => Self::Nowhere,
            other => Self::Other(other),
        }
    }

    /// The scope that follows from the address, where the system has no word for it.
    #[cfg_attr(not(any(bsd, windows)), allow(dead_code))]
    pub(crate) const fn of(address: IpAddr) -> Self {
        match address {
            _ if address.is_loopback() => Self::Host,
            IpAddr::V4(v4) if v4.is_link_local() => Self::Link,
            IpAddr::V6(v6) if v6.is_unicast_link_local() => Self::Link,
            IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfec0 => Self::Site,
            _ => Self::Global,
        }
    }
}

impl std::fmt::Display for AddressScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Global => f.pad("global"),
            Self::Site => f.pad("site"),
            Self::Link => f.pad("link"),
            Self::Host => f.pad("host"),
            Self::Nowhere => f.pad("nowhere"),
            Self::Other(number) => write!(f, "{number}"),
        }
    }
}

bitflags::bitflags! {
    /// What an address is fit for. The bits are those of Linux (`IFA_F_*`), and of its own those without a name are kept.
    ///
    /// # Platform notes
    ///
    /// Linux tells all of them; Windows [`TENTATIVE`](Self::TENTATIVE), [`DUPLICATED`](Self::DUPLICATED),
    /// [`DEPRECATED`](Self::DEPRECATED), [`TEMPORARY`](Self::TEMPORARY) and [`PERMANENT`](Self::PERMANENT); the BSDs and
    /// macOS none.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct AddressFlags: u32 {
        /// Of IPv6: it is random, and will be replaced. `IFA_F_TEMPORARY`.
        const TEMPORARY = 0x1;
        /// Of IPv4: it is not the first one of its network. `IFA_F_SECONDARY`, which is the bit of `TEMPORARY`.
        const SECONDARY = 0x1;
        /// Nobody is asked whether somebody else has it: `IFA_F_NODAD`.
        const NODAD = 0x2;
        /// It is used before it is known that nobody else has it: `IFA_F_OPTIMISTIC`.
        const OPTIMISTIC = 0x4;
        /// Somebody else has it: `IFA_F_DADFAILED`.
        const DUPLICATED = 0x8;
        /// It is a home address of mobile IPv6: `IFA_F_HOMEADDRESS`.
        const HOME = 0x10;
        /// No new connection should use it: `IFA_F_DEPRECATED`.
        const DEPRECATED = 0x20;
        /// It is not used until it is known that nobody else has it: `IFA_F_TENTATIVE`.
        const TENTATIVE = 0x40;
        /// It was set, and not learnt: `IFA_F_PERMANENT`.
        const PERMANENT = 0x80;
        /// Temporary ones are made from it: `IFA_F_MANAGETEMPADDR`.
        const MANAGE_TEMPORARY = 0x100;
        /// It makes no route to its network: `IFA_F_NOPREFIXROUTE`.
        const NO_PREFIX_ROUTE = 0x200;
        /// Its group is joined by itself: `IFA_F_MCAUTOJOIN`.
        const AUTO_JOIN = 0x400;
        /// It is opaque, and the same each time on this network: `IFA_F_STABLE_PRIVACY`.
        const STABLE_PRIVACY = 0x800;
    }
}

/// An address of an interface, as it was when it was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "ifaddrmsg")]
pub struct InterfaceAddress {
    pub(crate) interface: u32,
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) broadcast: Option<Ipv4Addr>,
    pub(crate) scope: AddressScope,
    pub(crate) flags: AddressFlags,
    pub(crate) label: Label,
    pub(crate) valid: Option<Duration>,
    pub(crate) preferred: Option<Duration>,
}

/// The label of an address, in place: the longest name of an interface and its NUL.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Label([u8; 16]);

impl Label {
    #[cfg_attr(not(linux_like), allow(dead_code))]
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = [0; 16];
        if let Some(place) = bytes.get_mut(..text.len()) {
            place.copy_from_slice(text.as_bytes());
        }
        Self(bytes)
    }

    fn as_str(&self) -> &str {
        let text = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        str::from_utf8(text).unwrap_or_default()
    }
}

impl std::fmt::Debug for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}

impl InterfaceAddress {
    #[cfg_attr(not(any(linux_like, bsd, windows)), allow(dead_code))]
    pub(crate) const fn new(interface: u32, address: IpAddr, prefix: u8, scope: AddressScope) -> Self {
        Self {
            interface,
            address,
            prefix,
            peer: None,
            broadcast: None,
            scope,
            flags: AddressFlags::empty(),
            label: Label([0; 16]),
            valid: None,
            preferred: None,
        }
    }

    /// Returns the index of the interface.
    #[must_use]
    pub const fn interface(&self) -> u32 {
        self.interface
    }

    /// Returns the address.
    #[must_use]
    #[doc(alias = "IFA_LOCAL")]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Returns how many bits of it, or of the peer's where there is one, are the network's.
    #[must_use]
    pub const fn prefix_len(&self) -> u8 {
        self.prefix
    }

    /// Returns the network: the one that is reached through the interface, which is the peer's where there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # let Ok(mut interfaces) = berkeley::Interfaces::open() else { return };
    /// for address in interfaces.addresses().unwrap_or_default() {
    ///     assert!(address.network().contains(&address.peer().unwrap_or(address.address())));
    /// }
    /// ```
    #[must_use]
    pub fn network(&self) -> IpNet {
        let address = self.peer.unwrap_or(self.address);
        let most = if address.is_ipv4() { 32 } else { 128 };
        IpNet::new_assert(address, self.prefix.min(most)).trunc()
    }

    /// Returns the address of the only other host, on an interface that leads to one.
    #[must_use]
    #[doc(alias = "ifa_dstaddr")]
    pub const fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Returns the address of everybody on the network, where there is one.
    #[must_use]
    #[doc(alias = "IFA_BROADCAST")]
    pub const fn broadcast(&self) -> Option<Ipv4Addr> {
        self.broadcast
    }

    /// Returns how far the address reaches: as the system says, or where it has no word for it, as the address does.
    #[must_use]
    pub const fn scope(&self) -> AddressScope {
        self.scope
    }

    /// Returns what it is fit for.
    #[must_use]
    #[doc(alias = "IFA_FLAGS")]
    pub const fn flags(&self) -> AddressFlags {
        self.flags
    }

    /// Returns its label, the name of the interface or one that begins with it: `eth0:1`. Linux, IPv4.
    #[must_use]
    #[doc(alias = "IFA_LABEL")]
    pub fn label(&self) -> Option<&str> {
        Some(self.label.as_str()).filter(|label| !label.is_empty())
    }

    /// Returns how long it is valid from now on; `None` without end, or where the system does not tell.
    #[must_use]
    pub const fn valid_lifetime(&self) -> Option<Duration> {
        self.valid
    }

    /// Returns how long new connections should use it from now on; `None` as [`valid_lifetime`](Self::valid_lifetime).
    #[must_use]
    pub const fn preferred_lifetime(&self) -> Option<Duration> {
        self.preferred
    }

    /// Returns it with a port, as a socket is bound to it: one that reaches no further than a link has its interface.
    #[must_use]
    pub fn with_port(&self, port: u16) -> SocketAddr {
        match self.address {
            IpAddr::V6(v6) if v6.is_unicast_link_local() => {
                SocketAddrV6::new(v6, port, 0, self.interface).into()
            }
            address => SocketAddr::new(address, port),
        }
    }

    /// Whether another tells of the same address: of what else is said of it, something may differ.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.interface, it.address, it.prefix, it.peer);
        key(self) == key(other)
    }

    /// Whether another says the same of it but for the lifetimes, which pass by themselves.
    pub(crate) fn is_unchanged(&self, other: &Self) -> bool {
        Self { valid: None, preferred: None, ..*self } == Self { valid: None, preferred: None, ..*other }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn scopes_follow_from_addresses_where_nobody_says() {
        for (text, scope) in [
            ("127.0.0.1", AddressScope::Host),
            ("169.254.1.1", AddressScope::Link),
            ("fe80::1", AddressScope::Link),
            ("fec0::1", AddressScope::Site),
            ("::1", AddressScope::Host),
            ("10.0.0.1", AddressScope::Global),
        ] {
            assert_eq!(AddressScope::of(text.parse().unwrap()), scope, "{text}");
        }
    }

    #[test]
    fn a_link_local_address_is_bound_with_its_interface() {
        let address = |text: &str| InterfaceAddress::new(7, text.parse().unwrap(), 64, AddressScope::Link);
        assert_eq!(address("fe80::1").with_port(80).to_string(), "[fe80::1%7]:80");
        assert_eq!(address("fd00::1").with_port(80).to_string(), "[fd00::1]:80");
        assert_eq!(address("fd00::2:3:4:5").network().to_string(), "fd00::/64");
    }

    #[test]
    fn a_prefix_that_cannot_be_is_cut() {
        let address = InterfaceAddress::new(7, "10.0.0.1".parse().unwrap(), 200, AddressScope::Global);
        assert_eq!(address.network().to_string(), "10.0.0.1/32");
    }

    #[test]
    fn labels_that_are_too_long_are_none() {
        assert_eq!(Label::new("eth0:1").as_str(), "eth0:1");
        assert_eq!(Label::new("0123456789abcdef").as_str(), "0123456789abcdef");
        assert_eq!(Label::new("0123456789abcdefg").as_str(), "");
    }
}
