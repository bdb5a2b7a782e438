//! A network of a test's own with a virtual CAN bus in it, where the kernel has one: `ci/vm` has.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::time::Duration;

use berkeley::netlink::{self, MessageFlags, Request};
use berkeley::{CanAddress, CanSocket, NetlinkSocket, Result, SECOND, Zone};
use berkeley_testkit::{in_own_network, limit, need_of, soon};

/// The largest frame of an interface: of classic CAN, CAN FD, CAN XL.
pub const CLASSIC: u32 = 16;
pub const FD: u32 = 72;
pub const XL: u32 = 2060;

/// An interface of the test's network.
#[derive(Clone, Debug)]
pub struct Bus {
    pub name: &'static str,
    pub index: u32,
}

const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
const RTM_NEWQDISC: u16 = 36;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;
const IFF_UP: u32 = 1;

fn ask(request: &Request) -> Result<()> {
    NetlinkSocket::open(netlink::ROUTE)?.ask_by(request, SECOND * 10)?.finish()
}

/// Starts a request about an interface: `struct ifinfomsg`, with the flags that are to be set of those that change.
fn about(kind: u16, index: u32, flags: u32, changed: u32) -> Request {
    let (acknowledged, made) = (MessageFlags::ACK, MessageFlags::CREATE | MessageFlags::EXCL);
    let is_new = kind == RTM_NEWLINK && index == 0;
    let mut request = Request::new(kind, if is_new { acknowledged | made } else { acknowledged });
    request.structure(&[0, index, flags, changed].map(u32::to_ne_bytes).concat());
    request
}

impl Bus {
    /// Makes a virtual bus that carries frames of so many bytes.
    pub fn new(name: &'static str, mtu: u32) -> Result<Self> {
        let mut request = about(RTM_NEWLINK, 0, IFF_UP, IFF_UP);
        request.attribute(IFLA_IFNAME, format!("{name}\0").as_bytes())?;
        request.attribute(IFLA_MTU, &mtu.to_ne_bytes())?;
        request.nest(IFLA_LINKINFO, |link| link.attribute(IFLA_INFO_KIND, b"vcan\0").map(|_| ()))?;
        ask(&request)?;
        let index = berkeley::Interfaces::open()?.by_name(name)?.index();
        Ok(Self { name, index })
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

    pub fn down(&self) {
        ask(&about(RTM_NEWLINK, self.index, 0, IFF_UP)).unwrap();
    }

    pub fn remove(&self) {
        ask(&about(RTM_DELLINK, self.index, 0, 0)).unwrap();
    }

    /// Has it send so slowly that its queue holds one frame for that long: the queue netem(8) of linux/pkt_sched.h.
    pub fn slow_down(&self, delay: Duration) -> Result<()> {
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
        ask(&request)
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
pub fn on_bus<T>(name: &str, mtu: u32, opens: fn() -> Result<T>, body: impl FnOnce(Bus) + Send) {
    let _limit = limit();
    let opened = opens();
    let what = opened.as_ref().err().map_or_else(String::new, |error| format!("CAN ({error})"));
    if !need_of(name, opened.is_ok(), &what) {
        return;
    }
    let _ = in_own_network(|| {
        let bus = Bus::new("vcan0", mtu);
        let what =
            bus.as_ref().err().map_or_else(String::new, |error| format!("a virtual CAN bus ({error})"));
        if need_of(name, bus.is_ok(), &what) {
            body(bus.unwrap());
        }
    });
}
