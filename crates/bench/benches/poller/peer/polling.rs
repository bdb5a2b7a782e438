//! polling: levels, and once, which is its own default.

#![allow(unsafe_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::time::Duration;

use polling::{AsRawSource, Event, Events, PollMode, Poller};

use super::{ByDescriptor, EVENTS, ROOM, announce};

pub fn serve_level() {
    serve::<false>();
}

pub fn serve_once() {
    serve::<true>();
}

fn add(poller: &Poller, source: impl AsRawSource, key: usize, mode: PollMode) {
    // SAFETY: whoever calls this deletes the source before it is closed, or closes the poller with it.
    unsafe { poller.add_with_mode(source, Event::readable(key), mode).unwrap() };
}

#[inline(never)]
fn serve<const ONCE: bool>() {
    let mode = if ONCE { PollMode::Oneshot } else { PollMode::Level };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    announce(listener.local_addr().unwrap().port());
    let door = listener.as_raw_fd() as usize;
    let poller = Poller::new().unwrap();
    add(&poller, &listener, door, PollMode::Level);
    let mut guests = ByDescriptor::new();
    let (mut open, mut buffer) = (0, [0; ROOM]);
    let mut events = Events::with_capacity(NonZeroUsize::new(EVENTS).unwrap());
    loop {
        events.clear();
        poller.wait(&mut events, None).unwrap();
        for event in events.iter() {
            if event.key == door {
                open += accept_all(&poller, &listener, &mut guests, mode);
                continue;
            }
            let guest = &mut guests.0[event.key];
            let stream = guest.as_mut().unwrap();
            if !echo(stream, &mut buffer) {
                poller.delete(&*stream).unwrap();
                *guest = None;
                open -= 1;
            } else if ONCE {
                poller.modify(&*stream, Event::readable(event.key)).unwrap();
            }
        }
        if open == 0 {
            return;
        }
    }
}

/// Echoes what is received once; returns whether more can come.
#[inline]
fn echo(guest: &mut TcpStream, buffer: &mut [u8]) -> bool {
    match guest.read(buffer) {
        Ok(0) => false,
        Ok(length) => {
            assert_eq!(guest.write(&buffer[..length]).unwrap(), length);
            true
        }
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

fn accept_all(
    poller: &Poller,
    listener: &TcpListener,
    guests: &mut ByDescriptor<TcpStream>,
    mode: PollMode,
) -> usize {
    let mut accepted = 0;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true).unwrap();
                let at = stream.as_raw_fd() as usize;
                add(poller, &stream, at, mode);
                guests.put(at, stream);
                accepted += 1;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return accepted,
            Err(error) => panic!("{error}"),
        }
    }
}

pub struct Measured {
    poller: Arc<Poller>,
    events: Events,
    idle: Vec<UnixDatagram>,
}

impl super::Measured for Measured {
    type Waker = Arc<Poller>;

    fn new() -> Self {
        let events = Events::with_capacity(NonZeroUsize::new(EVENTS).unwrap());
        Self { poller: Poller::new().unwrap().into(), events, idle: Vec::new() }
    }

    fn fill(&mut self) {
        let socket = UnixDatagram::unbound().unwrap();
        add(&self.poller, &socket, 0, PollMode::Level);
        self.idle.push(socket);
    }

    fn register(&mut self, rounds: usize) {
        let socket = UnixDatagram::unbound().unwrap();
        for _ in 0..rounds {
            add(&self.poller, &socket, 0, PollMode::Level);
            self.poller.delete(&socket).unwrap();
        }
    }

    fn modify(&mut self, rounds: usize) {
        let socket = UnixDatagram::unbound().unwrap();
        add(&self.poller, &socket, 0, PollMode::Level);
        for round in 0..rounds {
            let event = if round % 2 == 0 { Event::all(0) } else { Event::readable(0) };
            self.poller.modify_with_mode(&socket, event, PollMode::Level).unwrap();
        }
        self.poller.delete(&socket).unwrap();
    }

    fn waker(&mut self) -> Arc<Poller> {
        self.poller.clone()
    }

    fn wake(waker: &Arc<Poller>) {
        waker.notify().unwrap();
    }

    fn wait(&mut self, limit: Option<Duration>) {
        self.events.clear();
        self.poller.wait(&mut self.events, limit).unwrap();
    }
}
