//! TCP to a host: its names looked up in both families at once, its addresses raced (RFC 8305).

use std::time::Instant;

use berkeley::{Address, Connect, Deadline, Error, Operation, Race, TcpStream, wait_any};

use super::{Opened, connect_hint, with_privilege};
use crate::endpoint::{Endpoint, Sought};
use crate::exit::Exit;
use crate::report::{Failure, Voice, elapsed, reason};

pub fn run(endpoint: &Endpoint, deadline: Deadline, voice: Voice) -> Result<Opened, Failure> {
    let begun = Instant::now();
    let race = start(endpoint, deadline, begun, voice)?;
    let mut race = race.map_err(|error| failure(endpoint, &error, begun))?;
    let mut told = 0;
    loop {
        let gone = race.go_on();
        for error in race.failures().get(told..).unwrap_or_default() {
            voice.detail(format_args!("{} at {}", of_attempt(endpoint, error), elapsed(begun.elapsed())));
        }
        told = race.failures().len();
        match gone {
            Ok(Some(stream)) => return Ok(Opened { socket: stream.into_any(), path: None }),
            Ok(None) => {}
            Err(error) => return Err(failure(endpoint, &error, begun)),
        }
        let next = race.deadline();
        wait_any(&mut race.watches(), next).map_err(|error| failure(endpoint, &error, begun))?;
    }
}

fn start(
    endpoint: &Endpoint,
    deadline: Deadline,
    begun: Instant,
    voice: Voice,
) -> Result<berkeley::Result<Race>, Failure> {
    let own = endpoint.clone();
    let prepare = move |stream: &TcpStream, address: &Address| {
        let shown = own.transport().show(address);
        voice.detail(format_args!("trying {shown} at {}", elapsed(begun.elapsed())));
        own.configure(stream)
    };
    let connect = Connect::new().prepare(prepare);
    Ok(match endpoint.sought()? {
        Sought::Addresses(addresses) => Ok(connect.start_any(addresses, deadline)),
        Sought::Name { name, port, families, .. } => {
            connect.families(families).start((name.as_str(), port), deadline)
        }
    })
}

/// Says what became of an attempt, or of a lookup.
fn of_attempt(endpoint: &Endpoint, error: &Error) -> String {
    match error.address() {
        Some(address) => format!("{}: {}", endpoint.transport().show(address), reason(error)),
        None => format!("{}: {}", error.name().unwrap_or_default(), reason(error)),
    }
}

/// Says why none of the addresses answered, each of them.
pub fn failure(endpoint: &Endpoint, error: &Error, begun: Instant) -> Failure {
    let is_lookup = error.address().is_none() && Exit::from(error) == Exit::Unresolved;
    if is_lookup {
        return endpoint.not_found(error);
    }
    // What the library says of a name has all attempts in it, which are said below.
    let bare = error.errno().map(|errno| Error::new(Operation::Connect, errno));
    let is_of_name = error.name().is_some() && error.option().is_none();
    let why = bare.filter(|_| is_of_name).map_or_else(|| reason(error), |bare| reason(&bare));
    let message = format!("connect {endpoint}: {why} after {}", elapsed(begun.elapsed()));
    let failure = with_privilege(Failure::new(Exit::from(error), message), error);
    let attempts = attempts(error);
    if attempts.len() > 1 || (error.is_deadline_passed() && !attempts.is_empty()) {
        return failure.with_hint(format!("tried {}", attempts.join(", ")));
    }
    failure.with_hint(connect_hint(endpoint, error))
}

/// The attempts, each with why it failed; that a name has no address of the other family is not one.
fn attempts(error: &Error) -> Vec<&str> {
    let all = error.detail().map(|detail| detail.split("; ").collect::<Vec<_>>()).unwrap_or_default();
    let of_addresses = all.iter().filter(|said| !said.starts_with("look up "));
    of_addresses.map(|said| said.strip_prefix("connect ").unwrap_or(said)).collect()
}
