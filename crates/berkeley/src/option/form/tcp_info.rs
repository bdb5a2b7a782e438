//! What a TCP connection knows of itself.

use std::fmt;
use std::time::Duration;

use super::peer::read_only;
use super::{Form, Unfit, time};
use crate::sys::layout::{self, Field};

choices! {
    /// The state of a TCP connection (RFC 9293, 3.3.2).
    TcpState:
    /// Both sides may send.
    ESTABLISHED = layout::TCP_STATES[0], "established";
    /// The first segment was sent.
    SYN_SENT = layout::TCP_STATES[1], "syn-sent";
    /// The first segment was received and answered.
    SYN_RECEIVED = layout::TCP_STATES[2], "syn-received";
    /// This side has ended, and its end is not acknowledged.
    FIN_WAIT_1 = layout::TCP_STATES[3], "fin-wait-1";
    /// This side has ended, and its end is acknowledged.
    FIN_WAIT_2 = layout::TCP_STATES[4], "fin-wait-2";
    /// Both sides have ended; old segments may still come.
    TIME_WAIT = layout::TCP_STATES[5], "time-wait";
    /// There is no connection.
    CLOSED = layout::TCP_STATES[6], "closed";
    /// The peer has ended.
    CLOSE_WAIT = layout::TCP_STATES[7], "close-wait";
    /// The peer has ended, then this side, whose end is not acknowledged.
    LAST_ACK = layout::TCP_STATES[8], "last-ack";
    /// Connections are waited for.
    LISTEN = layout::TCP_STATES[9], "listen";
    /// Both sides have ended at once.
    CLOSING = layout::TCP_STATES[10], "closing";
}

flag_set! {
    /// What both sides of a TCP connection agreed on.
    TcpOptions:
    /// Time stamps (RFC 7323).
    TIMESTAMPS = 1, "timestamps";
    /// Selective acknowledgements (RFC 2018).
    SACK = 2, "sack";
    /// Scaled windows (RFC 7323).
    WINDOW_SCALE = 4, "window-scale";
    /// Congestion marks (RFC 3168).
    ECN = 8, "ecn";
    /// A congestion mark has been seen. Linux.
    ECN_SEEN = 16, "ecn-seen";
    /// Data in the first segment was acknowledged (RFC 7413). Linux.
    SYN_DATA = 32, "syn-data";
    /// Time stamps count microseconds. Linux 6.7.
    MICROSECONDS = 64, "microseconds";
}

/// What a field of a structure is in Rust.
trait Read: Sized {
    fn read(field: Field, bytes: &[u8]) -> Option<Self>;
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Read for u64 {
    fn read(field: Field, bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(field.at..field.at + field.width)?;
        let number = match *bytes {
            [byte] => u64::from(byte),
            [_, _] => u64::from(u16::from_ne_bytes(*bytes.first_chunk()?)),
            _ if bytes.len() == 4 => u64::from(u32::from_ne_bytes(*bytes.first_chunk()?)),
            _ => u64::from_ne_bytes(*bytes.first_chunk()?),
        };
        Some(number >> field.shift & field.mask)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Read for Duration {
    fn read(field: Field, bytes: &[u8]) -> Option<Self> {
        let count = u64::read(field, bytes)?;
        Some(Self::from_nanos(count.saturating_mul(field.nanoseconds)))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        time::write(*self, f)
    }
}

impl Read for TcpState {
    fn read(field: Field, bytes: &[u8]) -> Option<Self> {
        u64::read(field, bytes).map(|number| Self::from_raw(number as i32))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Read for TcpOptions {
    fn read(field: Field, bytes: &[u8]) -> Option<Self> {
        u64::read(field, bytes).map(|bits| Self::from_bits_retain(bits as u32))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Finds a field of this system's structure, when the program is compiled.
const fn field(name: &str) -> Option<Field> {
    let mut at = 0;
    while at < layout::TCP_INFO.len() {
        if layout::same(layout::TCP_INFO[at].name, name) {
            return Some(layout::TCP_INFO[at]);
        }
        at += 1;
    }
    None
}

macro_rules! tcp_info {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        /// What a TCP connection knows of itself: `struct tcp_info` of Linux and the BSDs, `struct tcp_connection_info` of
        /// Apple's systems.
        ///
        /// A field is `None` where the system, or a kernel this old, does not tell it. Counters count from the start of
        /// the connection; windows and buffers are in bytes, but the congestion window and the slow start threshold in
        /// segments on Linux.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct TcpInfo {
            $($(#[$doc])* pub $name: Option<$type>,)*
        }

        impl Form for TcpInfo {
            type Value = Self;
            const SIZE: usize = layout::TCP_INFO_SIZE;
            read_only!("what the system tells");

            fn decode(bytes: &[u8]) -> Option<Self> {
                Some(Self { $($name: {
                    const FIELD: Option<Field> = field(stringify!($name));
                    FIELD.and_then(|field| <$type as Read>::read(field, bytes))
                },)* })
            }

            fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut before = "";
                $(
                    if let Some(field) = &value.$name {
                        write!(f, concat!("{}", stringify!($name), "="), before)?;
                        Read::write(field, f)?;
                        before = " ";
                    }
                )*
                let _ = before;
                Ok(())
            }
        }

        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

tcp_info! {
    /// The state.
    state: TcpState;
    /// The state of the congestion control: 0 open, 1 disorder, 2 marked, 3 recovery, 4 loss.
    ca_state: u64;
    /// How often the oldest segment was sent again without success.
    retransmits: u64;
    /// How many probes are not answered.
    probes: u64;
    /// How often the time-out was doubled.
    backoff: u64;
    /// What both sides agreed on.
    options: TcpOptions;
    /// By how many bits the window of the peer is scaled.
    snd_wscale: u64;
    /// By how many bits the window here is scaled.
    rcv_wscale: u64;
    /// 1 if the program, and not the network, limited the measured rate.
    delivery_rate_app_limited: u64;
    /// Why data in the first segment did not go: 0 not known, 1 no cookie, 2 not acknowledged, 3 not answered.
    fastopen_client_fail: u64;
    /// How long an acknowledgement is waited for.
    rto: Duration;
    /// How long an acknowledgement is delayed.
    ato: Duration;
    /// The largest segment that is sent.
    snd_mss: u64;
    /// The largest segment that was received.
    rcv_mss: u64;
    /// Segments not acknowledged; of a listener, the connections that wait.
    unacked: u64;
    /// Segments acknowledged selectively; of a listener, the backlog.
    sacked: u64;
    /// Segments taken for lost.
    lost: u64;
    /// Segments sent again and not acknowledged.
    retrans: u64;
    /// Segments from the first not acknowledged to the last acknowledged selectively; obsolete.
    fackets: u64;
    /// The time since data was sent.
    last_data_sent: Duration;
    /// The time since an acknowledgement was sent; Linux does not count it.
    last_ack_sent: Duration;
    /// The time since data was received.
    last_data_recv: Duration;
    /// The time since an acknowledgement was received.
    last_ack_recv: Duration;
    /// The largest packet of the path.
    pmtu: u64;
    /// The threshold of the receive window.
    rcv_ssthresh: u64;
    /// The smoothed round-trip time.
    rtt: Duration;
    /// How much the round-trip time varies.
    rttvar: Duration;
    /// The slow start threshold.
    snd_ssthresh: u64;
    /// The congestion window.
    snd_cwnd: u64;
    /// The largest segment that was asked for.
    advmss: u64;
    /// By how many segments the network is taken to change their order.
    reordering: u64;
    /// The round-trip time as the receiver measures it.
    rcv_rtt: Duration;
    /// The room for what is received.
    rcv_space: u64;
    /// Segments sent again.
    total_retrans: u64;
    /// The rate at which data is sent, in bytes a second.
    pacing_rate: u64;
    /// The most that rate may be.
    max_pacing_rate: u64;
    /// Bytes acknowledged.
    bytes_acked: u64;
    /// Bytes received.
    bytes_received: u64;
    /// Segments sent.
    segs_out: u64;
    /// Segments received.
    segs_in: u64;
    /// Bytes not yet sent.
    notsent_bytes: u64;
    /// The least round-trip time.
    min_rtt: Duration;
    /// Segments with data received.
    data_segs_in: u64;
    /// Segments with data sent.
    data_segs_out: u64;
    /// The measured rate, in bytes a second.
    delivery_rate: u64;
    /// The time in which there was something to send.
    busy_time: Duration;
    /// The time in which the peer's window was the limit.
    rwnd_limited: Duration;
    /// The time in which the send buffer was the limit.
    sndbuf_limited: Duration;
    /// Segments delivered.
    delivered: u64;
    /// Segments delivered with congestion marks.
    delivered_ce: u64;
    /// Bytes sent, those sent again among them.
    bytes_sent: u64;
    /// Bytes sent again.
    bytes_retrans: u64;
    /// Segments that the peer said it had received twice.
    dsack_dups: u64;
    /// How often segments changed their order.
    reord_seen: u64;
    /// Segments received out of order.
    rcv_ooopack: u64;
    /// The window of the peer.
    snd_wnd: u64;
    /// The window here.
    rcv_wnd: u64;
    /// How often another path was tried.
    rehash: u64;
    /// How often an acknowledgement did not come in time.
    total_rto: u64;
    /// How often the connection recovered from that.
    total_rto_recoveries: u64;
    /// How long the recoveries took.
    total_rto_time: Duration;
    /// Segments received with congestion marks.
    received_ce: u64;
    /// The most recent round-trip time. Apple's systems.
    rtt_current: Duration;
    /// Bytes in the send buffer. Apple's systems.
    snd_sbbytes: u64;
    /// Bytes received out of order. Apple's systems.
    rcv_ooobytes: u64;
    /// The sequence number to be sent next. The BSDs.
    snd_nxt: u64;
    /// The sequence number to be received next. The BSDs.
    rcv_nxt: u64;
    /// How often a window of zero was sent. The BSDs.
    snd_zerowin: u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_system_has_a_name_here() {
        for field in layout::TCP_INFO {
            assert!(NAMES.contains(&field.name), "{}", field.name);
            assert!(TcpInfo::SIZE.checked_sub(field.at + field.width).is_some(), "{}", field.name);
        }
    }

    #[test]
    fn what_an_older_kernel_does_not_tell_is_none() {
        let full = TcpInfo::decode(&[0; TcpInfo::SIZE]);
        let none = TcpInfo::decode(&[]);
        assert_eq!(none, Some(TcpInfo::default()));
        assert_eq!(full == none, layout::TCP_INFO.is_empty());
    }
}
