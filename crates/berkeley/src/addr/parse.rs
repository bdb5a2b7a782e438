//! Text to address and back, for the sum of the families.

use std::fmt;
use std::net::SocketAddrV4;
use std::str::FromStr;

use super::part::Part;
use super::spelling::nearest;
use super::text::Line;
use super::{Address, ParseError, Reason, can, inet, ipv4, link, netlink, other, unix, vsock};

type Parser = fn(Part<'_>) -> Result<Address, ParseError>;

/// Lists the beginnings of texts and what reads them.
const SCHEMES: &[(&str, Parser)] = &[
    (unix::ABSTRACT_SCHEME, |text| unix::UnixAddress::parse(text).map(Address::Unix)),
    (unix::SCHEME, |text| unix::UnixAddress::parse(text).map(Address::Unix)),
    (can::SCHEME, |text| can::CanAddress::parse(text).map(Address::Can)),
    (vsock::SCHEME, |text| vsock::VsockAddress::parse(text).map(Address::Vsock)),
    (link::SCHEME, |text| link::LinkAddress::parse(text).map(Address::Link)),
    (netlink::SCHEME, |text| netlink::NetlinkAddress::parse(text).map(Address::Netlink)),
    (other::SCHEME, |text| other::OtherAddress::parse(text).map(Address::Other)),
];

impl FromStr for Address {
    type Err = ParseError;

    #[inline]
    fn from_str(text: &str) -> Result<Address, ParseError> {
        match text.as_bytes() {
            bytes @ [b'0'..=b'9', ..] => {
                inet::parse_v4(bytes).map(Address::Inet).ok_or(()).or_else(|()| parse_slowly(text))
            }
            bytes @ [b'[', ..] => {
                let address = inet::parse_v6(bytes).ok_or(()).or_else(|()| inet::parse_v6_slowly(text));
                address.map(Address::Inet6)
            }
            _ => parse_slowly(text),
        }
    }
}

#[inline(never)]
fn parse_slowly(text: &str) -> Result<Address, ParseError> {
    let part = Part::all(text);
    if unix::is_bare_path(text) {
        return unix::UnixAddress::parse(part).map(Address::Unix);
    }
    match SCHEMES.iter().find(|(scheme, _)| text.starts_with(scheme)) {
        Some((_, parser)) => parser(part),
        None => Err(diagnose(part)),
    }
}

/// Says what is wrong with a text that begins like no address.
#[cold]
fn diagnose(text: Part<'_>) -> ParseError {
    if text.is_empty() {
        return text.fail(Reason::Empty);
    }
    if let Some(end) = text.text().find("://") {
        return unknown_scheme(text.slice(0, end));
    }
    let (host, port) = text.split(':');
    let behind = port.map_or("", |port| port.text());
    let hexadecimal = host.text().chars().all(|c| c.is_ascii_hexdigit());
    if hexadecimal && behind.contains(':') {
        return inet::diagnose_unbracketed(text);
    }
    if is_like_ipv4(host.text()) {
        return inet::diagnose_v4(text);
    }
    if port.is_some()
        && nearest(host.text(), schemes()).is_some()
        && !behind.bytes().all(|byte| byte.is_ascii_digit())
    {
        return unknown_scheme(host);
    }
    if host.is_empty() { host.fail(Reason::Empty) } else { host.fail(Reason::HostName) }
}

/// Tells whether a text is more likely a misspelt IPv4 address than a name: names do not end in a number (RFC
/// 1123).
fn is_like_ipv4(text: &str) -> bool {
    let last = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    text.starts_with(|c: char| c.is_ascii_digit()) && last.starts_with(|c: char| c.is_ascii_digit())
}

fn unknown_scheme(scheme: Part<'_>) -> ParseError {
    scheme.fail(Reason::UnknownScheme).with_nearest(scheme.text(), schemes())
}

fn schemes() -> impl Iterator<Item = &'static str> {
    SCHEMES.iter().map(|(scheme, _)| scheme.trim_end_matches(['/', ':']))
}

#[inline]
fn line_of(address: SocketAddrV4) -> Line<24> {
    let mut line = Line::new();
    ipv4::push(&mut line, *address.ip());
    line.push(b':');
    line.push_decimal(u32::from(address.port()));
    line
}

impl fmt::Display for Address {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Inet(address) => line_of(*address).write(f),
            Address::Inet6(address) => address.fmt(f),
            Address::Unix(address) => address.fmt(f),
            Address::Can(address) => address.fmt(f),
            Address::Vsock(address) => address.fmt(f),
            Address::Link(address) => address.fmt(f),
            Address::Netlink(address) => address.fmt(f),
            Address::Other(address) => address.fmt(f),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Inet(address) => write!(f, "Inet({address})"),
            Address::Inet6(address) => fmt::Debug::fmt(address, f),
            Address::Unix(address) => fmt::Debug::fmt(address, f),
            Address::Can(address) => fmt::Debug::fmt(address, f),
            Address::Vsock(address) => fmt::Debug::fmt(address, f),
            Address::Link(address) => fmt::Debug::fmt(address, f),
            Address::Netlink(address) => fmt::Debug::fmt(address, f),
            Address::Other(address) => fmt::Debug::fmt(address, f),
        }
    }
}
