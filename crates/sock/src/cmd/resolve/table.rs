//! Services and protocols by name or number.

use berkeley::name::{ProtocolEntry, ServiceEntry};
use berkeley::{Error, Protocol};

use crate::output::Record;
use crate::report::Problem;

/// A service by its name or port, of one protocol or any.
pub struct Service {
    name: String,
    port: Option<u16>,
    protocol: Option<Protocol>,
}

/// Reads `http`, `443`, `domain/udp`, `53/udp`.
pub fn read_service(text: &str) -> Result<Service, Problem> {
    let (name, protocol) = text.split_once('/').map_or((text, None), |(name, of)| (name, Some(of)));
    let at = name.len() + 1;
    let protocol = protocol.map(|of| {
        let entry = ProtocolEntry::by_name(of).map_err(|error| {
            let problem = Problem::new(format!("no protocol {of:?} is known"), text, at..text.len());
            problem.with_hint(error.detail().unwrap_or("write tcp or udp"))
        });
        entry.map(|entry| entry.protocol())
    });
    let protocol = protocol.transpose()?;
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let port = is_number.then(|| name.parse()).transpose();
    let port = port.map_err(|_| {
        Problem::new(format!("port {name} is out of range (0 to 65535)"), text, 0..name.len())
    })?;
    Ok(Service { name: name.to_owned(), port, protocol })
}

/// Finds a service. A port that has none is asked for by its number, which is no name either.
pub fn service(service: Service) -> Result<Record, Error> {
    let Service { name, port, protocol } = service;
    let found = port.and_then(|port| ServiceEntry::by_port(port, protocol));
    let entry = found.map_or_else(|| ServiceEntry::by_name(&name, protocol), Ok)?;
    Ok(Record::new()
        .with("name", entry.name())
        .with("port", entry.port())
        .with("protocol", entry.protocol_name())
        .and(aliases(entry.aliases())))
}

/// Finds a protocol by its name or number.
pub fn protocol(text: &str) -> Result<Record, Error> {
    let by_number = text.parse().ok().and_then(ProtocolEntry::by_number);
    let entry = by_number.map_or_else(|| ProtocolEntry::by_name(text), Ok)?;
    Ok(Record::new().with("name", entry.name()).with("number", entry.number()).and(aliases(entry.aliases())))
}

fn aliases<'a>(names: impl Iterator<Item = &'a str>) -> Record {
    let names: Vec<String> = names.map(str::to_owned).collect();
    Record::new().with_some("aliases", (!names.is_empty()).then_some(names))
}
