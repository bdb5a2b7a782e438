//! Sending and receiving, in each of the three modes.

use std::io::{IoSlice, IoSliceMut};

use super::flags::{ReceiveFlags, SendFlags};
use super::mode::{Always, Mode, Never, Until, Wait, Waiting};
use super::received::Outcome;
use super::role::{Addresses, HoldsSocket, Role, Transfers};
use super::{By, Now, SocketOf, all};
use crate::error::{During, Error, Operation, Result};
use crate::kind::Kind;
use crate::sys::address::RawAddress;
use crate::sys::{self, Attempt, Buffer, Delivered, Readiness, Sockaddr};

impl<R: Role> SocketOf<R> {
    #[inline]
    pub(super) fn sending(&self) -> Wait<'_> {
        Wait::new(self.borrowed(), Readiness::Writable, Operation::Send)
    }

    #[inline]
    pub(super) fn receiving(&self, flags: i32) -> Wait<'_> {
        let flags = ReceiveFlags::from_bits_retain(flags as u32 as u64);
        let readiness = if flags.contains(ReceiveFlags::OOB) {
            Readiness::Priority
        } else if flags.contains(ReceiveFlags::ERRQUEUE) {
            Readiness::Failed
        } else {
            Readiness::Readable
        };
        Wait::new(self.borrowed(), readiness, Operation::Receive)
    }
}

#[inline]
fn send<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    data: &[u8],
    flags: SendFlags,
) -> Result<M::Output<usize>> {
    let flags = flags.system()?;
    let wait = socket.sending();
    wait.run(mode, move |attempt| sys::io::send(wait.source, data, flags, attempt))
}

/// How many of so many slices a call is about: a stream takes the rest by the next call, while a message of more than the
/// system takes is refused, since the rest would be lost.
#[inline]
pub(super) fn at_once<R: Role>(socket: &SocketOf<R>, slices: usize) -> usize {
    if socket.kind() == Kind::STREAM { slices.min(sys::io::MOST_SLICES) } else { slices }
}

#[inline]
fn send_vectored<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    data: &[IoSlice<'_>],
    flags: SendFlags,
) -> Result<M::Output<usize>> {
    let flags = flags.system()?;
    let (wait, data) = (socket.sending(), &data[..at_once(socket, data.len())]);
    wait.run(mode, move |attempt| sys::io::send_vectored(wait.source, data, flags, attempt, None))
}

#[inline]
fn send_to<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    data: &[u8],
    to: &R::Address,
    flags: SendFlags,
) -> Result<M::Output<usize>> {
    let flags = flags.system()?;
    let wait = socket.sending();
    let named = |error: Error| error.with_address(to.clone());
    let raw = to.encode().during(Operation::Send).map_err(named)?;
    wait.run(mode, |attempt| sys::io::send_to(wait.source, data, flags, attempt, &raw)).map_err(named)
}

#[inline]
fn send_vectored_to<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    data: &[IoSlice<'_>],
    to: &R::Address,
    flags: SendFlags,
) -> Result<M::Output<usize>> {
    let flags = flags.system()?;
    let (wait, data) = (socket.sending(), &data[..at_once(socket, data.len())]);
    let named = |error: Error| error.with_address(to.clone());
    let raw = to.encode().during(Operation::Send).map_err(named)?;
    wait.run(mode, |attempt| sys::io::send_vectored(wait.source, data, flags, attempt, Some(&raw)))
        .map_err(named)
}

#[inline]
fn recv<M: Mode, R: Transfers, B: Buffer + ?Sized>(
    socket: &SocketOf<R>,
    mode: M,
    buffer: &mut B,
    flags: ReceiveFlags,
) -> Result<M::Output<R::Received>> {
    let system = flags.system()?;
    if all::is_wanted(socket, flags) {
        return all::recv(socket, mode, buffer, system);
    }
    let wait = socket.receiving(system);
    wait.run(mode, move |attempt| recv_once(socket, buffer, system, attempt))
}

/// Receives once: from a stream what there is, else one message.
#[inline]
fn recv_once<R: Transfers, B: Buffer + ?Sized>(
    socket: &SocketOf<R>,
    buffer: &mut B,
    flags: i32,
    attempt: Attempt,
) -> sys::Result<R::Received> {
    let source = socket.borrowed();
    let delivered = if !R::Received::MESSAGES || socket.kind == Kind::STREAM {
        Delivered { length: sys::io::recv(source, buffer, flags, attempt)?, missing: 0 }
    } else {
        sys::io::recv_message(source, buffer, flags, attempt, socket.tells_length())?
    };
    Ok(R::Received::from_delivered(delivered))
}

/// What was received, and from whom.
pub(super) type Message<R> = (<R as Transfers>::Received, <R as Role>::Address);

#[inline]
fn recv_from<M: Mode, R: Addresses, B: Buffer + ?Sized>(
    socket: &SocketOf<R>,
    mode: M,
    buffer: &mut B,
    flags: ReceiveFlags,
) -> Result<M::Output<Message<R>>> {
    let system = flags.system()?;
    if all::is_wanted(socket, flags) {
        let received = all::recv(socket, mode, buffer, system)?;
        return all::from_nobody::<M, R>(socket, received);
    }
    let wait = socket.receiving(system);
    wait.run(mode, move |attempt| {
        let told = socket.tells_length();
        let (delivered, raw) = sys::io::recv_from(wait.source, buffer, system, attempt, told)?;
        Ok((R::Received::from_delivered(delivered), socket.decode(&raw)?))
    })
}

#[inline]
fn recv_vectored<M: Mode, R: Transfers>(
    socket: &SocketOf<R>,
    mode: M,
    slices: &mut [IoSliceMut<'_>],
    flags: ReceiveFlags,
) -> Result<M::Output<R::Received>> {
    let system = flags.system()?;
    if all::is_wanted(socket, flags) {
        return all::recv_vectored(socket, mode, slices, system);
    }
    let (wait, told) = (socket.receiving(system), socket.tells_length());
    let count = at_once(socket, slices.len());
    let slices = &mut slices[..count];
    wait.run(mode, |attempt| {
        let delivered = sys::io::recv_vectored(wait.source, slices, system, attempt, None, told)?;
        Ok(R::Received::from_delivered(delivered))
    })
}

#[inline]
fn recv_vectored_from<M: Mode, R: Addresses>(
    socket: &SocketOf<R>,
    mode: M,
    slices: &mut [IoSliceMut<'_>],
    flags: ReceiveFlags,
) -> Result<M::Output<Message<R>>> {
    let system = flags.system()?;
    if all::is_wanted(socket, flags) {
        let received = all::recv_vectored(socket, mode, slices, system)?;
        return all::from_nobody::<M, R>(socket, received);
    }
    let (wait, told) = (socket.receiving(system), socket.tells_length());
    let count = at_once(socket, slices.len());
    let slices = &mut slices[..count];
    wait.run(mode, |attempt| {
        let mut raw = RawAddress::empty();
        let delivered = sys::io::recv_vectored(wait.source, slices, system, attempt, Some(&mut raw), told)?;
        Ok((R::Received::from_delivered(delivered), socket.decode(&raw)?))
    })
}

/// Gives a type the calls that send and receive. `$output` is what a call gives of a `T`: `T`, or `Option<T>`.
macro_rules! calls {
    ([$($generics:tt)*] $type:ty, $role:ty, $mode:ident, $output:ident, $waits:literal) => {
        impl<$($generics)*> $type
        where
            $role: Transfers,
        {
            #[doc = concat!("Sends `data` to the peer; returns how much of it the system took.\n\n", $waits)]
            ///
            /// A message is taken whole or not at all.
            ///
            /// # System call
            ///
            /// `send(2)`.
            #[inline]
            pub fn send(&self, data: &[u8]) -> Result<$output<usize>> {
                send(self.socket(), self.$mode(), data, SendFlags::empty())
            }

            /// Sends as [`send`](Self::send) does, as `flags` say.
            #[inline]
            pub fn send_with(&self, data: &[u8], flags: SendFlags) -> Result<$output<usize>> {
                send(self.socket(), self.$mode(), data, flags)
            }

            /// Sends what lies in several places, as one message or piece of the stream.
            ///
            /// # System call
            ///
            /// `sendmsg(2)`.
            #[doc(alias = "sendmsg")]
            #[doc(alias = "writev")]
            #[inline]
            pub fn send_vectored(&self, data: &[IoSlice<'_>]) -> Result<$output<usize>> {
                send_vectored(self.socket(), self.$mode(), data, SendFlags::empty())
            }

            /// Sends as [`send_vectored`](Self::send_vectored) does, as `flags` say.
            #[inline]
            pub fn send_vectored_with(&self, data: &[IoSlice<'_>], flags: SendFlags) -> Result<$output<usize>> {
                send_vectored(self.socket(), self.$mode(), data, flags)
            }

            #[doc = concat!("Receives what there is, or one message; returns how much.\n\n", $waits)]
            ///
            /// On a stream, zero bytes are its end. Of a message longer than the buffer the rest is lost, and the
            /// [`Received`](super::Received) says so.
            ///
            /// # System call
            ///
            /// `recv(2)`; for messages on the BSDs `recvmsg(2)`.
            #[inline]
            pub fn recv<B: Buffer + ?Sized>(
                &self,
                buffer: &mut B,
            ) -> Result<$output<<$role as Transfers>::Received>> {
                recv(self.socket(), self.$mode(), buffer, ReceiveFlags::empty())
            }

            /// Receives as [`recv`](Self::recv) does, as `flags` say.
            #[inline]
            pub fn recv_with<B: Buffer + ?Sized>(
                &self,
                buffer: &mut B,
                flags: ReceiveFlags,
            ) -> Result<$output<<$role as Transfers>::Received>> {
                recv(self.socket(), self.$mode(), buffer, flags)
            }

            /// Receives as [`recv`](Self::recv) does, and leaves what it received to be received again.
            #[doc(alias = "MSG_PEEK")]
            #[inline]
            pub fn peek<B: Buffer + ?Sized>(
                &self,
                buffer: &mut B,
            ) -> Result<$output<<$role as Transfers>::Received>> {
                recv(self.socket(), self.$mode(), buffer, ReceiveFlags::PEEK)
            }

            /// Receives into several places, one after the other.
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            #[doc(alias = "recvmsg")]
            #[doc(alias = "readv")]
            #[inline]
            pub fn recv_vectored(
                &self,
                slices: &mut [IoSliceMut<'_>],
            ) -> Result<$output<<$role as Transfers>::Received>> {
                recv_vectored(self.socket(), self.$mode(), slices, ReceiveFlags::empty())
            }

            /// Receives as [`recv_vectored`](Self::recv_vectored) does, as `flags` say.
            #[inline]
            pub fn recv_vectored_with(
                &self,
                slices: &mut [IoSliceMut<'_>],
                flags: ReceiveFlags,
            ) -> Result<$output<<$role as Transfers>::Received>> {
                recv_vectored(self.socket(), self.$mode(), slices, flags)
            }
        }

        impl<$($generics)*> $type
        where
            $role: Addresses,
        {
            #[doc = concat!("Sends one message to `to`; returns how many bytes the system took.\n\n", $waits)]
            ///
            /// # System call
            ///
            /// `sendto(2)`.
            #[doc(alias = "sendto")]
            #[inline]
            pub fn send_to(&self, data: &[u8], to: &<$role as Role>::Address) -> Result<$output<usize>> {
                send_to(self.socket(), self.$mode(), data, to, SendFlags::empty())
            }

            /// Sends as [`send_to`](Self::send_to) does, as `flags` say.
            #[inline]
            pub fn send_to_with(
                &self,
                data: &[u8],
                to: &<$role as Role>::Address,
                flags: SendFlags,
            ) -> Result<$output<usize>> {
                send_to(self.socket(), self.$mode(), data, to, flags)
            }

            /// Sends what lies in several places to `to`, as one message.
            ///
            /// # System call
            ///
            /// `sendmsg(2)`.
            #[inline]
            pub fn send_vectored_to(
                &self,
                data: &[IoSlice<'_>],
                to: &<$role as Role>::Address,
            ) -> Result<$output<usize>> {
                send_vectored_to(self.socket(), self.$mode(), data, to, SendFlags::empty())
            }

            /// Sends as [`send_vectored_to`](Self::send_vectored_to) does, as `flags` say.
            #[inline]
            pub fn send_vectored_to_with(
                &self,
                data: &[IoSlice<'_>],
                to: &<$role as Role>::Address,
                flags: SendFlags,
            ) -> Result<$output<usize>> {
                send_vectored_to(self.socket(), self.$mode(), data, to, flags)
            }

            #[doc = concat!("Receives one message, and the address that it came from.\n\n", $waits)]
            ///
            /// # System call
            ///
            /// `recvfrom(2)`; on the BSDs `recvmsg(2)`.
            #[doc(alias = "recvfrom")]
            #[inline]
            #[allow(clippy::type_complexity, reason = "what is received, and from whom")]
            pub fn recv_from<B: Buffer + ?Sized>(
                &self,
                buffer: &mut B,
            ) -> Result<$output<(<$role as Transfers>::Received, <$role as Role>::Address)>> {
                recv_from(self.socket(), self.$mode(), buffer, ReceiveFlags::empty())
            }

            /// Receives as [`recv_from`](Self::recv_from) does, as `flags` say.
            #[inline]
            #[allow(clippy::type_complexity, reason = "what is received, and from whom")]
            pub fn recv_from_with<B: Buffer + ?Sized>(
                &self,
                buffer: &mut B,
                flags: ReceiveFlags,
            ) -> Result<$output<(<$role as Transfers>::Received, <$role as Role>::Address)>> {
                recv_from(self.socket(), self.$mode(), buffer, flags)
            }

            /// Receives one message into several places, and the address that it came from.
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            #[doc(alias = "recvmsg")]
            #[doc(alias = "readv")]
            #[inline]
            #[allow(clippy::type_complexity, reason = "what is received, and from whom")]
            pub fn recv_vectored_from(
                &self,
                slices: &mut [IoSliceMut<'_>],
            ) -> Result<$output<(<$role as Transfers>::Received, <$role as Role>::Address)>> {
                recv_vectored_from(self.socket(), self.$mode(), slices, ReceiveFlags::empty())
            }

            /// Receives as [`recv_vectored_from`](Self::recv_vectored_from) does, as `flags` say.
            #[inline]
            #[allow(clippy::type_complexity, reason = "what is received, and from whom")]
            pub fn recv_vectored_from_with(
                &self,
                slices: &mut [IoSliceMut<'_>],
                flags: ReceiveFlags,
            ) -> Result<$output<(<$role as Transfers>::Received, <$role as Role>::Address)>> {
                recv_vectored_from(self.socket(), self.$mode(), slices, flags)
            }
        }
    };
}

impl<R: Role> SocketOf<R> {
    #[inline]
    #[allow(clippy::unused_self, reason = "the views' twins look at themselves")]
    pub(super) fn waiting(&self) -> Waiting {
        Waiting
    }
}

impl<S> By<S> {
    #[inline]
    pub(super) fn until(&self) -> Until<'_> {
        Until(&self.deadline)
    }
}

impl<S> Now<S> {
    #[inline]
    #[allow(clippy::unused_self, reason = "its twins look at themselves")]
    pub(super) fn never(&self) -> Never {
        Never
    }
}

calls!([R: Role] SocketOf<R>, R, waiting, Always, "Waits until there is something to do.");
calls!([S: HoldsSocket] By<S>, S::Role, until, Always, "Waits until there is something to do, or the deadline passes.");
calls!([S: HoldsSocket] Now<S>, S::Role, never, Option, "Never waits: `None` says that there is nothing to do now.");
