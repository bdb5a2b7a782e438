//! Descriptors that come in a batch, and what becomes of those that nobody takes. Alone, so that nothing else opens anything.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::IoSlice;

use berkeley::batch::{Path, Receiver, Sender};
use berkeley::message::{self, Control, Message};
use berkeley::{UdpSocket, UnixDatagram};
use berkeley_testkit::{LOOPBACK, limit, soon};

#[test]
fn descriptors_come_with_their_message_and_what_nobody_takes_is_closed() {
    let _limit = limit();
    berkeley_testkit::leak::check(|| {
        for path in [Path::Segments, Path::Many, Path::OneByOne] {
            let (left, right) = UnixDatagram::pair().unwrap();
            let passed = [UdpSocket::bind(LOOPBACK).unwrap(), UdpSocket::bind(LOOPBACK).unwrap()];
            let mut control = Control::new();
            control.push_descriptors(&passed).unwrap();
            let data = [IoSlice::new(b"two")];
            let messages = [Message::new(&data), Message::new(&data).control(&control)];
            assert_eq!(left.send_batch(&mut Sender::by(path), &messages).unwrap(), 2);
            let mut receiver = Receiver::with_control(4, 9, message::descriptor_room(4)).by(path);
            let mut heard = 0;
            while heard < 2 {
                heard += right.by(soon()).recv_batch(&mut receiver).unwrap();
            }
            let last = receiver.datagrams().last().unwrap().message();
            let taken = receiver.take_descriptor(last).unwrap();
            assert!(UdpSocket::adopt(taken).unwrap().local_address().unwrap().ip().is_loopback());
        }
    });
}
