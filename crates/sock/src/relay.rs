//! The joining engine: connections in pairs, all on one thread.
//!
//! What arrives at one end of a pair goes to the other. Of each direction there is one piece in memory at most: nothing
//! is received while the last piece has not left, so that who does not read is not read for. Each direction ends by itself.

mod bulk;
mod dial;
mod dump;
mod pair;
mod race;
mod sessions;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use berkeley::{
    Acceptor, Address, AsSource, Deadline, Errno, Error, Event, Events, Interest, Key, MILLISECOND, Poller,
    SECOND, Socket, Source,
};

use self::bulk::Pipes;
pub use self::dial::Target;
pub use self::dump::{Dump, Form, hex as hex_rows, lines as text_rows, stamp};
use self::pair::{End, Pair, Side};
use self::race::Racer;
use crate::exit::Exit;
use crate::report::{Failure, Voice, reason};
use crate::serve::{Keeper, Reserve};
use crate::stdio::LONGEST;

/// How many pieces one direction passes on before others have their turn.
const TURNS: usize = 4;

/// How long a datagram socket is heard after the other end has ended, unless something is said.
pub const QUIET: Duration = SECOND;

/// How long to wait for room of which the system does not tell.
const RETRY: Duration = MILLISECOND.saturating_mul(5);

/// What pairs are joined by.
#[derive(Debug)]
pub struct Settings {
    pub voice: Voice,
    /// How long nothing may pass before a pair ends.
    pub idle: Option<Duration>,
    /// How long datagrams are waited for when the other end has ended.
    pub quiet: Duration,
    pub dump: Option<Dump>,
}

/// What is waited for.
enum Entry {
    Door(Acceptor<Socket>),
    Datagrams(Socket),
    Side(Side),
    Race(Box<Racer>),
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Door(acceptor) => acceptor.as_source(),
            Self::Datagrams(socket) => socket.as_source(),
            Self::Side(side) => side.queue.as_source(),
            Self::Race(racer) => racer.bundle.as_source(),
        }
    }
}

/// The pairs, and who else may come.
pub struct Relay {
    poller: Poller<Entry>,
    settings: Settings,
    /// Each is named by its timer.
    pairs: HashMap<Key, Pair>,
    /// How many pairs there were.
    count: u64,
    buffer: Vec<u8>,
    door: Option<Door>,
    pipes: Pipes,
    /// Pairs by the sender whose datagrams they pass on.
    sessions: HashMap<Address, Key>,
    /// Why the last pair ended that did not end well.
    failure: Option<Failure>,
}

/// Where clients come from, and where they are taken.
struct Door {
    key: Key,
    keeper: Keeper,
    target: Target,
    most: usize,
    /// Whether it was said that a sender is one too many.
    is_full: bool,
    /// What the connect to the target takes of a client who is let in.
    reserve: Reserve,
    is_short: bool,
}

impl Relay {
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let poller = Poller::new().map_err(|error| Failure::of("wait", &error))?;
        Ok(Self {
            poller,
            settings,
            pairs: HashMap::new(),
            count: 0,
            buffer: vec![0; LONGEST],
            door: None,
            pipes: Pipes::default(),
            sessions: HashMap::new(),
            failure: None,
        })
    }

    /// Takes whoever comes to `listener` to the target.
    pub fn open(
        &mut self,
        listener: Socket,
        keeper: Keeper,
        target: Target,
        most: Option<u64>,
    ) -> Result<(), Failure> {
        let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let entry = if keeper.endpoint.transport().is_datagram() {
            Entry::Datagrams(listener)
        } else {
            let mut acceptor = Acceptor::new(listener);
            acceptor.set_limit(most);
            Entry::Door(acceptor)
        };
        let failed = |error: Error| Failure::of(format_args!("serve {}", keeper.endpoint), &error);
        let key = self.poller.add(entry, Interest::READABLE).map_err(|error| failed(error.into()))?;
        self.door = Some(Door {
            key,
            keeper,
            target,
            most,
            is_full: false,
            reserve: Reserve::new(1),
            is_short: false,
        });
        Ok(())
    }

    /// Joins two sockets that are connected.
    pub fn join(&mut self, ends: [(Socket, String); 2]) -> Result<(), Failure> {
        let [(near, near_name), (far, far_name)] = ends;
        let id = self.poller.add_timer(Deadline::never());
        let failed = |error: Error| Failure::of("wait", &error);
        let pair = Pair::new(self.number(), near_name, far_name);
        self.pairs.insert(id, pair);
        for (at, socket) in [near, far].into_iter().enumerate() {
            let key = self.add(id, at, socket, Interest::NONE).map_err(failed)?;
            self.set_end(id, at, End::Socket(key));
        }
        self.settle(id);
        Ok(())
    }

    fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn set_end(&mut self, id: Key, at: usize, end: End) {
        if let Some(pair) = self.pairs.get_mut(&id) {
            pair.ends[at] = Some(end);
        }
    }

    fn add(&mut self, pair: Key, at: usize, socket: Socket, interest: Interest) -> berkeley::Result<Key> {
        let side = Side::new(socket, pair, at);
        self.poller.add(Entry::Side(side), interest).map_err(Error::from)
    }

    /// Passes on what arrives until there is nobody left and nobody can come; tells why, if a pair did not end well.
    pub fn run(mut self) -> Result<(), Failure> {
        let mut events = Events::new();
        while self.door.is_some() || !self.pairs.is_empty() {
            let waited = self.poller.wait(&mut events, Deadline::never());
            waited.map_err(|error| Failure::of("wait", &error))?;
            for event in &events {
                self.dispatch(event)?;
            }
        }
        self.failure.map_or(Ok(()), Err)
    }

    fn dispatch(&mut self, event: Event) -> Result<(), Failure> {
        let key = event.key();
        let failed = |relay: &Self, error: &Error| {
            let name = relay.door.as_ref().map_or_else(String::new, |door| door.keeper.endpoint.to_string());
            Failure::of(format_args!("serve {name}"), error)
        };
        match self.poller.get(key) {
            Some(Entry::Door(_)) => self.accept().map_err(|error| failed(self, &error))?,
            Some(Entry::Datagrams(_)) => self.hear().map_err(|error| failed(self, &error))?,
            Some(Entry::Side(side)) => {
                let (pair, at) = (side.pair, side.at);
                self.attend(pair, at, event);
            }
            Some(Entry::Race(_)) => self.raced(key),
            None if self.pairs.contains_key(&key) => self.alarm(key),
            None => {}
        }
        Ok(())
    }

    /// Accepts who waits, and starts to connect them to the target.
    fn accept(&mut self) -> berkeley::Result<()> {
        while let (Some(acceptor), Some(door)) =
            (door_of(&mut self.poller, self.door.as_ref()), &mut self.door)
        {
            door.is_short = false;
            if let Err(error) = door.reserve.fill() {
                door.is_short = true;
                door.keeper.lacks(error.errno().unwrap_or(Errno::MFILE));
                break;
            }
            let Some((socket, from)) = acceptor.accept()? else {
                if let Some(lack) = acceptor.take_lack() {
                    door.keeper.lacks(lack);
                }
                break;
            };
            match door.keeper.welcome(&socket, &from) {
                Some(name) => self.begin(socket, name),
                None => self.gone(),
            }
        }
        self.watch_door()
    }

    fn begin(&mut self, socket: Socket, name: String) {
        let id = self.poller.add_timer(Deadline::never());
        match self.add(id, 0, socket, Interest::NONE) {
            Ok(key) => self.admit(id, name, End::Socket(key), VecDeque::new()),
            Err(error) => {
                self.poller.remove_timer(id);
                self.settings.voice.note(format_args!("warning: wait {name}: {}", reason(&error)));
                self.gone();
            }
        }
    }

    /// Makes a pair of which one end is there, and starts to connect the other.
    fn admit(&mut self, id: Key, name: String, end: End, waiting: VecDeque<Vec<u8>>) {
        let Some(door) = &self.door else { return };
        let mut pair = Pair::new(self.count + 1, name, door.target.endpoint.to_string());
        pair.dial = Some(door.target.dial());
        pair.ends[0] = Some(end);
        pair.waiting = waiting;
        self.count += 1;
        self.pairs.insert(id, pair);
        if !self.race(id) {
            self.dial(id);
        }
    }

    /// Takes note that a connection is over: another may come.
    fn gone(&mut self) {
        if let Some(door) = &mut self.door {
            door.is_short = false;
        }
        if let Some(acceptor) = door_of(&mut self.poller, self.door.as_ref()) {
            acceptor.closed();
        }
    }

    /// Has the poller wait for clients, or not, as the acceptor says.
    fn watch_door(&mut self) -> berkeley::Result<()> {
        let Some(acceptor) = door_of(&mut self.poller, self.door.as_ref()) else { return Ok(()) };
        let (mut interest, mut resume_at) = (acceptor.interest(), acceptor.resume_at());
        let Some(door) = &self.door else { return Ok(()) };
        if door.is_short {
            (interest, resume_at) = (Interest::NONE, Reserve::retry_at());
        }
        if self.poller.interest(door.key) != Some(interest) {
            self.poller.set_interest(door.key, interest)?;
        }
        if self.poller.deadline(door.key) != resume_at {
            self.poller.set_deadline(door.key, resume_at)?;
        }
        Ok(())
    }

    /// Ends a pair, and says how it was.
    fn remove(&mut self, id: Key) {
        let Some(mut pair) = self.pairs.remove(&id) else { return };
        self.poller.remove_timer(id);
        for pipe in pair.splices.iter_mut().filter_map(Option::take) {
            self.pipes.drop(pipe);
        }
        for end in pair.ends.iter().flatten() {
            match end {
                End::Socket(key) => drop(self.poller.remove(*key)),
                End::Sender(address) => drop(self.sessions.remove(address)),
            }
        }
        self.settings.voice.detail(pair.summary());
        match pair.why {
            Some((exit, why)) if self.door.is_none() => self.failure = Some(Failure::new(exit, why)),
            // That a client or the target went is every day's.
            Some((exit, why)) if exit != Exit::EndedEarly => {
                self.settings.voice.note(format_args!("warning: {why}"));
            }
            _ => {}
        }
        self.gone();
        // What the poller says against it, it says again when it is waited with.
        let _ = self.watch_door();
    }
}

/// The acceptor, if clients come by connections.
fn door_of<'a>(poller: &'a mut Poller<Entry>, door: Option<&Door>) -> Option<&'a mut Acceptor<Socket>> {
    match poller.get_mut(door?.key) {
        Some(Entry::Door(acceptor)) => Some(acceptor),
        _ => None,
    }
}
