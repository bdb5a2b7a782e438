//! The connect to the other end: address after address, without waiting. Several of TCP are raced instead.

use std::time::{Duration, Instant};

use berkeley::{Address, Deadline, Error, Interest, Key, Operation, Socket, State};

use super::pair::End;
use super::{Entry, RETRY, Relay};
use crate::endpoint::Endpoint;
use crate::open::{self, Opened, not_connected};
use crate::paths::OwnPath;
use crate::report::{Failure, elapsed};

/// Where clients are taken.
#[derive(Debug)]
pub struct Target {
    pub endpoint: Endpoint,
    /// Its addresses, in the order in which they are tried.
    pub addresses: Vec<Address>,
    /// How long all of them together have.
    pub timeout: Option<Duration>,
}

impl Target {
    pub fn dial(&self) -> Dial {
        Dial {
            rest: self.addresses.iter().rev().cloned().collect(),
            current: None,
            failed: Vec::new(),
            begun: Instant::now(),
            deadline: self.timeout.map_or(Deadline::never(), Deadline::after),
            retry: Deadline::never(),
            path: None,
        }
    }
}

/// A connect that is under way.
pub struct Dial {
    /// What is still to be tried, the next one last.
    rest: Vec<Address>,
    current: Option<Address>,
    failed: Vec<(Address, Error)>,
    pub begun: Instant,
    pub deadline: Deadline,
    /// When to try again where the system does not tell.
    retry: Deadline,
    /// The name of a datagram socket's own.
    path: Option<OwnPath>,
}

impl Dial {
    pub fn alarm(&self) -> Deadline {
        self.deadline.earlier(self.retry)
    }
}

/// How far a connect got at once.
enum Begun {
    Connected(Socket),
    Pending(Socket),
}

fn begin(endpoint: &Endpoint, address: &Address, path: &mut Option<OwnPath>) -> berkeley::Result<Begun> {
    let Opened { socket, path: own } = open::unconnected(endpoint, address)?;
    *path = own;
    let state = socket.start_connect(address)?.state();
    match state {
        State::Connected => Ok(Begun::Connected(socket)),
        State::Pending => Ok(Begun::Pending(socket)),
        State::Failed(error) => Err(error),
    }
}

impl Relay {
    /// Tries the addresses of the target that are left, until one answers or has to be waited for.
    pub fn dial(&mut self, id: Key) {
        loop {
            let (Some(pair), Some(door)) = (self.pairs.get_mut(&id), &mut self.door) else { return };
            let Some(dial) = &mut pair.dial else { return };
            let Some(address) = dial.rest.pop() else { return self.not_reached(id) };
            let endpoint = &door.target.endpoint;
            let mut begun = begin(endpoint, &address, &mut dial.path);
            if begun.as_ref().is_err_and(Error::is_descriptor_limit) && door.reserve.release() {
                begun = begin(endpoint, &address, &mut dial.path);
            }
            dial.current = Some(address.clone());
            let added = match begun {
                Ok(Begun::Connected(socket)) => {
                    self.add(id, 1, socket, Interest::NONE).map(|key| (key, true))
                }
                Ok(Begun::Pending(socket)) => {
                    self.add(id, 1, socket, Interest::WRITABLE).map(|key| (key, false))
                }
                Err(error) => Err(error),
            };
            match added {
                Ok((key, is_connected)) => {
                    self.set_end(id, 1, End::Socket(key));
                    if is_connected {
                        self.reached(id);
                    } else {
                        self.set_alarm(id);
                    }
                    return;
                }
                // The backlog of a Unix listener is full.
                Err(error) if error.is_would_block() => return self.try_later(id, address),
                Err(error) => self.tried(id, address, error),
            }
        }
    }

    fn tried(&mut self, id: Key, address: Address, error: Error) {
        if let Some(dial) = self.pairs.get_mut(&id).and_then(|pair| pair.dial.as_mut()) {
            dial.failed.push((address, error));
        }
    }

    fn try_later(&mut self, id: Key, address: Address) {
        if let Some(dial) = self.pairs.get_mut(&id).and_then(|pair| pair.dial.as_mut()) {
            dial.rest.push(address);
            dial.retry = Deadline::after(RETRY);
        }
        self.set_alarm(id);
    }

    /// Looks at what has become of a connect that was under way.
    pub fn dialled(&mut self, id: Key) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        let (Some(End::Socket(key)), Some(dial)) = (&pair.ends[1], &mut pair.dial) else { return };
        let (key, current) = (*key, dial.current.take());
        let errno = match self.poller.get(key) {
            Some(Entry::Side(side)) => side.queue.get_ref().take_error(),
            _ => return,
        };
        let error = match errno {
            Ok(None) => return self.reached(id),
            Ok(Some(errno)) => Error::new(Operation::Connect, errno),
            Err(error) => error,
        };
        self.hang_up(id);
        if let Some(address) = current {
            self.tried(id, address, error);
        }
        self.dial(id);
    }

    pub fn hang_up(&mut self, id: Key) {
        if let Some(End::Socket(key)) = self.pairs.get_mut(&id).and_then(|pair| pair.ends[1].take()) {
            self.poller.remove(key);
        }
    }

    pub fn reached(&mut self, id: Key) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        let Some(dial) = pair.dial.take() else { return };
        pair.path = dial.path;
        pair.active = Instant::now();
        let [near, far] = &pair.names;
        let took = elapsed(dial.begun.elapsed());
        self.settings.voice.detail(format_args!("joined {near} to {far} in {took}"));
        for datagram in std::mem::take(&mut pair.waiting) {
            self.give(id, 1, &datagram);
        }
        self.settle(id);
    }

    /// Does what the timer asks for while a connect is under way.
    pub fn dial_alarm(&mut self, id: Key) {
        let Some(dial) = self.pairs.get_mut(&id).and_then(|pair| pair.dial.as_mut()) else { return };
        if dial.deadline.has_passed() {
            let late = dial.current.take().or_else(|| dial.rest.pop());
            dial.failed.extend(late.map(|address| (address, Error::deadline_passed(Operation::Connect))));
            return self.not_reached(id);
        }
        if dial.retry.has_passed() {
            dial.retry = Deadline::never();
            return self.dial(id);
        }
        self.set_alarm(id);
    }

    /// Says that the target is not reached, and lets the client go.
    fn not_reached(&mut self, id: Key) {
        let (Some(pair), Some(door)) = (self.pairs.get_mut(&id), &self.door) else { return };
        let Some(dial) = pair.dial.take() else { return };
        let failure: Failure = not_connected(&door.target.endpoint, &dial.failed, dial.begun.elapsed());
        let message = failure.messages().join("\n");
        pair.fail(failure.exit(), format!("{}: {message}", pair.names[0]));
        self.remove(id);
    }
}
