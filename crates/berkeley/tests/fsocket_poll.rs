//! The polling of fsocket: its test programs that need a poll context, and what its own names promise.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::thread;

use berkeley::{
    Address, AsSource, Deadline, Events, Interest, Key, MILLISECOND, Poller, Ready, SECOND, Shutdown, Source,
    TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream,
};
use berkeley_testkit::{each_loopback, each_poller, has_unix_sockets, limit, need, scratch, wait_for};

/// The subclasses of `pollfd` in test1.
#[derive(Debug)]
enum Pollfd {
    Listener(TcpListener),
    Connection { stream: TcpStream, buffer: Vec<u8>, count: usize },
}

impl AsSource for Pollfd {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Listener(listener) => listener.as_source(),
            Self::Connection { stream, .. } => stream.as_source(),
        }
    }
}

/// One turn of the loop of `tcp-echo`: returns whether a connection has ended.
fn turn(poller: &mut Poller<Pollfd>, events: &mut Events) -> bool {
    poller.wait(events, SECOND * 30).unwrap();
    let mut ended = false;
    for event in &*events {
        let (mut accepted, mut interest) = (None, None);
        match poller.get_mut(event.key()).expect("nothing is removed behind its back") {
            Pollfd::Listener(listener) => accepted = listener.now().accept().unwrap(),
            Pollfd::Connection { stream, buffer, count } => {
                if event.is_readable() && *count < buffer.len() {
                    match stream.now().recv(&mut buffer[*count..]).unwrap() {
                        Some(0) => ended = true,
                        Some(length) => *count += length,
                        None => {}
                    }
                }
                if event.is_writable() && *count > 0 {
                    let sent = stream.now().send(&buffer[..*count]).unwrap().unwrap_or(0);
                    buffer.copy_within(sent..*count, 0);
                    *count -= sent;
                }
                // Writability is asked for only while there is something to write, so that the loop does not spin.
                interest = Some(Interest::READABLE);
                if *count > 0 {
                    interest = Some(Interest::READABLE | Interest::WRITABLE);
                }
            }
        }
        if ended {
            poller.remove(event.key());
        } else if let Some(interest) = interest {
            poller.set_interest(event.key(), interest).unwrap();
        }
        if let Some((stream, _)) = accepted {
            let entry = Pollfd::Connection { stream, buffer: vec![0; 512], count: 0 };
            poller.add(entry, Interest::READABLE).unwrap();
        }
    }
    ended
}

#[test]
fn t_f_03_tcp_echo_with_both_kinds_in_one_poller() {
    let _limit = limit();
    each_poller(|mut poller| {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_address().unwrap().port();
        poller.add(Pollfd::Listener(listener), Interest::READABLE).unwrap();
        thread::scope(|scope| {
            let client = scope.spawn(move || {
                let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
                assert_eq!(client.send(&[0; 16]).unwrap(), 16);
                let mut echo = [9; 16];
                assert_eq!(client.recv(&mut echo).unwrap(), 16);
                assert_eq!(echo, [0; 16]);
                client.shutdown(Shutdown::Both).unwrap();
            });
            let mut events = Events::new();
            while !turn(&mut poller, &mut events) {}
            client.join().unwrap();
        });
        assert_eq!(poller.len(), 1, "the listener is left");
    });
}

#[test]
fn t_f_01_udp_echo_in_a_poll_context() {
    let _limit = limit();
    each_poller(|mut poller| {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        let client = UdpSocket::connected_to(("127.0.0.1", socket.local_address().unwrap().port())).unwrap();
        let key = poller.add(socket, Interest::READABLE).unwrap();
        for round in 0..5u8 {
            client.send(&[round; 16]).unwrap();
            assert!(wait_for(&mut poller, |event| event.key() == key).is_readable());
            let (socket, mut buffer) = (poller.get(key).unwrap(), [0; 1024]);
            let (received, from) = socket.now().recv_from(&mut buffer).unwrap().expect("it was announced");
            socket.send_to(&buffer[..received.len()], &from).unwrap();
            assert_eq!(client.by(SECOND * 30).recv(&mut buffer).unwrap().len(), 16);
            assert_eq!(buffer[..16], [round; 16]);
        }
    });
}

#[test]
fn t_f_12_client_nb_and_t_f_13_server_nb_through_pollers() {
    /// The entry of an accepted connection carries the address of its peer.
    enum Local {
        Listening(UnixListener),
        Connected(UnixStream, Address),
    }

    impl AsSource for Local {
        fn as_source(&self) -> Source<'_> {
            match self {
                Self::Listening(listener) => listener.as_source(),
                Self::Connected(stream, _) => stream.as_source(),
            }
        }
    }

    let _limit = limit();
    if !has_unix_sockets() {
        return;
    }
    each_poller(|mut server| {
        let folder = scratch();
        let path = folder.path().join("socket");
        let listening =
            server.add(Local::Listening(UnixListener::bind(&path).unwrap()), Interest::READABLE).unwrap();
        let mut client = Poller::with_backend(server.backend()).unwrap();
        let connected = client.add(UnixStream::connect(&path).unwrap(), Interest::WRITABLE).unwrap();
        // "Connected": it is writable at once.
        assert!(wait_for(&mut client, |event| event.key() == connected).is_writable());
        assert_eq!(client.get(connected).unwrap().now().send(b"Hello from Lisp").unwrap(), Some(15));

        assert_eq!(wait_for(&mut server, |_| true).key(), listening);
        let Some(Local::Listening(listener)) = server.get(listening) else { panic!("it is the listener") };
        let (stream, from) = listener.now().accept().unwrap().expect("it was announced");
        let guest = server.add(Local::Connected(stream, from.into()), Interest::READABLE).unwrap();
        assert_eq!(wait_for(&mut server, |_| true).key(), guest);
        let Some(Local::Connected(stream, from)) = server.remove(guest) else { panic!("it is the guest") };
        assert!(matches!(from, Address::Unix(ref unix) if unix.is_unnamed()), "{from}");
        let mut buffer = [0; 128];
        let length = stream.now().recv(&mut buffer).unwrap().unwrap();
        stream.send(&buffer[..length]).unwrap();
        stream.shutdown(Shutdown::Both).unwrap();

        client.set_interest(connected, Interest::READABLE).unwrap();
        assert!(wait_for(&mut client, |event| event.key() == connected).is_readable());
        assert_eq!(client.get(connected).unwrap().recv(&mut buffer).unwrap(), 15);
        assert_eq!(&buffer[..15], b"Hello from Lisp");
    });
}

#[test]
fn t_f_16_recv_ipv6_tcp_on_the_unspecified_address() {
    let _limit = limit();
    if !need(UdpSocket::bind("[::1]:0").is_ok(), "IPv6 on the loopback") {
        return;
    }
    each_poller(|mut poller| {
        let listener = TcpListener::bind("[::]:0").unwrap();
        let port = listener.local_address().unwrap().port();
        let listening = poller.add(listener, Interest::READABLE).unwrap();
        let client = TcpStream::connect(("::1", port)).unwrap();
        client.send(&[7; 512]).unwrap();
        assert_eq!(wait_for(&mut poller, |_| true).key(), listening);
        let (peer, from) = poller.get(listening).unwrap().now().accept().unwrap().unwrap();
        assert_eq!(from, client.local_address().unwrap());
        let mut buffer = [0; 512];
        assert_eq!(peer.by(SECOND * 30).recv(&mut buffer).unwrap(), 512);
        peer.send(&buffer).unwrap();
        peer.shutdown(Shutdown::Receive).unwrap();
    });
}

/// The hexadecimal dump of test3: an offset, sixteen octets, the printable ones as text.
fn dump(data: &[u8]) -> String {
    data.chunks(16).enumerate().fold(String::new(), |mut text, (line, octets)| {
        let hex = octets.iter().fold(String::new(), |hex, octet| hex + &format!("{octet:02x} "));
        let plain = |octet: &u8| if octet.is_ascii_graphic() { char::from(*octet) } else { '.' };
        let graphic: String = octets.iter().map(plain).collect();
        writeln!(text, "{:08x}  {hex:48} {graphic}", line * 16).unwrap();
        text
    })
}

/// Both sides are entries of one poller; each knows the key of the other.
#[test]
fn t_f_21_netcat_with_both_sides_in_one_poller_and_a_dump() {
    let _limit = limit();
    each_poller(|mut poller| {
        let target = TcpListener::bind("127.0.0.1:0").unwrap();
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = target.local_address().unwrap();
        let client = TcpStream::connect(door.local_address().unwrap()).unwrap();
        let inbound = poller.add(door.accept().unwrap().0, Interest::READABLE).unwrap();
        let outbound = poller.add(TcpStream::connect(address).unwrap(), Interest::READABLE).unwrap();
        let (server, _) = target.accept().unwrap();

        client.send(b"to the target").unwrap();
        client.shutdown(Shutdown::Send).unwrap();
        server.send(b"and back").unwrap();
        server.shutdown(Shutdown::Send).unwrap();
        let (mut open, mut dumped) = (2, String::new());
        while open > 0 {
            let from = wait_for(&mut poller, berkeley::Event::is_readable).key();
            let to = if from == inbound { outbound } else { inbound };
            let [source, sink] = poller.get_disjoint_mut([from, to]).unwrap();
            let mut buffer = [0; 4096];
            match source.now().recv(&mut buffer).unwrap() {
                Some(0) => {
                    sink.shutdown(Shutdown::Send).unwrap();
                    poller.set_interest(from, Interest::NONE).unwrap();
                    open -= 1;
                }
                Some(length) => {
                    sink.send(&buffer[..length]).unwrap();
                    dumped += &dump(&buffer[..length]);
                }
                None => {}
            }
        }
        let mut received = [0; 64];
        assert_eq!(server.recv(&mut received).unwrap(), 13);
        assert_eq!(&received[..13], b"to the target");
        assert_eq!(client.recv(&mut received).unwrap(), 8);
        assert_eq!(&received[..8], b"and back");
        assert!(
            dumped.contains("00000000  74 6f 20 74 68 65 20 74 61 72 67 65 74           to.the.target\n"),
            "{dumped}"
        );
    });
}

/// F-40, F-41: an entry is found by its descriptor by walking over them, and can be used after it was taken out.
#[test]
fn an_entry_is_found_by_what_it_is() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_loopback(|loopback| {
            let addresses: Vec<SocketAddr> = [loopback; 3]
                .into_iter()
                .map(|loopback| {
                    let socket = UdpSocket::bind(loopback).unwrap();
                    let address = socket.local_address().unwrap();
                    poller.add(socket, Interest::READABLE).unwrap();
                    address
                })
                .collect();
            let wanted = addresses[1];
            let found: Option<Key> = poller
                .iter()
                .find(|(_, socket)| socket.local_address().unwrap() == wanted)
                .map(|(key, _)| key);
            let socket = poller.remove(found.unwrap()).unwrap();
            assert_eq!(socket.local_address().unwrap(), wanted);
            let all: Vec<Key> = poller.iter().map(|(key, _)| key).collect();
            for key in all {
                poller.remove(key);
            }
        });
    });
}

/// F-42: nothing registered and a time limit is a pause; an idle entry is not among the events.
#[test]
fn a_poll_of_nothing_is_a_pause() {
    let _limit = limit();
    each_poller(|mut poller| {
        let mut events = Events::new();
        let start = std::time::Instant::now();
        poller.wait(&mut events, MILLISECOND * 3).unwrap();
        assert!(events.is_empty() && start.elapsed() >= MILLISECOND * 3);
        poller.add(UdpSocket::bind("127.0.0.1:0").unwrap(), Interest::READABLE).unwrap();
        poller.wait(&mut events, Deadline::now()).unwrap();
        assert!(events.is_empty());
    });
}

/// F-43 to F-45: sets of what happened are made, asked and gone through.
#[test]
fn sets_of_events_are_made_and_gone_through() {
    let all = Ready::WRITABLE | Ready::READABLE | Ready::ERROR;
    assert_eq!(all.iter().count(), 3);
    assert_eq!(all.iter().collect::<Ready>(), all);
    let unknown = Ready::from_bits_retain(1 << 14) | Ready::READABLE;
    assert_eq!(unknown.bits() & 1 << 14, 1 << 14, "bits without a name are kept");
}
