//! How values of options lie in bytes, where systems differ.

use std::mem::offset_of;

use super::ws;
pub(crate) use crate::sys::number::{Field, same};

/// Whether the options of multicast that are a number or a switch take a byte.
pub(crate) const SMALL_IS_A_BYTE: bool = false;

/// Whether `IPV6_UNICAST_IF` takes the index in network order.
pub(crate) const UNICAST6_IN_NETWORK_ORDER: bool = false;

/// Whether memberships of IPv4 have a place for an index.
pub(crate) const HAS_MREQN: bool = false;

/// Whether `IP_MREQ_SOURCE` has the source after the interface.
pub(crate) const SOURCE_IS_LAST: bool = false;

pub(crate) const STORAGE_SIZE: usize = size_of::<ws::SOCKADDR_STORAGE>();

/// Where `GROUP_REQ` has its address.
pub(crate) const GROUP_AT: usize = offset_of!(ws::GROUP_REQ, gr_group);

const _: () = {
    assert!(offset_of!(ws::IP_MREQ_SOURCE, imr_sourceaddr) == 4);
    assert!(offset_of!(ws::IPV6_MREQ, ipv6mr_interface) == 16);
};

/// dont, want, do, probe, interface, omit: `PMTUD_STATE`, which calls the second "not set" and lacks the last two.
pub(crate) const MTU_DISCOVER: [i32; 6] = [
    ws::IP_PMTUDISC_DONT,
    ws::IP_PMTUDISC_NOT_SET,
    ws::IP_PMTUDISC_DO,
    ws::IP_PMTUDISC_PROBE,
    i32::MIN,
    i32::MIN + 1,
];

/// No option tells who the peer is.
pub(crate) const CREDENTIALS_SIZE: usize = 0;

pub(crate) fn decode_credentials(_: &[u8]) -> Option<(Option<i32>, u32, u32)> {
    None
}

/// established, syn-sent, syn-received, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, last-ack, listen, closing:
/// `TCPSTATE`.
pub(crate) const TCP_STATES: [i32; 11] = [4, 2, 3, 6, 9, 10, 0, 5, 8, 1, 7];

/// `TCP_INFO_v1`, which a request tells and no option: the name here, the one there, and the nanoseconds of the unit of a
/// time.
macro_rules! fields {
    ($($name:ident $theirs:ident $width:literal $(* $nanoseconds:literal)?,)*) => {
        &[$(Field {
            name: stringify!($name),
            at: offset_of!(ws::TCP_INFO_v1, $theirs),
            width: $width,
            nanoseconds: [$($nanoseconds,)? 1][0],
            shift: 0,
            mask: u64::MAX,
        }),*]
    };
}

pub(crate) const TCP_INFO_SIZE: usize = size_of::<ws::TCP_INFO_v1>();
pub(crate) const TCP_INFO: &[Field] = fields! {
    state State 4, options TimestampsEnabled 1, snd_mss Mss 4, rtt RttUs 4 * 1000, min_rtt MinRttUs 4 * 1000,
    snd_cwnd Cwnd 4, snd_wnd SndWnd 4, rcv_wnd RcvWnd 4, bytes_sent BytesOut 8, bytes_received BytesIn 8,
    bytes_retrans BytesRetrans 4, total_rto TimeoutEpisodes 4, rwnd_limited SndLimTimeRwin 4 * 1_000_000,
    sndbuf_limited SndLimTimeSnd 4 * 1_000_000,
};

/// Whether a raw socket gives and takes two numbers of an IPv4 header in the machine's order.
pub(crate) const RAW_IN_HOST_ORDER: bool = false;

/// Where `IN_PKTINFO` has the index, the local address and the destination, and how long it is.
pub(crate) const PKTINFO: [usize; 4] = [4, 0, 0, 8];

/// Whether the type of service of IPv4 is sent as a byte.
pub(crate) const TOS_IS_A_BYTE: bool = false;

/// How many bytes the size of segments has.
pub(crate) const SEGMENT_SIZE: usize = 4;

pub(crate) fn decode_arrival(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|index| u32::from_ne_bytes(*index))
}

pub(crate) fn decode_timespec(_: &[u8]) -> Option<std::time::Duration> {
    None
}

pub(crate) fn decode_timeval(_: &[u8]) -> Option<std::time::Duration> {
    None
}

pub(crate) fn decode_message_credentials(_: &[u8]) -> Option<(Option<i32>, u32, u32)> {
    None
}

const _: () = {
    assert!(offset_of!(ws::IN_PKTINFO, ipi_ifindex) == PKTINFO[0]);
    assert!(offset_of!(ws::IN_PKTINFO, ipi_addr) == PKTINFO[2]);
    assert!(size_of::<ws::IN_PKTINFO>() == PKTINFO[3]);
    assert!(offset_of!(ws::IN6_PKTINFO, ipi6_ifindex) == 16);
};
