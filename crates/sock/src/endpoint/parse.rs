//! Reading an address, and saying what is wrong with one.

use std::ops::Range;

use berkeley::{Address, Family, ToAddress, UnixAddress};

use super::spelling::nearest;
use super::{Endpoint, Group, Host, Place, Port, Purpose, SCHEMES, Scheme, Setting, option};
use crate::report::Problem;

type Read<T> = Result<T, Problem>;

/// A part of the text, and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) whole: &'a str,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl<'a> Part<'a> {
    fn all(whole: &'a str) -> Self {
        Self { whole, text: whole, start: 0 }
    }

    pub(super) fn slice(self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default();
        Self { text, start: self.start + range.start, ..self }
    }

    pub(super) fn from(self, start: usize) -> Self {
        self.slice(start..self.text.len())
    }

    /// What is before and what is behind the byte at `at`.
    pub(super) fn split_at(self, at: usize) -> (Self, Self) {
        (self.slice(0..at), self.from(at + 1))
    }

    fn end(self) -> Self {
        self.from(self.text.len())
    }

    pub(super) fn fail(self, message: impl Into<String>) -> Problem {
        Problem::new(message, self.whole, self.start..self.start + self.text.len())
    }
}

impl Endpoint {
    /// Reads an address that is to serve a purpose.
    pub fn parse(text: &str, purpose: Purpose) -> Read<Self> {
        let whole = Part::all(text);
        if text.is_empty() {
            return Err(whole.fail("an address is missing").with_hint("write tcp://HOST:PORT or unix:PATH"));
        }
        if text.starts_with('/') || text.starts_with("./") || text.starts_with("../") {
            let unix = UnixAddress::path(text).map_err(|error| Problem::of_part(&error, text, 0, 0))?;
            let scheme = known("unix").ok_or_else(|| unknown(whole))?;
            return Ok(Self { scheme, place: Place::Unix(unix), settings: Vec::new() });
        }
        if text.starts_with("listen+") {
            let problem = whole.slice(0.."listen+".len()).fail("listen+ is for an end of sock pipe");
            return Err(problem.with_hint("leave it out: each address here has its part"));
        }
        let (scheme, rest) = scheme(whole)?;
        if scheme.is_group {
            return group(whole, rest, scheme, purpose);
        }
        let (rest, settings) = split_settings(rest, scheme)?;
        let place =
            if scheme.transport.is_inet() { inet(rest, scheme, purpose)? } else { unix(rest, scheme)? };
        Ok(Self { scheme, place, settings })
    }
}

fn known(name: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.name == name)
}

/// Reads the scheme, or knows that of `host:port`; returns what is behind it.
fn scheme(whole: Part<'_>) -> Read<(&'static Scheme, Part<'_>)> {
    if let Some(end) = whole.text.find("://") {
        let name = whole.slice(0..end);
        return match known(name.text) {
            Some(scheme) if scheme.transport.is_inet() => Ok((scheme, whole.from(end + 3))),
            Some(scheme) => Ok((scheme, whole.from(end + 1))),
            None => Err(unknown(name)),
        };
    }
    let (name, behind) = whole.split_at(whole.text.find(':').unwrap_or(whole.text.len()));
    if name.text == "pid" && behind.text.contains('/') {
        return Err(whole.fail("a socket of a running process is for sock option alone"));
    }
    match known(name.text) {
        Some(scheme) if !scheme.transport.is_inet() => return Ok((scheme, behind)),
        Some(_) if !behind.text.is_empty() => {
            let hint = format!("write {}://{}", name.text, behind.text);
            return Err(name.fail(format!("{} needs :// behind it", name.text)).with_hint(hint));
        }
        _ => {}
    }
    // A port is a number or a word; what has a slash was meant to be a path.
    let is_scheme = name.text.contains('-') || behind.text.contains('/');
    if is_scheme && nearest(name.text, SCHEMES.iter().map(|scheme| scheme.name)).is_some() {
        return Err(unknown(name));
    }
    let tcp = known("tcp").ok_or_else(|| unknown(name))?;
    if name.text.len() == whole.text.len() {
        let hint = format!("write {0}:PORT, or ./{0} for a path", whole.text);
        return Err(whole.end().fail("a port is missing").with_hint(hint));
    }
    Ok((tcp, whole))
}

fn unknown(name: Part<'_>) -> Problem {
    let names = || SCHEMES.iter().map(|scheme| scheme.name);
    let known = names().collect::<Vec<_>>().join(", ");
    let problem = name.fail(format!("unknown scheme {:?}", name.text));
    match nearest(name.text, names()) {
        Some(meant) => problem.with_hint(format!("did you mean {meant}? (known: {known})")),
        None => problem.with_hint(format!("known: {known}")),
    }
}

/// Reads a group with its port, and what it is joined by.
fn group(whole: Part<'_>, rest: Part<'_>, scheme: &'static Scheme, purpose: Purpose) -> Read<Endpoint> {
    if !matches!(purpose, Purpose::Send | Purpose::Receive) {
        let problem = whole.slice(0..scheme.name.len()).fail("a group is for sock send and sock recv");
        return Err(problem.with_hint("write udp://HOST:PORT for a single peer"));
    }
    let (before, options) = match rest.text.find('?') {
        Some(at) => {
            let (before, options) = rest.split_at(at);
            (before, Some(options))
        }
        None => (rest, None),
    };
    let (source, before) = match before.text.find('@') {
        Some(at) => {
            let (source, before) = before.split_at(at);
            (Some(source), before)
        }
        None => (None, before),
    };
    let (host, port) = split_port(before, scheme)?;
    let mut group = Group::read(host, source)?;
    let settings = match options {
        Some(options) => option::read(whole.whole, options.start, scheme, |span| {
            group.take(Part { whole: whole.whole, text: &whole.whole[span.clone()], start: span.start })
        })?,
        None => Vec::new(),
    };
    let port_read = read_port(port)?;
    if port_read == Port::Number(0) && purpose == Purpose::Send {
        return Err(port.fail("port 0 is no port to send to"));
    }
    Ok(Endpoint { scheme, place: Place::Group { group, port: port_read }, settings })
}

fn split_settings<'a>(rest: Part<'a>, scheme: &Scheme) -> Read<(Part<'a>, Vec<Setting>)> {
    match rest.text.find('?') {
        None => Ok((rest, Vec::new())),
        Some(at) => {
            let (before, behind) = rest.split_at(at);
            Ok((before, option::read(rest.whole, behind.start, scheme, |_| Ok(false))?))
        }
    }
}

/// Reads a path or an abstract name, in the library's words.
fn unix(rest: Part<'_>, scheme: &Scheme) -> Read<Place> {
    let prefix = if scheme.is_abstract { "unix-abstract:" } else { "unix:" };
    let address: UnixAddress = format!("{prefix}{}", rest.text)
        .parse()
        .map_err(|error| Problem::of_part(&error, rest.whole, prefix.len(), rest.start))?;
    if address.is_unnamed() {
        return Err(rest.fail("a path is missing").with_hint(format!("write {}:PATH", scheme.name)));
    }
    Ok(Place::Unix(address))
}

fn inet(rest: Part<'_>, scheme: &Scheme, purpose: Purpose) -> Read<Place> {
    let (host, port) = split_port(rest, scheme)?;
    let place = Place::Inet { host: read_host(host, scheme)?, port: read_port(port)? };
    match (&place, purpose) {
        (Place::Inet { host: Host::Wildcard, .. }, Purpose::Connect | Purpose::Send) => {
            let hint = format!("write {}://localhost:{}", scheme.name, port.text);
            Err(host.fail("a host is needed to connect to").with_hint(hint))
        }
        (Place::Inet { port: Port::Number(0), .. }, Purpose::Connect | Purpose::Send) => {
            Err(port.fail("port 0 is no port to connect to").with_hint("only a listener can have one chosen"))
        }
        _ => Ok(place),
    }
}

/// Finds the colon between the host and the port.
fn split_port<'a>(rest: Part<'a>, scheme: &Scheme) -> Read<(Part<'a>, Part<'a>)> {
    let missing = |at: Part<'_>, host: &str| {
        at.fail("a port is missing").with_hint(format!("write {}://{host}:PORT", scheme.name))
    };
    if let Some(inside) = rest.text.strip_prefix('[') {
        let Some(end) = inside.find(']') else {
            return Err(rest.slice(0..1).fail("a bracket is not closed"));
        };
        let (host, behind) = (rest.slice(0..end + 2), rest.from(end + 2));
        return match behind.text.strip_prefix(':') {
            Some(_) => Ok((host, behind.from(1))),
            None if behind.text.is_empty() => Err(missing(behind, host.text)),
            None => Err(behind.fail(format!("unexpected {:?} after the address", behind.text))),
        };
    }
    match rest.text.find(':') {
        None => Err(missing(rest.end(), rest.text)),
        Some(first) if rest.text.rfind(':') == Some(first) => Ok(rest.split_at(first)),
        Some(_) => Err(unbracketed(rest, scheme)),
    }
}

/// Says what is wrong with a host and port of two colons or more, and no brackets.
fn unbracketed(rest: Part<'_>, scheme: &Scheme) -> Problem {
    let Err(error) = rest.text.parse::<Address>() else {
        return rest.fail("unexpected text after the address");
    };
    let problem = Problem::of_part(&error, rest.whole, 0, rest.start);
    match error.hint().and_then(|hint| hint.strip_prefix("write ")) {
        Some(right) => problem.with_hint(format!("write {}://{right}", scheme.name)),
        None => problem,
    }
}

fn read_host(host: Part<'_>, scheme: &Scheme) -> Read<Host> {
    if matches!(host.text, "" | "*") {
        return Ok(Host::Wildcard);
    }
    let is_literal = host.text.starts_with('[') || is_like_ipv4(host.text);
    if !is_literal {
        return read_name(host);
    }
    let address =
        (host.text, 0).to_address().map_err(|error| Problem::of_part(&error, host.whole, 0, host.start))?;
    match scheme.family {
        Some(family) if family != address.family() => {
            let version = if family == Family::INET { "IPv4" } else { "IPv6" };
            Err(host.fail(format!("{} is {version}, and {} is not", scheme.name, host.text)))
        }
        _ => Ok(Host::Literal(address)),
    }
}

/// Tells whether a text is an IPv4 address, right or wrong: names do not end in a number (RFC 1123).
fn is_like_ipv4(text: &str) -> bool {
    let last = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    text.starts_with(|c: char| c.is_ascii_digit())
        && !last.is_empty()
        && last.bytes().all(|b| b.is_ascii_digit())
}

fn read_name(host: Part<'_>) -> Read<Host> {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    match host.text.char_indices().find(|(_, c)| !is_of_name(*c)) {
        None => Ok(Host::Name(host.text.to_owned())),
        Some((at, c)) => {
            Err(host.slice(at..at + c.len_utf8()).fail(format!("{c:?} cannot be in a host name")))
        }
    }
}

fn read_port(port: Part<'_>) -> Read<Port> {
    let is_of_service = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '_');
    if port.text.is_empty() {
        return Err(port.fail("a port is missing"));
    }
    if let Some((at, c)) =
        port.text.char_indices().find(|(_, c)| !is_of_service(*c)).filter(|(at, _)| *at > 0)
    {
        return Err(match c {
            '/' => port.from(at).fail(format!("unexpected {:?} after the address", port.from(at).text)),
            _ => port.fail(format!("port {:?} is not a number", port.text)),
        });
    }
    if port.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = port.text.parse().map(Port::Number);
        return number.map_err(|_| port.fail(format!("port {} is out of range (0 to 65535)", port.text)));
    }
    if port.text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(Port::Service(port.text.to_owned()));
    }
    Err(port.fail(format!("port {:?} is not a number", port.text)))
}
