//! Groups over the loopback, on every system; and what is said of what is none.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, SocketAddr};

use berkeley::multicast::{On, SourceFilter};
use berkeley::{Interfaces, UdpSocket};
use berkeley_testkit::{Lack, lacks, limit, need, soon};

/// A group of each family, and the address of its socket.
const NETS: [(&str, &str); 2] = [("239.255.7.9", "0.0.0.0:0"), ("ff11::79", "[::]:0")];

/// Runs `body` for each family that the loopback can have groups in: a socket that joins, the group, and where.
fn each(body: impl Fn(&UdpSocket, IpAddr, u32)) {
    let _limit = limit();
    let Ok(mut interfaces) = Interfaces::open() else {
        let _ = need(false, "a list of interfaces");
        return;
    };
    let loopback =
        interfaces.list().unwrap().into_iter().find(berkeley::Interface::is_loopback).unwrap().index();
    for (group, any) in NETS {
        let group = group.parse().unwrap();
        if let Ok(receiver) = UdpSocket::bind_multicast(any) {
            body(&receiver, group, loopback);
        } else {
            let _ = need(group.is_ipv4(), "IPv6");
        }
    }
}

fn hears(receiver: &UdpSocket, expected: &[u8]) {
    let mut buffer = [0; 64];
    let length = receiver.by(soon()).recv(&mut buffer).unwrap().len();
    assert_eq!(&buffer[..length], expected);
}

#[test]
fn a_group_of_the_loopback_is_heard_while_it_is_joined() {
    each(|receiver, group, loopback| {
        let sender = UdpSocket::open(receiver.family()).unwrap();
        let mut on = On::from(loopback);
        if group.is_ipv4() && lacks(Lack::GroupIndex) {
            sender.set_multicast_interface(loopback).unwrap_err();
            on = On::Address([127, 0, 0, 1].into());
        }
        sender.set_multicast_interface(on.clone()).unwrap();
        let to = SocketAddr::new(group, receiver.local_address().unwrap().port());
        for _ in 0..2 {
            receiver.join_group(group, on.clone()).unwrap();
            match sender.send_to(b"joined", &to) {
                // Linux has no route over its loopback to groups of IPv6.
                Err(error) if error.is_network_unreachable() && group.is_ipv6() => {}
                sent => {
                    sent.unwrap();
                    hears(receiver, b"joined");
                }
            }
            receiver.leave_group(group, on.clone()).unwrap();
            // Where nobody listens, some systems have no way to send to.
            let _ = sender.send_to(b"left", &to);
        }
        let left = receiver.leave_group(group, on.clone()).unwrap_err();
        assert!(left.to_string().contains(&format!("the group is {group}, the interface {on}")), "{left}");
    });
}

#[test]
fn a_filter_is_told_as_it_was_set_or_is_unsupported() {
    each(|receiver, group, loopback| {
        let source: IpAddr = if group.is_ipv4() { [127, 0, 0, 1].into() } else { "::1".parse().unwrap() };
        for filter in [SourceFilter::Include(vec![source]), SourceFilter::Exclude(vec![source])] {
            match receiver.set_source_filter(group, loopback, &filter) {
                Ok(()) => assert_eq!(receiver.source_filter(group, loopback).unwrap(), filter),
                Err(error) => assert!(error.is_unsupported() && !cfg!(target_os = "linux"), "{error}"),
            }
        }
    });
}

#[test]
fn what_is_no_group_or_no_source_is_said() {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let group: IpAddr = "239.255.7.7".parse().unwrap();
    for (error, says) in [
        (socket.join_group([10, 0, 0, 1].into(), 1), "10.0.0.1 is no group: those of IPv4 are 224.0.0.0/4"),
        (socket.leave_group("fe80::1".parse().unwrap(), 1), "fe80::1 is no group"),
        (
            socket.join_source(group, "::1".parse().unwrap(), 1),
            "::1 is no source of 239.255.7.7: it is of another family",
        ),
        (socket.block_source(group, group, 1), "is the address of no single sender"),
        (socket.join_group(group, "no-such0".parse::<On>().unwrap()), "no interface is called \"no-such0\""),
        (
            socket.join_group(group, "203.0.113.9".parse::<On>().unwrap()),
            "no interface has the address 203.0.113.9",
        ),
        (
            socket.set_source_filter(group, 1, &SourceFilter::Exclude(vec!["::1".parse().unwrap()])),
            "::1 is no source of 239.255.7.7",
        ),
    ] {
        let said = error.unwrap_err().to_string();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn interfaces_of_groups_are_read_as_they_are_displayed() {
    for text in ["any", "eth0", "7", "10.0.0.1", "fe80::1"] {
        assert_eq!(text.parse::<On>().unwrap().to_string(), text);
    }
    assert!("a/b".parse::<On>().is_err());
}
