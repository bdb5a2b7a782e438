//! IPv6 addresses: reading, and what kind of address one is.
//!
//! The questions are functions over [`Ipv6Addr`], in the words of the RFCs; every mask is that of the RFC.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::part::Part;
use super::text::Line;
use super::{ParseError, Reason, ipv4};

mod constant;
mod embedded;
mod scope;

pub use constant::*;
pub use embedded::*;
pub use scope::*;

/// Makes one question of each row: its text, its name, the networks to which it says yes, an address at the
/// edge inside and one outside.
macro_rules! predicates {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident, [$($base:tt / $length:literal),*], $inside:literal, $outside:literal;
    )*) => { $(
        $(#[doc = $doc])*
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use berkeley::addr::ipv6::{parse, ", stringify!($name), "};")]
        ///
        #[doc = concat!("assert!(", stringify!($name), "(parse(\"", $inside, "\")?));")]
        #[doc = concat!("assert!(!", stringify!($name), "(parse(\"", $outside, "\")?));")]
        /// # Ok::<(), berkeley::addr::ParseError>(())
        /// ```
        #[must_use]
        pub const fn $name(a: Ipv6Addr) -> bool {
            $((a.to_bits() ^ const { bits_of(&$base) }) >> (128 - $length) == 0)||*
        }
    )* };
}

/// Returns the bits of an address that begins with these groups and is zero behind them.
pub(super) const fn bits_of(groups: &[u16]) -> u128 {
    let (mut bits, mut index) = (0, 0);
    while index < groups.len() {
        bits |= (groups[index] as u128) << (112 - 16 * index);
        index += 1;
    }
    bits
}

predicates! {
    /// Returns `true` for `::`, which stands for no address in particular (RFC 4291).
    is_unspecified, [[0] / 128], "::", "::1";
    /// Returns `true` for `::1`, this host itself (RFC 4291).
    is_loopback, [[0, 0, 0, 0, 0, 0, 0, 1] / 128], "::1", "::2";
    /// Returns `true` for `ff00::/8`, groups of hosts (RFC 4291).
    is_multicast, [[0xff00] / 8], "ff00::", "feff::";
    /// Returns `true` for `fe80::/10`, one host on the link (RFC 4291).
    is_link_local_unicast, [[0xfe80] / 10], "febf::1", "fec0::1";
    /// Returns `true` for `fec0::/10`, one host in a site: deprecated (RFC 3879).
    is_site_local_unicast, [[0xfec0] / 10], "feff::1", "febf::1";
    /// Returns `true` for `fc00::/7`, one host in a private network (RFC 4193).
    is_unique_local, [[0xfc00] / 7], "fdff::1", "fe00::1";
    /// Returns `true` for `::ffff:0:0/96`, IPv4 addresses in programs that speak IPv6 (RFC 4291).
    is_ipv4_mapped, [[0, 0, 0, 0, 0, 0xffff] / 96], "::ffff:0.0.0.0", "::fffe:255.255.255.255";
    /// Returns `true` for `2002::/16`, networks behind an IPv4 address (6to4, RFC 3056).
    is_6to4, [[0x2002] / 16], "2002:ffff::1", "2003::1";
    /// Returns `true` for `2001::/32`, hosts behind translators of IPv4 (Teredo, RFC 4380).
    is_teredo, [[0x2001] / 32], "2001:0:ffff::1", "2001:1::1";
    /// Returns `true` for `64:ff9b::/96` and `64:ff9b:1::/48`, IPv4 hosts behind a translator (NAT64, RFC
    /// 6052, RFC 8215).
    is_nat64, [[0x64, 0xff9b] / 96, [0x64, 0xff9b, 1] / 48],
        "64:ff9b::255.255.255.255", "64:ff9b::1:0:0";
    /// Returns `true` for `2001:db8::/32` and `3fff::/20`, examples in texts (RFC 3849, RFC 9637).
    is_documentation, [[0x2001, 0xdb8] / 32, [0x3fff] / 20], "3fff:fff::1", "3fff:1000::1";
    /// Returns `true` for `100::/64`, where everything is discarded (RFC 6666).
    is_discard_only, [[0x100] / 64], "100::ffff:ffff:ffff:ffff", "100:0:0:1::";
    /// Returns `true` for `2001:2::/48`, measurements of devices (RFC 5180).
    is_benchmarking, [[0x2001, 2] / 48], "2001:2:0:ffff::1", "2001:2:1::1";
    /// Returns `true` for `2001:20::/28`, hashes of keys (ORCHID version 2, RFC 7343).
    is_orchid_v2, [[0x2001, 0x20] / 28], "2001:2f:ffff::1", "2001:30::1";
    /// Returns `true` for `2001:10::/28`, hashes of keys: deprecated (ORCHID, RFC 4843).
    is_orchid, [[0x2001, 0x10] / 28], "2001:1f:ffff::1", "2001:20::1";
    /// Returns `true` for `2001::/23`, protocol assignments (RFC 2928).
    is_protocol_assignment, [[0x2001] / 23], "2001:1ff:ffff::1", "2001:200::1";
    /// Returns `true` for `ff02::1:ff00:0/104`, the groups that are asked for link-layer addresses (RFC
    /// 4291).
    is_solicited_node_multicast, [[0xff02, 0, 0, 0, 0, 1, 0xff00] / 104],
        "ff02::1:ffff:ffff", "ff02::1:fe00:1";
    /// Returns `true` for `5f00::/16`, segment routing (RFC 9602).
    is_segment_routing, [[0x5f00] / 16], "5f00:ffff::1", "5f01::1";
}

/// Returns `true` for `::/96` without `::` and `::1`, IPv4 addresses in tunnels: deprecated (RFC 4291).
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{is_ipv4_compatible, parse};
///
/// assert!(is_ipv4_compatible(parse("::2")?));
/// assert!(!is_ipv4_compatible(parse("::1")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_ipv4_compatible(a: Ipv6Addr) -> bool {
    a.to_bits() >> 32 == 0 && a.to_bits() > 1
}

/// Returns `true` for an address that the registry of special-purpose addresses (RFC 6890, IANA) lets be
/// forwarded between networks.
///
/// Of multicast, of which the registry says nothing, and of what it leaves open (6to4, Teredo) the answers
/// are `true` and `false`.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{is_globally_reachable, parse};
///
/// assert!(is_globally_reachable(parse("64:ff9b::1")?));
/// assert!(!is_globally_reachable(parse("64:ff9b:1::1")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn is_globally_reachable(a: Ipv6Addr) -> bool {
    let local = is_unspecified(a) || is_loopback(a) || is_link_local_unicast(a) || is_unique_local(a);
    let unused = is_documentation(a) || is_discard_only(a) || is_ipv4_mapped(a) || is_segment_routing(a);
    // RFC 9780's prefix for tests of reachability, and the translators' prefix for one network only (RFC
    // 8215).
    let narrow = matches!(a.segments(), [0x100, 0, 0, 1, ..] | [0x64, 0xff9b, 1, ..]);
    let assigned = is_protocol_assignment(a) && !is_global_assignment(a);
    !(local || unused || narrow || assigned || is_6to4(a))
}

/// Tells which protocol assignments are forwarded all the same: three anycast addresses, AMT (RFC 7450),
/// AS112 (RFC 7535), ORCHID (RFC 7343) and the tags of drones (RFC 9374).
const fn is_global_assignment(a: Ipv6Addr) -> bool {
    matches!(
        a.segments(),
        [0x2001, 1, 0, 0, 0, 0, 0, 1..=3] | [0x2001, 3 | 0x20..=0x3f, ..] | [0x2001, 4, 0x112, ..]
    )
}

/// Returns the group that is asked for the link-layer address of a host (RFC 4291, 2.7.1).
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{is_solicited_node_multicast, parse, solicited_node_of};
///
/// let group = solicited_node_of(parse("fe80::2aa:ff:fe28:9c5a")?);
/// assert_eq!(group, parse("ff02::1:ff28:9c5a")?);
/// assert!(is_solicited_node_multicast(group));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub const fn solicited_node_of(a: Ipv6Addr) -> Ipv6Addr {
    let group = 0xff02_0000_0000_0000_0000_0001_ff00_0000_u128;
    Ipv6Addr::from_bits(group | a.to_bits() & 0x00ff_ffff)
}

/// Returns the IPv6 address `::ffff:a.b.c.d` of an IPv4 address.
#[must_use]
pub const fn map_ipv4(a: Ipv4Addr) -> Ipv6Addr {
    a.to_ipv6_mapped()
}

/// Returns the IPv4 address of an address `::ffff:a.b.c.d`.
///
/// # Errors
///
/// Fails for every other address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{map_ipv4, parse, unmap_ipv4};
/// use std::net::Ipv4Addr;
///
/// assert_eq!(unmap_ipv4(map_ipv4(Ipv4Addr::LOCALHOST)), Ok(Ipv4Addr::LOCALHOST));
/// assert_eq!(unmap_ipv4(parse("::1")?).unwrap_err().address(), parse("::1")?);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub const fn unmap_ipv4(a: Ipv6Addr) -> Result<Ipv4Addr, NotMapped> {
    match a.to_ipv4_mapped() {
        Some(ip) => Ok(ip),
        None => Err(NotMapped(a)),
    }
}

/// Says that an IPv6 address stands for no IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotMapped(Ipv6Addr);

impl NotMapped {
    /// Returns the address that is not mapped.
    #[must_use]
    pub const fn address(&self) -> Ipv6Addr {
        self.0
    }
}

impl fmt::Display for NotMapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not an IPv4 address in an IPv6 one", self.0)
    }
}

impl std::error::Error for NotMapped {}

/// Collects the groups of an address and where its gap is.
#[derive(Default)]
struct Groups {
    // The groups read so far are the low bits.
    bits: u128,
    count: u32,
    gap: Option<u32>,
}

impl Groups {
    #[inline]
    fn push(&mut self, group: u16) {
        self.bits = self.bits << 16 | u128::from(group);
        self.count += 1;
    }

    /// Puts zeros into the gap, which stands for one group or more.
    #[inline]
    fn finish(self) -> Option<Ipv6Addr> {
        match self.gap {
            None if self.count == 8 => Some(Ipv6Addr::from_bits(self.bits)),
            Some(gap) if self.count < 8 => {
                let behind = 16 * (self.count - gap);
                let low = self.bits & ((1 << behind) - 1);
                let high = (self.bits >> behind).checked_shl(128 - 16 * gap).unwrap_or(0);
                Some(Ipv6Addr::from_bits(high | low))
            }
            _ => None,
        }
    }
}

/// Reads the groups of an address and returns it with the number of bytes that it took.
#[inline]
pub(super) fn groups(bytes: &[u8]) -> Option<(Ipv6Addr, usize)> {
    let mut read = Groups::default();
    let mut at = 0;
    if let [b':', b':', ..] = bytes {
        (read.gap, at) = (Some(0), 2);
    }
    while read.count < 8 {
        let start = at;
        let value;
        (value, at) = group(bytes, start)?;
        if at == start {
            // Nothing may follow a gap, but something must follow a colon.
            if read.gap == Some(read.count) {
                break;
            }
            return None;
        }
        let next = bytes.get(at);
        if next == Some(&b'.') {
            let ([a, b, c, d], used) = ipv4::octets(bytes.get(start..)?)?;
            read.push(u16::from_be_bytes([a, b]));
            read.push(u16::from_be_bytes([c, d]));
            at = start + used;
            break;
        }
        read.push(value);
        if next != Some(&b':') || read.count == 8 {
            break;
        }
        at += 1;
        if bytes.get(at) == Some(&b':') {
            if read.gap.is_some() {
                return None;
            }
            (read.gap, at) = (Some(read.count), at + 1);
        }
    }
    Some((read.finish()?, at))
}

/// Reads at most four hexadecimal digits from `start` on, and returns where they end. A fifth is an error.
#[inline]
fn group(bytes: &[u8], start: usize) -> Option<(u16, usize)> {
    let (mut value, mut at) = (0, start);
    while let Some(digit) = bytes.get(at).and_then(|byte| nibble(*byte)) {
        value = value << 4 | digit;
        at += 1;
        if at - start > 4 {
            return None;
        }
    }
    Some((value as u16, at))
}

#[inline]
fn nibble(byte: u8) -> Option<u32> {
    const NIBBLES: [u8; 256] = {
        let mut table = [0xff; 256];
        let mut value = 0;
        while value < 16 {
            table[LOWER[value] as usize] = value as u8;
            table[UPPER[value] as usize] = value as u8;
            value += 1;
        }
        table
    };
    let value = NIBBLES[usize::from(byte)];
    if value < 16 { Some(u32::from(value)) } else { None }
}

/// Reads an IPv6 address as [`Ipv6Addr`]'s own `parse` does, and says what is wrong with any other text.
///
/// # Errors
///
/// There is no place for a zone: [`Inet6Address`](super::Inet6Address) has one.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Reason, ipv6};
///
/// assert_eq!(ipv6::parse("::1")?, std::net::Ipv6Addr::LOCALHOST);
/// assert_eq!(ipv6::parse("::1::").unwrap_err().reason(), Reason::SecondGap);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[inline]
pub fn parse(text: &str) -> Result<Ipv6Addr, ParseError> {
    match groups(text.as_bytes()) {
        Some((address, used)) if used == text.len() => Ok(address),
        _ => Err(diagnose(Part::all(text))),
    }
}

#[cold]
fn diagnose(text: Part<'_>) -> ParseError {
    let written = text.text();
    if written.is_empty() {
        return text.fail(Reason::Empty);
    }
    if let Some(at) = written.find(['%', '[']) {
        let reason = if written[at..].starts_with('%') { Reason::UnexpectedZone } else { Reason::Junk };
        return text.slice(at, usize::MAX / 2).fail(reason);
    }
    let pieces: Vec<Part<'_>> = text.pieces(':').collect();
    let mut groups = 0;
    for (index, piece) in pieces.iter().enumerate().filter(|(_, piece)| !piece.is_empty()) {
        match group_error(*piece, index + 1 == pieces.len()) {
            Some(error) => return error,
            None => groups += if piece.text().contains('.') { 2 } else { 1 },
        }
    }
    let gap = written.find("::");
    if let Some(second) = gap.and_then(|gap| written[gap + 1..].find("::").map(|at| gap + 1 + at)) {
        return text.slice(second, second + 2).fail(Reason::SecondGap);
    }
    if written.starts_with(':') && gap != Some(0) {
        return text.slice(0, 1).fail(Reason::LoneColon);
    }
    if written.ends_with(':') && !written.ends_with("::") {
        return text.slice(written.len() - 1, written.len()).fail(Reason::LoneColon);
    }
    text.fail(if groups < 8 { Reason::TooFewGroups } else { Reason::TooManyGroups })
}

fn group_error(piece: Part<'_>, last: bool) -> Option<ParseError> {
    let written = piece.text();
    if written.contains('.') {
        let error = piece.lift(ipv4::parse(written)).err();
        return error.or_else(|| (!last).then(|| piece.fail(Reason::MisplacedIpv4)));
    }
    if !written.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(piece.fail(Reason::GroupNotHex));
    }
    (written.len() > 4).then(|| piece.fail(Reason::GroupOutOfRange))
}

pub(super) const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Writes the text of RFC 5952: the longest run of zeros shortened, the first of equals, and never a single
/// one.
#[inline]
pub(super) fn push<const N: usize>(line: &mut Line<N>, a: Ipv6Addr, digits: &[u8; 16]) {
    let groups = a.segments();
    if let Some(ip) = a.to_ipv4_mapped() {
        for byte in [b':', b':', digits[15], digits[15], digits[15], digits[15], b':'] {
            line.push(byte);
        }
        return ipv4::push(line, ip);
    }
    let (gap, length) = longest_run(groups);
    let mut index = 0;
    while index < 8 {
        if index == gap && length > 1 {
            line.push(b':');
            line.push(b':');
            index += length;
            continue;
        }
        if index > 0 && (length < 2 || index != gap + length) {
            line.push(b':');
        }
        line.push_group(groups[index], digits);
        index += 1;
    }
}

/// Returns where the longest run of zero groups begins, and how many they are.
#[inline]
fn longest_run(groups: [u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), 0);
    for (index, group) in groups.into_iter().enumerate() {
        run = if group == 0 { run + 1 } else { 0 };
        if run > best.1 {
            best = (index + 1 - run, run);
        }
    }
    best
}

/// Prints an address in the text of RFC 5952, but with capital letters.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv6::{Uppercase, parse};
///
/// assert_eq!(Uppercase(parse("::ffff:192.0.2.1")?).to_string(), "::FFFF:192.0.2.1");
/// assert_eq!(Uppercase(parse("2001:db8::a")?).to_string(), "2001:DB8::A");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uppercase(pub Ipv6Addr);

impl fmt::Display for Uppercase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line::<48>::new();
        push(&mut line, self.0, UPPER);
        line.write(f)
    }
}
