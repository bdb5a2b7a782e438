//! Sockets between a virtual machine and its host, here from a machine to itself: context 1.
//!
//! `ci/vm` runs this where the kernel has the loopback (vsock_loopback), and demands it with `BERKELEY_NEED=vsock`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::thread;
use std::time::Instant;

use berkeley::{
    Address, BACKLOG, Deadline, Family, Kind, MILLISECOND, Protocol, SECOND, Shutdown, Socket, State,
    VsockAddress, VsockDatagram, VsockListener, VsockSeqpacket, VsockSeqpacketListener, VsockStream, vsock,
};
use berkeley_testkit::{limit, need_of};

const ANY: VsockAddress = VsockAddress::new(VsockAddress::CID_LOCAL, VsockAddress::PORT_ANY);

/// Opens a socket, where what it sends to this same machine arrives.
fn open() -> Option<Socket> {
    // A kernel without the loopback refuses its address, or takes it and lets connects wait.
    let there = Socket::open(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT).and_then(|socket| {
        let listener = listen()?;
        socket.by(SECOND * 5).connect(listener.local_address()?)
    });
    let what = match &there {
        Ok(()) => String::new(),
        Err(error) => format!("the loopback of virtual sockets ({error})"),
    };
    need_of("vsock", there.is_ok(), &what).then(fresh)
}

fn fresh() -> Socket {
    Socket::open(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT).unwrap()
}

fn listen() -> berkeley::Result<Socket> {
    let listener = Socket::open(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT)?;
    listener.bind(Address::Vsock(ANY))?;
    listener.listen(BACKLOG)?;
    Ok(listener)
}

fn of_vsock(address: &Address) -> VsockAddress {
    let Address::Vsock(address) = address else { panic!("{address}") };
    *address
}

/// Two ends, and the listener that they met at.
fn pair(client: Socket) -> (Socket, Socket, Socket) {
    let listener = listen().unwrap();
    client.connect(listener.local_address().unwrap()).unwrap();
    let (server, from) = listener.by(SECOND * 10).accept().unwrap();
    // The context of a socket that was not bound is told as any.
    assert_eq!(
        of_vsock(&from).port(),
        of_vsock(&client.local_address().unwrap()).port(),
        "somebody else connected"
    );
    (client, server, listener)
}

#[test]
fn the_system_chooses_a_port_for_a_listener() {
    let _limit = limit();
    if open().is_none() {
        return;
    }
    let (one, two) = (listen().unwrap(), listen().unwrap());
    let (first, second) = (of_vsock(&one.local_address().unwrap()), of_vsock(&two.local_address().unwrap()));
    assert_eq!(first.cid(), VsockAddress::CID_LOCAL);
    assert!(first.port() != VsockAddress::PORT_ANY && first.port() != second.port());
    assert!(one.is_listening());
    assert!(one.now().accept().unwrap().is_none());
    let taken = fresh().bind(Address::Vsock(first)).unwrap_err();
    assert!(taken.is_address_in_use(), "{taken}");
    assert!(taken.to_string().contains(&first.to_string()), "{taken}");
}

#[test]
fn a_stream_carries_both_ways_and_tells_its_end() {
    let _limit = limit();
    let Some(client) = open() else { return };
    let (mut client, mut server, _listener) = pair(client);
    let echo = thread::spawn(move || {
        let mut all = Vec::new();
        server.by(SECOND * 20).read_to_end(&mut all).unwrap();
        server.write_all(&all).unwrap();
        server.shutdown(Shutdown::Both).unwrap();
        all.len()
    });
    let sent: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    client.write_all(&sent).unwrap();
    client.shutdown(Shutdown::Send).unwrap();
    let mut received = Vec::new();
    client.by(SECOND * 20).read_to_end(&mut received).unwrap();
    assert!(received == sent, "{} bytes of {}", received.len(), sent.len());
    assert_eq!(echo.join().unwrap(), sent.len());
    assert!(client.send(b"x").unwrap_err().is_broken_pipe());
}

#[test]
fn each_end_knows_its_own_address_and_the_other() {
    let _limit = limit();
    let Some(client) = open() else { return };
    let (client, server, listener) = pair(client);
    assert_eq!(client.peer_address().unwrap(), listener.local_address().unwrap());
    assert_eq!(server.local_address().unwrap(), listener.local_address().unwrap());
    assert_eq!(of_vsock(&server.peer_address().unwrap()).cid(), VsockAddress::CID_LOCAL);
    let bound = fresh();
    bound.bind(Address::Vsock(ANY)).unwrap();
    bound.connect(listener.local_address().unwrap()).unwrap();
    let (_accepted, from) = listener.by(SECOND * 10).accept().unwrap();
    assert_eq!(from, bound.local_address().unwrap());
    assert_eq!(of_vsock(&from).cid(), VsockAddress::CID_LOCAL);
    assert_eq!((server.family(), server.kind()), (Family::VSOCK, Kind::STREAM));
    let again = Address::from(of_vsock(&client.peer_address().unwrap())).to_string();
    assert_eq!(again.parse::<Address>().unwrap(), client.peer_address().unwrap());
}

#[test]
fn every_mode_means_what_it_means_elsewhere() {
    let _limit = limit();
    let Some(client) = open() else { return };
    let (client, server, _listener) = pair(client);
    let mut buffer = [0; 8];
    assert!(server.now().recv(&mut buffer).unwrap().is_none());
    let start = Instant::now();
    let error = server.by(MILLISECOND * 20).recv(&mut buffer).unwrap_err();
    assert!(error.is_deadline_passed() && start.elapsed() >= MILLISECOND * 20, "{error}");
    client.send(b"abc").unwrap();
    assert_eq!(server.by(SECOND * 10).recv(&mut buffer).unwrap().len(), 3);
    drop(client);
    assert_eq!(server.recv(&mut buffer).unwrap().len(), 0, "the end of the data");
}

#[test]
fn a_connect_to_nobody_is_refused_with_the_address() {
    let _limit = limit();
    let Some(client) = open() else { return };
    let listener = listen().unwrap();
    let nobody = listener.local_address().unwrap();
    drop(listener);
    // vsock(7): a connect that is refused ends by ECONNRESET.
    let error = client.connect(&nobody).unwrap_err();
    assert!(error.is_refused() || error.is_connection_reset(), "{error}");
    assert!(error.to_string().contains(&nobody.to_string()), "{error}");
    let error = fresh().by(SECOND * 10).connect(&nobody).unwrap_err();
    assert!(error.is_refused() || error.is_connection_reset(), "{error}");
}

#[test]
fn a_connect_has_a_deadline_and_can_be_watched() {
    let _limit = limit();
    let Some(client) = open() else { return };
    let listener = listen().unwrap();
    let address = listener.local_address().unwrap();
    client.by(Deadline::after(SECOND * 10)).connect(&address).unwrap();
    let socket = fresh();
    let mut pending = socket.start_connect(&address).unwrap();
    pending.wait(SECOND * 10).unwrap();
    assert!(matches!(pending.state(), State::Connected), "{pending:?}");
    for _ in 0..2 {
        listener.by(SECOND * 10).accept().unwrap();
    }
    // A listener that accepts nobody: those that its backlog has no room for wait, or are turned away at once.
    let full = fresh();
    full.bind(Address::Vsock(ANY)).unwrap();
    full.listen(1).unwrap();
    let address = full.local_address().unwrap();
    let mut waiting = Vec::new();
    let error = loop {
        let socket = fresh();
        match socket.by(MILLISECOND * 50).connect(&address) {
            Ok(()) => waiting.push(socket),
            Err(error) => break error,
        }
        assert!(waiting.len() < 1000, "the backlog has no end");
    };
    assert!(error.is_deadline_passed() || error.is_refused() || error.is_connection_reset(), "{error}");
}

#[test]
fn typed_streams_meet_and_every_mode_is_theirs() {
    let _limit = limit();
    if open().is_none() {
        return;
    }
    let listener = VsockListener::bind(ANY).unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    let address = listener.local_address().unwrap();
    assert!(VsockListener::bind(address).unwrap_err().is_address_in_use());
    let mut client = VsockStream::connect_by(address, SECOND * 10).unwrap();
    let (mut server, from) = listener.by(SECOND * 10).accept().unwrap();
    assert_eq!(from.port(), client.local_address().unwrap().port());
    assert_eq!(client.peer_address().unwrap(), address);
    let mut buffer = [0; 8];
    assert!(server.now().recv(&mut buffer).unwrap().is_none());
    assert!(server.by(MILLISECOND * 10).recv(&mut buffer).unwrap_err().is_deadline_passed());
    client.write_all(b"12345678").unwrap();
    server.by(SECOND * 10).read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"12345678");
    server.write_all(b"x").unwrap();
    drop(server);
    let mut rest = Vec::new();
    client.by(SECOND * 10).read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"x");

    let mut pending = VsockStream::start_connect(address).unwrap();
    pending.wait(SECOND * 10).unwrap();
    let stream = pending.finish(SECOND).unwrap();
    let adopted = VsockStream::adopt(stream.into_descriptor()).unwrap();
    assert_eq!(adopted.peer_address().unwrap(), address);
    assert!(VsockListener::adopt(adopted.into_descriptor()).is_err(), "it does not listen");
}

#[test]
fn a_typed_connect_to_nobody_is_refused_with_the_address() {
    let _limit = limit();
    if open().is_none() {
        return;
    }
    let nobody = VsockListener::bind(ANY).unwrap().local_address().unwrap();
    for connected in [VsockStream::connect(nobody), VsockStream::connect_by(nobody, SECOND * 10)] {
        let error = connected.unwrap_err();
        assert!(error.is_refused() || error.is_connection_reset(), "{error}");
        assert!(error.to_string().contains(&nobody.to_string()), "{error}");
    }
}

#[test]
fn sequenced_packets_keep_their_boundaries() {
    let _limit = limit();
    if open().is_none() {
        return;
    }
    let listener = VsockSeqpacketListener::bind(ANY).unwrap();
    let client = VsockSeqpacket::connect_by(listener.local_address().unwrap(), SECOND * 10).unwrap();
    let (server, _) = listener.by(SECOND * 10).accept().unwrap();
    client.send(b"one").unwrap();
    client.send(&[7; 100]).unwrap();
    let mut buffer = [0; 16];
    let received = server.by(SECOND * 10).recv(&mut buffer).unwrap();
    assert_eq!((&buffer[..received.len()], received.is_truncated()), (&b"one"[..], false));
    let received = server.by(SECOND * 10).recv(&mut buffer).unwrap();
    assert_eq!((received.len(), received.is_truncated()), (16, true));
    drop(client);
    assert!(server.by(SECOND * 10).recv(&mut buffer).unwrap().is_empty());
}

#[test]
fn the_machine_knows_its_context() {
    let _limit = limit();
    match vsock::local_cid() {
        Ok(cid) => assert_ne!(cid, VsockAddress::CID_HYPERVISOR),
        // Qemu translates no request to that device.
        Err(error) if berkeley_testkit::is_emulated() => assert!(error.errno().is_some(), "{error}"),
        Err(error) => {
            assert!(error.is_not_found() || error.is_permission_denied(), "{error}");
            assert!(error.to_string().contains("/dev/vsock"), "{error}");
        }
    }
    // The kind is the family's; whether a transport has it is the machine's.
    if let Err(error) = VsockDatagram::bind(ANY) {
        assert!(
            error.is_unsupported() || error.is_address_not_available() || error.is_no_such_interface(),
            "{error}"
        );
    }
}
