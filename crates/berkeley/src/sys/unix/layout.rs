//! How values of options lie in bytes, where systems differ.

use std::mem::offset_of;

pub(crate) use crate::sys::number::{Field, same};

/// Whether the options of multicast that are a number or a switch take a byte: OpenBSD takes nothing else.
pub(crate) const SMALL_IS_A_BYTE: bool = cfg!(target_os = "openbsd");

/// Whether `IPV6_UNICAST_IF` takes the index in network order.
pub(crate) const UNICAST6_IN_NETWORK_ORDER: bool = true;

/// Whether memberships of IPv4 have a place for an index: `struct ip_mreqn`.
pub(crate) const HAS_MREQN: bool =
    cfg!(any(linux_like, apple, freebsd, target_os = "dragonfly", target_os = "openbsd"));

/// Whether `struct ip_mreq_source` has the source after the interface: on Linux alone.
pub(crate) const SOURCE_IS_LAST: bool = cfg!(linux_like);

pub(crate) const STORAGE_SIZE: usize = size_of::<libc::sockaddr_storage>();

/// Where `struct group_req` has its address, which Apple's headers pack to four bytes.
pub(crate) const GROUP_AT: usize = if cfg!(apple) { 4 } else { align_of::<(u32, libc::sockaddr_storage)>() };

const _: () = assert!(offset_of!(libc::ipv6_mreq, ipv6mr_interface) == 16);

#[cfg(linux_like)]
const _: () = {
    assert!(offset_of!(libc::ip_mreqn, imr_address) == 4);
    assert!(offset_of!(libc::ip_mreqn, imr_ifindex) == 8);
};

#[cfg(any(linux_like, apple, freebsd))]
const _: () = assert!((offset_of!(libc::ip_mreq_source, imr_sourceaddr) == 8) == SOURCE_IS_LAST);

/// dont, want, do, probe, interface, omit: linux/in.h.
pub(crate) const MTU_DISCOVER: [i32; 6] = [0, 1, 2, 3, 4, 5];

/// What the credentials of a peer are: process, user, group.
type Credentials = (Option<i32>, u32, u32);

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().map(|number| u32::from_ne_bytes(*number))
}

/// `struct ucred`: process, user, group.
#[cfg(linux_like)]
pub(crate) const CREDENTIALS_SIZE: usize = size_of::<libc::ucred>();
#[cfg(linux_like)]
pub(crate) fn decode_credentials(bytes: &[u8]) -> Option<Credentials> {
    Some((Some(number(bytes, 0)? as i32), number(bytes, 4)?, number(bytes, 8)?))
}

/// `struct sockpeercred` of OpenBSD: user, group, process.
#[cfg(target_os = "openbsd")]
pub(crate) const CREDENTIALS_SIZE: usize = 12;
#[cfg(target_os = "openbsd")]
pub(crate) fn decode_credentials(bytes: &[u8]) -> Option<Credentials> {
    Some((Some(number(bytes, 8)? as i32), number(bytes, 0)?, number(bytes, 4)?))
}

/// `struct unpcbid` of NetBSD: process, user, group.
#[cfg(target_os = "netbsd")]
pub(crate) const CREDENTIALS_SIZE: usize = 12;
#[cfg(target_os = "netbsd")]
pub(crate) fn decode_credentials(bytes: &[u8]) -> Option<Credentials> {
    Some((Some(number(bytes, 0)? as i32), number(bytes, 4)?, number(bytes, 8)?))
}

/// `struct xucred`: version, user, how many groups, groups of which the first is the effective one, and on FreeBSD the
/// process.
#[cfg(any(apple, freebsd, target_os = "dragonfly"))]
pub(crate) const CREDENTIALS_SIZE: usize = size_of::<libc::xucred>();
#[cfg(any(apple, freebsd, target_os = "dragonfly"))]
pub(crate) fn decode_credentials(bytes: &[u8]) -> Option<Credentials> {
    const UID: usize = offset_of!(libc::xucred, cr_uid);
    const GROUPS: usize = offset_of!(libc::xucred, cr_groups);
    let pid =
        if cfg!(freebsd) { number(bytes, (GROUPS + 64).next_multiple_of(align_of::<usize>())) } else { None };
    Some((pid.map(|pid| pid as i32), number(bytes, UID)?, number(bytes, GROUPS)?))
}

#[cfg(solarish)]
pub(crate) const CREDENTIALS_SIZE: usize = 0;
#[cfg(solarish)]
pub(crate) fn decode_credentials(_: &[u8]) -> Option<Credentials> {
    None
}

/// established, syn-sent, syn-received, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, last-ack, listen, closing:
/// linux/tcp.h.
#[cfg(linux_like)]
pub(crate) const TCP_STATES: [i32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/// As above: netinet/tcp_fsm.h.
#[cfg(not(linux_like))]
pub(crate) const TCP_STATES: [i32; 11] = [4, 2, 3, 6, 9, 10, 0, 5, 8, 1, 7];

#[path = "tcp_info.rs"]
mod tcp_info;

pub(crate) use self::tcp_info::{TCP_INFO, TCP_INFO_SIZE};

/// Whether a raw socket gives and takes the length and the fragment's place of an IPv4 header in the machine's order:
/// ip(4) of those systems, and of FreeBSD before 11.
pub(crate) const RAW_IN_HOST_ORDER: bool = cfg!(any(apple, target_os = "netbsd", target_os = "dragonfly"));

#[path = "message_layout.rs"]
mod message;

pub(crate) use self::message::*;
