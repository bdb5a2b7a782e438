//! Descriptors that something else opened, and descriptors given away.

use std::fmt;

use super::SocketOf;
use super::role::{Any, Role, Transfers};
use crate::addr::Family;
use crate::error::{During, Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option;
use crate::source::Descriptor;
use crate::sys::{self, descriptor};

/// Why a descriptor could not be adopted, and the descriptor.
pub struct AdoptError {
    descriptor: Descriptor,
    error: Error,
}

impl AdoptError {
    /// Returns what went wrong.
    #[must_use]
    pub const fn error(&self) -> &Error {
        &self.error
    }

    /// Gives back the descriptor, as it was.
    #[must_use]
    pub fn into_descriptor(self) -> Descriptor {
        self.descriptor
    }
}

impl fmt::Debug for AdoptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AdoptError").field(&self.error).finish()
    }
}

impl fmt::Display for AdoptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for AdoptError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<AdoptError> for Error {
    fn from(error: AdoptError) -> Self {
        error.error
    }
}

/// What the system says of a descriptor.
struct Found {
    family: Family,
    kind: Kind,
    protocol: Protocol,
    listening: bool,
}

fn find(borrowed: descriptor::Borrowed<'_>) -> Result<Found> {
    let source = crate::source::Source::new(borrowed);
    let kind = option::socket::TYPE.get(&source).map_err(|error| adopting(&error))?;
    let family = family_of(source, borrowed)?;
    let protocol = match option::socket::PROTOCOL.get(&source).unwrap_or(Protocol::DEFAULT) {
        Protocol::DEFAULT if family == Family::CAN => can_protocol(source, kind),
        protocol => protocol,
    };
    Ok(Found { family, kind, protocol, listening: option::socket::ACCEPTCONN.get(&source).unwrap_or(false) })
}

/// Tells the protocols of CAN apart, which the kernel does not name: each has options that no other has, or none at all.
fn can_protocol(source: crate::source::Source<'_>, kind: Kind) -> Protocol {
    let (raw, manager, isotp, j1939) = (1, 2, 6, 7);
    let number = if kind == Kind::RAW {
        raw
    } else if option::isotp::OPTS.get(&source).is_ok() {
        isotp
    } else if option::j1939::PROMISC.get(&source).is_ok() {
        j1939
    } else {
        manager
    };
    Protocol::from_raw(number)
}

fn adopting(error: &Error) -> Error {
    error.errno().map_or_else(
        || Error::invalid(Operation::Adopt, "the system does not say what the descriptor is"),
        |errno| Error::new(Operation::Adopt, errno),
    )
}

/// Returns the family, by the option where the system has one, else by the local address, which some sockets have none of.
fn family_of(source: crate::source::Source<'_>, borrowed: descriptor::Borrowed<'_>) -> Result<Family> {
    if let Ok(family) = option::socket::DOMAIN.get(&source) {
        return Ok(family);
    }
    let address = sys::name::local_address(borrowed).during(Operation::Adopt)?;
    Ok(Family::from_raw(address.family() as u16))
}

impl<R: Role> SocketOf<R> {
    /// Takes over a descriptor that something else opened: inherited, received, or made by another library.
    ///
    /// Family, type and whether it listens are found from the system. A listener becomes non-blocking, as
    /// [`listen`](SocketOf::listen) would have made it; nothing else about the descriptor changes.
    ///
    /// # Errors
    ///
    /// The descriptor is no socket, or its family and type are not those of the role. The error has the descriptor.
    ///
    /// # Platform notes
    ///
    /// - Apple: SIGPIPE is turned off for the descriptor.
    /// - Windows: every socket becomes non-blocking, and UDP stops to report that an earlier datagram reached nobody.
    pub fn adopt(descriptor: impl Into<Descriptor>) -> Result<Self, AdoptError> {
        let descriptor = descriptor.into();
        match Self::check(descriptor::borrow(&descriptor)) {
            Ok(found) => Ok(Self::of(descriptor, found.family, found.kind, found.protocol, R::adopted())),
            Err(error) => Err(AdoptError { descriptor, error }),
        }
    }

    fn check(borrowed: descriptor::Borrowed<'_>) -> Result<Found> {
        let found = find(borrowed)?;
        if !R::fits(found.family, found.kind, found.listening) || !R::speaks(found.protocol) {
            return Err(Error::invalid(Operation::Adopt, R::MISFIT));
        }
        if found.listening {
            descriptor::set_nonblocking(borrowed, true).during(Operation::Adopt)?;
        }
        sys::name::adopt(borrowed).during(Operation::Adopt)?;
        Ok(found)
    }

    /// Takes over a descriptor without asking the system about it, and without changing it.
    ///
    /// A listener that is blocking stays so: its `accept` waits in the system, by a deadline and now as well.
    ///
    /// # Platform notes
    ///
    /// - Windows: that goes for every call of every socket.
    pub fn adopt_raw(descriptor: impl Into<Descriptor>, family: Family, kind: Kind) -> Self {
        Self::of(descriptor.into(), family, kind, Protocol::DEFAULT, R::adopted())
    }

    /// Gives the descriptor away, as it is.
    ///
    /// # Platform notes
    ///
    /// - Windows: it is non-blocking. `OwnedSocket::from` and the types of the standard library give it away blocking.
    pub fn into_descriptor(self) -> Descriptor {
        let Self { descriptor, role, .. } = self;
        role.give_up();
        descriptor::release(descriptor)
    }

    /// Turns the socket into one of any role.
    pub fn into_any(self) -> SocketOf<Any> {
        self.into_role(Any)
    }

    /// Gives the descriptor away in the mode that the standard library takes it to be in: blocking.
    pub(crate) fn into_blocking(self) -> Descriptor {
        // A descriptor whose flags cannot be changed is handed over as it is: std looks at none that it is given.
        let _ = descriptor::set_nonblocking(self.borrowed(), false);
        self.into_descriptor()
    }
}

impl<R: Transfers> SocketOf<R> {
    /// Makes the descriptor non-blocking or blocking for others that share it; the calls here do not change by it.
    ///
    /// # Platform notes
    ///
    /// - Windows: no call there has a flag for not waiting, so that every socket stays non-blocking, and to make one
    ///   blocking is unsupported. Its conversion into a type of the standard library does so.
    #[doc(alias = "O_NONBLOCK")]
    pub fn set_nonblocking(&self, on: bool) -> Result<()> {
        if !on && !sys::CAN_BLOCK {
            return Err(Error::unsupported(
                Operation::Control,
                "call that does not wait on a blocking socket",
            ));
        }
        descriptor::set_nonblocking(self.borrowed(), on).during(Operation::Control)
    }
}

#[cfg(all(unix, not(berkeley_sys = "unsupported")))]
mod system {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd, RawFd};

    use crate::socket::{Role, SocketOf};

    impl<R: Role> AsFd for SocketOf<R> {
        #[inline]
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.borrowed()
        }
    }

    impl<R: Role> AsRawFd for SocketOf<R> {
        #[inline]
        fn as_raw_fd(&self) -> RawFd {
            self.borrowed().as_raw_fd()
        }
    }

    impl<R: Role> IntoRawFd for SocketOf<R> {
        fn into_raw_fd(self) -> RawFd {
            self.into_descriptor().into_raw_fd()
        }
    }

    impl<R: Role> From<SocketOf<R>> for OwnedFd {
        fn from(socket: SocketOf<R>) -> Self {
            socket.into_descriptor()
        }
    }

    macro_rules! views {
        ($($view:ident),*) => { $(
            impl<S: crate::socket::HoldsSocket> AsFd for crate::socket::$view<S> {
                #[inline]
                fn as_fd(&self) -> BorrowedFd<'_> {
                    crate::socket::HoldsSocket::socket(self).borrowed()
                }
            }
        )* };
    }

    views!(By, Now);
}

#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
mod system {
    use std::os::windows::io::{
        AsRawSocket, AsSocket, BorrowedSocket, IntoRawSocket, OwnedSocket, RawSocket,
    };

    use crate::socket::{Role, SocketOf};

    impl<R: Role> AsSocket for SocketOf<R> {
        #[inline]
        fn as_socket(&self) -> BorrowedSocket<'_> {
            self.borrowed().socket()
        }
    }

    impl<R: Role> AsRawSocket for SocketOf<R> {
        #[inline]
        fn as_raw_socket(&self) -> RawSocket {
            self.as_socket().as_raw_socket()
        }
    }

    impl<R: Role> IntoRawSocket for SocketOf<R> {
        fn into_raw_socket(self) -> RawSocket {
            self.into_descriptor().into_raw_socket()
        }
    }

    /// Gives the socket away blocking, as everything takes one to be that comes from the standard library's type.
    impl<R: Role> From<SocketOf<R>> for OwnedSocket {
        fn from(socket: SocketOf<R>) -> Self {
            socket.into_blocking()
        }
    }

    macro_rules! views {
        ($($view:ident),*) => { $(
            impl<S: crate::socket::HoldsSocket> AsSocket for crate::socket::$view<S> {
                #[inline]
                fn as_socket(&self) -> BorrowedSocket<'_> {
                    crate::socket::HoldsSocket::socket(self).borrowed().socket()
                }
            }
        )* };
    }

    views!(By, Now);
}
