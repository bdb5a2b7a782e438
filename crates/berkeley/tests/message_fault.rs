//! Messages whose system calls go wrong, and how many calls they make. Needs a debug build.
#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{IoSlice, IoSliceMut};

use berkeley::message::{ControlBuffer, Message};
use berkeley::{Errno, Operation, UdpSocket};
use berkeley_testkit::fault::{Faults, calls_of};
use berkeley_testkit::{limit, soon, tcp_pair, udp_pair};

fn pair() -> (UdpSocket, UdpSocket) {
    udp_pair("127.0.0.1:0".parse().unwrap()).unwrap()
}

#[test]
fn a_message_is_one_call_each_way_in_every_mode() {
    let _limit = limit();
    let (sender, receiver) = pair();
    let data = [IoSlice::new(b"x")];
    let message = Message::new(&data);
    let mut control = ControlBuffer::with_room(256);
    let mut room = [0; 8];
    let mut slices = [IoSliceMut::new(&mut room)];
    let sends = [
        calls_of(|| sender.send_message(&message).map(drop)),
        calls_of(|| sender.by(soon()).send_message(&message).map(drop)),
        calls_of(|| sender.now().send_message(&message).map(drop)),
    ];
    for (sent, calls) in sends {
        assert!(sent.is_ok());
        assert_eq!(calls, [Operation::Send]);
    }
    let arrivals = [
        calls_of(|| receiver.recv_message(&mut slices, &mut control).map(drop)),
        calls_of(|| receiver.by(soon()).recv_message(&mut slices, &mut control).map(drop)),
        calls_of(|| receiver.now().recv_message(&mut slices, &mut control).map(drop)),
    ];
    for (arrival, calls) in arrivals {
        assert!(arrival.is_ok());
        assert_eq!(calls, [Operation::Receive]);
    }
}

#[test]
fn interrupted_messages_are_repeated_in_every_mode() {
    let _limit = limit();
    let (sender, receiver) = pair();
    let data = [IoSlice::new(b"x")];
    let mut control = ControlBuffer::with_room(256);
    for mode in 0..3 {
        let faults =
            Faults::fail(Operation::Send, Errno::INTR, 3).and_fail(Operation::Receive, Errno::INTR, 3);
        let message = Message::new(&data);
        let mut room = [0; 8];
        let mut slices = [IoSliceMut::new(&mut room)];
        let (sent, length) = match mode {
            0 => (
                sender.send_message(&message).unwrap(),
                receiver.recv_message(&mut slices, &mut control).unwrap().len(),
            ),
            1 => (
                sender.by(soon()).send_message(&message).unwrap(),
                receiver.by(soon()).recv_message(&mut slices, &mut control).unwrap().len(),
            ),
            _ => (
                sender.now().send_message(&message).unwrap().unwrap(),
                receiver.now().recv_message(&mut slices, &mut control).unwrap().unwrap().len(),
            ),
        };
        assert_eq!((sent, length), (1, 1));
        drop(faults);
    }
}

#[test]
fn a_stream_that_takes_less_says_how_much() {
    let _limit = limit();
    let (client, server) = tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    let _faults = Faults::shorten(Operation::Send, 4, 1);
    let data = [IoSlice::new(b"01"), IoSlice::new(b"2345")];
    assert_eq!(client.send_message(&Message::new(&data)).unwrap(), 4);
    let mut room = [0; 8];
    let mut control = ControlBuffer::with_room(0);
    let mut slices = [IoSliceMut::new(&mut room)];
    assert_eq!(server.by(soon()).recv_message(&mut slices, &mut control).unwrap().len(), 4);
    assert_eq!(&room[..4], b"0123");
}

/// What failed has brought nothing, and has closed what was there before.
#[test]
#[cfg(unix)]
fn a_receive_that_fails_leaves_nothing() {
    let _limit = limit();
    let (left, right) = berkeley::UnixDatagram::pair().unwrap();
    left.send_descriptors(b"x", &[&left]).unwrap();
    let mut room = [0; 8];
    let mut slices = [IoSliceMut::new(&mut room)];
    let mut control = ControlBuffer::with_room(64);
    right.recv_message(&mut slices, &mut control).unwrap();
    assert_eq!(control.descriptors(), 1);
    assert!(right.now().recv_message(&mut slices, &mut control).unwrap().is_none());
    assert_eq!((control.descriptors(), control.items().count()), (0, 0));
    left.send_descriptors(b"y", &[&left]).unwrap();
    let faults = Faults::fail(Operation::Receive, Errno::NOMEM, 1);
    assert_eq!(right.recv_message(&mut slices, &mut control).unwrap_err().errno(), Some(Errno::NOMEM));
    drop(faults);
    let mut descriptors = Vec::new();
    right.recv_descriptors(&mut [0; 8], &mut descriptors).unwrap();
    assert_eq!(descriptors.len(), 1, "it was not lost with the failure");
}
