//! SCTP, one-to-one: associations that are opened, accepted, read and written as streams are, RFC 6458 section 4.
//!
//! # Platform notes
//!
//! - Linux, where the kernel has the module; FreeBSD. Elsewhere opening is unsupported.

use std::net::SocketAddr;

use crate::addr::{Address, Family, ToAddress};
use crate::deadline::Deadline;
use crate::error::{Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::{InitMessage, sctp, socket};
use crate::socket::{Accepts, BACKLOG, Connecting, SocketOf, Streams, Transfers, encode, named, role};
use crate::tcp::{family_of, is_inet};

/// An association of SCTP.
///
/// A send is a message, and a receive gives one message or a part of it; the plain calls do not tell which.
///
/// # Examples
///
/// ```
/// use berkeley::{SctpListener, SctpStream};
///
/// let listener = match SctpListener::bind("127.0.0.1:0") {
///     Err(error) if error.is_unsupported() => return Ok(()),
///     bound => bound?,
/// };
/// let client = SctpStream::connect(listener.local_address()?)?;
/// client.set_nodelay(true)?;
/// client.send(b"hello")?;
///
/// let (server, _) = listener.accept()?;
/// let mut buffer = [0; 16];
/// assert_eq!(server.recv(&mut buffer)?, 5);
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type SctpStream = SocketOf<Stream>;

/// A socket that accepts associations of SCTP.
pub type SctpListener = SocketOf<Listener>;

role! {
    /// The role of an association of SCTP.
    Stream: "SctpStream", SocketAddr,
        |family, kind, listening| is_inet(family) && kind == Kind::STREAM && !listening,
        [Protocol::SCTP], "the descriptor is no one-to-one socket of SCTP, or it listens";
    /// The role of a socket that accepts associations of SCTP.
    Listener: "SctpListener", SocketAddr,
        |family, kind, listening| is_inet(family) && kind == Kind::STREAM && listening,
        [Protocol::SCTP], "the descriptor is no one-to-one socket of SCTP that listens";
}

impl Transfers for Stream {
    type Received = usize;
}

impl Streams for Stream {}

impl Accepts for Listener {
    type Stream = Stream;
}

impl SocketOf<Stream> {
    /// Connects to `address`.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it;
    /// [`is_refused`](crate::Error::is_refused) where nobody listens.
    ///
    /// # System call
    ///
    /// `connect(2)`.
    pub fn connect(address: impl ToAddress) -> Result<Self> {
        Self::connect_by(address, Deadline::never())
    }

    /// Connects as [`connect`](Self::connect) does, or gives up when the deadline passes.
    pub fn connect_by(address: impl ToAddress, deadline: impl Into<Deadline>) -> Result<Self> {
        Self::connected(&address, deadline, Self::opened_for)
    }

    /// Connects as [`connect_by`](Self::connect_by) does, with an association that asks for so many streams.
    ///
    /// # Errors
    ///
    /// Those of [`connect_by`](Self::connect_by). The zeros in `init` stand for the system's own values.
    #[doc(alias = "SCTP_INITMSG")]
    pub fn connect_with(
        address: impl ToAddress,
        init: InitMessage,
        deadline: impl Into<Deadline>,
    ) -> Result<Self> {
        Self::connected(&address, deadline, |address| {
            let stream = Self::opened_for(address)?;
            stream.set(sctp::INITMSG, init)?;
            Ok(stream)
        })
    }

    /// Starts to connect to `address`, and does not wait.
    pub fn start_connect(address: impl ToAddress) -> Result<Connecting<Self>> {
        let address = address.to_address()?;
        Self::opened_for(&address)?.into_connecting(address)
    }

    fn opened_for(address: &Address) -> Result<Self> {
        open(family_of(address, Operation::Connect)?, Stream)
    }

    named! {
        "whether small messages are sent at once" nodelay, set_nodelay: bool = sctp::NODELAY "SCTP_NODELAY";
    }
}

fn open<R: crate::socket::Role>(family: Family, role: R) -> Result<SocketOf<R>> {
    SocketOf::open_as(family, Kind::STREAM, Protocol::SCTP, role)
}

impl SocketOf<Listener> {
    /// Binds `address` and listens there. Port zero has the system choose one.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it;
    /// [`is_address_in_use`](crate::Error::is_address_in_use).
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`, `listen(2)`.
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        Self::bind_with(address, BACKLOG)
    }

    /// Binds as [`bind`](Self::bind) does; at most `backlog` associations wait to be accepted.
    pub fn bind_with(address: impl ToAddress, backlog: u32) -> Result<Self> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        let listener = open(family_of(&address, Operation::Bind)?, Listener)?;
        listener.set(socket::REUSEADDR, true)?;
        listener.listening_at(address, &raw, backlog)
    }

    named! {
        "how many streams associations to come have, and how often and how long they try; a zero that is set stands for the system's own value"
            init_message, set_init_message: InitMessage = sctp::INITMSG "SCTP_INITMSG";
    }
}
