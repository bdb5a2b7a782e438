//! Where the fields of `struct tcp_info` are.

use crate::sys::number::Field;

/// Writes a table: the name, its place and its width, and the nanoseconds of its unit if it is a time.
#[cfg(not(any(solarish, target_os = "dragonfly")))]
macro_rules! fields {
    ($($name:ident $at:literal $width:literal $(* $nanoseconds:literal)? $(>> $shift:tt & $mask:tt)?,)*) => {
        &[$(Field {
            name: stringify!($name),
            at: $at,
            width: $width,
            nanoseconds: fields!(@ $($nanoseconds)? | 1),
            shift: fields!(@ $($shift)? | 0),
            mask: fields!(@ $($mask)? | 0xffff_ffff_ffff_ffff),
        }),*]
    };
    (@ $value:tt | $default:literal) => { $value };
    (@ | $default:literal) => { $default };
}

/// Fields of bits begin at the low end of a byte, or on a big-endian processor at the high end.
#[cfg(any(linux_like, freebsd, target_os = "netbsd"))]
const BIG: bool = cfg!(target_endian = "big");
#[cfg(any(linux_like, freebsd, target_os = "netbsd"))]
const FIRST_HALF: u32 = if BIG { 4 } else { 0 };
#[cfg(any(linux_like, freebsd, target_os = "netbsd"))]
const SECOND_HALF: u32 = if BIG { 0 } else { 4 };
#[cfg(linux_like)]
const FIRST_BIT: u32 = if BIG { 7 } else { 0 };
#[cfg(linux_like)]
const NEXT_TWO_BITS: u32 = if BIG { 5 } else { 1 };

/// linux/tcp.h of Linux 7.2; older kernels tell a shorter front of it.
#[cfg(linux_like)]
pub(crate) const TCP_INFO_SIZE: usize = 280;
#[cfg(linux_like)]
pub(crate) const TCP_INFO: &[Field] = fields! {
    state 0 1, ca_state 1 1, retransmits 2 1, probes 3 1, backoff 4 1, options 5 1,
    snd_wscale 6 1 >> FIRST_HALF & 15, rcv_wscale 6 1 >> SECOND_HALF & 15,
    delivery_rate_app_limited 7 1 >> FIRST_BIT & 1, fastopen_client_fail 7 1 >> NEXT_TWO_BITS & 3, rto 8 4 * 1000, ato 12 4 * 1000,
    snd_mss 16 4, rcv_mss 20 4, unacked 24 4, sacked 28 4, lost 32 4, retrans 36 4, fackets 40 4,
    last_data_sent 44 4 * 1_000_000, last_ack_sent 48 4 * 1_000_000, last_data_recv 52 4 * 1_000_000,
    last_ack_recv 56 4 * 1_000_000, pmtu 60 4, rcv_ssthresh 64 4, rtt 68 4 * 1000, rttvar 72 4 * 1000,
    snd_ssthresh 76 4, snd_cwnd 80 4, advmss 84 4, reordering 88 4, rcv_rtt 92 4 * 1000, rcv_space 96 4,
    total_retrans 100 4, pacing_rate 104 8, max_pacing_rate 112 8, bytes_acked 120 8, bytes_received 128 8,
    segs_out 136 4, segs_in 140 4, notsent_bytes 144 4, min_rtt 148 4 * 1000, data_segs_in 152 4, data_segs_out 156 4,
    delivery_rate 160 8, busy_time 168 8 * 1000, rwnd_limited 176 8 * 1000, sndbuf_limited 184 8 * 1000,
    delivered 192 4, delivered_ce 196 4, bytes_sent 200 8, bytes_retrans 208 8, dsack_dups 216 4, reord_seen 220 4,
    rcv_ooopack 224 4, snd_wnd 228 4, rcv_wnd 232 4, rehash 236 4, total_rto 240 2, total_rto_recoveries 242 2,
    total_rto_time 244 4 * 1_000_000, received_ce 248 4,
};

/// netinet/tcp.h of FreeBSD 14, NetBSD 10 and OpenBSD 7, whose first part is alike. Members that they never set are left
/// out.
#[cfg(any(freebsd, target_os = "netbsd", target_os = "openbsd"))]
pub(crate) const TCP_INFO_SIZE: usize = 400;
#[cfg(any(freebsd, target_os = "netbsd"))]
pub(crate) const TCP_INFO: &[Field] = fields! {
    state 0 1, options 5 1, snd_wscale 6 1 >> FIRST_HALF & 15, rcv_wscale 6 1 >> SECOND_HALF & 15, rto 8 4 * 1000,
    snd_mss 16 4, rcv_mss 20 4, last_data_recv 52 4 * 1000, rtt 68 4 * 1000,
    rttvar 72 4 * 1000, snd_ssthresh 76 4, snd_cwnd 80 4, rcv_space 96 4, snd_wnd 100 4, snd_nxt 108 4, rcv_nxt 112 4,
    total_retrans 120 4, rcv_ooopack 124 4, snd_zerowin 128 4,
};
#[cfg(target_os = "openbsd")]
pub(crate) const TCP_INFO: &[Field] = fields! {
    state 0 1, options 5 1, snd_wscale 6 1, rcv_wscale 7 1, rto 8 4 * 1000, snd_mss 16 4, rcv_mss 20 4,
    last_data_sent 44 4 * 1000, last_ack_sent 48 4 * 1000, last_data_recv 52 4 * 1000, last_ack_recv 56 4 * 1000,
    rtt 68 4 * 1000, rttvar 72 4 * 1000, snd_ssthresh 76 4, snd_cwnd 80 4, rcv_space 96 4, snd_wnd 100 4,
    snd_nxt 104 4, rcv_nxt 108 4, total_retrans 116 4, rcv_ooopack 120 4, snd_zerowin 124 4, min_rtt 128 4 * 1000,
};

/// `struct tcp_connection_info` of netinet/tcp.h of macOS 15.
#[cfg(apple)]
pub(crate) const TCP_INFO_SIZE: usize = 112;
#[cfg(apple)]
pub(crate) const TCP_INFO: &[Field] = fields! {
    state 0 1, snd_wscale 1 1, rcv_wscale 2 1, options 4 4, rto 12 4 * 1_000_000, snd_mss 16 4, snd_ssthresh 20 4,
    snd_cwnd 24 4, snd_wnd 28 4, snd_sbbytes 32 4, rcv_wnd 36 4, rtt_current 40 4 * 1_000_000, rtt 44 4 * 1_000_000,
    rttvar 48 4 * 1_000_000, segs_out 56 8, bytes_sent 64 8, bytes_retrans 72 8, segs_in 80 8, bytes_received 88 8,
    rcv_ooobytes 96 8, total_retrans 104 8,
};

#[cfg(any(solarish, target_os = "dragonfly"))]
pub(crate) const TCP_INFO_SIZE: usize = 0;
#[cfg(any(solarish, target_os = "dragonfly"))]
pub(crate) const TCP_INFO: &[Field] = &[];
