//! The socket: every call, over every family that a plain machine has.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;

use berkeley::{
    Address, Family, Kind, Protocol, ReceiveFlags, SECOND, SendFlags, Shutdown, Socket, TcpListener,
    TcpStream, UdpSocket, Uninit, UnixListener, option, spare,
};
#[cfg(unix)]
use berkeley::{UnixDatagram, UnixSeqpacket, UnixStream};
#[cfg(unix)]
use berkeley_testkit::scratch;
use berkeley_testkit::{Lack, each_loopback, each_stream_pair, lacks, limit, need, tcp_pair, udp_pair};

fn v4() -> std::net::SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Sockets go to other threads and are used by several at once.
#[test]
fn sockets_and_errors_are_sent_and_shared() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Socket>();
    is_shared::<TcpStream>();
    is_shared::<UnixListener>();
    is_shared::<berkeley::By<UdpSocket>>();
    is_shared::<berkeley::Connecting<TcpStream>>();
    is_shared::<berkeley::Error>();
}

/// Every combination that the kernel opens is opened, and says what it is.
#[test]
fn open_knows_families_types_and_protocols() {
    for (family, kind, protocol) in [
        (Family::INET, Kind::STREAM, Protocol::DEFAULT),
        (Family::INET, Kind::STREAM, Protocol::TCP),
        (Family::INET6, Kind::DGRAM, Protocol::UDP),
        (Family::UNIX, Kind::STREAM, Protocol::DEFAULT),
        #[cfg(target_os = "linux")]
        (Family::INET, Kind::STREAM, Protocol::MPTCP),
        #[cfg(target_os = "linux")]
        (Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT),
        #[cfg(target_os = "linux")]
        (Family::NETLINK, Kind::RAW, Protocol::DEFAULT),
        #[cfg(target_os = "linux")]
        (Family::VSOCK, Kind::STREAM, Protocol::DEFAULT),
    ] {
        match Socket::open(family, kind, protocol) {
            Ok(socket) => {
                assert_eq!((socket.family(), socket.kind()), (family, kind));
                assert_eq!(socket.get(option::socket::TYPE).unwrap(), kind);
            }
            Err(error) => {
                assert!(error.is_unsupported(), "{error}");
                let is_known = family == Family::UNIX && lacks(Lack::UnixSockets);
                let _ = is_known || need(false, &format!("{kind:?} sockets of the family {family:?}"));
            }
        }
    }
}

#[test]
fn what_the_system_lacks_is_unsupported_and_not_another_failure() {
    let unknown = Socket::open(Family::from_raw(200), Kind::STREAM, Protocol::DEFAULT).unwrap_err();
    assert!(unknown.is_unsupported(), "{unknown}");
    let mismatch = Socket::open(Family::INET, Kind::STREAM, Protocol::UDP).unwrap_err();
    assert!(mismatch.is_unsupported(), "{mismatch}");
    let elsewhere = if cfg!(target_os = "linux") { Family::LINK } else { Family::PACKET };
    assert!(!elsewhere.is_available());
    assert!(Socket::open(elsewhere, Kind::RAW, Protocol::DEFAULT).unwrap_err().is_unsupported());
}

#[test]
#[cfg(target_os = "linux")]
fn every_descriptor_is_close_on_exec_and_a_raw_one_is_not() {
    use berkeley_testkit::descriptor::is_close_on_exec as is_cloexec;

    let open = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    let (left, right) = UnixStream::pair().unwrap();
    let (client, server) = tcp_pair(v4()).unwrap();
    let copy = server.duplicate().unwrap();
    assert!(is_cloexec(&open) && is_cloexec(&left) && is_cloexec(&right));
    assert!(is_cloexec(&client) && is_cloexec(&server) && is_cloexec(&copy));
    assert!(!is_cloexec(&Socket::open_raw(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap()));
}

#[test]
fn names_are_told_on_both_sides() {
    let _limit = limit();
    each_loopback(|loopback| {
        let (client, server) = tcp_pair(loopback).unwrap();
        assert_eq!(client.local_address().unwrap(), server.peer_address().unwrap());
        assert_eq!(client.peer_address().unwrap(), server.local_address().unwrap());
        assert!(client.is_connected() && !client.is_listening());
    });
}

#[test]
fn a_fresh_socket_has_the_unspecified_address_and_no_peer() {
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    assert_eq!(socket.local_address().unwrap(), Address::from(std::net::SocketAddrV4::new([0; 4].into(), 0)));
    let error = socket.peer_address().unwrap_err();
    assert!(error.is_not_connected(), "{error}");
    assert!(!socket.is_connected());
}

#[test]
fn each_half_is_shut_down_by_itself() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.shutdown(Shutdown::Send).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(server.recv(&mut buffer).unwrap(), 0, "the end of the data");
    assert_eq!(server.send(b"late").unwrap(), 4, "the other half goes on");
    assert_eq!(client.recv(&mut buffer).unwrap(), 4);
    let error = client.send(b"x").unwrap_err();
    assert!(error.is_broken_pipe(), "{error}");
    server.shutdown(Shutdown::Both).unwrap();
    assert_eq!(client.recv(&mut buffer).unwrap(), 0);
}

#[test]
fn shutdown_of_what_is_not_connected_is_refused() {
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    assert!(socket.shutdown(Shutdown::Both).unwrap_err().is_not_connected());
}

/// SIGPIPE would end this process; a pipe to `sh` shows that it is not merely ignored by the test's runtime.
#[test]
#[cfg(unix)]
fn sending_to_nobody_is_an_error_and_no_signal() {
    let (left, right) = UnixStream::pair().unwrap();
    drop(right);
    for error in [
        left.send(b"x").unwrap_err(),
        left.now().send(b"x").unwrap_err(),
        left.by(SECOND).send(b"x").unwrap_err(),
        left.send_vectored(&[IoSlice::new(b"x")]).unwrap_err(),
    ] {
        assert!(error.is_broken_pipe(), "{error}");
    }
}

#[test]
fn a_duplicate_is_the_same_socket() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let copy = left.duplicate().unwrap();
        drop(left);
        copy.send(b"still there").unwrap();
        let mut buffer = [0; 32];
        assert_eq!(right.recv(&mut buffer).unwrap().len(), 11);
        copy.close().unwrap();
        assert!(right.recv(&mut buffer).unwrap().is_empty());
    });
}

#[test]
fn vectored_calls_gather_and_scatter() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let sent =
            left.send_vectored(&[IoSlice::new(b"head"), IoSlice::new(b""), IoSlice::new(b"body")]).unwrap();
        assert_eq!(sent, 8);
        let (mut head, mut body) = ([0; 4], [0; 10]);
        let received =
            right.recv_vectored(&mut [IoSliceMut::new(&mut head), IoSliceMut::new(&mut body)]).unwrap();
        assert_eq!((received.len(), &head, &body[..4]), (8, b"head", &b"body"[..]));
    });
}

#[test]
fn more_slices_than_the_system_takes_are_sent_in_part() {
    let _limit = limit();
    // IOV_MAX; Windows has no such number.
    let most = if cfg!(windows) { 3000 } else { 1024 };
    each_stream_pair(|left, right| {
        let slices: Vec<_> = (0..3000).map(|_| IoSlice::new(b"x")).collect();
        if lacks(Lack::ManySlices) {
            assert!(left.send_vectored(&slices).unwrap_err().is_message_too_long());
            return;
        }
        assert_eq!(left.send_vectored(&slices).unwrap(), most);
        left.shutdown(Shutdown::Send).unwrap();
        assert_eq!(right.recv_with(&mut [0; 4096], ReceiveFlags::WAITALL).unwrap().len(), most);
    });
}

#[test]
fn a_datagram_of_more_slices_than_the_system_takes_is_not_cut() {
    let _limit = limit();
    each_loopback(|loopback| {
        let receiver = UdpSocket::bind(loopback).unwrap();
        let sender = UdpSocket::connected_to(receiver.local_address().unwrap()).unwrap();
        let slices: Vec<_> = (0..1025).map(|_| IoSlice::new(b"x")).collect();
        match sender.send_vectored(&slices) {
            Ok(sent) => {
                assert_eq!((sent, cfg!(unix)), (1025, false));
                assert_eq!(receiver.recv(&mut [0; 2048]).unwrap().len(), 1025);
            }
            Err(error) => {
                assert!(error.is_message_too_long(), "{error}");
                assert!(receiver.now().recv(&mut [0; 8]).unwrap().is_none());
            }
        }
        if lacks(Lack::ManySlices) {
            return;
        }
        sender.send(b"x").unwrap();
        let mut bytes = [0; 1025];
        let mut slices: Vec<_> = bytes.chunks_mut(1).map(IoSliceMut::new).collect();
        match receiver.recv_vectored(&mut slices) {
            Ok(told) => assert_eq!((told.len(), cfg!(unix)), (1, false)),
            Err(error) => assert!(error.is_message_too_long(), "{error}"),
        }
    });
}

#[test]
fn vectored_datagrams_carry_their_address() {
    each_loopback(|loopback| {
        let (left, right) = (UdpSocket::bind(loopback).unwrap(), UdpSocket::bind(loopback).unwrap());
        let to = right.local_address().unwrap();
        left.send_vectored_to(&[IoSlice::new(b"ab"), IoSlice::new(b"cd")], &to).unwrap();
        let (mut one, mut two) = ([0; 3], [0; 3]);
        let mut slices = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
        let (received, from) = right.recv_vectored_from(&mut slices).unwrap();
        assert_eq!((received.len(), from), (4, left.local_address().unwrap()));
        assert_eq!((&one, &two[..1]), (b"abc", &b"d"[..]));
    });
}

#[test]
fn memory_without_values_is_filled_without_unsafe_code() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        left.send(b"one two three").unwrap();

        let mut vector = b"> ".to_vec();
        vector.reserve_exact(4);
        let room = vector.capacity() - vector.len();
        assert_eq!(right.recv(&mut spare(&mut vector)).unwrap().len(), room);
        assert_eq!(vector, [b"> ", &b"one two three"[..room]].concat());

        let mut memory = [MaybeUninit::uninit(); 64];
        let mut buffer = Uninit::new(&mut memory);
        right.recv(&mut buffer).unwrap();
        assert_eq!(buffer.filled(), &b"one two three"[room..]);
        left.send(b"!").unwrap();
        right.recv(&mut buffer).unwrap();
        assert_eq!(buffer.filled().last(), Some(&b'!'));
        assert_eq!(buffer.room(), 64 - buffer.filled().len());
        buffer.clear();
        assert!(buffer.filled().is_empty());
    });
}

#[test]
fn a_vector_is_filled_over_what_it_holds() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        left.send(b"abc").unwrap();
        let mut vector = vec![b'.'; 5];
        assert_eq!(right.recv(&mut vector).unwrap().len(), 3);
        assert_eq!(vector, b"abc..");
    });
}

/// The same on every transport that keeps boundaries, and the sender is known all the same.
#[test]
fn a_message_too_long_is_cut_and_says_so() {
    let _limit = limit();
    let (left, right) = udp_pair(v4()).unwrap();
    left.send(b"12345").unwrap();
    let mut buffer = [0; 3];
    let (received, from) = right.recv_from(&mut buffer).unwrap();
    assert_eq!((received.len(), &buffer), (3, b"123"));
    assert!(received.is_truncated());
    assert_eq!(from, left.local_address().unwrap());
    if cfg!(target_os = "linux") {
        assert_eq!(received.full_len(), Some(5));
    }
    left.send(b"123").unwrap();
    let whole = right.recv(&mut buffer).unwrap();
    assert!(!whole.is_truncated() && whole.full_len() == Some(3), "{whole:?}");
}

#[test]
#[cfg(unix)]
fn a_unix_message_too_long_is_cut_and_says_so() {
    let (left, right) = UnixDatagram::pair().unwrap();
    left.send(&[7; 100]).unwrap();
    let received = right.recv(&mut [0; 10]).unwrap();
    assert!(received.is_truncated());
    if cfg!(target_os = "linux") {
        assert_eq!(received.full_len(), Some(100));
        let (left, right) = UnixSeqpacket::pair().unwrap();
        left.send(&[7; 100]).unwrap();
        let (mut one, mut two) = ([0; 4], [0; 6]);
        let received =
            right.recv_vectored(&mut [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)]).unwrap();
        assert!(received.is_truncated() && received.len() == 10);
        assert_eq!(received.full_len(), Some(100));
    }
}

/// A ping socket takes no MSG_TRUNC, so that the cut must be found in another way.
#[test]
#[cfg(target_os = "linux")]
fn a_cut_is_told_where_the_whole_length_is_not() {
    let Ok(ping) = Socket::open(Family::INET, Kind::RAW, Protocol::ICMP) else {
        let _ = need(false, "the privilege to open raw sockets");
        return;
    };
    // An echo request to this machine comes back as it is, then as a reply: both longer than the buffer.
    let request = [8, 0, 0xf7, 0xff, 0, 0, 0, 0];
    ping.send_to(&request, &"127.0.0.1:0".parse().unwrap()).unwrap();
    let received = ping.by(SECOND * 10).recv(&mut [0; 4]).unwrap();
    assert!(received.is_truncated(), "{received:?}");
}

#[test]
fn read_says_of_a_message_cut_that_it_was() {
    let _limit = limit();
    let (left, right) = udp_pair(v4()).unwrap();
    left.send(b"12345").unwrap();
    let mut right = right.into_any();
    let error = right.read(&mut [0; 3]).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(berkeley::Errno::MSGSIZE.as_raw()));
}

#[test]
#[cfg(unix)]
fn a_sender_without_a_name_is_unnamed_through_every_socket() {
    let folder = scratch();
    let receiver = UnixDatagram::bind(folder.path().join("r")).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    let to = receiver.local_address().unwrap();
    sender.send_vectored_to_with(&[IoSlice::new(b"x")], &to, SendFlags::empty()).unwrap();
    sender.send_to(b"x", &to).unwrap();
    let receiver = receiver.into_any();
    let (_, from) = receiver.recv_from(&mut [0; 8]).unwrap();
    assert_eq!(from, Address::from(berkeley::UnixAddress::unnamed()));
    let mut room = [0; 8];
    let (_, from) =
        receiver.recv_vectored_from_with(&mut [IoSliceMut::new(&mut room)], ReceiveFlags::empty()).unwrap();
    assert_eq!(from.to_string(), "unix:");
}

#[test]
fn a_send_before_a_connect_and_after_the_peer_is_gone_is_an_error() {
    let _limit = limit();
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    let error = socket.send(b"x").unwrap_err();
    let expected = if lacks(Lack::NotConnected) {
        error.is_connection_reset()
    } else {
        error.is_not_connected() || error.is_broken_pipe()
    };
    assert!(expected, "{error}");
    let (client, server) = tcp_pair(v4()).unwrap();
    drop(server);
    // The first is taken, and answered with a reset; one that follows fails.
    let mut sent = 0;
    let error = loop {
        match client.send(b"x") {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    let expected = error.is_broken_pipe() || error.is_connection_reset() || error.is_connection_aborted();
    assert!(sent >= 1 && expected, "{sent}: {error}");
}

#[test]
fn an_empty_message_is_a_message() {
    let _limit = limit();
    let (left, right) = udp_pair(v4()).unwrap();
    assert_eq!(left.send(b"").unwrap(), 0);
    let (received, from) = right.recv_from(&mut [0; 8]).unwrap();
    assert!(received.is_empty() && !received.is_truncated());
    assert_eq!(from, left.local_address().unwrap());
}

#[test]
fn peek_leaves_what_it_shows() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.send(b"abc").unwrap();
    let mut buffer = [0; 2];
    assert_eq!(server.peek(&mut buffer).unwrap(), 2);
    let mut all = [0; 8];
    assert_eq!(server.recv(&mut all).unwrap(), 3);
    assert_eq!(server.now().peek(&mut buffer).unwrap(), None);
}

#[test]
fn wait_all_fills_the_buffer_from_several_sends() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    let sender = std::thread::spawn(move || {
        for piece in [b"ab", b"cd", b"ef"] {
            client.send(piece).unwrap();
        }
        client
    });
    let mut buffer = [0; 6];
    assert_eq!(server.recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(), 6);
    assert_eq!(&buffer, b"abcdef");
    let client = sender.join().unwrap();
    client.send(b"half").unwrap();
    client.shutdown(Shutdown::Send).unwrap();
    assert_eq!(
        server.by(SECOND * 10).recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(),
        4,
        "then it ended"
    );
}

#[test]
fn urgent_data_comes_beside_the_stream_and_the_mark_is_found() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    client.send(b"ab").unwrap();
    client.send_with(b"!", SendFlags::OOB).unwrap();
    client.send(b"cd").unwrap();
    let mut byte = [0; 1];
    // The kernel has no more to say than EINVAL about urgent data whose segment has not come.
    while let Err(error) = server.by(SECOND * 10).recv_with(&mut byte, ReceiveFlags::OOB) {
        assert!(error.is_invalid(), "{error}");
        std::thread::yield_now();
    }
    assert_eq!(&byte, b"!");
    assert!(!server.at_mark().unwrap());
    let mut buffer = [0; 8];
    assert_eq!(server.recv(&mut buffer).unwrap(), 2, "a receive stops at the mark");
    assert!(server.at_mark().unwrap());
    assert_eq!(server.recv(&mut buffer).unwrap(), 2);
    assert_eq!(&buffer[..2], b"cd");
}

#[test]
fn urgent_data_in_line_keeps_its_place() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    server.set(option::socket::OOBINLINE, true).unwrap();
    client.send_with(b"ab!", SendFlags::OOB).unwrap();
    let mut buffer = [0; 8];
    if cfg!(windows) {
        // A receive does not stop at the mark there, and no call tells of it.
        assert!(server.at_mark().unwrap_err().is_unsupported());
        assert_eq!(server.recv_with(&mut buffer[..3], ReceiveFlags::WAITALL).unwrap(), 3);
        assert_eq!(&buffer[..3], b"ab!");
        return;
    }
    assert_eq!(server.recv(&mut buffer).unwrap(), 2);
    assert!(server.at_mark().unwrap());
    assert_eq!(server.recv(&mut buffer).unwrap(), 1);
    assert_eq!(buffer[0], b'!');
}

#[test]
fn flags_of_sends_reach_the_system_or_are_refused_by_name() {
    let _limit = limit();
    let (left, right) = udp_pair(v4()).unwrap();
    left.send_with(b"near", SendFlags::DONTROUTE).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(right.recv(&mut buffer).unwrap().len(), 4);
    let confirm = left.send_with(b"known", SendFlags::CONFIRM);
    let more = left.send_with(b"corked", SendFlags::MORE);
    if cfg!(target_os = "linux") {
        assert_eq!(confirm.unwrap(), 5);
        assert_eq!(right.recv(&mut buffer).unwrap().len(), 5);
        more.unwrap();
        assert_eq!(right.now().recv(&mut buffer).unwrap(), None, "more is to follow");
        left.send(b" and out").unwrap();
        let received = right.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len()], b"corked and out");
    } else {
        assert!(confirm.unwrap_err().is_unsupported());
        assert!(more.unwrap_err().is_unsupported());
    }
    if cfg!(any(target_os = "linux", windows)) {
        let error = left.send_with(b"x", SendFlags::EOF).unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains("EOF"), "{error}");
    }
}

#[test]
fn bytes_queued_are_told_each_way() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    assert_eq!(server.queued_receive().unwrap(), 0);
    client.send(b"12345").unwrap();
    server.peek(&mut [0; 1]).unwrap();
    assert_eq!(server.queued_receive().unwrap(), 5);
    match client.queued_send() {
        // Acknowledged at once on the loopback, or on its way.
        Ok(queued) => assert!(queued <= 5),
        Err(error) => assert!(error.is_unsupported(), "{error}"),
    }
    let (left, right) = udp_pair(v4()).unwrap();
    left.send(&[0; 77]).unwrap();
    right.peek(&mut [0; 1]).unwrap();
    assert!(right.queued_receive().unwrap() >= 77);
}

#[test]
fn disconnect_dissolves_the_association() {
    let _limit = limit();
    let (left, _right) = udp_pair(v4()).unwrap();
    assert!(left.is_connected());
    left.disconnect().unwrap();
    assert!(!left.is_connected());
    if lacks(Lack::Disconnect) {
        assert_eq!(left.send(b"x").unwrap(), 1);
        return;
    }
    let error = left.send(b"x").unwrap_err();
    assert!(error.is_destination_required() || error.is_not_connected(), "{error}");
}

#[test]
fn a_pair_is_connected_whatever_its_type() {
    for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET] {
        match Socket::pair(Family::UNIX, kind, Protocol::DEFAULT) {
            Ok((left, right)) => {
                left.send(b"hi").unwrap();
                assert_eq!(right.recv(&mut [0; 8]).unwrap().len(), 2);
            }
            Err(error) => assert!(error.is_unsupported(), "{error}"),
        }
    }
    assert!(Socket::pair(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap_err().is_unsupported());
}

#[test]
fn debug_tells_family_type_state_and_addresses() {
    let (client, server) = tcp_pair(v4()).unwrap();
    let text = format!("{client:?}");
    let (local, peer) = (client.local_address().unwrap(), server.local_address().unwrap());
    assert_eq!(
        text,
        format!("TcpStream {{ family: INET, kind: STREAM, state: connected, local: {local}, peer: {peer} }}")
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(format!("{listener:?}").contains("TcpListener { family: INET, kind: STREAM, state: listening"));
    let rows = [
        (Family::INET, "Socket { family: INET, kind: DGRAM, state: unconnected, local: 0.0.0.0:0 }"),
        #[cfg(unix)]
        (Family::UNIX, "Socket { family: UNIX, kind: DGRAM, state: unconnected, local: unix: }"),
    ];
    for (family, text) in rows {
        let fresh = Socket::open(family, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        assert_eq!(format!("{fresh:?}"), text);
    }
}

#[test]
fn std_types_come_and_go() {
    let listener = TcpListener::try_from(std::net::TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
    assert!(listener.now().accept().unwrap().is_none(), "an adopted listener does not wait");
    let client = std::net::TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let client = TcpStream::try_from(client).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.send(b"x").unwrap();
    let mut server: std::net::TcpStream = server.into();
    server.read_exact(&mut [0]).unwrap();
    let std: std::net::TcpListener = listener.into();
    // Blocking again: an accept by the standard library waits.
    let other = std::net::TcpStream::connect(std.local_addr().unwrap()).unwrap();
    assert_eq!(std.accept().unwrap().1, other.local_addr().unwrap());
    let udp = UdpSocket::try_from(std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
    let _: std::net::UdpSocket = udp.into();
}

#[test]
#[cfg(unix)]
fn what_is_adopted_is_found_out_from_the_system() {
    use std::os::fd::OwnedFd;

    let folder = scratch();
    let listener = std::os::unix::net::UnixListener::bind(folder.path().join("x")).unwrap();
    let socket = Socket::adopt(OwnedFd::from(listener)).unwrap();
    assert_eq!((socket.family(), socket.kind(), socket.is_listening()), (Family::UNIX, Kind::STREAM, true));
    let descriptor: OwnedFd = socket.into();
    let error = TcpStream::adopt(descriptor).unwrap_err();
    assert!(error.error().is_invalid(), "{error}");
    // The descriptor is not lost.
    let listener = UnixListener::adopt(error.into_descriptor()).unwrap();
    assert!(listener.now().accept().unwrap().is_none());

    let file = std::fs::File::open("/dev/null").unwrap();
    let error = Socket::adopt(OwnedFd::from(file)).unwrap_err();
    assert!(error.error().is_not_a_socket(), "{error}");
}

#[test]
fn bind_refuses_what_is_in_use_and_what_is_elsewhere() {
    let first = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = first.local_address().unwrap();
    let error = TcpListener::bind(address).unwrap_err();
    assert!(error.is_address_in_use());
    assert_eq!(error.address(), Some(&address.into()));
    // TEST-NET-1, RFC 5737.
    let elsewhere = UdpSocket::bind("192.0.2.1:0");
    if lacks(Lack::ForeignBind) {
        elsewhere.unwrap();
    } else {
        assert!(elsewhere.unwrap_err().is_address_not_available());
    }
    let error =
        Socket::open(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap().bind("[::1]:0").unwrap_err();
    assert!(error.is_unsupported() || error.is_invalid(), "{error}");
    let error = TcpListener::bind("unix:/tmp/x").unwrap_err();
    assert!(error.is_invalid());
}

#[test]
fn text_that_is_no_address_is_an_error_with_its_place() {
    let error = TcpStream::connect("127.0.0.1:99999").unwrap_err();
    assert!(error.is_invalid());
    let reason = error.parse_error().unwrap();
    assert_eq!(&reason.input()[reason.span()], "99999");
}

#[test]
fn a_zone_is_resolved_when_it_is_used() {
    let error = UdpSocket::bind("[fe80::1%no-such-if]:0").unwrap_err();
    assert!(error.is_no_such_interface(), "{error}");
    assert_eq!(error.address().unwrap().to_string(), "[fe80::1%no-such-if]:0");
    // Linux and Wine; the BSDs; Windows, for people and for programs. The loopback has no link-local address: that the
    // name was known shows in the kind of the failure.
    let names = ["lo", "lo0", "Loopback%20Pseudo-Interface%201", "loopback_0"];
    let errors = names.map(|name| UdpSocket::bind(format!("[fe80::1%{name}]:0")).unwrap_err());
    assert!(errors.iter().any(|error| !error.is_no_such_interface()), "{errors:?}");
}

#[test]
fn options_are_set_and_read_back() {
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    assert!(!socket.get(option::socket::KEEPALIVE).unwrap());
    socket.set(option::socket::KEEPALIVE, true).unwrap();
    assert!(socket.get(option::socket::KEEPALIVE).unwrap());
    socket.set(option::tcp::NODELAY, true).unwrap();
    assert!(socket.get(option::tcp::NODELAY).unwrap());
    socket.set(option::ip::TTL, 7).unwrap();
    assert_eq!(socket.get(option::ip::TTL).unwrap(), 7);
    let linger = option::Linger(Some(15));
    socket.set(option::socket::LINGER, linger).unwrap();
    assert_eq!(socket.get(option::socket::LINGER).unwrap(), linger);
    let limit = Some(std::time::Duration::from_millis(1500));
    socket.set(option::socket::SNDTIMEO, limit).unwrap();
    assert_eq!(socket.get(option::socket::SNDTIMEO).unwrap(), limit);
    assert_eq!(socket.get(option::socket::RCVTIMEO).unwrap(), None);
    let v6 = socket.get(option::ipv6::V6ONLY).unwrap_err();
    assert!(v6.is_unsupported() || v6.is_invalid(), "{v6}");
    let missing = socket.get(option::socket::EXCLUSIVEADDRUSE);
    assert_eq!(cfg!(windows), missing.is_ok());
}

#[test]
fn an_option_of_another_librarys_socket_is_read_too() {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    option::socket::BROADCAST.set(&socket, true).unwrap();
    assert!(socket.broadcast().unwrap());
}

#[test]
fn write_and_read_go_through_references_and_views() {
    let _limit = limit();
    let (client, server) = tcp_pair(v4()).unwrap();
    (&client).write_all(b"one").unwrap();
    client.by(SECOND * 10).write_all(b"two").unwrap();
    client.now().write_all(b"six").unwrap();
    let mut text = [0; 9];
    server.by(SECOND * 10).read_exact(&mut text).unwrap();
    assert_eq!(&text, b"onetwosix");
    let error = server.now().read(&mut text).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn udp_hears_that_nobody_is_there() {
    let _limit = limit();
    let gone = UdpSocket::bind("127.0.0.1:0").unwrap().local_address().unwrap();
    let socket = UdpSocket::connected_to(gone).unwrap();
    socket.send(b"anyone?").unwrap();
    if cfg!(windows) {
        // There such a report would have no place in a socket with many peers, and is switched off.
        let error = socket.by(berkeley::MILLISECOND * 50).recv(&mut [0; 8]).unwrap_err();
        assert!(error.is_deadline_passed() || (lacks(Lack::Refusals) && error.is_refused()), "{error}");
        return;
    }
    let error = socket.by(SECOND * 10).recv(&mut [0; 8]).unwrap_err();
    assert!(error.is_refused(), "{error}");
}

#[test]
fn an_address_that_a_family_cannot_take_names_itself() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to: std::net::SocketAddr = "[::1]:9".parse().unwrap();
    let error = socket.send_to(b"x", &to).unwrap_err();
    assert_eq!(error.address(), Some(&to.into()));
}

/// By an option or by a request; where a system has neither, it says so.
#[test]
fn a_connection_tells_of_itself() {
    let _limit = limit();
    let (client, server) = berkeley_testkit::tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    client.send(b"12345").unwrap();
    server.recv(&mut [0; 8]).unwrap();
    match client.info() {
        // Qemu gives the first four bytes, in the order of its own processor.
        Ok(_) if berkeley_testkit::is_emulated() => {}
        Ok(info) => {
            assert_eq!(info.state, Some(berkeley::option::TcpState::ESTABLISHED));
            assert!(info.bytes_sent.is_none_or(|sent| sent >= 5), "{info:?}");
        }
        Err(error) => assert!(!cfg!(target_os = "linux") && error.is_unsupported(), "{error}"),
    }
    let set = client.set_ack_frequency(1);
    assert!(set.as_ref().map_or_else(berkeley::Error::is_unsupported, |()| cfg!(windows)), "{set:?}");
}
