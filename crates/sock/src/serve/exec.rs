//! A process a client, whose standard input and output are the connection.
//!
//! The process gets the socket itself: nothing is copied, an end of the data reaches it and is passed on by it as it
//! is, and each of its writes is a record where there are records.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use berkeley::{
    Acceptor, Address, AsSource, Deadline, Errno, Error, Events, Interest, Key, MILLISECOND, Poller,
    ProcessExit, Socket, Source,
};

use super::{Keeper, Reserve};
use crate::endpoint::Transport;
use crate::report::{Failure, elapsed, io_reason};

/// How often processes are looked at whose ends the system does not tell of.
const LOOK: Duration = MILLISECOND.saturating_mul(100);

/// How many descriptors are open while a process starts: two streams, and the pipe that tells whether it did.
const DESCRIPTORS: usize = 4;

/// What a process is told of both ends: the whole address, and its parts.
const ENDS: [&str; 2] = ["SOCK_PEER", "SOCK_LOCAL"];
const PARTS: [&str; 3] = ["", "ADDR", "PORT"];

/// What is run for each client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A program and its arguments.
    Words(Vec<String>),
    /// A line for the shell.
    Shell(String),
}

impl Program {
    fn command(&self) -> Command {
        match self {
            Self::Words(words) => {
                let mut command = Command::new(&words[0]);
                command.args(&words[1..]);
                command
            }
            Self::Shell(line) => {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", line]);
                command
            }
        }
    }
}

/// A process, and whose it is.
struct Served {
    child: Child,
    client: String,
    begun: Instant,
}

enum Entry {
    Door(Acceptor<Socket>),
    Process { end: ProcessExit, served: Served },
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Door(acceptor) => acceptor.as_source(),
            Self::Process { end, .. } => end.as_source(),
        }
    }
}

/// Runs a process for every client.
pub struct Host {
    poller: Poller<Entry>,
    door: Key,
    keeper: Keeper,
    program: Program,
    /// What starting a process takes for a while.
    reserve: Reserve,
    is_short: bool,
    /// Processes whose ends the system does not tell of, and the timer that looks at them.
    unwatched: Vec<Served>,
    timer: Option<Key>,
}

impl Host {
    pub fn new(
        listener: Socket,
        most: Option<u64>,
        keeper: Keeper,
        program: Program,
    ) -> Result<Self, Failure> {
        let mut acceptor = Acceptor::new(listener);
        acceptor.set_limit(most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)));
        let failed = |error: Error| Failure::of(format_args!("serve {}", keeper.endpoint), &error);
        let mut poller = Poller::new().map_err(failed)?;
        let door =
            poller.add(Entry::Door(acceptor), Interest::READABLE).map_err(|error| failed(error.into()))?;
        let reserve = Reserve::new(DESCRIPTORS);
        let (unwatched, timer) = (Vec::new(), None);
        Ok(Self { poller, door, keeper, program, reserve, is_short: false, unwatched, timer })
    }

    /// Serves until a signal ends the program.
    pub fn run(mut self) -> Result<(), Failure> {
        let mut events = Events::new();
        loop {
            let error = match self.turn(&mut events) {
                Ok(()) => continue,
                Err(error) => error,
            };
            return Err(Failure::of(format_args!("serve {}", self.keeper.endpoint), &error));
        }
    }

    fn turn(&mut self, events: &mut Events) -> berkeley::Result<()> {
        self.poller.wait(events, Deadline::never())?;
        for event in &*events {
            if event.key() == self.door {
                self.accept()?;
            } else if Some(event.key()) == self.timer {
                self.look_at_unwatched();
            } else {
                self.reap(event.key());
            }
        }
        self.watch_door()
    }

    fn acceptor(&mut self) -> Option<&mut Acceptor<Socket>> {
        match self.poller.get_mut(self.door) {
            Some(Entry::Door(acceptor)) => Some(acceptor),
            _ => None,
        }
    }

    fn accept(&mut self) -> berkeley::Result<()> {
        loop {
            let filled = self.reserve.fill();
            self.is_short = filled.is_err();
            if let Err(error) = filled {
                self.keeper.lacks(error.errno().unwrap_or(Errno::MFILE));
                return Ok(());
            }
            let Some(acceptor) = self.acceptor() else { return Ok(()) };
            let Some((socket, from)) = acceptor.accept()? else {
                if let Some(lack) = acceptor.take_lack() {
                    self.keeper.lacks(lack);
                }
                return Ok(());
            };
            let started = self.keeper.welcome(&socket, &from).is_some_and(|client| {
                let begun = Instant::now();
                match self.start(&socket, &from) {
                    Ok(child) => self.watch(Served { child, client, begun }),
                    Err(error) => {
                        let why = io_reason(&error);
                        self.keeper
                            .voice
                            .note(format_args!("warning: {client}: {} is not run: {why}", self.name()));
                        return false;
                    }
                }
                true
            });
            if !started {
                self.gone();
            }
        }
    }

    /// What the program is called.
    fn name(&self) -> &str {
        match &self.program {
            Program::Words(words) => &words[0],
            Program::Shell(line) => line,
        }
    }

    /// Starts the process of a client, with descriptors of the reserve if there are no others.
    fn start(&mut self, socket: &Socket, from: &Address) -> io::Result<Child> {
        let lacks = |error: &io::Error| error.raw_os_error().map(Errno::from_raw) == Some(Errno::MFILE);
        match self.spawn(socket, from) {
            Err(error) if lacks(&error) && self.reserve.release() => self.spawn(socket, from),
            started => started,
        }
    }

    fn spawn(&self, socket: &Socket, from: &Address) -> io::Result<Child> {
        let local = socket.local_address().ok();
        let transport = self.keeper.endpoint.transport();
        let mut command = self.program.command();
        // What this program was told itself, by another of its kind, is not about this client.
        for (name, part) in ENDS.iter().flat_map(|name| PARTS.map(|part| (name, part))) {
            command.env_remove(format!("{name}{part}"));
        }
        command.envs(surroundings(transport, ENDS[0], Some(from)));
        command.envs(surroundings(transport, ENDS[1], local.as_ref()));
        let (input, output) = streams(socket)?;
        command.stdin(input).stdout(output).spawn()
    }

    fn watch(&mut self, served: Served) {
        let voice = self.keeper.voice;
        voice.detail(format_args!("{}: process {} runs", served.client, served.child.id()));
        let served = match ProcessExit::of(&served.child) {
            Ok(end) => match self.poller.add(Entry::Process { end, served }, Interest::READABLE) {
                Ok(_) => return,
                Err(error) => match error.into_entry() {
                    Entry::Process { served, .. } => served,
                    Entry::Door(_) => return,
                },
            },
            Err(_) => served,
        };
        self.unwatched.push(served);
        if self.timer.is_none() {
            self.timer = Some(self.poller.add_periodic_timer(LOOK));
        }
    }

    /// Forgets a process that has ended, and says how.
    fn reap(&mut self, key: Key) {
        let Some(Entry::Process { end, mut served }) = self.poller.remove(key) else { return };
        drop(end);
        self.over(&served.client, served.begun, served.child.wait());
    }

    fn look_at_unwatched(&mut self) {
        for mut served in std::mem::take(&mut self.unwatched) {
            match served.child.try_wait().transpose() {
                None => self.unwatched.push(served),
                Some(status) => self.over(&served.client, served.begun, status),
            }
        }
        if self.unwatched.is_empty()
            && let Some(timer) = self.timer.take()
        {
            self.poller.remove_timer(timer);
        }
    }

    fn over(&mut self, client: &str, begun: Instant, status: io::Result<ExitStatus>) {
        let how = status.map_or_else(|error| io_reason(&error), |status| status.to_string());
        let took = elapsed(begun.elapsed());
        self.keeper.voice.detail(format_args!("closed {client}: {how} after {took}"));
        self.gone();
    }

    fn gone(&mut self) {
        self.is_short = false;
        if let Some(acceptor) = self.acceptor() {
            acceptor.closed();
        }
    }

    /// Has the poller wait for clients, or not, as the acceptor says.
    fn watch_door(&mut self) -> berkeley::Result<()> {
        let Some(acceptor) = self.acceptor() else { return Ok(()) };
        let (mut interest, mut resume_at) = (acceptor.interest(), acceptor.resume_at());
        if self.is_short {
            (interest, resume_at) = (Interest::NONE, Reserve::retry_at());
        }
        if self.poller.interest(self.door) != Some(interest) {
            self.poller.set_interest(self.door, interest)?;
        }
        self.poller.set_deadline(self.door, resume_at)
    }
}

/// What a process is told of an address: the whole of it, and its parts where it has some.
fn surroundings(transport: Transport, name: &str, address: Option<&Address>) -> Vec<(String, String)> {
    let Some(address) = address.map(Address::to_canonical) else { return Vec::new() };
    let host = match &address {
        Address::Unix(unix) => unix.as_path().map(|path| path.display().to_string()),
        _ => address.ip().map(|ip| ip.to_string()),
    };
    let values = [Some(transport.show(&address)), host, address.port().map(|port| port.to_string())];
    PARTS
        .into_iter()
        .zip(values)
        .filter_map(|(part, value)| Some((format!("{name}{part}"), value?)))
        .collect()
}

/// The socket as two standard streams.
#[cfg(unix)]
fn streams(socket: &Socket) -> io::Result<(Stdio, Stdio)> {
    let stream = || std::os::fd::AsFd::as_fd(socket).try_clone_to_owned().map(Stdio::from);
    Ok((stream()?, stream()?))
}

/// Says that a socket cannot be a standard stream there.
#[cfg(not(unix))]
fn streams(_: &Socket) -> io::Result<(Stdio, Stdio)> {
    Err(io::ErrorKind::Unsupported.into())
}
