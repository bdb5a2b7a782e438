//! The loop of `sock recv`: messages, connections, interfaces that come and go, signals.

use berkeley::{
    AsSource, Deadline, Event, Events, Interest, InterfaceChanges, Key, Poller, Signals, Socket, Source,
};

use super::Job;
use super::joined::Joined;
use crate::cmd::listen::bound_to;
use crate::endpoint::Transport;
use crate::exit::Exit;
use crate::message::{Receiver, Seen};
use crate::open;
use crate::output::Sink;
use crate::paths::OwnPath;
use crate::report::{Failure, Voice};
use crate::signal::Ending;

/// How many messages are received before something else has its turn.
const AT_ONCE: usize = 64;

enum Entry {
    /// A socket of datagrams, or a connection.
    Peer(Socket),
    /// Where connections arrive.
    Door(Socket),
    Changes(InterfaceChanges),
    Signals(Signals),
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Peer(socket) | Self::Door(socket) => socket.as_source(),
            Self::Changes(changes) => changes.as_source(),
            Self::Signals(signals) => signals.as_source(),
        }
    }
}

/// Everything under way.
pub struct Receiving {
    job: Job,
    poller: Poller<Entry>,
    receiver: Receiver,
    joined: Option<Joined>,
    received: u64,
    deadline: Deadline,
    voice: Voice,
    _path: Option<OwnPath>,
}

/// What an event has come to.
type Turn = Result<Option<Exit>, Failure>;

fn failed(error: &berkeley::Error) -> Failure {
    Failure::of("wait", error)
}

impl Receiving {
    pub fn open(job: Job, voice: Voice, sink: &mut Sink) -> Result<Self, Failure> {
        let deadline = job.timeout.map_or(Deadline::never(), Deadline::after);
        let transport = job.endpoint.transport();
        let receiver = Receiver::new(transport, job.expected.room);
        // A signal that comes from here on is an orderly end.
        let signals = Ending::open().into_source();
        let (socket, joined, path) = if let Some(group) = job.endpoint.group() {
            let (socket, joined) = Joined::open(&job.endpoint, group, voice, sink)?;
            (socket, Some(joined), None)
        } else {
            let opened = open::bind(&job.endpoint, job.take_over)?;
            (opened.socket, None, opened.path)
        };
        receiver.ask(&socket);
        let poller = Poller::new().map_err(|error| failed(&error))?;
        let mut all = Self { job, poller, receiver, joined, received: 0, deadline, voice, _path: path };
        signals.map_or(Ok(()), |signals| all.add(Entry::Signals(signals)))?;
        let changes = all.joined.as_ref().and_then(Joined::changes);
        changes.map_or(Ok(()), |changes| all.add(Entry::Changes(changes)))?;
        let is_door = transport == Transport::UnixSeqpacket;
        let name = all.name(&socket);
        all.add(if is_door { Entry::Door(socket) } else { Entry::Peer(socket) })?;
        // What has changed before the changes were there to be heard of.
        all.update(sink)?;
        sink.flush()?;
        voice.note(format_args!("receiving at {name}"));
        Ok(all)
    }

    /// What is received at, with the port that the system has chosen.
    fn name(&self, socket: &Socket) -> String {
        let port = || socket.local_address().ok()?.port();
        match (self.job.endpoint.group(), port()) {
            (Some(_), Some(port)) => self.job.endpoint.with_port(port).to_string(),
            _ => bound_to(&self.job.endpoint, socket),
        }
    }

    fn add(&mut self, entry: Entry) -> Result<(), Failure> {
        self.poller.add(entry, Interest::READABLE).map(drop).map_err(|error| failed(&error.into()))
    }

    pub fn run(mut self, sink: &mut Sink) -> Result<Exit, Failure> {
        let mut events = Events::new();
        loop {
            self.poller.wait(&mut events, self.deadline).map_err(|error| failed(&error))?;
            for event in &events {
                if let Some(exit) = self.attend(event, sink)? {
                    return Ok(exit);
                }
            }
            sink.flush()?;
            if self.deadline.has_passed() {
                return Ok(self.late());
            }
        }
    }

    /// How it ends when its time is over.
    fn late(&self) -> Exit {
        match (self.job.count.is_some() || self.job.expected.is_some(), self.received) {
            (true, _) => Exit::TimedOut,
            (false, 0) => Exit::No,
            _ => Exit::Done,
        }
    }

    fn attend(&mut self, event: Event, sink: &mut Sink) -> Turn {
        let key = event.key();
        match self.poller.get_mut(key) {
            Some(Entry::Signals(signals)) => {
                Ok(signals.take().ok().flatten().map(|taken| Ending::exit(taken.signal())))
            }
            Some(Entry::Changes(changes)) => {
                // Whatever has changed: the interfaces are looked at as they are now.
                while changes.take().map_err(|error| failed(&error))?.is_some() {}
                self.update(sink).map(|()| None)
            }
            Some(Entry::Door(_)) => self.accept(key).map(|()| None),
            Some(Entry::Peer(_)) => self.receive(key, sink),
            None => Ok(None),
        }
    }

    fn update(&mut self, sink: &mut Sink) -> Result<(), Failure> {
        self.joined.as_mut().map_or(Ok(()), |joined| joined.update(sink))
    }

    fn accept(&mut self, key: Key) -> Result<(), Failure> {
        while let Some(Entry::Door(door)) = self.poller.get(key) {
            match door.now().accept() {
                Ok(Some((socket, _))) => {
                    self.receiver.ask(&socket);
                    let who = socket.peer_credentials().ok();
                    let who = who.and_then(|who| who.pid).map(|pid| format!(" of process {pid}"));
                    self.voice.detail(format_args!("a connection{}", who.unwrap_or_default()));
                    self.add(Entry::Peer(socket))?;
                }
                Ok(None) => break,
                Err(error) if error.should_retry() || error.is_connection_aborted() => {}
                Err(error) => {
                    return Err(Failure::of(format_args!("accept {}", self.job.endpoint), &error));
                }
            }
        }
        Ok(())
    }

    fn receive(&mut self, key: Key, sink: &mut Sink) -> Turn {
        for _ in 0..AT_ONCE {
            let Some(Entry::Peer(socket)) = self.poller.get(key) else { break };
            let seen = match self.receiver.take(socket) {
                Ok(Some(seen)) => seen,
                Ok(None) => break,
                Err(_) if !self.job.endpoint.transport().is_datagram() => {
                    self.poller.remove(key);
                    break;
                }
                Err(error) => return Err(Failure::of(format_args!("receive {}", self.job.endpoint), &error)),
            };
            if self.is_end(&seen) {
                self.poller.remove(key);
                break;
            }
            let to = self.receiver.destination().0;
            if !self.joined.as_ref().is_none_or(|joined| joined.is_meant(to)) {
                continue;
            }
            self.received += 1;
            sink.bytes(&seen.text(self.job.expected.form), || seen.record())?;
            if self.job.expected.is_in(&seen.data) || self.job.count == Some(self.received) {
                return Ok(Some(self.enough(&seen)));
            }
        }
        Ok(None)
    }

    /// How it ends with a message that was the last or the one that was expected.
    fn enough(&self, last: &Seen) -> Exit {
        let is_missing = self.job.expected.is_some() && !self.job.expected.is_in(&last.data);
        if is_missing { Exit::No } else { Exit::Done }
    }

    /// Of a connection, nothing with nobody's name on it is the end.
    fn is_end(&self, seen: &Seen) -> bool {
        let is_connection = !self.job.endpoint.transport().is_datagram();
        is_connection && seen.data.is_empty() && seen.credentials.is_none()
    }
}
