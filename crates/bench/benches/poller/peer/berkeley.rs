//! This library: levels, and edges with the rule that a short receive leaves nothing behind.

use std::time::Duration;

use berkeley::{
    AsSource, Deadline, Events, Interest, Key, Poller, Source, TcpListener, TcpStream, UnixDatagram, Waker,
};

use super::{EVENTS, ROOM, announce};

enum Peer {
    Door(TcpListener),
    Guest(TcpStream),
}

impl AsSource for Peer {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Door(listener) => listener.as_source(),
            Self::Guest(stream) => stream.as_source(),
        }
    }
}

pub fn serve_level() {
    serve::<false>();
}

pub fn serve_edge() {
    serve::<true>();
}

#[inline(never)]
fn serve<const EDGE: bool>() {
    let interest = if EDGE { Interest::READABLE.edge() } else { Interest::READABLE };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    announce(listener.local_address().unwrap().port());
    let mut poller = Poller::new().unwrap();
    poller.add(Peer::Door(listener), interest).unwrap();
    let (mut open, mut events, mut buffer) = (0, Events::with_capacity(EVENTS), [0; ROOM]);
    loop {
        poller.wait(&mut events, Deadline::never()).unwrap();
        for event in &events {
            match poller.get_mut(event.key()) {
                Some(Peer::Guest(guest)) if echo::<EDGE>(guest, &mut buffer) => {}
                Some(Peer::Guest(_)) => {
                    poller.remove_to_close(event.key());
                    open -= 1;
                }
                Some(Peer::Door(_)) => open += accept_all(&mut poller, event.key(), interest),
                None => {}
            }
        }
        if open == 0 {
            return;
        }
    }
}

/// Echoes what is received, with edges until that is less than there was room for; returns whether more can come.
#[inline]
fn echo<const EDGE: bool>(guest: &TcpStream, buffer: &mut [u8]) -> bool {
    loop {
        match guest.now().recv(buffer) {
            Ok(Some(0)) | Err(_) => return false,
            Ok(None) => return true,
            Ok(Some(length)) => {
                assert!(guest.now().send(&buffer[..length]).unwrap() == Some(length), "an echo was cut");
                if !EDGE || length < buffer.len() {
                    return true;
                }
            }
        }
    }
}

fn accept_all(poller: &mut Poller<Peer>, door: Key, interest: Interest) -> usize {
    let mut accepted = 0;
    while let Some(Peer::Door(listener)) = poller.get_mut(door) {
        let Some((guest, _)) = listener.now().accept().unwrap() else { break };
        poller.add(Peer::Guest(guest), interest).unwrap();
        accepted += 1;
    }
    accepted
}

pub struct Measured {
    poller: Poller<UnixDatagram>,
    events: Events,
}

impl super::Measured for Measured {
    type Waker = Waker;

    fn new() -> Self {
        Self { poller: Poller::new().unwrap(), events: Events::with_capacity(EVENTS) }
    }

    fn fill(&mut self) {
        self.poller.add(UnixDatagram::unbound().unwrap(), Interest::READABLE).unwrap();
    }

    fn register(&mut self, rounds: usize) {
        let mut socket = UnixDatagram::unbound().unwrap();
        for _ in 0..rounds {
            let key = self.poller.add(socket, Interest::READABLE).unwrap();
            socket = self.poller.remove(key).unwrap();
        }
    }

    fn modify(&mut self, rounds: usize) {
        let both = Interest::READABLE | Interest::WRITABLE;
        let key = self.poller.add(UnixDatagram::unbound().unwrap(), both).unwrap();
        for round in 0..rounds {
            let interest = if round % 2 == 0 { both } else { Interest::READABLE };
            self.poller.set_interest(key, interest).unwrap();
        }
        self.poller.remove(key);
    }

    fn waker(&mut self) -> Waker {
        self.poller.waker().unwrap()
    }

    fn wake(waker: &Waker) {
        waker.wake().unwrap();
    }

    fn wait(&mut self, limit: Option<Duration>) {
        self.poller.wait(&mut self.events, limit.map_or(Deadline::never(), Deadline::after)).unwrap();
    }
}
