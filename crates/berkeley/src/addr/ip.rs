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
