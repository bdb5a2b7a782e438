//! Connecting: at once, by a deadline, started and finished; what refuses, what never answers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;

use berkeley::{
    Address, Connecting, Deadline, Errno, Error, Family, Kind, Operation, Protocol, SECOND, Socket, State,
    TcpListener, TcpStream, UdpSocket, UnixListener, UnixSeqpacket, UnixStream,
};
use berkeley_testkit::{each_loopback, has_unix_sockets, limit, scratch};

/// A port that is bound and on which nobody listens.
fn refusing(loopback: SocketAddr) -> (Socket, Address) {
    let family = if loopback.is_ipv4() { Family::INET } else { Family::INET6 };
    let socket = Socket::open(family, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.bind(loopback).unwrap();
    let address = socket.local_address().unwrap();
    (socket, address)
}

/// Runs a test of this file again, in a network namespace that it has to itself, in which 192.0.2.0/24 leads to
/// nowhere: what is sent there is never answered, and never leaves.
#[cfg(target_os = "linux")]
fn in_a_network_of_its_own(test: &str) -> bool {
    if std::env::var_os("BERKELEY_NETWORK").is_some() {
        return true;
    }
    let script = "ip link set lo up && ip route add 192.0.2.0/24 dev lo && ip route add blackhole 198.51.100.0/24 && exec \"$@\" --exact --nocapture";
    let status = std::process::Command::new("unshare")
        .args(["-rn", "sh", "-c", script, "sh"])
        .args(berkeley_testkit::again())
        .arg(test)
        .env("BERKELEY_NETWORK", "1")
        .stdout(std::process::Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) if status.code() == Some(101) => panic!("the test failed in a network of its own"),
        other => {
            let _ =
                berkeley_testkit::need(false, &format!("network namespaces: unshare -rn and ip ({other:?})"));
        }
    }
    false
}

#[test]
fn a_refusal_is_reported_in_every_mode_with_the_address() {
    let _limit = limit();
    each_loopback(|loopback| {
        let (_bound, address) = refusing(loopback);
        let mut started = TcpStream::start_connect(&address).unwrap();
        started.wait(SECOND * 10).unwrap();
        let State::Failed(state) = started.state() else { panic!("{started:?}") };
        let errors = [
            TcpStream::connect(&address).unwrap_err(),
            TcpStream::connect_by(&address, SECOND * 10).unwrap_err(),
            state,
            started.finish(Deadline::now()).unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_refused(), "{error}");
            assert_eq!((error.operation(), error.address()), (Operation::Connect, Some(&address)));
            assert_eq!(error.errno(), Some(Errno::CONNREFUSED));
        }
    });
}

#[test]
fn a_connect_that_was_started_is_determined_once() {
    let _limit = limit();
    each_loopback(|loopback| {
        let listener = TcpListener::bind(loopback).unwrap();
        let mut started = TcpStream::start_connect(listener.local_address().unwrap()).unwrap();
        while !started.state().is_determined() {
            started.wait(SECOND * 10).unwrap();
        }
        assert!(matches!(started.state(), State::Connected));
        assert!(matches!(started.state(), State::Connected), "and stays so");
        let stream = started.finish(Deadline::now()).unwrap();
        let (server, from) = listener.accept().unwrap();
        assert_eq!(from, stream.local_address().unwrap());
        stream.send(b"x").unwrap();
        assert_eq!(server.recv(&mut [0; 8]).unwrap(), 1);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn what_never_answers_is_given_up_by_the_deadline() {
    use berkeley::MILLISECOND;

    let _limit = limit();
    if !in_a_network_of_its_own("what_never_answers_is_given_up_by_the_deadline") {
        return;
    }
    let silent = "192.0.2.1:9";
    let start = std::time::Instant::now();
    let error = TcpStream::connect_by(silent, Deadline::at(start + MILLISECOND * 50)).unwrap_err();
    assert!(error.is_deadline_passed() && !error.is_timed_out(), "{error}");
    assert_eq!(error.to_string(), "connect 192.0.2.1:9: the deadline has passed");
    assert!(start.elapsed() >= MILLISECOND * 50);

    let mut pending = TcpStream::start_connect(silent).unwrap();
    assert!(matches!(pending.state(), State::Pending));
    assert!(pending.wait(MILLISECOND * 5).unwrap_err().is_deadline_passed());
    assert!(matches!(pending.state(), State::Pending), "it goes on");
    assert!(pending.finish(MILLISECOND * 5).unwrap_err().is_deadline_passed());

    assert!(!pending_mode(silent), "what is lent goes back in the mode that it had");
    let limited = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    limited.set(berkeley::option::socket::SNDTIMEO, Some(MILLISECOND * 30)).unwrap();
    let error = limited.connect(silent).unwrap_err();
    assert!(error.is_in_progress(), "a time limit of the descriptor's own is reported: {error}");

    let error = TcpStream::connect("198.51.100.1:9").unwrap_err();
    assert!(error.is_invalid() || error.is_host_unreachable(), "a black hole: {error}");
    let error = TcpStream::connect("203.0.113.1:9").unwrap_err();
    assert!(error.is_network_unreachable(), "{error}");
}

/// Whether a descriptor is non-blocking after a connect by a deadline was given up.
#[cfg(target_os = "linux")]
fn pending_mode(silent: &str) -> bool {
    use berkeley::MILLISECOND;

    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    assert!(socket.by(MILLISECOND * 5).connect(silent).unwrap_err().is_deadline_passed());
    !berkeley_testkit::descriptor::is_blocking(&socket)
}

#[test]
fn a_connect_under_way_has_a_local_address() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connecting = TcpStream::start_connect(listener.local_address().unwrap()).unwrap();
    let local = connecting.socket().local_address().unwrap();
    assert_eq!(listener.accept().unwrap().1, local);
    assert_eq!(connecting.finish(SECOND * 10).unwrap().local_address().unwrap(), local);
}

#[test]
fn a_socket_can_be_prepared_before_it_connects() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.set(berkeley::option::tcp::NODELAY, true).unwrap();
    socket.bind("127.0.0.1:0").unwrap();
    let local = socket.local_address().unwrap();
    socket.connect(listener.local_address().unwrap()).unwrap();
    let stream = TcpStream::adopt(socket).unwrap();
    assert!(stream.nodelay().unwrap());
    assert_eq!(listener.accept().unwrap().1, SocketAddr::try_from(&local).unwrap());
}

#[test]
fn a_second_connect_says_what_is_wrong() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.connect(listener.local_address().unwrap()).unwrap();
    let error = socket.connect(listener.local_address().unwrap()).unwrap_err();
    assert!(error.is_already_connected(), "{error}");
}

#[test]
fn a_datagram_socket_changes_its_peer() {
    let _limit = limit();
    let (one, two) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let socket = UdpSocket::connected_to(one.local_address().unwrap()).unwrap();
    socket.connect(two.local_address().unwrap()).unwrap();
    socket.send(b"x").unwrap();
    assert_eq!(two.recv_from(&mut [0; 8]).unwrap().1, socket.local_address().unwrap());
    assert_eq!(one.now().recv(&mut [0; 8]).unwrap(), None);
}

fn connects<S>(connecting: berkeley::Result<Connecting<S>>) -> Result<S, Error>
where
    S: berkeley::HoldsSocket,
{
    // Windows has every connect under way first.
    connecting?.finish(if cfg!(windows) { Deadline::after(SECOND * 10) } else { Deadline::now() })
}

#[test]
fn unix_connects_end_at_once() {
    let _limit = limit();
    if !has_unix_sockets() {
        return;
    }
    let folder = scratch();
    let path = folder.path().join("s");
    let is_nobody = |error: Error| error.is_not_found() || (cfg!(windows) && error.is_refused());
    assert!(is_nobody(UnixStream::connect(&path).unwrap_err()));
    assert!(is_nobody(connects(UnixStream::start_connect(&path)).unwrap_err()));
    assert!(is_nobody(UnixStream::connect_by(&path, SECOND * 10).unwrap_err()));

    let listener = UnixListener::bind(&path).unwrap();
    let client = connects(UnixStream::start_connect(&path)).unwrap();
    assert_eq!(client.peer_address().unwrap().as_path(), Some(&*path));
    let (server, from) = listener.accept().unwrap();
    assert!(from.is_unnamed());
    assert_eq!(server.local_address().unwrap().as_path(), Some(&*path));

    let wrong = UnixSeqpacket::connect(&path).unwrap_err();
    assert!(wrong.is_unsupported(), "a stream is no sequence of packets: {wrong}");
    let text = std::fs::write(folder.path().join("file"), b"").map(|()| folder.path().join("file")).unwrap();
    assert!(UnixStream::connect(&text).unwrap_err().is_refused());
}

#[test]
#[cfg(target_os = "linux")]
fn sequenced_packets_connect_and_keep_their_boundaries() {
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("s");
    let listener = berkeley::UnixSeqpacketListener::bind(&path).unwrap();
    let client = UnixSeqpacket::connect(&path).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.send(b"one").unwrap();
    client.send(b"three").unwrap();
    let mut buffer = [0; 16];
    assert_eq!(server.recv(&mut buffer).unwrap().len(), 3);
    assert_eq!(server.recv(&mut buffer).unwrap().len(), 5);
}
