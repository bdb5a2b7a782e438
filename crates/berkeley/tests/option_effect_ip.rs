//! What the options of IPv4, IPv6 and UDP do to packets, as they are heard on the wire.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::net::Ipv4Addr;

use berkeley::option::{IcmpTypes, Ipv4Interface, MtuDiscover, PortRange, icmp, icmpv6, ip, ipv6, udp};
use berkeley::{Address, Family, Kind, Protocol, Socket, UdpSocket};
use berkeley_testkit::{ip as configure, limit, soon};
use wire::{Packet, Wire, alone, cable, hears, settle, udp as pair};

const V4: &str = "127.0.0.1:0";
const V6: &str = "[::1]:0";
/// For experiments (RFC 3692): nobody answers to it.
const EXPERIMENT: Protocol = Protocol::from_raw(253);

/// Sends from a socket whose options `prepare` has set, and returns the packet.
fn heard(loopback: &str, prepare: impl FnOnce(&UdpSocket)) -> Packet {
    let wire = Wire::new();
    let (receiver, sender) = pair(loopback);
    prepare(&sender);
    sender.send(b"12345678").unwrap();
    wire.to_port(receiver.local_address().unwrap().port())
}

#[test]
fn hops_and_class_are_in_the_packet() {
    alone(|| {
        let packet = heard(V4, |sender| {
            sender.set(ip::TTL, 7).unwrap();
            sender.set(ip::TOS, 184).unwrap();
        });
        assert_eq!((packet.hops(), packet.class()), (7, 184));
        let packet = heard(V6, |sender| {
            sender.set(ipv6::UNICAST_HOPS, 7).unwrap();
            sender.set(ipv6::TCLASS, 184).unwrap();
        });
        assert_eq!((packet.hops(), packet.class()), (7, 184));
        let packet = heard(V4, |_| ());
        assert_eq!((packet.hops(), packet.class()), (64, 0));
    });
}

#[test]
fn multicast_has_hops_of_its_own() {
    alone(|| {
        let wire = Wire::new();
        let sender = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        sender.set(ip::MULTICAST_IF, Ipv4Interface::Address(Ipv4Addr::LOCALHOST)).unwrap();
        let to: Address = "239.1.2.3:4567".parse().unwrap();
        for hops in [1, 9] {
            sender.set(ip::MULTICAST_TTL, hops).unwrap();
            sender.send_to(b"x", &to).unwrap();
            assert_eq!(wire.to_port(4567).hops(), hops);
        }
        let sender = Socket::open(Family::INET6, Kind::DGRAM, Protocol::UDP).unwrap();
        cable();
        sender.set(ipv6::MULTICAST_IF, "v0".parse().unwrap()).unwrap();
        let to: Address = "[ff02::123]:4568".parse().unwrap();
        for hops in [1, 9] {
            sender.set(ipv6::MULTICAST_HOPS, hops).unwrap();
            sender.send_to(b"x", &to).unwrap();
            assert_eq!(i32::from(wire.to_port(4568).hops()), hops);
        }
    });
}

#[test]
fn a_datagram_may_be_fragmented_or_not() {
    alone(|| {
        let forbids = |discover| {
            let packet = heard(V4, |sender| sender.set(ip::MTU_DISCOVER, discover).unwrap());
            packet.0[6] & 0x40 != 0
        };
        assert!(forbids(MtuDiscover::DO));
        assert!(!forbids(MtuDiscover::DONT));

        let (_receiver, sender) = pair(V6);
        sender.set(ipv6::DONTFRAG, true).unwrap();
        assert_eq!(sender.send(&[0; 2000]).unwrap(), 2000);
        sender.set(ipv6::MTU, 1280).unwrap();
        let error = sender.send(&[0; 2000]).unwrap_err();
        assert!(error.is_message_too_long(), "{error}");
        sender.set(ipv6::DONTFRAG, false).unwrap();
        let wire = Wire::new();
        configure(&["link", "set", "lo", "mtu", "1280"]).unwrap();
        sender.send(&[0; 2000]).unwrap();
        // The header of a fragment, RFC 8200.
        assert!(wire.next(|packet| packet.is_v6() && packet.protocol() == 44).0.len() <= 1280);
    });
}

#[test]
fn headers_of_ipv4_are_in_the_packet() {
    alone(|| {
        let packet = heard(V4, |sender| sender.set(ip::OPTIONS, vec![1, 1, 1, 0]).unwrap());
        assert_eq!((packet.0[0] & 15, &packet.0[20..24]), (6, &[1, 1, 1, 0][..]));
        let wire = Wire::new();
        let raw = Socket::open(Family::INET, Kind::RAW, EXPERIMENT).unwrap();
        raw.set(ip::HDRINCL, true).unwrap();
        let mut own = vec![0x45, 0, 0, 24, 0, 0, 0, 0, 33, 253, 0, 0, 127, 0, 0, 9, 127, 0, 0, 1];
        own.extend(b"data");
        raw.send_to(&own, &"127.0.0.1".parse::<std::net::IpAddr>().map(with_port).unwrap()).unwrap();
        let packet = wire.next(|packet| packet.protocol() == 253);
        assert_eq!(
            (packet.hops(), &packet.0[12..16], packet.payload()),
            (33, &[127, 0, 0, 9][..], &b"data"[..])
        );
    });
}

fn with_port(ip: std::net::IpAddr) -> Address {
    std::net::SocketAddr::new(ip, 0).into()
}

#[test]
fn headers_of_ipv6_stand_before_the_datagram() {
    const PADDING: [u8; 8] = [0, 0, 1, 4, 0, 0, 0, 0];
    alone(|| {
        let next = |prepare: &dyn Fn(&UdpSocket)| {
            let wire = Wire::new();
            let (_receiver, sender) = pair(V6);
            prepare(&sender);
            sender.send(b"x").unwrap();
            let packet = wire.next(Packet::is_v6);
            (packet.protocol(), packet.payload()[0])
        };
        assert_eq!(next(&|_| ()).0, 17);
        assert_eq!(next(&|sender| sender.set(ipv6::HOPOPTS, PADDING.to_vec()).unwrap()), (0, 17));
        assert_eq!(next(&|sender| sender.set(ipv6::DSTOPTS, PADDING.to_vec()).unwrap()), (60, 17));
        // A routing header of one segment, the loopback's (RFC 8754), with destination options before it.
        let segment = [&[0, 2, 4, 0, 0, 0, 0, 0][..], &std::net::Ipv6Addr::LOCALHOST.octets()].concat();
        let route = |sender: &UdpSocket| sender.set(ipv6::RTHDR, segment.clone()).unwrap();
        assert_eq!(next(&route), (43, 17));
        let both = |sender: &UdpSocket| {
            route(sender);
            sender.set(ipv6::RTHDRDSTOPTS, PADDING.to_vec()).unwrap();
        };
        assert_eq!(next(&both), (60, 43));
    });
}

#[test]
fn flow_labels_are_made_or_not() {
    alone(|| {
        let label = |automatic| {
            let packet = heard(V6, |sender| sender.set(ipv6::AUTOFLOWLABEL, automatic).unwrap());
            u32::from_be_bytes([0, packet.0[1] & 15, packet.0[2], packet.0[3]])
        };
        assert_ne!(label(true), 0);
        assert_eq!(label(false), 0);
    });
}

#[test]
fn the_system_fills_a_checksum_in() {
    alone(|| {
        let wire = Wire::new();
        let raw = Socket::open(Family::INET6, Kind::RAW, EXPERIMENT).unwrap();
        let to = with_port("::1".parse().unwrap());
        for (at, is_filled) in [(-1, false), (2, true)] {
            raw.set(ipv6::CHECKSUM, at).unwrap();
            raw.send_to(&[9, 9, 0, 0, 5, 5], &to).unwrap();
            let packet = wire.next(|packet| packet.protocol() == 253);
            assert_eq!(packet.word(2) != 0, is_filled, "{packet:?}");
        }
    });
}

#[test]
fn addresses_of_nobody_are_bound() {
    alone(|| {
        let cases = [
            (Family::INET, "192.0.2.1:0", [ip::FREEBIND, ip::TRANSPARENT]),
            (Family::INET6, "[2001:db8::1]:0", [ipv6::FREEBIND, ipv6::TRANSPARENT]),
        ];
        for (family, address, options) in cases {
            for option in options {
                let socket = Socket::open(family, Kind::STREAM, Protocol::TCP).unwrap();
                assert!(socket.bind(address).unwrap_err().is_address_not_available());
                socket.set(option, true).unwrap();
                socket.bind(address).unwrap();
            }
        }
    });
}

#[test]
fn a_port_is_chosen_late_and_from_a_range() {
    alone(|| {
        let port =
            |socket: &Socket| std::net::SocketAddr::try_from(socket.local_address().unwrap()).unwrap().port();
        let (_listener, address) = wire::listening(|_| ());
        let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
        socket.set(ip::BIND_ADDRESS_NO_PORT, true).unwrap();
        socket.set(ip::LOCAL_PORT_RANGE, PortRange { low: 40000, high: 40001 }).unwrap();
        socket.bind("127.0.0.9:0").unwrap();
        assert_eq!(port(&socket), 0);
        socket.connect(address).unwrap();
        assert!((40000..=40001).contains(&port(&socket)), "{}", port(&socket));
        assert_eq!(socket.local_address().unwrap().to_string(), format!("127.0.0.9:{}", port(&socket)));
    });
}

#[test]
fn one_port_is_for_both_families_or_for_each() {
    let _limit = limit();
    for is_alone in [true, false] {
        let six = Socket::open(Family::INET6, Kind::DGRAM, Protocol::UDP).unwrap();
        six.set(ipv6::V6ONLY, is_alone).unwrap();
        six.bind("[::]:0").unwrap();
        let port = std::net::SocketAddr::try_from(six.local_address().unwrap()).unwrap().port();
        let four = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        let bound = four.bind(("0.0.0.0", port));
        if is_alone {
            // Somebody else may have the port of IPv4.
            assert!(bound.is_ok() || bound.unwrap_err().is_address_in_use());
        } else {
            assert!(bound.unwrap_err().is_address_in_use());
        }
    }
}

#[test]
fn errors_of_single_datagrams_are_reported_on_request() {
    alone(|| {
        for is_asked_for in [false, true] {
            let socket = UdpSocket::bind(V4).unwrap();
            socket.set(ip::RECVERR, is_asked_for).unwrap();
            socket.send_to(b"to nobody", &"127.0.0.1:9".parse().unwrap()).unwrap();
            settle();
            assert_eq!(socket.take_error().unwrap().is_some(), is_asked_for);
        }
    });
}

#[test]
fn a_raw_socket_does_not_get_what_is_filtered() {
    alone(|| {
        // An echo request and the loopback's reply: the socket would get both.
        let mut request = vec![8, 0, 0xf7, 0xff, 0, 0, 0, 0];
        let four = Socket::open(Family::INET, Kind::RAW, Protocol::ICMP).unwrap();
        for (filter, first) in [(IcmpTypes::NONE, 8), (IcmpTypes::NONE.with(8), 0)] {
            four.set(icmp::FILTER, filter).unwrap();
            four.send_to(&request, &with_port("127.0.0.1".parse().unwrap())).unwrap();
            let mut packet = [0; 64];
            four.by(soon()).recv(&mut packet[..]).unwrap();
            assert_eq!(packet[20], first);
            while four.now().recv(&mut packet[..]).unwrap().is_some() {}
        }
        request[0] = 128;
        let six = Socket::open(Family::INET6, Kind::RAW, Protocol::ICMPV6).unwrap();
        for (filter, first) in [(IcmpTypes::NONE, 128), (IcmpTypes::ALL.without(129), 129)] {
            six.set(icmpv6::FILTER, filter).unwrap();
            six.send_to(&request, &with_port("::1".parse().unwrap())).unwrap();
            let mut message = [0; 64];
            six.by(soon()).recv(&mut message[..]).unwrap();
            assert_eq!(message[0], first);
            while six.now().recv(&mut message[..]).unwrap().is_some() {}
        }
    });
}

#[test]
fn one_send_is_cut_into_datagrams_and_put_together_again() {
    alone(|| {
        let (receiver, sender) = pair(V4);
        sender.set(udp::SEGMENT, 1000).unwrap();
        sender.send(&[b'x'; 2500]).unwrap();
        for length in [1000, 1000, 500] {
            hears(&receiver, &vec![b'x'; length]);
        }
        receiver.set(udp::GRO, true).unwrap();
        sender.send(&[b'y'; 2500]).unwrap();
        hears(&receiver, &[b'y'; 2500]);
    });
}

#[test]
fn what_is_corked_is_one_datagram() {
    let _limit = limit();
    let (receiver, sender) = pair(V4);
    sender.set(udp::CORK, true).unwrap();
    sender.send(b"one ").unwrap();
    sender.send(b"datagram").unwrap();
    sender.set(udp::CORK, false).unwrap();
    hears(&receiver, b"one datagram");
}

#[test]
fn datagrams_of_ipv6_go_and_come_without_a_checksum() {
    alone(|| {
        let wire = Wire::new();
        let (receiver, sender) = pair(V6);
        sender.set(udp::NO_CHECK6_TX, true).unwrap();
        sender.send(b"not taken").unwrap();
        let port = receiver.local_address().unwrap().port();
        assert_eq!(wire.to_port(port).word(6), 0);
        settle();
        receiver.set(udp::NO_CHECK6_RX, true).unwrap();
        sender.send(b"taken").unwrap();
        hears(&receiver, b"taken");
        let four = heard(V4, |sender| sender.set(berkeley::option::socket::NO_CHECK, true).unwrap());
        assert_eq!(four.word(6), 0);
        assert_ne!(heard(V4, |_| ()).word(6), 0);
    });
}

#[test]
fn a_checksum_covers_a_part() {
    use berkeley::option::udplite;

    alone(|| {
        let open = || Socket::open(Family::INET, Kind::DGRAM, Protocol::UDPLITE);
        let receiver = match open() {
            Err(error) if !berkeley_testkit::need(!error.is_unsupported(), "a kernel with UDP-Lite") => {
                return;
            }
            opened => opened.unwrap(),
        };
        receiver.bind(V4).unwrap();
        let sender = open().unwrap();
        sender.connect(receiver.local_address().unwrap()).unwrap();
        let wire = Wire::new();
        sender.set(udplite::SEND_CSCOV, 12).unwrap();
        receiver.set(udplite::RECV_CSCOV, 20).unwrap();
        sender.send(b"too little of it is covered").unwrap();
        assert_eq!(wire.next(|packet| packet.protocol() == 136).word(4), 12);
        settle();
        receiver.set(udplite::RECV_CSCOV, 12).unwrap();
        sender.send(b"enough").unwrap();
        let mut buffer = [0; 64];
        let length = receiver.by(soon()).recv(&mut buffer[..]).unwrap().len();
        assert_eq!(&buffer[..length], b"enough");
    });
}

#[test]
fn what_keeps_a_tunnel_open_is_no_datagram() {
    alone(|| {
        let (receiver, sender) = pair(V4);
        receiver.set(udp::ENCAP, 2).unwrap();
        sender.send(&[0xff]).unwrap();
        sender.send(&[0, 0, 0, 0, b'x']).unwrap();
        hears(&receiver, &[0, 0, 0, 0, b'x']);
    });
}

#[test]
fn an_anycast_address_is_taken_and_given_up() {
    alone(|| {
        configure(&["addr", "add", "fd00::1/64", "dev", "lo", "nodad"]).unwrap();
        let receiver = UdpSocket::bind("[::]:0").unwrap();
        let port = receiver.local_address().unwrap().port();
        let to = format!("[fd00::5]:{port}").parse().unwrap();
        let other = Socket::open(Family::INET6, Kind::DGRAM, Protocol::UDP).unwrap();
        // The system makes the route of a new address a moment after the address.
        let arrives = || {
            let sender = UdpSocket::connected_to(("fd00::1", port)).unwrap();
            sender.send(b"first").unwrap();
            receiver.by(berkeley::MILLISECOND * 20).recv(&mut [0; 5]).is_ok()
        };
        assert!((0..1000).any(|_| arrives()));
        other.send_to(b"to nobody", &to).unwrap();
        settle();
        while let Some(received) = receiver.now().recv(&mut [0; 64]).unwrap() {
            assert_eq!(received.len(), 5, "the other address is nobody's");
        }
        receiver.set_by_name("ipv6.join-anycast", "fd00::5@lo").unwrap();
        other.send_to(b"to anybody", &to).unwrap();
        hears(&receiver, b"to anybody");
        receiver.set_by_name("ipv6.leave-anycast", "fd00::5@lo").unwrap();
        let error = receiver.set_by_name("ipv6.leave-anycast", "fd00::5@lo").unwrap_err();
        assert!(error.is_not_found(), "{error}");
    });
}

#[test]
fn a_flow_label_is_leased_kept_from_others_and_given_back() {
    use berkeley::option::FlowLabelShare;
    use std::net::Ipv6Addr;

    let _limit = limit();
    let open = || Socket::open(Family::INET6, Kind::DGRAM, Protocol::DEFAULT);
    let (one, other) = (open().unwrap(), open().unwrap());
    let lease = |socket: &Socket, label| {
        socket.lease_flow_label(Ipv6Addr::LOCALHOST, label, FlowLabelShare::EXCLUSIVE)
    };
    let label = lease(&one, None).unwrap();
    assert!((1..=0xf_ffff).contains(&label), "{label:#x}");
    assert!(lease(&other, Some(label)).unwrap_err().is_permission_denied());
    one.release_flow_label(label).unwrap();
    assert_eq!(one.release_flow_label(label).unwrap_err().errno(), berkeley::Errno::by_name("ESRCH"));
    for wrong in [0, 0x10_0000] {
        assert!(lease(&one, Some(wrong)).unwrap_err().to_string().contains("from 1 to 0xfffff"));
    }
}
