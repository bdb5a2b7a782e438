//! IP addresses of either version: reading, and what kind of address one is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{ParseError, Reason, ipv4, ipv6};

/// Says what an address of either version stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What an IPv4 address stands for.
    V4(ipv4::Kind),
    /// What an IPv6 address stands for.
    V6(ipv6::Kind),
}

/// Returns the version of an address, what it stands for, and how far it reaches.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ip::{Kind, kind, parse};
/// use berkeley::addr::{ipv4, ipv6};
///
/// assert_eq!(kind(parse("127.0.0.1")?), Kind::V4(ipv4::Kind::Loopback));
/// let group = ipv6::Kind::Multicast(ipv6::MulticastScope::LinkLocal);
/// assert_eq!(kind(parse("ff02::1")?), Kind::V6(group));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn kind(a: IpAddr) -> Kind {
    match a {
        IpAddr::V4(a) => Kind::V4(ipv4::kind(a)),
        IpAddr::V6(a) => Kind::V6(ipv6::kind(a)),
    }
}

/// Makes one question of each row, which asks that of the version.
macro_rules! predicates {
    ($($(#[doc = $doc:literal])* $name:ident, $v4:ident, $v6:ident;)*) => { $(
        $(#[doc = $doc])*
        #[must_use]
        pub const fn $name(a: IpAddr) -> bool {
            match a {
                IpAddr::V4(a) => ipv4::$v4(a),
                IpAddr::V6(a) => ipv6::$v6(a),
            }
        }
    )* };
}

predicates! {
    /// Returns `true` for `0.0.0.0` and `::`.
    is_unspecified, is_unspecified, is_unspecified;
    /// Returns `true` for 127.0.0.0/8 and `::1`.
    is_loopback, is_loopback, is_loopback;
    /// Returns `true` for 224.0.0.0/4 and `ff00::/8`.
    is_multicast, is_multicast, is_multicast;
    /// Returns `true` for the address of one host.
    is_unicast, is_unicast, is_unicast;
    /// Returns `true` for 169.254.0.0/16 and `fe80::/10`.
    is_link_local, is_link_local, is_link_local_unicast;
    /// Returns `true` for the private networks of RFC 1918 and RFC 4193.
    is_private, is_private, is_unique_local;
    /// Returns `true` for addresses that only examples have.
    is_documentation, is_documentation, is_documentation;
    /// Returns `true` for addresses that only measurements of devices have.
    is_benchmarking, is_benchmarking, is_benchmarking;
    /// Returns `true` for addresses that are forwarded between networks.
    is_globally_reachable, is_globally_reachable, is_globally_reachable;
}

/// Returns the IPv4 address that `::ffff:a.b.c.d` stands for, and every other address as it is.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ip::{canonical, parse};
///
/// assert_eq!(canonical(parse("::ffff:192.0.2.1")?), parse("192.0.2.1")?);
/// assert_eq!(canonical(parse("::1")?), parse("::1")?);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn canonical(a: IpAddr) -> IpAddr {
    a.to_canonical()
}

/// Makes an address of its bytes in network order, 4 or 16 of them.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ip::{from_bytes, parse};
///
/// assert_eq!(from_bytes(&[127, 0, 0, 1]), Some(parse("127.0.0.1")?));
/// assert_eq!(from_bytes(&[127, 0, 1]), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(octets)));
    }
    <[u8; 16]>::try_from(bytes).ok().map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
}

/// Returns how many bits an address has.
pub(super) const fn width(a: IpAddr) -> u32 {
    if a.is_ipv4() { 32 } else { 128 }
}

/// Returns an address as a number.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ip::{parse, to_bits};
///
/// assert_eq!(to_bits(parse("127.0.0.1")?), 0x7f00_0001);
/// assert_eq!(to_bits(parse("::ffff")?), 0xffff);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn to_bits(a: IpAddr) -> u128 {
    match a {
        IpAddr::V4(a) => a.to_bits() as u128,
        IpAddr::V6(a) => a.to_bits(),
    }
}

/// Makes an address of the same version as another; of IPv4 the low 32 bits count.
pub(super) const fn from_bits_like(like: IpAddr, bits: u128) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

/// Returns the hardware address to which a group is sent on an Ethernet, or `None` for an address that is no group.
///
/// Of IPv4 groups 23 bits remain (RFC 1112), so that 32 groups share each; of IPv6 groups 32 do (RFC 2464).
///
/// # Examples
///
/// ```
/// use berkeley::addr::ip::{multicast_mac, parse};
///
/// assert_eq!(multicast_mac(parse("239.129.2.3")?), Some([0x01, 0x00, 0x5e, 0x01, 0x02, 0x03]));
/// assert_eq!(multicast_mac(parse("ff02::1:ff28:9c5a")?), Some([0x33, 0x33, 0xff, 0x28, 0x9c, 0x5a]));
/// assert_eq!(multicast_mac(parse("192.0.2.1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn multicast_mac(a: IpAddr) -> Option<[u8; 6]> {
    match a {
        IpAddr::V4(a) if ipv4::is_multicast(a) => {
            let [_, b, c, d] = a.octets();
            Some([0x01, 0x00, 0x5e, b & 0x7f, c, d])
        }
        IpAddr::V6(a) if ipv6::is_multicast(a) => {
            let [.., a2, a3, a4, a5] = a.octets();
            Some([0x33, 0x33, a2, a3, a4, a5])
        }
        _ => None,
    }
}

/// Reads an address of either version, as [`IpAddr`]'s own `parse` does, and says what is wrong with any
/// other text.
///
/// # Errors
///
/// As [`ipv4::parse`] and [`ipv6::parse`].
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Reason, ip};
///
/// assert_eq!(ip::parse("::1")?, std::net::Ipv6Addr::LOCALHOST);
/// assert_eq!(ip::parse("example.org").unwrap_err().reason(), Reason::HostName);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[inline]
pub fn parse(text: &str) -> Result<IpAddr, ParseError> {
    if text.as_bytes().contains(&b':') {
        return ipv6::parse(text).map(IpAddr::V6);
    }
    ipv4::parse(text).map(IpAddr::V4).map_err(|error| {
        let named = text.starts_with(|c: char| !c.is_ascii_digit());
        if named { ParseError::whole(text, Reason::HostName) } else { error }
    })
}
