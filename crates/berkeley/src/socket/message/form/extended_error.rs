//! Errors from the error queue: `struct sock_extended_err`, ip(7).

use std::fmt;
use std::net::SocketAddr;

use super::{at, received_only};
use crate::error::Errno;
use crate::option::Form;
use crate::sys::Sockaddr;
use crate::sys::address::RawAddress;

/// Where an error of the queue comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "SO_EE_ORIGIN_ICMP")]
pub enum Origin {
    /// Nowhere: the kernel says nothing of it.
    None,
    /// This machine.
    Local,
    /// An ICMP message.
    Icmp,
    /// An ICMPv6 message.
    Icmpv6,
    /// No error: what was sent has a time stamp.
    Timestamping,
    /// No error: memory that was sent from is free again.
    ZeroCopy,
    /// What was to be sent at a time was not sent.
    SendTime,
    /// Something that a newer kernel has.
    Other(u8),
}

const ORIGINS: [Origin; 7] = [
    Origin::None,
    Origin::Local,
    Origin::Icmp,
    Origin::Icmpv6,
    Origin::Timestamping,
    Origin::ZeroCopy,
    Origin::SendTime,
];

/// An error that the kernel kept with the packet that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "sock_extended_err")]
pub struct ExtendedError {
    /// The error that a call on a connected socket would give.
    pub errno: Errno,
    /// Where it comes from.
    pub origin: Origin,
    /// The type of the ICMP message.
    pub kind: u8,
    /// The code of the ICMP message.
    pub code: u8,
    /// What more there is, by origin and type: see [`mtu`](Self::mtu).
    pub info: u32,
    /// As `info`.
    pub data: u32,
    /// Who sent the ICMP message; the port is zero.
    pub offender: Option<SocketAddr>,
}

impl ExtendedError {
    /// Returns type and code of the ICMP or ICMPv6 message that the error comes from.
    #[must_use]
    pub fn icmp(&self) -> Option<(u8, u8)> {
        matches!(self.origin, Origin::Icmp | Origin::Icmpv6).then_some((self.kind, self.code))
    }

    /// Returns the largest packet that the path takes, in bytes, if the packet was too large for it.
    #[must_use]
    pub fn mtu(&self) -> Option<u32> {
        let tells = matches!(self.origin, Origin::Local | Origin::Icmp | Origin::Icmpv6);
        (tells && self.errno == Errno::MSGSIZE).then_some(self.info)
    }
}

/// What comes before the offender's address.
const HEAD: usize = 16;

impl Form for ExtendedError {
    type Value = Self;
    const SIZE: usize = HEAD + 28;
    received_only!("an error");

    fn decode(bytes: &[u8]) -> Option<Self> {
        let [origin, kind, code, _] = at(bytes, 4)?;
        let known = ORIGINS.get(usize::from(origin)).copied();
        Some(Self {
            errno: Errno::from_raw(i32::from_ne_bytes(at(bytes, 0)?)),
            origin: known.unwrap_or(Origin::Other(origin)),
            kind,
            code,
            info: u32::from_ne_bytes(at(bytes, 8)?),
            data: u32::from_ne_bytes(at(bytes, 12)?),
            offender: bytes
                .get(HEAD..)
                .and_then(|address| SocketAddr::decode(&RawAddress::from_bytes(address))),
        })
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { errno, origin, kind, code, info, data, offender } = value;
        write!(f, "{errno} {origin:?} type={kind} code={code} info={info} data={data}")?;
        match offender {
            Some(offender) => write!(f, " from {}", offender.ip()),
            None => Ok(()),
        }
    }
}
