//! What the options of every socket do, as a test sees it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::fs;
use std::time::{Duration, Instant};

use berkeley::option::{BufferLock, Linger, ip, socket};
use berkeley::{
    Family, Kind, MILLISECOND, Protocol, SendFlags, Socket, TcpListener, UdpSocket, UnixDatagram, UnixStream,
};
use berkeley_testkit::{each_loopback, ip as configure, limit, need, scratch, soon, tcp_pair};
use wire::{alone, hears, is_ready, settle, tcp, udp};

fn stream() -> Socket {
    Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap()
}

fn datagram() -> Socket {
    Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap()
}

#[test]
fn time_limits_of_the_descriptor_run_out() {
    let _limit = limit();
    let time = MILLISECOND * 40;
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set(socket::RCVTIMEO, Some(time)).unwrap();
    let start = Instant::now();
    assert!(receiver.recv(&mut [0; 9]).unwrap_err().is_would_block());
    assert!(start.elapsed() >= time);

    let (sender, _peer) = UnixStream::pair().unwrap();
    sender.set(socket::SNDTIMEO, Some(time)).unwrap();
    while sender.now().send(&[0; 4096]).unwrap().is_some() {}
    let start = Instant::now();
    assert!(sender.send(b"x").unwrap_err().is_would_block());
    assert!(start.elapsed() >= time);
}

#[test]
fn a_socket_of_one_interface_hears_no_other() {
    alone(|| {
        configure(&["link", "add", "v0", "type", "veth", "peer", "name", "v1"]).unwrap();
        let receiver = UdpSocket::bind("0.0.0.0:0").unwrap();
        let port = receiver.local_address().unwrap().port();
        let sender = UdpSocket::connected_to(("127.0.0.1", port)).unwrap();
        for (index, name) in [(socket::BINDTODEVICE.name(), "v0"), (socket::BINDTOIFINDEX.name(), "v0")] {
            receiver.set_by_name(index, name).unwrap();
            let lost = sender.send(b"over another interface");
            assert!(lost.is_ok());
            settle();
            receiver.set_by_name(index, "lo").unwrap();
            // That nobody took the first one is reported to the sender, once.
            let _ = sender.take_error();
            sender.send(b"over its own").unwrap();
            hears(&receiver, b"over its own");
        }
        let refused = receiver.set_by_name("socket.bindtodevice", "no-such-device").unwrap_err();
        assert_eq!(refused.errno().unwrap().name(), Some("ENODEV"));
    });
}

#[test]
fn two_sockets_have_a_port_if_both_allow_it() {
    let first = datagram();
    first.bind("127.0.0.1:0").unwrap();
    let taken = first.local_address().unwrap();
    let second = datagram();
    second.set(socket::REUSEPORT, true).unwrap();
    assert!(second.bind(&taken).unwrap_err().is_address_in_use(), "the first does not allow it");

    let [first, second, third] = [datagram(), datagram(), datagram()];
    first.set(socket::REUSEPORT, true).unwrap();
    second.set(socket::REUSEPORT, true).unwrap();
    first.bind("127.0.0.1:0").unwrap();
    second.bind(first.local_address().unwrap()).unwrap();
    assert!(third.bind(first.local_address().unwrap()).unwrap_err().is_address_in_use());
}

#[test]
fn an_address_that_an_old_connection_holds_is_bound_with_reuseaddr() {
    let _limit = limit();
    let (listener, address) = wire::listening(|listener| listener.set(socket::REUSEADDR, true).unwrap());
    let client = stream();
    client.connect(address).unwrap();
    let (server, _) = listener.accept().unwrap();
    drop(listener);
    // The side that ends first holds the address for a minute.
    drop(server);
    assert!(client.by(soon()).recv(&mut [0; 1]).unwrap().is_empty());
    drop(client);
    assert!(stream().bind(address).unwrap_err().is_address_in_use());
    let again = stream();
    again.set(socket::REUSEADDR, true).unwrap();
    again.bind(address).unwrap();
    again.listen(1).unwrap();
    let other = stream();
    other.set(socket::REUSEADDR, true).unwrap();
    assert!(other.bind(address).unwrap_err().is_address_in_use(), "a listener does not give it up");
}

#[test]
fn a_close_that_lingers_for_no_time_resets() {
    let _limit = limit();
    each_loopback(|loopback| {
        let (client, server) = tcp_pair(loopback).unwrap();
        client.set(socket::LINGER, Linger(Some(0))).unwrap();
        drop(client);
        assert!(server.by(soon()).recv(&mut [0; 1]).unwrap_err().is_connection_reset());
    });
}

#[test]
fn a_close_that_lingers_waits_for_the_acknowledgement() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    client.set(socket::LINGER, Linger(Some(1))).unwrap();
    // Nothing that comes from as near as this is taken: so nothing is acknowledged.
    server.set(ip::MINTTL, 255).unwrap();
    client.send(b"x").unwrap();
    let start = Instant::now();
    drop(client);
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
}

#[test]
fn broadcasts_need_leave() {
    let socket = datagram();
    let to = "127.255.255.255:9".parse().unwrap();
    assert!(socket.send_to(b"x", &to).unwrap_err().is_permission_denied());
    socket.set(socket::BROADCAST, true).unwrap();
    assert_eq!(socket.send_to(b"x", &to).unwrap(), 1);
}

#[test]
fn little_data_makes_nothing_ready_below_rcvlowat() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    server.set(socket::RCVLOWAT, 10).unwrap();
    client.send(b"1234").unwrap();
    while server.queued_receive().unwrap() < 4 {
        std::thread::yield_now();
    }
    assert!(!is_ready(&server, libc::POLLIN));
    client.send(b"567890").unwrap();
    let mut buffer = [0; 10];
    assert_eq!(server.by(soon()).recv(&mut buffer[..]).unwrap().len(), 10);
    server.set(socket::RCVLOWAT, 1).unwrap();
    client.send(b"x").unwrap();
    assert_eq!(server.by(soon()).peek(&mut buffer[..]).unwrap().len(), 1);
    assert!(is_ready(&server, libc::POLLIN));
}

#[test]
fn a_peek_begins_where_the_last_one_ended() {
    let _limit = limit();
    let (left, right) = UnixStream::pair().unwrap();
    left.send(b"abcdef").unwrap();
    right.set(socket::PEEK_OFF, 1).unwrap();
    let mut two = [0; 2];
    for expected in [b"bc", b"de"] {
        right.peek(&mut two).unwrap();
        assert_eq!(&two, expected);
    }
    assert_eq!(right.get(socket::PEEK_OFF).unwrap(), 5);
    right.recv(&mut two).unwrap();
    assert_eq!((&two, right.get(socket::PEEK_OFF).unwrap()), (b"ab", 3), "it counts from what is unread");
    right.set(socket::PEEK_OFF, -1).unwrap();
    right.peek(&mut two).unwrap();
    assert_eq!(&two, b"cd");
}

#[test]
fn an_error_that_is_pending_is_taken_once() {
    alone(|| {
        let (receiver, sender) = udp("127.0.0.1:0");
        drop(receiver);
        assert_eq!(sender.get(socket::ERROR).unwrap(), None);
        sender.send(b"to nobody").unwrap();
        settle();
        let error = sender.get(socket::ERROR).unwrap().unwrap();
        assert_eq!(error.name(), Some("ECONNREFUSED"));
        assert_eq!(sender.get(socket::ERROR).unwrap(), None);
    });
}

#[test]
fn what_a_socket_says_of_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = stream();
    assert!(listener.get(socket::ACCEPTCONN).unwrap() && !client.get(socket::ACCEPTCONN).unwrap());
    assert_eq!(client.get(socket::DOMAIN).unwrap(), Family::INET);
    assert_eq!(client.get(socket::TYPE).unwrap(), Kind::STREAM);
    assert_eq!(client.get(socket::PROTOCOL).unwrap(), Protocol::TCP);
    let cookie = client.get(socket::COOKIE).unwrap();
    assert_eq!(client.duplicate().unwrap().get(socket::COOKIE).unwrap(), cookie);
    assert_ne!(listener.get(socket::COOKIE).unwrap(), cookie);
    let network = client.get(socket::NETNS_COOKIE).unwrap();
    assert_eq!(listener.get(socket::NETNS_COOKIE).unwrap(), network);
    alone(move || assert_ne!(stream().get(socket::NETNS_COOKIE).unwrap(), network));
}

/// What proc(5) says of this process: the first number of a line, and all of them.
fn status(name: &str) -> Vec<u32> {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

#[test]
fn the_peer_is_this_process() {
    let (left, _right) = UnixStream::pair().unwrap();
    let peer = left.get(socket::PEERCRED).unwrap();
    assert_eq!(peer.pid, i32::try_from(std::process::id()).ok());
    // The second of each is the effective one.
    assert_eq!((peer.uid, peer.gid), (status("Uid:")[1], status("Gid:")[1]));
    assert_eq!(left.get(socket::PEERGROUPS).unwrap(), status("Groups:"));
}

#[test]
fn what_came_in_came_in_on_a_processor() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    assert_eq!(stream().get(socket::INCOMING_CPU).unwrap(), -1);
    client.send(b"x").unwrap();
    assert_eq!(server.by(soon()).recv(&mut [0; 1][..]).unwrap().len(), 1);
    let processor = server.get(socket::INCOMING_CPU).unwrap();
    assert!(fs::metadata(format!("/sys/devices/system/cpu/cpu{processor}")).is_ok(), "{processor}");
}

#[test]
fn what_a_small_buffer_has_no_room_for_is_dropped_and_counted() {
    let _limit = limit();
    let (receiver, sender) = udp("127.0.0.1:0");
    receiver.set(socket::RCVBUF, 8192).unwrap();
    assert_eq!(receiver.get(socket::BUF_LOCK).unwrap(), BufferLock::RECEIVE, "the size is fixed now");
    for _ in 0..100 {
        sender.send(&[0; 1000]).unwrap();
    }
    let mut heard = 0;
    while receiver.now().recv(&mut [0; 1000]).unwrap().is_some() {
        heard += 1;
    }
    let drops = receiver.get(socket::MEMINFO).unwrap().drops;
    assert!(heard > 0 && drops > 50, "{heard} heard, {drops} dropped");
    assert_eq!(heard + drops, 100);
}

#[test]
fn a_forced_buffer_is_larger_than_the_limit() {
    let limit: u32 = fs::read_to_string("/proc/sys/net/core/rmem_max").unwrap().trim().parse().unwrap();
    let socket = datagram();
    socket.set(socket::RCVBUF, limit * 2).unwrap();
    assert_eq!(socket.get(socket::RCVBUF).unwrap(), limit * 2, "doubled, and cut to the limit before");
    match socket.set(socket::RCVBUFFORCE, limit * 2) {
        Ok(()) => assert_eq!(socket.get(socket::RCVBUF).unwrap(), limit * 4),
        Err(error) => {
            assert!(error.is_permission_denied(), "{error}");
            let _ = need(false, "CAP_NET_ADMIN for SO_RCVBUFFORCE");
        }
    }
}

#[test]
fn urgent_data_stays_in_its_place_with_oobinline() {
    let _limit = limit();
    for inline in [true, false] {
        let (client, server) = tcp(|_| (), |_| ());
        server.set(socket::OOBINLINE, inline).unwrap();
        client.send(b"a").unwrap();
        client.send_with(b"!", SendFlags::OOB).unwrap();
        client.send(b"b").unwrap();
        client.shutdown(berkeley::Shutdown::Send).unwrap();
        let mut all = Vec::new();
        std::io::Read::read_to_end(&mut server.by(soon()), &mut all).unwrap();
        assert_eq!(all, if inline { &b"a!b"[..] } else { b"ab" });
    }
}

#[test]
fn a_mark_is_what_routes_go_by() {
    alone(|| {
        configure(&["rule", "add", "fwmark", "7", "prohibit", "pref", "0"]).unwrap();
        // The rule of the machine's own addresses stands behind it.
        configure(&["rule", "add", "table", "local", "pref", "1"]).unwrap();
        configure(&["rule", "del", "table", "local", "pref", "0"]).unwrap();
        let socket = datagram();
        let to = "127.0.0.1:9".parse().unwrap();
        assert_eq!(socket.send_to(b"x", &to).unwrap(), 1);
        let marked = datagram();
        marked.set(socket::MARK, 7).unwrap();
        assert!(marked.send_to(b"x", &to).unwrap_err().is_permission_denied());
    });
}

#[test]
fn a_class_of_service_is_a_priority() {
    let socket = datagram();
    for (class, priority) in [(0x10, 6), (0x08, 2), (0, 0)] {
        socket.set(ip::TOS, class).unwrap();
        assert_eq!(socket.get(socket::PRIORITY).unwrap(), priority, "{class:#x}");
    }
}

#[test]
fn what_is_not_to_be_routed_goes_to_no_gateway() {
    alone(|| {
        configure(&["link", "add", "v0", "type", "veth", "peer", "name", "v1"]).unwrap();
        for interface in ["v0", "v1"] {
            configure(&["link", "set", interface, "up"]).unwrap();
        }
        configure(&["addr", "add", "10.9.0.1/24", "dev", "v0"]).unwrap();
        configure(&["route", "add", "default", "via", "10.9.0.2"]).unwrap();
        let (socket, to) = (datagram(), "192.0.2.1:9".parse().unwrap());
        assert_eq!(socket.send_to(b"x", &to).unwrap(), 1);
        socket.set(socket::DONTROUTE, true).unwrap();
        let error = socket.send_to(b"x", &to).unwrap_err();
        assert!(error.is_network_unreachable(), "{error}");
    });
}

#[test]
fn a_sender_whose_name_is_asked_for_has_one() {
    let folder = scratch();
    let path = folder.path().join("receiver");
    let _receiver = UnixDatagram::bind(&*path).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    sender.set(socket::PASSCRED, true).unwrap();
    let before = sender.local_address().unwrap();
    sender.connect(&*path).unwrap();
    assert_ne!(sender.local_address().unwrap(), before, "the system gives it a name");
}

#[test]
fn a_locked_filter_is_not_taken_off() {
    let socket = datagram();
    let detach = |socket: &Socket| socket.set(socket::DETACH_FILTER, true).unwrap_err();
    assert_eq!(detach(&socket).errno().unwrap().name(), Some("ENOENT"), "there is none");
    socket.set(socket::LOCK_FILTER, true).unwrap();
    assert!(detach(&socket).is_permission_denied());
}
