//! A network of a test's own, and what goes over its loopback: the packets from the IP header on.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};

use berkeley::{Family, Kind, Protocol, Socket, UdpSocket, option};
use berkeley_testkit::soon;

/// Runs a test in a network of its own, with a limit.
pub fn alone(body: impl FnOnce() + Send) {
    let _limit = berkeley_testkit::limit();
    let _ = berkeley_testkit::in_own_network(body);
}

/// Hears every packet that comes in over the loopback.
pub struct Wire(Socket);

/// `ETH_P_ALL`, which packet sockets have in network order.
const EVERY_FRAME: Protocol = Protocol::from_raw(u16::to_be(3) as i32);

impl Wire {
    pub fn new() -> Self {
        let socket = Socket::open(Family::PACKET, Kind::DGRAM, EVERY_FRAME).unwrap();
        // Otherwise each would be heard twice: as it goes out, and as it comes in.
        socket.set(option::packet::IGNORE_OUTGOING, true).unwrap();
        Self(socket)
    }

    /// Returns the next packet that is meant, as [`Packet`] has it.
    pub fn next(&self, is_meant: impl Fn(&Packet) -> bool) -> Packet {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let received = self.0.by(soon()).recv(&mut buffer[..]).unwrap();
            let packet = Packet(buffer[..received.len()].to_vec());
            if is_meant(&packet) {
                return packet;
            }
        }
    }

    /// Returns the next packet to a port of UDP or TCP over which no further header stands.
    pub fn to_port(&self, port: u16) -> Packet {
        self.next(|packet| matches!(packet.protocol(), 6 | 17 | 136) && packet.word(2) == port)
    }
}

/// A packet of IPv4 or IPv6.
#[derive(Debug)]
pub struct Packet(pub Vec<u8>);

impl Packet {
    pub fn is_v6(&self) -> bool {
        self.0[0] >> 4 == 6
    }

    /// The protocol, or the first of the headers of IPv6 that stand before it.
    pub fn protocol(&self) -> u8 {
        self.0[if self.is_v6() { 6 } else { 9 }]
    }

    pub fn hops(&self) -> u8 {
        self.0[if self.is_v6() { 7 } else { 8 }]
    }

    pub fn class(&self) -> u8 {
        if self.is_v6() { self.0[0] << 4 | self.0[1] >> 4 } else { self.0[1] }
    }

    /// What the header of IP carries.
    pub fn payload(&self) -> &[u8] {
        if self.is_v6() { &self.0[40..] } else { &self.0[usize::from(self.0[0] & 15) * 4..] }
    }

    /// Sixteen bits of the payload.
    pub fn word(&self, at: usize) -> u16 {
        self.payload().get(at..at + 2).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }
}

/// Two sockets of UDP: the second one's peer is the first.
pub fn udp(loopback: &str) -> (UdpSocket, UdpSocket) {
    let receiver = UdpSocket::bind(loopback).unwrap();
    let sender = UdpSocket::connected_to(receiver.local_address().unwrap()).unwrap();
    (receiver, sender)
}

/// Asserts that the next datagram is this one.
pub fn hears(receiver: &UdpSocket, expected: &[u8]) {
    let mut buffer = [0; 4096];
    let length = receiver.by(soon()).recv(&mut buffer).unwrap().len();
    assert_eq!(&buffer[..length], expected);
}

/// Sends a datagram and waits until it has come, so that what went before it on this network has come as well.
pub fn settle() {
    let (receiver, sender) = udp("127.0.0.1:0");
    sender.send(b"settled").unwrap();
    hears(&receiver, b"settled");
}

/// Two ends of a connection of TCP, of whose listener and client options are set first.
pub fn tcp(passive: impl FnOnce(&Socket), active: impl FnOnce(&Socket)) -> (Socket, Socket) {
    let (listener, address) = listening(passive);
    let client = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    active(&client);
    client.connect(address).unwrap();
    let (server, _) = listener.by(soon()).accept().unwrap();
    (client, server)
}

/// A listener of TCP, of which `prepare` sets options first.
pub fn listening(prepare: impl FnOnce(&Socket)) -> (Socket, SocketAddr) {
    let listener = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    listener.bind("127.0.0.1:0").unwrap();
    prepare(&listener);
    listener.listen(8).unwrap();
    let address = listener.local_address().unwrap().try_into().unwrap();
    (listener, address)
}

/// Makes the interfaces `v0` and `v1`, a cable between them, with addresses on `v0`.
pub fn cable() {
    for words in [
        "link add v0 type veth peer name v1",
        "link set v0 up",
        "link set v1 up",
        "addr add 10.9.0.1/24 dev v0",
        "addr add fe80::99/64 dev v0 nodad",
    ] {
        berkeley_testkit::ip(&words.split(' ').collect::<Vec<_>>()).unwrap();
    }
}

/// Whether poll(2) says at once that some of the events are there.
#[allow(unsafe_code)]
pub fn is_ready(socket: &impl AsFd, events: i16) -> bool {
    let mut poll = libc::pollfd { fd: socket.as_fd().as_raw_fd(), events, revents: 0 };
    // SAFETY: it is one element, and writable.
    let ready = unsafe { libc::poll(&raw mut poll, 1, 0) };
    ready == 1 && poll.revents & events != 0
}
