//! What the options of packet and netlink sockets do.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::process::Command;

use berkeley::option::{PacketFanout, PacketMembership, netlink, packet};
use berkeley::{Address, Family, Kind, NetlinkAddress, Protocol, Socket};
use berkeley_testkit::ip as configure;
use berkeley_testkit::soon;
use wire::{alone, settle};

/// `ETH_P_ALL`, which packet sockets have in network order.
const EVERY_FRAME: Protocol = Protocol::from_raw(u16::to_be(3) as i32);

fn hearing() -> Socket {
    Socket::open(Family::PACKET, Kind::RAW, EVERY_FRAME).unwrap()
}

/// How many frames wait, and the length of the last.
fn drain(socket: &Socket) -> (u32, usize) {
    let mut buffer = vec![0; 1 << 16];
    let (mut frames, mut length) = (0, 0);
    while let Some(received) = socket.now().recv(&mut buffer[..]).unwrap() {
        (frames, length) = (frames + 1, received.len());
    }
    (frames, length)
}

#[test]
fn frames_are_counted_and_the_count_begins_anew() {
    alone(|| {
        let socket = hearing();
        settle();
        let (frames, _) = drain(&socket);
        let statistics = socket.get(packet::STATISTICS).unwrap();
        assert_eq!((statistics.packets, statistics.drops), (frames, 0));
        assert!(frames >= 2, "out and in");
        assert_eq!(socket.get(packet::STATISTICS).unwrap().packets, 0);
        socket.set(berkeley::option::socket::RCVBUF, 1).unwrap();
        (0..20).for_each(|_| settle());
        assert!(socket.get(packet::STATISTICS).unwrap().drops > 0);
    });
}

#[test]
fn what_goes_out_is_not_heard() {
    alone(|| {
        let (both, incoming) = (hearing(), hearing());
        incoming.set(packet::IGNORE_OUTGOING, true).unwrap();
        settle();
        let (all, half) = (drain(&both).0, drain(&incoming).0);
        assert_eq!(all, 2 * half);
    });
}

#[test]
fn frames_are_spread_over_a_group() {
    alone(|| {
        let group = [hearing(), hearing()];
        for socket in &group {
            // One after the other: PACKET_FANOUT_LB.
            socket.set(packet::FANOUT, PacketFanout { group: 7, rule: 1 }).unwrap();
        }
        settle();
        let [first, second] = [&group[0], &group[1]].map(|socket| drain(socket).0);
        assert!(first > 0 && second > 0 && first.abs_diff(second) <= 1, "{first} {second}");
    });
}

#[test]
fn a_header_of_the_virtual_device_stands_before_the_frame() {
    alone(|| {
        let lengths = ["0", "10", "12"].map(|size| {
            let socket = Socket::open(Family::PACKET, Kind::RAW, Protocol::DEFAULT).unwrap();
            socket.set_by_name("packet.vnet-hdr-sz", size).unwrap();
            assert_eq!(socket.get(packet::VNET_HDR).unwrap(), size != "0");
            let lo = berkeley::LinkAddress::new("lo".parse().unwrap()).with_protocol(3);
            socket.bind(Address::from(lo)).unwrap();
            settle();
            drain(&socket).1
        });
        assert_eq!((lengths[1] - lengths[0], lengths[2] - lengths[0]), (10, 12));
    });
}

#[test]
fn an_interface_takes_frames_that_are_not_for_it_while_it_is_asked() {
    alone(|| {
        let asked = || {
            let output = Command::new("ip").args(["-details", "link", "show", "lo"]).output().unwrap();
            String::from_utf8(output.stdout).unwrap().contains(" promiscuity 1 ")
        };
        let socket = hearing();
        let membership = || PacketMembership {
            interface: "lo".parse().unwrap(),
            kind: berkeley::option::PacketMembershipKind::Promiscuous,
        };
        assert!(!asked());
        socket.set(packet::ADD_MEMBERSHIP, membership()).unwrap();
        assert!(asked());
        socket.set(packet::DROP_MEMBERSHIP, membership()).unwrap();
        assert!(!asked());
        socket.set(packet::ADD_MEMBERSHIP, membership()).unwrap();
        drop(socket);
        assert!(!asked(), "it ends with the socket");
    });
}

fn route() -> Socket {
    let socket = Socket::open(Family::NETLINK, Kind::RAW, Protocol::DEFAULT).unwrap();
    socket.bind(Address::from(NetlinkAddress::new(0, 0))).unwrap();
    socket
}

/// Receives a message: its type, its flags, and its length.
fn message(socket: &Socket) -> (u16, u16, usize) {
    let mut buffer = [0; 8192];
    let received = socket.by(soon()).recv(&mut buffer[..]).unwrap();
    let word = |at: usize| u16::from_ne_bytes([buffer[at], buffer[at + 1]]);
    (word(4), word(6), received.len())
}

#[test]
fn changes_of_interfaces_are_heard_in_their_group() {
    const RTNLGRP_LINK: u32 = 1;
    const RTM_NEWLINK: u16 = 16;
    alone(|| {
        let socket = route();
        configure(&["link", "set", "lo", "mtu", "10000"]).unwrap();
        assert!(socket.now().recv(&mut [0; 64][..]).unwrap().is_none());
        socket.set(netlink::ADD_MEMBERSHIP, RTNLGRP_LINK).unwrap();
        configure(&["link", "set", "lo", "mtu", "20000"]).unwrap();
        assert_eq!(message(&socket).0, RTM_NEWLINK);
        while socket.now().recv(&mut [0; 64][..]).unwrap().is_some() {}
        socket.set(netlink::DROP_MEMBERSHIP, RTNLGRP_LINK).unwrap();
        configure(&["link", "set", "lo", "mtu", "30000"]).unwrap();
        assert!(socket.now().recv(&mut [0; 64][..]).unwrap().is_none());
    });
}

#[test]
fn errors_come_with_words_or_without_the_request() {
    const NLMSG_ERROR: u16 = 2;
    const NLM_F_CAPPED: u16 = 0x100;
    const NLM_F_ACK_TLVS: u16 = 0x200;
    /// The header of the answer, the error, and the header of the request.
    const CAPPED: usize = 36;
    // RTM_NEWADDR as NLM_F_REQUEST, of IPv4, 24 bits and the interface 9999: the address is missing.
    let mut request = vec![24, 0, 0, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 24, 0, 0];
    request.extend(9999_u32.to_ne_bytes());
    alone(move || {
        let socket = route();
        let answer = || {
            socket.send(&request).unwrap();
            message(&socket)
        };
        let (kind, flags, length) = answer();
        assert_eq!((kind, flags & (NLM_F_CAPPED | NLM_F_ACK_TLVS)), (NLMSG_ERROR, 0));
        assert_eq!(length, CAPPED + 8);
        socket.set(netlink::CAP_ACK, true).unwrap();
        let (_, flags, length) = answer();
        assert_eq!((flags & NLM_F_CAPPED, length), (NLM_F_CAPPED, CAPPED));
        socket.set(netlink::EXT_ACK, true).unwrap();
        let (_, flags, length) = answer();
        assert!(flags & NLM_F_ACK_TLVS != 0 && length > CAPPED, "{flags:#x} {length}");
    });
}
