//! Messages with control data: the encoder, the decoder, and the calls in every mode, on every system.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{IoSlice, IoSliceMut};

use berkeley::message::{
    self, ArrivalFlags, Control, ControlBuffer, ControlMessage, Ecn, Items, Message, TrafficClass,
};
use berkeley::option::{self, Octets};
use berkeley::{Deadline, MILLISECOND, ReceiveFlags, SECOND, UdpSocket, UnixDatagram};
use berkeley_testkit::{Lack, each_loopback, has_unix_sockets, lacks, limit, soon, tcp_pair, udp_pair};
use proptest::prelude::*;

/// A level that no system has.
const OWN: ControlMessage<Octets<64>> = ControlMessage::octets("own", 0x7abc, 7);
const OWN_NUMBER: ControlMessage<u32> = ControlMessage::integer("own.number", 0x7abc, 8);

#[test]
fn what_is_pushed_is_read() {
    let mut control = Control::new();
    assert!(control.is_empty());
    control.push(OWN, &b"bytes".to_vec()).unwrap();
    control.push(OWN_NUMBER, &77).unwrap();
    control.push(OWN, &vec![]).unwrap();
    let items: Vec<_> = Items::of(control.as_bytes()).collect();
    assert_eq!(items.len(), 3);
    assert_eq!(items[0].get(OWN), Some(b"bytes".to_vec()));
    assert_eq!(items[0].get(OWN_NUMBER), None, "of another kind");
    assert_eq!((items[1].level(), items[1].number(), items[1].get(OWN_NUMBER)), (0x7abc, 8, Some(77)));
    assert_eq!(items[2].data(), b"");
    assert_eq!(items[0].to_string(), "31420:7=6279746573");
    control.clear();
    assert!(control.is_empty() && Items::of(control.as_bytes()).next().is_none());
}

#[test]
fn what_has_no_room_or_no_form_leaves_everything_as_it_was() {
    let mut memory = [0; 72];
    let mut control = Control::over(&mut memory);
    control.push(OWN, &vec![1; 8]).unwrap();
    let before = control.as_bytes().to_vec();
    let error = control.push(OWN, &vec![2; 60]).unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("send own: the control memory has no room for the message: "), "{said}");
    assert!(said.contains("bytes are needed, and there are"), "{said}");
    let error = control.push(OWN, &vec![3; 65]).unwrap_err();
    assert_eq!(error.to_string(), "send own: the value has to be bytes in hexadecimal, such as 01ff");
    assert_eq!(control.as_bytes(), before);
    control.push(OWN, &vec![4; 8]).unwrap();
    assert_eq!(Items::of(control.as_bytes()).count(), 2);
}

#[test]
fn a_row_is_there_everywhere_and_says_where_it_is_not() {
    for row in message::all() {
        assert!(!row.name().is_empty() && !row.c_name().is_empty() && row.about().ends_with('.'), "{row:?}");
        assert!(message::by_name(row.name()).is_ok());
        if row.sent().is_none() {
            let error = Control::new().push_by_name(row.name(), "1").unwrap_err();
            assert!(error.is_unsupported(), "{error}");
            assert!(error.to_string().contains(row.c_name()), "{error}");
        }
    }
    let error = message::by_name("ip.tll").unwrap_err();
    assert_eq!(error.to_string(), "unknown control message ip.tll; did you mean ip.ttl?");
    let mut names: Vec<_> = message::all().map(message::Row::name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name twice");
}

#[test]
fn a_traffic_class_is_a_codepoint_and_a_congestion_mark() {
    for ecn in [Ecn::NotCapable, Ecn::Capable0, Ecn::Capable1, Ecn::Congested] {
        let class = TrafficClass::new(46, ecn);
        assert_eq!((class.codepoint(), class.ecn()), (46, ecn));
    }
    assert_eq!(TrafficClass::new(46, Ecn::Congested).0, 0b1011_1011);
}

#[test]
fn a_message_goes_by_all_modes_with_its_sender() {
    let _limit = limit();
    each_loopback(|loopback| {
        let receiver = UdpSocket::bind(loopback).unwrap();
        let sender = UdpSocket::bind(loopback).unwrap();
        let to = receiver.local_address().unwrap();
        let data = [IoSlice::new(b"one"), IoSlice::new(b"two")];
        let message = Message::new(&data).to(&to);
        assert_eq!(sender.send_message(&message).unwrap(), 6);
        assert_eq!(sender.by(soon()).send_message(&message).unwrap(), 6);
        assert_eq!(sender.now().send_message(&message).unwrap(), Some(6));
        let mut control = ControlBuffer::with_room(64);
        for turn in 0..3 {
            let (mut one, mut two) = ([0; 4], [0; 8]);
            let mut slices = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
            let arrival = match turn {
                0 => receiver.recv_message(&mut slices, &mut control).unwrap(),
                1 => receiver.by(soon()).recv_message(&mut slices, &mut control).unwrap(),
                _ => loop {
                    if let Some(arrival) = receiver.now().recv_message(&mut slices, &mut control).unwrap() {
                        break arrival;
                    }
                },
            };
            assert_eq!(
                (arrival.len(), arrival.is_truncated(), arrival.is_control_truncated()),
                (6, false, false)
            );
            assert_eq!(arrival.from(), Some(&sender.local_address().unwrap()));
            assert_eq!(arrival.received().full_len(), Some(6));
            assert_eq!((&one, &two[..2]), (b"onet", &b"wo"[..]));
            assert_eq!(control.items().count(), 0);
        }
        let mut room = [0; 4];
        let mut slices = [IoSliceMut::new(&mut room)];
        assert!(receiver.now().recv_message(&mut slices, &mut control).unwrap().is_none());
        let error =
            receiver.by(Deadline::after(MILLISECOND)).recv_message(&mut slices, &mut control).unwrap_err();
        assert!(error.is_deadline_passed());
    });
}

#[test]
fn a_message_that_was_cut_says_so_and_how_long_it_was() {
    let _limit = limit();
    each_loopback(|loopback| {
        let (sender, receiver) = udp_pair(loopback).unwrap();
        sender.send(b"0123456789").unwrap();
        sender.send(b"").unwrap();
        let mut control = ControlBuffer::with_room(0);
        let mut room = [0; 4];
        let mut slices = [IoSliceMut::new(&mut room)];
        let arrival = receiver.recv_message(&mut slices, &mut control).unwrap();
        assert!(arrival.is_truncated() && arrival.flags().contains(ArrivalFlags::TRUNC));
        assert_eq!((arrival.len(), arrival.from().is_some()), (4, true));
        let told = if cfg!(target_os = "linux") { Some(10) } else { None };
        assert_eq!(arrival.received().full_len(), told);
        let arrival = receiver.recv_message(&mut [], &mut control).unwrap();
        assert!(arrival.is_empty() && !arrival.is_truncated());
    });
}

#[test]
fn a_stream_has_no_sender_and_an_end() {
    let _limit = limit();
    each_loopback(|loopback| {
        let (client, server) = tcp_pair(loopback).unwrap();
        client.send_message(&Message::new(&[IoSlice::new(b"abc")])).unwrap();
        drop(client);
        let mut control = ControlBuffer::with_room(64);
        let mut room = [0; 8];
        let mut slices = [IoSliceMut::new(&mut room)];
        let arrival = server.by(soon()).recv_message(&mut slices, &mut control).unwrap();
        assert_eq!((arrival.len(), arrival.from()), (3, None));
        let arrival = server.by(soon()).recv_message(&mut slices, &mut control).unwrap();
        assert!(arrival.is_empty());
    });
}

#[test]
fn to_wait_for_all_is_refused_and_to_look_is_not() {
    let _limit = limit();
    let (sender, receiver) = udp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut control = ControlBuffer::with_room(0);
    let mut room = [0; 8];
    let mut slices = [IoSliceMut::new(&mut room)];
    let error = receiver.recv_message_with(&mut slices, &mut control, ReceiveFlags::WAITALL).unwrap_err();
    assert_eq!(error.to_string(), "receive: WAITALL is not for messages with control data");
    sender.send(b"x").unwrap();
    for flags in [ReceiveFlags::PEEK, ReceiveFlags::empty()] {
        assert_eq!(receiver.recv_message_with(&mut slices, &mut control, flags).unwrap().len(), 1);
    }
    assert!(receiver.now().recv_message(&mut slices, &mut control).unwrap().is_none());
}

#[test]
fn an_address_that_cannot_be_sent_to_is_in_the_error() {
    let _limit = limit();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = "127.0.0.1:0".parse().unwrap();
    let data = [IoSlice::new(b"x")];
    let error = sender.send_message(&Message::new(&data).to(&to)).unwrap_err();
    assert_eq!(error.address().map(ToString::to_string), Some("127.0.0.1:0".to_owned()));
}

/// Returns the options that ask for the destination, those of this system.
fn ask_for_destination(receiver: &UdpSocket) {
    let rows = [option::ip::PKTINFO, option::ip::RECVPKTINFO, option::ip::RECVDSTADDR];
    let asked = rows.into_iter().filter(|row| receiver.set(*row, true).is_ok()).count();
    assert!(asked > 0, "every system tells it in one way or another");
}

#[test]
fn the_destination_is_told_on_every_system() {
    let _limit = limit();
    let receiver = UdpSocket::bind("0.0.0.0:0").unwrap();
    ask_for_destination(&receiver);
    let port = receiver.local_address().unwrap().port();
    let sender = UdpSocket::connected_to(("127.0.0.1", port)).unwrap();
    sender.send(b"x").unwrap();
    let mut control = ControlBuffer::with_room(256);
    let mut room = [0; 8];
    let arrival = receiver.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], &mut control).unwrap();
    assert!(!arrival.is_control_truncated());
    let info = control.get(message::ip::PKTINFO).map(|info| info.destination);
    let destination = info.or_else(|| control.get(message::ip::RECVDSTADDR));
    assert_eq!(destination, Some(std::net::Ipv4Addr::LOCALHOST));
}

#[test]
fn what_has_no_room_is_reported() {
    let _limit = limit();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    ask_for_destination(&receiver);
    let sender = UdpSocket::connected_to(receiver.local_address().unwrap()).unwrap();
    let mut control = ControlBuffer::with_room(0);
    let mut room = [0; 8];
    sender.send(b"12345678").unwrap();
    let arrival = receiver.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], &mut control).unwrap();
    let length = if lacks(Lack::ControlLength) { 0 } else { 8 };
    assert_eq!(
        (arrival.len(), arrival.is_truncated(), arrival.is_control_truncated()),
        (length, false, true)
    );
    assert_eq!(control.items().count(), 0);
}

#[test]
fn an_unnamed_sender_is_unnamed() {
    let _limit = limit();
    if cfg!(windows) || !has_unix_sockets() {
        assert!(UnixDatagram::pair().unwrap_err().is_unsupported());
        return;
    }
    let (left, right) = UnixDatagram::pair().unwrap();
    left.send(b"x").unwrap();
    let mut room = [0; 8];
    let mut control = ControlBuffer::with_room(0);
    let arrival = right.recv_message(&mut [IoSliceMut::new(&mut room)], &mut control).unwrap();
    assert!(arrival.into_from().is_some_and(|from| from.is_unnamed()));
}

#[test]
fn what_a_system_lacks_is_refused_before_anything_is_sent() {
    let _limit = limit();
    let (sender, receiver) = udp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    let descriptors = [&sender];
    let mut control = Control::new();
    if !cfg!(unix) {
        assert!(control.push_descriptors(&descriptors).unwrap_err().is_unsupported());
    }
    if !cfg!(target_os = "linux") {
        assert!(sender.recv_error(&mut [0; 8]).unwrap_err().is_unsupported());
        assert!(control.push(message::socket::TXTIME, &SECOND).unwrap_err().is_unsupported());
    }
    assert!(
        control.push(message::socket::TIMESTAMP, &std::time::SystemTime::now()).unwrap_err().is_unsupported()
    );
    assert!(control.is_empty() && receiver.now().recv(&mut [0; 8]).unwrap().is_none());
}

proptest! {
    #[test]
    fn any_sequence_of_messages_comes_back(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..8), skip in 0_usize..8) {
        let mut memory = vec![0; 1024];
        for mut control in [Control::new(), Control::over(&mut memory[skip..])] {
            for data in &messages {
                control.push(OWN, data).unwrap();
            }
            let read: Vec<_> = Items::of(control.as_bytes()).map(|item| item.data().to_vec()).collect();
            prop_assert_eq!(&read, &messages);
        }
    }

    /// Whatever the bytes are, every row decodes them or says that it does not.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for item in Items::of(&bytes) {
            let _ = (item.to_string(), item.is_cut(), item.row());
        }
        for row in message::all() {
            let _ = row.show(&bytes);
        }
    }

    /// Well-formed messages of every kind that this system gives, with any data, cut anywhere.
    #[test]
    fn any_data_of_every_kind_is_survived(data in prop::collection::vec(any::<u8>(), 0..64), cut in 0_usize..96) {
        for row in message::all() {
            let Some(place) = row.received() else { continue };
            let of_it: ControlMessage<Octets<64>> =
                ControlMessage::octets("of it", place.level(), place.number());
            let mut control = Control::new();
            if control.push(of_it, &data).is_ok() {
                let bytes = control.as_bytes();
                let whole = Items::of(bytes).next().unwrap();
                prop_assert_eq!((whole.is_cut(), whole.data()), (false, &data[..]));
                for item in Items::of(&bytes[..cut.min(bytes.len())]) {
                    let _ = item.to_string();
                }
            }
        }
    }
}
