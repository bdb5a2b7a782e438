//! Listening and accepting.

use super::mode::{Always, Mode, Wait};
use super::role::{Accepts, HoldsSocket, Role};
use super::{By, Now, SocketOf};
use crate::addr::Address;
use crate::error::{During, Operation, Result};
use crate::kind::Protocol;
use crate::sys::address::RawAddress;
use crate::sys::{self, Readiness, descriptor};

impl<R: Accepts> SocketOf<R> {
    /// Turns the socket into one that accepts; at most `backlog` connections wait for that.
    ///
    /// From here on the descriptor is non-blocking, which no call shows: `accept(2)` has no other way not to wait.
    ///
    /// # Platform notes
    ///
    /// - Linux: `net.core.somaxconn` is the most.
    ///
    /// # System call
    ///
    /// `listen(2)`.
    pub fn listen(&self, backlog: u32) -> Result<()> {
        let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
        let before = descriptor::is_nonblocking(self.borrowed()).during(Operation::Listen)?;
        descriptor::set_nonblocking(self.borrowed(), true).during(Operation::Listen)?;
        match sys::name::listen(self.borrowed(), backlog) {
            Ok(()) => Ok(()),
            failed => {
                // The socket is what it was before. What this call said matters more than what the next says.
                let _ = descriptor::set_nonblocking(self.borrowed(), before);
                failed.during(Operation::Listen)
            }
        }
    }

    /// Binds the socket and has it listen there.
    pub(crate) fn listening_at(self, address: Address, raw: &RawAddress, backlog: u32) -> Result<Self> {
        self.bind_raw(&address, raw)?;
        self.listen(backlog).map_err(|error| error.with_address(address))?;
        Ok(self)
    }
}

type Accepted<R> = (SocketOf<<R as Accepts>::Stream>, <R as Role>::Address);

#[inline]
fn accept<M: Mode, R: Accepts>(socket: &SocketOf<R>, mode: M) -> Result<M::Output<Accepted<R>>> {
    let wait = Wait::new(socket.borrowed(), Readiness::Readable, Operation::Accept);
    wait.run(mode, |_| {
        let (descriptor, raw) = sys::name::accept(wait.source)?;
        let from = socket.decode(&raw)?;
        let (family, kind) = (socket.family, socket.kind);
        let role = <R::Stream as Role>::adopted();
        Ok((SocketOf::of(descriptor, family, kind, Protocol::DEFAULT, role), from))
    })
}

/// Gives a type the call that accepts. `$output` is what a call gives of a `T`: `T`, or `Option<T>`.
macro_rules! accepts {
    ([$($generics:tt)*] $type:ty, $role:ty, $mode:ident, $output:ident, $waits:literal) => {
        impl<$($generics)*> $type
        where
            $role: Accepts,
        {
            #[doc = concat!("Accepts a connection; returns its socket and the peer's address.\n\n", $waits)]
            ///
            /// The socket is blocking, whatever the listener is.
            ///
            /// # Errors
            ///
            /// [`should_retry`](crate::Error::should_retry) is true of what concerns this one connection, or the
            /// descriptors of the moment: the listener goes on.
            ///
            /// # Platform notes
            ///
            /// - Windows: every socket is non-blocking, which no call here shows. A program that is started between
            ///   the two system calls of an accept, by another thread and with all handles that can be inherited,
            ///   inherits the connection.
            ///
            /// # System call
            ///
            /// `accept4(2)`, and `poll(2)` where there is nothing to accept yet.
            #[doc(alias = "accept4")]
            #[inline]
            #[allow(clippy::type_complexity, reason = "the connection, and whose it is")]
            pub fn accept(
                &self,
            ) -> Result<$output<(SocketOf<<$role as Accepts>::Stream>, <$role as Role>::Address)>> {
                accept(self.socket(), self.$mode())
            }
        }
    };
}

accepts!([R: Role] SocketOf<R>, R, waiting, Always, "Waits until there is one.");
accepts!([S: HoldsSocket] By<S>, S::Role, until, Always, "Waits until there is one, or the deadline passes.");
accepts!([S: HoldsSocket] Now<S>, S::Role, never, Option, "Never waits: `None` says that there is none now.");
