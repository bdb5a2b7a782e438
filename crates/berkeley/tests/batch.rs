//! Many messages by one call: whichever way they go, the same arrives.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{IoSlice, IoSliceMut};
use std::net::SocketAddr;

use berkeley::batch::{Path, Receiver, Sender};
use berkeley::message::{self, Control, ControlBuffer, Message};
use berkeley::{Deadline, ReceiveFlags, SendFlags, UdpSocket, option};
use berkeley_testkit::{LOOPBACK, each_loopback, is_emulated, limit, need_real, soon, udp_pair};
use proptest::prelude::*;

/// Every path. An emulator passes control messages on with their bytes in the wrong order, the size of segments among them.
fn paths() -> impl Iterator<Item = Path> {
    let all = [Path::Segments, Path::Many, Path::OneByOne];
    all.into_iter().filter(|path| *path != Path::Segments || need_real("the size of segments"))
}

/// Sends all, by as many calls as it takes.
fn send_all(socket: &UdpSocket, sender: &mut Sender, messages: &[Message<'_, SocketAddr>]) {
    let mut sent = 0;
    while sent < messages.len() {
        let more = socket.by(soon()).send_batch(sender, &messages[sent..]).unwrap();
        assert!((1..=messages.len() - sent).contains(&more));
        sent += more;
    }
}

/// Receives so many datagrams, with their senders.
fn hear(socket: &UdpSocket, receiver: &mut Receiver, count: usize) -> Vec<(Vec<u8>, Option<SocketAddr>)> {
    let mut heard = Vec::new();
    while heard.len() < count {
        let told = socket.by(soon()).recv_batch(receiver).unwrap();
        let before = heard.len();
        heard.extend(receiver.datagrams().map(|datagram| (datagram.data().to_vec(), datagram.from())));
        assert_eq!(heard.len() - before, told);
    }
    heard
}

/// A receiver of each of four kinds, for datagrams of up to 2000 bytes.
fn receiver(kind: usize, socket: &UdpSocket) -> Receiver {
    match kind {
        0 => Receiver::new(7, 2000),
        1 => Receiver::new(64, 2000).by(Path::OneByOne),
        2 => Receiver::with_control(1, 2000, 64),
        _ => Receiver::coalescing(socket, 3),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_time: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Lengths that repeat, so that there is something to put together, to two peers, some with more than data.
    #[test]
    fn whichever_way_they_go_the_same_arrives(
        given in prop::collection::vec((prop::sample::select(vec![0_usize, 1, 2, 100, 100, 100, 700, 700]), 0_usize..2, 0_usize..3, 0_u8..10), 0..80)
    ) {
        let _limit = limit();
        let socket = UdpSocket::bind(LOOPBACK).unwrap();
        let here = socket.local_address().unwrap();
        for path in paths() {
            for kind in 0..4 {
                let peers = [UdpSocket::bind(LOOPBACK).unwrap(), UdpSocket::bind(LOOPBACK).unwrap()];
                let to = peers.each_ref().map(|peer| peer.local_address().unwrap());
                let data: Vec<Vec<u8>> = given.iter().enumerate().map(|(number, (length, ..))| vec![number as u8; *length]).collect();
                let slices: Vec<Vec<IoSlice<'_>>> = data
                    .iter()
                    .zip(&given)
                    .map(|(data, (_, _, cut, _))| {
                        let (left, right) = data.split_at(data.len() * cut / 3);
                        vec![IoSlice::new(left), IoSlice::new(right)]
                    })
                    .collect();
                let mut control = Control::new();
                let has_control = !is_emulated() && control.push(message::ip::TTL, &7).is_ok();
                let messages: Vec<_> = slices
                    .iter()
                    .zip(&given)
                    .map(|(slices, (_, peer, _, special))| {
                        let message = Message::new(slices).to(&to[*peer]);
                        match special {
                            0 if has_control => message.control(&control),
                            1 => message.flags(SendFlags::DONTROUTE),
                            _ => message,
                        }
                    })
                    .collect();
                let mut incoming = peers.each_ref().map(|peer| receiver(kind, peer));
                send_all(&socket, &mut Sender::by(path), &messages);
                for (number, peer) in peers.iter().enumerate() {
                    let expected: Vec<_> = data
                        .iter()
                        .zip(&given)
                        .filter(|(_, (_, to, ..))| *to == number)
                        .map(|(data, _)| (data.clone(), Some(here)))
                        .collect();
                    let heard = hear(peer, &mut incoming[number], expected.len());
                    prop_assert_eq!(heard, expected, "{:?} {}", path, kind);
                }
            }
        }
    }

    #[test]
    fn pieces_are_what_was_cut(length in 1_usize..5000, size in 1_usize..800) {
        let _limit = limit();
        let data: Vec<u8> = (0..length).map(|byte| (byte % 251) as u8).collect();
        for path in paths() {
            let (left, right) = udp_pair(LOOPBACK).unwrap();
            let (mut sender, mut receiver) = (Sender::by(path), Receiver::new(64, 800));
            let (mut sent, mut heard) = (0, Vec::new());
            while sent < data.len() {
                let more = left.by(soon()).send_segments(&mut sender, &data[sent..], size, None).unwrap();
                prop_assert!(more > 0 && (more % size == 0 || sent + more == data.len()));
                sent += more;
                // Its queue is no endless one.
                heard.extend(hear(&right, &mut receiver, more.div_ceil(size)).into_iter().map(|datagram| datagram.0));
            }
            let expected: Vec<Vec<u8>> = data.chunks(size).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(heard, expected);
        }
    }
}

#[test]
fn it_waits_or_does_not_as_every_call() {
    let _limit = limit();
    each_loopback(|loopback| {
        let (left, right) = udp_pair(loopback).unwrap();
        for path in paths() {
            let mut receiver = Receiver::new(4, 100).by(path);
            assert_eq!(right.now().recv_batch(&mut receiver).unwrap(), None);
            assert_eq!(receiver.datagrams().count(), 0);
            let passed = right.by(Deadline::now()).recv_batch(&mut receiver).unwrap_err();
            assert!(passed.is_deadline_passed(), "{passed}");
            let mut sender = Sender::by(path);
            let data = [IoSlice::new(b"one")];
            assert_eq!(left.now().send_batch(&mut sender, &[Message::new(&data); 3]).unwrap(), Some(3));
            assert_eq!(left.send_batch(&mut sender, &[]).unwrap(), 0);
            assert_eq!(left.send_segments(&mut sender, &[], 5, None).unwrap(), 0);
            assert_eq!(hear(&right, &mut receiver, 3).len(), 3);
            // What was there is forgotten by the next.
            assert_eq!(right.now().recv_batch(&mut receiver).unwrap(), None);
            assert_eq!(receiver.datagrams().count(), 0);
        }
    });
}

#[test]
fn no_more_is_received_than_there_is_room_for_and_what_was_cut_is_said() {
    let _limit = limit();
    let (left, right) = udp_pair(LOOPBACK).unwrap();
    for path in paths() {
        let mut receiver = Receiver::new(3, 4).by(path);
        assert_eq!((receiver.capacity(), receiver.size()), (3, 4));
        for length in [4, 5, 0, 2, 9] {
            left.send(&[7; 9][..length]).unwrap();
        }
        let mut heard = Vec::new();
        while heard.len() < 5 {
            assert!(right.by(soon()).recv_batch(&mut receiver).unwrap() <= 3);
            heard.extend(
                receiver.datagrams().map(|each| (each.data().len(), each.is_truncated(), each.full_len())),
            );
        }
        let whole = |length| if cfg!(target_os = "linux") { Some(length) } else { None };
        let expected = [
            (4, false, Some(4)),
            (4, true, whole(5)),
            (0, false, Some(0)),
            (2, false, Some(2)),
            (4, true, whole(9)),
        ];
        assert_eq!(heard, expected, "{path:?}");
    }
}

#[test]
fn control_messages_come_with_each() {
    let _limit = limit();
    let (left, right) = udp_pair(LOOPBACK).unwrap();
    if right.set(option::ip::RECVTTL, true).is_err() {
        let _ = berkeley_testkit::need(!cfg!(target_os = "linux"), "IP_RECVTTL");
        return;
    }
    for path in paths() {
        let mut receiver = Receiver::with_control(8, 100, message::ip::TTL.room()).by(path);
        for hops in [3_u8, 9] {
            left.set_hop_limit(hops).unwrap();
            left.send(b"x").unwrap();
        }
        let mut heard = Vec::new();
        while heard.len() < 2 {
            right.by(soon()).recv_batch(&mut receiver).unwrap();
            heard.extend(receiver.datagrams().map(|each| each.control().get(message::ip::TTL)));
        }
        // As the call for one message tells them.
        let told = [3, 9].map(|hops| {
            left.set_hop_limit(hops).unwrap();
            left.send(b"x").unwrap();
            let mut control = ControlBuffer::with_room(message::ip::TTL.room());
            right.by(soon()).recv_message(&mut [IoSliceMut::new(&mut [0])], &mut control).unwrap();
            control.get(message::ip::TTL)
        });
        assert!(told[0].is_some() || cfg!(windows));
        assert_eq!(heard, told);
    }
}

#[test]
fn what_is_wrong_with_the_first_is_told_and_with_another_when_it_is_the_first() {
    let _limit = limit();
    let (socket, peer) = (UdpSocket::bind(LOOPBACK).unwrap(), UdpSocket::bind(LOOPBACK).unwrap());
    let (there, other): (SocketAddr, SocketAddr) =
        (peer.local_address().unwrap(), "[::1]:9".parse().unwrap());
    let (data, long) = ([IoSlice::new(b"x")], vec![0; 70_000]);
    let long = [IoSlice::new(&long)];
    for path in paths() {
        for bad in [Message::new(&data).to(&other), Message::new(&long).to(&there)] {
            let good = Message::new(&data).to(&there);
            let mut sender = Sender::by(path);
            let messages = [good, good, bad, good];
            assert_eq!(socket.send_batch(&mut sender, &messages).unwrap(), 2, "{path:?}");
            let error = socket.send_batch(&mut sender, &messages[2..]).unwrap_err();
            assert!(error.address().is_some(), "{error}");
            assert_eq!(socket.send_batch(&mut sender, &messages[3..]).unwrap(), 1);
            assert_eq!(hear(&peer, &mut Receiver::new(9, 9), 3).len(), 3);
        }
        let error = socket.send_segments(&mut Sender::by(path), b"abc", 0, Some(&there)).unwrap_err();
        assert!(error.to_string().contains("1 to 65507"), "{error}");
    }
}

#[test]
fn a_refusal_is_told_once_and_leaves_what_was_received() {
    let _limit = limit();
    if cfg!(windows) {
        return; // Such sockets hear of no refusals there.
    }
    for path in paths() {
        let gone = UdpSocket::bind(LOOPBACK).unwrap().local_address().unwrap();
        let socket = UdpSocket::connected_to(gone).unwrap();
        socket.send(b"is anybody there?").unwrap();
        let refused = socket.by(soon()).recv_batch(&mut Receiver::new(2, 10).by(path)).unwrap_err();
        assert!(refused.is_refused(), "{refused}");
    }
}

#[test]
fn a_look_leaves_what_is_there() {
    let _limit = limit();
    let (left, right) = udp_pair(LOOPBACK).unwrap();
    for path in paths() {
        left.send(b"looked at").unwrap();
        let mut receiver = Receiver::new(1, 20).by(path);
        for _ in 0..2 {
            assert_eq!(right.by(soon()).recv_batch_with(&mut receiver, ReceiveFlags::PEEK).unwrap(), 1);
            assert_eq!(receiver.datagrams().next().unwrap().data(), b"looked at");
        }
        assert_eq!(right.recv_batch(&mut receiver).unwrap(), 1);
    }
}

#[test]
fn a_stream_has_no_messages() {
    let _limit = limit();
    let (client, _server) = berkeley_testkit::tcp_pair(LOOPBACK).unwrap();
    let data = [IoSlice::new(b"x")];
    let refused = [
        client.send_batch(&mut Sender::new(), &[Message::new(&data)]).unwrap_err(),
        client.send_segments(&mut Sender::new(), b"x", 1, None).unwrap_err(),
        client.recv_batch(&mut Receiver::new(1, 1)).unwrap_err(),
    ];
    assert!(
        refused.iter().all(|error| error.to_string().contains("a stream has no messages")),
        "{refused:?}"
    );
}

/// Larger than a packet of the network, so that the kernel does not cut a send into them.
#[cfg(target_os = "linux")]
#[test]
fn what_the_route_refuses_to_cut_goes_another_way() {
    let _limit = limit();
    let _ = berkeley_testkit::in_own_network(|| {
        berkeley_testkit::ip(&["link", "set", "lo", "mtu", "1500"]).unwrap();
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let mut receiver = Receiver::new(16, 4000);
        let mut sender = Sender::new();
        let data = [7; 9000];
        let mut sent = 0;
        while sent < data.len() {
            sent += left.send_segments(&mut sender, &data[sent..], 3000, None).unwrap();
        }
        assert_eq!(
            hear(&right, &mut receiver, 3).iter().map(|each| each.0.len()).collect::<Vec<_>>(),
            [3000; 3]
        );
        let slices = [IoSlice::new(&data[..2000])];
        send_all(&left, &mut sender, &[Message::new(&slices); 5]);
        assert_eq!(hear(&right, &mut receiver, 5).len(), 5);
        assert_eq!(sender.path(), Path::Segments, "smaller ones still go together");
        assert_eq!(left.send_segments(&mut sender, &data[..3000], 1000, None).unwrap(), 3000);
        assert_eq!(hear(&right, &mut receiver, 3).len(), 3);
    });
}

/// A socket that is asked to compute no checksums: the kernel refuses to cut, whatever the size.
#[cfg(target_os = "linux")]
#[test]
fn what_a_socket_cannot_cut_is_learned() {
    let _limit = limit();
    let (left, right) = udp_pair(LOOPBACK).unwrap();
    left.set_by_name("socket.no-check", "on").unwrap();
    let (mut sender, mut receiver) = (Sender::new(), Receiver::new(4, 200));
    let data = [9; 200];
    for size in (80..100).rev() {
        assert_eq!(left.send_segments(&mut sender, &data[..2 * size], size, None).unwrap(), 2 * size);
        assert_eq!(hear(&right, &mut receiver, 2).len(), 2);
    }
    assert_eq!(sender.path(), Path::Many);
}

/// Memory that was sent without a copy is told to be free again, however many messages it was.
#[cfg(target_os = "linux")]
#[test]
fn what_was_sent_without_a_copy_is_released() {
    use berkeley::message::Report;

    let _limit = limit();
    if !need_real("sending without a copy") {
        return;
    }
    let (left, right) = udp_pair(LOOPBACK).unwrap();
    left.set(option::socket::ZEROCOPY, true).unwrap();
    let data = vec![3; 1000];
    let slices = [IoSlice::new(&data)];
    let messages = [Message::new(&slices).flags(SendFlags::ZEROCOPY); 4];
    assert_eq!(left.send_batch(&mut Sender::new(), &messages).unwrap(), 4);
    assert_eq!(hear(&right, &mut Receiver::new(4, 2000), 4).len(), 4);
    let mut released = 0;
    while released < 4 {
        let queued = left.by(soon()).recv_error(&mut [0; 64]).unwrap();
        match queued.report() {
            Report::Released(copies) => released += copies.last - copies.first + 1,
            other => panic!("{other:?}"),
        }
    }
}
