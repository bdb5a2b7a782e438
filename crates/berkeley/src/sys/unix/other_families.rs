//! The addresses of families that only some of the Unix systems have.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "one signature for every family"
)]

#[cfg(any(linux_like, bsd))]
use std::mem::offset_of;

use super::RawAddress;
#[cfg(linux_like)]
use crate::addr::CanIds;
#[cfg(any(linux_like, bsd))]
use crate::addr::Zone;
use crate::addr::{Address, CanAddress, LinkAddress, NetlinkAddress, VsockAddress};
use crate::error::Errno;
use crate::sys::Result;
#[cfg(linux_like)]
use crate::sys::sockaddr::resolve;

pub(in crate::sys) fn encode(address: &Address) -> Result<RawAddress> {
    match address {
        Address::Can(can) => encode_can(can),
        Address::Vsock(vsock) => encode_vsock(vsock),
        Address::Link(link) => encode_link(link),
        Address::Netlink(netlink) => encode_netlink(netlink),
        _ => Err(Errno::AFNOSUPPORT),
    }
}

#[cfg(linux_like)]
pub(in crate::sys) fn decode(raw: &RawAddress) -> Option<Address> {
    match raw.family() {
        libc::AF_CAN => decode_can(raw).map(Address::Can),
        libc::AF_VSOCK => decode_vsock(raw).map(Address::Vsock),
        libc::AF_PACKET => decode_link(raw).map(Address::Link),
        libc::AF_NETLINK => decode_netlink(raw).map(Address::Netlink),
        _ => None,
    }
}

#[cfg(not(linux_like))]
pub(in crate::sys) fn decode(raw: &RawAddress) -> Option<Address> {
    match raw.family() {
        #[cfg(bsd)]
        libc::AF_LINK => decode_link(raw).map(Address::Link),
        #[cfg(apple)]
        libc::AF_VSOCK => decode_vsock(raw).map(Address::Vsock),
        #[cfg(freebsd)]
        AF_NETLINK => decode_netlink(raw).map(Address::Netlink),
        _ => None,
    }
}

/// The size of a sockaddr_can, which Android's headers lack.
#[cfg(linux_like)]
const CAN_SIZE: usize = 24;

/// sockaddr_can: family, index at 4, then the identifiers of a transport at 8.
#[cfg(linux_like)]
fn encode_can(can: &CanAddress) -> Result<RawAddress> {
    let mut raw = RawAddress::of(libc::AF_CAN, CAN_SIZE);
    raw.put(4, resolve(can.interface())?.to_ne_bytes());
    match can.ids() {
        CanIds::IsoTp { receive, transmit } => {
            raw.put(8, receive.to_ne_bytes());
            raw.put(12, transmit.to_ne_bytes());
        }
        CanIds::J1939 { name, pgn, address } => {
            raw.put(8, name.to_ne_bytes());
            raw.put(16, pgn.to_ne_bytes());
            raw.put(20, [address]);
        }
        _ => {}
    }
    Ok(raw)
}

/// Which identifiers there are shows in the length: those of J1939 reach to byte 21, of ISO-TP to byte 16.
#[cfg(linux_like)]
fn decode_can(raw: &RawAddress) -> Option<CanAddress> {
    let interface = Zone::index(u32::from_ne_bytes(raw.get(4)?));
    let ids = if let (Some(name), Some(pgn), Some([address])) = (raw.get(8), raw.get(16), raw.get(20)) {
        CanIds::J1939 { name: u64::from_ne_bytes(name), pgn: u32::from_ne_bytes(pgn), address }
    } else if let (Some(receive), Some(transmit)) = (raw.get(8), raw.get(12)) {
        CanIds::IsoTp { receive: u32::from_ne_bytes(receive), transmit: u32::from_ne_bytes(transmit) }
    } else {
        CanIds::None
    };
    let nothing = matches!(
        ids,
        CanIds::J1939 { name: 0, pgn: 0, address: 0 } | CanIds::IsoTp { receive: 0, transmit: 0 }
    );
    Some(CanAddress::new(interface).with_ids(if nothing { CanIds::None } else { ids }))
}

#[cfg(not(linux_like))]
fn encode_can(_: &CanAddress) -> Result<RawAddress> {
    Err(Errno::AFNOSUPPORT)
}

/// sockaddr_vm: port at 4, context at 8.
#[cfg(any(linux_like, apple))]
fn encode_vsock(vsock: &VsockAddress) -> Result<RawAddress> {
    let mut raw = RawAddress::of(libc::AF_VSOCK, size_of::<libc::sockaddr_vm>());
    raw.put(4, vsock.port().to_ne_bytes());
    raw.put(8, vsock.cid().to_ne_bytes());
    Ok(raw)
}

#[cfg(any(linux_like, apple))]
fn decode_vsock(raw: &RawAddress) -> Option<VsockAddress> {
    let port = u32::from_ne_bytes(raw.get(4)?);
    Some(VsockAddress::new(u32::from_ne_bytes(raw.get(8)?), port))
}

#[cfg(not(any(linux_like, apple)))]
fn encode_vsock(_: &VsockAddress) -> Result<RawAddress> {
    Err(Errno::AFNOSUPPORT)
}

/// sockaddr_ll: protocol at 2 in network order, index at 4, hardware type at 8, packet type at 10, then the
/// hardware address with its length. The system takes no address shorter than the structure.
#[cfg(linux_like)]
fn encode_link(link: &LinkAddress) -> Result<RawAddress> {
    let hardware = link.hardware_address();
    let length = size_of::<libc::sockaddr_ll>().max(12 + hardware.len());
    let mut raw = RawAddress::of(libc::AF_PACKET, length);
    raw.put(2, link.protocol().to_be_bytes());
    raw.put(4, resolve(link.interface())?.to_ne_bytes());
    raw.put(8, link.hardware_type().to_ne_bytes());
    raw.put(10, [link.packet_type(), hardware.len() as u8]);
    raw.put_slice(12, hardware);
    Ok(raw)
}

#[cfg(linux_like)]
fn decode_link(raw: &RawAddress) -> Option<LinkAddress> {
    let [packet_type, length] = raw.get(10)?;
    let hardware = raw.as_bytes().get(12..12 + usize::from(length))?;
    LinkAddress::new(Zone::index(u32::from_ne_bytes(raw.get(4)?)))
        .with_protocol(u16::from_be_bytes(raw.get(2)?))
        .with_hardware_type(u16::from_ne_bytes(raw.get(8)?))
        .with_packet_type(packet_type)
        .with_hardware_address(hardware)
        .ok()
}

/// sockaddr_dl: index at 2, type at 4, the lengths of the name, the address and the selector, then those three.
#[cfg(bsd)]
fn decode_link(raw: &RawAddress) -> Option<LinkAddress> {
    let [kind, name_length, length] = raw.get(4)?;
    let start = 8 + usize::from(name_length);
    let hardware = raw.as_bytes().get(start..start + usize::from(length))?;
    LinkAddress::new(Zone::index(u16::from_ne_bytes(raw.get(2)?).into()))
        .with_hardware_type(kind.into())
        .with_hardware_address(hardware)
        .ok()
}

/// The BSDs have such addresses to tell, and no sockets to bind to them.
#[cfg(not(linux_like))]
fn encode_link(_: &LinkAddress) -> Result<RawAddress> {
    Err(Errno::AFNOSUPPORT)
}

#[cfg(linux_like)]
use libc::AF_NETLINK;

/// Of FreeBSD 13.2 and later, <netlink/netlink.h>; libc does not have it.
#[cfg(freebsd)]
const AF_NETLINK: libc::c_int = 38;

/// sockaddr_nl: port at 4, groups at 8, and that is all, on Linux as on FreeBSD.
#[cfg(any(linux_like, freebsd))]
fn encode_netlink(netlink: &NetlinkAddress) -> Result<RawAddress> {
    let mut raw = RawAddress::of(AF_NETLINK, 12);
    raw.put(4, netlink.pid().to_ne_bytes());
    raw.put(8, netlink.groups().to_ne_bytes());
    Ok(raw)
}

#[cfg(any(linux_like, freebsd))]
fn decode_netlink(raw: &RawAddress) -> Option<NetlinkAddress> {
    let pid = u32::from_ne_bytes(raw.get(4)?);
    Some(NetlinkAddress::new(pid, u32::from_ne_bytes(raw.get(8)?)))
}

#[cfg(not(any(linux_like, freebsd)))]
fn encode_netlink(_: &NetlinkAddress) -> Result<RawAddress> {
    Err(Errno::AFNOSUPPORT)
}

// The positions that the code has as numbers, compared wherever this is compiled.
#[cfg(target_os = "linux")]
const _: () = {
    assert!(size_of::<libc::sockaddr_can>() == CAN_SIZE);
    assert!(offset_of!(libc::sockaddr_can, can_ifindex) == 4);
    assert!(offset_of!(libc::sockaddr_can, can_addr) == 8);
};

#[cfg(linux_like)]
const _: () = {
    assert!(offset_of!(libc::sockaddr_ll, sll_protocol) == 2);
    assert!(offset_of!(libc::sockaddr_ll, sll_ifindex) == 4);
    assert!(offset_of!(libc::sockaddr_ll, sll_hatype) == 8);
    assert!(offset_of!(libc::sockaddr_ll, sll_pkttype) == 10);
    assert!(offset_of!(libc::sockaddr_ll, sll_halen) == 11);
    assert!(offset_of!(libc::sockaddr_ll, sll_addr) == 12);
    assert!(offset_of!(libc::sockaddr_nl, nl_pid) == 4);
    assert!(offset_of!(libc::sockaddr_nl, nl_groups) == 8);
    assert!(size_of::<libc::sockaddr_nl>() == 12);
};

#[cfg(any(linux_like, apple))]
const _: () = {
    assert!(offset_of!(libc::sockaddr_vm, svm_port) == 4);
    assert!(offset_of!(libc::sockaddr_vm, svm_cid) == 8);
};

#[cfg(bsd)]
const _: () = {
    assert!(offset_of!(libc::sockaddr_dl, sdl_index) == 2);
    assert!(offset_of!(libc::sockaddr_dl, sdl_type) == 4);
    assert!(offset_of!(libc::sockaddr_dl, sdl_nlen) == 5);
    assert!(offset_of!(libc::sockaddr_dl, sdl_alen) == 6);
    assert!(offset_of!(libc::sockaddr_dl, sdl_data) == 8);
};
