//! Raw sockets over IPv4 and IPv6: packets of any protocol.
//!
//! # Platform notes
//!
//! - Everywhere: opening one needs a privilege, on Linux `CAP_NET_RAW`.
//! - The BSDs and Apple: TCP and UDP are not heard.
//! - Windows: TCP is not sent.

mod header;

use std::net::SocketAddr;

pub use self::header::Ipv4Header;
use crate::addr::{Family, ToAddress};
use crate::error::{Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::{IcmpTypes, icmp, icmpv6, ip, ipv6};
use crate::socket::{Addresses, Received, Role, SocketOf, Transfers, encode, role};
use crate::tcp::is_inet;

/// A raw socket over IPv4 or IPv6.
///
/// Addresses have the port zero. What is received over IPv4 begins with the packet's header, over IPv6 it does not.
///
/// # Examples
///
/// ```
/// use berkeley::raw::Ipv4Header;
/// use berkeley::{Family, Protocol, RawSocket};
///
/// // 253 is for experiments: RFC 3692.
/// let socket = match RawSocket::open(Family::INET, Protocol::from_raw(253)) {
///     Ok(socket) => socket,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// socket.send_to(b"payload", &"127.0.0.1:0".parse()?)?;
/// # if !cfg!(target_os = "linux") { return Ok(()); }
/// let mut buffer = [0; 128];
/// let received = socket.recv(&mut buffer)?;
/// let (header, payload) = Ipv4Header::parse(&buffer[..received.len()]).unwrap();
/// assert_eq!((header.protocol.as_raw(), payload), (253, &b"payload"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type RawSocket = SocketOf<Raw>;

role! {
    /// The role of a raw socket over IPv4 or IPv6.
    Raw: "RawSocket", SocketAddr, |family, kind, _| is_inet(family) && kind == Kind::RAW,
        [], "the descriptor is no raw socket over IPv4 or IPv6";
}

impl Transfers for Raw {
    type Received = Received;
}

impl Addresses for Raw {}

impl SocketOf<Raw> {
    /// Opens a socket for the packets of a protocol.
    ///
    /// With [`Protocol::RAW`] it only sends, and packets come with their headers.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied): the process lacks the privilege.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn open(family: Family, protocol: Protocol) -> Result<Self> {
        if !is_inet(family) {
            return Err(Error::invalid(
                Operation::Open,
                "raw sockets here are of the families INET and INET6",
            ));
        }
        Self::open_as(family, Kind::RAW, protocol, Raw)
    }

    /// Gives the socket a local address: it hears only what is sent there, and sends from there.
    ///
    /// # System call
    ///
    /// `bind(2)`.
    pub fn bind(&self, address: impl ToAddress) -> Result<()> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        self.bind_raw(&address, &raw)
    }

    /// Returns `true` if what is received begins with the packet's header.
    #[must_use]
    pub fn begins_with_header(&self) -> bool {
        self.family() == Family::INET
    }

    /// Returns whether packets are given with their headers.
    #[doc(alias = "IP_HDRINCL")]
    #[doc(alias = "IPV6_HDRINCL")]
    pub fn header_included(&self) -> Result<bool> {
        match self.family() {
            Family::INET6 => self.get(ipv6::HDRINCL),
            _ => self.get(ip::HDRINCL),
        }
    }

    /// Sets whether packets are given with their headers: [`Ipv4Header::to_packet`] makes such packets.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) over IPv6 elsewhere than on Linux and Windows.
    #[doc(alias = "IP_HDRINCL")]
    #[doc(alias = "IPV6_HDRINCL")]
    pub fn set_header_included(&self, on: bool) -> Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::HDRINCL, on),
            _ => self.set(ip::HDRINCL, on),
        }
    }

    /// Sets at which byte of a packet the system writes the checksum over addresses and packet, and reads it of what is
    /// received; `None` has it do neither.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid): checksums lie at even places. Over IPv4, and for ICMPv6, whose checksum is
    /// always the system's, it is unsupported or invalid.
    #[doc(alias = "IPV6_CHECKSUM")]
    pub fn set_checksum_at(&self, offset: Option<u16>) -> Result<()> {
        self.set(ipv6::CHECKSUM, offset.map_or(-1, i32::from))
    }

    /// Returns which messages a socket for ICMP or ICMPv6 does not hear.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) for other protocols and, over IPv4, elsewhere than on Linux.
    #[doc(alias = "ICMP_FILTER")]
    #[doc(alias = "ICMP6_FILTER")]
    pub fn filter(&self) -> Result<IcmpTypes> {
        filter(self)
    }

    /// Sets which messages a socket for ICMP or ICMPv6 does not hear.
    ///
    /// # Errors
    ///
    /// Those of [`filter`](Self::filter).
    #[doc(alias = "ICMP_FILTER")]
    #[doc(alias = "ICMP6_FILTER")]
    pub fn set_filter(&self, deaf_to: IcmpTypes) -> Result<()> {
        set_filter(self, deaf_to)
    }
}

pub(crate) fn filter<R: Role>(socket: &SocketOf<R>) -> Result<IcmpTypes> {
    match socket.family() {
        Family::INET6 => socket.get(icmpv6::FILTER),
        _ => socket.get(icmp::FILTER),
    }
}

pub(crate) fn set_filter<R: Role>(socket: &SocketOf<R>, deaf_to: IcmpTypes) -> Result<()> {
    match socket.family() {
        Family::INET6 => socket.set(icmpv6::FILTER, deaf_to),
        _ => socket.set(icmp::FILTER, deaf_to),
    }
}
