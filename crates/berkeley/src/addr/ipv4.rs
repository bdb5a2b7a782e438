//! IPv4 addresses: reading, and what kind of address one is.
//!
//! The questions are functions over [`Ipv4Addr`], in the words of the RFCs.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::part::Part;
use super::text::Line;
use super::{ParseError, Reason};

/// Is the group of all hosts on the link, `224.0.0.1` (RFC 1112).
pub const ALL_HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);
/// Is the group of all routers on the link, `224.0.0.2` (RFC 1256).
pub const ALL_ROUTERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 2);
/// Is the group of multicast DNS, `224.0.0.251` (RFC 6762).
pub const MDNS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
/// Is the greatest address as an integer.
pub const MAX: u32 = u32::MAX;

/// Makes one question of each row: its text, its name, the networks to which it says yes, an address at the
/// edge inside and one outside.
macro_rules! predicates {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident, [$($base:literal / $length:literal),*], $inside:literal, $outside:literal;
    )*) => { $(
        $(#[doc = $doc])*
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use berkeley::addr::ipv4::{parse, ", stringify!($name), "};")]
        ///
        #[doc = concat!("assert!(", stringify!($name), "(parse(\"", $inside, "\")?));")]
        #[doc = concat!("assert!(!", stringify!($name), "(parse(\"", $outside, "\")?));")]
        /// # Ok::<(), berkeley::addr::ParseError>(())
        /// ```
        #[must_use]
        pub const fn $name(a: Ipv4Addr) -> bool {
            let bits = a.to_bits();
            $((bits ^ $base) >> (32 - $length) == 0)||*
        }
    )* };
}

predicates! {
    /// Returns `true` for `0.0.0.0`, which stands for no address in particular (RFC 1122).
    is_unspecified, [0x0000_0000_u32 / 32], "0.0.0.0", "0.0.0.1";
    /// Returns `true` for 127.0.0.0/8, this host itself (RFC 1122).
    is_loopback, [0x7f00_0000_u32 / 8], "127.255.255.255", "128.0.0.0";
    /// Returns `true` for 224.0.0.0/4, groups of hosts (RFC 5771).
    is_multicast, [0xe000_0000_u32 / 4], "239.255.255.255", "240.0.0.0";
    /// Returns `true` for `255.255.255.255`, all hosts on the link (RFC 919).
    is_broadcast, [0xffff_ffff_u32 / 32], "255.255.255.255", "255.255.255.254";
    /// Returns `true` for 169.254.0.0/16, addresses that hosts choose for a link (RFC 3927).
    is_link_local, [0xa9fe_0000_u32 / 16], "169.254.255.255", "169.255.0.0";
    /// Returns `true` for 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16, private networks (RFC 1918).
    is_private, [0x0a00_0000_u32 / 8, 0xac10_0000_u32 / 12, 0xc0a8_0000_u32 / 16],
        "172.31.255.255", "172.32.0.0";
    /// Returns `true` for 100.64.0.0/10, networks behind the translators of providers (RFC 6598).
    is_shared, [0x6440_0000_u32 / 10], "100.127.255.255", "100.128.0.0";
    /// Returns `true` for 198.18.0.0/15, measurements of devices (RFC 2544).
    is_benchmarking, [0xc612_0000_u32 / 15], "198.19.255.255", "198.20.0.0";
    /// Returns `true` for 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24, examples in texts (RFC 5737).
    is_documentation, [0xc000_0200_u32 / 24, 0xc633_6400_u32 / 24, 0xcb00_7100_u32 / 24],
        "203.0.113.255", "203.0.114.0";
    /// Returns `true` for 0.0.0.0/8, hosts on this network (RFC 791).
    is_this_network, [0x0000_0000_u32 / 8], "0.255.255.255", "1.0.0.0";
    /// Returns `true` for 192.0.0.0/24, protocol assignments (RFC 6890).
    is_protocol_assignment, [0xc000_0000_u32 / 24], "192.0.0.255", "192.0.1.0";
    /// Returns `true` for 232.0.0.0/8, multicast from one source (RFC 4607).
    is_source_specific_multicast, [0xe800_0000_u32 / 8], "232.255.255.255", "233.0.0.0";
    /// Returns `true` for 233.0.0.0/8, multicast by autonomous system (GLOP, RFC 3180).
    is_glop_multicast, [0xe900_0000_u32 / 8], "233.255.255.255", "234.0.0.0";
    /// Returns `true` for 239.0.0.0/8, multicast within administrative bounds (RFC 2365).
    is_administratively_scoped, [0xef00_0000_u32 / 8], "239.0.0.0", "238.255.255.255";
    /// Returns `true` for 224.0.0.0/24, multicast that no router forwards (RFC 5771).
    is_link_local_multicast, [0xe000_0000_u32 / 24], "224.0.0.255", "224.0.1.0";
}

/// Returns `true` for 240.0.0.0/4 without the broadcast address, reserved for future use (RFC 1112).
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{is_reserved, parse};
///
/// assert!(is_reserved(parse("240.0.0.0")?));
/// assert!(!is_reserved(parse("255.255.255.255")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_reserved(a: Ipv4Addr) -> bool {
    a.to_bits() >> 28 == 0xf && !is_broadcast(a)
}

/// Returns `true` for an address of one host: none that is unspecified, loopback, multicast, reserved or
/// broadcast.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{is_unicast, parse};
///
/// assert!(is_unicast(parse("223.255.255.255")?));
/// assert!(!is_unicast(parse("224.0.0.0")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_unicast(a: Ipv4Addr) -> bool {
    matches!(kind(a), Kind::Unicast)
}

/// Returns `true` unless the registry of special-purpose addresses (RFC 6890, IANA) says that an address is
/// not forwarded between networks.
///
/// The registry says nothing of multicast, for which the answer is `true`: see [`multicast_scope`].
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{is_globally_reachable, parse};
///
/// assert!(is_globally_reachable(parse("192.0.0.9")?));
/// assert!(!is_globally_reachable(parse("192.0.0.8")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_globally_reachable(a: Ipv4Addr) -> bool {
    // Port control (RFC 7723) and relays (RFC 8155) have anycast addresses among the protocol assignments.
    if matches!(a.octets(), [192, 0, 0, 9 | 10]) {
        return true;
    }
    // Relays of 6a44 (RFC 6751) are those of one provider.
    if matches!(a.octets(), [192, 88, 99, 2]) {
        return false;
    }
    let local = is_this_network(a) || is_loopback(a) || is_link_local(a) || is_private(a) || is_shared(a);
    let unused = is_documentation(a) || is_benchmarking(a) || is_reserved(a) || is_broadcast(a);
    !(local || unused || is_protocol_assignment(a))
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
    Unicast,
    /// A group of hosts.
    Multicast(MulticastScope),
    /// Nothing yet.
    Reserved,
    /// All hosts on the link.
    Broadcast,
}

/// Returns what an address stands for.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{Kind, kind, parse};
///
/// assert_eq!(kind(parse("127.0.0.2")?), Kind::Loopback);
/// assert_eq!(kind(parse("255.255.255.255")?), Kind::Broadcast);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn kind(a: Ipv4Addr) -> Kind {
    match a.octets() {
        [0, 0, 0, 0] => Kind::Unspecified,
        [127, ..] => Kind::Loopback,
        [255, 255, 255, 255] => Kind::Broadcast,
        [240..=255, ..] => Kind::Reserved,
        _ => match multicast_scope(a) {
            Some(scope) => Kind::Multicast(scope),
            None => Kind::Unicast,
        },
    }
}

/// Says how far a group reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MulticastScope {
    /// The link: 224.0.0.0/24 (RFC 5771).
    LinkLocal,
    /// A site or less: 239.255.0.0/16 (RFC 2365).
    Local,
    /// An organization: 239.192.0.0/14 (RFC 2365).
    OrganizationLocal,
    /// Bounds that an administrator sets: the rest of 239.0.0.0/8 (RFC 2365).
    Administrative,
    /// Everywhere.
    Global,
}

/// Returns how far a group reaches, or `None` for an address that is not multicast.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{MulticastScope, multicast_scope, parse};
///
/// assert_eq!(multicast_scope(parse("239.255.0.1")?), Some(MulticastScope::Local));
/// assert_eq!(multicast_scope(parse("240.0.0.1")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn multicast_scope(a: Ipv4Addr) -> Option<MulticastScope> {
    Some(match a.octets() {
        [224, 0, 0, _] => MulticastScope::LinkLocal,
        [239, 255, ..] => MulticastScope::Local,
        [239, 192..=195, ..] => MulticastScope::OrganizationLocal,
        [239, ..] => MulticastScope::Administrative,
        [224..=238, ..] => MulticastScope::Global,
        _ => return None,
    })
}

/// Names the class of an address by its first bits, as before prefixes had lengths (RFC 791, RFC 1112).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// First octet 0 to 127: networks of 8 bits.
    A,
    /// First octet 128 to 191: networks of 16 bits.
    B,
    /// First octet 192 to 223: networks of 24 bits.
    C,
    /// First octet 224 to 239: multicast.
    D,
    /// First octet 240 to 255: reserved.
    E,
}

/// Returns the class of an address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{Class, class, parse};
///
/// assert_eq!(class(parse("127.255.255.255")?), Class::A);
/// assert_eq!(class(parse("128.0.0.0")?), Class::B);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn class(a: Ipv4Addr) -> Class {
    match a.octets()[0] {
        0..=127 => Class::A,
        128..=191 => Class::B,
        192..=223 => Class::C,
        224..=239 => Class::D,
        240..=255 => Class::E,
    }
}

/// Returns the private network (RFC 1918) that an address is in, and the class of the networks it was made
/// of.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::{Class, parse, private_range};
///
/// let (network, class) = private_range(parse("172.31.255.255")?).unwrap();
/// assert_eq!(network.to_string(), "172.16.0.0/12");
/// assert_eq!(class, Class::B);
/// assert_eq!(private_range(parse("172.32.0.0")?), None);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn private_range(a: Ipv4Addr) -> Option<(Ipv4Net, Class)> {
    const BLOCKS: [Ipv4Net; 3] = [
        Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
        Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
        Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    ];
    match a.octets() {
        [10, ..] => Some((BLOCKS[0], Class::A)),
        [172, 16..=31, ..] => Some((BLOCKS[1], Class::B)),
        [192, 168, ..] => Some((BLOCKS[2], Class::C)),
        _ => None,
    }
}

/// Reads four octets and returns them with the number of bytes that they took.
#[inline]
pub(super) fn octets(bytes: &[u8]) -> Option<([u8; 4], usize)> {
    let mut octets = [0; 4];
    let mut at = 0;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if *bytes.get(at)? != b'.' {
                return None;
            }
            at += 1;
        }
        let mut value = u32::from(digit(*bytes.get(at)?)?);
        at += 1;
        if let Some(next) = bytes.get(at).copied().and_then(digit) {
            if value == 0 {
                return None;
            }
            value = value * 10 + u32::from(next);
            at += 1;
            if let Some(next) = bytes.get(at).copied().and_then(digit) {
                value = value * 10 + u32::from(next);
                at += 1;
            }
        }
        *octet = u8::try_from(value).ok()?;
    }
    Some((octets, at))
}

#[inline]
const fn digit(byte: u8) -> Option<u8> {
    let value = byte.wrapping_sub(b'0');
    if value < 10 { Some(value) } else { None }
}

/// Reads an IPv4 address of four decimal octets, as [`Ipv4Addr`]'s own `parse` does, and says what is wrong
/// with any other text.
///
/// # Errors
///
/// Old short forms (`127.1`) and leading zeros are refused: [`short`](super::short) reads them.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Reason, ipv4};
///
/// assert_eq!(ipv4::parse("127.0.0.1")?, std::net::Ipv4Addr::LOCALHOST);
/// let error = ipv4::parse("127.0.256.1").unwrap_err();
/// assert_eq!((error.reason(), error.token()), (Reason::OctetOutOfRange, "256"));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[inline]
pub fn parse(text: &str) -> Result<Ipv4Addr, ParseError> {
    match octets(text.as_bytes()) {
        Some((octets, used)) if used == text.len() => Ok(Ipv4Addr::from(octets)),
        _ => Err(diagnose(Part::all(text))),
    }
}

#[cold]
fn diagnose(text: Part<'_>) -> ParseError {
    if text.is_empty() {
        return text.fail(Reason::Empty);
    }
    let pieces: Vec<Part<'_>> = text.pieces('.').collect();
    for (index, piece) in pieces.iter().enumerate() {
        let written = piece.text();
        let digits = written.bytes().take_while(u8::is_ascii_digit).count();
        if index >= 4 {
            let start = pieces[..index].iter().map(|piece| piece.text().len() + 1).sum();
            return text.slice(start, usize::MAX / 2).fail(Reason::TooManyOctets);
        }
        if digits < written.len() && digits > 0 && index == pieces.len() - 1 {
            return piece.slice(digits, usize::MAX / 2).fail(Reason::Junk);
        }
        if digits < written.len() || written.is_empty() {
            return piece.fail(Reason::OctetNotANumber);
        }
        if written.len() > 1 && written.starts_with('0') {
            return piece.fail(Reason::LeadingZero);
        }
        if written.parse::<u8>().is_err() {
            return piece.fail(Reason::OctetOutOfRange);
        }
    }
    text.fail(Reason::TooFewOctets)
}

#[inline]
pub(super) fn push<const N: usize>(line: &mut Line<N>, a: Ipv4Addr) {
    for (index, octet) in a.octets().into_iter().enumerate() {
        if index > 0 {
            line.push(b'.');
        }
        line.push_octet(octet);
    }
}
