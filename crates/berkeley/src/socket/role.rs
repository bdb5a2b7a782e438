//! What a socket is for: the type parameter that makes a `TcpStream` of a [`SocketOf`].

use std::fmt;

use super::SocketOf;
use super::received::Outcome;
use crate::addr::{Address, Family};
use crate::error::Result;
use crate::kind::{Kind, Protocol};
use crate::sys::Sockaddr;

/// What a socket is for.
///
/// A role decides which calls a [`SocketOf`] has and which addresses it deals in: `TcpStream` is a `Socket` in the
/// role of [`tcp::Stream`](crate::tcp::Stream). The role [`Any`] has every call.
pub trait Role: Sized {
    /// What names the socket and its peers.
    type Address: Sockaddr + Into<Address> + Clone + fmt::Debug;

    /// What a `Debug` print calls the socket.
    const NAME: &'static str;

    /// What is said of a descriptor that cannot have the role.
    #[doc(hidden)]
    const MISFIT: &'static str;

    /// Returns `true` if a socket of that family and type can have the role, listening or not.
    fn fits(family: Family, kind: Kind, listening: bool) -> bool;

    /// Returns `true` if a socket of that protocol can have the role; where the system does not say which it has, it
    /// is [`Protocol::DEFAULT`].
    #[doc(hidden)]
    #[must_use]
    fn speaks(_: Protocol) -> bool {
        true
    }

    /// Makes the role of a socket that something else opened.
    #[doc(hidden)]
    fn adopted() -> Self;

    /// Lets go of what the role holds: the descriptor goes on elsewhere.
    #[doc(hidden)]
    fn give_up(self) {}

    /// Ends what the role holds, after the socket is closed.
    #[doc(hidden)]
    fn end(self) -> Result<()> {
        Ok(())
    }
}

/// A role that sends and receives.
pub trait Transfers: Role {
    /// What a receive call tells: a number of bytes, or with messages a [`Received`](super::Received).
    type Received: Outcome;
}

/// A role whose messages carry the address of their sender.
pub trait Addresses: Transfers {}

/// A role whose sockets connect programs of one machine, and pass descriptors.
pub trait Local: Transfers {}

/// A role that transfers a stream of bytes.
pub trait Streams: Transfers {}

/// A role that accepts connections.
pub trait Accepts: Role {
    /// The role of the sockets that are accepted.
    type Stream: Role<Address = Self::Address>;
}

/// The role that has every call: that of a socket about which only the running program knows more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Any;

impl Role for Any {
    type Address = Address;
    const NAME: &'static str = "Socket";
    const MISFIT: &'static str = "the descriptor is no socket";

    fn fits(_: Family, _: Kind, _: bool) -> bool {
        true
    }

    fn adopted() -> Self {
        Self
    }
}

impl Transfers for Any {
    type Received = super::Received;
}

impl Addresses for Any {}

impl Local for Any {}

impl Accepts for Any {
    type Stream = Any;
}

/// A socket, something that lends one, or a view of one.
pub trait HoldsSocket {
    /// What the socket is for.
    type Role: Role;

    /// Lends the socket.
    fn socket(&self) -> &SocketOf<Self::Role>;
}

impl<R: Role> HoldsSocket for SocketOf<R> {
    type Role = R;

    #[inline]
    fn socket(&self) -> &SocketOf<R> {
        self
    }
}

macro_rules! lends {
    ($($pointer:ty),*) => { $(
        impl<S: HoldsSocket + ?Sized> HoldsSocket for $pointer {
            type Role = S::Role;

            #[inline]
            fn socket(&self) -> &SocketOf<S::Role> {
                (**self).socket()
            }
        }
    )* };
}

lends!(&S, &mut S, Box<S>, std::rc::Rc<S>, std::sync::Arc<S>);

/// Writes roles that are nothing but a type: `Role: "name", its address, which (family, kind, listening) fit, which
/// protocols (none stands for any), and what is said of a descriptor that does not`.
macro_rules! role {
    ($($(#[$doc:meta])* $role:ident: $name:literal, $address:ty, $fits:expr, $speaks:expr, $misfit:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $role;

        impl $crate::socket::Role for $role {
            type Address = $address;
            const NAME: &'static str = $name;
            const MISFIT: &'static str = $misfit;

            fn fits(family: $crate::addr::Family, kind: $crate::kind::Kind, listening: bool) -> bool {
                let fits: fn($crate::addr::Family, $crate::kind::Kind, bool) -> bool = $fits;
                fits(family, kind, listening)
            }

            fn speaks(protocol: $crate::kind::Protocol) -> bool {
                let spoken: &[$crate::kind::Protocol] = &$speaks;
                protocol == $crate::kind::Protocol::DEFAULT || spoken.is_empty() || spoken.contains(&protocol)
            }

            fn adopted() -> Self {
                Self
            }
        }
    )* };
}

pub(crate) use role;
