//! What can be passed: files, descriptors of this process or another one, sockets that are opened for it.

use std::fs::{File, OpenOptions};

use berkeley::os::linux::Process;
use berkeley::{AsSource, Descriptor, Source};

use crate::endpoint::{Endpoint, Purpose, SCHEMES};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::report::{Failure, Problem, Voice, io_reason};

/// What says that an address is to be listened at.
const LISTEN: &str = "listen+";

/// Something that can be passed, as it is named.
#[derive(Debug)]
pub enum Thing {
    File(String),
    Stdin,
    /// A descriptor of a running process.
    OfProcess {
        id: u32,
        number: i32,
    },
    Connected(Endpoint),
    Listening(Endpoint),
}

/// The same, open.
pub enum Open {
    Descriptor(Descriptor),
    Socket(Opened),
}

impl AsSource for Open {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Descriptor(descriptor) => descriptor.as_source(),
            Self::Socket(opened) => opened.socket.as_source(),
        }
    }
}

impl Thing {
    pub fn read(text: &str) -> Result<Self, Problem> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if let Some(rest) = text.strip_prefix("pid:") {
            return of_process(text, rest);
        }
        if let Some(address) = text.strip_prefix(LISTEN) {
            return Endpoint::parse(address, Purpose::Listen).map(Self::Listening);
        }
        let has_scheme = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'));
        if text.contains("://") || SCHEMES.iter().any(|scheme| has_scheme(scheme.name)) {
            return Endpoint::parse(text, Purpose::Connect).map(Self::Connected);
        }
        Ok(Self::File(text.to_owned()))
    }

    /// Opens it; a file for reading, or for both if it is to be so.
    pub fn open(&self, is_writable: bool, voice: Voice) -> Result<Open, Failure> {
        match self {
            Self::File(path) => {
                let file = OpenOptions::new().read(true).write(is_writable).open(path);
                file.map_err(|error| not_opened(path, &error))
                    .and_then(|file| of_file(file).map(Open::Descriptor))
            }
            Self::Stdin => stdin().map(Open::Descriptor),
            Self::OfProcess { id, number } => shared(*id, *number).map(Open::Descriptor),
            Self::Connected(endpoint) => open::connect(endpoint, None, voice).map(Open::Socket),
            Self::Listening(endpoint) => {
                let opened = open::bind(endpoint, false)?;
                let name = crate::cmd::listen::bound_to(endpoint, &opened.socket);
                voice.note(format_args!("listening on {name}"));
                Ok(Open::Socket(opened))
            }
        }
    }
}

impl Open {
    /// Lets the path of a socket be: whoever has the socket now has the path too.
    pub fn leave_path(self) {
        if let Self::Socket(Opened { path: Some(path), .. }) = self {
            path.leave();
        }
    }
}

fn not_opened(path: &str, error: &std::io::Error) -> Failure {
    let exit = match error.kind() {
        std::io::ErrorKind::PermissionDenied => Exit::Permission,
        _ => Exit::Usage,
    };
    Failure::new(exit, format!("open {path}: {}", io_reason(error)))
}

/// Reads `812/fd:7` behind `pid:`.
fn of_process(text: &str, rest: &str) -> Result<Thing, Problem> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = rest.split_once("/fd:").filter(|(id, number)| digits(id) && digits(number));
    let numbers = parts.and_then(|(id, number)| Some((id.parse().ok()?, number.parse().ok()?)));
    match numbers {
        Some((id, number)) if id > 0 => Ok(Thing::OfProcess { id, number }),
        _ => {
            let problem = Problem::new("this is no descriptor of a process", text, 0..text.len());
            Err(problem.with_hint("write pid:N/fd:M, or ./pid:… for a file"))
        }
    }
}

fn shared(id: u32, number: i32) -> Result<Descriptor, Failure> {
    let name = format!("pid:{id}/fd:{number}");
    let descriptor = Process::open(id).and_then(|process| process.descriptor(number));
    descriptor.map_err(|error| {
        let message = match () {
            () if error.is_no_such_process() => format!("{name}: there is no such process"),
            () if error.is_not_a_socket() => format!("{name}: the process has no such descriptor"),
            () => return Failure::of(&name, &error),
        };
        Failure::new(Exit::Refused, message)
    })
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "the other systems' fails")]
fn of_file(file: File) -> Result<Descriptor, Failure> {
    Ok(file.into())
}

#[cfg(unix)]
fn stdin() -> Result<Descriptor, Failure> {
    use std::os::fd::AsFd;

    let copy = std::io::stdin().as_fd().try_clone_to_owned();
    copy.map_err(|error| Failure::new(Exit::EndedEarly, format!("standard input: {}", io_reason(&error))))
}

#[cfg(not(unix))]
fn of_file(_: File) -> Result<Descriptor, Failure> {
    Err(unsupported())
}

#[cfg(not(unix))]
fn stdin() -> Result<Descriptor, Failure> {
    Err(unsupported())
}

#[cfg(not(unix))]
fn unsupported() -> Failure {
    Failure::new(Exit::Unsupported, "this system cannot pass descriptors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_told_apart() {
        let of = |text: &str| match Thing::read(text) {
            Ok(thing) => format!("{thing:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
            Err(problem) => problem.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        let rows = [
            ("-", "Stdin"),
            ("/etc/hosts", "File"),
            ("hosts:80", "File"),
            ("tcp://a:80", "Connected"),
            ("unix:/x", "Connected"),
            ("listen+tcp://:80", "Listening"),
            ("pid:7/fd:0", "OfProcess"),
            ("pid:7", "this is no descriptor of a process"),
            ("pid:0/fd:1", "this is no descriptor of a process"),
            ("pid:7/fd:-1", "this is no descriptor of a process"),
            ("tcp://a:8x0", "port \"8x0\" is not a number"),
        ];
        for (text, meant) in rows {
            assert_eq!(of(text), meant, "{text}");
        }
    }
}
