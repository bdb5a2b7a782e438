//! UDP-Lite: datagrams whose checksum covers as much of them as one likes, RFC 3828.
//!
//! # Platform notes
//!
//! - Linux up to 6.x, FreeBSD. Elsewhere opening is unsupported.

use std::net::SocketAddr;

use crate::addr::{Family, ToAddress};
use crate::error::{Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::udplite;
use crate::socket::{Addresses, Received, SocketOf, Transfers, encode, named, role};
use crate::tcp::{family_of, is_inet};

/// A UDP-Lite socket.
///
/// # Examples
///
/// ```
/// use berkeley::UdpLiteSocket;
///
/// let receiver = match UdpLiteSocket::bind("127.0.0.1:0") {
///     Err(error) if error.is_unsupported() => return Ok(()),
///     bound => bound?,
/// };
/// let sender = UdpLiteSocket::connected_to(receiver.local_address()?)?;
/// sender.set_send_coverage(8)?; // the header alone
/// sender.send(b"a picture, of which a bit may be wrong")?;
///
/// let mut buffer = [0; 64];
/// assert_eq!(receiver.recv(&mut buffer)?.len(), 38);
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type UdpLiteSocket = SocketOf<UdpLite>;

role! {
    /// The role of a UDP-Lite socket.
    UdpLite: "UdpLiteSocket", SocketAddr, |family, kind, _| is_inet(family) && kind == Kind::DGRAM,
        [Protocol::UDPLITE], "the descriptor is no UDP-Lite socket";
}

impl Transfers for UdpLite {
    type Received = Received;
}

impl Addresses for UdpLite {}

impl SocketOf<UdpLite> {
    /// Binds `address`: port zero has the system choose one.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        let bound = Self::open(family_of(&address, Operation::Bind)?)?;
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
        Self::open_as(family, Kind::DGRAM, Protocol::UDPLITE, UdpLite)
    }

    named! {
        "how much of a datagram the checksum covers, in bytes with the 8 of the header; 0 is all of it"
            send_coverage, set_send_coverage: u32 = udplite::SEND_CSCOV "UDPLITE_SEND_CSCOV";
        "how much of a datagram its checksum has to cover for it to be received; 0 is all of it"
            receive_coverage, set_receive_coverage: u32 = udplite::RECV_CSCOV "UDPLITE_RECV_CSCOV";
    }
}
