//! From an address as it is written to those that the system takes.

use std::net::{Ipv4Addr, Ipv6Addr};

use berkeley::name::{self, Families, Query, Resolver};
use berkeley::{Address, Deadline, Error, Family};

use super::{Endpoint, Host, Place, Port};
use crate::exit::Exit;
use crate::report::{Failure, reason};

/// What an endpoint leads to.
pub enum Sought {
    Addresses(Vec<Address>),
    Name { name: String, query: Query, port: u16, families: Families },
}

impl Endpoint {
    /// Returns the addresses to try, in their order.
    ///
    /// A name is looked up by the system, which may take as long as the system likes.
    pub fn addresses(&self) -> Result<Vec<Address>, Failure> {
        self.addresses_by(Deadline::never())
    }

    /// Returns the addresses to try, in their order; of a name, those that the system knows by the deadline.
    pub fn addresses_by(&self, deadline: Deadline) -> Result<Vec<Address>, Failure> {
        let addresses = match self.sought()? {
            Sought::Addresses(addresses) => addresses,
            Sought::Name { query, port, .. } => {
                let host = Resolver::system().look_up(&query, deadline);
                host.map_err(|error| self.not_found(&error))?.with_port(port).collect()
            }
        };
        let wanted: Vec<Address> = addresses.into_iter().filter(|address| self.may_be(address)).collect();
        if wanted.is_empty() {
            return Err(self.unresolved("has no address of that family"));
        }
        Ok(wanted)
    }

    /// Returns what is to be looked up, or the addresses if there is nothing.
    pub fn sought(&self) -> Result<Sought, Failure> {
        let (host, port) = match &self.place {
            Place::Unix(unix) => return Ok(Sought::Addresses(vec![(*unix).into()])),
            Place::Inet { host, port } => (host, self.number(port)?),
            Place::Group { group, port } => {
                return Ok(Sought::Addresses(vec![group.at(self.number(port)?)]));
            }
        };
        Ok(match host {
            Host::Wildcard => Sought::Addresses(vec![
                (Ipv6Addr::UNSPECIFIED, port).into(),
                (Ipv4Addr::UNSPECIFIED, port).into(),
            ]),
            Host::Literal(address) => Sought::Addresses(address.with_port(port).into_iter().collect()),
            Host::Name(name) => {
                let families = self.families();
                let query = Query::name(name).families(families);
                Sought::Name { name: name.clone(), query, port, families }
            }
        })
    }

    const fn families(&self) -> Families {
        match self.scheme.family {
            Some(Family::INET) => Families::V4,
            Some(Family::INET6) => Families::V6,
            _ => Families::Both,
        }
    }

    fn may_be(&self, address: &Address) -> bool {
        self.scheme.family.is_none_or(|family: Family| family == address.family())
    }

    fn number(&self, port: &Port) -> Result<u16, Failure> {
        match port {
            Port::Number(number) => Ok(*number),
            Port::Service(name) => name::port(name, self.transport().protocol()).map_err(|error| {
                let message = format!("{self}: no service {name:?} is known on this machine");
                let hint = error.detail().unwrap_or("write the number of the port");
                Failure::new(Exit::Unresolved, message).with_hint(hint)
            }),
        }
    }

    /// Says why a name was not found.
    pub fn not_found(&self, error: &Error) -> Failure {
        let failure = self.unresolved(&format!("could not be resolved: {}", reason(error)));
        if error.is_deadline_passed() { failure.with_exit(Exit::TimedOut) } else { failure }
    }

    fn unresolved(&self, why: &str) -> Failure {
        let name = match &self.place {
            Place::Inet { host, .. } => host.to_string(),
            Place::Group { .. } | Place::Unix(_) => String::new(),
        };
        Failure::new(Exit::Unresolved, format!("{self}: {name} {why}"))
    }
}
