//! `sock free-port`: ports that nobody has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use berkeley::addr::Zone;
use berkeley::option::ipv6;
use berkeley::{Address, BACKLOG, Family, Inet6Address, Kind, Protocol, Socket};
use clap::Args;

use crate::exit::Exit;
use crate::input::Input;
use crate::output::{OutputArgs, Record};
use crate::quantity;
use crate::report::{Failure, Problem, Problems};

const EXAMPLES: &str = "\
Examples:
  sock free-port                                   a TCP port that is free on all addresses
  sock free-port --count 3 --both 127.0.0.1        three that are free for TCP and for UDP
  sock free-port --udp --range 5000-5999 [::1]";

const AFTER: &str = "\
A port is free if a socket can be bound to it, and for TCP listen on it: that is tried, and the socket closed again. \
Nothing is reserved. Between this answer and your own bind another program can take the port, so that your bind can \
fail all the same: where you can, bind to port 0 and ask what the system chose. Ports printed together differ.

Without --range the system chooses. With it the lowest free ports are printed; if there are too few, those there are, \
and the exit code is 1.";

/// Find ports that are free, by binding to them
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
#[allow(clippy::struct_excessive_bools, reason = "a flag each, as clap takes them")]
pub struct FreePort {
    /// On which address of this machine: 127.0.0.1, ::1, fe80::1%eth0, 0.0.0.0, or * for all of both families
    #[arg(default_value = "*")]
    address: String,
    /// How many
    #[arg(long, value_name = "N", default_value = "1")]
    count: String,
    /// Of UDP instead of TCP
    #[arg(long, conflicts_with = "both")]
    udp: bool,
    /// Of TCP and UDP at once
    #[arg(long)]
    both: bool,
    /// From FIRST to LAST
    #[arg(long, value_name = "FIRST-LAST")]
    range: Option<String>,
    /// Of IPv4 alone
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Of IPv6 alone
    #[arg(short = '6', long)]
    ipv6: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Where a port is to be free.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// On every address of both families, or of the one.
    Any(Option<Family>),
    One(Address),
}

/// What is looked for.
#[derive(Debug)]
pub struct Job {
    host: Host,
    count: usize,
    range: Option<RangeInclusive<u16>>,
    kinds: &'static [(Kind, Protocol)],
}

const TCP: (Kind, Protocol) = (Kind::STREAM, Protocol::TCP);
const UDP: (Kind, Protocol) = (Kind::DGRAM, Protocol::UDP);

impl FreePort {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let family = match (self.ipv4, self.ipv6) {
            (true, _) => Some(Family::INET),
            (false, true) => Some(Family::INET6),
            (false, false) => None,
        };
        let host = problems.take(host(&self.address, family));
        let count = problems.take_some("--count", Some(&self.count), |text| between(text, 1, 65536));
        let range = problems.take_some("--range", self.range.as_ref(), range);
        problems.check()?;
        let kinds: &[_] = match (self.both, self.udp) {
            (true, _) => &[TCP, UDP],
            (false, true) => &[UDP],
            (false, false) => &[TCP],
        };
        let quiet = || Failure::quiet(Exit::Usage);
        Ok(Job { host: host.ok_or_else(quiet)?, count: count.ok_or_else(quiet)? as usize, range, kinds })
    }

    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("free-port", |sink| {
            let job = self.read()?;
            let held = job.find()?;
            for port in &held {
                sink.line(&Input::none(), port.number, || Record::new().with("port", port.number))?;
            }
            if held.len() < job.count {
                return Err(job.too_few(held.len()));
            }
            Ok(Exit::Done)
        })
    }
}

fn between(text: &str, least: u64, most: u64) -> Result<u64, Problem> {
    let number = quantity::count(text)?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(Problem::new(format!("{text} is out of range ({least} to {most})"), text, 0..text.len()))
}

fn host(text: &str, family: Option<Family>) -> Result<Host, Problem> {
    if text == "*" {
        return Ok(Host::Any(family));
    }
    let open = usize::from(text.starts_with('['));
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text[open..]);
    let whole = inside.len() + open;
    if open == 1 && whole == text.len() {
        return Err(Problem::new("a bracket is not closed", text, 0..1).with_hint(format!("write {inside}")));
    }
    let (bare, zone) = inside.split_once('%').map_or((inside, None), |(bare, zone)| (bare, Some(zone)));
    let of_part = |error: &berkeley::ParseError, at| Problem::of_part(error, text, 0, at);
    let ip = berkeley::addr::ip::parse(bare)
        .map_err(|error| of_part(&error, open).with_hint("write 127.0.0.1, [::1], or * for all addresses"))?;
    let zone = zone.map(|zone| zone.parse::<Zone>().map_err(|error| of_part(&error, open + bare.len() + 1)));
    let address: Address = match (ip, zone.transpose()?) {
        (IpAddr::V6(ip), Some(zone)) => Inet6Address::new(ip, 0).with_zone(zone).into(),
        (ip, None) => (ip, 0).into(),
        (IpAddr::V4(_), Some(_)) => {
            return Err(Problem::new("an IPv4 address has no zone", text, open + bare.len()..whole));
        }
    };
    match family {
        Some(family) if family != address.family() => {
            let name = if family == Family::INET { "-4 asks for IPv4" } else { "-6 asks for IPv6" };
            Err(Problem::new(format!("{name}, which {text} is not"), text, 0..text.len()))
        }
        _ => Ok(Host::One(address)),
    }
}

fn range(text: &str) -> Result<RangeInclusive<u16>, Problem> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let port = |word: &str, start: usize| {
        let number = word.parse::<u16>().ok().filter(|port| *port > 0 && !word.starts_with('+'));
        number.ok_or_else(|| {
            Problem::new(format!("{word:?} is not a port"), text, start..start + word.len())
                .with_hint("write 1 to 65535")
        })
    };
    let at = if text.contains('-') { first.len() + 1 } else { 0 };
    let (first, last) = (port(first, 0)?, port(last, at)?);
    if first > last {
        let problem = Problem::new("the range ends before it begins", text, at..text.len());
        return Err(problem.with_hint(format!("write {last}-{first}")));
    }
    Ok(first..=last)
}

/// A port with the sockets that hold it, so that it is not found again.
#[derive(Debug)]
struct Held {
    number: u16,
    _sockets: Vec<Socket>,
}

impl Job {
    /// Finds as many as there are to be, or as there are.
    fn find(&self) -> Result<Vec<Held>, Failure> {
        let mut held = Vec::new();
        if let Some(range) = &self.range {
            for number in range.clone() {
                held.extend(self.hold(number)?);
                if held.len() == self.count {
                    break;
                }
            }
            return Ok(held);
        }
        // The sockets of a port that is free for one protocol alone stay, or it would be found again.
        let mut vain = Vec::new();
        while held.len() < self.count {
            let Some((number, socket)) = self.chosen()? else { break };
            match self.hold_others(number, socket)? {
                Ok(port) => held.push(port),
                Err(socket) => vain.push(socket),
            }
        }
        Ok(held)
    }

    /// Has the system choose a port; nothing if there is none left.
    fn chosen(&self) -> Result<Option<(u16, Socket)>, Failure> {
        let Some(socket) = self.bind(0, self.kinds[0])? else { return Ok(None) };
        let address = socket.local_address().map_err(|error| self.failure(&error))?;
        Ok(address.port().map(|number| (number, socket)))
    }

    /// Takes a port for the other protocols as well, or gives back the socket.
    fn hold_others(&self, number: u16, socket: Socket) -> Result<Result<Held, Socket>, Failure> {
        let mut sockets = Vec::new();
        for kind in &self.kinds[1..] {
            match self.bind(number, *kind)? {
                Some(other) => sockets.push(other),
                None => return Ok(Err(socket)),
            }
        }
        sockets.push(socket);
        Ok(Ok(Held { number, _sockets: sockets }))
    }

    fn hold(&self, number: u16) -> Result<Option<Held>, Failure> {
        match self.bind(number, self.kinds[0])? {
            Some(socket) => Ok(self.hold_others(number, socket)?.ok()),
            None => Ok(None),
        }
    }

    /// Binds a socket; nothing if the port is not free.
    fn bind(&self, number: u16, kind: (Kind, Protocol)) -> Result<Option<Socket>, Failure> {
        let mut last = None;
        for address in self.addresses(number) {
            match self.bind_to(&address, kind) {
                Ok(socket) => return Ok(Some(socket)),
                Err(error) if error.is_address_in_use() => return Ok(None),
                // A port of a range that needs a privilege is not free for who lacks it.
                Err(error) if error.is_permission_denied() && self.range.is_some() => return Ok(None),
                // [::] has failed for want of IPv6, and 0.0.0.0 is next.
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(|| Failure::quiet(Exit::Unsupported), |error| self.failure(&error)))
    }

    /// A socket of its own, with no option that shares a port.
    fn bind_to(&self, address: &Address, (kind, protocol): (Kind, Protocol)) -> berkeley::Result<Socket> {
        let socket = Socket::open(address.family(), kind, protocol)?;
        if address.family() == Family::INET6 && address.is_unspecified() {
            ipv6::V6ONLY.set(&socket, self.host != Host::Any(None))?;
        }
        socket.bind(address)?;
        if kind == Kind::STREAM {
            socket.listen(BACKLOG)?;
        }
        Ok(socket)
    }

    fn addresses(&self, number: u16) -> Vec<Address> {
        let (v4, v6) = ((Ipv4Addr::UNSPECIFIED, number).into(), (Ipv6Addr::UNSPECIFIED, number).into());
        match &self.host {
            Host::Any(None) => vec![v6, v4],
            Host::Any(Some(family)) => vec![if *family == Family::INET { v4 } else { v6 }],
            Host::One(address) => address.with_port(number).into_iter().collect(),
        }
    }

    fn failure(&self, error: &berkeley::Error) -> Failure {
        let on = match &self.host {
            Host::Any(_) => "all addresses".to_owned(),
            Host::One(address) => address.ip().map_or_else(|| address.to_string(), |ip| ip.to_string()),
        };
        Failure::of(format_args!("find a free port on {on}"), error)
    }

    fn too_few(&self, found: usize) -> Failure {
        let within = self.range.as_ref().map_or_else(
            || "there are".to_owned(),
            |range| format!("from {} to {} there are", range.start(), range.end()),
        );
        Failure::new(Exit::No, format!("{within} {found} free ports, and {} were wanted", self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_with_and_without_brackets() {
        let one = |text: &str| match host(text, None) {
            Ok(Host::One(address)) => address.to_string(),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(one("127.0.0.1"), "127.0.0.1:0");
        assert_eq!(one("[::1]"), "[::1]:0");
        assert_eq!(one("fe80::1%eth0"), "[fe80::1%eth0]:0");
        assert_eq!(host("*", Some(Family::INET)), Ok(Host::Any(Some(Family::INET))));
    }

    #[test]
    fn what_is_no_host_is_pointed_at() {
        let rows = [
            ("10.0.0.300", "octet 300 is out of range (0 to 255)\n  10.0.0.300\n         ^^^"),
            ("[::1", "a bracket is not closed\n  [::1\n  ^    write ::1"),
            ("[::g]", "g is not a hexadecimal number from 0 to ffff\n  [::g]\n     ^"),
            ("10.0.0.1%1", "an IPv4 address has no zone\n  10.0.0.1%1\n          ^^"),
            ("", "an address is missing\n  \n  ^"),
        ];
        for (text, message) in rows {
            let problem = host(text, None).unwrap_err().to_string();
            assert!(problem.starts_with(message), "{problem}");
        }
        let other = host("::1", Some(Family::INET)).unwrap_err().to_string();
        assert!(other.starts_with("-4 asks for IPv4, which ::1 is not"), "{other}");
    }

    #[test]
    fn ranges_of_ports_are_read() {
        assert_eq!(range("8000-8010"), Ok(8000..=8010));
        assert_eq!(range("80"), Ok(80..=80));
        let rows = [
            ("0-5", "\"0\" is not a port\n  0-5\n  ^    write 1 to 65535"),
            ("1-65536", "\"65536\" is not a port\n  1-65536\n    ^^^^^    write 1 to 65535"),
            ("9-1", "the range ends before it begins\n  9-1\n    ^    write 1-9"),
            ("-", "\"\" is not a port\n  -\n  ^    write 1 to 65535"),
        ];
        for (text, message) in rows {
            assert_eq!(range(text).map_err(|problem| problem.to_string()), Err(message.to_owned()));
        }
    }
}
