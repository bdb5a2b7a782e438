//! mio: edges. By its contract a loop drains each socket; like many programs, it can also stop at a short read.

use std::io::{ErrorKind, Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream, UnixDatagram};
use mio::{Events, Interest, Poll, Token, Waker};

use super::{ByDescriptor, EVENTS, ROOM, announce};

pub fn serve_short() {
    serve::<false>();
}

pub fn serve_drain() {
    serve::<true>();
}

#[inline(never)]
fn serve<const DRAIN: bool>() {
    let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    announce(listener.local_addr().unwrap().port());
    let door = Token(listener.as_raw_fd() as usize);
    let mut poll = Poll::new().unwrap();
    poll.registry().register(&mut listener, door, Interest::READABLE).unwrap();
    let mut guests = ByDescriptor::new();
    let (mut open, mut events, mut buffer) = (0, Events::with_capacity(EVENTS), [0; ROOM]);
    loop {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            if event.token() == door {
                open += accept_all(&poll, &listener, &mut guests);
                continue;
            }
            let guest = &mut guests.0[event.token().0];
            if !echo::<DRAIN>(guest.as_mut().unwrap(), &mut buffer) {
                // Closing it ends the registration.
                *guest = None;
                open -= 1;
            }
        }
        if open == 0 {
            return;
        }
    }
}

/// Echoes what there is; returns whether more can come.
#[inline]
fn echo<const DRAIN: bool>(guest: &mut TcpStream, buffer: &mut [u8]) -> bool {
    loop {
        match guest.read(buffer) {
            Ok(0) => return false,
            Ok(length) => {
                assert_eq!(guest.write(&buffer[..length]).unwrap(), length);
                if !DRAIN && length < buffer.len() {
                    return true;
                }
            }
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}

fn accept_all(poll: &Poll, listener: &TcpListener, guests: &mut ByDescriptor<TcpStream>) -> usize {
    let mut accepted = 0;
    loop {
        match listener.accept() {
            Ok((mut stream, _)) => {
                let at = stream.as_raw_fd() as usize;
                poll.registry().register(&mut stream, Token(at), Interest::READABLE).unwrap();
                guests.put(at, stream);
                accepted += 1;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return accepted,
            Err(error) => panic!("{error}"),
        }
    }
}

pub struct Measured {
    poll: Poll,
    events: Events,
    idle: Vec<UnixDatagram>,
    /// A poll takes one waker and no other.
    waker: Option<std::sync::Arc<Waker>>,
}

impl super::Measured for Measured {
    type Waker = std::sync::Arc<Waker>;

    fn new() -> Self {
        Self {
            poll: Poll::new().unwrap(),
            events: Events::with_capacity(EVENTS),
            idle: Vec::new(),
            waker: None,
        }
    }

    fn fill(&mut self) {
        let mut socket = UnixDatagram::unbound().unwrap();
        self.poll.registry().register(&mut socket, Token(0), Interest::READABLE).unwrap();
        self.idle.push(socket);
    }

    fn register(&mut self, rounds: usize) {
        let mut socket = UnixDatagram::unbound().unwrap();
        for _ in 0..rounds {
            self.poll.registry().register(&mut socket, Token(0), Interest::READABLE).unwrap();
            self.poll.registry().deregister(&mut socket).unwrap();
        }
    }

    fn modify(&mut self, rounds: usize) {
        let mut socket = UnixDatagram::unbound().unwrap();
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut socket, Token(0), both).unwrap();
        for round in 0..rounds {
            let interest = if round % 2 == 0 { both } else { Interest::READABLE };
            self.poll.registry().reregister(&mut socket, Token(0), interest).unwrap();
        }
    }

    fn waker(&mut self) -> Self::Waker {
        let new = || Waker::new(self.poll.registry(), Token(0)).unwrap().into();
        self.waker.get_or_insert_with(new).clone()
    }

    fn wake(waker: &Self::Waker) {
        waker.wake().unwrap();
    }

    fn wait(&mut self, limit: Option<Duration>) {
        self.poll.poll(&mut self.events, limit).unwrap();
    }
}
