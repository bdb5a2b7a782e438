//! System calls that go wrong: interrupted, cut short, refused for want of something. Needs a debug build.
#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::net::SocketAddr;

use berkeley::{
    Deadline, Errno, Family, Kind, MILLISECOND, Operation, Protocol, ReceiveFlags, SECOND, Socket,
    TcpListener, TcpStream, UdpSocket, UnixStream,
};
use berkeley_testkit::fault::{Faults, calls_of};
use berkeley_testkit::{each_stream_pair, has_unix_sockets, limit, tcp_pair, udp_pair};

fn v4() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

#[test]
fn interrupted_calls_are_repeated_in_every_mode() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    let faults = Faults::fail(Operation::Send, Errno::INTR, 3).and_fail(Operation::Receive, Errno::INTR, 3);
    assert_eq!(client.send(b"a").unwrap(), 1);
    assert_eq!(server.recv(&mut [0; 8]).unwrap(), 1);
    drop(faults);
    let _faults = Faults::fail(Operation::Send, Errno::INTR, 3).and_fail(Operation::Receive, Errno::INTR, 3);
    assert_eq!(client.now().send(b"a").unwrap(), Some(1));
    server.peek(&mut [0; 1]).unwrap();
    assert_eq!(server.by(Deadline::now()).recv(&mut [0; 8]).unwrap(), 1);
}

#[test]
fn an_interrupted_accept_and_an_interrupted_wait_are_repeated() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let faults = Faults::fail(Operation::Accept, Errno::INTR, 2);
    listener.accept().unwrap();
    drop(faults);
    let _faults = Faults::fail(Operation::Wait, Errno::INTR, 5);
    let deadline = Deadline::after(MILLISECOND * 10);
    assert!(listener.by(deadline).accept().unwrap_err().is_deadline_passed());
    assert!(deadline.has_passed());
}

/// After EINTR a connect goes on: another connect(2) would say EALREADY or EISCONN.
#[test]
fn an_interrupted_connect_goes_on() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.set_nonblocking(true).unwrap();
    // The kernel has begun, and the process is told of a signal.
    let _ = socket.start_connect(address).unwrap();
    let faults = Faults::fail(Operation::Connect, Errno::INTR, 1);
    let ((), calls) = calls_of(|| socket.connect(address).unwrap());
    assert_eq!(calls.iter().filter(|call| **call == Operation::Connect).count(), 1, "{calls:?}");
    drop(faults);
    assert!(socket.is_connected());
}

#[test]
fn a_storm_of_would_block_ends_with_the_data_or_the_deadline() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.send(b"abc").unwrap();
    server.peek(&mut [0; 1]).unwrap();
    // Ready, says poll; not yet, says recv: ten times.
    let faults = Faults::fail(Operation::Receive, Errno::AGAIN, 10);
    assert_eq!(server.by(SECOND * 20).recv(&mut [0; 8]).unwrap(), 3);
    drop(faults);
    client.send(b"abc").unwrap();
    server.peek(&mut [0; 1]).unwrap();
    let deadline = Deadline::after(MILLISECOND * 20);
    let faults = Faults::fail(Operation::Receive, Errno::AGAIN, 4);
    server.by(deadline).recv(&mut [0; 8]).unwrap();
    drop(faults);
    let _faults = Faults::fail(Operation::Send, Errno::AGAIN, 1);
    assert_eq!(client.now().send(b"x").unwrap(), None);
}

#[test]
fn short_counts_lose_nothing() {
    let _limit = limit();
    let (mut client, mut server) = tcp_pair(v4()).unwrap();
    let data: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let faults = Faults::shorten(Operation::Send, 7, 20);
    client.write_all(&data).unwrap();
    drop(faults);
    let _faults = Faults::shorten(Operation::Receive, 3, 50);
    let mut got = vec![0; 1000];
    server.read_exact(&mut got).unwrap();
    assert_eq!(got, data);
}

#[test]
fn short_counts_and_interruptions_do_not_end_a_wait_for_all() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.send(b"0123456789").unwrap();
    let _faults =
        Faults::shorten(Operation::Receive, 3, 2).and_fail_after(1, Operation::Receive, Errno::INTR, 1);
    let mut buffer = [0; 10];
    assert_eq!(server.recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(), 10);
    assert_eq!(&buffer, b"0123456789");
}

#[test]
fn an_error_after_part_of_a_wait_for_all_leaves_the_part() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.send(b"0123").unwrap();
    server.peek(&mut [0; 1]).unwrap();
    let _faults =
        Faults::shorten(Operation::Receive, 4, 1).and_fail_after(1, Operation::Receive, Errno::CONNRESET, 1);
    let mut buffer = [0; 10];
    assert_eq!(server.recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(), 4);
    assert_eq!(&buffer[..4], b"0123");
}

#[test]
fn a_process_without_descriptors_is_told_so_and_can_go_on() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let faults =
        Faults::fail(Operation::Accept, Errno::MFILE, 1).and_fail(Operation::Accept, Errno::CONNABORTED, 1);
    for _ in 0..2 {
        let error = listener.accept().unwrap_err();
        assert!(error.should_retry(), "{error}");
        assert_eq!(error.operation(), Operation::Accept);
    }
    drop(faults);
    listener.accept().unwrap();

    let _faults = Faults::fail(Operation::Open, Errno::NFILE, 1).and_fail(Operation::Pair, Errno::MFILE, 1);
    assert!(UdpSocket::bind("127.0.0.1:0").unwrap_err().is_descriptor_limit());
    assert!(UnixStream::pair().unwrap_err().is_descriptor_limit());
}

#[test]
fn a_full_device_queue_is_an_error_that_may_pass() {
    let _limit = limit();
    let (left, right) = udp_pair(v4()).unwrap();
    let to = right.local_address().unwrap();
    let _faults = Faults::fail(Operation::Send, Errno::NOBUFS, 1);
    let error = left.send_to(b"x", &to).unwrap_err();
    assert!(error.is_no_buffer_space() && error.should_retry());
    assert_eq!(error.address(), Some(&to.into()));
    left.send_to(b"x", &to).unwrap();
}

#[test]
fn a_close_that_fails_says_so_and_one_that_was_interrupted_has_closed() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let _faults = Faults::fail(Operation::Close, Errno::from_raw(5), 1);
        let error = left.close().unwrap_err();
        assert_eq!((error.operation(), error.errno()), (Operation::Close, Some(Errno::from_raw(5))));
        assert!(right.recv(&mut [0; 8]).unwrap().is_empty(), "it is closed all the same");
    });
}

#[test]
fn a_listener_that_cannot_listen_leaves_no_path() {
    if !has_unix_sockets() {
        return;
    }
    let folder = berkeley_testkit::scratch();
    let path = folder.path().join("s");
    let _faults = Faults::fail(Operation::Listen, Errno::OPNOTSUPP, 1);
    let error = berkeley::UnixListener::bind(&path).unwrap_err();
    assert_eq!(
        (error.operation(), error.address().map(ToString::to_string)),
        (Operation::Listen, Some(format!("unix:{}", path.display())),)
    );
    assert!(path.symlink_metadata().is_err());
}

// How many system calls an operation makes is a promise.

#[test]
fn a_round_trip_makes_two_calls_and_a_deadline_costs_none_while_data_is_there() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    let deadline = Deadline::after(SECOND * 20);
    client.send(b"abc").unwrap();
    server.peek(&mut [0; 1]).unwrap();
    let mut buffer = [0; 8];
    let ((), calls) = calls_of(|| {
        server.by(deadline).recv(&mut buffer).unwrap();
        server.by(deadline).send(b"abc").unwrap();
    });
    assert_eq!(calls, [Operation::Receive, Operation::Send]);
    let ((), calls) = calls_of(|| {
        client.recv(&mut buffer).unwrap();
        client.send(b"abc").unwrap();
    });
    assert_eq!(calls, [Operation::Receive, Operation::Send], "also where the call waits in the system");
    server.recv(&mut buffer).unwrap();
    let ((), calls) = calls_of(|| {
        let deadline = Deadline::after(MILLISECOND);
        server.by(deadline).recv(&mut buffer).unwrap_err();
    });
    assert_eq!(calls, [Operation::Receive, Operation::Wait, Operation::Receive][..calls.len()]);
}

/// Windows has a call each to make a socket non-blocking and, once it is accepted, not inherited. So every connect
/// there is one under way, waited for and asked about.
const CONNECT: &[Operation] = if cfg!(windows) {
    use Operation::{Connect, Control, GetOption, Open, Wait};
    &[Open, Control, Connect, Wait, GetOption]
} else {
    &[Operation::Open, Operation::Connect]
};
const ACCEPT: &[Operation] = if cfg!(windows) {
    &[Operation::Accept, Operation::Control, Operation::Control]
} else {
    &[Operation::Accept]
};

#[test]
fn the_other_calls_make_one_each_too() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let (client, calls) = calls_of(|| TcpStream::connect(address).unwrap());
    assert_eq!(calls, CONNECT);
    if cfg!(unix) {
        let folder = berkeley_testkit::scratch();
        let _unix = berkeley::UnixListener::bind(folder.path().join("s")).unwrap();
        let (_, calls) = calls_of(|| UnixStream::connect(folder.path().join("s")).unwrap());
        assert_eq!(calls, CONNECT);
    }
    let (_server, calls) = calls_of(|| listener.accept().unwrap());
    assert_eq!(calls, ACCEPT, "descriptor, address and close-on-exec in one call, where there is one");
    let (none, calls) = calls_of(|| listener.now().accept().unwrap());
    assert!(none.is_none());
    assert_eq!(calls, [Operation::Accept]);
    let ((), calls) = calls_of(|| client.close().unwrap());
    assert_eq!(calls, [Operation::Close]);
    let (left, right) = udp_pair(v4()).unwrap();
    let to = right.local_address().unwrap();
    let (_, calls) = calls_of(|| {
        left.send_to(b"x", &to).unwrap();
        right.recv_from(&mut [0; 8]).unwrap()
    });
    assert_eq!(calls, [Operation::Send, Operation::Receive]);
}

/// Linux says of a Unix datagram socket without a peer that it can be written to, while its receiver is full.
#[test]
#[cfg(target_os = "linux")]
fn a_full_receiver_of_unix_datagrams_is_not_asked_all_the_time() {
    let _limit = limit();
    let folder = berkeley_testkit::scratch();
    let receiver = berkeley::UnixDatagram::bind(folder.path().join("full")).unwrap();
    let to = receiver.local_address().unwrap();
    let sender = berkeley::UnixDatagram::unbound().unwrap();
    while sender.now().send_to(b"x", &to).unwrap().is_some() {}
    let (error, calls) = calls_of(|| sender.by(MILLISECOND * 30).send_to(b"x", &to).unwrap_err());
    assert!(error.is_deadline_passed(), "{error}");
    let sends = calls.iter().filter(|call| **call == Operation::Send).count();
    assert!((2..60).contains(&sends), "{sends} attempts in 30 ms");
}
