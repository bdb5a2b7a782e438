//! Packet sockets: the frames of an interface, below IP.
//!
//! # Platform notes
//!
//! - Linux: all of it, with `CAP_NET_RAW`. Elsewhere opening is unsupported.

use crate::addr::{Address, Family, LinkAddress, Zone};
use crate::error::{Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::{PacketFanout, PacketMembership, PacketMembershipKind, PacketStatistics, packet};
use crate::socket::{Addresses, Received, SocketOf, Transfers, encode, role};

/// A packet socket.
///
/// # Examples
///
/// ```
/// use berkeley::packet::{self, PacketKind, PacketType};
/// use berkeley::{PacketSocket, Zone};
///
/// let socket = match PacketSocket::bind(PacketKind::Raw, Zone::name("lo")?, packet::ALL) {
///     Ok(socket) => socket,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// let mut frame = [0; 2048];
/// while let Some((received, from)) = socket.now().recv_from(&mut frame)? {
///     println!("{:?} {:04x} {} bytes", PacketType::of(&from), from.protocol(), received.len());
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type PacketSocket = SocketOf<Packet>;

role! {
    /// The role of a packet socket.
    Packet: "PacketSocket", LinkAddress,
        |family, kind, _| family == Family::PACKET && (kind == Kind::RAW || kind == Kind::DGRAM),
        [], "the descriptor is no packet socket";
}

impl Transfers for Packet {
    type Received = Received;
}

impl Addresses for Packet {}

/// Every protocol: `ETH_P_ALL`.
#[doc(alias = "ETH_P_ALL")]
pub const ALL: u16 = 3;

/// Whether frames come and go with their headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PacketKind {
    /// With the header of the link layer: `SOCK_RAW`.
    Raw,
    /// Without it, the system takes it off and makes it of the address: `SOCK_DGRAM`.
    Cooked,
}

/// Whose a frame is that was received: `sll_pkttype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PacketType {
    /// To this host: `PACKET_HOST`.
    Host,
    /// To everybody: `PACKET_BROADCAST`.
    Broadcast,
    /// To a group: `PACKET_MULTICAST`.
    Multicast,
    /// To another host, seen because the interface is promiscuous: `PACKET_OTHERHOST`.
    OtherHost,
    /// Sent by this host: `PACKET_OUTGOING`.
    Outgoing,
    /// One that this library does not know.
    Other(u8),
}

impl PacketType {
    /// Returns the type that a sender's address tells.
    #[must_use]
    pub const fn of(sender: &LinkAddress) -> Self {
        match sender.packet_type() {
            0 => Self::Host,
            1 => Self::Broadcast,
            2 => Self::Multicast,
            3 => Self::OtherHost,
            4 => Self::Outgoing,
            other => Self::Other(other),
        }
    }
}

impl SocketOf<Packet> {
    /// Opens a socket that can send, and receives nothing before it is bound.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied): it needs `CAP_NET_RAW`.
    /// [`is_unsupported`](Error::is_unsupported): elsewhere than on Linux.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn open(kind: PacketKind) -> Result<Self> {
        let kind = match kind {
            PacketKind::Raw => Kind::RAW,
            PacketKind::Cooked => Kind::DGRAM,
        };
        // With a protocol in this call, frames of every interface would come before the bind.
        Self::open_as(Family::PACKET, kind, Protocol::DEFAULT, Packet)
    }

    /// Opens a socket for the frames of one interface, or with [`Zone::NONE`] of all, that are of one protocol, an
    /// EtherType in host order, or of [`ALL`].
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open); [`is_no_such_interface`](Error::is_no_such_interface);
    /// [`is_network_down`](Error::is_network_down) if it is down.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(kind: PacketKind, interface: impl Into<Zone>, protocol: u16) -> Result<Self> {
        let socket = Self::open(kind)?;
        socket.rebind(interface, protocol)?;
        Ok(socket)
    }

    /// Binds the socket, or binds it anew: from now on frames of that interface and protocol are queued.
    ///
    /// # System call
    ///
    /// `bind(2)`.
    pub fn rebind(&self, interface: impl Into<Zone>, protocol: u16) -> Result<()> {
        if protocol == 0 {
            let why = "the protocol zero keeps what was bound before; packet::ALL is every protocol";
            return Err(Error::invalid(Operation::Bind, why));
        }
        let address = Address::Link(LinkAddress::new(interface.into()).with_protocol(protocol));
        let (address, raw) = encode(&address, Operation::Bind)?;
        self.bind_raw(&address, &raw)
    }

    fn member(interface: impl Into<Zone>, kind: PacketMembershipKind) -> PacketMembership {
        PacketMembership { interface: interface.into(), kind }
    }

    /// Has an interface take frames of the kind too, until [`leave`](Self::leave) or the socket's end: of a group, of all
    /// groups, or all that pass by.
    ///
    /// # Errors
    ///
    /// [`is_no_such_interface`](Error::is_no_such_interface); [`is_invalid`](Error::is_invalid) for a hardware address
    /// that is not as long as the interface's.
    #[doc(alias = "PACKET_ADD_MEMBERSHIP")]
    pub fn join(&self, interface: impl Into<Zone>, kind: PacketMembershipKind) -> Result<()> {
        self.set(packet::ADD_MEMBERSHIP, Self::member(interface, kind))
    }

    /// Undoes one [`join`](Self::join); without one it does nothing.
    #[doc(alias = "PACKET_DROP_MEMBERSHIP")]
    pub fn leave(&self, interface: impl Into<Zone>, kind: PacketMembershipKind) -> Result<()> {
        self.set(packet::DROP_MEMBERSHIP, Self::member(interface, kind))
    }

    /// Returns how many frames came and how many there was no room for, since this was asked last.
    #[doc(alias = "PACKET_STATISTICS")]
    pub fn take_statistics(&self) -> Result<PacketStatistics> {
        self.get(packet::STATISTICS)
    }

    /// Makes the socket one of a group over which frames are spread.
    #[doc(alias = "PACKET_FANOUT")]
    pub fn set_fanout(&self, fanout: PacketFanout) -> Result<()> {
        self.set(packet::FANOUT, fanout)
    }
}
