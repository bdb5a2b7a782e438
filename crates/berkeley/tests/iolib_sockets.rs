//! The socket tests of IOLib, one for one, by their numbers in docs/COMING_FROM.md, on port zero of the loopback.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};

use berkeley::{
    Deadline, Family, Kind, Protocol, Received, SECOND, Shutdown, Socket, TcpListener, TcpStream, UdpSocket,
    UnixListener, UnixStream, option,
};
use berkeley_testkit::{each_stream_pair, has_unix_sockets, limit, scratch};

/// An echo server for one client, over TCP.
fn tcp_echo() -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let server = thread::spawn(move || {
        let (stream, _) = listener.by(SECOND * 30).accept().unwrap();
        let stream = stream.by(SECOND * 30);
        let mut buffer = [0; 512];
        while let Ok(length @ 1..) = stream.recv(&mut buffer) {
            stream.send(&buffer[..length]).unwrap();
        }
    });
    (address, server)
}

/// An echo server for one datagram, over UDP.
fn udp_echo() -> (SocketAddr, JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_address().unwrap();
    let server = thread::spawn(move || {
        let mut buffer = [0; 512];
        let (received, from) = socket.by(SECOND * 30).recv_from(&mut buffer).unwrap();
        socket.send_to(&buffer[..received.len()], &from).unwrap();
    });
    (address, server)
}

fn fresh() -> Socket {
    Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap()
}

/// What IOLib finds out at run time and at compile time, an unknown keyword, is here a function that does not exist.
#[test]
fn t_i_52_53_make_socket_unknown_keyword() {
    type Open = fn(Family, Kind, Protocol) -> berkeley::Result<Socket>;
    assert!(Socket::open as Open as usize != 0, "three parameters, each of its type, and no others");
    assert!(
        Socket::open(Family::from_raw(u16::MAX), Kind::STREAM, Protocol::DEFAULT)
            .unwrap_err()
            .is_unsupported()
    );
}

#[test]
fn t_i_54_make_socket_2() {
    let socket = fresh();
    assert!(!socket.is_connected());
    assert!(socket.local_address().is_ok(), "it is open");
    #[cfg(unix)]
    assert!(std::os::fd::AsRawFd::as_raw_fd(&socket) > 1);
    assert_eq!(socket.family(), Family::INET);
    if option::socket::PROTOCOL.is_available() {
        assert_eq!(socket.get(option::socket::PROTOCOL).unwrap(), Protocol::TCP, "the default for a stream");
    }
}

#[test]
fn t_i_55_make_socket_3() {
    fn is_a_socket(_: &impl berkeley::HoldsSocket) {}
    is_a_socket(&fresh());
    assert_eq!(fresh().get(option::socket::TYPE).unwrap(), Kind::STREAM);
}

#[test]
fn t_i_56_inet_socket_bind_1() {
    let first = TcpListener::bind("127.0.0.1:0").unwrap();
    let second = TcpListener::bind(first.local_address().unwrap());
    assert!(second.unwrap_err().is_address_in_use(), "SO_REUSEADDR or not, the first is listening");
}

#[test]
fn t_i_57_sockopt_1() {
    let socket = fresh();
    socket.set(option::socket::REUSEADDR, true).unwrap();
    assert!(socket.get(option::socket::REUSEADDR).unwrap());
}

#[test]
fn t_i_58_simple_tcp_client() {
    let _limit = limit();
    let (address, server) = tcp_echo();
    let mut client = TcpStream::connect(address).unwrap();
    client.set(option::socket::RCVTIMEO, Some(SECOND * 2)).unwrap();
    client.write_all(b"here is some text").unwrap();
    let mut buffer = [0; 200];
    let length = client.by(SECOND * 30).recv(&mut buffer).unwrap();
    assert!(length > 0);
    assert!(b"here is some text".starts_with(&buffer[..length]));
    drop(client);
    server.join().unwrap();
}

#[test]
fn t_i_59_sockaddr_return_type() {
    let _limit = limit();
    let (address, server) = tcp_echo();
    let client = TcpStream::connect(address).unwrap();
    let peer = client.peer_address().unwrap();
    assert!(peer.is_ipv4());
    assert_eq!(peer.port(), address.port());
    drop(client);
    server.join().unwrap();
}

fn answer(socket: &UdpSocket) -> Received {
    socket.by(Deadline::after(SECOND * 30)).recv(&mut [0; 200]).unwrap()
}

#[test]
fn t_i_60_simple_udp_client_1() {
    let _limit = limit();
    let (address, server) = udp_echo();
    let socket = UdpSocket::connected_to(address).unwrap();
    socket.send(&[1, 2, 3, 4, 5]).unwrap();
    assert!(!answer(&socket).is_empty());
    server.join().unwrap();
}

#[test]
fn t_i_61_simple_udp_client_2() {
    let _limit = limit();
    let (address, server) = udp_echo();
    let socket = UdpSocket::open(Family::INET).unwrap();
    socket.send_to(&[1, 2, 3, 4, 5], &address).unwrap();
    assert!(!answer(&socket).is_empty());
    server.join().unwrap();
}

#[test]
fn t_i_62_simple_local_sockets() {
    if !has_unix_sockets() {
        return;
    }
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("local.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let mut client = UnixStream::connect(&path).unwrap();
    client.write_all(b"local socket test").unwrap();
    drop(client);
    let (server, _) = listener.by(SECOND * 30).accept().unwrap();
    let mut line = String::new();
    BufReader::new(server.by(SECOND * 30)).read_line(&mut line).unwrap();
    assert_eq!(line, "local socket test");
    drop(listener);
    assert!(!path.exists());
}

/// The original talks to a web server on the Internet; this one to a server of its own that speaks as one.
fn web_server() -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let server = thread::spawn(move || {
        let (stream, _) = listener.by(SECOND * 30).accept().unwrap();
        let mut request = String::new();
        let mut reader = BufReader::new(stream.by(SECOND * 30));
        reader.read_line(&mut request).unwrap();
        stream.by(SECOND * 30).write_all(b"HTTP/1.0 200 OK\r\n\r\n").unwrap();
        stream.shutdown(Shutdown::Send).unwrap();
        request
    });
    (address, server)
}

#[test]
fn t_i_63_simple_http_client() {
    let _limit = limit();
    let (address, server) = web_server();
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"HEAD / HTTP/1.0\n\n").unwrap();
    let mut answer = String::new();
    client.by(SECOND * 30).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200"));
    assert_eq!(server.join().unwrap(), "HEAD / HTTP/1.0\n");
}

#[test]
fn t_i_64_sockopt_receive_buffer() {
    let _limit = limit();
    let (address, server) = web_server();
    let mut client = TcpStream::connect(address).unwrap();
    client.set(option::socket::RCVBUF, 1975).unwrap();
    let size = client.get(option::socket::RCVBUF).unwrap();
    // Linux doubles it for its own use, and takes no less than a certain size.
    assert!(size >= 1975);
    client.write_all(b"HEAD/\n\n").unwrap();
    let mut buffer = [0; 64];
    assert!(client.by(SECOND * 30).recv(&mut buffer).unwrap() > 0);
    server.join().unwrap();
}

/// A socket that is closed is a value that is gone: what the original asks at run time cannot be asked here.
#[test]
fn t_i_65_socket_open_p_1() {
    assert!(fresh().local_address().is_ok());
}

#[test]
fn t_i_66_socket_open_p_2() {
    let _limit = limit();
    let (address, server) = tcp_echo();
    let client = TcpStream::connect(address).unwrap();
    assert!(client.is_connected());
    drop(client);
    server.join().unwrap();
}

#[test]
fn t_i_67_socket_open_p_3() {
    let socket = fresh();
    #[cfg(target_os = "linux")]
    let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&socket));
    #[cfg(target_os = "linux")]
    let open = std::fs::read_link(&link).unwrap();
    assert!(socket.close().is_ok());
    // The number may be another file's by now, and is not this socket's any more.
    #[cfg(target_os = "linux")]
    assert_ne!(std::fs::read_link(link).ok(), Some(open));
}

#[test]
fn t_i_68_socket_open_p_4() {
    let _limit = limit();
    let (address, server) = tcp_echo();
    TcpStream::connect(address).unwrap().close().unwrap();
    // The server reads the end of the data: the connection is closed.
    server.join().unwrap();
}

#[test]
fn t_i_69_open_stream_p_1() {
    // A stream that is not connected yet is open, and says so when it is read.
    let error = fresh().recv(&mut [0; 1]).unwrap_err();
    assert!(error.is_not_connected(), "{error}");
}

#[test]
fn t_i_70_open_stream_p_2() {
    let _limit = limit();
    let (address, server) = tcp_echo();
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"x").unwrap();
    client.read_exact(&mut [0; 1]).unwrap();
    drop(client);
    server.join().unwrap();
}

#[test]
fn t_i_71_open_stream_p_3() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        left.close().unwrap();
        assert!(right.recv(&mut [0; 1]).unwrap().is_empty(), "the other end sees that it is closed");
    });
}

#[test]
fn t_i_72_open_stream_p_4() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.close().unwrap();
    assert_eq!(server.by(SECOND * 30).recv(&mut [0; 1]).unwrap(), 0);
}
