//! Sending and receiving many messages, in each of the three modes.

use super::{Receiver, Sender};
use crate::error::{During, Error, Operation, Result};
use crate::kind::Kind;
use crate::socket::flags::ReceiveFlags;
use crate::socket::message::{Message, asked, sent_to};
use crate::socket::mode::{Always, Mode};
use crate::socket::role::{HoldsSocket, Role, Transfers};
use crate::socket::{By, Now, SocketOf};
use crate::sys::Sockaddr;

/// A stream has no messages, of which each would be sent whole.
fn check(socket: &SocketOf<impl Role>, operation: Operation) -> Result<()> {
    match socket.kind() {
        Kind::STREAM => {
            Err(Error::invalid(operation, "a stream has no messages; send and receive its bytes"))
        }
        _ => Ok(()),
    }
}

#[inline]
fn send_batch<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    sender: &mut Sender,
    messages: &[Message<'_, R::Address>],
) -> Result<M::Output<usize>> {
    check(socket, Operation::Send)?;
    let Some(first) = messages.first() else { return Ok(M::done(0)) };
    first.flags.system()?;
    let sent = socket.sending().run(mode, |attempt| sender.send(socket, messages, attempt));
    sent.map_err(|error| sent_to(error, first.to))
}

#[inline]
fn send_segments<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    sender: &mut Sender,
    data: &[u8],
    size: usize,
    to: Option<&R::Address>,
) -> Result<M::Output<usize>> {
    check(socket, Operation::Send)?;
    if size == 0 {
        return Err(Error::invalid(Operation::Send, "pieces of no bytes; a size is 1 to 65507"));
    }
    if data.is_empty() {
        return Ok(M::done(0));
    }
    let named = |error| sent_to(error, to);
    let raw = to.map(Sockaddr::encode).transpose().during(Operation::Send).map_err(named)?;
    let sent =
        socket.sending().run(mode, |attempt| sender.send_segments(socket, data, size, raw.as_ref(), attempt));
    sent.map_err(named)
}

#[inline]
fn recv_batch<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    receiver: &mut Receiver<R::Address>,
    flags: ReceiveFlags,
) -> Result<M::Output<usize>> {
    check(socket, Operation::Receive)?;
    let (system, told) = asked(socket, flags)?;
    let wait = socket.receiving(system);
    receiver.family = socket.family();
    let messages = wait.run(mode, |attempt| receiver.receive(wait.source, system, attempt, told))?;
    Ok(M::map(messages, |_| receiver.count()))
}

/// Gives a type the calls for batches. `$output` is what a call gives of a `T`: `T`, or `Option<T>`.
macro_rules! calls {
    ([$($generics:tt)*] $type:ty, $role:ty, $mode:ident, $output:ident, $waits:literal) => {
        impl<$($generics)*> $type
        where
            $role: Transfers,
        {
            #[doc = concat!("Sends messages, as many from the front as one call takes; returns how many.\n\n", $waits)]
            ///
            /// Each arrives as if it had been sent by itself. Those that have the flags of the first are taken, at most 64 sends'
            /// worth of them. What goes wrong with a message after the first is told when that one is the first.
            ///
            /// # Errors
            ///
            /// Those of sending the first message. A stream is refused.
            ///
            /// # System call
            ///
            /// `sendmmsg(2)` on Linux, `sendmsg(2)` for each elsewhere.
            ///
            /// # Examples
            ///
            /// ```
            /// use berkeley::UdpSocket;
            /// use berkeley::batch::Sender;
            /// use berkeley::message::Message;
            /// use std::io::IoSlice;
            ///
            /// let peers = [UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?];
            /// let to = [peers[0].local_address()?, peers[1].local_address()?];
            /// let data = [IoSlice::new(b"to all of you")];
            /// let messages = to.each_ref().map(|to| Message::new(&data).to(to));
            ///
            /// let socket = UdpSocket::bind("127.0.0.1:0")?;
            /// let (mut sender, mut sent) = (Sender::new(), 0);
            /// while sent < messages.len() {
            ///     sent += socket.send_batch(&mut sender, &messages[sent..])?;
            /// }
            /// assert_eq!(peers[1].recv(&mut [0; 64])?.len(), 13);
            /// # Ok::<(), berkeley::Error>(())
            /// ```
            #[doc(alias = "sendmmsg")]
            #[inline]
            pub fn send_batch(
                &self,
                sender: &mut Sender,
                messages: &[Message<'_, <$role as Role>::Address>],
            ) -> Result<$output<usize>> {
                send_batch(self.socket(), self.$mode(), sender, messages)
            }

            #[doc = concat!("Sends `data` in pieces of `size` bytes, each a message; returns how many bytes.\n\n", $waits)]
            ///
            /// The last piece may be shorter. At most 64 are sent by one call, and all that are, whole.
            ///
            /// # Errors
            ///
            /// Those of sending the first piece. A size of zero, and a stream, are refused.
            ///
            /// # System call
            ///
            /// `sendmsg(2)` with `UDP_SEGMENT` where that goes; else `sendmmsg(2)`, or `sendmsg(2)` for each.
            #[doc(alias = "UDP_SEGMENT")]
            #[inline]
            pub fn send_segments(
                &self,
                sender: &mut Sender,
                data: &[u8],
                size: usize,
                to: Option<&<$role as Role>::Address>,
            ) -> Result<$output<usize>> {
                send_segments(self.socket(), self.$mode(), sender, data, size, to)
            }

            #[doc = concat!("Receives what messages there are, as many as there is room for; returns how many datagrams they are.\n\n", $waits)]
            ///
            /// It waits for the first alone. [`Receiver::datagrams`] has them.
            ///
            /// # Errors
            ///
            /// Those of receiving the first; what goes wrong after that is told by the next call. A stream is refused.
            ///
            /// # System call
            ///
            /// `recvmmsg(2)` on Linux, `recvmsg(2)` for each elsewhere.
            #[doc(alias = "recvmmsg")]
            #[inline]
            pub fn recv_batch(
                &self,
                receiver: &mut Receiver<<$role as Role>::Address>,
            ) -> Result<$output<usize>> {
                recv_batch(self.socket(), self.$mode(), receiver, ReceiveFlags::empty())
            }

            /// Receives as [`recv_batch`](Self::recv_batch) does, as `flags` say.
            #[inline]
            pub fn recv_batch_with(
                &self,
                receiver: &mut Receiver<<$role as Role>::Address>,
                flags: ReceiveFlags,
            ) -> Result<$output<usize>> {
                recv_batch(self.socket(), self.$mode(), receiver, flags)
            }
        }
    };
}

calls!([R: Role] SocketOf<R>, R, waiting, Always, "Waits until there is something to do.");
calls!([S: HoldsSocket] By<S>, S::Role, until, Always, "Waits until there is something to do, or the deadline passes.");
calls!([S: HoldsSocket] Now<S>, S::Role, never, Option, "Never waits: `None` says that there is nothing to do now.");
