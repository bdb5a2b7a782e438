//! A network that delays, reorders, repeats and loses: the queue netem(8), which few kernels have; `ci/vm` has one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use berkeley::netlink::{MessageFlags, Request};
use berkeley::{Deadline, MILLISECOND, NetlinkSocket, Protocol, Result, SECOND, Shutdown, UdpSocket};
use berkeley_testkit::{need_of, soon, tcp_pair};
use wire::{alone, hears, udp};

/// `struct tc_netem_qopt` of linux/pkt_sched.h.
#[derive(Clone, Copy)]
struct Netem {
    delay: Duration,
    /// Of that many packets one is not delayed; none if it is zero.
    gap: u32,
    /// How probable it is, of 2^32.
    loss: u32,
    repeats: u32,
}

const STEADY: Netem = Netem { delay: Duration::ZERO, gap: 0, loss: 0, repeats: 0 };

/// A tick of that structure.
const TICK: u128 = 64;

/// Has the loopback of this network be as bad; it has index 1 in every network.
fn set(netem: Netem) -> Result<()> {
    const RTM_NEWQDISC: u16 = 36;
    const KIND: u16 = 1;
    const OPTIONS: u16 = 2;
    const ROOT: u32 = u32::MAX;
    let flags = MessageFlags::ACK | MessageFlags::CREATE | MessageFlags::REPLACE;
    let mut request = Request::new(RTM_NEWQDISC, flags);
    let place = [0, 1, 0, ROOT, 0];
    request.structure(&place.map(u32::to_ne_bytes).concat());
    request.attribute(KIND, b"netem\0")?;
    let ticks = (netem.delay.as_nanos() / TICK) as u32;
    let options = [ticks, 1000, netem.loss, netem.gap, netem.repeats, 0];
    request.attribute(OPTIONS, &options.map(u32::to_ne_bytes).concat())?;
    let kernel = NetlinkSocket::open(Protocol::from_raw(libc::NETLINK_ROUTE))?;
    kernel.ask_by(&request, SECOND * 10)?.finish()
}

/// Runs `body` on such a network, if the kernel has the queue.
fn over(netem: Netem, body: impl FnOnce() + Send) {
    alone(|| {
        let made = set(netem);
        let lacks =
            made.as_ref().err().map_or_else(String::new, |error| format!("the queue netem ({error})"));
        if need_of("netem", made.is_ok(), &lacks) {
            body();
        }
    });
}

const DELAY: Duration = Duration::from_millis(60);

/// Sends numbered datagrams, and returns the numbers of those that come, each of which is whole.
fn numbers(sender: &UdpSocket, receiver: &UdpSocket, sent: u8, come: usize) -> Vec<u8> {
    (0..sent).for_each(|number| assert_eq!(sender.send(&[number; 100]).unwrap(), 100));
    let mut numbers = Vec::new();
    while numbers.len() < come {
        let mut buffer = [0; 200];
        let told = receiver.by(soon()).recv(&mut buffer).unwrap();
        assert_eq!(told.full_len(), Some(100));
        assert!(buffer[..100].iter().all(|byte| *byte == buffer[0]));
        numbers.push(buffer[0]);
    }
    numbers
}

#[test]
fn a_deadline_passes_while_a_message_is_on_its_way() {
    over(Netem { delay: DELAY, ..STEADY }, || {
        let (receiver, sender) = udp("127.0.0.1:0");
        let began = Instant::now();
        sender.send(b"slow").unwrap();
        assert!(receiver.now().recv(&mut [0; 8]).unwrap().is_none());
        let error = receiver.by(Deadline::after(MILLISECOND)).recv(&mut [0; 8]).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
        hears(&receiver, b"slow");
        assert!(began.elapsed() + MILLISECOND >= DELAY, "{:?}", began.elapsed());
    });
}

#[test]
fn datagrams_overtake_each_other_and_are_whole() {
    over(Netem { delay: DELAY, gap: 4, ..STEADY }, || {
        let (receiver, sender) = udp("127.0.0.1:0");
        let mut came = numbers(&sender, &receiver, 40, 40);
        assert!(!came.is_sorted(), "{came:?}");
        came.sort_unstable();
        assert_eq!(came, (0..40).collect::<Vec<u8>>());
    });
}

#[test]
fn datagrams_that_come_twice_are_told_twice() {
    over(Netem { repeats: u32::MAX, ..STEADY }, || {
        let (receiver, sender) = udp("127.0.0.1:0");
        let mut came = numbers(&sender, &receiver, 20, 40);
        came.sort_unstable();
        assert_eq!(came, (0..20).flat_map(|number| [number; 2]).collect::<Vec<u8>>());
    });
}

#[test]
fn a_stream_is_whole_whatever_the_network_does() {
    let bad = Netem { delay: MILLISECOND * 2, gap: 3, loss: u32::MAX / 50, repeats: u32::MAX / 20 };
    over(bad, || {
        let (mut client, server) = tcp_pair(berkeley_testkit::LOOPBACK).unwrap();
        let data: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
        thread::scope(|scope| {
            scope.spawn(|| {
                server.by(soon()).write_all(&data).unwrap();
                server.shutdown(Shutdown::Send).unwrap();
            });
            let mut got = Vec::new();
            client.read_to_end(&mut got).unwrap();
            assert!(got == data, "{} of {} bytes", got.len(), data.len());
        });
    });
}
