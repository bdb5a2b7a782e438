//! Which multicast is heard, by the options of who sends and of who hears.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use berkeley::option::{ip, ipv6};
use berkeley::{Address, Family, Kind, Protocol, Socket, UdpSocket};
use wire::{Wire, alone, cable, hears};

/// One of the families, and what multicast over the cable looks like there.
struct Net {
    any: &'static str,
    group: &'static str,
    source: &'static str,
    /// Of the interface that multicast goes out through: the option, and its value.
    through: (&'static str, &'static str),
}

const NETS: [Net; 2] = [
    Net {
        any: "0.0.0.0:0",
        group: "239.1.2.3",
        source: "10.9.0.1",
        through: ("ip.multicast-if", "10.9.0.1"),
    },
    Net { any: "[::]:0", group: "ff12::123", source: "fe80::99", through: ("ipv6.multicast-if", "v0") },
];

impl Net {
    fn sender(&self) -> UdpSocket {
        let sender = UdpSocket::bind(self.any).unwrap();
        sender.set_by_name(self.through.0, self.through.1).unwrap();
        sender
    }

    /// A receiver that hears its own memberships alone.
    fn receiver(&self) -> UdpSocket {
        let receiver = UdpSocket::bind(self.any).unwrap();
        let all = if self.any.starts_with('[') { "ipv6.multicast-all" } else { "ip.multicast-all" };
        receiver.set_by_name(all, "off").unwrap();
        receiver
    }

    fn send(&self, sender: &UdpSocket, to: &UdpSocket, what: &str) {
        let to = std::net::SocketAddr::new(self.group.parse().unwrap(), to.local_address().unwrap().port());
        sender.send_to(what.as_bytes(), &to).unwrap();
    }
}

/// What a membership is written as: of the group, and of the group for one source.
fn joins(net: &Net, option: &str) -> String {
    let Net { group, source, .. } = net;
    match option {
        "ip.add-membership" => format!("{group}@{source}"),
        "ip.add-source-membership" | "ip.block-source" | "ip.unblock-source" => {
            format!("{source},{group}@{source}")
        }
        option if option.contains("source") => format!("{source},{group}@v0"),
        _ => format!("{group}@v0"),
    }
}

/// Runs `body` for each option of a family, with what leaves or undoes it.
fn each(pairs: [(usize, &str, &str); 4], body: impl Fn(&Net, &str, &str) + Sync) {
    alone(|| {
        cable();
        for (net, set, unset) in pairs {
            body(&NETS[net], set, unset);
        }
    });
}

#[test]
fn a_group_is_heard_while_it_is_joined() {
    let pairs = [
        (0, "ip.add-membership", "ip.drop-membership"),
        (0, "ip.mcast-join-group", "ip.mcast-leave-group"),
        (1, "ipv6.join-group", "ipv6.leave-group"),
        (1, "ipv6.mcast-join-group", "ipv6.mcast-leave-group"),
    ];
    each(pairs, |net, join, leave| {
        let (sender, receiver) = (net.sender(), net.receiver());
        net.send(&sender, &receiver, "before");
        receiver.set_by_name(join, &joins(net, join)).unwrap();
        net.send(&sender, &receiver, "while");
        hears(&receiver, b"while");
        receiver.set_by_name(leave, &joins(net, join)).unwrap();
        net.send(&sender, &receiver, "after");
        receiver.set_by_name(join, &joins(net, join)).unwrap();
        net.send(&sender, &receiver, "again");
        hears(&receiver, b"again");
    });
}

#[test]
fn one_source_is_heard_or_not() {
    let pairs = [
        (0, "ip.add-source-membership", "ip.drop-source-membership"),
        (0, "ip.mcast-join-source-group", "ip.mcast-leave-source-group"),
        (1, "ipv6.mcast-join-source-group", "ipv6.mcast-leave-source-group"),
        (1, "ipv6.mcast-join-source-group", "ipv6.mcast-leave-source-group"),
    ];
    each(pairs, |net, join, leave| {
        let (sender, receiver) = (net.sender(), net.receiver());
        let this = joins(net, join);
        let other =
            this.replacen(net.source, if net.source.contains(':') { "fe80::77" } else { "10.9.0.77" }, 1);
        receiver.set_by_name(join, &other).unwrap();
        net.send(&sender, &receiver, "of another source");
        receiver.set_by_name(join, &this).unwrap();
        net.send(&sender, &receiver, "of this one");
        hears(&receiver, b"of this one");
        receiver.set_by_name(leave, &this).unwrap();
        receiver.set_by_name(leave, &other).unwrap();
    });
}

#[test]
fn a_source_that_is_blocked_is_heard_no_more() {
    let pairs = [
        (0, "ip.block-source", "ip.unblock-source"),
        (0, "ip.mcast-block-source", "ip.mcast-unblock-source"),
        (1, "ipv6.mcast-block-source", "ipv6.mcast-unblock-source"),
        (1, "ipv6.mcast-block-source", "ipv6.mcast-unblock-source"),
    ];
    each(pairs, |net, block, unblock| {
        let (sender, receiver) = (net.sender(), net.receiver());
        let join = if block == "ip.block-source" { "ip.add-membership" } else { "ip.mcast-join-group" };
        let join = if block.starts_with("ipv6") { "ipv6.mcast-join-group" } else { join };
        receiver.set_by_name(join, &joins(net, join)).unwrap();
        receiver.set_by_name(block, &joins(net, block)).unwrap();
        net.send(&sender, &receiver, "blocked");
        receiver.set_by_name(unblock, &joins(net, block)).unwrap();
        net.send(&sender, &receiver, "heard");
        hears(&receiver, b"heard");
    });
}

#[test]
fn what_this_machine_sends_is_heard_here_or_not() {
    alone(|| {
        cable();
        for (net, looping) in NETS.iter().zip(["ip.multicast-loop", "ipv6.multicast-loop"]) {
            let (sender, receiver) = (net.sender(), net.receiver());
            let join = if looping.starts_with("ipv6") { "ipv6.join-group" } else { "ip.add-membership" };
            receiver.set_by_name(join, &joins(net, join)).unwrap();
            sender.set_by_name(looping, "off").unwrap();
            net.send(&sender, &receiver, "not here");
            sender.set_by_name(looping, "on").unwrap();
            net.send(&sender, &receiver, "here");
            hears(&receiver, b"here");
        }
    });
}

#[test]
fn a_group_that_another_socket_joined_is_heard_or_not() {
    alone(|| {
        cable();
        for (net, all) in NETS.iter().zip(["ip.multicast-all", "ipv6.multicast-all"]) {
            let (sender, other, receiver) = (net.sender(), net.receiver(), net.receiver());
            let join = if all.starts_with("ipv6") { "ipv6.join-group" } else { "ip.add-membership" };
            other.set_by_name(join, &joins(net, join)).unwrap();
            net.send(&sender, &receiver, "not for this socket");
            receiver.set_by_name(all, "on").unwrap();
            net.send(&sender, &receiver, "for all");
            hears(&receiver, b"for all");
        }
    });
}

#[test]
fn multicast_goes_out_through_the_interface_that_was_chosen() {
    alone(|| {
        cable();
        let wire = Wire::new();
        let socket = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        let to: Address = "239.1.2.3:4567".parse().unwrap();
        for (through, source) in
            [("127.0.0.1", [127, 0, 0, 1]), ("v0", [10, 9, 0, 1]), ("10.9.0.1", [10, 9, 0, 1])]
        {
            socket.set_by_name("ip.multicast-if", through).unwrap();
            socket.send_to(b"x", &to).unwrap();
            // On its way back from the cable it is heard once more.
            let packet = wire.next(|packet| !packet.is_v6() && packet.0[12..16] == source);
            assert_eq!(packet.word(2), 4567);
        }
        let six = Socket::open(Family::INET6, Kind::DGRAM, Protocol::UDP).unwrap();
        six.set(ipv6::MULTICAST_IF, "v0".parse().unwrap()).unwrap();
        six.send_to(b"x", &"[ff12::123]:4567".parse().unwrap()).unwrap();
        assert_eq!(wire.next(|packet| packet.is_v6() && packet.word(2) == 4567).0[8..10], [0xfe, 0x80]);
    });
}

#[test]
fn unicast_goes_out_through_the_interface_that_was_chosen() {
    alone(|| {
        cable();
        let ways = [
            "addr add 10.8.0.1/24 dev v1",
            "route add 192.0.2.0/24 dev v1 metric 1",
            "route add 192.0.2.0/24 dev v0 metric 9",
        ];
        for words in ways {
            berkeley_testkit::ip(&words.split(' ').collect::<Vec<_>>()).unwrap();
        }
        let source = |interface: &str| {
            let socket = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
            socket.set(ip::UNICAST_IF, interface.parse().unwrap()).unwrap();
            socket.connect("192.0.2.1:9").unwrap();
            socket.local_address().unwrap().to_string()
        };
        assert!(source("v0").starts_with("10.9.0.1:"), "{}", source("v0"));
        assert!(source("v1").starts_with("10.8.0.1:"), "{}", source("v1"));
    });
}
