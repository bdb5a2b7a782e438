//! Packet sockets: the frames of an interface.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[cfg(target_os = "linux")]
mod linux {
    use std::process::Command;

    use berkeley::option::{PacketFanout, PacketMembershipKind};
    use berkeley::packet::{self, PacketKind, PacketType};
    use berkeley::{
        Family, Kind, LinkAddress, MILLISECOND, PacketSocket, Protocol, SECOND, Socket, UdpSocket, Zone,
    };
    use berkeley_testkit::{in_own_network, limit, need, program};

    /// For experiments on one's own network: IEEE 802.
    const EXPERIMENT: u16 = 0x88b5;

    fn lo() -> Zone {
        Zone::name("lo").unwrap()
    }

    fn bind(kind: PacketKind, protocol: u16) -> Option<PacketSocket> {
        let opened = PacketSocket::bind(kind, lo(), protocol);
        let what = opened.as_ref().map_or_else(ToString::to_string, |_| String::new());
        need(opened.is_ok(), &format!("CAP_NET_RAW: {what}")).then_some(())?;
        opened.ok()
    }

    fn to_lo(protocol: u16) -> LinkAddress {
        LinkAddress::new(lo()).with_protocol(protocol).with_hardware_address(&[0; 6]).unwrap()
    }

    #[test]
    fn a_raw_frame_has_its_header_and_a_cooked_one_has_not() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let (Some(raw), Some(cooked)) =
                (bind(PacketKind::Raw, EXPERIMENT), bind(PacketKind::Cooked, EXPERIMENT))
            else {
                return;
            };
            let mut frame = vec![2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8];
            frame.extend(EXPERIMENT.to_be_bytes());
            frame.extend(b"a payload");
            raw.send_to(&frame, &to_lo(EXPERIMENT)).unwrap();
            let mut buffer = [0; 128];
            let (received, from) = raw.by(SECOND * 10).recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], frame);
            assert_eq!(from.hardware_address(), [2, 0, 0, 0, 0, 8]);
            assert_eq!((from.protocol(), PacketType::of(&from)), (EXPERIMENT, PacketType::OtherHost));
            let (received, from) = cooked.by(SECOND * 10).recv_from(&mut buffer).unwrap();
            assert_eq!((&buffer[..received.len()], from.protocol()), (&b"a payload"[..], EXPERIMENT));

            cooked.send_to(b"cooked", &to_lo(EXPERIMENT)).unwrap();
            let (received, from) = raw.by(SECOND * 10).recv_from(&mut buffer[..16]).unwrap();
            assert_eq!(received.full_len(), Some(20), "the system has made a header");
            assert_eq!((received.is_truncated(), &buffer[14..16]), (true, &b"co"[..]));
            assert_eq!(PacketType::of(&from), PacketType::Host);
            assert_eq!(from.interface().as_index(), raw.local_address().unwrap().interface().as_index());
        });
    }

    #[test]
    fn all_protocols_are_seen_going_and_coming_until_it_is_bound_anew() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let Some(socket) = bind(PacketKind::Raw, packet::ALL) else { return };
            let mut buffer = [0; 256];
            assert!(socket.now().recv(&mut buffer).unwrap().is_none());
            let one = UdpSocket::bind("127.0.0.1:0").unwrap();
            one.send_to(b"x", &one.local_address().unwrap()).unwrap();
            let mut seen = Vec::new();
            while seen.len() < 2 {
                let (_, from) = socket.by(SECOND * 10).recv_from(&mut buffer).unwrap();
                seen.push((PacketType::of(&from), from.protocol()));
            }
            assert_eq!(seen, [(PacketType::Outgoing, 0x800), (PacketType::Host, 0x800)]);
            socket.rebind(lo(), EXPERIMENT).unwrap();
            one.send_to(b"y", &one.local_address().unwrap()).unwrap();
            let error = socket.by(MILLISECOND * 10).recv(&mut buffer).unwrap_err();
            assert!(error.is_deadline_passed(), "{error}");
            let statistics = socket.take_statistics().unwrap();
            assert_eq!((statistics.packets, statistics.drops), (2, 0));
            assert_eq!(socket.take_statistics().unwrap().packets, 0);
        });
    }

    #[test]
    fn frames_that_there_is_no_room_for_are_counted() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let Some(socket) = bind(PacketKind::Cooked, EXPERIMENT) else { return };
            socket.set_receive_buffer(1).unwrap();
            let sender = PacketSocket::open(PacketKind::Cooked).unwrap();
            for _ in 0..50 {
                sender.send_to(&[0; 1000], &to_lo(EXPERIMENT)).unwrap();
            }
            let statistics = socket.take_statistics().unwrap();
            assert!(statistics.packets == 50 && statistics.drops > 40, "{statistics:?}");
        });
    }

    /// Returns how many times an interface is promiscuous and takes every group, as iproute2 tells.
    fn counts() -> Option<(u32, u32)> {
        let output = Command::new(program("ip")?).args(["-d", "link", "show", "lo"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let after = |word: &str| {
            let mut words = text.split_whitespace().skip_while(|each| *each != word);
            words.nth(1).and_then(|number| number.parse().ok())
        };
        Some((after("promiscuity")?, after("allmulti").unwrap_or(u32::MAX)))
    }

    #[test]
    fn memberships_begin_and_end() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let Some(socket) = bind(PacketKind::Raw, EXPERIMENT) else { return };
            let kinds = [
                PacketMembershipKind::Promiscuous,
                PacketMembershipKind::AllMulticast,
                PacketMembershipKind::Multicast(vec![1, 0, 0x5e, 0, 0, 1]),
            ];
            let Some(before) = counts() else { return };
            for kind in &kinds {
                socket.leave(lo(), kind.clone()).unwrap();
                socket.join(lo(), kind.clone()).unwrap();
            }
            let during = counts().unwrap();
            assert_eq!(during.0, before.0 + 1);
            assert!(before.1 == u32::MAX || during.1 == before.1 + 1);
            for kind in &kinds {
                socket.leave(lo(), kind.clone()).unwrap();
            }
            assert_eq!(counts().unwrap(), before);
            socket.join(lo(), PacketMembershipKind::Promiscuous).unwrap();
            drop(socket);
            assert_eq!(counts().unwrap(), before, "they end with the socket");
        });
    }

    #[test]
    fn a_group_of_sockets_gets_each_frame_once() {
        let _limit = limit();
        let _ = in_own_network(|| {
            let (Some(one), Some(other)) =
                (bind(PacketKind::Cooked, EXPERIMENT), bind(PacketKind::Cooked, EXPERIMENT))
            else {
                return;
            };
            for socket in [&one, &other] {
                // Round robin.
                socket.set_fanout(PacketFanout { group: 7, rule: 1 }).unwrap();
            }
            let sender = PacketSocket::open(PacketKind::Cooked).unwrap();
            for _ in 0..10 {
                sender.send_to(b"frame", &to_lo(EXPERIMENT)).unwrap();
            }
            let count = |socket: &PacketSocket| socket.take_statistics().unwrap().packets;
            assert_eq!((count(&one), count(&other)), (5, 5));
        });
    }

    #[test]
    fn what_cannot_be_bound_is_said() {
        let _limit = limit();
        let Some(socket) = bind(PacketKind::Raw, EXPERIMENT) else { return };
        let error = socket.rebind(lo(), 0).unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("packet::ALL"), "{error}");
        let nowhere = Zone::name("nowhere0").unwrap();
        let error = socket.rebind(nowhere.clone(), packet::ALL).unwrap_err();
        assert!(error.is_no_such_interface() && error.to_string().contains("nowhere0"), "{error}");
        let error = socket.join(nowhere, PacketMembershipKind::Promiscuous).unwrap_err();
        assert!(error.is_no_such_interface(), "{error}");
        let udp = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        let error = PacketSocket::adopt(udp.into_descriptor()).unwrap_err();
        assert!(error.to_string().contains("no packet socket"), "{error}");
        let adopted = PacketSocket::adopt(socket.into_descriptor()).unwrap();
        assert_eq!(adopted.local_address().unwrap().protocol(), EXPERIMENT);
    }

    #[test]
    fn python_s_frames_are_received() {
        const SCRIPT: &str = "import socket\n\
            s=socket.socket(socket.AF_PACKET,socket.SOCK_DGRAM,0)\n\
            s.sendto(b'from Python',('lo',0x88b5,0,0,b'\\0\\0\\0\\0\\0\\0'))\n";
        let _limit = limit();
        let _ = in_own_network(|| {
            let (Some(socket), Some(python)) = (bind(PacketKind::Cooked, EXPERIMENT), program("python3"))
            else {
                return;
            };
            assert!(Command::new(python).args(["-c", SCRIPT]).status().unwrap().success());
            let mut buffer = [0; 64];
            let received = socket.by(SECOND * 10).recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], b"from Python");
        });
    }
}

#[test]
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn elsewhere_it_is_unsupported() {
    use berkeley::PacketSocket;
    use berkeley::packet::{ALL, PacketKind};

    for kind in [PacketKind::Raw, PacketKind::Cooked] {
        let error = PacketSocket::bind(kind, 1, ALL).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
    }
}
