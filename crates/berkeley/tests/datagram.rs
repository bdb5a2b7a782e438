//! Messages of every transport that has them: cut, whole and empty, the same by every call and on every system.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::IoSliceMut;

use berkeley::message::ControlBuffer;
use berkeley::{Address, Protocol, RawSocket, Received, Socket, UdpSocket};
use berkeley_testkit::{Lack, each_loopback, lacks, limit, need, need_real, soon, udp_pair};

/// Two sockets, of which one sends to the other.
struct Transport {
    name: &'static str,
    sender: Socket,
    receiver: Socket,
    /// From whom it comes.
    from: Address,
    /// How much stands before what was sent.
    header: usize,
}

impl Transport {
    fn new(name: &'static str, sender: Socket, receiver: Socket) -> Self {
        let from = sender.local_address().unwrap();
        Self { name, sender, receiver, from, header: 0 }
    }
}

fn over_udp(mut body: impl FnMut(&Transport)) {
    each_loopback(|loopback| {
        let (sender, receiver) = udp_pair(loopback).unwrap();
        let name = if loopback.is_ipv4() { "udp over ipv4" } else { "udp over ipv6" };
        body(&Transport::new(name, sender.into_any(), receiver.into_any()));
    });
}

#[cfg(unix)]
fn over_unix(mut body: impl FnMut(&Transport)) {
    use berkeley::{UnixDatagram, UnixSeqpacket};

    let folder = berkeley_testkit::scratch();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    let (sender, receiver) = (UnixDatagram::bind(one).unwrap(), UnixDatagram::bind(&other).unwrap());
    sender.connect(other).unwrap();
    body(&Transport::new("unix datagrams", sender.into_any(), receiver.into_any()));
    match UnixSeqpacket::pair() {
        Ok((sender, receiver)) => {
            body(&Transport::new("unix sequenced packets", sender.into_any(), receiver.into_any()));
        }
        Err(error) => assert!(error.is_unsupported() && cfg!(not(target_os = "linux")), "{error}"),
    }
}

#[cfg(not(unix))]
fn over_unix(_: impl FnMut(&Transport)) {}

/// A protocol that nobody has: 254, "for experimentation and testing" by RFC 3692.
const PROTOCOL: Protocol = Protocol::from_raw(254);

fn over_ip(mut body: impl FnMut(&Transport)) {
    for (name, address, header) in [("raw over ipv4", "127.0.0.1", 20), ("raw over ipv6", "::1", 0)] {
        let address: std::net::IpAddr = address.parse().unwrap();
        let family = if address.is_ipv4() { berkeley::Family::INET } else { berkeley::Family::INET6 };
        let receiver = match RawSocket::open(family, PROTOCOL) {
            Ok(receiver) => receiver,
            Err(error) if lacks(Lack::RawProtocols) => {
                assert!(error.is_unsupported(), "{error}");
                return;
            }
            Err(error) => {
                let _ = need(false, &format!("the privilege to open raw sockets ({error})"));
                return;
            }
        };
        let sender = RawSocket::open(family, PROTOCOL).unwrap();
        sender.connect((address, 0)).unwrap();
        let (sender, receiver) = (sender.into_any(), receiver.into_any());
        // Linux tells the protocol in the place of the port, of a socket's own address alone.
        let from = std::net::SocketAddr::new(address, 0).into();
        body(&Transport { name, sender, receiver, from, header });
    }
}

/// Runs `body` over each transport. A raw socket hears what all of the machine send, so that it has a network of its own.
fn each(body: impl Fn(&Transport) + Send + Sync) {
    let _limit = limit();
    over_udp(&body);
    over_unix(&body);
    #[cfg(target_os = "linux")]
    if need_real("raw sockets") {
        let _ = berkeley_testkit::in_own_network(|| over_ip(&body));
    }
    #[cfg(not(target_os = "linux"))]
    over_ip(&body);
}

/// What a call tells: how much, and from whom if it tells that.
type Told = (Received, Option<Address>);
type Call = fn(&Socket, &mut [u8]) -> Told;

/// Two places in the one.
fn halves(room: &mut [u8]) -> [IoSliceMut<'_>; 2] {
    let (one, two) = room.split_at_mut(room.len() / 2);
    [IoSliceMut::new(one), IoSliceMut::new(two)]
}

const CALLS: [(&str, Call); 8] = [
    ("recv", |socket, room| (socket.recv(room).unwrap(), None)),
    ("recv by a deadline", |socket, room| (socket.by(soon()).recv(room).unwrap(), None)),
    ("recv now", |socket, room| {
        loop {
            if let Some(received) = socket.now().recv(&mut *room).unwrap() {
                return (received, None);
            }
        }
    }),
    ("recv_from", |socket, room| {
        let (received, from) = socket.by(soon()).recv_from(room).unwrap();
        (received, Some(from))
    }),
    ("recv_vectored", |socket, room| (socket.by(soon()).recv_vectored(&mut halves(room)).unwrap(), None)),
    ("recv_vectored_from", |socket, room| {
        let (received, from) = socket.by(soon()).recv_vectored_from(&mut halves(room)).unwrap();
        (received, Some(from))
    }),
    ("recv_message", |socket, room| {
        let mut control = ControlBuffer::with_room(0);
        let arrival = socket.by(soon()).recv_message(&mut halves(room), &mut control).unwrap();
        (arrival.received(), arrival.into_from())
    }),
    ("peek, then recv", |socket, room| {
        let looked = socket.by(soon()).peek(&mut *room).unwrap();
        room.fill(0);
        let received = socket.by(soon()).recv(&mut *room).unwrap();
        assert_eq!(looked, received, "a look tells the same");
        (received, None)
    }),
];

#[test]
fn a_message_longer_than_the_buffer_is_cut_and_says_so_by_every_call() {
    each(|Transport { name, sender, receiver, from: expected, header }| {
        for (call, receive) in CALLS {
            // A whole one after each that is cut: nothing is left of it.
            for (length, room) in [(10, 4), (4, 4), (4, 10), (1000, 0), (1, 1), (10, 9), (0, 4)] {
                let what = format!("{name}, {call}: {length} bytes into {room}");
                let data: Vec<u8> = (1..=length).map(|number| number as u8).collect();
                assert_eq!(sender.send(&data).unwrap(), length, "{what}");
                let mut buffer = vec![0; header + room];
                let (received, from) = receive(receiver, &mut buffer);
                let came = length.min(room);
                assert_eq!(
                    (received.len(), received.is_truncated()),
                    (header + came, length > room),
                    "{what}"
                );
                assert_eq!(buffer[*header..][..came], data[..came], "{what}");
                let is_known = length <= room || cfg!(target_os = "linux");
                assert_eq!(received.full_len(), is_known.then_some(header + length), "{what}");
                if let Some(from) = from {
                    assert_eq!(&from, expected, "{what}");
                }
            }
            assert!(receiver.now().recv(&mut [0; 8]).unwrap().is_none(), "{name}, {call}");
        }
    });
}

#[test]
fn an_empty_message_is_one() {
    each(|Transport { name, sender, receiver, header, .. }| {
        for _ in 0..3 {
            assert_eq!(sender.send(b"").unwrap(), 0, "{name}");
        }
        sender.send(b"x").unwrap();
        for length in [0, 0, 0, 1] {
            let received = receiver.by(soon()).recv(&mut [0; 64]).unwrap();
            assert_eq!((received.len(), received.is_truncated()), (header + length, false), "{name}");
        }
    });
}

#[test]
fn a_message_may_be_fragmented_or_not_and_a_path_has_a_size_or_neither_is_supported() {
    let _limit = limit();
    if !need_real("the options of paths") {
        return;
    }
    each_loopback(|loopback| {
        let socket = UdpSocket::bind(loopback).unwrap();
        for forbidden in [true, false] {
            match socket.set_dont_fragment(forbidden) {
                Ok(()) => assert_eq!(socket.dont_fragment().unwrap(), forbidden),
                Err(error) => assert!(error.is_unsupported() && cfg!(not(target_os = "linux")), "{error}"),
            }
        }
        let unconnected = socket.path_mtu().unwrap_err();
        assert!(unconnected.is_not_connected() || unconnected.is_unsupported(), "{unconnected}");
        let connected = UdpSocket::connected_to(socket.local_address().unwrap()).unwrap();
        match connected.path_mtu() {
            Ok(most) => assert!(most >= if loopback.is_ipv4() { 576 } else { 1280 }, "{most}"),
            Err(error) => assert!(error.is_unsupported() && cfg!(not(target_os = "linux")), "{error}"),
        }
    });
}
