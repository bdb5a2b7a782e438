//! Reading IP addresses with ports. The first pass answers only whether the text is right; the second, which
//! is cold, finds out what is wrong and where.

use std::net::{Ipv4Addr, SocketAddrV4};

use super::part::Part;
use super::{Inet6Address, ParseError, Reason, Zone, ipv4, ipv6};

/// Reads a port and nothing after it.
#[inline]
fn port(bytes: &[u8]) -> Option<u16> {
    let mut value = 0_u32;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
        if value > 0xffff {
            return None;
        }
    }
    if bytes.is_empty() { None } else { Some(value as u16) }
}

/// Reads `127.0.0.1:80`.
#[inline]
pub(super) fn parse_v4(bytes: &[u8]) -> Option<SocketAddrV4> {
    let (octets, used) = ipv4::octets(bytes)?;
    match bytes.get(used..)? {
        [b':', digits @ ..] => Some(SocketAddrV4::new(Ipv4Addr::from(octets), port(digits)?)),
        _ => None,
    }
}

/// Reads `[::1]:80` and `[fe80::1%3]:80`, and a zone by name if it has no escape.
#[inline]
pub(super) fn parse_v6(bytes: &[u8]) -> Option<Inet6Address> {
    let inside = bytes.strip_prefix(b"[")?;
    let (ip, used) = ipv6::groups(inside)?;
    match inside.get(used..)? {
        [b']', b':', digits @ ..] => Some(Inet6Address::new(ip, port(digits)?)),
        [b'%', rest @ ..] => {
            let end = rest.iter().position(|byte| *byte == b']')?;
            let zone = Zone::from_digits(rest.get(..end)?)?;
            let digits = rest.get(end + 1..)?.strip_prefix(b":")?;
            Some(Inet6Address::new(ip, port(digits)?).with_zone(zone))
        }
        _ => None,
    }
}

/// Reads an IPv6 address with its port where the zone is a name, or says what is wrong.
#[cold]
pub(super) fn parse_v6_slowly(text: &str) -> Result<Inet6Address, ParseError> {
    let text = Part::all(text);
    let Some(inside) = text.strip_prefix("[") else {
        return Err(diagnose_unbracketed(text));
    };
    let (inside, Some(behind)) = inside.split(']') else {
        return Err(text.slice(0, 1).fail(Reason::UnclosedBracket));
    };
    let (ip, zone) = parse_zoned(inside)?;
    Ok(Inet6Address::new(ip, parse_port(behind)?).with_zone(zone))
}

/// Reads an IPv6 address with or without a zone.
pub(super) fn parse_zoned(text: Part<'_>) -> Result<(std::net::Ipv6Addr, Zone), ParseError> {
    let (ip, zone) = text.split('%');
    let ip = ip.lift(ipv6::parse(ip.text()))?;
    let zone = zone.map_or(Ok(Zone::NONE), |zone| match zone.text() {
        "" => Err(zone.fail(Reason::EmptyZone)),
        name => zone.lift(name.parse()),
    })?;
    Ok((ip, zone))
}

/// Reads a colon and a port, or says what is wrong.
fn parse_port(text: Part<'_>) -> Result<u16, ParseError> {
    if text.is_empty() {
        return Err(text.fail(Reason::MissingPort));
    }
    let digits = text.strip_prefix(":").ok_or_else(|| text.fail(Reason::Junk))?;
    if let Some(value) = port(digits.text().as_bytes()) {
        return Ok(value);
    }
    Err(digits.fail(match digits.text() {
        "" => Reason::MissingPort,
        written if written.bytes().all(|byte| byte.is_ascii_digit()) => Reason::PortOutOfRange,
        _ => Reason::PortNotANumber,
    }))
}

/// Says what is wrong with an IPv4 address and its port.
#[cold]
pub(super) fn diagnose_v4(text: Part<'_>) -> ParseError {
    let (host, port) = text.split(':');
    let behind = text.slice(host.text().len(), usize::MAX / 2);
    if let Err(error) = host.lift(ipv4::parse(host.text())) {
        return error;
    }
    match (port, parse_port(behind)) {
        (None, _) => behind.fail(Reason::MissingPort),
        (_, Err(error)) => error,
        (_, Ok(_)) => text.fail(Reason::Junk),
    }
}

/// Says what is wrong with a text of two colons or more that has no brackets.
#[cold]
pub(super) fn diagnose_unbracketed(text: Part<'_>) -> ParseError {
    let (host, port) = text.rsplit(':');
    if let Some(port) = port
        && parse_zoned(host).is_ok()
        && !port.is_empty()
        && port.text().bytes().all(|byte| byte.is_ascii_digit())
    {
        let hint = format!("write [{}]:{}", host.text(), port.text());
        return host.fail(Reason::NeedsBrackets).with_hint(hint);
    }
    match parse_zoned(text) {
        Ok(_) => {
            let end = text.slice(usize::MAX / 2, usize::MAX / 2);
            end.fail(Reason::MissingPort).with_hint(format!("write [{}]:PORT", text.text()))
        }
        Err(error) => error,
    }
}
