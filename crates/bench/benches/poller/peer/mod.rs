//! The contenders in Rust: a loop that serves, and what the small measurements ask of a poller.

mod berkeley;
mod mio;
mod polling;

use std::time::Duration;

use crate::small;

/// How many events a wait gives at most, to every contender.
const EVENTS: usize = 1024;
/// The room for what is received, with every contender: an echo never fills it.
const ROOM: usize = 2048;

pub struct Peer {
    pub name: &'static str,
    /// Prints its port, echoes what comes on any number of connections, and ends with the last of them.
    pub serve: fn(),
    pub small: Option<fn()>,
}

const fn peer(name: &'static str, serve: fn(), small: Option<fn()>) -> Peer {
    Peer { name, serve, small }
}

pub const PEERS: &[Peer] = &[
    peer("berkeley-level", berkeley::serve_level, Some(small::obey::<berkeley::Measured>)),
    peer("berkeley-edge", berkeley::serve_edge, None),
    peer("mio", mio::serve_short, Some(small::obey::<mio::Measured>)),
    peer("mio-drain", mio::serve_drain, None),
    peer("polling", polling::serve_level, Some(small::obey::<polling::Measured>)),
    peer("polling-once", polling::serve_once, None),
];

pub fn named(name: &str) -> &'static Peer {
    PEERS.iter().find(|peer| peer.name == name).unwrap_or_else(|| panic!("no contender is called {name}"))
}

/// Tells the load where to connect to.
fn announce(port: u16) {
    println!("{port}");
}

/// What the small measurements ask of a poller.
pub trait Measured: Send + 'static {
    type Waker: Send;

    fn new() -> Self;

    /// Registers a socket more, to stay.
    fn fill(&mut self);

    /// Registers a socket and removes it, so many times.
    fn register(&mut self, rounds: usize);

    /// Changes what is waited for on a socket, so many times.
    fn modify(&mut self, rounds: usize);

    /// Makes what wakes a thread in `wait`.
    fn waker(&mut self) -> Self::Waker;

    fn wake(waker: &Self::Waker);

    /// Waits until it is woken, or for so long.
    fn wait(&mut self, limit: Option<Duration>);
}

/// Sockets to keep by their descriptors, which the system gives densely.
struct ByDescriptor<S>(Vec<Option<S>>);

impl<S> ByDescriptor<S> {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn put(&mut self, descriptor: usize, socket: S) {
        if self.0.len() <= descriptor {
            self.0.resize_with(descriptor + 1, || None);
        }
        self.0[descriptor] = Some(socket);
    }
}
