//! Many connections to an echo server from one thread: what comes back is compared with what was sent.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use berkeley::{AsSource, Deadline, Events, Interest, Key, Poller, Shutdown, Source, TcpStream};

use super::common::LIMIT;
use super::traffic::{VOLUME, forth};

/// A connection, and how far it is.
struct Client {
    stream: TcpStream,
    /// Where its data begins: elsewhere than that of others, so that what is another's is found out.
    offset: usize,
    share: usize,
    sent: usize,
    got: usize,
}

impl AsSource for Client {
    fn as_source(&self) -> Source<'_> {
        self.stream.as_source()
    }
}

/// How much is sent and received at once.
const PIECE: usize = 64 << 10;

/// The data from a place on, as far as it lies in one piece.
fn data(from: usize, most: usize) -> &'static [u8] {
    let rest = &forth(VOLUME)[from % VOLUME..];
    &rest[..most.min(rest.len())]
}

impl Client {
    /// Sends what goes out at once; returns `true` when all is sent.
    fn send(&mut self) -> bool {
        while self.sent < self.share {
            let piece = data(self.offset + self.sent, PIECE.min(self.share - self.sent));
            let Some(sent) = self.stream.now().send(piece).unwrap() else { return false };
            self.sent += sent;
        }
        self.stream.shutdown(Shutdown::Send).unwrap();
        true
    }

    /// Receives what there is, and compares it; returns `true` at the end, which has to be where it belongs.
    fn receive(&mut self, buffer: &mut [u8]) -> bool {
        loop {
            let length = match self.stream.now().recv(buffer).unwrap() {
                None => return false,
                Some(0) => {
                    assert_eq!(self.got, self.share, "the end comes too early");
                    return true;
                }
                Some(length) => length,
            };
            let mut rest = &buffer[..length];
            while !rest.is_empty() {
                let wanted = data(self.offset + self.got, rest.len());
                assert!(
                    &rest[..wanted.len()] == wanted,
                    "a difference within {length} bytes from {}",
                    self.got
                );
                self.got += wanted.len();
                rest = &rest[wanted.len()..];
            }
        }
    }
}

/// Connects from the n-th of several addresses of the loopback, each of which has ports of its own.
pub fn connect(n: usize, to: SocketAddr) -> TcpStream {
    let from = Ipv4Addr::new(127, 0, 1 + (n / 2000) as u8, 1);
    if !cfg!(target_os = "linux") || !matches!(to.ip(), IpAddr::V4(_)) {
        return TcpStream::connect(to).unwrap();
    }
    let socket =
        berkeley::Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::TCP);
    let socket = socket.unwrap();
    // The port is chosen with the connect, when it is known which are taken there.
    socket.set(berkeley::option::ip::BIND_ADDRESS_NO_PORT, true).unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    socket.by(Deadline::after(LIMIT)).connect(to).unwrap();
    TcpStream::adopt(socket.into_descriptor()).unwrap()
}

/// Sends `share` bytes over each connection, all at once, and receives them again.
pub fn exchange(streams: Vec<TcpStream>, share: usize) {
    let mut poller = Poller::new().unwrap();
    for (n, stream) in streams.into_iter().enumerate() {
        let client = Client { stream, offset: n * 4099, share, sent: 0, got: 0 };
        poller.add(client, Interest::READABLE | Interest::WRITABLE).unwrap();
    }
    let (mut events, mut buffer) = (Events::new(), vec![0; PIECE]);
    while !poller.is_empty() {
        poller.wait(&mut events, Deadline::after(LIMIT)).unwrap();
        assert!(!events.is_empty(), "nothing happens, and {} are not done", poller.len());
        for event in &events {
            step(&mut poller, event.key(), event.is_writable(), &mut buffer);
        }
    }
}

fn step(poller: &mut Poller<Client>, key: Key, is_writable: bool, buffer: &mut [u8]) {
    let Some(client) = poller.get_mut(key) else { return };
    let is_sending = client.sent < client.share;
    let ended = client.receive(buffer);
    if is_writable && is_sending && client.send() {
        poller.set_interest(key, Interest::READABLE).unwrap();
    }
    if ended {
        poller.remove(key);
    }
}
