//! The backend for systems that the library does not know: whatever would make a socket says that it cannot.
//!
//! `RUSTFLAGS='--cfg berkeley_sys="unsupported"' cargo test --package berkeley --lib --test unsupported` runs it.
#![cfg(berkeley_sys = "unsupported")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{SocketAddr, TcpListener as StdListener};

use berkeley::can::CanInterface;
use berkeley::name::{Query, Resolver, ServiceEntry};
use berkeley::packet::PacketKind;
use berkeley::{
    Address, Backend, CanBroadcastManager, CanIsoTp, CanJ1939, CanSocket, Error, Family, IcmpSocket,
    Inet6Address, InterfaceChanges, Interfaces, Kind, MILLISECOND, NetlinkSocket, Operation, PacketSocket,
    Poller, ProcessExit, Protocol, RawSocket, Result, SctpListener, SctpStream, Signal, Signals, Socket,
    TcpListener, TcpStream, UdpLiteSocket, UdpSocket, UnixDatagram, UnixListener, UnixSeqpacket,
    UnixSeqpacketListener, UnixStream, VsockListener, VsockStream, Zone, domain_name, host_name, netlink,
    vsock, wait_any,
};
use berkeley_testkit::{limit, scratch};

fn refuses<T: std::fmt::Debug>(name: &str, result: Result<T>) -> Error {
    let error = result.expect_err(name);
    assert!(error.is_unsupported(), "{name}: {error}");
    error
}

#[test]
fn every_way_to_open_a_socket_is_unsupported() {
    let _limit = limit();
    for family in [Family::INET, Family::INET6, Family::UNIX, Family::VSOCK, Family::from_raw(200)] {
        for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET, Kind::RAW] {
            let error = refuses("open", Socket::open(family, kind, Protocol::DEFAULT));
            assert_eq!(error.operation(), Operation::Open, "{error}");
            refuses("open_raw", Socket::open_raw(family, kind, Protocol::DEFAULT));
            refuses("pair", Socket::pair(family, kind, Protocol::DEFAULT));
        }
    }
    refuses("an open UDP socket", UdpSocket::open(Family::INET));
    for family in [Family::INET, Family::INET6] {
        refuses("a raw socket", RawSocket::open(family, Protocol::UDP));
        refuses("an ICMP socket", IcmpSocket::open(family));
        refuses("a UDP-Lite socket", UdpLiteSocket::open(family));
    }
    refuses("a packet socket", PacketSocket::open(PacketKind::Raw));
    refuses("a netlink socket", NetlinkSocket::open(netlink::ROUTE));
    refuses("a CAN socket", CanSocket::open());
    refuses("a CAN socket with ISO-TP", CanIsoTp::open());
    refuses("a CAN socket with J1939", CanJ1939::open());
    refuses("the broadcast manager of CAN", CanBroadcastManager::connected_to(Zone::NONE));
    refuses("an interface of CAN", CanInterface::add_virtual("vcan0"));
    refuses("the context of this machine", vsock::local_cid());
    refuses("an unbound Unix socket", UnixDatagram::unbound());
    refuses("a pair of streams", UnixStream::pair());
    refuses("a pair of datagram sockets", UnixDatagram::pair());
    refuses("a pair of packet sockets", UnixSeqpacket::pair());
    refuses("a named pipe", berkeley::os::windows::PipeListener::bind(r"\\.\pipe\berkeley"));
}

#[test]
fn no_host_is_looked_up_and_what_needs_no_asking_is_answered() {
    let _limit = limit();
    let query = Query::name("localhost");
    let error = refuses("ask", query.ask());
    assert_eq!((error.operation(), error.name()), (Operation::LookUp, Some("localhost")));
    refuses("look_up", Resolver::new().look_up(&query, MILLISECOND * 10_000));
    refuses("start", Resolver::new().start(&query));
    refuses("the name of an address", Query::address([127, 0, 0, 1]).ask());
    assert_eq!(Query::name("127.0.0.1").ask().unwrap().addresses()[0].to_string(), "127.0.0.1:0");
    assert_eq!(ServiceEntry::by_name("http", Protocol::TCP).unwrap().port(), 80);
}

#[test]
fn every_way_to_connect_is_unsupported() {
    let _limit = limit();
    // Somebody listens: what fails is not the connect.
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    refuses("connect", TcpStream::connect(address));
    refuses("connect_by", TcpStream::connect_by(address, MILLISECOND));
    refuses("start_connect", TcpStream::start_connect(address));
    refuses("connected_to", UdpSocket::connected_to(address));
    refuses("connect_multipath", TcpStream::connect_multipath(address, MILLISECOND));
    refuses("SCTP", SctpStream::connect(address));
    refuses("vsock", VsockStream::connect("vsock://2:1024"));
    for path in ["/nonexistent/socket", "unix:@berkeley"] {
        refuses(path, UnixStream::connect(path));
        refuses(path, UnixStream::connect_by(path, MILLISECOND));
        refuses(path, UnixStream::start_connect(path));
        refuses(path, UnixSeqpacket::connect(path));
    }
}

#[test]
fn every_way_to_bind_is_unsupported_and_leaves_no_path() {
    let _limit = limit();
    let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
    refuses("a listener", TcpListener::bind(address));
    refuses("a listener with a backlog", TcpListener::bind_with(address, 1));
    refuses("a UDP socket", UdpSocket::bind(address));
    refuses("a listener over several paths", TcpListener::bind_multipath(address));
    refuses("a listener of SCTP", SctpListener::bind(address));
    refuses("a listener of vsock", VsockListener::bind("vsock://any:any"));
    let folder = scratch();
    let path = folder.path().join("s");
    refuses("a Unix listener", UnixListener::bind(&path));
    refuses("a Unix listener over a stale one", UnixListener::bind_over_stale(&path));
    refuses("a listener for packets", UnixSeqpacketListener::bind(&path));
    refuses("a Unix datagram socket", UnixDatagram::bind(&path));
    assert!(!path.exists());
}

#[test]
fn signals_the_ends_of_processes_and_waiting_are_unsupported() {
    let _limit = limit();
    refuses("signals", Signals::new([Signal::TERM]));
    refuses("signals once more", Signals::new([Signal::TERM]));
    refuses("the end of a process", ProcessExit::of_process(std::process::id()));
    refuses("a wait for nothing", wait_any(&mut [], MILLISECOND));
    refuses("a poller", Poller::<UdpSocket>::new());
    assert!(Backend::available().is_empty());
    refuses("a poller of a mechanism", Poller::<UdpSocket>::with_backend(Backend::Poll));
}

#[test]
fn interfaces_and_the_names_of_the_machine_are_unsupported() {
    let _limit = limit();
    refuses("interfaces", Interfaces::open());
    refuses("changes of interfaces", InterfaceChanges::open());
    refuses("the name of the machine", host_name());
    refuses("its domain", domain_name());
}

/// Addresses are pure, and work all the same.
#[test]
fn addresses_are_read_and_printed() {
    for text in ["127.0.0.1:80", "[fe80::1%7]:80", "unix:/run/x", "vsock://2:1024"] {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }
    let named: Inet6Address = "[fe80::1%eth0]:80".parse().unwrap();
    refuses("an address with a name", TcpStream::connect(Address::from(named)));
}
