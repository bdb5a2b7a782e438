//! What is written inside IPv6 addresses: IPv4 addresses, hardware addresses, ports, prefixes.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::Ipv6Net;

use super::{
    is_6to4, is_ipv4_compatible, is_ipv4_mapped, is_multicast, is_prefix_based_multicast,
    is_rendezvous_point_multicast, is_teredo,
};

/// Is what the address of a Teredo client says (RFC 4380, 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Teredo {
    /// The server.
    pub server: Ipv4Addr,
    /// The address that the server sees the client at.
    pub client: Ipv4Addr,
    /// The port that it sees the client at.
    pub port: u16,
    /// The kind of translator, and random bits (RFC 5991).
    pub flags: u16,
}

/// Returns what the address of a Teredo client says, or `None` for another address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{parse, teredo};
///
/// let found = teredo(parse("2001:0:4136:e378:8000:63bf:3fff:fdd2")?).unwrap();
/// assert_eq!((found.server.to_string(), found.client.to_string()), ("65.54.227.120".into(), "192.0.2.45".into()));
/// assert_eq!((found.port, found.flags), (40000, 0x8000));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn teredo(a: Ipv6Addr) -> Option<Teredo> {
    if !is_teredo(a) {
        return None;
    }
    let bits = a.to_bits();
    // The client's are written inverted, so that no translator takes them for addresses to translate.
    Some(Teredo {
        server: Ipv4Addr::from_bits((bits >> 64) as u32),
        client: Ipv4Addr::from_bits(!bits as u32),
        port: !(bits >> 32) as u16,
        flags: (bits >> 48) as u16,
    })
}

/// Returns the IPv4 address behind which a 6to4 network is (RFC 3056, 2), or `None` for another address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{gateway_of_6to4, parse};
///
/// assert_eq!(gateway_of_6to4(parse("2002:c000:201::1")?).unwrap().to_string(), "192.0.2.1");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn gateway_of_6to4(a: Ipv6Addr) -> Option<Ipv4Addr> {
    if is_6to4(a) { Some(Ipv4Addr::from_bits((a.to_bits() >> 80) as u32)) } else { None }
}

/// Returns the IPv4 address that a translator reads behind a prefix of so many bits (RFC 6052, 2.2), or `None` if
/// the prefix has not 32, 40, 48, 56, 64 or 96 bits.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{parse, translated_ipv4};
///
/// let read = |text, prefix| Ok::<_, berkeley::addr::ParseError>(translated_ipv4(parse(text)?, prefix).unwrap());
/// assert_eq!(read("64:ff9b::192.0.2.33", 96)?.to_string(), "192.0.2.33");
/// assert_eq!(read("2001:db8:122:c000:2:2100::", 48)?.to_string(), "192.0.2.33");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn translated_ipv4(a: Ipv6Addr, prefix: u8) -> Option<Ipv4Addr> {
    if !matches!(prefix, 32 | 40 | 48 | 56 | 64 | 96) {
        return None;
    }
    if prefix == 96 {
        return Some(Ipv4Addr::from_bits(a.to_bits() as u32));
    }
    // Bits 64 to 71 are no part of it.
    let bits = a.to_bits();
    let joined = bits >> 64 << 64 | (bits & 0x00ff_ffff_ffff_ffff) << 8;
    Some(Ipv4Addr::from_bits((joined >> (96 - prefix)) as u32))
}

/// Returns the IPv4 address of a host behind the well-known prefix of translators, `64:ff9b::/96` (RFC 6052), or
/// `None` for another address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{nat64_ipv4, parse};
///
/// assert_eq!(nat64_ipv4(parse("64:ff9b::c000:221")?).unwrap().to_string(), "192.0.2.33");
/// assert_eq!(nat64_ipv4(parse("64:ff9b:1::1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn nat64_ipv4(a: Ipv6Addr) -> Option<Ipv4Addr> {
    if a.to_bits() >> 32 == 0x0064_ff9b << 64 { translated_ipv4(a, 96) } else { None }
}

/// Returns the IPv4 address in the interface identifier of an ISATAP host (RFC 5214, 6.1), or `None` for another
/// address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{isatap_ipv4, parse};
///
/// assert_eq!(isatap_ipv4(parse("fe80::5efe:192.0.2.1")?).unwrap().to_string(), "192.0.2.1");
/// assert_eq!(isatap_ipv4(parse("2001:db8::200:5efe:cb00:7101")?).unwrap().to_string(), "203.0.113.1");
/// assert_eq!(isatap_ipv4(parse("fe80::100:5efe:192.0.2.1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn isatap_ipv4(a: Ipv6Addr) -> Option<Ipv4Addr> {
    // The universal bit tells whether the IPv4 address is one that the whole world knows.
    let identifier = (a.to_bits() >> 32) as u32;
    if identifier & !0x0200_0000 == 0x0000_5efe && has_interface_identifier(a) {
        return Some(Ipv4Addr::from_bits(a.to_bits() as u32));
    }
    None
}

/// Returns the hardware address of 48 bits from which an interface identifier was made (RFC 4291, appendix A), or
/// `None` if it was not made so.
///
/// An identifier that was chosen otherwise looks like this once in 65,536 times.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{mac_of, parse};
///
/// assert_eq!(mac_of(parse("fe80::211:22ff:fe33:4455")?), Some([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]));
/// assert_eq!(mac_of(parse("fe80::1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn mac_of(a: Ipv6Addr) -> Option<[u8; 6]> {
    match a.octets() {
        [_, _, _, _, _, _, _, _, a0, a1, a2, 0xff, 0xfe, a3, a4, a5] if has_interface_identifier(a) => {
            Some([a0 ^ 0x02, a1, a2, a3, a4, a5])
        }
        _ => None,
    }
}

/// Returns the link-local address that a hardware address of 48 bits makes (RFC 4291, appendix A).
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::link_local_of;
///
/// assert_eq!(link_local_of([0x00, 0x11, 0x22, 0x33, 0x44, 0x55]).to_string(), "fe80::211:22ff:fe33:4455");
/// ```
#[must_use]
pub const fn link_local_of(mac: [u8; 6]) -> Ipv6Addr {
    let [a0, a1, a2, a3, a4, a5] = mac;
    let identifier = u64::from_be_bytes([a0 ^ 0x02, a1, a2, 0xff, 0xfe, a3, a4, a5]);
    Ipv6Addr::from_bits(0xfe80 << 112 | identifier as u128)
}

/// RFC 4291, 2.5.1: all unicast addresses have interface identifiers of 64 bits but those that begin with 000.
const fn has_interface_identifier(a: Ipv6Addr) -> bool {
    a.octets()[0] >> 5 != 0 && !is_multicast(a)
}

/// Returns the network whose group a group is (RFC 3306, 4), or `None` if it belongs to none.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{multicast_prefix, parse};
///
/// let network = multicast_prefix(parse("ff3e:30:2001:db8:1::7")?).unwrap();
/// assert_eq!(network.to_string(), "2001:db8:1::/48");
/// assert_eq!(multicast_prefix(parse("ff0e::1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn multicast_prefix(a: Ipv6Addr) -> Option<Ipv6Net> {
    let length = a.octets()[3];
    // A length of zero is that of a group from one source (RFC 4607).
    if !is_prefix_based_multicast(a) || !(1..=64).contains(&length) {
        return None;
    }
    let prefix = Ipv6Addr::from_bits(a.to_bits() >> 32 << 64);
    Ipv6Net::new(prefix, length).ok().map(|network| network.trunc())
}

/// Returns the rendezvous point that a group contains (RFC 3956, 3), or `None` if it contains none.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{parse, rendezvous_point};
///
/// let point = rendezvous_point(parse("ff7e:120:2001:db8:beef::1")?).unwrap();
/// assert_eq!(point, parse("2001:db8::1")?);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn rendezvous_point(a: Ipv6Addr) -> Option<Ipv6Addr> {
    let identifier = a.octets()[2] & 0xf;
    if !is_rendezvous_point_multicast(a) || identifier == 0 {
        return None;
    }
    let network = multicast_prefix(a)?;
    Some(Ipv6Addr::from_bits(network.network().to_bits() | u128::from(identifier)))
}

/// Returns `true` for `ff3x::/32`, multicast from one source (RFC 4607).
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{is_source_specific_multicast, parse};
///
/// assert!(is_source_specific_multicast(parse("ff3e::8000:1")?));
/// assert!(!is_source_specific_multicast(parse("ff3e:30::1")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_source_specific_multicast(a: Ipv6Addr) -> bool {
    let [first, second, ..] = a.segments();
    first & 0xfff0 == 0xff30 && second == 0
}

/// Returns the IPv4 address at the end of a mapped or a compatible address, or `None` for another address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{last_ipv4, parse};
///
/// assert_eq!(last_ipv4(parse("::ffff:192.0.2.1")?), last_ipv4(parse("::192.0.2.1")?));
/// assert_eq!(last_ipv4(parse("64:ff9b::192.0.2.1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn last_ipv4(a: Ipv6Addr) -> Option<Ipv4Addr> {
    if is_ipv4_mapped(a) || is_ipv4_compatible(a) {
        Some(Ipv4Addr::from_bits(a.to_bits() as u32))
    } else {
        None
    }
}
