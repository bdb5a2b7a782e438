//! The queue of errors: ICMP errors with what had been sent, times of what was sent, memory that is free again.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::io::IoSlice;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use berkeley::message::{self, Control, Message, Origin, Queued, Report, Stage};
use berkeley::option::{self, MtuDiscover, Timestamping, TransmitTime};
use berkeley::{Deadline, Errno, Family, MILLISECOND, SendFlags, UdpSocket};
use berkeley_testkit::{ip as configure, limit, need, need_of, soon};
use wire::{alone, cable, tcp, udp};

const V4: &str = "127.0.0.1:0";
const V6: &str = "[::1]:0";

/// An address where nobody is.
fn nobody(loopback: &str) -> SocketAddr {
    UdpSocket::bind(loopback).unwrap().local_address().unwrap()
}

fn next(socket: &UdpSocket) -> (Queued<SocketAddr>, Vec<u8>) {
    let mut data = vec![0; 4096];
    let queued = socket.by(soon()).recv_error(&mut data).unwrap();
    data.truncate(queued.received().len());
    (queued, data)
}

#[test]
fn who_is_not_there_is_told_with_what_was_sent() {
    let _limit = limit();
    for (loopback, row, origin, icmp) in
        [(V4, option::ip::RECVERR, Origin::Icmp, (3, 3)), (V6, option::ipv6::RECVERR, Origin::Icmpv6, (1, 4))]
    {
        let socket = UdpSocket::bind(loopback).unwrap();
        socket.set(row, true).unwrap();
        for text in ["first", "second"] {
            let to = nobody(loopback);
            socket.send_to(text.as_bytes(), &to).unwrap();
            let (queued, data) = next(&socket);
            let error = queued.error().unwrap();
            assert_eq!((error.origin, error.icmp(), error.errno), (origin, Some(icmp), Errno::CONNREFUSED));
            assert_eq!(error.offender.map(|offender| offender.ip()), Some(to.ip()));
            assert_eq!((queued.to(), data.as_slice()), (Some(&to), text.as_bytes()));
            assert_eq!(error.mtu(), None);
        }
        assert!(socket.now().recv_error(&mut [0; 8]).unwrap().is_none());
    }
}

#[test]
fn the_modes_mean_the_same() {
    let _limit = limit();
    let socket = UdpSocket::bind(V4).unwrap();
    socket.set(option::ip::RECVERR, true).unwrap();
    assert!(socket.now().recv_error(&mut [0; 8]).unwrap().is_none());
    let error = socket.by(Deadline::after(MILLISECOND)).recv_error(&mut [0; 8]).unwrap_err();
    assert!(error.is_deadline_passed());
    // Data that waits is no error.
    let to = socket.local_address().unwrap();
    UdpSocket::bind(V4).unwrap().send_to(b"data", &to).unwrap();
    let error = socket.by(Deadline::after(MILLISECOND)).recv_error(&mut [0; 8]).unwrap_err();
    assert!(error.is_deadline_passed());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| socket.recv_error(&mut [0; 8]).unwrap());
        socket.send_to(b"question", &nobody(V4)).unwrap();
        assert_eq!(waiting.join().unwrap().error().unwrap().errno, Errno::CONNREFUSED);
    });
    socket.send_to(b"question", &nobody(V4)).unwrap();
    let mut short = [0; 4];
    let queued = socket.by(soon()).recv_error(&mut short).unwrap();
    assert!(queued.received().is_truncated());
    assert_eq!(&short, b"ques");
}

#[test]
fn a_path_that_takes_less_tells_how_much() {
    alone(|| {
        cable();
        configure(&["route", "add", "10.99.0.0/24", "dev", "v0", "mtu", "1000"]).unwrap();
        let socket = UdpSocket::connected_to("10.99.0.1:9").unwrap();
        socket.set(option::ip::RECVERR, true).unwrap();
        socket.set(option::ip::MTU_DISCOVER, MtuDiscover::DO).unwrap();
        assert_eq!(socket.send(&[7; 1400]).unwrap_err().errno(), Some(Errno::MSGSIZE));
        let (queued, _) = next(&socket);
        let error = queued.error().unwrap();
        assert_eq!((error.origin, error.errno, error.mtu()), (Origin::Local, Errno::MSGSIZE, Some(1000)));
    });
}

#[test]
fn when_each_message_was_sent_is_told_with_its_number() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        let flags = Timestamping::TX_SOFTWARE
            | Timestamping::TX_SCHED
            | Timestamping::SOFTWARE
            | Timestamping::OPT_ID
            | Timestamping::OPT_TSONLY;
        sender.set(option::socket::TIMESTAMPING, flags).unwrap();
        let before = SystemTime::now();
        for _ in 0..3 {
            sender.send(b"x").unwrap();
        }
        let mut told = Vec::new();
        while told.len() < 6 {
            let (queued, data) = next(&sender);
            let Report::Transmitted(transmission) = queued.report() else { panic!("{queued:?}") };
            let stamp = transmission.times.software.unwrap();
            assert!(stamp + Duration::from_micros(1) >= before && stamp <= SystemTime::now());
            assert!(data.is_empty() && queued.error().is_none());
            told.push((transmission.id, transmission.stage == Stage::Sent, transmission.stage));
        }
        told.sort_by_key(|(id, is_sent, _)| (*id, *is_sent));
        let expected: Vec<_> =
            (0..3).flat_map(|id| [(id, false, Stage::Scheduled), (id, true, Stage::Sent)]).collect();
        assert_eq!(told, expected);
        drop(receiver);
    });
}

#[test]
fn one_message_alone_asks_for_its_time_and_gives_it_a_number() {
    alone(|| {
        let (_receiver, sender) = udp(V4);
        let flags = Timestamping::SOFTWARE | Timestamping::OPT_ID | Timestamping::OPT_TSONLY;
        sender.set(option::socket::TIMESTAMPING, flags).unwrap();
        sender.send(b"without").unwrap();
        let mut control = Control::new();
        control.push(message::socket::TIMESTAMPING_REQUEST, &Timestamping::TX_SOFTWARE).unwrap();
        control.push(message::socket::TS_OPT_ID, &4711).unwrap();
        let data = [IoSlice::new(b"with")];
        let sent = sender.send_message(&Message::new(&data).control(&control));
        if !need(sent.is_ok(), "SCM_TS_OPT_ID, which is of Linux 6.13") {
            return;
        }
        let (queued, _) = next(&sender);
        let Report::Transmitted(transmission) = queued.report() else { panic!("{queued:?}") };
        assert_eq!((transmission.id, transmission.stage), (4711, Stage::Sent));
        assert!(sender.now().recv_error(&mut [0; 8]).unwrap().is_none());
    });
}

#[test]
fn a_stream_is_told_when_its_peer_acknowledged() {
    alone(|| {
        let (client, server) = tcp(|_| (), |_| ());
        let flags =
            Timestamping::TX_ACK | Timestamping::SOFTWARE | Timestamping::OPT_ID | Timestamping::OPT_TSONLY;
        client.set(option::socket::TIMESTAMPING, flags).unwrap();
        client.send(b"0123456789").unwrap();
        server.by(soon()).recv(&mut [0; 16]).unwrap();
        let queued = client.by(soon()).recv_error(&mut [0; 8]).unwrap();
        let Report::Transmitted(transmission) = queued.report() else { panic!("{queued:?}") };
        assert_eq!((transmission.stage, transmission.id), (Stage::Acknowledged, 9), "the last byte");
    });
}

#[test]
fn memory_that_is_free_again_is_told_by_ranges() {
    alone(|| {
        let (receiver, sender) = udp(V4);
        let asked = sender.set(option::socket::ZEROCOPY, true);
        if !need(asked.is_ok(), "SO_ZEROCOPY of UDP") {
            return;
        }
        let data = [7; 8192];
        let count = 3;
        for _ in 0..count {
            let sent = sender.send_with(&data, SendFlags::ZEROCOPY);
            if !need(sent.is_ok(), "memory that may be locked for it") {
                return;
            }
            receiver.by(soon()).recv(&mut [0; 8192]).unwrap();
        }
        let mut freed = Vec::new();
        while freed.len() < count {
            let queued = sender.by(soon()).recv_error(&mut []).unwrap();
            let Report::Released(range) = queued.report() else { panic!("{queued:?}") };
            assert!(range.was_copied, "what stays on this machine is copied");
            freed.extend(range.first..=range.last);
        }
        freed.sort_unstable();
        assert_eq!(freed, [0, 1, 2]);
    });
}

/// `SOF_TXTIME_REPORT_ERRORS` of linux/net_tstamp.h.
const REPORTS: u32 = 2;

/// The queue etf drops what comes too late, and says so.
#[test]
fn what_was_too_late_to_send_is_told() {
    alone(|| {
        let (_receiver, sender) = udp(V4);
        let clock = TransmitTime { clock: libc::CLOCK_TAI, flags: REPORTS };
        sender.set(option::socket::TXTIME, clock).unwrap();
        let words = ["qdisc", "add", "dev", "lo", "root", "etf", "clockid", "CLOCK_TAI", "delta", "200000"];
        let made = std::process::Command::new("tc").args(words).output();
        if !need_of("queues", made.is_ok_and(|made| made.status.success()), "tc and its queue etf") {
            return;
        }
        sender.set(option::socket::PRIORITY, 3).unwrap();
        let mut control = Control::new();
        control.push(message::socket::TXTIME, &Duration::from_secs(1)).unwrap();
        let data = [IoSlice::new(b"late")];
        let _ = sender.send_message(&Message::new(&data).control(&control));
        let (queued, _) = next(&sender);
        assert_eq!(queued.error().map(|error| error.origin), Some(Origin::SendTime));
    });
}

#[test]
fn a_socket_of_both_families_is_told_of_each() {
    let _limit = limit();
    let socket = UdpSocket::open(Family::INET6).unwrap();
    socket.set(option::ipv6::V6ONLY, false).unwrap();
    socket.set(option::ipv6::RECVERR, true).unwrap();
    // Of IPv4-mapped addresses, the option of IPv4 counts.
    socket.set(option::ip::RECVERR, true).unwrap();
    let port = nobody(V4).port();
    socket.send_to(b"mapped", &format!("[::ffff:127.0.0.1]:{port}").parse().unwrap()).unwrap();
    let (queued, data) = next(&socket);
    assert_eq!(
        (queued.error().map(|error| error.origin), data.as_slice()),
        (Some(Origin::Icmp), &b"mapped"[..])
    );
}

/// The kernel takes the flag for none there, and would give the data away.
#[test]
fn a_socket_without_such_a_queue_keeps_its_data() {
    let _limit = berkeley_testkit::limit();
    let (left, right) = berkeley::UnixDatagram::pair().unwrap();
    left.send(b"data").unwrap();
    let error = right.recv_error(&mut [0; 8]).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert_eq!(right.recv(&mut [0; 8]).unwrap().len(), 4);
}
