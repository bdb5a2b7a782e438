//! Entries that come, go, close and change at random, from within the events of others: nothing stale is delivered,
//! nothing is lost, nothing leaks.
//!
//! Runs for a second with each backend, or for as many as `BERKELEY_STRESS` says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use berkeley::{AsSource, Events, Interest, Key, MILLISECOND, Poller, SECOND, Source, Trigger, UdpSocket};
use berkeley_testkit::{LOOPBACK, each_poller, leak, udp_pair};

/// Marsaglia's xorshift64: the same steps each time, from a seed that a failure prints.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    /// Returns `true` once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.next(times) == 0
    }
}

struct Entry {
    socket: UdpSocket,
    number: u64,
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        self.socket.as_source()
    }
}

/// What is known of an entry from outside of the poller.
struct Known {
    number: u64,
    peer: UdpSocket,
    /// Datagrams that it has not received yet.
    under_way: usize,
}

struct Stress {
    poller: Poller<Entry>,
    known: HashMap<Key, Known>,
    keys: Vec<Key>,
    random: Random,
    numbers: u64,
    delivered: usize,
}

impl Stress {
    fn interest(&mut self) -> Interest {
        let interest = [
            Interest::READABLE,
            Interest::READABLE.once(),
            Interest::READABLE | Interest::WRITABLE,
            (Interest::READABLE | Interest::WRITABLE).once(),
            Interest::READABLE.edge(),
            Interest::NONE,
        ][self.random.next(6)];
        if self.poller.backend().supports(interest.trigger()) { interest } else { interest.level() }
    }

    fn add(&mut self) {
        let (socket, peer) = udp_pair(LOOPBACK).unwrap();
        let interest = self.interest();
        self.numbers += 1;
        let number = self.numbers;
        let key = self.poller.add(Entry { socket, number }, interest).unwrap();
        assert!(self.known.insert(key, Known { number, peer, under_way: 0 }).is_none(), "{key:?} came again");
        self.keys.push(key);
    }

    fn any(&mut self) -> Option<Key> {
        if self.keys.is_empty() { None } else { Some(self.keys[self.random.next(self.keys.len())]) }
    }

    fn forget(&mut self, key: Key) {
        self.known.remove(&key);
        self.keys.retain(|each| *each != key);
    }

    fn step(&mut self) {
        let Some(key) = self.any() else { return self.add() };
        match self.random.next(10) {
            0 if self.keys.len() < 100 => self.add(),
            1 => {
                let entry = self.poller.remove(key).expect("what is known is there");
                assert_eq!(entry.number, self.known[&key].number);
                self.forget(key);
            }
            2 => {
                let interest = self.interest();
                self.poller.set_interest(key, interest).unwrap();
            }
            3 => self.swap(key),
            4 => self.poller.set_deadline(key, MILLISECOND).unwrap(),
            _ => {
                let known = self.known.get_mut(&key).unwrap();
                known.peer.send(&known.number.to_ne_bytes()).unwrap();
                known.under_way += 1;
            }
        }
    }

    /// Replaces the source in its entry; the old one is closed, or becomes an entry of its own.
    fn swap(&mut self, key: Key) {
        let (socket, peer) = udp_pair(LOOPBACK).unwrap();
        let entry = self.poller.get_mut(key).unwrap();
        let old_socket = std::mem::replace(&mut entry.socket, socket);
        let known = self.known.get_mut(&key).unwrap();
        let (old_peer, under_way) = (std::mem::replace(&mut known.peer, peer), known.under_way);
        known.under_way = 0;
        if self.random.once_in(2) {
            let number = known.number;
            let other = self.poller.add(Entry { socket: old_socket, number }, Interest::READABLE).unwrap();
            self.known.insert(other, Known { number, peer: old_peer, under_way });
            self.keys.push(other);
        }
        if self.random.once_in(2) {
            let interest = self.interest();
            self.poller.set_interest(key, interest).unwrap();
        }
    }

    fn receive(&mut self, key: Key) {
        let Some(entry) = self.poller.get(key) else {
            return assert!(!self.known.contains_key(&key), "what is known is there");
        };
        let known = self.known.get_mut(&key).expect("what was removed has no events");
        assert_eq!(entry.number, known.number);
        let mut buffer = [0; 8];
        while let Some(received) = entry.socket.now().recv(&mut buffer).unwrap() {
            assert_eq!(received.len(), 8);
            assert_eq!(u64::from_ne_bytes(buffer), known.number, "this is for somebody else");
            known.under_way -= 1;
            self.delivered += 1;
        }
    }

    fn run(&mut self, time: Duration) {
        let (mut events, end) = (Events::with_capacity(16), Instant::now() + time);
        while Instant::now() < end {
            for _ in 0..self.random.next(8) {
                self.step();
            }
            self.poller.wait(&mut events, MILLISECOND).unwrap();
            for event in &events {
                if self.random.once_in(3) {
                    self.step();
                }
                if event.is_readable() {
                    self.receive(event.key());
                }
            }
        }
    }

    /// Whatever is under way is announced to whoever asks.
    fn settle(&mut self) {
        for key in self.keys.clone() {
            self.poller.set_interest(key, Interest::READABLE).unwrap();
            self.poller.set_deadline(key, berkeley::Deadline::never()).unwrap();
        }
        let mut events = Events::new();
        while self.known.values().any(|known| known.under_way > 0) {
            self.poller.wait(&mut events, SECOND * 10).unwrap();
            assert!(!events.is_empty(), "a datagram was not announced");
            events.iter().filter(berkeley::Event::is_readable).for_each(|event| self.receive(event.key()));
        }
        assert_eq!(self.poller.len(), self.known.len());
    }
}

#[test]
fn nothing_stale_nothing_lost_nothing_left() {
    let seconds = std::env::var("BERKELEY_STRESS").map_or(1, |seconds| seconds.parse().unwrap());
    let seed =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    eprintln!("seed: {seed}");
    leak::check(|| {
        each_poller(|poller| {
            assert!(poller.backend().supports(Trigger::Once));
            let (known, keys, random) = (HashMap::new(), Vec::new(), Random(seed));
            let mut stress = Stress { poller, known, keys, random, numbers: 0, delivered: 0 };
            stress.run(SECOND * seconds);
            stress.settle();
            let Stress { numbers, delivered, .. } = stress;
            eprintln!("{numbers} entries, {delivered} datagrams");
            assert!(delivered > 0 && numbers > 1);
        });
    });
}
