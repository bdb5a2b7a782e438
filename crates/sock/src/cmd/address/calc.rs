//! `sock address calc`: everything about an address and its network.

use std::net::IpAddr;

use berkeley::addr::network::{self, IpNet};
use berkeley::addr::range::IpRange;
use berkeley::addr::{Zone, arpa, ip};
use clap::Args;

use super::parse;
use crate::describe;
use crate::input;
use crate::output::{OutputArgs, Record, count_of, number_of};
use crate::report::{Failure, Problem};

const EXAMPLES: &str = "\
Examples:
  sock address calc 10.1.2.3/20
  sock address calc 192.0.2.1/255.255.255.192 2001:db8::1/64
  sock address calc --jsonl < networks";

/// Show network, broadcast, hosts, counts, masks, class, kind, bits and names
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Calc {
    /// Addresses with or without the length of a prefix or a mask [default: the lines of the standard input]
    networks: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Calc {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.calc", |sink| {
            input::each(&self.networks, sink, Place::read, |sink, input, place| {
                sink.block(input, place.record())
            })
        })
    }
}

/// An address in its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    network: IpNet,
    /// Whether a length was written.
    has_prefix: bool,
    zone: Zone,
}

impl Place {
    /// Reads an address, `10.1.2.3/8`, or with a zone `fe80::1%eth0/64` (RFC 4007, 11.7).
    pub fn read(text: &str) -> Result<Self, Problem> {
        let has_prefix = text.contains('/');
        let end = text.find('/').unwrap_or(text.len());
        let (address, behind) = text.split_at(end);
        let Some(percent) = address.find('%').filter(|_| address.contains(':')) else {
            let network = parse(text, |text| {
                if has_prefix { network::parse(text) } else { ip::parse(text).map(IpNet::from) }
            })?;
            return Ok(Self { network, has_prefix, zone: Zone::NONE });
        };
        let zone = &address[percent + 1..];
        if zone.is_empty() {
            return Err(Problem::new("a zone is missing", text, percent + 1..percent + 1)
                .with_hint("write %eth0 or %1"));
        }
        let zone = zone.parse().map_err(|error| Problem::of_part(&error, text, 0, percent + 1))?;
        // The network without the zone: what is wrong behind it stands further on.
        let bare = format!("{}{behind}", &address[..percent]);
        let network = if has_prefix { network::parse(&bare) } else { ip::parse(&bare).map(IpNet::from) };
        let network = network.map_err(|error| {
            let moved = if error.span().start < percent { 0 } else { end - percent };
            Problem::of_part(&error, text, 0, moved)
        })?;
        Ok(Self { network, has_prefix, zone })
    }

    pub fn address(&self) -> IpAddr {
        self.network.addr()
    }

    /// The address with its zone.
    pub fn zoned(&self) -> String {
        let address = self.address();
        if self.zone == Zone::NONE { address.to_string() } else { format!("{address}%{}", self.zone) }
    }

    pub fn zone(&self) -> Option<String> {
        (self.zone != Zone::NONE).then(|| self.zone.to_string())
    }

    pub fn record(&self) -> Record {
        let address = self.network.addr();
        let record = Record::new()
            .with("address", self.zoned())
            .with("family", if address.is_ipv4() { "IPv4" } else { "IPv6" })
            .with_some("zone", self.zone())
            .and(net(self.network))
            .and(describe::nature(address));
        let forms = match address {
            IpAddr::V4(address) => Record::new().with("mapped", address.to_ipv6_mapped()),
            IpAddr::V6(address) => describe::inside(address),
        };
        record.and(forms).and(notation(self.network)).and(names(self.network))
    }

    /// The address alone, unless a network was written.
    pub fn single(&self) -> Option<IpAddr> {
        if self.has_prefix { None } else { Some(self.network.addr()) }
    }
}

impl From<IpNet> for Place {
    fn from(network: IpNet) -> Self {
        let has_prefix = network.prefix_len() < network.max_prefix_len();
        Self { network, has_prefix, zone: Zone::NONE }
    }
}

/// The network: its ends, its hosts, its masks.
fn net(network: IpNet) -> Record {
    let is_ipv4 = network.addr().is_ipv4();
    let range = IpRange::from(network);
    let hosts = hosts(network);
    Record::new()
        .with("network", network.trunc())
        .with("prefix", network.prefix_len())
        .with("netmask", network.netmask())
        .with("wildcard", network.hostmask())
        .with("first", range.first())
        .with("last", range.last())
        .with("addresses", count_of(is_ipv4, range.count()))
        .with_some("broadcast", has_broadcast(network).then(|| range.last()))
        .with("first_host", hosts.first())
        .with("last_host", hosts.last())
        .with("hosts", count_of(is_ipv4, hosts.count()))
}

/// RFC 3021: a network of two addresses has no room for a broadcast address. IPv6 has none at all.
fn has_broadcast(network: IpNet) -> bool {
    network.addr().is_ipv4() && network.prefix_len() <= 30
}

/// The addresses that hosts can have: not that of the network nor, of IPv4, of all its hosts.
///
/// In IPv6 the first is that of all routers (RFC 4291, 2.6.1), but on links between two (RFC 6164).
fn hosts(network: IpNet) -> IpRange {
    let all = IpRange::from(network);
    let (width, prefix) =
        if network.addr().is_ipv4() { (32, network.prefix_len()) } else { (128, network.prefix_len()) };
    if prefix + 2 > width {
        return all;
    }
    let last = if has_broadcast(network) { all.nth(all.count().last_index() - 1) } else { Some(all.last()) };
    all.nth(1).zip(last).and_then(|(first, last)| IpRange::new(first, last)).unwrap_or(all)
}

/// The address as bits, digits and a number.
fn notation(network: IpNet) -> Record {
    let address = network.addr();
    let bits = ip::to_bits(address);
    let digits = if address.is_ipv4() { format!("0x{bits:08x}") } else { format!("0x{bits:032x}") };
    Record::new()
        .with("binary", describe::binary(address, network.prefix_len()))
        .with("hexadecimal", digits)
        .with("integer", number_of(address.is_ipv4(), bits))
}

/// The name of the address, and that of the zone that has the network, if it is one.
fn names(network: IpNet) -> Record {
    let mut zones = arpa::zones(network);
    let zone = zones.next().filter(|_| zones.next().is_none());
    let has_zone = network.prefix_len() < network.max_prefix_len();
    Record::new().with("arpa", arpa::name(network.addr())).with_some("arpa_zone", zone.filter(|_| has_zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, name: &str) -> Option<String> {
        let record = Place::read(text).unwrap_or_else(|problem| panic!("{problem}")).record().to_string();
        let found = record.lines().find(|line| line.starts_with(&format!("{name}  ")))?;
        Some(found[name.len()..].trim().to_owned())
    }

    #[test]
    fn hosts_of_the_smallest_and_the_greatest_networks() {
        let rows = [
            ("10.0.0.9/30", "10.0.0.9", "10.0.0.10", "2", Some("10.0.0.11")),
            ("10.0.0.1/31", "10.0.0.0", "10.0.0.1", "2", None),
            ("10.0.0.1", "10.0.0.1", "10.0.0.1", "1", None),
            ("0.0.0.0/0", "0.0.0.1", "255.255.255.254", "4294967294", Some("255.255.255.255")),
            (
                "::/0",
                "::1",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "340282366920938463463374607431768211455",
                None,
            ),
            ("2001:db8::/126", "2001:db8::1", "2001:db8::3", "3", None),
            ("2001:db8::1/127", "2001:db8::", "2001:db8::1", "2", None),
            ("2001:db8::1", "2001:db8::1", "2001:db8::1", "1", None),
        ];
        for (text, first, last, hosts, broadcast) in rows {
            assert_eq!(line(text, "first host").as_deref(), Some(first), "{text}");
            assert_eq!(line(text, "last host").as_deref(), Some(last), "{text}");
            assert_eq!(line(text, "hosts").as_deref(), Some(hosts), "{text}");
            assert_eq!(line(text, "broadcast").as_deref(), broadcast, "{text}");
        }
    }

    #[test]
    fn a_zone_stands_between_the_address_and_the_prefix() {
        assert_eq!(line("fe80::1%eth0/64", "address").as_deref(), Some("fe80::1%eth0"));
        assert_eq!(line("fe80::1%eth0/64", "network").as_deref(), Some("fe80::/64"));
        let problem = |text: &str| Place::read(text).unwrap_err().to_string();
        assert_eq!(
            problem("fe80::1%eth0/129"),
            "prefix 129 is longer than the address\n  fe80::1%eth0/129\n               ^^^"
        );
        assert_eq!(
            problem("fe80::g%1"),
            "g is not a hexadecimal number from 0 to ffff\n  fe80::g%1\n        ^"
        );
        assert_eq!(
            problem("fe80::1%/64"),
            "a zone is missing\n  fe80::1%/64\n          ^    write %eth0 or %1"
        );
        assert!(problem("10.0.0.1%1").contains("\n  10.0.0.1%1\n"));
    }
}
