//! Hosts and ports, as a scan is asked for them.

use std::ops::Range;

use berkeley::Address;
use berkeley::addr::range::IpRange;
use berkeley::name;

use crate::endpoint::{Endpoint, Purpose, Sought};
use crate::report::Problem;

/// How many ports are tried at most: every port of one host, or one of every host of a /16.
pub const MOST: u128 = 65536;

/// Which hosts.
#[derive(Debug, PartialEq, Eq)]
pub enum Hosts {
    /// The one that the endpoint names.
    One,
    Range(IpRange),
}

/// Hosts, and the ports of each.
#[derive(Debug)]
pub struct Target {
    pub text: String,
    /// What carries the connects, with their options; the host, or the first one; the first port.
    pub endpoint: Endpoint,
    pub hosts: Hosts,
    pub ports: Vec<u16>,
}

impl Target {
    /// Reads `[SCHEME://]HOSTS:PORTS[?OPTIONS]`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let start = text.find("://").map_or(0, |at| at + 3);
        let end = text.find('?').unwrap_or(text.len()).max(start);
        let (hosts, ports) = split(text, start..end)?;
        let range = read_hosts(text, hosts.clone())?;
        let first = range.map_or_else(|| text[hosts.clone()].to_owned(), |range| bracketed(range.first()));
        let (scheme, options) = (&text[..start], &text[end..]);
        // The host and the options are the endpoint's to judge, which has one port between them.
        let one = format!("{scheme}{first}:1{options}");
        let endpoint = Endpoint::parse(&one, Purpose::Connect)
            .map_err(|problem| problem.moved(start + first.len(), text))?;
        if !endpoint.transport().is_inet() {
            let problem = Problem::new("only tcp and udp have ports", text, 0..start);
            return Err(problem.with_hint("sock wait --timeout 0s tries an address of any kind"));
        }
        let ports = read_ports(text, ports, &endpoint)?;
        Ok(Self { text: text.to_owned(), endpoint, hosts: range.map_or(Hosts::One, Hosts::Range), ports })
    }

    /// How many ports there are to try, of a name those of one address.
    pub fn probes(&self) -> u128 {
        let hosts = match &self.hosts {
            Hosts::One => 1,
            Hosts::Range(range) => range.count().get().unwrap_or(u128::MAX),
        };
        hosts.saturating_mul(self.ports.len() as u128)
    }

    /// The addresses of hosts that need not be looked up.
    pub fn addresses(&self) -> Vec<Address> {
        match &self.hosts {
            Hosts::One => match self.endpoint.sought() {
                Ok(Sought::Addresses(addresses)) => addresses,
                _ => Vec::new(),
            },
            Hosts::Range(range) => (0..range.count().get().unwrap_or(0))
                .filter_map(|at| range.nth(at))
                .map(|ip| (ip, 0).into())
                .collect(),
        }
    }
}

/// Finds the colon between the hosts and the ports.
fn split(text: &str, whole: Range<usize>) -> Result<(Range<usize>, Range<usize>), Problem> {
    let rest = &text[whole.clone()];
    let colon = match rest.find(']') {
        Some(end) => (rest.as_bytes().get(end + 1) == Some(&b':')).then_some(end + 1),
        None => rest.rfind(':'),
    };
    let missing = |span| {
        Problem::new("ports are missing", text, span)
            .with_hint("write HOST:22,80 or HOST:1-1024; IPv6 in brackets")
    };
    let Some(colon) = colon else { return Err(missing(whole.end..whole.end)) };
    let (hosts, ports) = (whole.start..whole.start + colon, whole.start + colon + 1..whole.end);
    if ports.is_empty() { Err(missing(ports)) } else { Ok((hosts, ports)) }
}

/// Reads a network or a range; anything else is one host.
fn read_hosts(text: &str, span: Range<usize>) -> Result<Option<IpRange>, Problem> {
    let word = &text[span.clone()];
    let inside = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
    let at = span.start + usize::from(inside.is_some());
    let inside = inside.unwrap_or(word);
    // Names have neither, but for the dash.
    let is_range = inside.contains('/')
        || inside.split_once('-').is_some_and(|(first, _)| berkeley::addr::ip::parse(first).is_ok());
    if !is_range {
        return Ok(None);
    }
    let range: IpRange = inside.parse().map_err(|error| Problem::of_part(&error, text, 0, at))?;
    let is_network = inside.contains('/');
    let last_of_hosts = range.count().last_index().saturating_sub(1);
    let hosts = match (range.nth(1), range.nth(last_of_hosts)) {
        // The ends of a network of IPv4 are no hosts, unless it has no more than two (RFC 3021).
        (Some(first), Some(last)) if is_network && first.is_ipv4() && last_of_hosts > 0 => {
            IpRange::new(first, last)
        }
        _ => None,
    };
    Ok(Some(hosts.unwrap_or(range)))
}

fn bracketed(ip: std::net::IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

fn read_ports(text: &str, span: Range<usize>, endpoint: &Endpoint) -> Result<Vec<u16>, Problem> {
    let (mut ports, mut at) = (Vec::new(), span.start);
    for word in text[span].split(',') {
        let (first, last) = port_range(text, at..at + word.len(), endpoint)?;
        // Each once: a port is not tried again because it is in two ranges.
        ports.extend((first..=last).filter(|port| !ports.contains(port)).collect::<Vec<_>>());
        at += word.len() + 1;
    }
    Ok(ports)
}

fn port_range(text: &str, span: Range<usize>, endpoint: &Endpoint) -> Result<(u16, u16), Problem> {
    let word = &text[span.clone()];
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let number = |word: &str, at: usize| match word.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => {
            Err(Problem::new(format!("port {word} is out of range (1 to 65535)"), text, at..at + word.len()))
        }
    };
    match word.split_once('-') {
        Some((first, last)) if is_number(first) && is_number(last) => {
            let at = span.start + first.len() + 1;
            let (low, high) = (number(first, span.start)?, number(last, at)?);
            if low > high {
                let problem = Problem::new("the range ends before it begins", text, at..span.end);
                return Err(problem.with_hint(format!("write {last}-{first}")));
            }
            Ok((low, high))
        }
        _ if is_number(word) => number(word, span.start).map(|port| (port, port)),
        _ => {
            let found = name::port(word, endpoint.transport().protocol());
            let found = found.map_err(|error| {
                let problem =
                    Problem::new(format!("no service {word:?} is known on this machine"), text, span);
                problem.with_hint(error.detail().unwrap_or("write 22, 22,80 or 8000-8099"))
            });
            found.map(|port| (port, port))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<u16>) {
        let target = Target::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        let hosts = target.addresses().iter().filter_map(Address::ip).map(|ip| ip.to_string()).collect();
        (hosts, target.ports)
    }

    #[test]
    fn targets_are_read() {
        let rows: &[(&str, &[&str], &[u16])] = &[
            ("127.0.0.1:22", &["127.0.0.1"], &[22]),
            ("tcp://127.0.0.1:80,22,80-82", &["127.0.0.1"], &[80, 22, 81, 82]),
            ("udp://[::1]:domain", &["::1"], &[53]),
            ("10.0.0.0/30:1", &["10.0.0.1", "10.0.0.2"], &[1]),
            ("10.0.0.0/31:1", &["10.0.0.0", "10.0.0.1"], &[1]),
            ("10.0.0.7/32:1", &["10.0.0.7"], &[1]),
            ("10.0.0.9-10.0.0.11:1", &["10.0.0.9", "10.0.0.10", "10.0.0.11"], &[1]),
            ("[2001:db8::/127]:65535?nodelay=off", &["2001:db8::", "2001:db8::1"], &[65535]),
        ];
        for (text, hosts, ports) in rows {
            let (has, of) = read(text);
            assert_eq!(
                (has.iter().map(String::as_str).collect::<Vec<_>>(), of.as_slice()),
                (hosts.to_vec(), *ports),
                "{text}"
            );
        }
        assert_eq!(Target::parse("some-host.test:ftp-data,1-3").unwrap().ports, [20, 1, 2, 3]);
        assert_eq!(Target::parse("[::/0]:1-2").unwrap().probes(), u128::MAX);
        assert_eq!(Target::parse("127.0.0.1:1-65535").unwrap().probes(), 65535);
    }

    #[test]
    fn what_is_no_target_is_pointed_at() {
        let rows = [
            ("localhost", "ports are missing\n  localhost\n           ^    write"),
            ("localhost:", "ports are missing\n  localhost:\n            ^    write"),
            ("[::1]", "ports are missing\n  [::1]\n       ^    write"),
            ("127.0.0.1:0", "port 0 is out of range (1 to 65535)\n  127.0.0.1:0\n            ^"),
            (
                "127.0.0.1:1,99999",
                "port 99999 is out of range (1 to 65535)\n  127.0.0.1:1,99999\n              ^^^^^",
            ),
            (
                "127.0.0.1:9-1",
                "the range ends before it begins\n  127.0.0.1:9-1\n              ^    write 1-9",
            ),
            ("10.0.0.0/33:1", "prefix 33 is longer than the address\n  10.0.0.0/33:1\n           ^^"),
            ("10.0.0.300:1", "octet 300 is out of range (0 to 255)\n  10.0.0.300:1\n         ^^^"),
            ("tpc://127.0.0.1:1", "unknown scheme \"tpc\"\n  tpc://127.0.0.1:1\n  ^^^    did you mean tcp?"),
            (
                "127.0.0.1:nosuch",
                "no service \"nosuch\" is known on this machine\n  127.0.0.1:nosuch\n            ^^^^^^",
            ),
            (
                "tcp://127.0.0.1:80,81?nodelay=x",
                "\"x\" is no value of nodelay\n  tcp://127.0.0.1:80,81?nodelay=x\n                                ^",
            ),
        ];
        for (text, message) in rows {
            let problem = Target::parse(text).map(|_| ()).unwrap_err().to_string();
            assert!(problem.starts_with(message), "{text}: {problem}");
        }
    }
}
