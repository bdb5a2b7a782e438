//! What the README says of this library and of its peers, row by row.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Read;
use std::net::{SocketAddr, UdpSocket as StdUdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use berkeley::{Address, Deadline, MILLISECOND, TcpListener, TcpStream, UdpSocket};
use berkeley_testkit::limit;

#[test]
fn a_datagram_that_was_cut_is_told() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::connected_to(socket.local_address().unwrap()).unwrap();
    let mut buffer = [0; 3];
    for _ in 0..3 {
        sender.send(b"12345").unwrap();
    }
    let received = socket.recv(&mut buffer).unwrap();
    assert!(received.is_truncated());
    if cfg!(target_os = "linux") {
        assert_eq!(received.full_len(), Some(5));
        let std: StdUdpSocket = socket.into();
        assert_eq!(std.recv(&mut buffer).unwrap(), 3, "std says that there were three bytes");
        let peer: socket2::Socket = std.into();
        assert_eq!((&peer).read(&mut buffer).unwrap(), 3, "and so does socket2's plain receive");
    }
}

/// Sends a byte every few milliseconds, for longer than any limit here.
fn trickle(stream: &TcpStream, until: Instant) {
    while Instant::now() < until && stream.send(b"x").is_ok() {
        thread::sleep(MILLISECOND * 5);
    }
}

#[test]
fn a_deadline_holds_for_a_whole_read_exact() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    let start = Instant::now();
    let (most, end) = (MILLISECOND * 60, start + MILLISECOND * 400);
    thread::scope(|scope| {
        scope.spawn(|| trickle(&client, end));
        let error = server.by(Deadline::at(start + most)).read_exact(&mut [0; 1000]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
        let ours = start.elapsed();
        // The same limit, by the standard library's means, starts anew with each byte that comes.
        let mut std: std::net::TcpStream = server.duplicate().unwrap().into();
        std.set_read_timeout(Some(Duration::from_millis(60))).unwrap();
        let began = Instant::now();
        let _ = std.read_exact(&mut [0; 1000]);
        assert!(
            began.elapsed() > ours.min(most),
            "std waited {:?} with a limit of {most:?}",
            began.elapsed()
        );
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_connect_with_a_limit_leaves_the_mode_as_it_was() {
    use berkeley::SECOND;
    use berkeley_testkit::descriptor::is_blocking;

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();

    let ours =
        berkeley::Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::TCP)
            .unwrap();
    ours.set_nonblocking(true).unwrap();
    ours.by(SECOND * 10).connect(address).unwrap();
    assert!(!is_blocking(&ours));

    let peer = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    peer.set_nonblocking(true).unwrap();
    peer.connect_timeout(&address.into(), SECOND * 10).unwrap();
    assert!(is_blocking(&peer), "socket2 makes it blocking");
}

#[test]
fn the_error_of_a_connect_names_the_address() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_address().unwrap();
    let port = gone.port().to_string();
    assert!(TcpStream::connect(gone).unwrap_err().to_string().contains(&port));
    assert!(!std::net::TcpStream::connect(gone).unwrap_err().to_string().contains(&port));
    let peer = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    assert!(!peer.connect(&gone.into()).unwrap_err().to_string().contains(&port));
}

#[test]
fn a_zone_by_name_is_an_address() {
    let text = "[fe80::1%eth0]:80";
    assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    text.parse::<SocketAddr>().expect_err("std knows zones by number alone");
}

#[test]
#[cfg(unix)]
fn a_unix_listener_removes_its_path() {
    let folder = berkeley_testkit::scratch();
    let path = folder.path().join("s");
    drop(berkeley::UnixListener::bind(&path).unwrap());
    assert!(!path.exists());
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    std::fs::remove_file(&path).unwrap();
    let peer = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    peer.bind(&socket2::SockAddr::unix(&path).unwrap()).unwrap();
    drop(peer);
    assert!(path.exists());
}
