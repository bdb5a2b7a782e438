//! Groups: `mcast://239.1.2.3:5000?if=eth0&source=10.0.0.1&ttl=2&loop=off`.

use std::fmt;
use std::net::IpAddr;

use berkeley::addr::ip;
use berkeley::multicast::On;
use berkeley::{Address, Inet6Address};

use super::parse::Part;
use crate::describe;
use crate::output::Record;
use crate::report::Problem;

type Read<T> = Result<T, Problem>;

/// On which interfaces a group is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nothing is said: what is sent goes where the routes lead, and every interface that can is listened on.
    #[default]
    Unsaid,
    /// Every interface that can.
    Everywhere,
    One(On),
}

/// A group, and how it is joined or sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub address: IpAddr,
    pub place: Place,
    /// The one sender that is heard, if not all.
    pub source: Option<IpAddr>,
    /// Over how many hops what is sent may go.
    pub hops: Option<u8>,
    /// Whether what is sent comes back to this machine.
    pub comes_back: Option<bool>,
}

impl Group {
    /// Reads the group itself: `239.1.2.3`, `[ff02::1]`, with the interface behind a percent sign if it is said there.
    pub(super) fn read(host: Part<'_>, source: Option<Part<'_>>) -> Read<Self> {
        let inside = match host.text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(text) => host.slice(1..1 + text.len()),
            None => host,
        };
        let (address, zone) = match inside.text.find('%') {
            Some(at) => {
                let (address, zone) = inside.split_at(at);
                (address, Some(zone))
            }
            None => (inside, None),
        };
        let group = read_address(address)?;
        if !ip::is_multicast(group) {
            let problem = address.fail(format!("{group} is no group"));
            return Err(problem.with_hint("those of IPv4 are 224.0.0.0/4, those of IPv6 ff00::/8"));
        }
        let mut read =
            Self { address: group, place: Place::Unsaid, source: None, hops: None, comes_back: None };
        if let Some(zone) = zone {
            read.place = read_place(zone)?;
        }
        if let Some(source) = source {
            read.source = Some(read.sender(source)?);
        }
        Ok(read)
    }

    /// Takes an option if it is one of a group's own.
    pub(super) fn take(&mut self, part: Part<'_>) -> Read<bool> {
        let (name, value) = match part.text.find('=') {
            Some(at) => part.split_at(at),
            None => (part, part.from(part.text.len())),
        };
        let is_new = match name.text {
            "if" => self.place == Place::Unsaid,
            "source" => self.source.is_none(),
            "ttl" => self.hops.is_none(),
            "loop" => self.comes_back.is_none(),
            _ => return Ok(false),
        };
        if !is_new {
            return Err(name.fail(format!("{} is given twice", name.text)));
        }
        match name.text {
            "if" => self.place = read_place(value)?,
            "source" => self.source = Some(self.sender(value)?),
            "ttl" => self.hops = Some(read_hops(value)?),
            _ => self.comes_back = Some(read_switch(value)?),
        }
        Ok(true)
    }

    fn sender(&self, part: Part<'_>) -> Read<IpAddr> {
        let inner = part.text.trim_start_matches('[').trim_end_matches(']');
        let start = part.text.find(inner).unwrap_or(0);
        let source = read_address(part.slice(start..start + inner.len()))?;
        let why = if source.is_ipv4() != self.address.is_ipv4() {
            "is of another family than the group"
        } else if source.is_unspecified() || ip::is_multicast(source) {
            "is the address of no single sender"
        } else {
            return Ok(source);
        };
        Err(part.fail(format!("{source} {why}")))
    }

    /// The group with a port, and of IPv6 with the interface, where one is said by its name or index.
    pub(super) fn at(&self, port: u16) -> Address {
        match (self.address, &self.place) {
            (IpAddr::V6(address), Place::One(On::Zone(zone))) => {
                Inet6Address::new(address, port).with_zone(zone.clone()).into()
            }
            (address, _) => (address, port).into(),
        }
    }

    /// What is said behind the question mark.
    pub(super) fn words(&self) -> Vec<String> {
        let place = match &self.place {
            Place::Unsaid => None,
            Place::Everywhere => Some("if=*".to_owned()),
            Place::One(on) => Some(format!("if={on}")),
        };
        let source = self.source.map(|source| format!("source={source}"));
        let hops = self.hops.map(|hops| format!("ttl={hops}"));
        let comes_back = self.comes_back.map(|is_on| format!("loop={}", if is_on { "on" } else { "off" }));
        [place, source, hops, comes_back].into_iter().flatten().collect()
    }

    pub(super) fn explain(&self) -> Record {
        let place = match &self.place {
            Place::Unsaid => "where the routes lead; received on every interface that can".to_owned(),
            Place::Everywhere => "every one that can".to_owned(),
            Place::One(on) => on.to_string(),
        };
        Record::new()
            .with("group_address", self.address)
            .with("interface", place)
            .with_some("source", self.source)
            .and(describe::all(self.address))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "[{address}]"),
        }
    }
}

fn read_address(part: Part<'_>) -> Read<IpAddr> {
    part.text.parse().map_err(|_| {
        let problem = part.fail(format!("{:?} is no address", part.text));
        problem.with_hint("write it in figures: 239.1.2.3, [ff02::1234]")
    })
}

fn read_place(part: Part<'_>) -> Read<Place> {
    if part.text == "*" {
        return Ok(Place::Everywhere);
    }
    match part.text.parse() {
        Ok(On::Chosen) => Ok(Place::Unsaid),
        Ok(on) => Ok(Place::One(on)),
        Err(_) => Err(part
            .fail(format!("{:?} names no interface", part.text))
            .with_hint("write its name, its index, one of its addresses, or * for all")),
    }
}

fn read_hops(part: Part<'_>) -> Read<u8> {
    part.text.parse().map_err(|_| {
        let problem = part.fail(format!("{:?} is no number of hops", part.text));
        problem.with_hint("ttl is a number from 0 to 255; 0 stays on this machine, 1 on the link")
    })
}

fn read_switch(part: Part<'_>) -> Read<bool> {
    match part.text {
        "" | "on" | "1" | "yes" => Ok(true),
        "off" | "0" | "no" => Ok(false),
        other => Err(part.fail(format!("{other:?} is no value of loop")).with_hint("loop is on or off")),
    }
}
