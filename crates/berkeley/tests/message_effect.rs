//! What control messages do, each by its effect on packets in a network of the test's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::io::{IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use berkeley::message::{
    self, Control, ControlBuffer, Ecn, Ipv4PacketInfo, Ipv6PacketInfo, Message, TrafficClass,
};
use berkeley::option::{self, Timestamping, TransmitTime};
use berkeley::{
    Address, Deadline, Errno, Family, Kind, MILLISECOND, Protocol, Socket, UdpSocket, UnixStream,
};
use berkeley_testkit::{ip as configure, limit, need, need_of, soon};
use wire::{alone, cable, hears, tcp, udp};

const V4: &str = "127.0.0.1:0";
const V6: &str = "[::1]:0";

/// Receives one datagram with its control messages.
fn receive(socket: &UdpSocket, control: &mut ControlBuffer<'_>) -> (Vec<u8>, SocketAddr) {
    let mut room = vec![0; 1 << 16];
    let arrival = socket.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], control).unwrap();
    assert!(!arrival.is_truncated() && !arrival.is_control_truncated(), "{arrival:?}");
    room.truncate(arrival.len());
    (room, arrival.into_from().unwrap())
}

fn buffer() -> ControlBuffer<'static> {
    ControlBuffer::with_room(1024)
}

/// Sends to the socket's peer with what `push` pushes.
fn send_with(
    socket: &UdpSocket,
    data: &[u8],
    push: impl FnOnce(&mut Control<'_>),
) -> berkeley::Result<usize> {
    let mut control = Control::new();
    push(&mut control);
    socket.send_message(&Message::new(&[IoSlice::new(data)]).control(&control))
}

#[test]
fn a_host_of_many_addresses_answers_from_the_one_that_was_asked() {
    alone(|| {
        cable();
        let server = UdpSocket::bind("0.0.0.0:0").unwrap();
        server.set(option::ip::PKTINFO, true).unwrap();
        let port = server.local_address().unwrap().port();
        let mut control = buffer();
        for (address, interface) in [("127.0.0.1", "lo"), ("127.0.0.7", "lo"), ("10.9.0.1", "v0")] {
            let address: IpAddr = address.parse().unwrap();
            let client = UdpSocket::bind("0.0.0.0:0").unwrap();
            client.send_to(b"ask", &(address, port).into()).unwrap();
            let (_, from) = receive(&server, &mut control);
            let info = control.get(message::ip::PKTINFO).unwrap();
            assert_eq!((IpAddr::V4(info.destination), IpAddr::V4(info.local)), (address, address));
            assert_eq!(info.interface, index(interface), "the one that has the address");
            let mut answer = Control::new();
            answer.push(message::ip::PKTINFO, &info.reply()).unwrap();
            let data = [IoSlice::new(b"answer")];
            server.send_message(&Message::new(&data).to(&from).control(&answer)).unwrap();
            let (_, from) = receive(&client, &mut buffer());
            assert_eq!(from, (address, port).into());
        }
    });
}

/// Asks until it is heard, each time from a new socket: the kernel makes a new address of IPv6 its own a moment after ip(8) has
/// returned, and who connected before that keeps the route of then.
fn ask_until_heard(to: SocketAddr, server: &UdpSocket, control: &mut ControlBuffer<'_>) -> UdpSocket {
    let limit = soon();
    loop {
        let client = UdpSocket::connected_to(to).unwrap();
        client.send(b"ask").unwrap();
        match server.by(Deadline::after(MILLISECOND * 50)).recv_message(&mut [], control) {
            Ok(arrival) if arrival.from() == client.local_address().ok().as_ref() => return client,
            Ok(_) => {}
            Err(error) => assert!(error.is_deadline_passed() && !limit.has_passed(), "{error}"),
        }
    }
}

#[allow(unsafe_code)]
fn index(interface: &str) -> u32 {
    let name = std::ffi::CString::new(interface).unwrap();
    // SAFETY: the name ends with NUL.
    unsafe { libc::if_nametoindex(name.as_ptr()) }
}

#[test]
fn a_host_of_many_addresses_of_ipv6_does_so_too() {
    alone(|| {
        for address in ["fd00::1", "fd00::2"] {
            configure(&["addr", "add", &format!("{address}/64"), "dev", "lo", "nodad"]).unwrap();
        }
        let server = UdpSocket::bind("[::]:0").unwrap();
        server.set(option::ipv6::RECVPKTINFO, true).unwrap();
        let port = server.local_address().unwrap().port();
        let mut control = buffer();
        for address in ["::1", "fd00::1", "fd00::2"] {
            let address: IpAddr = address.parse().unwrap();
            let client = ask_until_heard((address, port).into(), &server, &mut control);
            let from = client.local_address().unwrap();
            let info = control.get(message::ipv6::PKTINFO).unwrap();
            assert_eq!((IpAddr::V6(info.address), info.interface), (address, 1));
            let mut answer = Control::new();
            answer.push(message::ipv6::PKTINFO, &info.reply()).unwrap();
            let data = [IoSlice::new(b"answer")];
            server.send_message(&Message::new(&data).to(&from).control(&answer)).unwrap();
            // Connected, it hears that address alone.
            hears(&client, b"answer");
        }
    });
}

#[test]
fn the_source_is_chosen_for_each_message() {
    alone(|| {
        let (receiver, sender) = (UdpSocket::bind(V4).unwrap(), UdpSocket::bind("0.0.0.0:0").unwrap());
        let to = receiver.local_address().unwrap();
        for last in [1, 2, 77] {
            let source = Ipv4Addr::new(127, 0, 0, last);
            let mut control = Control::new();
            control.push(message::ip::PKTINFO, &Ipv4PacketInfo::source(source, 0)).unwrap();
            let data = [IoSlice::new(b"x")];
            sender.send_message(&Message::new(&data).to(&to).control(&control)).unwrap();
            assert_eq!(receive(&receiver, &mut buffer()).1.ip(), IpAddr::V4(source));
        }
        let mut control = Control::new();
        let nowhere = Ipv6PacketInfo { address: "2001:db8::1".parse().unwrap(), interface: 0 };
        control.push(message::ipv6::PKTINFO, &nowhere).unwrap();
        let (receiver, _) = udp(V6);
        let sender = UdpSocket::bind("[::]:0").unwrap();
        let to = receiver.local_address().unwrap();
        let data = [IoSlice::new(b"x")];
        let error = sender.send_message(&Message::new(&data).to(&to).control(&control)).unwrap_err();
        assert_eq!(error.errno(), Some(Errno::INVAL), "an address that this machine has not");
    });
}

#[test]
fn hops_and_class_go_and_come_with_each_message() {
    alone(|| {
        let class = TrafficClass::new(46, Ecn::Capable0);
        let (receiver, sender) = udp(V4);
        receiver.set(option::ip::RECVTTL, true).unwrap();
        receiver.set(option::ip::RECVTOS, true).unwrap();
        for hops in [1, 77, 255] {
            send_with(&sender, b"x", |control| {
                control.push(message::ip::TTL, &hops).unwrap();
                control.push(message::ip::TOS, &class).unwrap();
            })
            .unwrap();
            let mut control = buffer();
            receive(&receiver, &mut control);
            assert_eq!(control.get(message::ip::TTL), Some(hops));
            assert_eq!(control.get(message::ip::TOS), Some(class));
        }
        let (receiver, sender) = udp(V6);
        receiver.set(option::ipv6::RECVHOPLIMIT, true).unwrap();
        receiver.set(option::ipv6::RECVTCLASS, true).unwrap();
        receiver.set(option::ipv6::FLOWINFO, true).unwrap();
        send_with(&sender, b"x", |control| {
            control.push(message::ipv6::HOPLIMIT, &9).unwrap();
            control.push(message::ipv6::TCLASS, &class).unwrap();
        })
        .unwrap();
        let mut control = buffer();
        receive(&receiver, &mut control);
        assert_eq!(control.get(message::ipv6::HOPLIMIT), Some(9));
        assert_eq!(control.get(message::ipv6::TCLASS), Some(class));
        let info = control.get(message::ipv6::FLOWINFO).unwrap();
        assert_eq!(info >> 20, u32::from(class.0));
    });
}

#[test]
fn messages_by_name_do_the_same() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        receiver.set(option::ip::RECVTTL, true).unwrap();
        send_with(&sender, b"x", |control| control.push_by_name("IP.TTL", "33").unwrap()).unwrap();
        let mut control = buffer();
        receive(&receiver, &mut control);
        let items: Vec<_> = control.items().map(|item| item.to_string()).collect();
        assert_eq!(items, ["ip.ttl=33"]);
        let error = Control::new().push_by_name("ip.ttl", "many").unwrap_err();
        assert_eq!(error.to_string(), "send ip.ttl: the value has to be a number from 0 to 255");
    });
}

/// Whether a stamp is of the time between; clocks that are set meanwhile are none of this test's.
fn assert_between(before: SystemTime, stamp: SystemTime) {
    // The coarsest stamp counts microseconds.
    let slack = Duration::from_micros(1);
    assert!(stamp + slack >= before && stamp <= SystemTime::now() + slack, "{before:?} {stamp:?}");
}

#[test]
fn when_a_packet_came_is_told() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        let mut control = buffer();
        let mut arrives = |option: &dyn Fn(&UdpSocket)| {
            option(&receiver);
            let before = SystemTime::now();
            sender.send(b"x").unwrap();
            receive(&receiver, &mut control);
            let stamps = [
                control.get(message::socket::TIMESTAMP),
                control.get(message::socket::TIMESTAMPNS),
                control.get(message::socket::TIMESTAMPING).and_then(|stamps| stamps.software),
            ];
            stamps.into_iter().flatten().for_each(|stamp| assert_between(before, stamp));
            stamps.map(|stamp| stamp.is_some())
        };
        let asks = |socket: &UdpSocket| socket.set(option::socket::TIMESTAMP, true).unwrap();
        assert_eq!(arrives(&asks), [true, false, false]);
        let asks = |socket: &UdpSocket| socket.set(option::socket::TIMESTAMPNS, true).unwrap();
        assert_eq!(arrives(&asks), [false, true, false]);
        let flags = Timestamping::RX_SOFTWARE | Timestamping::SOFTWARE;
        let asks = |socket: &UdpSocket| socket.set(option::socket::TIMESTAMPING, flags).unwrap();
        assert_eq!(arrives(&asks), [false, true, true]);
    });
}

#[test]
fn dropped_datagrams_are_counted() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        receiver.set(option::socket::RXQ_OVFL, true).unwrap();
        receiver.set(option::socket::RCVBUF, 4096).unwrap();
        let sent = 64;
        for _ in 0..sent {
            sender.send(&[0; 512]).unwrap();
        }
        let mut control = buffer();
        let mut heard = 0;
        while receiver.now().recv_message(&mut [], &mut control).unwrap().is_some() {
            heard += 1;
        }
        assert!(heard < sent);
        // The count is of the moment at which a packet was queued.
        sender.send(b"after").unwrap();
        receive(&receiver, &mut control);
        assert_eq!(control.get(message::socket::RXQ_OVFL), Some(sent - heard));
    });
}

#[test]
fn marks_and_priorities_go_and_come() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        receiver.set(option::socket::RCVMARK, true).unwrap();
        let has_priority = receiver.set(option::socket::RCVPRIORITY, true).is_ok();
        let pushed = send_with(&sender, b"x", |control| {
            control.push(message::socket::MARK, &0xbeef).unwrap();
            if has_priority {
                control.push(message::socket::PRIORITY, &5).unwrap();
            }
        });
        pushed.unwrap();
        let mut control = buffer();
        receive(&receiver, &mut control);
        assert_eq!(control.get(message::socket::MARK), Some(0xbeef));
        if need(has_priority, "SO_RCVPRIORITY, which is of Linux 6.14") {
            assert_eq!(control.get(message::socket::PRIORITY), Some(5));
        }
    });
}

#[test]
fn one_send_is_many_datagrams_and_many_are_received_as_one() {
    alone(|| {
        for loopback in [V4, V6] {
            let (receiver, sender) = udp(loopback);
            let data: Vec<u8> = (0..450_u32).map(|byte| byte as u8).collect();
            let segments = |control: &mut Control<'_>| control.push(message::udp::SEGMENT, &100).unwrap();
            send_with(&sender, &data, segments).unwrap();
            for piece in data.chunks(100) {
                hears(&receiver, piece);
            }
            receiver.set(option::udp::GRO, true).unwrap();
            send_with(&sender, &data, segments).unwrap();
            let mut control = buffer();
            let (whole, _) = receive(&receiver, &mut control);
            assert_eq!((whole, control.get(message::udp::GRO)), (data, Some(100)));
        }
    });
}

/// The queue fq(8) holds a packet until its time.
#[test]
fn a_message_is_sent_at_its_time() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        let clock = TransmitTime { clock: libc::CLOCK_MONOTONIC, flags: 0 };
        sender.set(option::socket::TXTIME, clock).unwrap();
        let made =
            std::process::Command::new("tc").args(["qdisc", "add", "dev", "lo", "root", "fq"]).status();
        let holds = made.is_ok_and(|status| status.success());
        let delay = Duration::from_millis(30);
        let now = monotonic();
        let began = Instant::now();
        send_with(&sender, b"later", |control| {
            control.push(message::socket::TXTIME, &(now + delay)).unwrap();
        })
        .unwrap();
        hears(&receiver, b"later");
        if need_of("queues", holds, "tc and its queue fq") {
            assert!(began.elapsed() + Duration::from_millis(1) >= delay, "{:?}", began.elapsed());
        }
    });
}

#[allow(unsafe_code)]
fn monotonic() -> Duration {
    // SAFETY: a timespec is two numbers.
    let mut time: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: the time is writable.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) }, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[test]
fn fragments_options_and_destinations_are_told() {
    alone(|| {
        configure(&["link", "set", "lo", "mtu", "1500"]).unwrap();
        let mut control = buffer();
        let (receiver, sender) = udp(V4);
        receiver.set(option::ip::RECVFRAGSIZE, true).unwrap();
        receiver.set(option::ip::RECVORIGDSTADDR, true).unwrap();
        sender.set(option::ip::MTU_DISCOVER, option::MtuDiscover::DONT).unwrap();
        sender.send(&[0; 4000]).unwrap();
        receive(&receiver, &mut control);
        assert_eq!(control.get(message::ip::RECVFRAGSIZE), Some(1500));
        assert_eq!(control.get(message::ip::ORIGDSTADDR), Some(receiver.local_address().unwrap()));

        // Record route, with room for one address.
        receiver.set(option::ip::RECVOPTS, true).unwrap();
        let options = vec![7, 7, 4, 0, 0, 0, 0, 0];
        send_with(&sender, b"x", |control| control.push(message::ip::RETOPTS, &options).unwrap()).unwrap();
        receive(&receiver, &mut control);
        let told = control.get(message::ip::RECVOPTS).unwrap();
        assert_eq!((told[..2].to_vec(), &told[3..7]), (vec![7, 7], &[127, 0, 0, 1][..]));

        let (receiver, sender) = udp(V6);
        receiver.set(option::ipv6::RECVFRAGSIZE, true).unwrap();
        receiver.set(option::ipv6::RECVDSTOPTS, true).unwrap();
        receiver.set(option::ipv6::RECVHOPOPTS, true).unwrap();
        sender.send(&[0; 4000]).unwrap();
        receive(&receiver, &mut control);
        let largest = control.get(message::ipv6::RECVFRAGSIZE).unwrap();
        assert!((1400..=1500).contains(&largest), "{largest}");
        // A header of padding alone.
        let header = vec![0, 0, 1, 4, 0, 0, 0, 0];
        send_with(&sender, b"x", |control| {
            control.push(message::ipv6::HOPOPTS, &header).unwrap();
            control.push(message::ipv6::DSTOPTS, &header).unwrap();
        })
        .unwrap();
        receive(&receiver, &mut control);
        for row in [message::ipv6::HOPOPTS, message::ipv6::DSTOPTS] {
            assert_eq!(
                control.get(row).map(|told| told[1..].to_vec()),
                Some(header[1..].to_vec()),
                "{row:?}"
            );
        }
        let refused =
            send_with(&sender, &[0; 4000], |control| control.push(message::ipv6::DONTFRAG, &true).unwrap());
        assert_eq!(refused.unwrap_err().errno(), Some(Errno::MSGSIZE));
    });
}

#[test]
fn what_is_left_of_a_stream_is_told() {
    alone(|| {
        let (client, server) = tcp(|_| (), |_| ());
        server.set(option::tcp::INQ, true).unwrap();
        client.send(b"0123456789").unwrap();
        let left = |socket: &Socket, row, room: usize| {
            let mut room = vec![0; room];
            let mut control = buffer();
            let arrival =
                socket.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], &mut control).unwrap();
            (arrival.len(), control.get(row))
        };
        assert_eq!(left(&server, message::tcp::INQ, 4), (4, Some(6)));
        assert_eq!(left(&server, message::tcp::INQ, 6), (6, Some(0)));
        let (client, server) = UnixStream::pair().unwrap();
        let has = server.set(option::socket::INQ, true);
        if need(has.is_ok(), "SO_INQ, which is of Linux 6.17") {
            client.send(b"0123456789").unwrap();
            assert_eq!(left(&server.into_any(), message::socket::INQ, 4), (4, Some(6)));
        }
    });
}

#[test]
fn a_frame_has_its_length_beside_it() {
    alone(|| {
        const EVERY_FRAME: Protocol = Protocol::from_raw(u16::to_be(3) as i32);
        let tap = Socket::open(Family::PACKET, Kind::RAW, EVERY_FRAME).unwrap();
        tap.set(option::packet::AUXDATA, true).unwrap();
        tap.set(option::packet::IGNORE_OUTGOING, true).unwrap();
        let (_receiver, sender) = udp(V4);
        sender.send(&[0; 100]).unwrap();
        let mut room = [0; 16];
        let mut control = buffer();
        let arrival = tap.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], &mut control).unwrap();
        let auxiliary = control.get(message::packet::AUXDATA).unwrap();
        assert_eq!((arrival.len(), auxiliary.length, auxiliary.network), (16, 100 + 8 + 20 + 14, 14));
        assert_eq!(arrival.received().full_len(), Some(142));
        assert!(matches!(arrival.from(), Some(Address::Link(_))));
    });
}

#[test]
fn the_group_of_a_message_of_netlink_is_told() {
    alone(|| {
        let socket =
            Socket::open(Family::NETLINK, Kind::RAW, Protocol::from_raw(libc::NETLINK_ROUTE)).unwrap();
        socket.bind("netlink:0?groups=1").unwrap();
        socket.set(option::netlink::PKTINFO, true).unwrap();
        configure(&["link", "set", "lo", "mtu", "1400"]).unwrap();
        let mut control = buffer();
        let mut room = [0; 8192];
        socket.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], &mut control).unwrap();
        assert_eq!(control.get(message::netlink::PKTINFO), Some(libc::RTNLGRP_LINK));
    });
}

#[test]
fn a_record_of_tls_has_its_type() {
    alone(|| {
        let (client, server) = tcp(|_| (), |_| ());
        let upper = client.set(option::tcp::ULP, "tls".to_owned());
        if !need_of("tls", upper.is_ok(), "TLS in the kernel") {
            return;
        }
        server.set(option::tcp::ULP, "tls".to_owned()).unwrap();
        // Without keys, nothing is a record yet.
        let mut control = Control::new();
        control.push(message::tls::RECORD_TYPE, &22).unwrap();
        assert_eq!(control.as_bytes().len(), message::tls::RECORD_TYPE.room());
    });
}

#[test]
fn the_modes_wait_for_messages_too() {
    let _limit = limit();
    let (receiver, sender) = udp(V4);
    std::thread::scope(|scope| {
        let receiving = scope.spawn(|| receive(&receiver, &mut buffer()).0);
        sender.send(b"late").unwrap();
        assert_eq!(receiving.join().unwrap(), b"late");
    });
}

mod python {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    use super::*;
    use berkeley_testkit::program;

    const PEER: &str = r#"
import socket, struct, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(("127.0.0.1", 0))
for option in (socket.IP_RECVTOS, 12, 8):
    peer.setsockopt(socket.IPPROTO_IP, option, 1)
print(peer.getsockname()[1], flush=True)
data, messages, flags, sender = peer.recvmsg(64, 512)
told = {kind: bytes for level, kind, bytes in messages if level == socket.IPPROTO_IP}
print(data.decode(), told[socket.IP_TOS][0], struct.unpack("i", told[socket.IP_TTL])[0],
      socket.inet_ntoa(told[8][8:12]), flush=True)
peer.sendmsg([b"from ", b"python"], [
    (socket.IPPROTO_IP, socket.IP_TTL, struct.pack("i", 44)),
    (socket.IPPROTO_IP, socket.IP_TOS, struct.pack("i", 0x2b)),
    (socket.IPPROTO_IP, 8, struct.pack("i4s4s", 0, socket.inet_aton("127.0.0.1"), bytes(4)))], 0, sender)
sys.stdin.read()
"#;

    /// Python's own encoder and decoder are on the other side.
    #[test]
    fn pythons_socket_module_reads_what_is_written_and_writes_what_is_read() {
        let _limit = limit();
        let found = program("python3");
        if !need(found.is_some(), "python3") {
            return;
        }
        let mut command = Command::new(found.unwrap());
        command.args(["-c", PEER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port: u16 = lines.next().unwrap().unwrap().parse().unwrap();
        let socket = UdpSocket::connected_to(("127.0.0.1", port)).unwrap();
        socket.set(option::ip::RECVTTL, true).unwrap();
        socket.set(option::ip::RECVTOS, true).unwrap();
        socket.set(option::ip::PKTINFO, true).unwrap();
        send_with(&socket, b"hello", |control| {
            control.push(message::ip::TOS, &TrafficClass(0x91)).unwrap();
            control.push(message::ip::TTL, &55).unwrap();
        })
        .unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "hello 145 55 127.0.0.1");
        let mut control = buffer();
        assert_eq!(receive(&socket, &mut control).0, b"from python");
        assert_eq!(control.get(message::ip::TTL), Some(44));
        assert_eq!(control.get(message::ip::TOS), Some(TrafficClass(0x2b)));
        assert_eq!(control.get(message::ip::PKTINFO).map(|info| info.destination), Some(Ipv4Addr::LOCALHOST));
        child.stdin.take().unwrap().write_all(b"end").unwrap();
        assert!(child.wait().unwrap().success());
    }
}
