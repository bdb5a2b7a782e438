//! Much data of streams, passed on by the kernel.

use std::time::Instant;

use berkeley::{Key, Kind, Splice};

use super::Relay;
use super::pair::{BULK, Side};

/// How many pipes there are at most: as many as a user may have of that size, and half of that.
const PIPES: usize = 128;

/// The pipes: those that are empty serve everybody.
#[derive(Default)]
pub struct Pipes {
    empty: Vec<Splice>,
    count: usize,
    /// Whether this system has none.
    is_unsupported: bool,
}

impl Pipes {
    fn take(&mut self) -> Option<Splice> {
        if let Some(pipe) = self.empty.pop() {
            return Some(pipe);
        }
        if self.is_unsupported || self.count == PIPES {
            return None;
        }
        match Splice::open() {
            Ok(pipe) => {
                self.count += 1;
                Some(pipe)
            }
            Err(error) => {
                self.is_unsupported = error.is_unsupported();
                None
            }
        }
    }

    fn give_back(&mut self, pipe: Splice) {
        if pipe.is_empty() {
            self.empty.push(pipe);
        } else {
            self.drop(pipe);
        }
    }

    /// Closes a pipe whose rest is for nobody.
    pub fn drop(&mut self, _: Splice) {
        self.count -= 1;
    }
}

impl Relay {
    /// Whether something is in a pipe on its way to an end.
    pub fn is_held_for(&self, id: Key, to: usize) -> bool {
        self.pairs.get(&id).is_some_and(|pair| pair.splices[1 - to].is_some())
    }

    /// Whether what comes from an end is passed on by the kernel: much of a stream to a stream, of which nothing is shown.
    pub fn is_to_be_spliced(&mut self, id: Key, from: usize) -> bool {
        let is_bulk = self.pairs.get(&id).is_some_and(|pair| pair.is_bulk[from]);
        let is_stream = |side: Option<&Side>| side.is_some_and(|side| side.kind() == Kind::STREAM);
        is_bulk && self.settings.dump.is_none() && is_stream(self.side(id, 0)) && is_stream(self.side(id, 1))
    }

    /// Moves what an end has sent to the other; returns `true` if there may be more.
    pub fn splice(&mut self, id: Key, from: usize) -> bool {
        self.prepare(id);
        let Some(mut pipe) = self.pipes.take() else {
            self.set_bulk(id, from, false);
            return true;
        };
        let Some(source) = self.side(id, from) else {
            self.pipes.drop(pipe);
            return false;
        };
        let taken = pipe.take(source.queue.get_ref());
        match taken {
            Ok(Some(length)) if length > 0 => {
                self.count_spliced(id, from, length);
                if let Some(pair) = self.pairs.get_mut(&id) {
                    pair.splices[from] = Some(pipe);
                }
                self.drain(id, from);
                return true;
            }
            Ok(Some(_)) => self.ended(id, from),
            // What cannot be moved that way is passed on as it was.
            Err(error) if error.is_invalid() => {
                self.set_bulk(id, from, false);
                self.pipes.give_back(pipe);
                return true;
            }
            Err(error) => self.broken(id, from, "receive", &error),
            Ok(None) => {}
        }
        self.pipes.give_back(pipe);
        false
    }

    /// Gives the sockets of a pair the mode without which splice(2) could wait.
    fn prepare(&mut self, id: Key) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        if std::mem::replace(&mut pair.is_prepared, true) {
            return;
        }
        for at in 0..2 {
            let set = self.side(id, at).map(|side| side.queue.get_ref().set_nonblocking(true));
            if let Some(Err(error)) = set {
                self.broken(id, at, "receive", &error);
            }
        }
    }

    /// Moves what is in a pipe on, and keeps the pipe if that is not all.
    pub fn drain(&mut self, id: Key, from: usize) {
        let Some(mut pipe) = self.pairs.get_mut(&id).and_then(|pair| pair.splices[from].take()) else {
            return;
        };
        let Some(sink) = self.side(id, 1 - from) else { return self.pipes.drop(pipe) };
        let given = pipe.give(sink.queue.get_ref());
        match given {
            Err(error) => {
                self.pipes.drop(pipe);
                self.broken(id, 1 - from, "send", &error);
            }
            Ok(_) if pipe.is_empty() => self.pipes.give_back(pipe),
            Ok(_) => {
                if let Some(pair) = self.pairs.get_mut(&id) {
                    pair.splices[from] = Some(pipe);
                }
            }
        }
    }

    fn count_spliced(&mut self, id: Key, from: usize, length: usize) {
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        pair.active = Instant::now();
        pair.bytes[from] += length as u64;
        pair.is_bulk[from] = length >= BULK;
    }

    fn set_bulk(&mut self, id: Key, from: usize, is_bulk: bool) {
        if let Some(pair) = self.pairs.get_mut(&id) {
            pair.is_bulk[from] = is_bulk;
        }
    }
}
