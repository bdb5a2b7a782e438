//! The header of an IPv4 packet, RFC 791, as raw sockets give and take it.

use std::net::Ipv4Addr;

use crate::error::{Error, Operation, Result};
use crate::kind::Protocol;
use crate::sys::layout::RAW_IN_HOST_ORDER;

/// The bytes of a header without options.
const LEAST: usize = 20;

/// The header of an IPv4 packet, without its options.
///
/// # Examples
///
/// ```
/// use berkeley::Protocol;
/// use berkeley::raw::Ipv4Header;
/// use std::net::Ipv4Addr;
///
/// let header = Ipv4Header::new(Protocol::UDP, Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST);
/// let packet = header.to_packet(b"payload")?;
/// assert_eq!(packet.len(), 27);
/// let (parsed, payload) = Ipv4Header::parse(&packet).unwrap();
/// assert_eq!((parsed, payload), (header, &b"payload"[..]));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "iphdr")]
pub struct Ipv4Header {
    /// The traffic class, called type of service.
    pub traffic_class: u8,
    /// What fragments of one packet have in common; zero has the system choose.
    pub identification: u16,
    /// Whether the packet may not be sent in fragments.
    pub dont_fragment: bool,
    /// Over how many hops it may go.
    pub hop_limit: u8,
    /// What the payload is.
    pub protocol: Protocol,
    /// Whose packet it is; the unspecified address has the system choose.
    pub source: Ipv4Addr,
    /// Whose it is to be.
    pub destination: Ipv4Addr,
}

impl Ipv4Header {
    /// Makes a header: 64 hops, and everything else zero.
    #[must_use]
    pub const fn new(protocol: Protocol, source: Ipv4Addr, destination: Ipv4Addr) -> Self {
        Self {
            traffic_class: 0,
            identification: 0,
            dont_fragment: false,
            hop_limit: 64,
            protocol,
            source,
            destination,
        }
    }

    /// Reads the header of a packet that a raw socket has received; returns it and what follows it. `None` if no whole
    /// header of IPv4 is there.
    ///
    /// The length that the header tells is not looked at: systems differ in what they make of it, and what was received
    /// is one packet.
    #[must_use]
    pub fn parse(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (fixed, _) = packet.split_first_chunk::<LEAST>()?;
        let [version, traffic_class, _, _, id_0, id_1, fragment_0, fragment_1, hop_limit, protocol, ..] =
            *fixed;
        let length = usize::from(version & 0x0f) * 4;
        if version >> 4 != 4 || length < LEAST {
            return None;
        }
        let octets = |at: usize| Some(Ipv4Addr::from(*fixed.get(at..)?.first_chunk::<4>()?));
        let header = Self {
            traffic_class,
            identification: u16::from_be_bytes([id_0, id_1]),
            dont_fragment: number([fragment_0, fragment_1]) & 0x4000 != 0,
            hop_limit,
            protocol: Protocol::from_raw(protocol.into()),
            source: octets(12)?,
            destination: octets(16)?,
        };
        Some((header, packet.get(length..)?))
    }

    /// Returns the packet with this header and that payload, for a socket that is given headers. The system adds the
    /// checksum.
    ///
    /// # Errors
    ///
    /// A packet has at most 65535 bytes, and a protocol a number of 8 bits.
    pub fn to_packet(&self, payload: &[u8]) -> Result<Vec<u8>> {
        let Ok(length) = u16::try_from(LEAST + payload.len()) else {
            return Err(Error::invalid(Operation::Send, "a packet of IPv4 has at most 65535 bytes"));
        };
        let Ok(protocol) = u8::try_from(self.protocol.as_raw()) else {
            return Err(Error::invalid(Operation::Send, "a protocol in a header is a number of 8 bits"));
        };
        let mut packet = Vec::with_capacity(usize::from(length));
        packet.extend_from_slice(&[0x45, self.traffic_class]);
        packet.extend_from_slice(&bytes(length));
        packet.extend_from_slice(&self.identification.to_be_bytes());
        packet.extend_from_slice(&bytes(if self.dont_fragment { 0x4000 } else { 0 }));
        packet.extend_from_slice(&[self.hop_limit, protocol, 0, 0]);
        packet.extend_from_slice(&self.source.octets());
        packet.extend_from_slice(&self.destination.octets());
        packet.extend_from_slice(payload);
        Ok(packet)
    }
}

/// The two numbers of a header that some systems want in their own order.
fn bytes(number: u16) -> [u8; 2] {
    if RAW_IN_HOST_ORDER { number.to_ne_bytes() } else { number.to_be_bytes() }
}

fn number(bytes: [u8; 2]) -> u16 {
    if RAW_IN_HOST_ORDER { u16::from_ne_bytes(bytes) } else { u16::from_be_bytes(bytes) }
}
