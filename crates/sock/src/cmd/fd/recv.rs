//! `sock fd recv`: takes what is passed, and says what it is, copies what is in it, or gives it to a program.

use std::io::{self, Read, Write};
use std::process::Command;
use std::time::Duration;

use berkeley::{Deadline, Descriptor, Interest, Socket};
use clap::Args;

use super::local;
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::input::Input;
use crate::message::{Held, data_of};
use crate::output::{OutputArgs, Record, Sink};
use crate::report::{Failure, Problems, Voice, io_reason};
use crate::signal::{Ending, Waited};
use crate::stdio::BUFFER;
use crate::transfer::of_output;
use crate::{cmd, open, quantity};

const EXAMPLES: &str = "\
Examples:
  sock fd recv /run/app.sock                     what they are
  sock fd recv --copy /run/app.sock              what can be read from them
  sock fd recv -v /run/app.sock -- server        a program that has them, from number 3 on";

const AFTER: &str = "\
It listens at PATH, takes the first message with descriptors, and ends. Each is told with its number, its type, and the path \
or the addresses that it leads to; with --copy what can be read from each goes to the standard output instead, in their order.

A COMMAND takes the place of this program. It has the descriptors under the numbers from 3 on; LISTEN_FDS says how many, and \
LISTEN_PID is its process, as sd_listen_fds(3) has it. -v tells who has sent them.

The exit code is 1 if the peer ends without passing any, 9 if some were lost on the way, for want of free descriptors here.";

/// The first number that a program gets.
const FIRST: i32 = 3;

/// Take open files and sockets that are passed at PATH
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct FdRecv {
    /// Where: a path, unix:PATH, unix-dgram:PATH, unix-seqpacket:PATH …
    address: String,
    /// Print what can be read from them
    #[arg(long, conflicts_with_all = ["command", "json", "jsonl"])]
    copy: bool,
    /// Replace a path whose socket is gone
    #[arg(long)]
    take_over: bool,
    /// Give up after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// What to run with them, with its arguments, behind --
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    timeout: Option<Duration>,
}

/// What was passed, and the data that it came with.
struct Passed {
    descriptors: Vec<Descriptor>,
    data: Vec<u8>,
    is_cut: bool,
}

/// What is waited for, or how it ends before.
type Found<T> = Result<Result<T, Exit>, Failure>;

impl FdRecv {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(local(&self.address, Purpose::Listen));
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        problems.check()?;
        match endpoint {
            Some(endpoint) => Ok(Job { endpoint, timeout }),
            None => Err(Failure::quiet(Exit::Usage)),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let job = self.read()?;
        let mut passed = None;
        self.output.run("fd-recv", |sink| match job.receive(self.take_over, voice)? {
            Err(exit) => Ok(exit),
            Ok(found) => {
                let exit = if found.is_cut { Exit::EndedEarly } else { Exit::Done };
                if found.is_cut {
                    voice.note("warning: more descriptors were passed than this process may have open");
                }
                match (self.copy, self.command.is_empty()) {
                    (true, _) => copy(found.descriptors)?,
                    (false, true) => list(found, sink)?,
                    (false, false) => passed = Some(found.descriptors),
                }
                Ok(exit)
            }
        })?;
        passed.map_or(Ok(()), |descriptors| self.become_program(descriptors))
    }

    /// Runs the command in the place of this program.
    fn become_program(&self, descriptors: Vec<Descriptor>) -> Result<(), Failure> {
        let [program, arguments @ ..] = self.command.as_slice() else { return Ok(()) };
        let count = descriptors.len();
        let held = berkeley::inherit_from(FIRST, descriptors).map_err(|error| {
            let failure = Failure::of(format_args!("give {program} its descriptors"), &error);
            failure.with_hint(error.detail().unwrap_or_default())
        })?;
        let mut command = Command::new(program);
        command.args(arguments).env("LISTEN_FDS", count.to_string()).env_remove("LISTEN_FDNAMES");
        command.env("LISTEN_PID", std::process::id().to_string());
        let ended = cmd::wait::become_program(command, program);
        drop(held);
        ended
    }
}

impl Job {
    /// Waits for who passes something, and for what that is.
    fn receive(&self, take_over: bool, voice: Voice) -> Found<Passed> {
        let deadline = self.timeout.map_or(Deadline::never(), Deadline::after);
        let ending = Ending::open();
        let opened = open::bind(&self.endpoint, take_over)?;
        voice.note(format_args!("listening on {}", self.endpoint));
        if self.endpoint.transport().is_datagram() {
            return self.take(&opened.socket, &ending, deadline);
        }
        let peer = match self.accept(&opened.socket, &ending, deadline)? {
            Ok(peer) => peer,
            Err(exit) => return Ok(Err(exit)),
        };
        if let Ok(who) = peer.peer_credentials() {
            let pid = who.pid.map(|pid| format!("process {pid}, ")).unwrap_or_default();
            voice.detail(format_args!("the peer is {pid}user {}, group {}", who.uid, who.gid));
        }
        self.take(&peer, &ending, deadline)
    }

    fn accept(&self, door: &Socket, ending: &Ending, deadline: Deadline) -> Found<Socket> {
        loop {
            match door.now().accept() {
                Ok(Some((peer, _))) => return Ok(Ok(peer)),
                Ok(None) => {}
                Err(error) if error.should_retry() || error.is_connection_aborted() => {}
                Err(error) => return Err(Failure::of(format_args!("accept {}", self.endpoint), &error)),
            }
            if let Some(exit) = self.wait(door, ending, deadline)? {
                return Ok(Err(exit));
            }
        }
    }

    /// Receives until a message has descriptors.
    fn take(&self, socket: &Socket, ending: &Ending, deadline: Deadline) -> Found<Passed> {
        let mut data = vec![0; BUFFER];
        loop {
            let mut descriptors = Vec::new();
            let received = socket.now().recv_descriptors(&mut data, &mut descriptors);
            match received {
                Ok(Some(arrival)) if !descriptors.is_empty() => {
                    data.truncate(arrival.len());
                    return Ok(Ok(Passed { descriptors, data, is_cut: arrival.is_control_truncated() }));
                }
                Ok(Some(arrival)) if arrival.is_empty() && !self.endpoint.transport().is_datagram() => {
                    let message = format!("{}: the peer has ended without passing anything", self.endpoint);
                    return Err(Failure::new(Exit::No, message));
                }
                Ok(_) => {}
                Err(error) if error.should_retry() => {}
                Err(error) => return Err(Failure::of(format_args!("receive {}", self.endpoint), &error)),
            }
            if let Some(exit) = self.wait(socket, ending, deadline)? {
                return Ok(Err(exit));
            }
        }
    }

    fn wait(&self, socket: &Socket, ending: &Ending, deadline: Deadline) -> Result<Option<Exit>, Failure> {
        match ending
            .wait(socket, Interest::READABLE, deadline)
            .map_err(|error| Failure::of("wait", &error))?
        {
            Waited::Ready => Ok(None),
            Waited::Signal(exit) => Ok(Some(exit)),
            Waited::Late => {
                let message = format!("{}: nothing was passed in time", self.endpoint);
                Err(Failure::new(Exit::TimedOut, message))
            }
        }
    }
}

/// Says what each is.
fn list(passed: Passed, sink: &mut Sink) -> Result<(), Failure> {
    let data = passed.data;
    for (index, descriptor) in passed.descriptors.into_iter().enumerate() {
        let held = Held::new(descriptor);
        let number = FIRST as usize + index;
        sink.line(&Input::none(), format_args!("{number} {held}"), || {
            let data = data_of(&data);
            let number = u64::try_from(number).unwrap_or(u64::MAX);
            Record::new().with("number", number).and(held.record()).with("data", data)
        })?;
    }
    Ok(())
}

/// Copies what can be read from each; of a socket until its peer ends.
fn copy(descriptors: Vec<Descriptor>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let mut buffer = vec![0; BUFFER];
    for (index, descriptor) in descriptors.into_iter().enumerate() {
        let held = Held::new(descriptor);
        let name = format!("read descriptor {} ({held})", FIRST as usize + index);
        let mut from = reader(held)?;
        loop {
            let length = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(Failure::new(Exit::EndedEarly, format!("{name}: {}", io_reason(&error))));
                }
            };
            out.write_all(&buffer[..length]).map_err(|error| of_output(&error))?;
        }
    }
    out.flush().map_err(|error| of_output(&error))
}

#[cfg(unix)]
fn reader(held: Held) -> Result<Box<dyn Read>, Failure> {
    if held.is_socket() {
        let name = held.to_string();
        let socket = Socket::adopt(held.descriptor)
            .map_err(|error| Failure::of(format_args!("read {name}"), error.error()))?;
        return Ok(Box::new(Received(socket)));
    }
    Ok(Box::new(std::fs::File::from(held.descriptor)))
}

/// Nothing is ever received there.
#[cfg(not(unix))]
fn reader(_: Held) -> Result<Box<dyn Read>, Failure> {
    Err(Failure::new(Exit::Unsupported, "this system cannot pass descriptors"))
}

/// A socket that is read from, whatever its mode is.
#[cfg(unix)]
struct Received(Socket);

#[cfg(unix)]
impl Read for Received {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.recv(buffer)?.len())
    }
}
