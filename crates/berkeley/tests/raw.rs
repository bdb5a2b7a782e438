//! Raw sockets: packets of any protocol over IPv4 and IPv6, and the header of IPv4.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::Ipv4Addr;

use berkeley::raw::Ipv4Header;
use berkeley::{Family, Protocol, RawSocket};
use berkeley_testkit::limit;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_header_comes_back(
        numbers: (u8, u16, bool, u8), protocol: u8, addresses: (u32, u32),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let (traffic_class, identification, dont_fragment, hop_limit) = numbers;
        let header = Ipv4Header {
            traffic_class, identification, dont_fragment, hop_limit,
            protocol: Protocol::from_raw(protocol.into()),
            source: addresses.0.into(), destination: addresses.1.into(),
        };
        let packet = header.to_packet(&payload).unwrap();
        prop_assert_eq!(Ipv4Header::parse(&packet), Some((header, &payload[..])));
        for cut in 0..20 {
            prop_assert_eq!(Ipv4Header::parse(&packet[..cut]), None);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Some((_, payload)) = Ipv4Header::parse(&bytes) {
            prop_assert!(bytes.ends_with(payload) && payload.len() + 20 <= bytes.len());
        }
    }
}

#[test]
fn options_are_passed_over_and_other_versions_refused() {
    let packet = Ipv4Header::new(Protocol::UDP, Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST)
        .to_packet(b"optnrest")
        .unwrap();
    let with = |first: u8| {
        let mut packet = packet.clone();
        packet[0] = first;
        packet
    };
    assert_eq!(Ipv4Header::parse(&with(0x46)).unwrap().1, b"rest");
    for first in [0x65, 0x44, 0x4f, 0x00] {
        assert_eq!(Ipv4Header::parse(&with(first)), None, "{first:x}");
    }
}

#[test]
fn what_no_packet_can_hold_is_refused() {
    let header = Ipv4Header::new(Protocol::UDP, Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST);
    assert!(header.to_packet(&vec![0; 65516]).unwrap_err().to_string().contains("65535"));
    header.to_packet(&vec![0; 65515]).unwrap();
    let header = Ipv4Header { protocol: Protocol::MPTCP, ..header };
    assert!(header.to_packet(&[]).unwrap_err().to_string().contains("8 bits"));
}

#[test]
fn another_family_is_refused() {
    let _limit = limit();
    let error = RawSocket::open(Family::UNIX, Protocol::DEFAULT).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("INET6"), "{error}");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::net::Ipv4Addr;
    use std::process::{Command, Stdio};

    use berkeley::raw::Ipv4Header;
    use berkeley::{Family, Kind, MILLISECOND, Protocol, RawSocket, SECOND, Socket, UdpSocket};
    use berkeley_testkit::{in_own_network, limit, need, program};

    /// For experiments: RFC 3692.
    const EXPERIMENT: Protocol = Protocol::from_raw(253);

    fn open(family: Family, protocol: Protocol) -> Option<RawSocket> {
        let opened = RawSocket::open(family, protocol);
        let what = opened.as_ref().map_or_else(ToString::to_string, |_| String::new());
        need(opened.is_ok(), &format!("CAP_NET_RAW: {what}")).then_some(())?;
        opened.ok()
    }

    #[test]
    fn packets_of_both_families_keep_their_boundaries_in_every_mode() {
        let _limit = limit();
        let _ = in_own_network(|| {
            for (family, host) in [(Family::INET, "127.0.0.1:0"), (Family::INET6, "[::1]:0")] {
                let Some(socket) = open(family, EXPERIMENT) else { return };
                socket.bind(host).unwrap();
                let mut buffer = [0; 64];
                assert!(socket.now().recv(&mut buffer).unwrap().is_none());
                let error = socket.by(MILLISECOND * 5).recv(&mut buffer).unwrap_err();
                assert!(error.is_deadline_passed(), "{error}");
                for data in [&b"one"[..], b"three", &[7; 100]] {
                    socket.send_to(data, &host.parse().unwrap()).unwrap();
                }
                let mut heard = Vec::new();
                for _ in 0..3 {
                    let (received, from) = socket.by(SECOND * 10).recv_from(&mut buffer).unwrap();
                    assert!(from.ip().is_loopback());
                    let header = usize::from(socket.begins_with_header()) * 20;
                    heard.push((received.full_len().unwrap() - header, received.is_truncated()));
                }
                assert_eq!(heard, [(3, false), (5, false), (100, true)]);
            }
        });
    }

    #[test]
    fn a_connected_socket_hears_its_peer_alone() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let (Some(one), Some(other)) = (open(Family::INET, EXPERIMENT), open(Family::INET, EXPERIMENT))
            else {
                return;
            };
            one.connect("127.0.0.2:0").unwrap();
            for source in ["127.0.0.3:0", "127.0.0.2:0"] {
                other.bind(source).unwrap();
                other.send_to(source.as_bytes(), &"127.0.0.1:0".parse().unwrap()).unwrap();
            }
            let mut buffer = [0; 64];
            let received = one.by(SECOND * 10).recv(&mut buffer).unwrap();
            let (header, payload) = Ipv4Header::parse(&buffer[..received.len()]).unwrap();
            assert_eq!((header.source, payload), (Ipv4Addr::new(127, 0, 0, 2), &b"127.0.0.2:0"[..]));
        });
    }

    #[test]
    fn a_header_of_one_s_own_is_sent_as_it_is() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let Some(sender) = open(Family::INET, Protocol::RAW) else { return };
            assert!(sender.header_included().unwrap());
            let hears = UdpSocket::bind("127.0.0.1:0").unwrap();
            let port = hears.local_address().unwrap().port();
            // A UDP datagram without a checksum, from an address that nobody bound.
            let mut datagram = Vec::new();
            for number in [4242, port, 12, 0] {
                datagram.extend(number.to_be_bytes());
            }
            datagram.extend(b"data");
            let header = Ipv4Header::new(Protocol::UDP, Ipv4Addr::new(127, 7, 7, 7), Ipv4Addr::LOCALHOST);
            sender.send_to(&header.to_packet(&datagram).unwrap(), &"127.0.0.1:0".parse().unwrap()).unwrap();
            let mut buffer = [0; 64];
            let (received, from) = hears.by(SECOND * 10).recv_from(&mut buffer).unwrap();
            assert_eq!(
                (&buffer[..received.len()], from.to_string()),
                (&b"data"[..], "127.7.7.7:4242".to_owned())
            );
        });
    }

    #[test]
    fn headers_and_checksums_are_options_of_the_right_family() {
        let _limit = limit();
        let Some(v6) = open(Family::INET6, EXPERIMENT) else { return };
        v6.set_header_included(true).unwrap();
        assert!(v6.header_included().unwrap());
        v6.set_checksum_at(Some(4)).unwrap();
        v6.set_checksum_at(None).unwrap();
        assert!(v6.set_checksum_at(Some(3)).unwrap_err().is_invalid());
        let v4 = open(Family::INET, EXPERIMENT).unwrap();
        assert!(!v4.header_included().unwrap());
        v4.set_header_included(true).unwrap();
        assert!(v4.header_included().unwrap());
        assert!(v4.set_checksum_at(Some(4)).unwrap_err().is_unsupported());
        assert!(v4.filter().unwrap_err().is_unsupported());
        let udp = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        assert!(RawSocket::adopt(udp.into_descriptor()).unwrap_err().to_string().contains("no raw socket"));
    }

    #[test]
    fn python_hears_what_is_sent() {
        const SCRIPT: &str = "import socket,sys\n\
            s=socket.socket(socket.AF_INET,socket.SOCK_RAW,253)\n\
            s.settimeout(20)\n\
            s.bind(('127.0.0.1',0))\n\
            print('ready',flush=True)\n\
            print(s.recv(100)[20:].decode())\n";
        let _limit = limit();
        let _ = in_own_network(|| {
            let (Some(socket), Some(python)) = (open(Family::INET, EXPERIMENT), program("python3")) else {
                return;
            };
            let mut child = Command::new(python).args(["-c", SCRIPT]).stdout(Stdio::piped()).spawn().unwrap();
            let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
            assert_eq!(lines.next().unwrap().unwrap(), "ready");
            socket.send_to(b"from Rust", &"127.0.0.1:0".parse().unwrap()).unwrap();
            assert_eq!(lines.next().unwrap().unwrap(), "from Rust");
            assert!(child.wait().unwrap().success());
        });
    }
}
