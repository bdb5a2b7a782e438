//! The names under which addresses are looked up backwards: `4.3.2.1.in-addr.arpa` and `….ip6.arpa`.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::network::{self, IpNet};
use super::part::Part;
use super::{ParseError, Reason, ip};

const V4: &str = "in-addr.arpa";
const V6: &str = "ip6.arpa";

/// Returns the name of an address (RFC 1035, 3.5; RFC 3596, 2.5), without a dot at its end.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{arpa, ip};
///
/// assert_eq!(arpa::name(ip::parse("192.0.2.1")?), "1.2.0.192.in-addr.arpa");
/// assert!(arpa::name(ip::parse("2001:db8::1")?).ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => v4_name(address, 4),
        IpAddr::V6(address) => v6_name(address, 32),
    }
}

/// Returns the names of the zones that a network is delegated in.
///
/// Zones end between octets, or between hexadecimal digits: a network that ends elsewhere has several, which the
/// iterator gives one after the other. An IPv4 network of more than 24 bits has one, as RFC 2317 names it.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{arpa, network};
///
/// let zones = |text| Ok::<_, berkeley::addr::ParseError>(arpa::zones(network::parse(text)?).collect::<Vec<_>>());
/// assert_eq!(zones("10.1.2.0/23")?, ["2.1.10.in-addr.arpa", "3.1.10.in-addr.arpa"]);
/// assert_eq!(zones("192.0.2.64/26")?, ["64/26.2.0.192.in-addr.arpa"]);
/// assert_eq!(zones("2001:db8::/32")?, ["8.b.d.0.1.0.0.2.ip6.arpa"]);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn zones(network: IpNet) -> impl Iterator<Item = String> {
    let (prefix, step) = (u32::from(network.prefix_len()), if network.addr().is_ipv4() { 8 } else { 4 });
    let labels = prefix.div_ceil(step);
    let first = network.network();
    let classless = classless_zone(network);
    let (zones, shift) = match classless {
        Some(_) => (1, 0),
        None => (1_u128 << (labels * step - prefix), ip::width(first) - labels * step),
    };
    (0..zones).map(move |index| {
        if let Some(zone) = &classless {
            return zone.clone();
        }
        // No shift by the whole width: there is one zone then, which is that of the root.
        let bits = ip::to_bits(first) | index.checked_shl(shift).unwrap_or(0);
        match ip::from_bits_like(first, bits) {
            IpAddr::V4(address) => v4_name(address, labels as usize),
            IpAddr::V6(address) => v6_name(address, labels as usize),
        }
    })
}

/// Returns the name that RFC 2317 gives a network of less than an octet.
fn classless_zone(network: IpNet) -> Option<String> {
    match network {
        IpNet::V4(network) if (25..32).contains(&network.prefix_len()) => {
            let [.., last] = network.network().octets();
            Some(format!("{last}/{}.{}", network.prefix_len(), v4_name(network.network(), 3)))
        }
        _ => None,
    }
}

fn v4_name(address: Ipv4Addr, labels: usize) -> String {
    let mut name = String::with_capacity(32);
    for octet in address.octets().iter().take(labels).rev() {
        // Writing into a string does not fail.
        let _ = write!(name, "{octet}.");
    }
    name + V4
}

fn v6_name(address: Ipv6Addr, labels: usize) -> String {
    let digits = super::ipv6::LOWER;
    let mut name = String::with_capacity(2 * labels + V6.len());
    for index in (0..labels).rev() {
        let nibble = address.to_bits() >> (124 - 4 * index) & 0xf;
        name.push(char::from(digits[nibble as usize]));
        name.push('.');
    }
    name + V6
}

/// Reads the name of an address, or of a zone, and returns its network: that of one address has all its bits.
///
/// The case of letters means nothing, and a dot may end the name.
///
/// # Errors
///
/// The labels of `in-addr.arpa` are at most four octets, of which the first may be `64/26` (RFC 2317); those of
/// `ip6.arpa` are at most 32 single hexadecimal digits.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Reason, arpa, network};
///
/// assert_eq!(arpa::parse("1.2.0.192.in-addr.arpa")?, network::parse("192.0.2.1/32")?);
/// assert_eq!(arpa::parse("8.b.d.0.1.0.0.2.IP6.ARPA.")?, network::parse("2001:db8::/32")?);
/// let error = arpa::parse("1.300.0.192.in-addr.arpa").unwrap_err();
/// assert_eq!((error.reason(), error.token()), (Reason::OctetOutOfRange, "300"));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn parse(text: &str) -> Result<IpNet, ParseError> {
    let whole = Part::all(text);
    let name = whole.slice(0, text.len() - usize::from(text.ends_with('.')));
    if let Some(labels) = below(name, V4) {
        return parse_v4(labels);
    }
    match below(name, V6) {
        Some(labels) => parse_v6(labels),
        None => Err(whole.fail(Reason::NotArpa)),
    }
}

/// Returns what is before the name of a tree; nothing for the tree itself.
fn below<'a>(name: Part<'a>, tree: &str) -> Option<Part<'a>> {
    let start = name.text().len().checked_sub(tree.len())?;
    if !name.text().get(start..)?.eq_ignore_ascii_case(tree) {
        return None;
    }
    let labels = name.slice(0, start);
    if labels.is_empty() {
        return Some(labels);
    }
    let labels = labels.text().strip_suffix('.').filter(|labels| !labels.is_empty())?;
    Some(name.slice(0, labels.len()))
}

/// Returns the labels from the root on.
fn labels(part: Part<'_>, most: usize, reason: Reason) -> Result<Vec<Part<'_>>, ParseError> {
    let mut labels: Vec<Part<'_>> = if part.is_empty() { Vec::new() } else { part.pieces('.').collect() };
    let extra = labels.len().saturating_sub(most);
    if extra > 0 {
        let end = labels.iter().take(extra).map(|label| label.text().len() + 1).sum::<usize>() - 1;
        return Err(part.slice(0, end).fail(reason));
    }
    labels.reverse();
    Ok(labels)
}

fn parse_v4(part: Part<'_>) -> Result<IpNet, ParseError> {
    let labels = labels(part, 4, Reason::TooManyOctets)?;
    let mut octets = [0; 4];
    let mut prefix = 8 * labels.len() as u8;
    for (index, label) in labels.into_iter().enumerate() {
        let (octet, length) = label.split('/');
        octets[index] = parse_octet(octet)?;
        if let Some(length) = length {
            if index != 3 {
                return Err(label.fail(Reason::OctetNotANumber));
            }
            prefix = length
                .decimal(31)
                .ok()
                .filter(|length| *length > 24)
                .map(|length| length as u8)
                .ok_or_else(|| length.fail(Reason::ClasslessPrefix))?;
        }
    }
    let network = network::of_prefix(IpAddr::V4(octets.into()), prefix);
    if network.addr() == network.network() { Ok(network) } else { Err(part.fail(Reason::HostBits)) }
}

fn parse_octet(label: Part<'_>) -> Result<u8, ParseError> {
    let text = label.text();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(label.fail(Reason::OctetNotANumber));
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(label.fail(Reason::LeadingZero));
    }
    text.parse().map_err(|_| label.fail(Reason::OctetOutOfRange))
}

fn parse_v6(part: Part<'_>) -> Result<IpNet, ParseError> {
    let labels = labels(part, 32, Reason::TooManyDigits)?;
    let mut bits = 0_u128;
    for (index, label) in labels.iter().enumerate() {
        let digit = match label.text().as_bytes() {
            [byte] => char::from(*byte).to_digit(16),
            _ => None,
        };
        bits |= u128::from(digit.ok_or_else(|| label.fail(Reason::NotADigit))?) << (124 - 4 * index);
    }
    Ok(network::of_prefix(IpAddr::V6(Ipv6Addr::from_bits(bits)), 4 * labels.len() as u8))
}
