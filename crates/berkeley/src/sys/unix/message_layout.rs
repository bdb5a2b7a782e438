//! How values of control messages lie in bytes, where systems differ.

// libc's time_t for musl is to grow; whatever it is, it is what timespec has.
#![cfg_attr(target_env = "musl", allow(deprecated))]

use std::time::Duration;

/// Where `struct in_pktinfo` has the index, the local address and the destination, and how long it is: FreeBSD, DragonFly
/// and OpenBSD have none.
pub(crate) const PKTINFO: [usize; 4] = if cfg!(target_os = "netbsd") { [4, 0, 0, 8] } else { [0, 4, 8, 12] };

#[cfg(any(linux_like, apple, solarish))]
const _: () = {
    use std::mem::offset_of;

    assert!(offset_of!(libc::in_pktinfo, ipi_ifindex) == PKTINFO[0]);
    assert!(offset_of!(libc::in_pktinfo, ipi_spec_dst) == PKTINFO[1]);
    assert!(offset_of!(libc::in_pktinfo, ipi_addr) == PKTINFO[2]);
    assert!(size_of::<libc::in_pktinfo>() == PKTINFO[3]);
};

#[cfg(target_os = "netbsd")]
const _: () = {
    use std::mem::offset_of;

    assert!(offset_of!(libc::in_pktinfo, ipi_ifindex) == PKTINFO[0]);
    assert!(offset_of!(libc::in_pktinfo, ipi_addr) == PKTINFO[2]);
    assert!(size_of::<libc::in_pktinfo>() == PKTINFO[3]);
};

/// Whether the type of service of IPv4 is sent as a byte: netinet/udp_usrreq.c of FreeBSD.
pub(crate) const TOS_IS_A_BYTE: bool = cfg!(any(freebsd, target_os = "netbsd"));

/// How many bytes the size of segments has: `UDP_SEGMENT` is an u16.
pub(crate) const SEGMENT_SIZE: usize = 2;

/// Reads the interface that `IP_RECVIF` tells: of a `struct sockaddr_dl`, its index.
#[cfg(bsd)]
pub(crate) fn decode_arrival(bytes: &[u8]) -> Option<u32> {
    bytes.get(2..4)?.first_chunk().map(|index| u16::from_ne_bytes(*index).into())
}

#[cfg(not(bsd))]
pub(crate) fn decode_arrival(bytes: &[u8]) -> Option<u32> {
    super::number(bytes, 0)
}

/// Reads a `struct timespec`; of Linux, with seconds of either size.
pub(crate) fn decode_timespec(bytes: &[u8]) -> Option<Duration> {
    let half = if cfg!(linux_like) { bytes.len() / 2 } else { size_of::<libc::time_t>() };
    let (seconds, rest) = bytes.split_at_checked(half)?;
    Duration::new(unsigned(seconds)?, 0).checked_add(Duration::from_nanos(unsigned(rest)?))
}

/// Reads a `struct timeval`; of Linux, with seconds of either size.
pub(crate) fn decode_timeval(bytes: &[u8]) -> Option<Duration> {
    let (half, width) = if cfg!(linux_like) {
        (bytes.len() / 2, bytes.len() / 2)
    } else {
        (size_of::<libc::time_t>(), size_of::<libc::suseconds_t>())
    };
    let (seconds, rest) = bytes.split_at_checked(half)?;
    Duration::new(unsigned(seconds)?, 0).checked_add(Duration::from_micros(unsigned(rest.get(..width)?)?))
}

fn unsigned(bytes: &[u8]) -> Option<u64> {
    match *bytes {
        [a, b, c, d] => i32::from_ne_bytes([a, b, c, d]).try_into().ok(),
        _ => i64::from_ne_bytes(bytes.try_into().ok()?).try_into().ok(),
    }
}

/// Reads the credentials that came with a message: `struct ucred` of Linux.
#[cfg(linux_like)]
pub(crate) fn decode_message_credentials(bytes: &[u8]) -> Option<super::Credentials> {
    super::decode_credentials(bytes)
}

/// As above: `struct sockcred2` of FreeBSD, which tells its version; the kinds without one are not asked for here.
#[cfg(freebsd)]
pub(crate) fn decode_message_credentials(bytes: &[u8]) -> Option<super::Credentials> {
    let at = |index: usize| super::number(bytes, index * 4);
    Some((Some(at(1)? as i32), at(3)?, at(5)?))
}

/// As above: `struct sockcred` of NetBSD.
#[cfg(target_os = "netbsd")]
pub(crate) fn decode_message_credentials(bytes: &[u8]) -> Option<super::Credentials> {
    let at = |index: usize| super::number(bytes, index * 4);
    Some((Some(at(0)? as i32), at(2)?, at(4)?))
}

#[cfg(not(any(linux_like, freebsd, target_os = "netbsd")))]
pub(crate) fn decode_message_credentials(_: &[u8]) -> Option<super::Credentials> {
    None
}
