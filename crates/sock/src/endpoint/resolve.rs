//! From an address as it is written to those that the system takes.

use std::net::{Ipv4Addr, Ipv6Addr};

use berkeley::name::{self, Families, Query};
use berkeley::{Address, Family};

use super::{Endpoint, Host, Place, Port};
use crate::exit::Exit;
use crate::report::{Failure, reason};

impl Endpoint {
    /// Returns the addresses to try, in their order.
    ///
    /// A name is looked up by the system, which may take as long as the system likes.
    pub fn addresses(&self) -> Result<Vec<Address>, Failure> {
        let (host, port) = match &self.place {
            Place::Unix(unix) => return Ok(vec![(*unix).into()]),
            Place::Inet { host, port } => (host, self.number(port)?),
        };
        let addresses = match host {
            Host::Wildcard => {
                vec![(Ipv6Addr::UNSPECIFIED, port).into(), (Ipv4Addr::UNSPECIFIED, port).into()]
            }
            Host::Literal(address) => address.with_port(port).into_iter().collect(),
            Host::Name(name) => self.look_up(name, port)?,
        };
        let wanted: Vec<Address> = addresses.into_iter().filter(|address| self.may_be(address)).collect();
        if wanted.is_empty() {
            return Err(self.unresolved("has no address of that family"));
        }
        Ok(wanted)
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

    fn look_up(&self, name: &str, port: u16) -> Result<Vec<Address>, Failure> {
        let families = match self.scheme.family {
            Some(Family::INET) => Families::V4,
            Some(Family::INET6) => Families::V6,
            _ => Families::Both,
        };
        let host = Query::name(name).families(families).ask();
        let host =
            host.map_err(|error| self.unresolved(&format!("could not be resolved: {}", reason(&error))))?;
        Ok(host.with_port(port).collect())
    }

    fn unresolved(&self, why: &str) -> Failure {
        let name = match &self.place {
            Place::Inet { host, .. } => host.to_string(),
            Place::Unix(_) => String::new(),
        };
        Failure::new(Exit::Unresolved, format!("{self}: {name} {why}"))
    }
}
