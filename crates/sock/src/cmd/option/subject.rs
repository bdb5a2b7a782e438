//! The socket whose options are asked for.

use std::fmt;
use std::time::Duration;

use berkeley::option::Row;
use berkeley::{Address, AsSource, Descriptor, Socket, Source};

use super::process::InProcess;
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::report::{Failure, Problem, Voice};

/// A socket that is there, or is to be opened.
#[derive(Debug)]
pub enum Subject {
    Fresh(Endpoint),
    Connected(Endpoint, Option<Duration>),
    /// One of a process's sockets.
    Shared(InProcess, i32),
    /// All of a process's sockets.
    Process(InProcess),
}

/// The socket, opened.
pub enum Ready {
    Own(Opened),
    Shared(Descriptor),
}

impl Ready {
    pub fn source(&self) -> Source<'_> {
        match self {
            Self::Own(opened) => opened.socket.as_source(),
            Self::Shared(descriptor) => descriptor.as_source(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fresh(endpoint) | Self::Connected(endpoint, _) => endpoint.fmt(f),
            Self::Shared(process, number) => write!(f, "{process}/fd:{number}"),
            Self::Process(process) => process.fmt(f),
        }
    }
}

impl Subject {
    pub fn read(text: &str, connect: bool, timeout: Option<Duration>) -> Result<Self, Problem> {
        if let Some(rest) = text.strip_prefix("pid:") {
            if connect {
                return Err(super::super::misplaced(
                    "--connect",
                    "addresses, and a process's socket is what it is",
                ));
            }
            return in_process(text, rest);
        }
        if connect {
            return Endpoint::parse(text, Purpose::Connect)
                .map(|endpoint| Self::Connected(endpoint, timeout));
        }
        Endpoint::parse(text, Purpose::Listen).map(Self::Fresh)
    }

    /// Tells whether an option is one of the subject's, as far as its address says, or its family.
    pub fn fits(&self, row: &Row) -> bool {
        match self {
            Self::Fresh(endpoint) | Self::Connected(endpoint, _) => endpoint.fits(row),
            Self::Shared(process, number) => process.fits(*number, row),
            Self::Process(_) => true,
        }
    }

    pub fn open(&self) -> Result<Ready, Failure> {
        match self {
            Self::Fresh(endpoint) => fresh(endpoint).map(Ready::Own),
            Self::Connected(endpoint, timeout) => {
                open::connect(endpoint, *timeout, Voice::Normal).map(Ready::Own)
            }
            Self::Shared(process, number) => process.descriptor(*number).map(Ready::Shared),
            Self::Process(process) => Err(process.unnamed()),
        }
    }
}

/// Reads `812` or `812/fd:7` behind `pid:`.
fn in_process(text: &str, rest: &str) -> Result<Subject, Problem> {
    let start = text.len() - rest.len();
    let (process, number) =
        rest.split_once('/').map_or((rest, None), |(process, number)| (process, Some(number)));
    let id = process.parse().ok().filter(|id| *id > 0 && process.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(id) = id else {
        let problem = Problem::new(format!("{process:?} is no process"), text, start..start + process.len());
        return Err(problem.with_hint("write pid:N, or pid:N/fd:M"));
    };
    let process = InProcess::new(id);
    let Some(number) = number else { return Ok(Subject::Process(process)) };
    let digits = number.strip_prefix("fd:").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        let problem =
            Problem::new(format!("{number:?} is no descriptor"), text, text.len() - number.len()..text.len());
        problem.with_hint(format!("write {process}/fd:M"))
    })?;
    Ok(Subject::Shared(process, number))
}

/// Opens a socket for the first of the addresses that this system has a family for.
fn fresh(endpoint: &Endpoint) -> Result<Opened, Failure> {
    let transport = endpoint.transport();
    let open = |address: &Address| -> berkeley::Result<Socket> {
        let socket = Socket::open(address.family(), transport.kind(), transport.protocol())?;
        endpoint.set_options(&socket)?;
        Ok(socket)
    };
    let mut failed = None;
    for address in endpoint.addresses()? {
        match open(&address) {
            Ok(socket) => return Ok(Opened { socket, path: None }),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(match failed {
        Some(error) => open::with_privilege(Failure::of(endpoint, &error), &error),
        None => Failure::new(Exit::Unresolved, format!("{endpoint}: there is no address")),
    })
}
