//! UDP: datagrams over IPv4 and IPv6.

use std::net::SocketAddr;

use crate::addr::{Family, ToAddress};
use crate::error::{Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::socket;
use crate::socket::{Addresses, Received, SocketOf, Transfers, encode, named, role};
use crate::tcp::{family_of, is_inet};

/// A UDP socket.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, SECOND, UdpSocket};
///
/// let server = UdpSocket::bind("127.0.0.1:0")?;
/// let client = UdpSocket::connected_to(server.local_address()?)?;
/// client.send(b"ping")?;
///
/// let mut buffer = [0; 512];
/// let (received, from) = server.by(Deadline::after(SECOND)).recv_from(&mut buffer)?;
/// server.send_to(&buffer[..received.len()], &from)?;
///
/// let received = client.by(Deadline::after(SECOND)).recv(&mut buffer)?;
/// assert_eq!(&buffer[..received.len()], b"ping");
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type UdpSocket = SocketOf<Udp>;

role! {
    /// The role of a UDP socket.
    Udp: "UdpSocket", SocketAddr, |family, kind, _| is_inet(family) && kind == Kind::DGRAM,
        [Protocol::UDP], "the descriptor is no datagram socket over IPv4 or IPv6";
}

impl Transfers for Udp {
    type Received = Received;
}

impl Addresses for Udp {}

impl SocketOf<Udp> {
    /// Binds `address`: port zero has the system choose one.
    ///
    /// # Platform notes
    ///
    /// - Windows: the port is this socket's alone (`SO_EXCLUSIVEADDRUSE`), as it is on Unix.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        let bound = Self::open(family_of(&address, Operation::Bind)?)?;
        if socket::EXCLUSIVEADDRUSE.is_available() {
            bound.set(socket::EXCLUSIVEADDRUSE, true)?;
        }
        bound.bind_raw(&address, &raw)?;
        Ok(bound)
    }

    /// Opens a socket whose peer is `address`: it sends there, and receives from nowhere else.
    ///
    /// # System call
    ///
    /// `socket(2)`, `connect(2)`.
    pub fn connected_to(address: impl ToAddress) -> Result<Self> {
        let address = address.to_address()?;
        let socket = Self::open(family_of(&address, Operation::Connect)?)?;
        socket.connect(address)?;
        Ok(socket)
    }

    /// Opens a socket that has no address yet; the first send gives it one.
    pub fn open(family: Family) -> Result<Self> {
        Self::open_as(family, Kind::DGRAM, Protocol::UDP, Udp)
    }

    named! {
        "whether datagrams may go to a broadcast address" broadcast, set_broadcast: bool = socket::BROADCAST "SO_BROADCAST";
    }
}

impl From<SocketOf<Udp>> for std::net::UdpSocket {
    /// Converts; the descriptor is blocking afterwards.
    fn from(socket: SocketOf<Udp>) -> Self {
        socket.into_blocking().into()
    }
}

#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
impl TryFrom<std::net::UdpSocket> for SocketOf<Udp> {
    type Error = crate::error::Error;

    fn try_from(socket: std::net::UdpSocket) -> Result<Self> {
        Ok(Self::adopt(socket)?)
    }
}
