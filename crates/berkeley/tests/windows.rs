//! What Winsock does differently, and what is the same all the same.

#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::os::windows::io::{IntoRawSocket, OwnedSocket};

use berkeley::{
    Bundle, Connect, Deadline, Errno, Family, Kind, MILLISECOND, Operation, ProcessExit, Protocol,
    ReceiveFlags, SECOND, SendFlags, Shutdown, Signal, Signals, Socket, TcpListener, TcpStream, UdpSocket,
    Underway, UnixAddress, UnixDatagram, UnixListener, UnixStream, option,
};
use berkeley_testkit::{has_unix_sockets, limit, scratch, tcp_pair};

fn pair() -> (TcpStream, TcpStream) {
    tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// Whether a receive by the standard library waits: one that has a time limit ends by it, or at once.
fn waits(mut stream: &std::net::TcpStream) -> bool {
    stream.set_read_timeout(Some(MILLISECOND)).unwrap();
    match stream.read(&mut [0; 8]).unwrap_err().kind() {
        ErrorKind::TimedOut => true,
        ErrorKind::WouldBlock => false,
        other => panic!("{other}"),
    }
}

#[test]
fn what_the_standard_library_is_given_waits_and_what_is_merely_given_away_does_not() {
    let _limit = limit();
    let (client, server) = pair();
    assert!(waits(&server.into()));
    let (other, server) = pair();
    assert!(waits(&std::net::TcpStream::from(OwnedSocket::from(server))));
    let (third, server) = pair();
    let given = std::net::TcpStream::from(server.into_descriptor());
    assert!(!waits(&given));
    let adopted = TcpStream::try_from(given).unwrap();
    let raw = TcpStream::adopt_raw(adopted.into_descriptor(), Family::INET, Kind::STREAM);
    assert_eq!(raw.now().recv(&mut [0; 8]).unwrap(), None, "non-blocking as it went");
    assert_ne!(raw.into_raw_socket(), 0);
    drop((client, other, third));
}

#[test]
fn nothing_blocks_however_it_was_made() {
    let _limit = limit();
    let raw = Socket::open_raw(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    raw.bind("127.0.0.1:0").unwrap();
    assert!(raw.now().recv(&mut [0; 8]).unwrap().is_none());

    let (client, server) = pair();
    for stream in [server.duplicate().unwrap(), server] {
        assert_eq!(stream.now().recv(&mut [0; 8]).unwrap(), None);
        let adopted = TcpStream::try_from(std::net::TcpStream::from(stream)).unwrap();
        assert_eq!(adopted.now().recv(&mut [0; 8]).unwrap(), None);
        let error = adopted.by(MILLISECOND).recv(&mut [0; 8]).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
    }
    drop(client);
}

#[test]
fn to_make_a_socket_blocking_is_refused() {
    let _limit = limit();
    let (client, _server) = pair();
    assert!(client.set_nonblocking(false).unwrap_err().is_unsupported());
    client.set_nonblocking(true).unwrap();
}

#[test]
fn a_socket_without_a_name_tells_the_unspecified_address_of_its_family() {
    let _limit = limit();
    for (family, text) in [(Family::INET, "0.0.0.0:0"), (Family::INET6, "[::]:0")] {
        let Ok(socket) = Socket::open(family, Kind::STREAM, Protocol::DEFAULT) else { continue };
        assert_eq!(socket.local_address().unwrap().to_string(), text);
    }
}

#[test]
fn a_message_that_was_cut_keeps_its_front_and_its_sender() {
    let _limit = limit();
    let target = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let from = sender.local_address().unwrap();
    for _ in 0..2 {
        sender.send_to(b"abcdef", &target.local_address().unwrap()).unwrap();
    }
    let view = target.by(SECOND * 10);
    let mut buffer = [0; 4];
    let (received, address) = view.recv_from(&mut buffer).unwrap();
    assert_eq!((received.len(), received.full_len(), address), (4, None, from));
    assert_eq!(&buffer, b"abcd");

    let (mut one, mut two) = ([0; 1], [0; 2]);
    let slices = &mut [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
    let (received, address) = view.recv_vectored_from(slices).unwrap();
    assert_eq!((received.len(), received.full_len(), address), (3, None, from));
    assert_eq!((&one, &two), (b"a", b"bc"));
}

#[test]
fn slices_are_gathered_and_scattered_and_may_be_none() {
    let _limit = limit();
    let (client, server) = pair();
    let all: Vec<_> = b"xy".repeat(40).into_iter().map(|byte| [byte]).collect();
    let slices: Vec<_> = all.iter().map(|byte| IoSlice::new(byte)).collect();
    assert_eq!(client.send_vectored(&slices).unwrap(), 80);
    let (mut one, mut two) = ([0; 3], [0; 100]);
    let slices = &mut [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
    assert_eq!(server.by(SECOND * 10).recv_vectored(slices).unwrap(), 80);
    assert_eq!((&one, &two[..3]), (b"xyx", &b"yxy"[..]));
    assert_eq!(client.send_vectored(&[]).unwrap(), 0);
    client.send(b"z").unwrap();
    assert_eq!(server.by(SECOND * 10).recv_vectored(&mut []).unwrap(), 0);
}

#[test]
fn a_half_that_was_shut_down_has_ended() {
    let _limit = limit();
    let (client, server) = pair();
    server.shutdown(Shutdown::Receive).unwrap();
    assert_eq!(server.by(SECOND * 10).recv(&mut [0; 8]).unwrap(), 0);
    client.shutdown(Shutdown::Send).unwrap();
    assert!(client.send(b"x").unwrap_err().is_broken_pipe());
}

#[test]
fn to_wait_for_all_is_no_flag_for_the_system() {
    let _limit = limit();
    let (client, server) = pair();
    client.send(b"ab").unwrap();
    client.send(b"cd").unwrap();
    let mut buffer = [0; 4];
    let view = server.by(SECOND * 10);
    assert_eq!(view.recv_with(&mut buffer, ReceiveFlags::WAITALL).unwrap(), 4);
    assert_eq!(&buffer, b"abcd");
}

// Release builds do not count calls.
#[cfg(debug_assertions)]
#[test]
fn urgent_data_ahead_does_not_make_a_full_socket_writable() {
    let _limit = limit();
    let (client, server) = pair();
    client.send_with(b"!", SendFlags::OOB).unwrap();
    let data = vec![0; 65536];
    let waits = loop {
        let (sent, calls) = berkeley::fault::calls_of(|| server.by(MILLISECOND * 50).send(&data));
        if let Err(error) = sent {
            assert!(error.is_deadline_passed(), "{error}");
            break calls.into_iter().filter(|call| *call == Operation::Wait).count();
        }
    };
    assert!(waits <= 2, "it was said {waits} times that there is room");
    let mut urgent = [0; 1];
    assert_eq!(server.by(SECOND * 10).recv_with(&mut urgent, ReceiveFlags::OOB).unwrap(), 1);
    assert_eq!(&urgent, b"!");
}

#[test]
fn the_end_of_a_connect_is_heard_either_way() {
    let _limit = limit();
    let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let nobody = bound.local_address().unwrap();
    let error = TcpStream::connect_by(&nobody, Deadline::after(SECOND * 10)).unwrap_err();
    assert_eq!(error.errno(), Some(Errno::CONNREFUSED), "{error}");
    assert!(TcpStream::connect(&nobody).unwrap_err().is_refused());
}

#[test]
fn a_port_is_its_owners_alone() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    assert!(TcpListener::bind(address).is_err());
    let thief = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    thief.set(option::socket::REUSEADDR, true).unwrap();
    assert!(thief.bind(address).is_err());
}

#[test]
fn the_limit_of_a_socket_holds_for_calls_that_wait() {
    let _limit = limit();
    let (_client, server) = pair();
    server.set(option::socket::RCVTIMEO, Some(MILLISECOND * 5)).unwrap();
    assert_eq!(server.get(option::socket::RCVTIMEO).unwrap(), Some(MILLISECOND * 5));
    assert!(server.recv(&mut [0; 8]).unwrap_err().is_would_block());
}

#[test]
fn a_datagram_that_reached_nobody_is_no_error_of_the_next_receive() {
    let _limit = limit();
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_address().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"x", &nobody).unwrap();
    assert!(socket.by(MILLISECOND * 50).recv_from(&mut [0; 8]).unwrap_err().is_deadline_passed());
}

#[test]
fn what_reached_nobody_is_no_error_of_an_adopted_socket_either() {
    let _limit = limit();
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_address().unwrap();
    let socket = UdpSocket::try_from(std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
    socket.send_to(b"x", &nobody).unwrap();
    assert!(socket.by(MILLISECOND * 50).recv_from(&mut [0; 8]).unwrap_err().is_deadline_passed());
}

#[test]
fn a_socket_that_lingers_is_closed_without_waiting_and_loses_nothing() {
    let _limit = limit();
    for explicitly in [false, true] {
        let (client, server) = pair();
        client.set(option::socket::LINGER, option::Linger(Some(50))).unwrap();
        let (data, mut sent) = (vec![7; 65536], 0);
        while let Some(length) = client.now().send(&data).unwrap() {
            sent += length;
        }
        let closing = std::thread::spawn(move || {
            if explicitly {
                client.close().unwrap();
            }
        });
        let mut received = Vec::new();
        server.by(SECOND * 40).read_to_end(&mut received).unwrap();
        assert!(received.len() == sent && received.iter().all(|byte| *byte == 7));
        closing.join().unwrap();
    }
}

#[test]
fn unix_streams_connect_by_path_and_the_path_goes() {
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("s");
    if !has_unix_sockets() {
        assert!(UnixListener::bind(&path).unwrap_err().is_unsupported());
        assert!(UnixStream::connect(&path).unwrap_err().is_unsupported());
        return;
    }
    let listener = UnixListener::bind(&path).unwrap();
    assert_eq!(listener.local_address().unwrap().as_path(), Some(&*path));
    assert!(UnixListener::bind(&path).unwrap_err().is_address_in_use());
    assert!(UnixListener::bind_over_stale(&path).unwrap_err().is_address_in_use(), "somebody listens");
    let mut client = UnixStream::connect(&path).unwrap();
    assert_eq!(client.peer_address().unwrap().as_path(), Some(&*path));
    let (mut server, from) = listener.by(SECOND * 10).accept().unwrap();
    assert!(from.is_unnamed() && client.local_address().unwrap().is_unnamed());
    client.write_all(b"question").unwrap();
    let mut text = [0; 8];
    server.by(SECOND * 10).read_exact(&mut text).unwrap();
    assert_eq!(&text, b"question");
    server.write_all(b"answer").unwrap();
    drop(server);
    let mut answer = String::new();
    client.by(SECOND * 10).read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "answer");
    drop(listener);
    assert!(path.symlink_metadata().is_err());
}

#[test]
fn a_plain_file_is_never_taken_over() {
    let folder = scratch();
    let path = folder.path().join("file");
    std::fs::write(&path, b"data").unwrap();
    UnixListener::bind_over_stale(&path).unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), b"data");
}

#[test]
fn pairs_and_datagrams_of_unix_sockets_are_unsupported() {
    let folder = scratch();
    assert!(UnixStream::pair().unwrap_err().is_unsupported());
    assert!(UnixDatagram::pair().unwrap_err().is_unsupported());
    assert!(UnixDatagram::bind(folder.path().join("s")).unwrap_err().is_unsupported());
    let hidden = UnixAddress::abstract_name(b"name").unwrap();
    assert!(UnixListener::bind(hidden).unwrap_err().is_unsupported());
}

#[test]
fn signals_and_the_ends_of_processes_are_no_sources() {
    for _ in 0..2 {
        assert!(Signals::new([Signal::TERM]).unwrap_err().is_unsupported());
    }
    assert!(ProcessExit::of_process(std::process::id()).unwrap_err().is_unsupported());
}

#[test]
fn several_sources_are_no_source_and_are_waited_for_as_they_are() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let race = Connect::new().start(address, SECOND * 30).unwrap();
    let (error, mut race) = Bundle::new(race).unwrap_err().into_parts();
    assert!(error.is_unsupported() && error.to_string().contains("several sources as one"), "{error}");
    let stream = Underway::wait(&mut race, SECOND * 30).unwrap().unwrap();
    assert_eq!(stream.peer_address().unwrap(), address);
}

/// The name servers of IPv4, as another function of Windows has them.
#[cfg(feature = "dns")]
#[allow(unsafe_code)]
fn servers_by_get_network_params() -> Vec<std::net::SocketAddr> {
    use windows_sys::Win32::NetworkManagement::IpHelper::{FIXED_INFO_W2KSP1, GetNetworkParams};

    let mut room = vec![0_u64; 4096];
    let mut length = size_of_val(&room[..]) as u32;
    let info: *mut FIXED_INFO_W2KSP1 = room.as_mut_ptr().cast();
    // SAFETY: the room is writable for the length that is given, and aligned for the structure.
    assert_eq!(unsafe { GetNetworkParams(info, &raw mut length) }, 0);
    let mut found = Vec::new();
    // SAFETY: the structure was written, and the list begins in it.
    let mut next = unsafe { &raw const (*info).DnsServerList };
    // SAFETY: an entry lies in the room, or is null after the last one.
    while let Some(entry) = unsafe { next.as_ref() } {
        let text: Vec<u8> =
            entry.IpAddress.String.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0).collect();
        let address: std::net::IpAddr = String::from_utf8(text).unwrap().parse().unwrap();
        found.push((address, 53).into());
        next = entry.Next;
    }
    found
}

#[test]
#[cfg(feature = "dns")]
fn name_servers_are_those_of_the_interfaces() {
    let _limit = limit();
    let config = berkeley::dns::Config::system().unwrap();
    let known = servers_by_get_network_params();
    let ours: Vec<_> = config.servers.iter().copied().filter(std::net::SocketAddr::is_ipv4).collect();
    for server in &known {
        assert!(ours.contains(server), "{server} is not in {ours:?}");
    }
    assert!(!known.is_empty() || ours.is_empty(), "{ours:?}");
    assert!(config.search.iter().all(|domain| !domain.is_empty() && !domain.ends_with('.')), "{config:?}");
    assert_eq!(berkeley::dns::Config::parse(&config.to_string()).servers, config.servers);
}
