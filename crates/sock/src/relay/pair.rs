//! A pair: two ends, what passes between them, and when it is over.

use std::collections::VecDeque;
use std::time::Instant;

use berkeley::{
    Address, Backend, Deadline, Errno, Error, Event, Interest, Key, Kind, Operation, Queued, Result, Socket,
    Splice,
};

use super::dial::Dial;
use super::{Entry, RETRY, Relay, TURNS};
use crate::cmd::SIZE;
use crate::exit::Exit;
use crate::paths::OwnPath;
use crate::report::{elapsed, reason};
use crate::stdio::{BUFFER, LONGEST};
use crate::transfer::is_gone;

/// How much has to come at once for the kernel to pass it on by itself: for less, a buffer is as good.
pub const BULK: usize = 64 << 10;

/// A socket that is an end of a pair.
pub struct Side {
    pub queue: Queued<Socket>,
    pub pair: Key,
    pub at: usize,
}

impl Side {
    pub fn new(socket: Socket, pair: Key, at: usize) -> Self {
        // A message takes one more than its length.
        Self { queue: Queued::with_limit(socket, LONGEST + 1), pair, at }
    }

    pub fn kind(&self) -> Kind {
        self.queue.get_ref().kind()
    }

    /// Whether nothing of what was taken is still to be sent.
    fn has_drained(&self) -> bool {
        self.queue.is_empty() || self.queue.failure().is_some()
    }
}

/// An end of a pair.
pub enum End {
    Socket(Key),
    /// Somebody who sends to the socket of all senders.
    Sender(Address),
}

/// Two ends, and what has passed between them; the client's is the first.
pub struct Pair {
    pub number: u64,
    pub names: [String; 2],
    pub ends: [Option<End>; 2],
    /// Whether nothing more comes from an end.
    pub ended: [bool; 2],
    /// How much came from an end.
    pub bytes: [u64; 2],
    /// How many datagrams from an end were dropped.
    lost: [u64; 2],
    pub begun: Instant,
    pub active: Instant,
    /// The connect to the other end, while it is under way.
    pub dial: Option<Dial>,
    /// Datagrams for an end that is not there yet.
    pub waiting: VecDeque<Vec<u8>>,
    /// A datagram for a sender who has no room for it.
    held: Option<Vec<u8>>,
    /// What an end has sent and the other has not taken, while it is in the kernel.
    pub splices: [Option<Splice>; 2],
    /// Whether so much comes from an end that it is not passed through this process.
    pub is_bulk: [bool; 2],
    /// Whether its sockets have the mode for that.
    pub is_prepared: bool,
    pub why: Option<(Exit, String)>,
    /// The name of a datagram socket that was made for the second end.
    pub path: Option<OwnPath>,
}

impl Pair {
    pub fn new(number: u64, near: String, far: String) -> Self {
        let now = Instant::now();
        Self {
            number,
            names: [near, far],
            ends: [None, None],
            ended: [false; 2],
            bytes: [0; 2],
            lost: [0; 2],
            begun: now,
            active: now,
            dial: None,
            waiting: VecDeque::new(),
            held: None,
            splices: [None, None],
            is_bulk: [false; 2],
            is_prepared: false,
            why: None,
            path: None,
        }
    }

    pub fn summary(&self) -> String {
        let [near, _] = &self.names;
        let [forth, back] = self.bytes;
        let lost: u64 = self.lost.iter().sum();
        let lost = if lost > 0 { format!(", {lost} datagrams dropped") } else { String::new() };
        let why = self.why.as_ref().map_or_else(String::new, |(_, why)| format!(": {why}"));
        let took = elapsed(self.begun.elapsed());
        format!("closed {near}: {forth} bytes forth, {back} bytes back in {took}{lost}{why}")
    }

    pub fn lose(&mut self, from: usize) {
        self.lost[from] += 1;
    }

    pub fn fail(&mut self, exit: Exit, why: String) {
        self.why.get_or_insert((exit, why));
    }
}

impl Relay {
    pub fn side(&self, id: Key, at: usize) -> Option<&Side> {
        match &self.pairs.get(&id)?.ends[at] {
            Some(End::Socket(key)) => match self.poller.get(*key) {
                Some(Entry::Side(side)) => Some(side),
                _ => None,
            },
            _ => None,
        }
    }

    fn side_mut(&mut self, id: Key, at: usize) -> Option<&mut Side> {
        match &self.pairs.get(&id)?.ends[at] {
            Some(End::Socket(key)) => match self.poller.get_mut(*key) {
                Some(Entry::Side(side)) => Some(side),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether an end has neither a beginning nor an end that the system tells of.
    fn is_datagram(&self, id: Key, at: usize) -> bool {
        self.side(id, at).is_none_or(|side| side.kind() == Kind::DGRAM)
    }

    /// Does what an event of an end asks for.
    pub fn attend(&mut self, id: Key, at: usize, event: Event) {
        if self.pairs.get(&id).is_some_and(|pair| pair.dial.is_some()) {
            return self.dialled(id);
        }
        if (event.is_hang_up() || event.is_error()) && self.is_deaf(id, at) {
            self.hung_up(id, at);
        }
        if event.is_writable() {
            self.flush(id, at);
            self.pass(id, 1 - at);
        }
        self.pass(id, at);
        self.settle(id);
    }

    /// Whether an end has sent all, and nothing waits for it: nothing but its going away can still happen to it.
    fn is_deaf(&self, id: Key, at: usize) -> bool {
        self.pairs.get(&id).is_some_and(|pair| pair.ended[at])
            && self.side(id, at).is_some_and(|side| side.queue.is_empty())
            && !self.is_held_for(id, at)
    }

    /// Takes note that an end that had sent all has gone altogether: the other need not send any more.
    fn hung_up(&mut self, id: Key, at: usize) {
        if let Some(pair) = self.pairs.get_mut(&id) {
            pair.ended[1 - at] = true;
        }
    }

    /// Sends what an end has not taken yet.
    fn flush(&mut self, id: Key, at: usize) {
        if self.is_held_for(id, at) {
            return self.drain(id, 1 - at);
        }
        let Some(side) = self.side_mut(id, at) else { return };
        match side.queue.flush() {
            Err(error) if !error.should_retry() => self.broken(id, at, "send", &error),
            _ => {}
        }
    }

    /// Passes on what comes from an end, until there is no more or others should have their turn.
    fn pass(&mut self, id: Key, from: usize) {
        for _ in 0..TURNS {
            if !self.is_to_be_heard(id, from) {
                return;
            }
            if self.is_to_be_spliced(id, from) {
                if self.splice(id, from) {
                    continue;
                }
                return;
            }
            match self.receive(id, from) {
                Ok(None) => return,
                Ok(Some(0)) if !self.is_datagram(id, from) => return self.ended(id, from),
                Ok(Some(length)) => self.deliver(id, 1 - from, length),
                Err(error) => return self.broken(id, from, "receive", &error),
            }
        }
    }

    /// Whether to receive from an end: it has not ended, and what came last has left.
    fn is_to_be_heard(&self, id: Key, from: usize) -> bool {
        let Some(pair) = self.pairs.get(&id) else { return false };
        let is_open = !pair.ended[from] && pair.dial.is_none() && pair.splices[from].is_none();
        is_open
            && match &pair.ends[1 - from] {
                Some(End::Socket(_)) => self.side(id, 1 - from).is_some_and(|side| side.queue.is_empty()),
                Some(End::Sender(_)) => pair.held.is_none(),
                None => false,
            }
    }

    /// Receives into the buffer.
    fn receive(&mut self, id: Key, from: usize) -> Result<Option<usize>> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let (side, other) = (self.side(id, from), self.side(id, 1 - from));
        let most = match (side.map(Side::kind), other.map(Side::kind)) {
            (Some(Kind::STREAM), Some(Kind::STREAM)) => BUFFER,
            // A stream becomes messages.
            (Some(Kind::STREAM), _) => SIZE as usize,
            _ => LONGEST,
        };
        let received = side.map_or(Ok(None), |side| side.queue.recv(&mut buffer[..most]));
        self.buffer = buffer;
        if let (Ok(Some(received)), Some(pair)) = (&received, self.pairs.get_mut(&id)) {
            pair.is_bulk[from] = received.len() >= BULK;
        }
        match received? {
            Some(received) if received.is_truncated() => Err(Error::new(Operation::Receive, Errno::MSGSIZE)),
            received => Ok(received.map(berkeley::Received::len)),
        }
    }

    /// Gives an end what the buffer begins with.
    pub fn deliver(&mut self, id: Key, to: usize, length: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        self.give(id, to, &buffer[..length]);
        self.buffer = buffer;
    }

    pub fn give(&mut self, id: Key, to: usize, piece: &[u8]) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        pair.active = Instant::now();
        pair.bytes[1 - to] += piece.len() as u64;
        if let Some(dump) = &mut self.settings.dump {
            dump.piece(pair.number, to, &pair.names, piece);
        }
        if let Some(End::Sender(_)) = &pair.ends[to] {
            return self.answer(id, Some(piece.to_vec()));
        }
        let Some(side) = self.side_mut(id, to) else { return };
        if piece.is_empty() && side.kind() != Kind::DGRAM {
            // A record of nothing would read as the end, and of a stream it is nothing.
            return;
        }
        match side.queue.send(piece) {
            Ok(berkeley::Taken::Refused) => self.lose(id, 1 - to),
            Err(error) if error.is_message_too_long() => {
                let name = self.pairs.get(&id).map_or("", |pair| &pair.names[to]);
                let text = format!("warning: send {name}: {}: dropped", reason(&error));
                self.settings.voice.note(text);
                self.lose(id, 1 - to);
            }
            Err(error) if !error.should_retry() => self.broken(id, to, "send", &error),
            _ => {}
        }
    }

    fn lose(&mut self, id: Key, from: usize) {
        if let Some(pair) = self.pairs.get_mut(&id) {
            pair.lose(from);
        }
    }

    /// Sends a datagram to the sender that a pair belongs to, or the one that was held for it.
    fn answer(&mut self, id: Key, piece: Option<Vec<u8>>) {
        let (Some(pair), Some(door)) = (self.pairs.get_mut(&id), &self.door) else { return };
        let Some(piece) = piece.or_else(|| pair.held.take()) else { return };
        let Some(End::Sender(address)) = &pair.ends[0] else { return };
        let Some(Entry::Datagrams(socket)) = self.poller.get(door.key) else { return };
        match socket.now().send_to(&piece, address) {
            Ok(Some(_)) => {}
            Ok(None) => pair.held = Some(piece),
            Err(error) if error.should_retry() => pair.held = Some(piece),
            Err(error) => self.broken(id, 0, "send", &error),
        }
    }

    /// Takes note that an end sends no more, and tells the other when that has all.
    pub fn ended(&mut self, id: Key, from: usize) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        pair.ended[from] = true;
        pair.active = Instant::now();
        if self.is_datagram(id, 1 - from) {
            return;
        }
        let Some(side) = self.side_mut(id, 1 - from) else { return };
        match side.queue.finish(Deadline::never()) {
            Err(error) if !error.should_retry() && !error.is_not_connected() => {
                self.broken(id, 1 - from, "send", &error);
            }
            _ => {}
        }
    }

    /// Takes note that an end has failed. Who cannot be sent to may still have sent something before.
    pub fn broken(&mut self, id: Key, at: usize, doing: &str, error: &Error) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        let exit = if is_gone(error) { Exit::EndedEarly } else { Exit::from(error) };
        pair.fail(exit, format!("{doing} {}: {}", pair.names[at], reason(error)));
        pair.ended[1 - at] = true;
        // Nobody is there who could take it.
        if let Some(pipe) = pair.splices[1 - at].take() {
            self.pipes.drop(pipe);
        }
        if doing == "receive" || self.is_datagram(id, at) {
            self.ended(id, at);
        }
    }

    /// Has the poller wait for what a pair needs now, and removes one that is over.
    pub fn settle(&mut self, id: Key) {
        let Some(pair) = self.pairs.get(&id) else { return };
        let is_over = (0..2).all(|from| {
            pair.ended[from]
                && !self.is_held_for(id, 1 - from)
                && self.side(id, 1 - from).is_none_or(Side::has_drained)
        });
        if is_over {
            return self.remove(id);
        }
        for at in 0..2 {
            let Some(pair) = self.pairs.get(&id) else { return };
            let (Some(End::Socket(key)), None) = (&pair.ends[at], &pair.dial) else { continue };
            let (key, interest) = (*key, self.interest(id, at));
            if self.poller.interest(key) != Some(interest)
                && let Err(error) = self.poller.set_interest(key, interest)
            {
                if let Some(pair) = self.pairs.get_mut(&id) {
                    pair.fail(Exit::from(&error), format!("wait {}: {}", pair.names[at], reason(&error)));
                }
                return self.remove(id);
            }
        }
        self.set_alarm(id);
    }

    fn interest(&self, id: Key, at: usize) -> Interest {
        if self.is_deaf(id, at) && self.poller.backend() == Backend::Epoll {
            // Of a connection of which nothing else is asked, epoll can still tell that it is gone.
            return Interest::PRIORITY.edge();
        }
        let reading = if self.is_to_be_heard(id, at) { Interest::READABLE } else { Interest::NONE };
        let held = if self.is_held_for(id, at) { Interest::WRITABLE } else { Interest::NONE };
        reading | held | self.side(id, at).map_or(Interest::NONE, |side| side.queue.interest())
    }

    /// Sets the timer of a pair, unless it comes early enough: one that moved with each piece would cost each.
    pub fn set_alarm(&mut self, id: Key) {
        let alarm = self.next_alarm(id);
        if alarm < self.poller.deadline(id) {
            // The timer is there for as long as the pair.
            let _ = self.poller.set_deadline(id, alarm);
        }
    }

    fn next_alarm(&self, id: Key) -> Deadline {
        let Some(pair) = self.pairs.get(&id) else { return Deadline::never() };
        if let Some(dial) = &pair.dial {
            return dial.alarm();
        }
        let is_short = |at| self.side(id, at).is_some_and(|side| side.queue.is_short_of_memory());
        let lacks = pair.held.is_some() || is_short(0) || is_short(1);
        let retry = if lacks { Deadline::after(RETRY) } else { Deadline::never() };
        self.idle_end(id, pair).earlier(retry)
    }

    /// Until when something has to pass.
    fn idle_end(&self, id: Key, pair: &Pair) -> Deadline {
        let has_ended = pair.ended[0] || pair.ended[1];
        let quiet = has_ended && (self.is_datagram(id, 0) || self.is_datagram(id, 1));
        let limits = [self.settings.idle, quiet.then_some(self.settings.quiet)];
        let first = limits.into_iter().flatten().min();
        first.map_or(Deadline::never(), |limit| Deadline::at(pair.active + limit))
    }

    /// Does what the timer of a pair asks for.
    pub fn alarm(&mut self, id: Key) {
        let Some(pair) = self.pairs.get(&id) else { return };
        if pair.dial.is_some() {
            return self.dial_alarm(id);
        }
        if self.idle_end(id, pair).has_passed() {
            return self.remove(id);
        }
        self.answer(id, None);
        for at in 0..2 {
            self.flush(id, at);
        }
        for at in 0..2 {
            self.pass(id, at);
        }
        self.settle(id);
    }
}
