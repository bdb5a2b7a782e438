//! A call has a mode; a socket has none: what waiting, by a deadline, and now mean, and where they are hard to keep.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use berkeley::{
    By, Deadline, Family, Kind, MILLISECOND, Now, Protocol, ReceiveFlags, SECOND, Socket, TcpListener,
    TcpStream, UdpSocket, option,
};
#[cfg(target_os = "linux")]
use berkeley::{UnixDatagram, UnixListener, UnixStream};
#[cfg(target_os = "linux")]
use berkeley_testkit::{descriptor::is_blocking, scratch};
use berkeley_testkit::{limit, tcp_pair};

fn v4() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Runs `call` with a deadline that it cannot keep, and checks that it gave up then: not before.
fn gives_up<T>(call: impl FnOnce(Deadline) -> berkeley::Result<T>) {
    let (start, pause) = (Instant::now(), MILLISECOND * 30);
    let error = call(Deadline::at(start + pause)).err().expect("there is nothing to do");
    assert!(error.is_deadline_passed(), "{error}");
    assert!(!error.is_timed_out() && !error.is_would_block());
    assert!(start.elapsed() >= pause, "gave up after {:?}", start.elapsed());
}

/// Sends until that fails. A stream that nobody reads is never full for good: the system finds it more room.
fn send_until<T>(mut send: impl FnMut(&[u8]) -> berkeley::Result<T>) -> berkeley::Error {
    let data = vec![0; 65536];
    loop {
        if let Err(error) = send(&data) {
            return error;
        }
    }
}

#[test]
fn every_call_that_waits_gives_up_by_its_deadline() {
    let _limit = limit();
    let (client, _server) = tcp_pair(v4()).unwrap();
    gives_up(|deadline| client.by(deadline).recv(&mut [0; 8]));
    gives_up(|deadline| client.by(deadline).peek(&mut [0; 8]));
    gives_up(|deadline| Err::<(), _>(send_until(|data| client.by(deadline).send(data))));
    gives_up(|deadline| {
        Err::<(), _>(send_until(|data| client.by(deadline).send_vectored(&[IoSlice::new(data)])))
    });
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    gives_up(|deadline| socket.by(deadline).recv_from(&mut [0; 8]));
    gives_up(|deadline| socket.by(deadline).recv_vectored(&mut [IoSliceMut::new(&mut [0; 8])]));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    gives_up(|deadline| listener.by(deadline).accept());
}

#[test]
fn a_deadline_that_has_passed_still_does_what_can_be_done_at_once() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.by(Deadline::now()).send(b"abc").unwrap();
    server.peek(&mut [0; 1]).unwrap();
    assert_eq!(server.by(Deadline::now()).recv(&mut [0; 8]).unwrap(), 3);
    assert!(server.by(Deadline::now()).recv(&mut [0; 8]).unwrap_err().is_deadline_passed());
}

/// The modes that a descriptor can have; on Windows there is one.
const MODES: &[bool] = if cfg!(windows) { &[true] } else { &[false, true] };

/// Neither mode of the descriptor changes what any of the three modes of a call means.
#[test]
fn modes_mean_the_same_whatever_the_descriptor_says() {
    let _limit = limit();
    for &nonblocking in MODES {
        let (client, server) = tcp_pair(v4()).unwrap();
        server.set_nonblocking(nonblocking).unwrap();
        assert_eq!(server.now().recv(&mut [0; 8]).unwrap(), None);
        gives_up(|deadline| server.by(deadline).recv(&mut [0; 8]));

        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                client.send(b"abc").unwrap();
            });
            barrier.wait();
            assert_eq!(server.recv(&mut [0; 8]).unwrap(), 3, "a plain call waits");
        });
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                client.send(b"ab").unwrap();
                client.send(b"cdef").unwrap();
            });
            barrier.wait();
            let received = server.recv_with(&mut [0; 6], ReceiveFlags::WAITALL).unwrap();
            assert_eq!(received, 6, "and so does one that waits for all");
        });
    }
}

#[test]
fn one_deadline_holds_for_a_whole_read_exact() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    let start = Instant::now();
    let end = start + MILLISECOND * 60;
    thread::scope(|scope| {
        // Bytes that keep coming do not prolong it.
        scope.spawn(|| {
            while Instant::now() < end + MILLISECOND * 20 && client.send(b"x").is_ok() {
                thread::yield_now();
            }
        });
        let mut buffer = vec![0; 1 << 30];
        let error = server.by(Deadline::at(end)).read_exact(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
        assert!(error.downcast::<berkeley::Error>().unwrap().is_deadline_passed());
        assert!(start.elapsed() >= MILLISECOND * 60);
    });
}

#[test]
fn write_all_gives_up_by_its_deadline() {
    let _limit = limit();
    let (client, _server) = tcp_pair(v4()).unwrap();
    let error = client.by(Deadline::after(MILLISECOND * 20)).write_all(&vec![0; 1 << 26]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn wait_all_by_a_deadline_gives_what_came_until_then() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.send(b"abc").unwrap();
    let mut buffer = [0; 8];
    let deadline = Deadline::after(MILLISECOND * 20);
    assert_eq!(server.by(deadline).recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(), 3);
    assert!(deadline.has_passed(), "it waited for the rest");
    assert_eq!(server.now().recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(), None);
}

#[test]
fn wait_all_means_the_same_into_one_place_and_into_several() {
    let _limit = limit();
    let deadline = || Deadline::after(MILLISECOND * 20);
    for &nonblocking in MODES {
        let (client, server) = tcp_pair(v4()).unwrap();
        server.set_nonblocking(nonblocking).unwrap();
        let (mut one, mut two) = ([0; 4], [0; 4]);
        client.send(b"abc").unwrap();
        let mut slices = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
        let received = server.by(deadline()).recv_vectored_with(&mut slices, ReceiveFlags::WAITALL).unwrap();
        assert_eq!(received, 3, "what came until the deadline");
        assert!(server.by(deadline()).recv_vectored_with(&mut slices, ReceiveFlags::WAITALL).is_err());
        thread::scope(|scope| {
            scope.spawn(|| {
                for piece in [b"ab", b"cd", b"ef", b"gh"] {
                    client.send(piece).unwrap();
                }
            });
            let received = server.recv_vectored_with(&mut slices, ReceiveFlags::WAITALL).unwrap();
            assert_eq!(received, 8);
        });
        assert_eq!([one, two].concat(), b"abcdefgh");
        client.send(b"ij").unwrap();
        server.peek(&mut [0; 1]).unwrap();
        let any = server.into_any();
        let (received, from) = any.by(deadline()).recv_from_with(&mut [0; 4], ReceiveFlags::WAITALL).unwrap();
        assert_eq!((received.len(), from.ip()), (2, None));
    }
}

#[test]
fn a_connect_by_a_deadline_gives_the_descriptor_back_as_it_was() {
    let _limit = limit();
    let (bound, address) = {
        let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        socket.bind("127.0.0.1:0").unwrap();
        let address = socket.local_address().unwrap();
        (socket, address)
    };
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    assert!(socket.by(SECOND * 10).connect(&address).unwrap_err().is_refused());
    #[cfg(target_os = "linux")]
    assert!(is_blocking(&socket));
    drop(bound);
}

#[test]
fn views_can_own_and_lend_and_be_moved_to_another_deadline() {
    let _limit = limit();
    let (left, right) = tcp_pair(v4()).unwrap();
    let mut owned: By<TcpStream> = left.into_by(SECOND);
    owned.set_deadline(Deadline::never());
    assert!(owned.deadline().is_never());
    owned.write_all(b"x").unwrap();
    let shared = std::sync::Arc::new(right);
    shared.peek(&mut [0; 1]).unwrap();
    assert_eq!(Now::new(shared.clone()).recv(&mut [0; 8]).unwrap(), Some(1));
    assert_eq!(
        By::new(&shared, Deadline::now()).recv(&mut [0; 8]).unwrap_err().to_string(),
        "receive: the deadline has passed"
    );
    let left: TcpStream = owned.into_inner();
    drop(left);
    assert_eq!(shared.recv(&mut [0; 8]).unwrap(), 0);
}

// Where "try, then poll" is not true.

#[test]
fn a_listener_does_not_block_and_what_it_accepts_does() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    let _client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let (server, _) = listener.by(SECOND * 10).accept().unwrap();
    // A blocking descriptor with a time limit gives up by itself; a non-blocking one would be waited on for ever.
    server.set(option::socket::RCVTIMEO, Some(MILLISECOND)).unwrap();
    assert!(server.recv(&mut [0; 8]).unwrap_err().is_would_block());
}

#[test]
fn a_plain_accept_waits() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let client = scope.spawn(|| {
            barrier.wait();
            TcpStream::connect(address).unwrap()
        });
        barrier.wait();
        let (_server, from) = listener.accept().unwrap();
        assert_eq!(from, client.join().unwrap().local_address().unwrap());
    });
}

#[test]
fn two_threads_accept_one_connection_each() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    thread::scope(|scope| {
        let accepts: Vec<_> = (0..2).map(|_| scope.spawn(|| listener.accept().unwrap().1)).collect();
        let clients: Vec<_> =
            (0..2).map(|_| TcpStream::connect(listener.local_address().unwrap()).unwrap()).collect();
        let mut from: Vec<_> = accepts.into_iter().map(|accept| accept.join().unwrap()).collect();
        let mut to: Vec<_> = clients.iter().map(|client| client.local_address().unwrap()).collect();
        from.sort_unstable();
        to.sort_unstable();
        assert_eq!(from, to);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn adopting_a_listener_makes_it_non_blocking_and_adopting_it_raw_does_not() {
    use std::os::fd::OwnedFd;

    let raw = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let copy = raw.try_clone().unwrap();
    let adopted: TcpListener = TcpListener::adopt_raw(OwnedFd::from(raw), Family::INET, Kind::STREAM);
    assert!(is_blocking(&adopted));
    drop(adopted);
    let adopted = TcpListener::adopt(OwnedFd::from(copy)).unwrap();
    assert!(!is_blocking(&adopted));
}

#[test]
#[cfg(target_os = "linux")]
fn a_conversion_into_std_gives_a_descriptor_that_blocks() {
    let (left, right) = UnixStream::pair().unwrap();
    left.set_nonblocking(true).unwrap();
    assert!(!is_blocking(&left));
    let left: std::os::unix::net::UnixStream = left.into();
    assert!(is_blocking(&left));
    let folder = scratch();
    let listener: std::os::unix::net::UnixListener =
        UnixListener::bind(folder.path().join("s")).unwrap().into();
    assert!(is_blocking(&listener));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    assert!(is_blocking(&std::net::UdpSocket::from(socket)));
    // A descriptor that is merely given away is as it was.
    right.set_nonblocking(true).unwrap();
    assert!(!is_blocking(&std::os::fd::OwnedFd::from(right)));
}

#[test]
#[cfg(target_os = "linux")]
fn a_connect_leaves_the_descriptor_in_the_mode_that_it_had() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    for nonblocking in [false, true] {
        let open = || {
            let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
            socket.set_nonblocking(nonblocking).unwrap();
            socket
        };
        let (plain, by, started) = (open(), open(), open());
        plain.connect(address).unwrap();
        by.by(SECOND * 10).connect(address).unwrap();
        started.start_connect(address).unwrap().finish(SECOND * 10).unwrap();
        for socket in [plain, by, started] {
            assert!(socket.is_connected());
            assert_eq!(is_blocking(&socket), !nonblocking);
        }
    }
}

#[test]
fn a_time_limit_of_the_descriptors_own_is_reported_and_not_waited_on() {
    let _limit = limit();
    let (client, _server) = tcp_pair(v4()).unwrap();
    client.set(option::socket::RCVTIMEO, Some(MILLISECOND * 5)).unwrap();
    client.set(option::socket::SNDTIMEO, Some(MILLISECOND * 5)).unwrap();
    let error = client.recv(&mut [0; 8]).unwrap_err();
    assert!(error.is_would_block() && error.should_retry(), "{error}");
    assert!(send_until(|data| client.send(data)).is_would_block());
    // A deadline is the caller's word and goes before it, in both directions.
    gives_up(|deadline| client.by(deadline).recv(&mut [0; 8]));
}

/// A listener whose backlog is full, and the clients that fill it.
#[cfg(target_os = "linux")]
fn full_backlog(path: &std::path::Path) -> (UnixListener, Vec<UnixStream>) {
    let listener = UnixListener::bind_with(path, 0).unwrap();
    let mut clients = Vec::new();
    loop {
        match UnixStream::start_connect(path) {
            Ok(client) => clients.push(client.finish(Deadline::now()).unwrap()),
            Err(error) => {
                assert!(error.is_would_block(), "{error}");
                return (listener, clients);
            }
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_unix_connect_to_a_full_backlog_waits_until_its_deadline() {
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("full");
    let (listener, clients) = full_backlog(&path);
    gives_up(|deadline| UnixStream::connect_by(&path, deadline));
    for nonblocking in [false, true] {
        let socket = Socket::open(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
        socket.set_nonblocking(nonblocking).unwrap();
        let own = Some(SECOND * 100);
        socket.set(option::socket::SNDTIMEO, own).unwrap();
        gives_up(|deadline| socket.by(deadline).connect(&path));
        assert_eq!(socket.get(option::socket::SNDTIMEO).unwrap(), own, "the limit that it had is put back");
    }
    thread::scope(|scope| {
        let late = scope.spawn(|| UnixStream::connect_by(&path, SECOND * 30).unwrap());
        let waiting = scope.spawn(|| UnixStream::connect(&path).unwrap());
        for _ in 0..clients.len() + 2 {
            listener.accept().unwrap();
        }
        late.join().unwrap();
        waiting.join().unwrap();
    });
}

/// Linux says of a Unix datagram socket without a peer that it can be written to, while its receiver is full.
#[test]
#[cfg(target_os = "linux")]
fn a_full_receiver_of_unix_datagrams_is_waited_for() {
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("full");
    let receiver = UnixDatagram::bind(&path).unwrap();
    let to = receiver.local_address().unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    let mut sent = 0;
    while sender.now().send_to(b"x", &to).unwrap().is_some() {
        sent += 1;
    }
    gives_up(|deadline| sender.by(deadline).send_to(b"x", &to));

    for nonblocking in [false, true] {
        sender.set_nonblocking(nonblocking).unwrap();
        thread::scope(|scope| {
            let late = scope.spawn(|| sender.send_to(b"y", &to).unwrap());
            receiver.recv(&mut [0; 8]).unwrap();
            assert_eq!(late.join().unwrap(), 1);
        });
    }
    for _ in 0..sent {
        receiver.recv(&mut [0; 8]).unwrap();
    }
    assert_eq!(receiver.now().recv(&mut [0; 8]).unwrap(), None);
}

#[test]
fn a_short_wait_is_never_too_short() {
    let _limit = limit();
    let (client, _server) = tcp_pair(v4()).unwrap();
    let mut best = Duration::MAX;
    for _ in 0..50 {
        let pause = Duration::from_micros(300);
        let start = Instant::now();
        client.by(Deadline::at(start + pause)).recv(&mut [0; 8]).unwrap_err();
        let took = start.elapsed();
        assert!(took >= pause, "{took:?}");
        best = best.min(took);
    }
    assert!(best < MILLISECOND * 20, "the best of 50 took {best:?}");
}

#[test]
fn two_threads_send_and_receive_on_one_socket() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    let total = 1 << 22;
    let read = |mut stream: &TcpStream, byte| {
        let mut data = vec![0; total];
        stream.read_exact(&mut data).unwrap();
        assert!(data.iter().all(|b| *b == byte));
    };
    thread::scope(|scope| {
        scope.spawn(|| (&server).write_all(&vec![7; total]).unwrap());
        scope.spawn(|| (&client).write_all(&vec![9; total]).unwrap());
        scope.spawn(|| read(&client, 7));
        scope.spawn(|| read(&server, 9));
    });
}
