//! Where a packet was sent to, by which interface it came, and how it is to be treated.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{at, received_only, small};
use crate::option::{Form, Unfit};
use crate::sys::layout;

/// The destination of a packet of IPv4 and the interface that it came in on; sent, the source and the interface to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "in_pktinfo")]
pub struct Ipv4PacketInfo {
    /// The interface, by its index; zero lets the system choose.
    pub interface: u32,
    /// The address of this machine that the packet is for: of one to a group, that of the interface. Sent, the source, and
    /// 0.0.0.0 lets the system choose.
    ///
    /// NetBSD and Windows tell nothing but the destination.
    pub local: Ipv4Addr,
    /// The destination in the packet's header. Nothing looks at it when it is sent.
    pub destination: Ipv4Addr,
}

impl Ipv4PacketInfo {
    /// Makes one to be sent: the source address, and the interface by its index.
    #[must_use]
    pub const fn source(local: Ipv4Addr, interface: u32) -> Self {
        Self { interface, local, destination: Ipv4Addr::UNSPECIFIED }
    }

    /// Returns what an answer to the packet is to be sent with: from the address that it was for. The route is the system's
    /// to find.
    #[must_use]
    pub const fn reply(self) -> Self {
        let has_source = !self.local.is_multicast() && !self.local.is_broadcast();
        Self::source(if has_source { self.local } else { Ipv4Addr::UNSPECIFIED }, 0)
    }
}

const INDEX: usize = layout::PKTINFO[0];
const LOCAL: usize = layout::PKTINFO[1];
const DESTINATION: usize = layout::PKTINFO[2];
const SIZE: usize = layout::PKTINFO[3];

impl Form for Ipv4PacketInfo {
    type Value = Self;
    const SIZE: usize = SIZE;
    const TEXT: &'static str =
        "an address, and the index of an interface after a % if it matters: 192.0.2.1%3";

    #[inline]
    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            interface: u32::from_ne_bytes(at(bytes, INDEX)?),
            local: at::<4>(bytes, LOCAL)?.into(),
            destination: at::<4>(bytes, DESTINATION)?.into(),
        })
    }

    #[inline]
    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let mut bytes = [0; SIZE];
        bytes[DESTINATION..DESTINATION + 4].copy_from_slice(&value.destination.octets());
        bytes[LOCAL..LOCAL + 4].copy_from_slice(&value.local.octets());
        bytes[INDEX..INDEX + 4].copy_from_slice(&value.interface.to_ne_bytes());
        Ok(take(&bytes))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%{}", value.destination, value.interface)?;
        if value.local == value.destination { Ok(()) } else { write!(f, " for {}", value.local) }
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, interface) = text.split_once('%').unwrap_or((text, "0"));
        Some(Self::source(address.parse().ok()?, interface.parse().ok()?))
    }
}

/// The destination of a packet of IPv6 and the interface that it came in on; sent, the source and the interface to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "in6_pktinfo")]
pub struct Ipv6PacketInfo {
    /// The address: the destination of what was received, the source of what is sent. `::` lets the system choose.
    pub address: Ipv6Addr,
    /// The interface, by its index; zero lets the system choose.
    pub interface: u32,
}

impl Ipv6PacketInfo {
    /// Returns what an answer to the packet is to be sent with: from the address that it was for, and of one within a link
    /// by the interface that it came in on.
    #[must_use]
    pub const fn reply(self) -> Self {
        let is_of_link = self.address.is_unicast_link_local();
        Self {
            address: if self.address.is_multicast() { Ipv6Addr::UNSPECIFIED } else { self.address },
            interface: if is_of_link || self.address.is_multicast() { self.interface } else { 0 },
        }
    }
}

impl Form for Ipv6PacketInfo {
    type Value = Self;
    const SIZE: usize = 20;
    const TEXT: &'static str =
        "an address, and the index of an interface after a % if it matters: 2001:db8::1%3";

    #[inline]
    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self { address: at::<16>(bytes, 0)?.into(), interface: u32::from_ne_bytes(at(bytes, 16)?) })
    }

    #[inline]
    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&value.address.octets());
        bytes[16..].copy_from_slice(&value.interface.to_ne_bytes());
        Ok(take(&bytes))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%{}", value.address, value.interface)
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, interface) = text.split_once('%').unwrap_or((text, "0"));
        Some(Self { address: address.parse().ok()?, interface: interface.parse().ok()? })
    }
}

/// The interface that a datagram came in on, by its index.
#[derive(Clone, Copy, Debug)]
pub enum ArrivalInterface {}

impl Form for ArrivalInterface {
    type Value = u32;
    const SIZE: usize = 64;
    received_only!("the index of an interface");

    fn decode(bytes: &[u8]) -> Option<u32> {
        layout::decode_arrival(bytes)
    }

    fn write(value: &u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// What a packet says of congestion (RFC 3168).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Ecn {
    /// Its transport does not speak of congestion.
    NotCapable = 0,
    /// ECT(1): its transport does, and by RFC 9331 wants to hear at once.
    Capable1 = 1,
    /// ECT(0): its transport does.
    Capable0 = 2,
    /// It met with congestion.
    Congested = 3,
}

/// The type of service of IPv4, the traffic class of IPv6: six bits that say how a packet is to be treated (RFC 2474), and two
/// of congestion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "DSCP")]
pub struct TrafficClass(
    /// All eight bits.
    pub u8,
);

impl TrafficClass {
    /// Makes one of a codepoint, of which the lower six bits count, and a congestion mark.
    #[must_use]
    pub const fn new(codepoint: u8, ecn: Ecn) -> Self {
        Self(codepoint << 2 | ecn as u8)
    }

    /// Returns the codepoint of differentiated services, 0 to 63.
    #[must_use]
    pub const fn codepoint(self) -> u8 {
        self.0 >> 2
    }

    /// Returns the congestion mark.
    #[must_use]
    pub const fn ecn(self) -> Ecn {
        match self.0 & 3 {
            0 => Ecn::NotCapable,
            1 => Ecn::Capable1,
            2 => Ecn::Capable0,
            _ => Ecn::Congested,
        }
    }
}

/// Forms of a traffic class, which some systems take as a byte.
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident: $is_a_byte:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Form for $name {
            type Value = TrafficClass;
            const SIZE: usize = 4;
            const TEXT: &'static str = "a number from 0 to 255: four times the codepoint, and the congestion mark";

            #[inline]
            fn decode(bytes: &[u8]) -> Option<TrafficClass> {
                small(bytes).map(TrafficClass)
            }

            #[inline]
            fn encode<R>(value: &TrafficClass, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                Ok(if $is_a_byte { take(&[value.0]) } else { take(&i32::from(value.0).to_ne_bytes()) })
            }

            fn write(value: &TrafficClass, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", value.0)
            }

            fn parse(text: &str) -> Option<TrafficClass> {
                text.parse().ok().map(TrafficClass)
            }
        }
    )* };
}

classes! {
    /// The type of service of IPv4.
    Tos: layout::TOS_IS_A_BYTE;
    /// The traffic class of IPv6.
    Tclass: false;
}
