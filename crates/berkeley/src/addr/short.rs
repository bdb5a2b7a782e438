//! The forms of addresses that only old programs and one library read.
//!
//! They are kept apart because the same text means different addresses to different programs: `127.65530` is
//! 127.0.255.250 to C's `inet_aton`, and `10.1.2` is 10.1.0.2 to both readers here but `010.1` is 8.0.0.1 to
//! one and 10.0.0.1 to the other. Nothing else in this crate reads them.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::part::Part;
use super::{ParseError, Reason};

/// Reads one to four decimal octets: the last is the last of the address, the others fill it from the left,
/// and those between are zero, as IOLib has it.
///
/// # Errors
///
/// Every part is digits alone and at most 255; leading zeros mean nothing.
///
/// # Examples
///
/// ```
/// use berkeley::addr::short::parse_dotted;
///
/// assert_eq!(parse_dotted("127.1")?.octets(), [127, 0, 0, 1]);
/// assert_eq!(parse_dotted("10.1.2")?.octets(), [10, 1, 0, 2]);
/// assert_eq!(parse_dotted("12")?.octets(), [0, 0, 0, 12]);
/// assert!(parse_dotted("1.256").is_err());
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn parse_dotted(text: &str) -> Result<Ipv4Addr, ParseError> {
    let (parts, count) = parts(Part::all(text), decimal_octet)?;
    let mut octets = [0; 4];
    for (octet, part) in octets.iter_mut().zip(parts).take(count - 1) {
        *octet = part as u8;
    }
    octets[3] = parts[count - 1] as u8;
    Ok(Ipv4Addr::from(octets))
}

/// Reads one to four numbers as C's `inet_aton` does: decimal, octal behind `0` or hexadecimal behind `0x`,
/// the last filling all that the others leave.
///
/// # Errors
///
/// The last of *n* numbers has at most 32, 24, 16 or 8 bits and the others 8. Where C ignores whatever
/// follows a blank, this does not.
///
/// # Examples
///
/// ```
/// use berkeley::addr::short::parse_inet_aton;
///
/// assert_eq!(parse_inet_aton("127.1")?.octets(), [127, 0, 0, 1]);
/// assert_eq!(parse_inet_aton("127.65530")?.octets(), [127, 0, 255, 250]);
/// assert_eq!(parse_inet_aton("0x7f.010")?.octets(), [127, 0, 0, 8]);
/// assert_eq!(parse_inet_aton("2130706433")?.octets(), [127, 0, 0, 1]);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[doc(alias = "inet_aton")]
pub fn parse_inet_aton(text: &str) -> Result<Ipv4Addr, ParseError> {
    let whole = Part::all(text);
    let (parts, count) = parts(whole, c_number)?;
    let mut bits = 0;
    for (index, part) in whole.pieces('.').enumerate() {
        let width = if index + 1 == count { 32 - 8 * index } else { 8 };
        if u64::from(parts[index]) >> width != 0 {
            return Err(part.fail(Reason::PartOutOfRange));
        }
        bits |= if index + 1 == count { parts[index] } else { parts[index] << (24 - 8 * index) };
    }
    Ok(Ipv4Addr::from_bits(bits))
}

/// Reads one to four parts between dots, and returns how many there are.
fn parts(
    text: Part<'_>,
    number: fn(Part<'_>) -> Result<u32, ParseError>,
) -> Result<([u32; 4], usize), ParseError> {
    if text.is_empty() {
        return Err(text.fail(Reason::Empty));
    }
    let (mut values, mut count) = ([0; 4], 0);
    for part in text.pieces('.') {
        let place = values.get_mut(count).ok_or_else(|| part.fail(Reason::TooManyOctets))?;
        *place = number(part)?;
        count += 1;
    }
    Ok((values, count))
}

fn decimal_octet(part: Part<'_>) -> Result<u32, ParseError> {
    match part.decimal(255) {
        Ok(value) => Ok(value as u32),
        Err(error) if error.reason() == Reason::OutOfRange => Err(part.fail(Reason::OctetOutOfRange)),
        Err(_) => Err(part.fail(Reason::OctetNotANumber)),
    }
}

fn c_number(part: Part<'_>) -> Result<u32, ParseError> {
    let text = part.text();
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(part.fail(Reason::PartNotANumber));
    }
    u32::from_str_radix(digits, radix).map_err(|_| part.fail(Reason::PartOutOfRange))
}

/// Reads an IPv6 address as IOLib writes it: a single colon at either end stands for one group of zero.
///
/// Groups may have leading zeros beyond four digits, and an IPv4 address may end the text. All that
/// [`ipv6::parse`](super::ipv6::parse) reads means the same here.
///
/// # Errors
///
/// Besides these forms the rules are those of every IPv6 address: one `::` at most, eight groups.
///
/// # Examples
///
/// ```
/// use berkeley::addr::short::parse_colon;
///
/// assert_eq!(parse_colon(":2:3:4:5::6:7")?.segments(), [0, 2, 3, 4, 5, 0, 6, 7]);
/// assert_eq!(parse_colon("1:2:3:4:5:6:7:")?.segments(), [1, 2, 3, 4, 5, 6, 7, 0]);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn parse_colon(text: &str) -> Result<Ipv6Addr, ParseError> {
    let whole = Part::all(text);
    let gap = text.find("::");
    if let Some(second) = gap.and_then(|gap| text[gap + 1..].find("::").map(|at| gap + 1 + at)) {
        return Err(whole.slice(second, second + 2).fail(Reason::SecondGap));
    }
    if text.is_empty() {
        return Err(whole.fail(Reason::Empty));
    }
    let (before, behind) = match gap {
        Some(gap) => (whole.slice(0, gap), whole.slice(gap + 2, text.len())),
        None => (whole, whole.slice(text.len(), text.len())),
    };
    let (head, tail) = (groups(before, behind.is_empty() && gap.is_none())?, groups(behind, true)?);
    let count = head.len() + tail.len();
    if count > 8 || (count == 8) != gap.is_none() {
        return Err(whole.fail(if count < 8 { Reason::TooFewGroups } else { Reason::TooManyGroups }));
    }
    let mut address = [0; 8];
    address[..head.len()].copy_from_slice(&head);
    address[8 - tail.len()..].copy_from_slice(&tail);
    Ok(Ipv6Addr::from(address))
}

/// Reads the groups on one side of a gap. An empty piece can only be at the outer end, where it is a group of
/// zero.
fn groups(text: Part<'_>, ends_address: bool) -> Result<Vec<u16>, ParseError> {
    let mut groups = Vec::new();
    if text.is_empty() {
        return Ok(groups);
    }
    let mut pieces = text.pieces(':').peekable();
    while let Some(piece) = pieces.next() {
        if piece.is_empty() {
            groups.push(0);
        } else if !piece.text().contains('.') {
            groups.push(group(piece)?);
        } else if ends_address && pieces.peek().is_none() {
            groups.extend(two_groups(piece)?);
        } else {
            return Err(piece.fail(Reason::MisplacedIpv4));
        }
    }
    Ok(groups)
}

fn two_groups(piece: Part<'_>) -> Result<[u16; 2], ParseError> {
    match parts(piece, decimal_octet)? {
        ([a, b, c, d], 4) => Ok([(a << 8 | b) as u16, (c << 8 | d) as u16]),
        _ => Err(piece.fail(Reason::TooFewOctets)),
    }
}

fn group(piece: Part<'_>) -> Result<u16, ParseError> {
    if !piece.text().bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(piece.fail(Reason::GroupNotHex));
    }
    u16::from_str_radix(piece.text(), 16).map_err(|_| piece.fail(Reason::GroupOutOfRange))
}
