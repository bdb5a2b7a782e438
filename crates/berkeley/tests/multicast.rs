//! Groups and broadcast, over the interfaces of a network of the test's own; the kernel's own tables and Python beside.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::process::{Command, Stdio};

use berkeley::multicast::{JoinedEverywhere, On, SourceFilter};
use berkeley::option::{ip as ip_option, ipv6};
use berkeley::{Interfaces, UdpSocket};
use berkeley_testkit::{ip, program, soon};
use wire::{alone, hears};

const GROUPS: [&str; 2] = ["239.255.7.7", "ff12::77"];

fn run(commands: &[&str]) {
    for words in commands {
        ip(&words.split(' ').collect::<Vec<_>>()).unwrap();
    }
}

/// A cable with addresses of both families at this end, `a<number>`; the other end is `b<number>`.
fn cable(number: usize) {
    run(&[
        &format!("link add a{number} type veth peer name b{number}"),
        // So that nothing is joined at the other end, where all would be heard once more.
        &format!("link set b{number} addrgenmode none"),
        &format!("link set a{number} up"),
        &format!("link set b{number} up"),
        &format!("addr add 10.7.{number}.1/24 brd + dev a{number}"),
        &format!("addr add fd07:{number}::1/64 dev a{number} nodad"),
    ]);
}

fn cables() {
    (0..3).for_each(cable);
}

fn any(group: IpAddr) -> &'static str {
    if group.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }
}

/// A socket that sends to groups through `a<number>`, so that it arrives there, at this end, by the loop.
fn sender(group: IpAddr, number: usize) -> UdpSocket {
    let sender = UdpSocket::bind(any(group)).unwrap();
    sender.set_multicast_interface(format!("a{number}").parse::<On>().unwrap()).unwrap();
    sender
}

/// The group at the port of the receiver.
fn at(group: IpAddr, receiver: &UdpSocket) -> SocketAddr {
    SocketAddr::new(group, receiver.local_address().unwrap().port())
}

/// Runs `body` for a group of each family.
fn each_group(body: impl Fn(IpAddr) + Sync + Send) {
    alone(|| {
        cables();
        for group in GROUPS {
            body(group.parse().unwrap());
        }
    });
}

/// Of which interfaces the kernel says that the group is joined there.
fn told_by_ip(group: IpAddr) -> BTreeSet<String> {
    let output = Command::new("ip").args(["-j", "maddr"]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let joined = told.as_array().unwrap().iter().filter(|interface| {
        let addresses = interface["maddr"].as_array().unwrap().iter();
        addresses.filter_map(|each| each["address"].as_str()?.parse().ok()).any(|each: IpAddr| each == group)
    });
    joined.map(|interface| interface["ifname"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_interface_goes_by_its_index_its_name_or_its_address() {
    each_group(|group| {
        let receiver = UdpSocket::bind(any(group)).unwrap();
        let index = Interfaces::open().unwrap().by_name("a1").unwrap().index();
        let address: IpAddr = if group.is_ipv4() { "10.7.1.1" } else { "fd07:1::1" }.parse().unwrap();
        for on in [On::from(index), "a1".parse().unwrap(), On::from(address)] {
            receiver.join_group(group, on.clone()).unwrap();
            assert_eq!(told_by_ip(group), BTreeSet::from(["a1".to_owned()]), "{on}");
            let again = receiver.join_group(group, index).unwrap_err();
            assert!(again.is_address_in_use(), "{again}");
            sender(group, 0).send_to(b"elsewhere", &at(group, &receiver)).unwrap();
            sender(group, 1).send_to(b"here", &at(group, &receiver)).unwrap();
            hears(&receiver, b"here");
            receiver.leave_group(group, on).unwrap();
            assert_eq!(told_by_ip(group), BTreeSet::new());
        }
    });
}

#[test]
fn a_socket_hears_what_it_has_joined_and_not_what_others_have() {
    each_group(|group| {
        let receiver = UdpSocket::bind_multicast(any(group)).unwrap();
        let here = receiver.local_address().unwrap();
        let other = UdpSocket::bind_multicast(here).unwrap();
        let another: IpAddr = if group.is_ipv4() { "239.255.7.8" } else { "ff12::78" }.parse().unwrap();
        receiver.join_group(group, "a0".parse::<On>().unwrap()).unwrap();
        other.join_group(another, "a0".parse::<On>().unwrap()).unwrap();
        let sender = sender(group, 0);
        sender.send_to(b"for the other", &at(another, &receiver)).unwrap();
        sender.send_to(b"for this", &at(group, &receiver)).unwrap();
        hears(&other, b"for the other");
        hears(&receiver, b"for this");
        // Both have the group of the other, both hear it.
        receiver.join_group(another, "a0".parse::<On>().unwrap()).unwrap();
        sender.send_to(b"for both", &at(another, &receiver)).unwrap();
        hears(&other, b"for both");
        hears(&receiver, b"for both");
        let all = if group.is_ipv4() { ip_option::MULTICAST_ALL } else { ipv6::MULTICAST_ALL };
        assert!(!receiver.get(all).unwrap());
    });
}

#[test]
fn a_socket_bound_to_a_group_hears_nothing_else() {
    each_group(|group| {
        // A group of one link is bound with its link.
        let bound = if group.is_ipv4() { format!("{group}:0") } else { format!("[{group}%a0]:0") };
        let receiver = UdpSocket::bind_multicast(bound).unwrap();
        receiver.join_group(group, "a0".parse::<On>().unwrap()).unwrap();
        let here: IpAddr = if group.is_ipv4() { "10.7.0.1" } else { "fd07:0::1" }.parse().unwrap();
        let sender = sender(group, 0);
        let refused = sender.send_to(b"for this machine", &at(here, &receiver));
        assert!(refused.is_ok(), "{refused:?}");
        sender.send_to(b"for the group", &at(group, &receiver)).unwrap();
        hears(&receiver, b"for the group");
    });
}

#[test]
fn sources_are_joined_left_blocked_and_unblocked() {
    each_group(|group| {
        let (this, other): (IpAddr, IpAddr) = if group.is_ipv4() {
            ("10.7.0.1".parse().unwrap(), "10.7.0.9".parse().unwrap())
        } else {
            ("fd07:0::1".parse().unwrap(), "fd07:0::9".parse().unwrap())
        };
        let on: On = "a0".parse().unwrap();
        let receiver = UdpSocket::bind(any(group)).unwrap();
        let sender = UdpSocket::bind(SocketAddr::new(this, 0)).unwrap();
        sender.set_multicast_interface(on.clone()).unwrap();
        let send = |what: &[u8]| sender.send_to(what, &at(group, &receiver)).unwrap();

        receiver.join_source(group, other, on.clone()).unwrap();
        send(b"of nobody who is heard");
        receiver.join_source(group, this, on.clone()).unwrap();
        send(b"of this source");
        hears(&receiver, b"of this source");
        receiver.leave_source(group, this, on.clone()).unwrap();
        receiver.leave_source(group, other, on.clone()).unwrap();
        assert_eq!(told_by_ip(group), BTreeSet::new(), "the last source leaves the group");

        receiver.join_group(group, on.clone()).unwrap();
        receiver.block_source(group, this, on.clone()).unwrap();
        send(b"blocked");
        receiver.unblock_source(group, this, on.clone()).unwrap();
        send(b"heard again");
        hears(&receiver, b"heard again");
    });
}

/// What the kernel says of the sources of a group on `a0`: how many sockets include, and how many exclude each.
fn told_by_kernel(group: IpAddr) -> BTreeSet<(IpAddr, u32, u32)> {
    let path =
        if group.is_ipv4() { "/proc/thread-self/net/mcfilter" } else { "/proc/thread-self/net/mcfilter6" };
    let text = std::fs::read_to_string(path).unwrap();
    let read = |word: &str| -> IpAddr {
        let digits = word.trim_start_matches("0x");
        match digits.len() {
            8 => IpAddr::from(u32::from_str_radix(digits, 16).unwrap().to_be_bytes()),
            _ => IpAddr::from(u128::from_str_radix(digits, 16).unwrap().to_be_bytes()),
        }
    };
    let rows = text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let of_group = rows.filter(|row| row[1] == "a0" && read(row[2]) == group);
    of_group.map(|row| (read(row[3]), row[4].parse().unwrap(), row[5].parse().unwrap())).collect()
}

#[test]
fn a_filter_is_set_and_told_as_a_whole() {
    each_group(|group| {
        let receiver = UdpSocket::bind(any(group)).unwrap();
        let on: On = "a0".parse().unwrap();
        let source = |number: u8| -> IpAddr {
            if group.is_ipv4() {
                [10, 7, 0, number].into()
            } else {
                format!("fd07::{number}").parse().unwrap()
            }
        };
        let sorted = |filter: &SourceFilter| filter.sources().iter().copied().collect::<BTreeSet<_>>();
        let unset = receiver.source_filter(group, on.clone()).unwrap_err();
        assert!(unset.is_address_not_available(), "{unset}");
        // Nothing of nobody is nothing.
        receiver.set_source_filter(group, on.clone(), &SourceFilter::Include(vec![])).unwrap();

        for filter in [
            SourceFilter::Include(vec![source(1), source(2), source(3)]),
            SourceFilter::Include(vec![source(3)]),
            SourceFilter::Exclude(vec![source(2), source(9)]),
            SourceFilter::Exclude(vec![]),
            SourceFilter::Include(vec![source(4), source(5)]),
        ] {
            receiver.set_source_filter(group, on.clone(), &filter).unwrap();
            let told = receiver.source_filter(group, on.clone()).unwrap();
            assert_eq!(std::mem::discriminant(&told), std::mem::discriminant(&filter));
            assert_eq!(sorted(&told), sorted(&filter));
            let includes = matches!(filter, SourceFilter::Include(_));
            let expected =
                sorted(&filter).into_iter().map(|each| (each, u32::from(includes), u32::from(!includes)));
            assert_eq!(told_by_kernel(group), expected.collect(), "{filter:?}");
        }
        receiver.set_source_filter(group, on.clone(), &SourceFilter::Include(vec![])).unwrap();
        assert_eq!(told_by_ip(group), BTreeSet::new(), "without a source, the group is left");
        // As many as the system takes, which is more than are asked for at first.
        if group.is_ipv6() {
            let many = SourceFilter::Exclude((1..=60).map(source).collect());
            receiver.set_source_filter(group, on.clone(), &many).unwrap();
            assert_eq!(sorted(&receiver.source_filter(group, on.clone()).unwrap()), sorted(&many));
        }
        let many = SourceFilter::Include((1..=200).map(source).collect());
        let refused = receiver.set_source_filter(group, on, &many).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::ENOBUFS), "{refused}");
    });
}

#[test]
fn every_interface_that_can_joins_and_tells_what_came_of_it() {
    each_group(|group| {
        let mut interfaces = Interfaces::open().unwrap();
        let receiver = UdpSocket::bind(any(group)).unwrap();
        let mut joined = JoinedEverywhere::new(group);
        let names = |update: berkeley::multicast::Update| {
            let done = update.joined.into_iter().map(|outcome| {
                outcome.result.unwrap();
                outcome.name.into_string()
            });
            done.collect::<BTreeSet<_>>()
        };
        let first = names(joined.update(&receiver, &interfaces.multicast().unwrap()));
        assert!(
            ["a0", "a1", "a2"].iter().all(|name| first.contains(*name)) && !first.contains("lo"),
            "{first:?}"
        );
        assert_eq!(told_by_ip(group), first);
        for number in 0..3 {
            sender(group, number).send_to(&[number as u8], &at(group, &receiver)).unwrap();
            hears(&receiver, &[number as u8]);
        }
        assert!(
            names(joined.update(&receiver, &interfaces.multicast().unwrap())).is_empty(),
            "nothing is new"
        );

        // One comes, one goes, as happens while a program runs.
        cable(8);
        let gone = interfaces.by_name("a2").unwrap().index();
        run(&["link del a2"]);
        let update = joined.update(&receiver, &interfaces.multicast().unwrap());
        assert_eq!(update.left, [gone]);
        assert_eq!(names(update), ["a8".to_owned()].into());
        assert!(!joined.interfaces().any(|index| index == gone));
        run(&["link del a8"]);

        joined.leave(&receiver);
        assert_eq!((told_by_ip(group), joined.interfaces().count()), (BTreeSet::new(), 0));
        cable(2);
    });
}

#[test]
fn one_interface_that_fails_keeps_the_others_from_nothing() {
    alone(|| {
        cables();
        let allowed = "/proc/sys/net/ipv4/igmp_max_memberships";
        std::fs::write(allowed, "2").unwrap();
        let group = GROUPS[0].parse().unwrap();
        let (receiver, mut interfaces) = (UdpSocket::bind(any(group)).unwrap(), Interfaces::open().unwrap());
        let mut joined = JoinedEverywhere::new(group);
        let update = joined.update(&receiver, &interfaces.multicast().unwrap());
        let failed: Vec<_> = update.joined.iter().filter(|outcome| outcome.result.is_err()).collect();
        assert_eq!((update.joined.len(), failed.len()), (3, 1));
        let error = failed[0].result.as_ref().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOBUFS), "{error}");
        // It is tried again, and succeeds when it can.
        std::fs::write(allowed, "20").unwrap();
        let update = joined.update(&receiver, &interfaces.multicast().unwrap());
        assert_eq!((update.joined.len(), update.joined[0].result.is_ok()), (1, true));
        assert_eq!(joined.interfaces().count(), 3);
    });
}

#[test]
fn hops_and_the_loop_are_the_same_for_both_families() {
    each_group(|group| {
        let (receiver, sender) = (UdpSocket::bind(any(group)).unwrap(), sender(group, 0));
        assert_eq!((sender.multicast_hops().unwrap(), sender.multicast_loop().unwrap()), (1, true));
        receiver.join_group(group, "a0".parse::<On>().unwrap()).unwrap();
        sender.set_multicast_loop(false).unwrap();
        sender.send_to(b"not here", &at(group, &receiver)).unwrap();
        sender.set_multicast_loop(true).unwrap();
        sender.set_multicast_hops(2).unwrap();
        assert_eq!((sender.multicast_hops().unwrap(), sender.multicast_loop().unwrap()), (2, true));
        sender.send_to(b"here", &at(group, &receiver)).unwrap();
        hears(&receiver, b"here");
    });
}

/// Sends to a group, or says when it has joined and prints what it hears.
const PYTHON: &str = r#"
import socket, struct, sys
role, group, port, index = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
v6 = ":" in group
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
if role == "send":
    if v6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("4s4si", bytes(4), bytes(4), index))
    s.sendto(b"of python", (group, port))
else:
    s.bind(("::" if v6 else "0.0.0.0", 0))
    raw = socket.inet_pton(s.family, group)
    if v6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, raw + struct.pack("@I", index))
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, raw + struct.pack("@4si", bytes(4), index))
    print(s.getsockname()[1], flush=True)
    s.settimeout(20)
    print(s.recv(100).decode(), flush=True)
"#;

#[test]
fn python_is_heard_and_hears() {
    if program("python3").is_none() {
        return;
    }
    each_group(|group| {
        let index = Interfaces::open().unwrap().by_name("a1").unwrap().index().to_string();
        let python = |role: &str, port: u16| {
            let (group, port) = (group.to_string(), port.to_string());
            let mut command = Command::new("python3");
            command.args(["-c", PYTHON, role, &group, &port, &index]).stdout(Stdio::piped());
            command.spawn().unwrap()
        };
        let receiver = UdpSocket::bind(any(group)).unwrap();
        receiver.join_group(group, "a1".parse::<On>().unwrap()).unwrap();
        let sent = python("send", receiver.local_address().unwrap().port()).wait_with_output().unwrap();
        assert!(sent.status.success());
        hears(&receiver, b"of python");

        let mut hearing = python("receive", 0);
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(hearing.stdout.take().unwrap()));
        let port: u16 = lines.next().unwrap().unwrap().parse().unwrap();
        sender(group, 1).send_to(b"of berkeley", &SocketAddr::new(group, port)).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "of berkeley");
        assert!(hearing.wait().unwrap().success());
    });
}

#[test]
fn a_broadcast_goes_to_each_network_and_arrives_by_its_interface() {
    alone(|| {
        cables();
        let (hearer, sender) = (UdpSocket::bind("0.0.0.0:0").unwrap(), UdpSocket::bind("0.0.0.0:0").unwrap());
        let port = hearer.local_address().unwrap().port();
        let refused = sender.send_to(b"x", &SocketAddr::new([10, 7, 0, 255].into(), port)).unwrap_err();
        assert!(refused.is_permission_denied(), "{refused}");
        let interfaces = Interfaces::open().unwrap().list().unwrap();
        let outcomes = sender.send_broadcast(port, b"to all", &interfaces).unwrap();
        let names: Vec<&str> = outcomes.iter().map(|outcome| &*outcome.name).collect();
        assert_eq!(names, ["a0", "a1", "a2"]);
        assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()), "{outcomes:?}");
        // A broadcast comes back to this machine, once from each network.
        let mut from = BTreeSet::new();
        for _ in 0..3 {
            let mut buffer = [0; 16];
            let (received, peer) = hearer.by(soon()).recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], b"to all");
            from.insert(peer.ip().to_string());
        }
        assert_eq!(from, ["10.7.0.1", "10.7.1.1", "10.7.2.1"].map(String::from).into());
        let refused = UdpSocket::bind("[::]:0").unwrap().send_broadcast(port, b"x", &interfaces).unwrap_err();
        assert!(refused.is_unsupported() && refused.to_string().contains("ff02::1"), "{refused}");
    });
}
