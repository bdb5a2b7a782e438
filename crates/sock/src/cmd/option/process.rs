//! The sockets of a running process.

use std::fmt;

use berkeley::option::{Row, socket};
use berkeley::os::linux::Process;
use berkeley::{Address, Descriptor, Error, Family, Kind, Protocol, Socket};

use super::word::Ask;
use crate::dictionary;
use crate::endpoint::Transport;
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{Record, Sink};
use crate::report::{Failure, reason};

/// A running process, by its number.
#[derive(Clone, Copy, Debug)]
pub struct InProcess(u32);

impl fmt::Display for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid:{}", self.0)
    }
}

impl InProcess {
    pub const fn new(id: u32) -> Self {
        Self(id)
    }

    fn open(self) -> Result<Process, Failure> {
        Process::open(self.0).map_err(|error| failure(&self, &error))
    }

    /// Shares one of the process's sockets.
    pub fn descriptor(self, number: i32) -> Result<Descriptor, Failure> {
        let process = self.open()?;
        let name = format!("{self}/fd:{number}");
        let descriptor = process.descriptor(number);
        let descriptor = descriptor.and_then(|descriptor| {
            socket::TYPE.get(&descriptor)?;
            Ok(descriptor)
        });
        descriptor.map_err(|error| {
            if !error.is_not_a_socket() {
                return failure(&name, &error);
            }
            let message = format!("{name}: there is no such socket in that process");
            Failure::new(Exit::Refused, message).with_hint(self.list(&process))
        })
    }

    /// Tells whether an option may be one of a socket's; of one that is not to be had it is said later why.
    pub fn fits(self, number: i32, row: &Row) -> bool {
        let family = || socket::DOMAIN.get(&Process::open(self.0)?.descriptor(number)?);
        match dictionary::split(row).0 {
            "ip" => family().is_ok_and(|family| family == Family::INET),
            "ipv6" => family().is_ok_and(|family| family == Family::INET6),
            _ => true,
        }
    }

    /// Says which sockets there are, for who named another one.
    fn list(self, process: &Process) -> String {
        let numbers = process.sockets().unwrap_or_default();
        let named: Vec<_> = numbers.iter().map(|number| format!("{self}/fd:{number}")).collect();
        if named.is_empty() { "it has no sockets".to_owned() } else { format!("it has {}", named.join(", ")) }
    }

    /// Says that one of the sockets has to be named.
    pub fn unnamed(self) -> Failure {
        let failure = Failure::new(Exit::Usage, format!("{self}: options are those of one socket"));
        match self.open() {
            Ok(process) => failure.with_hint(self.list(&process)),
            Err(failure) => failure,
        }
    }

    /// Lists the process's sockets, each with its address here, its kind, and its ends.
    pub fn run(self, sink: &mut Sink, asks: &[Ask<'_>]) -> Result<Exit, Failure> {
        if !asks.is_empty() {
            return Err(self.unnamed());
        }
        let rows = self.listed()?;
        print(sink, &rows)?;
        if rows.is_empty() {
            return Err(Failure::new(Exit::No, format!("{self} has no sockets")));
        }
        Ok(Exit::Done)
    }

    fn listed(self) -> Result<Vec<Listed>, Failure> {
        let process = self.open()?;
        let mut rows = Vec::new();
        for number in process.sockets().map_err(|error| failure(&self, &error))? {
            let name = format!("{self}/fd:{number}");
            match process.descriptor(number) {
                Ok(descriptor) => rows.extend(row(name, descriptor)),
                // It was closed in the meantime.
                Err(error) if error.is_not_a_socket() || error.is_no_such_process() => {}
                Err(error) => return Err(failure(&name, &error)),
            }
        }
        Ok(rows)
    }
}

fn print(sink: &mut Sink, rows: &[Listed]) -> Result<(), Failure> {
    let width =
        |field: fn(&Listed) -> &str| rows.iter().map(|row| field(row).chars().count()).max().unwrap_or(0);
    let (name, kind, local) = (width(|row| &row.name), width(|row| &row.kind), width(|row| &row.local));
    rows.iter().try_for_each(|row| {
        let far = row.peer.as_deref().unwrap_or(if row.is_listening { "listening" } else { "-" });
        let line = format!("{:name$}  {:kind$}  {:local$}  {far}", row.name, row.kind, row.local);
        sink.line(&Input::none(), line, || row.record())
    })
}

/// Says why a process, or a socket of it, is not to be had.
fn failure(name: &dyn fmt::Display, error: &Error) -> Failure {
    if error.is_no_such_process() {
        return Failure::new(Exit::Refused, format!("{name}: there is no such process"));
    }
    let failure = Failure::of(name, error);
    if !error.is_permission_denied() {
        return failure;
    }
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
    let here = if scope.is_empty() { String::new() } else { format!(" (here it is {})", scope.trim()) };
    failure.with_hint(format!(
        "it takes the right to trace the process: the same user, if kernel.yama.ptrace_scope is 0{here}, or CAP_SYS_PTRACE"
    ))
}

/// A socket of a process as it is listed.
pub struct Listed {
    name: String,
    pub kind: String,
    local: String,
    peer: Option<String>,
    is_listening: bool,
}

impl Listed {
    /// Its own address, and the peer's or that it listens.
    pub fn ends(&self) -> String {
        match &self.peer {
            Some(peer) => format!("{} to {peer}", self.local),
            None if self.is_listening => format!("{} listening", self.local),
            None => self.local.clone(),
        }
    }

    fn record(&self) -> Record {
        Record::new()
            .with("address", self.name.as_str())
            .with("kind", self.kind.as_str())
            .with("local", self.local.as_str())
            .with_some("peer", self.peer.as_deref())
            .with("listening", self.is_listening)
    }
}

/// Describes a socket; nothing about it is changed.
pub fn row(name: String, descriptor: Descriptor) -> Option<Listed> {
    let kind = socket::TYPE.get(&descriptor).ok()?;
    let family = socket::DOMAIN.get(&descriptor).ok()?;
    let is_listening = socket::ACCEPTCONN.get(&descriptor).unwrap_or(false);
    let protocol = socket::PROTOCOL.get(&descriptor).unwrap_or(Protocol::DEFAULT);
    // Adopted otherwise, a listener would be made non-blocking, for its process as well.
    let socket = Socket::adopt_raw(descriptor, family, kind);
    let transport = Transport::of(family, kind, protocol);
    let show = |address: &Address| {
        transport.map_or_else(|| address.to_string(), |transport| transport.show(address))
    };
    let local =
        socket.local_address().map_or_else(|error| format!("({})", reason(&error)), |address| show(&address));
    let peer = socket.peer_address().ok().map(|address| show(&address));
    Some(Listed { name, kind: kind_name(transport, family, kind), local, peer, is_listening })
}

fn kind_name(transport: Option<Transport>, family: Family, kind: Kind) -> String {
    match transport {
        Some(transport) => transport.scheme().to_owned(),
        None => format!("{family} {kind:?}"),
    }
}
