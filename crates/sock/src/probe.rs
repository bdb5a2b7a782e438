//! Whether somebody is there: many connects at once on one poller, with a time limit each.

use std::time::{Duration, Instant};

use berkeley::name::Query;
use berkeley::{
    Address, AsSource, Deadline, Error, Event, Events, Host, Interest, Key, Lookup, Operation, Poller,
    Resolver, Signals, Socket, Source, State,
};

use crate::endpoint::{Endpoint, Transport};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::paths::OwnPath;
use crate::report::Failure;
use crate::signal::Ending;

/// What came of an attempt.
#[derive(Debug)]
pub enum Found {
    /// Somebody accepts, or has answered a datagram.
    Open,
    /// A datagram was neither answered nor refused in time.
    Silent,
    Failed(Error),
}

/// What has happened, and whom it is of: the number is the caller's.
#[derive(Debug)]
pub enum Told {
    Attempt {
        number: usize,
        found: Found,
        took: Duration,
    },
    Lookup {
        number: usize,
        host: berkeley::Result<Host>,
    },
    Timer(Key),
    /// A signal wants the program to end.
    Signal(Exit),
}

struct Attempt {
    number: usize,
    socket: Socket,
    /// The name of a datagram socket's own.
    _path: Option<OwnPath>,
    transport: Transport,
    address: Address,
    begun: Instant,
}

enum Entry {
    Attempt(Attempt),
    Lookup { number: usize, lookup: Lookup },
    Signals(Signals),
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Attempt(attempt) => attempt.socket.as_source(),
            Self::Lookup { lookup, .. } => lookup.as_source(),
            Self::Signals(signals) => signals.as_source(),
        }
    }
}

/// Attempts and lookups under way.
pub struct Probes {
    poller: Poller<Entry>,
    events: Events,
    attempts: usize,
}

fn failed(error: &Error) -> Failure {
    Failure::of("wait", error)
}

impl Probes {
    pub fn open() -> Result<Self, Failure> {
        let mut poller = Poller::new().map_err(|error| failed(&error))?;
        if let Some(signals) = Ending::open().into_source() {
            poller.add(Entry::Signals(signals), Interest::READABLE).map_err(|error| failed(error.error()))?;
        }
        Ok(Self { poller, events: Events::new(), attempts: 0 })
    }

    /// How many attempts are under way.
    pub const fn attempts(&self) -> usize {
        self.attempts
    }

    /// Sets a time at which to be told.
    pub fn add_timer(&mut self, deadline: Deadline) -> Key {
        self.poller.add_timer(deadline)
    }

    /// Looks a name up.
    pub fn look_up(&mut self, number: usize, query: &Query, limit: Deadline) -> berkeley::Result<()> {
        let lookup = Resolver::system().start(query)?;
        let key = self.poller.add(Entry::Lookup { number, lookup }, Interest::READABLE)?;
        self.poller.set_deadline(key, limit)
    }

    /// Begins an attempt; returns what came of it if that is known at once.
    ///
    /// What fails for want of descriptors is an error, and can be begun again when others have ended.
    pub fn begin(
        &mut self,
        number: usize,
        endpoint: &Endpoint,
        address: &Address,
        limit: Deadline,
    ) -> berkeley::Result<Option<Found>> {
        let begun = Instant::now();
        let (socket, path) = match open::unconnected(endpoint, address) {
            Ok(Opened { socket, path }) => (socket, path),
            Err(error) if error.is_descriptor_limit() => return Err(error),
            Err(error) => return Ok(Some(Found::Failed(error))),
        };
        let transport = endpoint.transport();
        let state = socket.start_connect(address).map(|mut connecting| connecting.state());
        let is_pending = match state {
            Ok(State::Pending) => true,
            Ok(State::Connected) => match connected(&socket, transport) {
                Some(found) => return Ok(Some(found)),
                None => false,
            },
            Ok(State::Failed(error)) | Err(error) => return Ok(Some(Found::Failed(error))),
        };
        let interest = if is_pending { Interest::WRITABLE } else { Interest::READABLE };
        let attempt = Attempt { number, socket, _path: path, transport, address: address.clone(), begun };
        let key = self.poller.add(Entry::Attempt(attempt), interest)?;
        self.poller.set_deadline(key, limit)?;
        self.attempts += 1;
        Ok(None)
    }

    /// Waits until something has happened, or the deadline has passed.
    pub fn wait(&mut self, deadline: Deadline) -> Result<Vec<Told>, Failure> {
        let mut events = std::mem::take(&mut self.events);
        let waited = self.poller.wait(&mut events, deadline);
        let told = waited.map(|()| events.iter().filter_map(|event| self.attend(event)).collect());
        self.events = events;
        told.map_err(|error| failed(&error))
    }

    fn attend(&mut self, event: Event) -> Option<Told> {
        let key = event.key();
        let told = match self.poller.get(key) {
            None => return Some(Told::Timer(key)),
            Some(Entry::Signals(signals)) => {
                return signals.take().ok()?.map(|taken| Told::Signal(Ending::exit(taken.signal())));
            }
            Some(Entry::Lookup { number, lookup }) => {
                let late = || Err(Error::deadline_passed(Operation::LookUp));
                let host = lookup.now().or_else(|| event.is_timed_out().then(late))?;
                Told::Lookup { number: *number, host }
            }
            Some(Entry::Attempt(attempt)) => {
                let found = attempt.found(event)?;
                self.attempts -= 1;
                Told::Attempt { number: attempt.number, found, took: attempt.begun.elapsed() }
            }
        };
        self.poller.remove(key);
        Some(told)
    }
}

impl Attempt {
    /// What has come of it, unless it goes on.
    fn found(&self, event: Event) -> Option<Found> {
        let is_datagram = self.transport.is_udp();
        if event.is_timed_out() && event.ready() == berkeley::Ready::TIMED_OUT {
            let late = || Error::deadline_passed(Operation::Connect).with_address(self.address.clone());
            return Some(if is_datagram { Found::Silent } else { Found::Failed(late()) });
        }
        if is_datagram {
            return answered(&self.socket);
        }
        match self.socket.take_error() {
            Ok(None) => Some(reached(&self.socket)),
            Ok(Some(errno)) => Some(Found::Failed(Error::new(Operation::Connect, errno))),
            Err(error) => Some(Found::Failed(error)),
        }
    }
}

/// What is known of a socket that has connected at once; a datagram has to be sent first.
fn connected(socket: &Socket, transport: Transport) -> Option<Found> {
    if !transport.is_udp() {
        return Some(reached(socket));
    }
    match socket.now().send(b"") {
        Ok(_) => None,
        Err(error) => Some(Found::Failed(error)),
    }
}

/// A connect to a free port of this machine can be given that very port, and meet itself (RFC 9293, 3.5).
fn reached(socket: &Socket) -> Found {
    let is_inet = socket.peer_address().is_ok_and(|peer| peer.port().is_some());
    match (socket.local_address(), socket.peer_address()) {
        (Ok(local), Ok(peer)) if is_inet && local == peer => {
            Found::Failed(Error::new(Operation::Connect, berkeley::Errno::CONNREFUSED))
        }
        _ => Found::Open,
    }
}

fn answered(socket: &Socket) -> Option<Found> {
    match socket.now().recv(&mut [0_u8; 1][..]) {
        Ok(received) => received.map(|_| Found::Open),
        Err(error) if error.should_retry() => None,
        Err(error) => Some(Found::Failed(error)),
    }
}
