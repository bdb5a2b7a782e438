//! The type and the protocol of a socket.

use std::fmt;

/// Numbers by which a type that this system lacks still has a name; no system uses them.
const ABSENT: i32 = 0x1_0000;

#[cfg(unix)]
use libc::{SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM};
#[cfg(windows)]
use windows_sys::Win32::Networking::WinSock::{SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_STREAM};

#[cfg(not(any(unix, windows)))]
const SOCK_STREAM: i32 = ABSENT + 1;
#[cfg(not(any(unix, windows)))]
const SOCK_DGRAM: i32 = ABSENT + 2;
#[cfg(not(any(unix, windows)))]
const SOCK_RAW: i32 = ABSENT + 3;
#[cfg(not(any(unix, windows)))]
const SOCK_SEQPACKET: i32 = ABSENT + 5;

#[cfg(any(linux_like, bsd, solarish))]
use libc::SOCK_RDM;
#[cfg(not(any(linux_like, bsd, solarish, windows)))]
const SOCK_RDM: i32 = ABSENT + 4;

#[cfg(linux_like)]
use libc::SOCK_DCCP;
#[cfg(not(linux_like))]
const SOCK_DCCP: i32 = ABSENT + 6;

macro_rules! names {
    ($type:ident: $($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        impl $type {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            const NAMES: &'static [(Self, &'static str)] = &[$((Self::$name, stringify!($name)),)*];

            /// Makes one from the number that the system uses.
            #[must_use]
            pub const fn from_raw(number: i32) -> Self {
                Self(number)
            }

            /// Returns the number that the system uses.
            #[must_use]
            pub const fn as_raw(self) -> i32 {
                self.0
            }

            /// Finds one by its name, whatever the case of its letters.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                Self::NAMES.iter().find(|row| row.1.eq_ignore_ascii_case(name)).map(|row| row.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match Self::NAMES.iter().find(|row| row.0 == *self) {
                    Some(row) => f.pad(row.1),
                    None => write!(f, "{}", self.0),
                }
            }
        }
    };
}

/// The type of a socket: C's `SOCK_STREAM` and its like.
///
/// The type says whether data is a stream of bytes or keeps its boundaries, and whether all of it arrives.
#[doc(alias = "SOCK_STREAM")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(i32);

names! { Kind:
    /// A stream of bytes: in order, complete, without boundaries.
    #[doc(alias = "SOCK_STREAM")]
    STREAM = SOCK_STREAM;
    /// Datagrams: boundaries kept, delivery and order not promised.
    #[doc(alias = "SOCK_DGRAM")]
    DGRAM = SOCK_DGRAM;
    /// Packets of a protocol below the transport; most systems want a privilege.
    #[doc(alias = "SOCK_RAW")]
    RAW = SOCK_RAW;
    /// Datagrams that all arrive, in any order.
    #[doc(alias = "SOCK_RDM")]
    RDM = SOCK_RDM;
    /// A connection that keeps boundaries: in order and complete.
    #[doc(alias = "SOCK_SEQPACKET")]
    SEQPACKET = SOCK_SEQPACKET;
    /// Datagram congestion control, RFC 4340: Linux up to 6.15.
    #[doc(alias = "SOCK_DCCP")]
    DCCP = SOCK_DCCP;
}

impl Kind {
    /// Returns `true` if this system has the type at all; a family may still lack it.
    #[must_use]
    pub const fn is_available(self) -> bool {
        self.0 < ABSENT
    }

    /// Returns `true` if a receive call gives one message, or the part of it that the buffer holds.
    #[must_use]
    pub const fn keeps_boundaries(self) -> bool {
        self.0 != SOCK_STREAM
    }
}

/// The protocol of a socket, a number within its family.
///
/// For IPv4 and IPv6 the numbers are IANA's. The number zero asks for the type's usual protocol.
///
/// # Examples
///
/// ```
/// use berkeley::Protocol;
///
/// assert_eq!(Protocol::UDP.as_raw(), 17);
/// assert_eq!(Protocol::DEFAULT.as_raw(), 0);
/// ```
#[doc(alias = "IPPROTO_TCP")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Protocol(i32);

names! { Protocol:
    /// The usual protocol of the family and type; for IP, `IPPROTO_IP`.
    #[doc(alias = "IPPROTO_IP")]
    DEFAULT = 0;
    /// Internet Control Message Protocol, RFC 792.
    #[doc(alias = "IPPROTO_ICMP")]
    ICMP = 1;
    /// Transmission Control Protocol, RFC 9293.
    #[doc(alias = "IPPROTO_TCP")]
    TCP = 6;
    /// User Datagram Protocol, RFC 768.
    #[doc(alias = "IPPROTO_UDP")]
    UDP = 17;
    /// IPv6 as the payload of IPv4, RFC 2473.
    #[doc(alias = "IPPROTO_IPV6")]
    IPV6 = 41;
    /// Internet Control Message Protocol for IPv6, RFC 4443.
    #[doc(alias = "IPPROTO_ICMPV6")]
    ICMPV6 = 58;
    /// Stream Control Transmission Protocol, RFC 9260.
    #[doc(alias = "IPPROTO_SCTP")]
    SCTP = 132;
    /// UDP-Lite, RFC 3828.
    #[doc(alias = "IPPROTO_UDPLITE")]
    UDPLITE = 136;
    /// Raw IP packets, header included.
    #[doc(alias = "IPPROTO_RAW")]
    RAW = 255;
    /// Multipath TCP, RFC 8684: Linux 5.6.
    #[doc(alias = "IPPROTO_MPTCP")]
    MPTCP = 262;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_name_or_else_the_number() {
        assert_eq!(format!("{:?} {:?}", Kind::STREAM, Kind::from_raw(77)), "STREAM 77");
        assert_eq!(format!("{:?} {:?}", Protocol::TCP, Protocol::from_raw(200)), "TCP 200");
        assert_eq!(Kind::by_name("seqpacket"), Some(Kind::SEQPACKET));
    }
}
