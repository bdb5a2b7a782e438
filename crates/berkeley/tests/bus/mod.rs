//! A network of a test's own with a virtual CAN bus in it, where the kernel has one: `ci/vm` has.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::time::Duration;

use berkeley::can::{CanInterface, FrameSize};
use berkeley::netlink::{self, MessageFlags, Request};
use berkeley::{CanAddress, CanSocket, NetlinkSocket, Result, SECOND, Zone};
use berkeley_testkit::{in_own_network, limit, need_of, soon};

/// An interface of the test's network.
#[derive(Clone, Debug)]
pub struct Bus {
    pub name: &'static str,
    pub index: u32,
}

impl Bus {
    /// Makes a virtual bus that carries frames of that size.
    pub fn new(name: &'static str, size: FrameSize) -> Result<Self> {
        let interface = CanInterface::add_virtual(name)?;
        interface.set_frame_size(size)?;
        interface.up()?;
        Ok(Self { name, index: interface.index() })
    }

    pub fn zone(&self) -> Zone {
        Zone::name(self.name).unwrap()
    }

    /// The address that its frames come from.
    pub fn address(&self) -> CanAddress {
        CanAddress::new(Zone::index(self.index))
    }

    pub fn socket(&self) -> CanSocket {
        CanSocket::bind(self.zone()).unwrap()
    }

    pub fn interface(&self) -> CanInterface {
        CanInterface::open(self.zone()).unwrap()
    }

    /// Has it send so slowly that its queue holds one frame for that long: the queue netem(8) of linux/pkt_sched.h.
    pub fn slow_down(&self, delay: Duration) -> Result<()> {
        const RTM_NEWQDISC: u16 = 36;
        const KIND: u16 = 1;
        const OPTIONS: u16 = 2;
        const ROOT: u32 = u32::MAX;
        const TICK: u128 = 64;
        let flags = MessageFlags::ACK | MessageFlags::CREATE | MessageFlags::REPLACE;
        let mut request = Request::new(RTM_NEWQDISC, flags);
        request.structure(&[0, self.index, 0, ROOT, 0].map(u32::to_ne_bytes).concat());
        request.attribute(KIND, b"netem\0")?;
        let ticks = (delay.as_nanos() / TICK) as u32;
        request.attribute(OPTIONS, &[ticks, 1, 0, 0, 0, 0].map(u32::to_ne_bytes).concat())?;
        NetlinkSocket::open(netlink::ROUTE)?.ask_by(&request, SECOND * 10)?.finish()
    }
}

/// Counts the receivers in one of the kernel's lists that have a word in their line.
pub fn listeners(list: &str, word: &str) -> usize {
    let list = std::fs::read_to_string(format!("/proc/thread-self/net/can/rcvlist_{list}")).unwrap();
    list.lines().filter(|line| line.split_whitespace().any(|part| part == word)).count()
}

/// Waits until there are more of them: until a program that was started listens.
pub fn wait_for_listener(list: &str, word: &str, before: usize) {
    let deadline = soon();
    while listeners(list, word) <= before {
        assert!(!deadline.has_passed(), "nobody listens");
        std::thread::yield_now();
    }
}

/// Runs a test on a bus, if the kernel has what `opens` opens; `BERKELEY_NEED` demands it by `name`.
pub fn on_bus<T>(name: &str, size: FrameSize, opens: fn() -> Result<T>, body: impl FnOnce(Bus) + Send) {
    let _limit = limit();
    let opened = opens();
    let what = opened.as_ref().err().map_or_else(String::new, |error| format!("CAN ({error})"));
    if !need_of(name, opened.is_ok(), &what) {
        return;
    }
    let _ = in_own_network(|| {
        let bus = Bus::new("vcan0", size);
        let what =
            bus.as_ref().err().map_or_else(String::new, |error| format!("a virtual CAN bus ({error})"));
        if need_of(name, bus.is_ok(), &what) {
            body(bus.unwrap());
        }
    });
}
