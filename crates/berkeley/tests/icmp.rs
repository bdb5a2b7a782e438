//! ICMP: messages in bytes, and both kinds of sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::icmp::{Echo, Kind4, Kind6, Malformed, Message, checksum};
use berkeley::{Family, IcmpSocket};
use berkeley_testkit::limit;
use proptest::prelude::*;

const FAMILIES: [Family; 2] = [Family::INET, Family::INET6];

/// The sum of RFC 1071 as its section 4.1 has it in C.
fn reference(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for (at, byte) in bytes.iter().enumerate() {
        sum += u32::from(*byte) << if at % 2 == 0 { 8 } else { 0 };
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

proptest! {
    #[test]
    fn the_checksum_is_that_of_the_rfc(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(checksum(&bytes), reference(&bytes));
    }

    #[test]
    fn an_echo_comes_back(
        identifier: u16, sequence: u16, data in proptest::collection::vec(any::<u8>(), 0..100), reply: bool,
    ) {
        let echo = Echo { identifier, sequence, data: &data };
        for family in FAMILIES {
            let bytes = if reply { echo.to_reply(family) } else { echo.to_request(family) };
            let message = Message::parse(family, &bytes).unwrap();
            prop_assert_eq!(message.echo(), Some(echo));
            prop_assert_eq!((message.is_echo_reply(), message.is_echo_request()), (reply, !reply));
            prop_assert_eq!(message.quoted_echo(), None);
        }
        prop_assert_eq!(checksum(&echo.to_request(Family::INET)), 0);
    }

    #[test]
    fn a_bit_that_is_wrong_is_found(
        data in proptest::collection::vec(any::<u8>(), 0..40), at: prop::sample::Index, bit in 0..8_u8,
    ) {
        let mut bytes = Echo { identifier: 1, sequence: 2, data: &data }.to_request(Family::INET);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        prop_assert_eq!(Message::parse(Family::INET, &bytes), Err(Malformed::Checksum));
    }

    #[test]
    fn any_bytes_are_read(mut bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        for family in FAMILIES {
            if let Ok(message) = Message::parse(family, &bytes) {
                let _ = (message.echo(), message.quoted_echo(), message.to_string());
            }
        }
        if let [kind, _, high, low, ..] = &mut bytes[..] {
            (*kind, *high, *low) = (3, 0, 0);
            let sum = checksum(&bytes).to_be_bytes();
            bytes[2..4].copy_from_slice(&sum);
            if let Ok(message) = Message::parse(Family::INET, &bytes) {
                let _ = message.quoted_echo();
            }
        }
    }
}

/// An error that quotes a packet: of IPv4 with an option in its header, or of IPv6.
fn quoting(family: Family, echo: &[u8]) -> Vec<u8> {
    let (kind, code) = if family == Family::INET6 {
        (Kind6::DESTINATION_UNREACHABLE.as_raw(), 4)
    } else {
        (Kind4::DESTINATION_UNREACHABLE.as_raw(), 3)
    };
    let mut bytes = vec![kind, code, 0, 0, 0, 0, 0, 0];
    if family == Family::INET6 {
        let mut header = [0; 40];
        (header[0], header[6]) = (0x60, 58);
        bytes.extend(header);
    } else {
        let mut header = [0; 24];
        (header[0], header[9]) = (0x46, 1);
        bytes.extend(header);
    }
    bytes.extend(echo);
    if family == Family::INET {
        let sum = checksum(&bytes).to_be_bytes();
        bytes[2..4].copy_from_slice(&sum);
    }
    bytes
}

#[test]
fn an_error_quotes_the_question() {
    for family in FAMILIES {
        let echo = Echo { identifier: 3, sequence: 4, data: b"12345678" };
        let request = echo.to_request(family);
        for length in 8..=request.len() {
            let bytes = quoting(family, &request[..length]);
            let message = Message::parse(family, &bytes).unwrap();
            assert!(message.is_error());
            assert_eq!(message.to_string(), "destination unreachable, port unreachable");
            let quoted = message.quoted_echo().unwrap();
            assert_eq!((quoted.identifier, quoted.sequence, quoted.data), (3, 4, &b"12345678"[..length - 8]));
        }
        let cut = quoting(family, &request[..7]);
        assert_eq!(Message::parse(family, &cut).unwrap().quoted_echo(), None);
        let reply = quoting(family, &echo.to_reply(family));
        assert_eq!(Message::parse(family, &reply).unwrap().quoted_echo(), None);
    }
    assert_eq!(Message::parse(Family::INET6, &[0; 7]), Err(Malformed::Short(7)));
    assert!(Malformed::Short(7).to_string().contains("at least 8 bytes, there are 7"));
}

#[test]
fn another_family_is_refused_with_the_right_ones() {
    let _limit = limit();
    for error in [IcmpSocket::open(Family::UNIX), IcmpSocket::raw(Family::CAN)].map(Result::unwrap_err) {
        assert!(error.is_invalid() && error.to_string().contains("INET6"), "{error}");
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;

    use berkeley::icmp::{Echo, Kind4, Kind6};
    use berkeley::option::IcmpTypes;
    use berkeley::{Family, IcmpSocket, Kind, MILLISECOND, Protocol, SECOND, Socket, UdpSocket};
    use berkeley_testkit::{in_own_network, limit, need};

    const HOSTS: [(Family, &str); 2] = [(Family::INET, "127.0.0.1"), (Family::INET6, "::1")];

    fn raw(family: Family) -> Option<IcmpSocket> {
        let opened = IcmpSocket::raw(family);
        let what = opened.as_ref().map_or_else(ToString::to_string, |_| String::new());
        need(opened.is_ok(), &format!("CAP_NET_RAW: {what}")).then_some(())?;
        opened.ok()
    }

    fn echo(sequence: u16) -> Echo<'static> {
        Echo { identifier: 0x5151, sequence, data: b"some data that comes back" }
    }

    #[test]
    fn a_raw_socket_pings_both_families() {
        let _limit = limit();
        for (family, host) in HOSTS {
            let Some(socket) = raw(family) else { return };
            assert_eq!((socket.kind(), socket.begins_with_header()), (Kind::RAW, family == Family::INET));
            assert_eq!(socket.own_identifier().unwrap(), None);
            for sequence in [1, 2, u16::MAX] {
                let reply = socket.ping((host, 0), echo(sequence), SECOND * 10).unwrap();
                assert!(reply.is_reply(), "{reply}");
                assert_eq!((reply.from().ip().to_string(), reply.data()), (host.to_owned(), echo(1).data));
                assert!(reply.to_string().ends_with("echo reply"), "{reply}");
            }
        }
    }

    #[test]
    fn an_unprivileged_socket_pings_where_its_group_may() {
        let _limit = limit();
        let _ = in_own_network(|| {
            for (family, _) in HOSTS {
                let error = IcmpSocket::datagram(family).unwrap_err();
                assert!(error.is_permission_denied(), "{error}");
                assert!(error.to_string().contains("net.ipv4.ping_group_range"), "{error}");
                // Where that is not to be had, the raw kind is.
                if let Ok(either) = IcmpSocket::open(family) {
                    assert_eq!(either.kind(), Kind::RAW);
                }
            }
            let written = fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
            if !need(written.is_ok(), "the right to set net.ipv4.ping_group_range") {
                return;
            }
            for (family, host) in HOSTS {
                let socket = IcmpSocket::open(family).unwrap();
                assert_eq!((socket.kind(), socket.begins_with_header()), (Kind::DGRAM, false));
                let reply = socket.ping((host, 0), echo(7), SECOND * 10).unwrap();
                assert!(reply.is_reply() && reply.data() == echo(7).data, "{reply}");
                let own = socket.own_identifier().unwrap().unwrap();
                assert_eq!(own, socket.local_address().unwrap().port());
                let adopted = IcmpSocket::adopt(socket.into_descriptor()).unwrap();
                assert!(adopted.ping((host, 0), echo(8), SECOND * 10).unwrap().is_reply());
                let error = UdpSocket::adopt(adopted.into_descriptor()).unwrap_err();
                assert!(error.to_string().contains("no datagram socket over"), "{error}");
            }
        });
    }

    #[test]
    fn nobody_s_answer_is_waited_for_until_the_deadline() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let Some(socket) = raw(Family::INET) else { return };
            fs::write("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1").unwrap();
            let error = socket.ping(("127.0.0.1", 0), echo(1), MILLISECOND * 30).unwrap_err();
            assert!(error.is_deadline_passed(), "{error}");
            // The socket hears its own question, which is no answer.
            let error = socket.ping(("127.0.0.1", 0), echo(1), MILLISECOND * 30).unwrap_err();
            assert!(error.is_deadline_passed(), "{error}");
            let error = socket.ping(("10.9.9.9", 0), echo(1), SECOND).unwrap_err();
            assert!(error.is_network_unreachable(), "{error}");
        });
    }

    #[test]
    fn answers_to_others_are_passed_over() {
        let _limit = limit();
        let (Some(one), Some(other)) = (raw(Family::INET), raw(Family::INET)) else { return };
        let host = "127.0.0.1:0".parse().unwrap();
        for sequence in 10..20 {
            other.send_to(&echo(sequence).to_request(Family::INET), &host).unwrap();
        }
        assert!(one.ping(("127.0.0.1", 0), echo(20), SECOND * 10).unwrap().is_reply());
        let mut buffer = [0; 256];
        let mut heard = Vec::new();
        while heard.len() < 11 {
            let (received, _) = other.by(SECOND * 10).recv_from(&mut buffer).unwrap();
            let message = other.message(&buffer[..received.len()]).unwrap();
            heard.extend(message.echo().filter(|_| message.is_echo_reply()).map(|echo| echo.sequence));
        }
        heard.retain(|sequence| (10..=20).contains(sequence));
        assert_eq!(heard, (10..=20).collect::<Vec<_>>());
    }

    #[test]
    fn a_filter_blocks_what_it_names() {
        let _limit = limit();
        let reply = |family| {
            if family == Family::INET { Kind4::ECHO_REPLY.as_raw() } else { Kind6::ECHO_REPLY.as_raw() }
        };
        let _ = in_own_network(|| {
            for (family, host) in HOSTS {
                let Some(socket) = raw(family) else { return };
                assert_eq!(socket.filter().unwrap(), IcmpTypes::NONE);
                socket.set_filter(IcmpTypes::NONE.with(reply(family))).unwrap();
                assert!(socket.filter().unwrap().contains(reply(family)));
                let error = socket.ping((host, 0), echo(1), MILLISECOND * 30).unwrap_err();
                assert!(error.is_deadline_passed(), "{error}");
                socket.set_filter(IcmpTypes::NONE).unwrap();
                assert!(socket.ping((host, 0), echo(2), SECOND * 10).unwrap().is_reply());
            }
        });
    }

    #[test]
    fn an_address_of_the_other_family_and_a_foreign_descriptor_are_refused() {
        let _limit = limit();
        let Some(socket) = raw(Family::INET) else { return };
        for to in ["[::1]:0", "unix:/x"] {
            let error = socket.ping(to, echo(1), SECOND).unwrap_err();
            assert!(error.is_invalid() && error.to_string().contains("of the socket's family"), "{error}");
        }
        let tcp = Socket::open(Family::INET, Kind::RAW, Protocol::TCP).unwrap();
        let error = IcmpSocket::adopt(tcp.into_descriptor()).unwrap_err();
        assert!(error.to_string().contains("no socket of ICMP"), "{error}");
    }
}
