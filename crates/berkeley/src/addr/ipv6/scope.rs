//! How far IPv6 addresses reach.

use std::net::Ipv6Addr;

use super::{
    is_ipv4_mapped, is_link_local_unicast, is_loopback, is_multicast, is_site_local_unicast, is_unique_local,
    is_unspecified,
};

/// Says how far a group reaches (RFC 7346).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MulticastScope {
    /// One interface of this host (1).
    InterfaceLocal,
    /// The link (2).
    LinkLocal,
    /// A network of one technology (3).
    RealmLocal,
    /// The least that an administrator has to set (4).
    AdminLocal,
    /// A site (5).
    SiteLocal,
    /// Several sites of an organization (8).
    OrganizationLocal,
    /// Everywhere (e).
    Global,
    /// A reserved number: 0 or f.
    Reserved(u8),
    /// A number that administrators may use: 6, 7, 9 to d.
    Unassigned(u8),
}

impl MulticastScope {
    /// Returns the scope of a number, of which the low four bits count.
    #[must_use]
    pub const fn from_nibble(nibble: u8) -> MulticastScope {
        match nibble & 0xf {
            1 => MulticastScope::InterfaceLocal,
            2 => MulticastScope::LinkLocal,
            3 => MulticastScope::RealmLocal,
            4 => MulticastScope::AdminLocal,
            5 => MulticastScope::SiteLocal,
            8 => MulticastScope::OrganizationLocal,
            0xe => MulticastScope::Global,
            reserved @ (0 | 0xf) => MulticastScope::Reserved(reserved),
            unassigned => MulticastScope::Unassigned(unassigned),
        }
    }

    /// Returns the number, 0 to 15.
    #[must_use]
    pub const fn nibble(self) -> u8 {
        match self {
            MulticastScope::InterfaceLocal => 1,
            MulticastScope::LinkLocal => 2,
            MulticastScope::RealmLocal => 3,
            MulticastScope::AdminLocal => 4,
            MulticastScope::SiteLocal => 5,
            MulticastScope::OrganizationLocal => 8,
            MulticastScope::Global => 0xe,
            MulticastScope::Reserved(nibble) | MulticastScope::Unassigned(nibble) => nibble & 0xf,
        }
    }
}

/// Returns how far a group reaches, or `None` for an address that is not multicast.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{MulticastScope, multicast_scope, parse};
///
/// assert_eq!(multicast_scope(parse("ff12::1")?), Some(MulticastScope::LinkLocal));
/// assert_eq!(multicast_scope(parse("fe80::1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn multicast_scope(a: Ipv6Addr) -> Option<MulticastScope> {
    if is_multicast(a) { Some(MulticastScope::from_nibble(a.octets()[1])) } else { None }
}

/// Says how far the address of one host reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UnicastScope {
    /// The link: `fe80::/10` (RFC 4291).
    LinkLocal,
    /// A site, deprecated: `fec0::/10` (RFC 3879).
    SiteLocal,
    /// A private network: `fc00::/7` (RFC 4193).
    UniqueLocal,
    /// Everything else. Whether it is forwarded says [`is_globally_reachable`](super::is_globally_reachable).
    Global,
}

/// RFC 6724, section 3.2: of the IPv4-mapped addresses those of 169.254/16 and of 127/8 stay on their link.
const fn is_mapped_to_a_link(a: Ipv6Addr) -> bool {
    let o = a.octets();
    is_ipv4_mapped(a) && (o[12] == 127 || o[12] == 169 && o[13] == 254)
}

/// Returns how far the address of one host reaches, or `None` if it is unspecified, loopback or multicast.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{UnicastScope, parse, unicast_scope};
///
/// assert_eq!(unicast_scope(parse("febf::1")?), Some(UnicastScope::LinkLocal));
/// assert_eq!(unicast_scope(parse("fec0::1")?), Some(UnicastScope::SiteLocal));
/// assert_eq!(unicast_scope(parse("ff00::1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn unicast_scope(a: Ipv6Addr) -> Option<UnicastScope> {
    if is_unspecified(a) || is_loopback(a) || is_multicast(a) {
        None
    } else if is_link_local_unicast(a) || is_mapped_to_a_link(a) {
        Some(UnicastScope::LinkLocal)
    } else if is_site_local_unicast(a) {
        Some(UnicastScope::SiteLocal)
    } else if is_unique_local(a) {
        Some(UnicastScope::UniqueLocal)
    } else {
        Some(UnicastScope::Global)
    }
}

/// Returns `true` for the address of one host.
#[must_use]
pub const fn is_unicast(a: Ipv6Addr) -> bool {
    unicast_scope(a).is_some()
}

/// Returns `true` for the address of one host that is bound to no link, site or private network.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{is_global_unicast, parse};
///
/// assert!(is_global_unicast(parse("fe00::1")?));
/// assert!(!is_global_unicast(parse("fdff::1")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_global_unicast(a: Ipv6Addr) -> bool {
    matches!(unicast_scope(a), Some(UnicastScope::Global))
}

/// Says what an address stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// No address in particular.
    Unspecified,
    /// This host itself.
    Loopback,
    /// One host.
    Unicast(UnicastScope),
    /// A group of hosts.
    Multicast(MulticastScope),
}

/// Returns what an address stands for.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{Kind, UnicastScope, kind, parse};
///
/// assert_eq!(kind(parse("fd00::1")?), Kind::Unicast(UnicastScope::UniqueLocal));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn kind(a: Ipv6Addr) -> Kind {
    match (multicast_scope(a), unicast_scope(a)) {
        (Some(scope), _) => Kind::Multicast(scope),
        (None, Some(scope)) => Kind::Unicast(scope),
        (None, None) if is_loopback(a) => Kind::Loopback,
        (None, None) => Kind::Unspecified,
    }
}

/// Makes the questions about the flags of a group; a row is its text, its name, the bits, and an example each
/// way.
macro_rules! flags {
    ($($(#[doc = $doc:literal])* $name:ident, $bits:literal, $with:literal, $without:literal;)*) => { $(
        $(#[doc = $doc])*
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use berkeley::addr::ipv6::{parse, ", stringify!($name), "};")]
        ///
        #[doc = concat!("assert!(", stringify!($name), "(parse(\"", $with, "\")?));")]
        #[doc = concat!("assert!(!", stringify!($name), "(parse(\"", $without, "\")?));")]
        /// # Ok::<(), berkeley::addr::ParseError>(())
        /// ```
        #[must_use]
        pub const fn $name(a: Ipv6Addr) -> bool {
            is_multicast(a) && a.octets()[1] >> 4 & $bits == $bits
        }
    )* };
}

flags! {
    /// Returns `true` for a group that is not assigned for good: flag T (RFC 4291).
    is_transient_multicast, 0b0001, "ff12::1", "ff02::1";
    /// Returns `true` for a group made from the prefix of a network: flags P and T (RFC 3306).
    is_prefix_based_multicast, 0b0011, "ff32::1", "ff12::1";
    /// Returns `true` for a group that contains the address of its rendezvous point: flags R, P and T (RFC
    /// 3956).
    is_rendezvous_point_multicast, 0b0111, "ff72::1", "ff32::1";
}
