//! The test programs of fsocket, by their numbers in docs/COMING_FROM.md, with the assertions that they lack.
//!
//! Where the original has a poll context, a deadline is enough here: each of them waits for one socket at a time.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use berkeley::{
    Family, Kind, MILLISECOND, Protocol, SECOND, Shutdown, Socket, State, TcpListener, TcpStream, UdpSocket,
    Uninit, UnixListener, UnixStream,
};
use berkeley_testkit::{each_loopback, has_unix_sockets, limit, need, scratch};

/// Unix connects at once, or not at all; Windows has every connect under way first.
const AT_ONCE: Duration = if cfg!(windows) { Duration::from_secs(10) } else { Duration::ZERO };

/// Echoes `rounds` datagrams, each to whoever sent it.
fn udp_echo(socket: &UdpSocket, rounds: usize) {
    let mut buffer = [0; 1024];
    for _ in 0..rounds {
        let (received, from) = socket.by(SECOND * 30).recv_from(&mut buffer).unwrap();
        assert!(!received.is_truncated());
        assert_eq!(socket.send_to(&buffer[..received.len()], &from).unwrap(), received.len());
    }
}

#[test]
fn t_f_01_udp_echo() {
    let _limit = limit();
    let server = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = server.local_address().unwrap().port();
    thread::scope(|scope| {
        scope.spawn(|| udp_echo(&server, 5));
        let client = UdpSocket::connected_to(("127.0.0.1", port)).unwrap();
        for length in [0, 1, 16, 1000, 1024] {
            client.send(&vec![length as u8; length]).unwrap();
            let mut buffer = [0; 2048];
            let received = client.by(SECOND * 30).recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], vec![length as u8; length]);
        }
    });
}

#[test]
fn t_f_02_udp_send_test() {
    let _limit = limit();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("0.0.0.0:0").unwrap();
    assert_eq!(sender.send_to(&[0; 16], &receiver.local_address().unwrap()).unwrap(), 16);
    let mut buffer = [9; 64];
    assert_eq!(receiver.recv(&mut buffer).unwrap().len(), 16);
    assert_eq!(buffer[..17], [[0; 16].as_slice(), &[9]].concat());
}

/// One listener, one connection: what the original tells apart by subclass, here has another type.
fn tcp_echo_once(listener: &TcpListener) {
    let (stream, _) = listener.by(SECOND * 30).accept().unwrap();
    let stream = stream.by(SECOND * 30);
    let mut buffer = [0; 512];
    while let length @ 1.. = stream.recv(&mut buffer).unwrap() {
        (&stream).write_all(&buffer[..length]).unwrap();
    }
}

#[test]
fn t_f_03_tcp_echo_and_t_f_04_tcp_send_test() {
    let _limit = limit();
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_address().unwrap().port();
    thread::scope(|scope| {
        scope.spawn(|| tcp_echo_once(&listener));
        let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        socket.bind("0.0.0.0:0").unwrap();
        socket.connect(("127.0.0.1", port)).unwrap();
        assert_eq!(socket.send(&[0; 16]).unwrap(), 16);
        assert_eq!(socket.by(SECOND * 30).recv(&mut [0; 64]).unwrap().len(), 16);
        socket.shutdown(Shutdown::Both).unwrap();
        socket.close().unwrap();
    });
}

/// Offset, sixteen bytes in hexadecimal, and what of them can be printed: what the originals print.
fn hex_dump(data: &[u8]) -> String {
    let mut text = String::new();
    for (row, line) in data.chunks(16).enumerate() {
        let hex: Vec<_> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown: String =
            line.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
        let _ = writeln!(text, "{:04x} {:47} {shown}", row * 16, hex.join(" "));
    }
    text
}

#[test]
fn t_f_06_test_udp() {
    let _limit = limit();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let name = socket.local_address().unwrap();
    assert_ne!(name.port(), 0);
    assert!(socket.by(MILLISECOND).recv_from(&mut [0; 8]).unwrap_err().is_deadline_passed());
    UdpSocket::open(Family::INET).unwrap().send_to(b"Hello, dump of 17", &name).unwrap();
    let mut buffer = [0; 1024];
    let (received, _) = socket.by(SECOND * 30).recv_from(&mut buffer).unwrap();
    assert_eq!(
        hex_dump(&buffer[..received.len()]),
        "0000 48 65 6c 6c 6f 2c 20 64 75 6d 70 20 6f 66 20 31 Hello,.dump.of.1\n0010 37                                              7\n"
    );
}

/// The foreign buffers of the originals are memory without values here: no copy, and no unsafe code.
#[test]
fn t_f_07_test_send_and_t_f_08_test_udp_foreign_buffers() {
    let _limit = limit();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let buffer: [u8; 1024] = std::array::from_fn(|index| index as u8);
    let sender = UdpSocket::open(Family::INET).unwrap();
    assert_eq!(sender.send_to(&buffer[..16], &receiver.local_address().unwrap()).unwrap(), 16);
    let mut memory = [MaybeUninit::uninit(); 1024];
    let mut foreign = Uninit::new(&mut memory);
    receiver.by(SECOND * 30).recv_from(&mut foreign).unwrap();
    assert_eq!(foreign.filled(), &buffer[..16]);
}

#[test]
fn t_f_09_nbconnect() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let connect = || {
        let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        socket.bind("0.0.0.0:0").unwrap();
        let mut connecting = socket.start_connect(address).unwrap();
        connecting.wait(SECOND * 30).unwrap();
        let state = connecting.state();
        (state, socket)
    };
    let (state, socket) = connect();
    assert!(matches!(state, State::Connected));
    socket.shutdown(Shutdown::Both).unwrap();
    drop((socket, listener));
    let (state, socket) = connect();
    assert!(matches!(state, State::Failed(error) if error.is_refused()));
    assert!(socket.shutdown(Shutdown::Both).unwrap_err().is_not_connected());
}

#[test]
fn t_f_10_nbaccept() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    let client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let (stream, from) = listener.by(SECOND * 20).accept().unwrap();
    assert_eq!(from, client.local_address().unwrap());
    stream.shutdown(Shutdown::Both).unwrap();
    stream.close().unwrap();
}

#[test]
fn t_f_11_unix_client_t_f_12_client_nb_t_f_13_server_nb() {
    if !has_unix_sockets() {
        return;
    }
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("echo");
    let listener = UnixListener::bind(&path).unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    let serve = |clients: usize| {
        for _ in 0..clients {
            let (stream, from) = listener.by(SECOND * 30).accept().unwrap();
            assert!(from.is_unnamed(), "and no memory of another call");
            let mut buffer = [0; 128];
            let length = stream.by(SECOND * 30).recv(&mut buffer).unwrap();
            stream.send(&buffer[..length]).unwrap();
            stream.shutdown(Shutdown::Both).unwrap();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| serve(2));
        let mut buffer = [0; 128];
        let client = UnixStream::connect(&path).unwrap();
        assert_eq!(client.send(b"Hello from Lisp").unwrap(), 15);
        assert_eq!(client.by(SECOND * 30).recv(&mut buffer).unwrap(), 15);

        // A Unix connect ends at once.
        let client = UnixStream::start_connect(&path).unwrap().finish(AT_ONCE).unwrap();
        assert_eq!(client.now().recv(&mut buffer).unwrap(), None);
        assert_eq!(client.now().send(b"Hello from Lisp").unwrap(), Some(15));
        assert_eq!(client.by(SECOND * 30).recv(&mut buffer).unwrap(), 15);
    });
}

fn udp_v6() -> Option<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::bind("[::]:0");
    need(socket.is_ok(), "IPv6").then_some(())?;
    let socket = socket.unwrap();
    let port = socket.local_address().unwrap().port();
    Some((socket, SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), port)))
}

#[test]
fn t_f_14_recv_ipv6_and_t_f_15_send_ipv6() {
    let _limit = limit();
    let Some((server, address)) = udp_v6() else { return };
    thread::scope(|scope| {
        scope.spawn(|| udp_echo(&server, 1));
        let client = UdpSocket::open(Family::INET6).unwrap();
        assert_eq!(client.send_to(&[3; 512], &address).unwrap(), 512);
        let mut buffer = [0; 1024];
        let (received, from) = client.by(SECOND * 30).recv_from(&mut buffer).unwrap();
        assert_eq!((received.len(), from), (512, address));
    });
}

#[test]
fn t_f_16_recv_ipv6_tcp_and_t_f_17_send_ipv6_tcp() {
    let _limit = limit();
    each_loopback(|loopback| {
        let listener = TcpListener::bind(loopback).unwrap();
        let address = listener.local_address().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut stream, _) = listener.by(SECOND * 30).accept().unwrap();
                let length = stream.by(SECOND * 30).recv(&mut [0; 512]).unwrap();
                assert!(length > 0);
                stream.write_all(&[7; 512]).unwrap();
                stream.shutdown(Shutdown::Send).unwrap();
                while stream.by(SECOND * 30).recv(&mut [0; 512]).unwrap() > 0 {}
            });
            let mut client = TcpStream::connect(address).unwrap();
            client.write_all(&[0; 512]).unwrap();
            let mut answer = Vec::new();
            std::io::Read::read_to_end(&mut client.by(SECOND * 30), &mut answer).unwrap();
            assert_eq!(answer, [7; 512]);
        });
    });
}

/// The original is broken as written: this one forwards each direction to the other side.
#[test]
fn t_f_21_netcat() {
    let _limit = limit();
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let (to, via) = (target.local_address().unwrap(), proxy.local_address().unwrap());
    thread::scope(|scope| {
        scope.spawn(|| tcp_echo_once(&target));
        scope.spawn(move || {
            let (inbound, _) = proxy.by(SECOND * 30).accept().unwrap();
            let outbound = TcpStream::connect(to).unwrap();
            thread::scope(|scope| {
                scope.spawn(|| forward(&inbound, &outbound));
                forward(&outbound, &inbound);
            });
        });
        let mut client = TcpStream::connect(via).unwrap();
        client.write_all(b"through the proxy and back").unwrap();
        client.shutdown(Shutdown::Send).unwrap();
        let mut answer = Vec::new();
        std::io::Read::read_to_end(&mut client.by(SECOND * 30), &mut answer).unwrap();
        assert_eq!(answer, b"through the proxy and back");
    });
}

fn forward(from: &TcpStream, to: &TcpStream) {
    let mut buffer = [0; 4096];
    while let length @ 1.. = from.by(SECOND * 30).recv(&mut buffer).unwrap() {
        to.by(SECOND * 30).write_all(&buffer[..length]).unwrap();
    }
    to.shutdown(Shutdown::Send).unwrap();
}
