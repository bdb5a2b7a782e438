//! Unix sockets: streams, listeners, datagrams and sequenced packets between the programs of one machine.
//!
//! # Platform notes
//!
//! - Linux: all of it, abstract names as well.
//! - The BSDs and Apple: no abstract names; Apple has no sequenced packets.
//! - Windows 10: streams and listeners; no pairs, no datagrams.

mod listener;

pub use self::listener::Listener;
use crate::addr::{Address, Family, ToAddress, UnixAddress};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::socket::{Addresses, Connecting, Local, Received, Role, SocketOf, Streams, Transfers, encode};

/// A Unix stream.
///
/// # Examples
///
/// ```
/// use berkeley::UnixStream;
/// use std::io::{Read, Write};
///
/// # if !cfg!(unix) { return Ok(()); }
/// let (mut left, mut right) = UnixStream::pair()?;
/// left.write_all(b"hello")?;
/// drop(left);
///
/// let mut text = String::new();
/// right.read_to_string(&mut text)?;
/// assert_eq!(text, "hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type UnixStream = SocketOf<Stream>;

/// A socket that accepts Unix streams, and removes its path when it is closed.
pub type UnixListener = SocketOf<Listener<Stream>>;

/// A Unix datagram socket: complete, in order, and it waits while the receiver is full.
pub type UnixDatagram = SocketOf<Datagram>;

/// A Unix connection that keeps the boundaries of messages.
pub type UnixSeqpacket = SocketOf<Seqpacket>;

/// A socket that accepts Unix connections that keep boundaries, and removes its path when it is closed.
pub type UnixSeqpacketListener = SocketOf<Listener<Seqpacket>>;

/// Writes a role of Unix sockets that is nothing but a type.
macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident: $name:literal, $kind:ident, $received:ty, $misfit:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $role;

        impl Role for $role {
            type Address = UnixAddress;
            const NAME: &'static str = $name;
            const MISFIT: &'static str = $misfit;

            fn fits(family: Family, kind: Kind, listening: bool) -> bool {
                family == Family::UNIX && kind == Kind::$kind && !listening
            }

            fn adopted() -> Self {
                Self
            }
        }

        impl Transfers for $role {
            type Received = $received;
        }

        impl Local for $role {}

        impl SocketOf<$role> {
            /// Opens two sockets that are connected to each other.
            ///
            /// # Platform notes
            ///
            /// - Windows: unsupported.
            ///
            /// # System call
            ///
            /// `socketpair(2)`.
            pub fn pair() -> Result<(Self, Self)> {
                Self::pair_as(Family::UNIX, Kind::$kind, Protocol::DEFAULT, || $role)
            }
        }
    )* };
}

roles! {
    /// The role of a Unix stream.
    Stream: "UnixStream", STREAM, usize, "the descriptor is no Unix stream, or it listens";
    /// The role of a Unix datagram socket.
    Datagram: "UnixDatagram", DGRAM, Received, "the descriptor is no Unix datagram socket";
    /// The role of a Unix connection that keeps boundaries.
    Seqpacket: "UnixSeqpacket", SEQPACKET, Received, "the descriptor is no Unix sequenced-packet socket, or it listens";
}

impl Streams for Stream {}

impl Addresses for Datagram {}

/// A role that connects to a Unix listener.
pub trait Connects: Role<Address = UnixAddress> + Transfers {
    /// The type of its sockets.
    #[doc(hidden)]
    const KIND: Kind;
}

impl Connects for Stream {
    const KIND: Kind = Kind::STREAM;
}

impl Connects for Seqpacket {
    const KIND: Kind = Kind::SEQPACKET;
}

/// Takes a path, an abstract name or a text for an address, and refuses every other family.
fn unix(address: &impl ToAddress, operation: Operation) -> Result<Address> {
    match address.to_address()? {
        address @ Address::Unix(_) => Ok(address),
        address => {
            Err(Error::invalid(operation, "a Unix path or abstract name is needed").with_address(address))
        }
    }
}

/// Gives a role the calls that connect.
macro_rules! connects {
    ($($role:ident),*) => { $(
        impl SocketOf<$role> {
            /// Connects to the listener at a path or an abstract name.
            ///
            /// Waits while the listener's backlog is full.
            ///
            /// # Errors
            ///
            /// [`is_not_found`](Error::is_not_found): there is no such path. [`is_refused`](Error::is_refused): nobody
            /// listens there any more.
            ///
            /// # System call
            ///
            /// `connect(2)`.
            pub fn connect(address: impl ToAddress) -> Result<Self> {
                Self::connect_by(address, Deadline::never())
            }

            /// Connects as [`connect`](Self::connect) does, or gives up when the deadline passes.
            pub fn connect_by(address: impl ToAddress, deadline: impl Into<Deadline>) -> Result<Self> {
                Self::connected(&unix(&address, Operation::Connect)?, deadline, |_| {
                    Self::open_as(Family::UNIX, $role::KIND, Protocol::DEFAULT, $role)
                })
            }

            /// Starts to connect, and does not wait: a Unix connect ends at once, one way or the other.
            ///
            /// # Errors
            ///
            /// [`is_would_block`](Error::is_would_block): the listener's backlog is full, and nothing is under way.
            pub fn start_connect(address: impl ToAddress) -> Result<Connecting<Self>> {
                let address = unix(&address, Operation::Connect)?;
                Self::open_as(Family::UNIX, $role::KIND, Protocol::DEFAULT, $role)?.into_connecting(address)
            }
        }
    )* };
}

connects!(Stream, Seqpacket);

impl SocketOf<Datagram> {
    /// Opens a socket without a name: it can send, and cannot be answered.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn unbound() -> Result<Self> {
        Self::open_as(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT, Datagram)
    }

    /// Opens a socket at a path or an abstract name. The path stays when the socket is closed.
    ///
    /// # Errors
    ///
    /// [`is_address_in_use`](Error::is_address_in_use) if the path exists, whatever it is.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        let (address, raw) = encode(&unix(&address, Operation::Bind)?, Operation::Bind)?;
        let socket = Self::unbound()?;
        socket.bind_raw(&address, &raw)?;
        Ok(socket)
    }
}

/// Conversions to and from the standard library's types, which exist on Unix alone.
#[cfg(all(unix, not(berkeley_sys = "unsupported")))]
mod interop {
    use std::os::unix::net;

    use super::{Datagram, Listener, Stream};
    use crate::error::{Error, Result};
    use crate::socket::SocketOf;

    macro_rules! conversions {
        ($($role:ty = $std:ty;)*) => { $(
            impl From<SocketOf<$role>> for $std {
                /// Converts; the descriptor is blocking afterwards, and a listener's path stays.
                fn from(socket: SocketOf<$role>) -> Self {
                    socket.into_blocking().into()
                }
            }

            impl TryFrom<$std> for SocketOf<$role> {
                type Error = Error;

                fn try_from(socket: $std) -> Result<Self> {
                    Ok(Self::adopt(socket)?)
                }
            }
        )* };
    }

    conversions! {
        Stream = net::UnixStream;
        Listener<Stream> = net::UnixListener;
        Datagram = net::UnixDatagram;
    }
}
