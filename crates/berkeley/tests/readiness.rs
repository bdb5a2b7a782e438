//! What a connection is ready for: the predicates of basic-binary-ipc, by the lines of its tests.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{
    Deadline, Error, Family, Kind, MILLISECOND, Protocol, Readiness, Ready, Result, SECOND, Socket, State,
    TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream,
};
use berkeley_testkit::{each_stream_pair, has_unix_sockets, limit, scratch, tcp_pair};

const CONNECTED: Readiness = Readiness::DETERMINED.union(Readiness::CONNECTED);
const OVER: Readiness = Readiness::DETERMINED.union(Readiness::FAILED).union(Readiness::DISCONNECTED);

/// As long as the originals wait for anything.
const PATIENCE: std::time::Duration = SECOND.saturating_mul(10);

/// A listener, a client that has just connected, and what the listener accepted.
struct Trio {
    listener: Socket,
    client: Socket,
    remote: Socket,
}

/// Asks a listener in each state, as `local-test/sockets` and `ipv4-tcp-test/sockets` do.
fn trio(listener: Socket, connect: impl FnOnce() -> Result<Socket>) -> Trio {
    assert_eq!(listener.readiness().unwrap(), Readiness::empty());
    let client = connect().unwrap();
    assert_eq!(listener.by(PATIENCE).wait_until(Readiness::CONNECTION).unwrap(), Readiness::CONNECTION);
    let (remote, _) = listener.accept().unwrap();
    assert_eq!(listener.readiness().unwrap(), Readiness::empty());
    Trio { listener, client, remote }
}

fn tcp_trio() -> Trio {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    trio(listener.into_any(), || TcpStream::connect(address).map(TcpStream::into_any))
}

/// Runs `body` with the sockets, if there are Unix sockets.
fn with_unix_trio(body: impl FnOnce(Trio)) {
    if !has_unix_sockets() {
        return;
    }
    let folder = scratch();
    let path = folder.path().join("test.socket");
    let listener = UnixListener::bind(&path).unwrap();
    let connect = || UnixStream::connect(&path).map(UnixStream::into_any);
    body(trio(listener.into_any(), connect));
}

fn both_ends_are_connected(trio: &Trio) {
    for end in [&trio.client, &trio.remote] {
        let readiness = end.by(PATIENCE).wait_until(CONNECTED).unwrap();
        assert!(readiness.contains(CONNECTED) && !readiness.contains(Readiness::FAILED), "{readiness:?}");
    }
    assert!(!trio.listener.readiness().unwrap().contains(Readiness::FAILED));
}

#[test]
fn t_b_02_local_test_sockets() {
    let _limit = limit();
    with_unix_trio(|trio| both_ends_are_connected(&trio));
}

#[test]
fn t_b_10_ipv4_tcp_test_sockets() {
    let _limit = limit();
    both_ends_are_connected(&tcp_trio());
}

/// Sends two bytes of a buffer into another part of it. Ranges that are none make no slice: there is no call to refuse.
fn two_bytes_cross(trio: &Trio) {
    let Trio { client, remote, .. } = trio;
    assert_eq!(client.readiness().unwrap(), CONNECTED | Readiness::ROOM);
    assert!(!remote.readiness().unwrap().contains(Readiness::DATA));
    let mut buffer: [u8; 10] = std::array::from_fn(|at| at as u8);
    assert!(buffer.get(3..11).is_none());
    assert_eq!(client.send(&buffer[3..5]).unwrap(), 2);
    assert!(remote.by(PATIENCE).wait_until(Readiness::DATA).unwrap().contains(Readiness::DATA));
    assert_eq!(remote.recv(&mut buffer[7..10]).unwrap().len(), 2);
    assert_eq!(buffer, [0, 1, 2, 3, 4, 5, 6, 3, 4, 9]);
    assert!(!remote.readiness().unwrap().contains(Readiness::DATA));
    assert!(client.readiness().unwrap().contains(Readiness::ROOM));
}

#[test]
fn t_b_03_local_test_stream() {
    let _limit = limit();
    with_unix_trio(|trio| two_bytes_cross(&trio));
}

#[test]
fn t_b_11_ipv4_tcp_test_stream() {
    let _limit = limit();
    two_bytes_cross(&tcp_trio());
}

/// The end is waited for in vain by nobody: each of the four answers at once.
fn the_peer_goes(trio: Trio) {
    let Trio { client, remote, .. } = trio;
    assert!(client.readiness().unwrap().contains(Readiness::ROOM));
    assert!(!remote.readiness().unwrap().contains(Readiness::DATA));
    remote.close().unwrap();
    for asked in [Readiness::DISCONNECTED, Readiness::DATA, Readiness::empty()] {
        assert_eq!(client.by(PATIENCE).wait_until(asked).unwrap(), OVER, "{asked:?}");
    }
    assert_eq!(client.by(PATIENCE).wait_until(Readiness::CONNECTED).unwrap(), OVER);
    assert_eq!(client.wait_until(Readiness::ROOM).unwrap(), OVER);
    assert_eq!(client.readiness().unwrap(), OVER, "and it stays so");
}

#[test]
fn t_b_04_local_test_remote_disconnected() {
    let _limit = limit();
    with_unix_trio(the_peer_goes);
}

/// That a closed socket cannot be asked is for the compiler to say: closing takes it.
#[test]
fn t_b_12_ipv4_tcp_test_remote_disconnected() {
    let _limit = limit();
    the_peer_goes(tcp_trio());
}

#[test]
fn t_b_07_local_test_no_data() {
    let _limit = limit();
    with_unix_trio(|trio| {
        for end in [&trio.client, &trio.remote] {
            assert!(end.now().recv(&mut [0; 10]).unwrap().is_none());
            assert_eq!(end.readiness().unwrap(), CONNECTED | Readiness::ROOM);
        }
    });
}

/// Sends until there is no room: the connection is still one, and is ready again when the peer has received.
fn the_buffer_fills(trio: &Trio) {
    let Trio { client, remote, .. } = trio;
    let data = vec![0; 100_000];
    let written = (0..1000).find(|_| client.now().send(&data).unwrap().is_none());
    assert!(written.is_some(), "a hundred megabytes found room");
    assert_eq!(client.readiness().unwrap(), CONNECTED);
    assert!(client.by(MILLISECOND).wait_until(Readiness::ROOM).unwrap_err().is_deadline_passed());
    let mut room = vec![0; 1 << 20];
    while !client.readiness().unwrap().contains(Readiness::ROOM) {
        remote.by(PATIENCE).wait_until(Readiness::DATA).unwrap();
        remote.recv(&mut room).unwrap();
    }
}

#[test]
fn t_b_08_local_test_full_write_buffer() {
    let _limit = limit();
    with_unix_trio(|trio| the_buffer_fills(&trio));
}

#[test]
fn a_full_buffer_of_tcp_is_no_connect_under_way() {
    let _limit = limit();
    the_buffer_fills(&tcp_trio());
}

/// What is asked of a connect under way, and what its failure has of it.
const ASKED: Readiness = CONNECTED.union(Readiness::FAILED);

#[test]
#[cfg(target_os = "linux")]
fn t_b_13_connect_to_ipv4_server_does_not_exist() {
    use berkeley_testkit::{in_own_network, ip, need};

    let _limit = limit();
    let _ = in_own_network(|| {
        // What is sent there is never answered, and never leaves.
        let silent = ip(&["route", "add", "192.0.2.0/24", "dev", "lo"]);
        if !need(silent.is_ok(), "ip(8)") {
            return;
        }
        let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        socket.set(berkeley::option::tcp::SYNCNT, 1).unwrap();
        let mut pending = socket.start_connect("192.0.2.1:9").unwrap();
        assert_eq!(pending.socket().readiness().unwrap(), Readiness::empty(), "it is under way");
        let error = pending.socket().by(MILLISECOND).wait_until(ASKED).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
        assert_eq!(pending.socket().by(SECOND * 50).wait_until(ASKED).unwrap(), OVER);
        let State::Failed(error) = pending.state() else { panic!("{pending:?}") };
        assert!(error.is_timed_out(), "{error}");
    });
}

#[test]
fn t_b_14_connect_to_ipv4_server_does_not_exist_loopback() {
    let _limit = limit();
    let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let mut pending = TcpStream::start_connect(bound.local_address().unwrap()).unwrap();
    let readiness = pending.socket().by(PATIENCE).wait_until(ASKED).unwrap();
    assert_eq!(readiness, OVER);
    assert_eq!(readiness & ASKED, Readiness::DETERMINED | Readiness::FAILED, "two of the three");
    // The questions have not taken the reason away.
    let State::Failed(error) = pending.state() else { panic!("{pending:?}") };
    assert!(error.is_refused(), "{error}");
}

#[test]
fn t_b_16_ipv4_tcp_test_server_port_zero() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(listener.readiness().unwrap(), Readiness::empty());
    let address = listener.local_address().unwrap();
    assert!(address.port() != 0 && address.ip().is_loopback());
    let client = TcpStream::connect(address).unwrap();
    listener.by(PATIENCE).wait_until(Readiness::CONNECTION).unwrap();
    let (remote, _) = listener.accept().unwrap();
    for end in [&client, &remote] {
        assert!(end.readiness().unwrap().contains(CONNECTED));
    }
}

/// One of the originals' expressions over events: which flags it is asked about, and what it says.
type Expression = (fn(Ready) -> bool, Ready, bool);

const IN: Ready = Ready::READABLE;
const HUP: Ready = Ready::HANG_UP;
const NONE: Ready = Ready::empty();

/// The expressions of the two tests, which the originals interpret and compile: here both are the compiler's.
const EXPRESSIONS: [Expression; 14] = [
    (|ready| ready.contains(IN), IN, true),
    (|ready| ready.contains(HUP), IN, false),
    (|ready| ready.intersects(IN.union(HUP)), IN, true),
    (|ready| ready.intersects(IN.union(HUP)), HUP, true),
    (|ready| ready.intersects(IN.union(HUP)), NONE, false),
    (|ready| ready.contains(IN) || !ready.contains(HUP), NONE, true),
    (|ready| ready.contains(IN) && !ready.contains(HUP), NONE, false),
    (|ready| ready.contains(IN) && !ready.contains(HUP), IN, true),
    (|ready| ready.contains(IN) && !ready.contains(HUP), IN.union(HUP), false),
    (|ready| ready.contains(IN) || ready.contains(HUP), IN, true),
    (|ready| !(!ready.contains(IN) && !ready.contains(HUP)), IN, true),
    (|ready| ready.contains(IN) || ready.contains(HUP), HUP, true),
    (|ready| !(!ready.contains(IN) && !ready.contains(HUP)), HUP, true),
    (|ready| ready.contains(HUP) && None::<&Socket>.is_none(), HUP, true),
];

#[test]
fn t_b_21_t_b_27_poll_fd_event_test() {
    for (at, (expression, ready, said)) in EXPRESSIONS.into_iter().enumerate() {
        assert_eq!(expression(ready), said, "expression {at} on {ready:?}");
    }
}

#[test]
fn data_that_is_left_counts_after_the_peer_has_gone() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        right.send(b"bye").unwrap();
        right.close().unwrap();
        let readiness = left.by(PATIENCE).wait_until(Readiness::DATA).unwrap();
        assert_eq!(readiness - Readiness::ROOM, CONNECTED | Readiness::DATA);
        let error = left.by(MILLISECOND * 5).wait_until(Readiness::DISCONNECTED).unwrap_err();
        assert!(error.is_deadline_passed(), "the data hides the end: {error}");
        assert_eq!(left.recv(&mut [0; 8]).unwrap().len(), 3);
        assert_eq!(left.by(PATIENCE).wait_until(Readiness::DISCONNECTED).unwrap(), OVER);
    });
}

#[test]
fn the_end_is_found_by_one_thread_when_another_has_received_the_data() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        right.send(b"bye").unwrap();
        right.close().unwrap();
        let twin = left.duplicate().unwrap();
        let waiter = std::thread::spawn(move || twin.by(PATIENCE).wait_until(Readiness::DISCONNECTED));
        assert_eq!(left.recv(&mut [0; 8]).unwrap().len(), 3);
        assert_eq!(waiter.join().unwrap().unwrap(), OVER);
    });
}

#[test]
fn a_reset_is_a_failure_and_is_told_to_the_next_call_as_well() {
    let _limit = limit();
    let (client, server) = tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    server.set_linger(berkeley::option::Linger(Some(0))).unwrap();
    server.close().unwrap();
    let readiness = client.by(PATIENCE).wait_until(Readiness::FAILED).unwrap();
    assert_eq!(readiness, OVER);
    if !berkeley_testkit::lacks(berkeley_testkit::Lack::Reset) {
        let error: Error = client.recv(&mut [0; 8]).unwrap_err();
        assert!(error.is_connection_reset(), "{error}");
    }
}

#[test]
fn datagrams_have_data_and_room_and_an_empty_one_is_no_end() {
    let _limit = limit();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    assert_eq!(socket.readiness().unwrap(), CONNECTED | Readiness::ROOM);
    for message in [&b""[..], b"longer than a byte"] {
        socket.send_to(message, &socket.local_address().unwrap()).unwrap();
        let readiness = socket.by(PATIENCE).wait_until(Readiness::DATA).unwrap();
        assert_eq!(readiness, CONNECTED | Readiness::ROOM | Readiness::DATA);
        assert_eq!(socket.recv(&mut [0; 64]).unwrap().len(), message.len(), "it was only looked at");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_error_of_a_datagram_is_left_for_the_next_call() {
    let _limit = limit();
    let gone = UdpSocket::bind("127.0.0.1:0").unwrap();
    let socket = UdpSocket::connected_to(gone.local_address().unwrap()).unwrap();
    gone.close().unwrap();
    socket.send(b"x").unwrap();
    let ready = berkeley::wait_for(&socket, berkeley::Interest::READABLE, PATIENCE).unwrap();
    assert!(ready.contains(Ready::ERROR), "{ready:?}");
    for _ in 0..2 {
        assert_eq!(socket.readiness().unwrap(), CONNECTED | Readiness::ROOM);
    }
    assert!(socket.recv(&mut [0; 8]).unwrap_err().is_refused());
}

#[test]
fn by_a_deadline_that_has_passed_is_what_holds_now() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let asked = left.by(Deadline::now()).wait_until(Readiness::CONNECTED).unwrap();
        assert_eq!(asked, CONNECTED | Readiness::ROOM);
        let error = left.by(Deadline::now()).wait_until(Readiness::DATA).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
        drop(right);
    });
}

#[test]
#[cfg(debug_assertions)]
fn it_is_one_poll_and_at_most_one_look_at_the_data() {
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::{Faults, calls_of};

    let _limit = limit();
    let (client, server) = tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    let (_, calls) = calls_of(|| server.readiness().unwrap());
    assert_eq!(calls, [Operation::Wait]);
    client.send(b"x").unwrap();
    server.by(PATIENCE).wait_until(Readiness::DATA).unwrap();
    let (_, calls) = calls_of(|| server.readiness().unwrap());
    assert_eq!(calls, [Operation::Wait, Operation::Receive]);

    let faults = Faults::fail(Operation::Wait, Errno::INTR, 2).and_fail(Operation::Receive, Errno::INTR, 2);
    assert!(server.readiness().unwrap().contains(Readiness::DATA));
    drop(faults);
    let faults = Faults::fail(Operation::Receive, Errno::CONNRESET, 1);
    assert!(server.readiness().unwrap_err().is_connection_reset(), "what a look takes away, it tells");
    drop(faults);
}

#[test]
#[cfg(target_os = "linux")]
fn a_pending_error_of_a_message_is_no_failure_of_the_connection() {
    let _limit = limit();
    if !berkeley_testkit::need_real("SO_TIMESTAMPING") {
        return;
    }
    let (client, server) = tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    // The time at which it was sent comes back through the error queue.
    client.set_by_name("socket.timestamping", "tx-software,software").unwrap();
    client.send(b"x").unwrap();
    server.by(PATIENCE).wait_until(Readiness::DATA).unwrap();
    let ready = berkeley::wait_for(&client, berkeley::Interest::PRIORITY, PATIENCE).unwrap();
    assert!(ready.contains(Ready::ERROR), "{ready:?}");
    assert_eq!(client.readiness().unwrap(), CONNECTED | Readiness::ROOM);
}
