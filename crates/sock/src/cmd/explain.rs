//! `sock explain`: what an address means, part by part.

use berkeley::Address;
use berkeley::addr::arpa;
use clap::Args;

use super::address::Place;
use crate::describe;
use crate::endpoint::{Endpoint, Purpose, SCHEMES};
use crate::input::{self, Input};
use crate::output::{OutputArgs, Record};
use crate::report::{Failure, Problem};

const EXAMPLES: &str = "\
Examples:
  sock explain tcp://[fe80::211:22ff:fe33:4455%eth0]:443
  sock explain 2001:0:4136:e378:8000:63bf:3fff:fdd2      a Teredo client: its server, its translator, its port
  sock explain ff02::1:ff33:4455 192.0.2.0/26 can://vcan0";

const AFTER: &str = "\
It takes what every verb takes, and besides IP addresses and networks, names below in-addr.arpa and ip6.arpa, and \
addresses of other families as the library writes them: can://, vsock://, packet://, netlink:, family:.

A host that is a name is looked up; nothing is connected to.";

/// Explain addresses part by part: families, zones, ports, scopes, what is inside, what is reserved
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Explain {
    /// Addresses of every kind
    #[arg(required = true)]
    addresses: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// What an address turned out to be.
enum Meaning {
    Endpoint(Endpoint),
    Place(Place),
    Name(Place),
    Address(Address),
}

impl Explain {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("explain", |sink| {
            input::each(&self.addresses, sink, Meaning::read, |sink, input, meaning| {
                sink.block(input, meaning.record(input))
            })
        })
    }
}

/// The schemes that only the library has.
const OTHERS: &[&str] = &["can://", "vsock://", "packet://", "netlink:", "family:"];

impl Meaning {
    fn read(text: &str) -> Result<Self, Problem> {
        if OTHERS.iter().any(|scheme| text.starts_with(scheme)) {
            let address = text.parse().map_err(|error| Problem::of_part(&error, text, 0, 0));
            return address.map(Self::Address);
        }
        if text.trim_end_matches('.').to_ascii_lowercase().ends_with(".arpa") {
            let network = arpa::parse(text).map_err(|error| Problem::of_part(&error, text, 0, 0));
            return network.map(|network| Self::Name(network.into()));
        }
        if is_endpoint(text) {
            return Endpoint::parse(text, Purpose::Receive).map(Self::Endpoint);
        }
        Place::read(text).map(Self::Place)
    }

    fn record(&self, input: &Input<'_>) -> Record {
        match self {
            Self::Endpoint(endpoint) => endpoint.explain(),
            Self::Place(place) => of_place(place).with_some("note", note(place, input.text)),
            Self::Name(place) => Record::new().with("name", input.text).and(of_place(place)),
            Self::Address(address) => of_address(address),
        }
    }
}

/// Whether a text is one of the tool's addresses, right or wrong, and not an IP address or a network.
fn is_endpoint(text: &str) -> bool {
    let has_scheme = SCHEMES
        .iter()
        .any(|scheme| text.strip_prefix(scheme.name).is_some_and(|behind| behind.starts_with(':')));
    let is_path = text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
    let colons = text.matches(':').count();
    let is_ip = text.starts_with(|c: char| c.is_ascii_digit()) || colons > 1;
    has_scheme || is_path || text.contains("://") || text.starts_with('[') || colons == 1 || !is_ip
}

/// A network has its ends and its counts, an address alone what it is.
fn of_place(place: &Place) -> Record {
    match place.single() {
        None => place.record(),
        Some(address) => Record::new()
            .with("address", place.zoned())
            .with("family", if address.is_ipv4() { "IPv4" } else { "IPv6" })
            .with_some("zone", place.zone())
            .and(describe::all(address))
            .with("arpa", arpa::name(address)),
    }
}

/// What may have been meant by an IPv6 address whose last group looks like a port.
fn note(place: &Place, text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let is_port = place.single().is_some() && port.len() > 1 && port.parse::<u16>().is_ok();
    let is_host = host.parse::<std::net::Ipv6Addr>().is_ok();
    (is_port && is_host).then(|| format!("all of this is the address; for port {port} write [{host}]:{port}"))
}

fn of_address(address: &Address) -> Record {
    let record = Record::new()
        .with("address", address.to_string())
        .with("family", address.family().to_string())
        .with("available", address.family().is_available());
    match address {
        Address::Can(can) => record.with("interface", can.interface().to_string()),
        Address::Vsock(vsock) => record.with("machine", vsock.cid()).with("port", vsock.port()),
        Address::Netlink(netlink) => {
            record.with("port", netlink.pid()).with("groups", format!("{:#x}", netlink.groups()))
        }
        _ => record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(text: &str) -> String {
        let meaning = Meaning::read(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        let lines = meaning.record(&Input::argument(text)).to_string();
        lines
            .lines()
            .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn has(text: &str, lines: &[&str]) {
        let explained = explain(text);
        for line in lines {
            assert!(explained.lines().any(|each| each == *line), "{text}: {line:?} is not in\n{explained}");
        }
    }

    #[test]
    fn every_part_is_explained() {
        has(
            "tcp://[fe80::211:22ff:fe33:4455%7]:0?nodelay",
            &[
                "address tcp://[fe80::211:22ff:fe33:4455%7]:0?nodelay",
                "scheme tcp: TCP over IPv4 or IPv6",
                "host fe80::211:22ff:fe33:4455",
                "zone 7",
                "kind unicast, link-local scope",
                "mac 00:11:22:33:44:55",
                "port 0: a listener has the system choose one",
                "options nodelay",
                "tried tcp://[fe80::211:22ff:fe33:4455%7]:0",
            ],
        );
        has("127.0.0.1:65000", &["host 127.0.0.1", "kind loopback", "port 65000"]);
        has("tcp4://*:0", &["host every address of this machine, for listeners", "tried tcp://0.0.0.0:0"]);
        has("unix-dgram:/run/x", &["path /run/x", "scheme unix-dgram: datagrams, by a path"]);
        has("/run/x", &["path /run/x", "address unix:/run/x"]);
        has("10.0.0.0/29", &["broadcast 10.0.0.7", "hosts 6"]);
        has("fe80::1%eth0", &["zone eth0", "address fe80::1%eth0"]);
        has("1.2.0.192.in-addr.arpa", &["name 1.2.0.192.in-addr.arpa", "address 192.0.2.1"]);
        has(
            "::1:80",
            &["kind unicast, global scope", "note all of this is the address; for port 80 write [::1]:80"],
        );
        has("vsock://2:1024", &["machine 2", "port 1024"]);
        has("can://vcan0", &["interface vcan0"]);
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let rows = [
            ("10.0.0.300", "         ^^^"),
            ("127.0.0.1:99999", "            ^^^^^"),
            ("tcp://[::1:80", "        ^"),
            ("10.0.0.0/33", "           ^^"),
            ("fe80::g", "        ^"),
            ("localhost", "           ^    write localhost:PORT, or ./localhost for a path"),
            ("x.in-addr.arpa", "  ^"),
            ("vsock://x:1", "          ^"),
        ];
        for (text, caret) in rows {
            let problem = Meaning::read(text).err().unwrap().to_string();
            assert_eq!(problem.lines().last(), Some(caret), "{problem}");
        }
    }
}
