//! What a routing socket of the BSDs and Apple's systems says of routes: the messages of route(4), as `NET_RT_DUMP` lists
//! them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Route;
use crate::addr::network::IpNet;

/// Where a system's messages differ from another's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The length of `rt_msghdr`, which the addresses follow.
    pub(crate) header: usize,
    /// What the length of each address is rounded up to.
    pub(crate) align: usize,
    /// `AF_INET6`.
    pub(crate) inet6: u8,
}

impl Layout {
    /// FreeBSD: 32 bytes, `rtm_inits` and 14 `rt_metrics`, all of these of the type `u_long`, to whose length `SA_SIZE`
    /// rounds.
    #[cfg(any(freebsd, test))]
    pub(crate) const fn freebsd(long: usize) -> Self {
        Self { header: 32 + 15 * long, align: long, inet6: 28 }
    }

    /// Apple's systems: 36 bytes, and 14 `rt_metrics` of 4; `ROUNDUP32`.
    #[cfg(any(apple, test))]
    pub(crate) const APPLE: Self = Self { header: 92, align: 4, inet6: 30 };
}

/// The head of a message: the same on these systems so far.
mod at {
    pub(super) const LENGTH: usize = 0;
    pub(super) const VERSION: usize = 2;
    pub(super) const TYPE: usize = 3;
    pub(super) const INDEX: usize = 4;
    pub(super) const FLAGS: usize = 8;
    pub(super) const ADDRESSES: usize = 12;
}

const RTM_VERSION: u8 = 5;
const RTM_GET: u8 = 4;

const RTF_GATEWAY: u32 = 0x2;
const RTF_HOST: u32 = 0x4;
/// `RTF_LLINFO`, a neighbour; `RTF_WASCLONED`, what was remembered of a network; `RTF_LOCAL`, `RTF_BROADCAST`, addresses
/// of the machine's own.
const NO_ROUTES: u32 = 0x400 | 0x2_0000 | 0x20_0000 | 0x40_0000;

/// The places of addresses in a message: a bit each, lower ones first.
const RTA_DST: u32 = 0;
const RTA_GATEWAY: u32 = 1;
const RTA_NETMASK: u32 = 2;

const AF_INET: u8 = 2;

/// Where the address is in a `sockaddr_in`, and in a `sockaddr_in6`.
const AT4: usize = 4;
const AT6: usize = 8;

/// Reads all messages that are whole; what is not understood is passed over.
pub(crate) fn routes(mut bytes: &[u8], layout: Layout) -> Vec<Route> {
    let mut found = Vec::new();
    while let Some(length) = u16_at(bytes, at::LENGTH).map(usize::from) {
        if length < layout.header || length > bytes.len() {
            break;
        }
        let (message, rest) = bytes.split_at(length);
        found.extend(route(message, layout));
        bytes = rest;
    }
    found
}

fn route(message: &[u8], layout: Layout) -> Option<Route> {
    let flags = u32_at(message, at::FLAGS)?;
    if message[at::VERSION] != RTM_VERSION || message[at::TYPE] != RTM_GET || flags & NO_ROUTES != 0 {
        return None;
    }
    let places = u32_at(message, at::ADDRESSES)?;
    let body = message.get(layout.header..)?;
    let ip = |place| ip_of(address(body, places, place, layout.align)?, layout.inet6);
    let to = ip(RTA_DST)?;
    let whole = if to.is_ipv4() { 32 } else { 128 };
    let prefix = match address(body, places, RTA_NETMASK, layout.align) {
        Some(mask) if flags & RTF_HOST == 0 => prefix_of(mask, to.is_ipv4()),
        None if flags & RTF_HOST == 0 && to.is_unspecified() => 0,
        _ => whole,
    };
    Some(Route {
        destination: IpNet::new(to, prefix).ok()?.trunc(),
        gateway: ip(RTA_GATEWAY).filter(|_| flags & RTF_GATEWAY != 0),
        interface: u16_at(message, at::INDEX).filter(|index| *index != 0).map(u32::from),
        source: None,
        metric: 0,
        table: 0,
    })
}

/// Finds the address in this place. One without a length takes room all the same: so a mask without a bit is written.
fn address(mut body: &[u8], places: u32, place: u32, align: usize) -> Option<&[u8]> {
    if places & (1 << place) == 0 {
        return None;
    }
    for _ in 0..(places & ((1 << place) - 1)).count_ones() {
        let length = usize::from(*body.first()?).max(1).next_multiple_of(align);
        body = body.get(length..)?;
    }
    body.get(..usize::from(*body.first()?))
}

/// Reads the address of a `sockaddr_in` or `sockaddr_in6`, whose first byte is its length and whose second is its family.
pub(crate) fn ip_of(bytes: &[u8], inet6: u8) -> Option<IpAddr> {
    match *bytes.get(1)? {
        AF_INET => {
            let v4: [u8; 4] = bytes.get(AT4..AT4 + 4)?.try_into().ok()?;
            Some(Ipv4Addr::from(v4).into())
        }
        family if family == inet6 => {
            let mut v6: [u8; 16] = bytes.get(AT6..AT6 + 16)?.try_into().ok()?;
            // Some kernels leave the index of the interface in an address whose scope is no more than the link.
            if matches!(v6, [0xfe, 0x80..=0xbf, ..]) || v6[0] == 0xff && matches!(v6[1] & 0xf, 1 | 2) {
                v6[2..4].fill(0);
            }
            Some(Ipv6Addr::from(v6).into())
        }
        _ => None,
    }
}

/// How many bits of a mask are set; one may be cut behind its last byte that is not zero, and have no family.
pub(crate) fn prefix_of(mask: &[u8], is_v4: bool) -> u8 {
    let (at, length) = if is_v4 { (AT4, 4) } else { (AT6, 16) };
    let bits = mask.iter().skip(at).take(length).map(|byte| byte.count_ones()).sum::<u32>();
    bits as u8
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LAYOUTS: [Layout; 3] = [Layout::APPLE, Layout::freebsd(8), Layout::freebsd(4)];
    const UP: u32 = 0x1;

    /// A message as the headers lay it out: `rt_msghdr`, then each address in the room that its length rounds up to.
    fn message(layout: Layout, index: u16, flags: u32, places: u32, addresses: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0; layout.header];
        bytes[2..4].copy_from_slice(&[5, 4]);
        bytes[4..6].copy_from_slice(&index.to_ne_bytes());
        bytes[8..12].copy_from_slice(&flags.to_ne_bytes());
        bytes[12..16].copy_from_slice(&places.to_ne_bytes());
        for address in addresses {
            bytes.extend(address);
            let room = usize::from(address[0]).max(1).next_multiple_of(layout.align);
            bytes.resize(bytes.len() - address.len() + room, 0);
        }
        let length = bytes.len() as u16;
        bytes[..2].copy_from_slice(&length.to_ne_bytes());
        bytes
    }

    fn inet(text: &str) -> Vec<u8> {
        let ip: Ipv4Addr = text.parse().unwrap();
        [&[16, 2, 0, 0][..], &ip.octets(), &[0; 8]].concat()
    }

    fn inet6(layout: Layout, text: &str) -> Vec<u8> {
        let ip: Ipv6Addr = text.parse().unwrap();
        [&[28, layout.inet6, 0, 0, 0, 0, 0, 0][..], &ip.octets(), &[0; 4]].concat()
    }

    /// A `sockaddr_dl` of an interface that has no name and no address: what stands for a gateway on the link.
    fn link(index: u16) -> Vec<u8> {
        let mut bytes = vec![0; 20];
        bytes[..2].copy_from_slice(&[20, 18]);
        bytes[2..4].copy_from_slice(&index.to_ne_bytes());
        bytes
    }

    fn told(bytes: &[u8], layout: Layout) -> Vec<String> {
        let line = |route: &Route| {
            let gateway = route.gateway().map_or("-".to_owned(), |gateway| gateway.to_string());
            format!("{} {gateway} {}", route.destination(), route.interface().unwrap_or(0))
        };
        routes(bytes, layout).iter().map(line).collect()
    }

    #[test]
    fn routes_of_both_families_are_read() {
        for layout in LAYOUTS {
            // The mask of the default route has no length; that of the network ends with its last bit.
            let cut = vec![7, 0, 0, 0, 255, 255, 255];
            let six_mask = [&[16, 0, 0, 0, 0, 0, 0, 0][..], &[0xff; 8]].concat();
            let bytes = [
                message(layout, 4, UP | RTF_GATEWAY, 0b111, &[inet("0.0.0.0"), inet("192.0.2.1"), vec![0]]),
                message(layout, 4, UP, 0b111, &[inet("192.0.2.0"), link(4), cut]),
                message(layout, 5, UP | RTF_HOST, 0b11, &[inet("198.51.100.9"), link(5)]),
                message(
                    layout,
                    4,
                    UP | RTF_GATEWAY,
                    0b111,
                    &[inet6(layout, "::"), inet6(layout, "fe80:4::1"), vec![0]],
                ),
                message(layout, 4, UP, 0b111, &[inet6(layout, "fe80:4::"), link(4), six_mask]),
                // Without a mask: the default route, for older systems.
                message(layout, 0, UP | RTF_GATEWAY, 0b11, &[inet("0.0.0.0"), inet("192.0.2.2")]),
            ];
            let expected = [
                "0.0.0.0/0 192.0.2.1 4",
                "192.0.2.0/24 - 4",
                "198.51.100.9/32 - 5",
                "::/0 fe80::1 4",
                "fe80::/64 - 4",
                "0.0.0.0/0 192.0.2.2 0",
            ];
            assert_eq!(told(&bytes.concat(), layout), expected, "{layout:?}");
        }
    }

    #[test]
    fn neighbours_and_addresses_of_the_machine_are_no_routes() {
        for layout in LAYOUTS {
            for flag in [0x400, 0x2_0000, 0x20_0000, 0x40_0000] {
                let addresses = [inet("192.0.2.7"), link(4)];
                let bytes = message(layout, 4, UP | RTF_HOST | flag, 0b11, &addresses);
                assert_eq!(told(&bytes, layout), [""; 0], "{flag:#x}");
            }
        }
    }

    #[test]
    fn what_is_cut_or_of_another_kind_is_passed_over() {
        for layout in LAYOUTS {
            let whole = message(layout, 4, UP, 0b111, &[inet("192.0.2.0"), link(4), inet("255.255.255.0")]);
            for length in 0..whole.len() {
                assert_eq!(told(&whole[..length], layout), [""; 0], "{length}");
            }
            let mut other = whole.clone();
            other[2] = 3;
            let mut elsewhere = message(layout, 4, UP, 0b1, &[vec![4, 99, 0, 0]]);
            elsewhere.extend(&whole);
            assert_eq!(told(&[other, elsewhere].concat(), layout), ["192.0.2.0/24 - 4"]);
            // Addresses that are said to be there, and are not.
            let short = message(layout, 4, UP, 0b111, &[inet("192.0.2.0")]);
            assert_eq!(told(&short, layout), ["192.0.2.0/32 - 4"]);
            let mut none = message(layout, 4, UP, 0b1, &[]);
            assert_eq!(told(&none, layout), [""; 0]);
            none[..2].fill(0);
            assert_eq!(told(&none, layout), [""; 0], "a length of nothing would have no end");
        }
    }

    #[test]
    fn the_zone_in_a_group_of_the_link_is_taken_out() {
        let ip = |text: &str| ip_of(&inet6(Layout::APPLE, text), Layout::APPLE.inet6).unwrap().to_string();
        assert_eq!(ip("ff02:4::fb"), "ff02::fb");
        assert_eq!(ip("ff01:4::1"), "ff01::1");
        assert_eq!(ip("ff05:4::1"), "ff05:4::1");
        assert_eq!(ip("2001:4::1"), "2001:4::1");
    }
}
