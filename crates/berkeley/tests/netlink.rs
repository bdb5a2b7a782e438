//! Netlink: requests, answers, groups, and bytes that are none.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::netlink::{Attribute, Attributes, MessageFlags, Messages, Request};
use proptest::prelude::*;

/// Reads a message of the first kind and the attributes in it, as deep as they say that they are.
fn walk(attributes: Attributes<'_>, depth: usize) -> usize {
    let read = |attribute: Attribute<'_>| {
        let _ =
            (attribute.text(), attribute.as_u8(), attribute.as_u16(), attribute.as_u32(), attribute.as_u64());
        if attribute.is_nested() && depth < 8 { 1 + walk(attribute.attributes(), depth + 1) } else { 1 }
    };
    attributes.map_while(Result::ok).map(read).sum()
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), fixed in 0..40_usize) {
        let mut messages = 0;
        for message in Messages::new(&bytes) {
            messages += 1;
            let Ok(message) = message else { continue };
            let _ = message.outcome();
            if let Ok(attributes) = message.attributes(fixed) {
                walk(attributes, 0);
            }
        }
        prop_assert!(messages <= bytes.len() / 16 + 1);
        prop_assert!(Attributes::new(&bytes).count() <= bytes.len() / 4 + 1);
    }

    #[test]
    fn lengths_that_lie_are_an_error_and_the_end(
        payload in proptest::collection::vec(any::<u8>(), 0..64),
        length in any::<u32>(),
    ) {
        let mut request = Request::new(20, MessageFlags::empty());
        request.structure(&payload);
        let mut bytes = request.as_bytes().to_vec();
        bytes[..4].copy_from_slice(&length.to_ne_bytes());
        let mut messages = Messages::new(&bytes);
        let first = messages.next().unwrap();
        let fits = (16..=bytes.len()).contains(&(length as usize));
        prop_assert_eq!(first.is_ok(), fits);
        if let Err(malformed) = first {
            prop_assert_eq!(malformed.position(), 0);
            prop_assert!(malformed.to_string().contains(&length.to_string()));
            prop_assert!(messages.next().is_none());
        }
    }

    #[test]
    fn every_beginning_of_a_message_is_an_error_or_nothing(cut in 0..52_usize) {
        let mut request = Request::new(20, MessageFlags::DUMP);
        request.structure(&[7; 8]).attribute(1, b"12345").unwrap().attribute(2, b"").unwrap();
        request.nest(3, |inner| inner.attribute(4, &[9; 4]).map(drop)).unwrap();
        let whole = request.as_bytes();
        prop_assert_eq!(whole.len(), 52);
        let read: Vec<_> = Messages::new(&whole[..cut]).collect();
        prop_assert_eq!(read.len(), usize::from(cut != 0));
        prop_assert!(read.iter().all(Result::is_err));
    }

    #[test]
    fn attributes_come_back(
        list in proptest::collection::vec((0..0x3fff_u16, proptest::collection::vec(any::<u8>(), 0..40)), 0..8),
        fixed in 0..33_usize,
    ) {
        let mut request = Request::new(99, MessageFlags::ACK);
        request.structure(&vec![1; fixed]);
        for (kind, payload) in &list {
            request.attribute(*kind, payload).unwrap();
        }
        request.nest(7, |inner| {
            list.iter().try_for_each(|(kind, payload)| inner.attribute(*kind, payload).map(drop))
        }).unwrap();
        let messages: Vec<_> = Messages::new(request.as_bytes()).map(Result::unwrap).collect();
        let [message] = &messages[..] else { panic!("{} messages", messages.len()) };
        prop_assert_eq!((message.kind(), message.sequence()), (99, request.sequence()));
        prop_assert_eq!(message.flags(), MessageFlags::REQUEST | MessageFlags::ACK);
        let mut read: Vec<_> = message.attributes(fixed).unwrap().map(Result::unwrap).collect();
        let nested = read.pop().unwrap();
        prop_assert!(nested.is_nested() && nested.kind() == 7);
        for read in [read, nested.attributes().map(Result::unwrap).collect()] {
            let read: Vec<_> = read.iter().map(|each| (each.kind(), each.payload().to_vec())).collect();
            prop_assert_eq!(&read, &list);
        }
    }
}

#[test]
fn an_attribute_that_is_too_long_leaves_the_request_as_it_was() {
    let mut request = Request::new(20, MessageFlags::empty());
    request.structure(&[1, 2, 3, 4]).attribute(1, b"x").unwrap();
    let before = request.clone();
    let error = request.attribute(2, &vec![0; 65532]).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("65531"), "{error}");
    let error = request.nest(3, |inner| inner.attribute(4, &vec![0; 65530]).map(drop)).unwrap_err();
    assert!(error.is_invalid(), "{error}");
    assert_eq!(request, before);
    request.attribute(2, &vec![0; 65531]).unwrap();
}

#[test]
fn numbers_have_their_length_and_their_order() {
    let mut request = Request::new(20, MessageFlags::empty());
    request.attribute(1, &5_u32.to_ne_bytes()).unwrap().attribute(2 | 0x4000, &[0, 0, 0, 5]).unwrap();
    request.attribute(3, b"name\0rest").unwrap().attribute(4, &[0xff, 0xfe]).unwrap();
    let message = Messages::new(request.as_bytes()).next().unwrap().unwrap();
    let find = |kind| message.attributes(0).unwrap().find(kind).unwrap().unwrap();
    assert_eq!((find(1).as_u32(), find(2).as_u32()), (Some(5), Some(5)));
    assert!(find(2).is_network_order() && find(2).kind() == 2);
    assert_eq!((find(1).as_u8(), find(1).as_u16(), find(1).as_u64()), (None, None, None));
    assert_eq!((find(3).text(), find(4).text()), (Some("name"), None));
    assert_eq!(message.attributes(0).unwrap().find(9).unwrap(), None);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::process::Command;

    use berkeley::netlink::{self, Message, MessageFlags, Request};
    use berkeley::{
        Family, Kind, MILLISECOND, NetlinkAddress, NetlinkSocket, Protocol, SECOND, Socket, option,
    };
    use berkeley_testkit::{in_own_network, limit, need, program};

    const RTM_NEWLINK: u16 = 16;
    const RTM_GETLINK: u16 = 18;
    const RTM_NEWADDR: u16 = 20;
    const RTM_GETADDR: u16 = 22;
    const RTNLGRP_LINK: u32 = 1;
    const RTNLGRP_IPV4_IFADDR: u32 = 5;
    const IFINFOMSG: usize = 16;
    const IFLA_IFNAME: u16 = 3;
    const IFA_LOCAL: u16 = 2;

    /// What iproute2 prints.
    fn ip(arguments: &[&str]) -> Option<String> {
        let output = Command::new(program("ip")?).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap())
    }

    fn route() -> NetlinkSocket {
        NetlinkSocket::open(netlink::ROUTE).unwrap()
    }

    fn name(message: &Message<'_>) -> String {
        let name = message.attributes(IFINFOMSG).unwrap().find(IFLA_IFNAME).unwrap().unwrap();
        name.text().unwrap().to_owned()
    }

    fn links(socket: &NetlinkSocket) -> BTreeSet<String> {
        let mut request = Request::new(RTM_GETLINK, MessageFlags::DUMP);
        request.structure(&[0; IFINFOMSG]);
        let answer = socket.ask_by(&request, SECOND * 10).unwrap();
        answer.map(|message| name(&message.unwrap())).collect()
    }

    /// An ifaddrmsg of 127.0.0.1's interface, with an address of that length.
    fn address(flags: MessageFlags, ip: [u8; 4], length: u8) -> Request {
        let mut request = Request::new(RTM_NEWADDR, flags | MessageFlags::ACK);
        request.structure(&[2, length, 0, 0, 1, 0, 0, 0]);
        if cfg!(target_endian = "big") {
            request = Request::new(RTM_NEWADDR, flags | MessageFlags::ACK);
            request.structure(&[2, length, 0, 0, 0, 0, 0, 1]);
        }
        request.attribute(IFA_LOCAL, &ip).unwrap();
        request
    }

    #[test]
    fn a_dump_of_links_names_those_that_ip_names() {
        let _limit = limit();
        let socket = route();
        let ours = links(&socket);
        assert!(ours.contains("lo"));
        let Some(theirs) = ip(&["-o", "link"]) else { return };
        let theirs: BTreeSet<_> = theirs
            .lines()
            .map(|line| line.split(": ").nth(1).unwrap().split('@').next().unwrap().to_owned())
            .collect();
        assert_eq!(ours, theirs);
        assert_eq!(links(&socket), theirs, "the socket is good for another answer");
    }

    #[test]
    fn one_link_is_an_answer_of_one_message() {
        let _limit = limit();
        for flags in [MessageFlags::empty(), MessageFlags::ACK] {
            let mut request = Request::new(RTM_GETLINK, flags);
            request.structure(&[0; IFINFOMSG]).attribute(IFLA_IFNAME, b"lo\0").unwrap();
            let socket = route();
            let messages: Vec<_> =
                socket.ask_by(&request, SECOND * 10).unwrap().map(|message| message.unwrap()).collect();
            let [message] = &messages[..] else { panic!("{messages:?}") };
            assert_eq!((message.kind(), name(message)), (RTM_NEWLINK, "lo".to_owned()));
            assert_eq!(message.port(), socket.local_address().unwrap().pid());
        }
    }

    #[test]
    fn an_error_has_the_number_and_the_sentence_of_the_kernel() {
        let _limit = limit();
        let socket = route();
        socket.set(option::netlink::GET_STRICT_CHK, true).unwrap();
        let mut request = Request::new(RTM_GETLINK, MessageFlags::DUMP);
        request.structure(&[0xff; IFINFOMSG]);
        let error = socket.ask_by(&request, SECOND * 10).unwrap().finish().unwrap_err();
        assert!(error.is_invalid(), "{error}");
        assert_eq!(error.detail(), Some("Invalid values in header for link dump request"), "{error}");
        assert!(
            error.to_string().starts_with("request: Invalid argument (EINVAL): Invalid values"),
            "{error}"
        );

        let unknown = Request::new(9999, MessageFlags::ACK);
        let mut answer = socket.ask_by(&unknown, SECOND * 10).unwrap();
        let error = answer.next().unwrap().unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        assert!(answer.next().is_none(), "an error is the last item");
        assert!(links(&route()).contains("lo"));
    }

    #[test]
    fn an_address_that_is_added_is_there() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let socket = route();
            let add = address(MessageFlags::CREATE | MessageFlags::EXCL, [127, 1, 2, 3], 24);
            socket.ask_by(&add, SECOND * 10).unwrap().finish().unwrap();
            std::net::UdpSocket::bind("127.1.2.3:0").unwrap();
            if let Some(told) = ip(&["-o", "-4", "addr"]) {
                assert!(told.contains("127.1.2.3/24"), "{told}");
            }
            let again = socket.ask_by(&add, SECOND * 10).unwrap().finish().unwrap_err();
            assert!(again.to_string().contains("EEXIST"), "{again}");
            let mut dump = Request::new(RTM_GETADDR, MessageFlags::DUMP);
            dump.structure(&[2, 0, 0, 0, 0, 0, 0, 0]);
            let answer = socket.ask_by(&dump, SECOND * 10).unwrap();
            let found: Vec<_> = answer
                .map(|message| {
                    let message = message.unwrap();
                    message.attributes(8).unwrap().find(IFA_LOCAL).unwrap().unwrap().payload().to_vec()
                })
                .collect();
            assert!(found.contains(&vec![127, 1, 2, 3]), "{found:?}");
            let bad = address(MessageFlags::CREATE, [127, 4, 4, 4], 33);
            let error = socket.ask_by(&bad, SECOND * 10).unwrap().finish().unwrap_err();
            assert!(error.is_invalid() && error.errno().is_some(), "{error}");
        });
    }

    #[test]
    fn a_group_tells_what_happens_until_it_is_left() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let (hears, does) = (route(), route());
            hears.join(RTNLGRP_IPV4_IFADDR).unwrap();
            let add = |last| address(MessageFlags::CREATE, [127, 9, 9, last], 32);
            does.ask_by(&add(1), SECOND * 10).unwrap().finish().unwrap();
            let mut buffer = Vec::new();
            let mut messages = hears.receive_by(&mut buffer, SECOND * 10).unwrap();
            let message = messages.next().unwrap().unwrap();
            assert_eq!(message.kind(), RTM_NEWADDR);
            let local = message.attributes(8).unwrap().find(IFA_LOCAL).unwrap().unwrap();
            assert_eq!(local.payload(), [127, 9, 9, 1]);

            hears.leave(RTNLGRP_IPV4_IFADDR).unwrap();
            does.ask_by(&add(2), SECOND * 10).unwrap().finish().unwrap();
            assert!(hears.now().recv(&mut [0; 64]).unwrap().is_none());
            let error = hears.receive_by(&mut buffer, MILLISECOND * 10).unwrap_err();
            assert!(error.is_deadline_passed(), "{error}");
            assert!(hears.join(999).unwrap_err().is_invalid());
        });
        let mask = NetlinkAddress::new(0, 1 << (RTNLGRP_LINK - 1));
        let bound = NetlinkSocket::bind(netlink::ROUTE, mask).unwrap();
        assert_eq!(bound.local_address().unwrap().groups(), 1);
    }

    #[test]
    fn messages_that_are_lost_are_told() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let (hears, does) = (route(), route());
            hears.join(RTNLGRP_IPV4_IFADDR).unwrap();
            hears.set_receive_buffer(1).unwrap();
            for last in 1..=200 {
                let add = address(MessageFlags::CREATE, [127, 8, 8, last], 32);
                does.ask_by(&add, SECOND * 10).unwrap().finish().unwrap();
            }
            let mut buffer = Vec::new();
            let error = loop {
                match hears.receive_by(&mut buffer, SECOND * 10) {
                    Ok(messages) => assert!(messages.count() > 0),
                    Err(error) => break error,
                }
            };
            assert!(error.is_no_buffer_space() && error.detail().unwrap().contains("lost"), "{error}");
        });
    }

    #[test]
    fn what_does_not_come_from_the_kernel_is_passed_over() {
        let _limit = limit();
        let socket = route();
        let liar = route();
        let mut request = Request::new(RTM_GETLINK, MessageFlags::DUMP);
        request.structure(&[0; IFINFOMSG]);
        // An acknowledgement that says that the answer is over, with the right number and the wrong sender.
        let mut lie = vec![0; 20];
        lie[..4].copy_from_slice(&20_u32.to_ne_bytes());
        lie[4..6].copy_from_slice(&2_u16.to_ne_bytes());
        lie[8..12].copy_from_slice(&request.sequence().to_ne_bytes());
        let to = socket.local_address().unwrap();
        let sent = liar.send_to(&lie, &to);
        if !need(sent.is_ok(), &format!("the right to send to other programs ({sent:?})")) {
            return;
        }
        assert!(socket.ask_by(&request, SECOND * 10).unwrap().count() >= 1);
        liar.send_to(&lie, &to).unwrap();
        let error = socket.receive_by(&mut Vec::new(), MILLISECOND * 10).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
    }

    #[test]
    fn an_answer_that_is_left_does_not_stand_in_the_way_of_the_next() {
        let _limit = limit();
        let socket = route();
        let mut request = Request::new(RTM_GETADDR, MessageFlags::DUMP);
        request.structure(&[0; 8]);
        drop(socket.ask_by(&request, SECOND * 10).unwrap());
        assert!(socket.now().recv(&mut [0; 16]).unwrap().is_none(), "the rest is still there");
        let mut answer = socket.ask_by(&request, SECOND * 10).unwrap();
        answer.next().unwrap().unwrap();
        drop(answer);
        let names = links(&socket);
        assert_eq!(names, links(&route()));
    }

    #[test]
    fn ports_are_one_socket_s_own_and_roles_are_checked() {
        let _limit = limit();
        let socket = route();
        let port = socket.local_address().unwrap();
        assert_ne!(port.pid(), 0);
        let error = NetlinkSocket::bind(netlink::ROUTE, port).unwrap_err();
        assert!(error.is_address_in_use(), "{error}");
        let udp = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        let error = NetlinkSocket::adopt(udp.into_descriptor()).unwrap_err();
        assert!(error.to_string().contains("no netlink socket"), "{error}");
        let adopted = NetlinkSocket::adopt(socket.into_descriptor()).unwrap();
        assert_eq!(adopted.local_address().unwrap(), port);
        assert!(links(&adopted).contains("lo"));
        let error = NetlinkSocket::open(Protocol::from_raw(31)).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
    }
}

#[test]
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn elsewhere_it_is_unsupported() {
    let error = berkeley::NetlinkSocket::open(berkeley::netlink::ROUTE).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}
