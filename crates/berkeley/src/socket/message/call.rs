//! Sending and receiving messages with control data, in each of the three modes.

use std::io::{IoSlice, IoSliceMut};

use super::{Arrival, Control, ControlBuffer, Message, Queued, descriptor_room};
use crate::addr::{Address, Family};
use crate::error::{During, Error, Operation, Result};
use crate::kind::Kind;
use crate::option::{self, Credentials, SocketOption};
use crate::socket::flags::ReceiveFlags;
use crate::socket::io::at_once;
use crate::socket::mode::{Always, Mode};
use crate::socket::role::{HoldsSocket, Local, Role, Transfers};
use crate::socket::{By, Now, SocketOf};
use crate::source::{AsSource, Descriptor};
use crate::sys::address::RawAddress;
use crate::sys::{self, Sockaddr};

#[inline]
fn send_message<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    message: &Message<'_, R::Address>,
) -> Result<M::Output<usize>> {
    let flags = message.flags.system()?;
    let (wait, data) = (socket.sending(), &message.data[..at_once(socket, message.data.len())]);
    let control = message.control.map_or(&[][..], Control::as_bytes);
    if message.control.is_some_and(Control::has_descriptors) {
        refuse_nothing(socket, data)?;
    }
    let named = |error| sent_to(error, message.to);
    let raw = message.to.map(Sockaddr::encode).transpose().during(Operation::Send).map_err(named)?;
    let to = raw.as_ref();
    wait.run(mode, |attempt| sys::message::send(wait.source, data, to, control, flags, attempt))
        .map_err(named)
}

/// Adds the destination, if the message has one of its own.
#[cold]
pub(in crate::socket) fn sent_to<A: Clone + Into<Address>>(error: Error, to: Option<&A>) -> Error {
    match to {
        Some(to) => error.with_address(to.clone()),
        None => error,
    }
}

/// Of a stream no bytes are nothing at all, and no descriptor comes with nothing.
fn refuse_nothing<R: Role>(socket: &SocketOf<R>, data: &[IoSlice<'_>]) -> Result<()> {
    if socket.kind() == Kind::STREAM && data.iter().all(|slice| slice.is_empty()) {
        return Err(Error::invalid(
            Operation::Send,
            "on a stream, descriptors go with at least one byte of data",
        ));
    }
    Ok(())
}

#[inline]
fn recv_message<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    slices: &mut [IoSliceMut<'_>],
    control: &mut ControlBuffer<'_>,
    flags: ReceiveFlags,
) -> Result<M::Output<Arrival<R::Address>>> {
    if flags.contains(ReceiveFlags::WAITALL) {
        return Err(Error::invalid(Operation::Receive, "WAITALL is not for messages with control data"));
    }
    let (system, told) = asked(socket, flags)?;
    let wait = socket.receiving(system);
    let count = at_once(socket, slices.len());
    let slices = &mut slices[..count];
    wait.run(mode, |attempt| {
        let mut raw = RawAddress::empty();
        let arrived =
            sys::message::recv(wait.source, slices, &mut raw, control.inbox(), system, attempt, told)?;
        Ok(Arrival::new(arrived, socket.decode(&raw).ok()))
    })
}

/// Returns the system's flags for a receive with control messages, and whether the length of the whole message is told.
#[inline]
pub(in crate::socket) fn asked(socket: &SocketOf<impl Role>, flags: ReceiveFlags) -> Result<(i32, bool)> {
    let passes = socket.family() == Family::UNIX;
    let system = flags.system()? | if passes { sys::message::CLOEXEC } else { 0 };
    // The queue of errors tells no lengths.
    Ok((system, socket.tells_length() && !flags.contains(ReceiveFlags::ERRQUEUE)))
}

/// Room for any number of descriptors, and for what else a Unix socket may have been asked to tell.
const DESCRIPTOR_MEMORY: usize = descriptor_room(super::MOST_DESCRIPTORS) + 512;

#[inline]
fn send_descriptors<M: Mode, R: Role, S: AsSource>(
    socket: &SocketOf<R>,
    mode: M,
    data: &[u8],
    descriptors: &[S],
) -> Result<M::Output<usize>> {
    let mut memory = [0; DESCRIPTOR_MEMORY];
    let mut control = Control::over(&mut memory);
    control.push_descriptors(descriptors)?;
    let data = [IoSlice::new(data)];
    send_message(socket, mode, &Message::new(&data).control(&control))
}

#[inline]
fn recv_descriptors<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    data: &mut [u8],
    descriptors: &mut Vec<Descriptor>,
) -> Result<M::Output<Arrival<R::Address>>> {
    let mut memory = [0; DESCRIPTOR_MEMORY];
    let mut control = ControlBuffer::over(&mut memory);
    let mut slices = [IoSliceMut::new(data)];
    let arrival = recv_message(socket, mode, &mut slices, &mut control, ReceiveFlags::empty())?;
    descriptors.extend(control.take_descriptors());
    Ok(arrival)
}

/// Room for what an entry of the queue of errors has with it, and for what else may have been asked for.
const ERROR_MEMORY: usize = 1024;

/// The families whose sockets have such a queue: the others take the flag for none, and would give data.
const QUEUES: [Family; 5] = [Family::INET, Family::INET6, Family::PACKET, Family::VSOCK, Family::CAN];

fn recv_error<M: Mode, R: Role>(
    socket: &SocketOf<R>,
    mode: M,
    data: &mut [u8],
) -> Result<M::Output<Queued<R::Address>>> {
    if !QUEUES.contains(&socket.family()) {
        return Err(Error::unsupported(Operation::Receive, "the queue of errors of such sockets"));
    }
    let mut memory = [0; ERROR_MEMORY];
    let mut control = ControlBuffer::over(&mut memory);
    let mut slices = [IoSliceMut::new(data)];
    let arrival = recv_message(socket, mode, &mut slices, &mut control, ReceiveFlags::ERRQUEUE)?;
    Ok(M::map(arrival, |arrival| Queued::new(arrival, &control)))
}

/// Gives a type the calls for messages. `$output` is what a call gives of a `T`: `T`, or `Option<T>`.
macro_rules! calls {
    ([$($generics:tt)*] $type:ty, $role:ty, $mode:ident, $output:ident, $waits:literal) => {
        impl<$($generics)*> $type
        where
            $role: Transfers,
        {
            #[doc = concat!("Sends a message: data, and perhaps a destination, control messages and flags.\n\n", $waits)]
            ///
            /// On a stream the control messages go with the first byte, and less than all data may be sent.
            ///
            /// # Errors
            ///
            /// On a stream, descriptors without data.
            ///
            /// # System call
            ///
            /// `sendmsg(2)`; on Windows `WSASendMsg`, which is for datagrams.
            #[doc(alias = "sendmsg")]
            #[inline]
            pub fn send_message(
                &self,
                message: &Message<'_, <$role as Role>::Address>,
            ) -> Result<$output<usize>> {
                send_message(self.socket(), self.$mode(), message)
            }

            #[doc = concat!("Receives a message into several places, and its control messages.\n\n", $waits)]
            ///
            /// What `control` held before is forgotten, and descriptors in it that nobody took are closed.
            ///
            /// # System call
            ///
            /// `recvmsg(2)`; on Windows `WSARecvMsg`, and of a stream `WSARecv`.
            #[doc(alias = "recvmsg")]
            #[inline]
            pub fn recv_message(
                &self,
                slices: &mut [IoSliceMut<'_>],
                control: &mut ControlBuffer<'_>,
            ) -> Result<$output<Arrival<<$role as Role>::Address>>> {
                recv_message(self.socket(), self.$mode(), slices, control, ReceiveFlags::empty())
            }

            /// Receives as [`recv_message`](Self::recv_message) does, as `flags` say.
            ///
            /// # Errors
            ///
            /// [`WAITALL`](ReceiveFlags::WAITALL) is refused: it would put the control messages of several sends together.
            ///
            /// # Platform notes
            ///
            /// - Linux: with [`PEEK`](ReceiveFlags::PEEK), descriptors are received as well, by each look anew.
            /// - The BSDs: they are not.
            #[inline]
            pub fn recv_message_with(
                &self,
                slices: &mut [IoSliceMut<'_>],
                control: &mut ControlBuffer<'_>,
                flags: ReceiveFlags,
            ) -> Result<$output<Arrival<<$role as Role>::Address>>> {
                recv_message(self.socket(), self.$mode(), slices, control, flags)
            }

            #[doc = concat!("Takes the next entry from the queue of errors.\n\n", $waits)]
            ///
            /// It tells what went wrong with something that was sent, once
            /// [`RECVERR`](crate::option::ip::RECVERR) is set; when something was sent, with
            /// [`TIMESTAMPING`](crate::option::socket::TIMESTAMPING); and which memory is free again, with
            /// [`ZEROCOPY`](crate::option::socket::ZEROCOPY). What had been sent goes to `data`, as far as the kernel kept
            /// it. While there are entries, the socket polls as failed.
            ///
            /// # Platform notes
            ///
            /// - Linux: sockets of IP, packets, CAN and virtual machines (6.7). Others, and elsewhere: unsupported.
            ///
            /// # System call
            ///
            /// `recvmsg(2)` with `MSG_ERRQUEUE`.
            ///
            /// # Examples
            ///
            /// ```
            /// use berkeley::{SECOND, Deadline, UdpSocket, option};
            ///
            /// let nobody = UdpSocket::bind("127.0.0.1:0")?.local_address()?;
            /// let socket = UdpSocket::open(berkeley::Family::INET)?;
            /// if socket.set(option::ip::RECVERR, true).is_err() {
            ///     return Ok(()); // Not here.
            /// }
            /// socket.send_to(b"is anybody there?", &nobody)?;
            ///
            /// let mut sent = [0; 64];
            /// let queued = match socket.by(Deadline::after(SECOND)).recv_error(&mut sent) {
            ///     Err(error) if error.is_unsupported() => return Ok(()),
            ///     queued => queued?,
            /// };
            /// let error = queued.error().expect("nobody was there");
            /// assert_eq!(error.icmp(), Some((3, 3)));
            /// assert_eq!(queued.to(), Some(&nobody));
            /// # Ok::<(), berkeley::Error>(())
            /// ```
            #[doc(alias = "MSG_ERRQUEUE")]
            #[inline]
            pub fn recv_error(
                &self,
                data: &mut [u8],
            ) -> Result<$output<Queued<<$role as Role>::Address>>> {
                recv_error(self.socket(), self.$mode(), data)
            }
        }

        impl<$($generics)*> $type
        where
            $role: Local,
        {
            #[doc = concat!("Sends data, and descriptors with it, of which the receiver gets duplicates.\n\n", $waits)]
            ///
            /// # Errors
            ///
            /// More than [`MOST_DESCRIPTORS`](crate::message::MOST_DESCRIPTORS), and on a stream descriptors without data: a
            /// receiver would never hear of them. [`is_unsupported`](Error::is_unsupported) on Windows.
            ///
            /// # System call
            ///
            /// `sendmsg(2)` with `SCM_RIGHTS`.
            ///
            /// # Examples
            ///
            /// ```
            /// use berkeley::{UnixStream, UdpSocket};
            ///
            /// # if !cfg!(unix) { return Ok(()); }
            /// let (left, right) = UnixStream::pair()?;
            /// left.send_descriptors(b"a socket", &[UdpSocket::bind("127.0.0.1:0")?])?;
            ///
            /// let (mut data, mut descriptors) = ([0; 64], Vec::new());
            /// let arrival = right.recv_descriptors(&mut data, &mut descriptors)?;
            /// assert_eq!((&data[..arrival.len()], descriptors.len()), (&b"a socket"[..], 1));
            /// let socket = UdpSocket::adopt(descriptors.remove(0))?;
            /// assert!(socket.local_address()?.ip().is_loopback());
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            #[doc(alias = "SCM_RIGHTS")]
            #[inline]
            pub fn send_descriptors<D: AsSource>(&self, data: &[u8], descriptors: &[D]) -> Result<$output<usize>> {
                send_descriptors(self.socket(), self.$mode(), data, descriptors)
            }

            #[doc = concat!("Receives data, and appends the descriptors that came with it.\n\n", $waits)]
            ///
            /// There is room for as many as a message can have. They are close-on-exec.
            /// [`is_control_truncated`](Arrival::is_control_truncated) says that fewer came than were sent: this process has
            /// as many as it may have.
            ///
            /// # Platform notes
            ///
            /// - Windows: none ever come.
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            #[inline]
            pub fn recv_descriptors(
                &self,
                data: &mut [u8],
                descriptors: &mut Vec<Descriptor>,
            ) -> Result<$output<Arrival<<$role as Role>::Address>>> {
                recv_descriptors(self.socket(), self.$mode(), data, descriptors)
            }
        }
    };
}

calls!([R: Role] SocketOf<R>, R, waiting, Always, "Waits until there is something to do.");
calls!([S: HoldsSocket] By<S>, S::Role, until, Always, "Waits until there is something to do, or the deadline passes.");
calls!([S: HoldsSocket] Now<S>, S::Role, never, Option, "Never waits: `None` says that there is nothing to do now.");

impl<R: Local> SocketOf<R> {
    /// Returns the process, user and group that the peer had when it connected, as much of them as the system tells.
    ///
    /// # Platform notes
    ///
    /// - Linux, OpenBSD: `SO_PEERCRED`; FreeBSD, DragonFly, Apple: `LOCAL_PEERCRED`, and of Apple `LOCAL_PEERPID`; NetBSD:
    ///   `LOCAL_PEEREID`. DragonFly does not tell the process.
    /// - illumos, Windows: unsupported.
    #[doc(alias = "SO_PEERCRED")]
    #[doc(alias = "getpeereid")]
    pub fn peer_credentials(&self) -> Result<Credentials> {
        let rows = [option::socket::PEERCRED, option::local::PEERCRED, option::local::PEEREID];
        let row = rows.into_iter().find(SocketOption::is_available).unwrap_or(option::socket::PEERCRED);
        let credentials = row.get(self)?;
        let pid = credentials.pid.or_else(|| option::local::PEERPID.get(self).ok());
        Ok(Credentials { pid, ..credentials })
    }

    /// Opens a descriptor of the process that the peer was when it connected: it polls readable from its end on.
    ///
    /// # Errors
    ///
    /// [`is_no_such_process`](Error::is_no_such_process) if it has ended and was waited for.
    ///
    /// # Platform notes
    ///
    /// - Linux 6.5 and later. Elsewhere unsupported.
    ///
    /// # System call
    ///
    /// `getsockopt(2)` with `SO_PEERPIDFD`.
    #[doc(alias = "SO_PEERPIDFD")]
    pub fn peer_pidfd(&self) -> Result<Descriptor> {
        sys::process::of_peer(self.borrowed()).during(Operation::OpenProcess)
    }
}
