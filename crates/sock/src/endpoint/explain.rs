//! What an address comes to, part by part.

use berkeley::name::{self, ServiceEntry};
use berkeley::{Address, Socket};

use super::{Endpoint, Host, Place, Port};
use crate::describe;
use crate::output::Record;

impl Endpoint {
    /// Names every part, and says what it means.
    ///
    /// A name is looked up, as it would be by whoever used the address.
    pub fn explain(&self) -> Record {
        let options: Vec<String> = self.settings.iter().map(ToString::to_string).collect();
        Record::new()
            .with("address", self.to_string())
            .with("scheme", format!("{}: {}", self.scheme.name, self.scheme.about))
            .and(self.place())
            .with_some("options", (!options.is_empty()).then_some(options))
            .and(self.candidates())
    }

    fn place(&self) -> Record {
        let (host, port) = match &self.place {
            Place::Inet { host, port } => (host, port),
            Place::Group { group, port } => return group.explain().with("port", self.port(port)),
            Place::Unix(unix) => {
                let path = unix.as_path().map(|path| path.display().to_string());
                let name = unix.as_abstract().map(|name| name.escape_ascii().to_string());
                return Record::new().with_some("path", path).with_some("abstract_name", name);
            }
        };
        let host = match host {
            Host::Wildcard => Record::new().with("host", "every address of this machine, for listeners"),
            Host::Name(name) => Record::new().with("host", format!("{name}: a name, which is looked up")),
            Host::Literal(address) => literal(address),
        };
        host.with("port", self.port(port))
    }

    fn port(&self, port: &Port) -> String {
        match port {
            Port::Number(0) => "0: a listener has the system choose one".to_owned(),
            Port::Number(number) => match ServiceEntry::by_port(*number, self.transport().protocol()) {
                Some(entry) => format!("{number}: {}", entry.name()),
                None => number.to_string(),
            },
            Port::Service(name) => match name::port(name, self.transport().protocol()) {
                Ok(number) => format!("{name}: {number}"),
                Err(_) => format!("{name}: no service that is known on this machine"),
            },
        }
    }

    /// The addresses that would be tried, each with what this system lacks for it.
    fn candidates(&self) -> Record {
        let addresses = match self.addresses() {
            Ok(addresses) => addresses,
            Err(failure) => return Record::new().with("tried", failure.messages().join("; ")),
        };
        let transport = self.transport();
        let tried = |address: &Address| {
            let shown = transport.show(address);
            match Socket::open(address.family(), transport.kind(), transport.protocol()) {
                Err(error) if error.is_unsupported() => format!("{shown}: this system has no such sockets"),
                _ => shown,
            }
        };
        Record::new().with("tried", addresses.iter().map(tried).collect::<Vec<_>>())
    }
}

/// An IP address, with its zone.
fn literal(address: &Address) -> Record {
    let zone = match address {
        Address::Inet6(address) if !address.zone().is_none() => Some(address.zone().to_string()),
        _ => None,
    };
    let Some(ip) = address.ip() else { return Record::new() };
    Record::new().with("host", ip).with_some("zone", zone).and(describe::all(ip))
}
