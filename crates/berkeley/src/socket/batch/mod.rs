//! Many messages by one call: sending them, receiving them.
//!
//! A [`Sender`] says how a socket's messages go out, and a [`Receiver`] has the memory for what comes in; both are kept beside
//! the socket, and lent to [`send_batch`](crate::SocketOf::send_batch), [`send_segments`](crate::SocketOf::send_segments) and
//! [`recv_batch`](crate::SocketOf::recv_batch), in every mode. What they do is the same on every system; by how many calls is
//! not:
//!
//! | [`Path`] | how | where |
//! |---|---|---|
//! | [`Segments`](Path::Segments) | what goes to one peer in pieces of one size goes through the system's stack once | UDP on Linux 4.18, Windows 10 2004 |
//! | [`Many`](Path::Many) | sendmmsg(2), recvmmsg(2) | Linux |
//! | [`OneByOne`](Path::OneByOne) | a call for each | everywhere |
//!
//! Each is tried first where the system has it, and left when the kernel or a device refuses: the messages then go the next
//! way within the same call, and later ones do so at once.
//!
//! # Examples
//!
//! ```
//! use berkeley::batch::{Receiver, Sender};
//! use berkeley::{Deadline, SECOND, UdpSocket};
//! use std::net::SocketAddr;
//!
//! let receiver = UdpSocket::bind("127.0.0.1:0")?;
//! let sender = UdpSocket::connected_to(receiver.local_address()?)?;
//! let mut incoming = Receiver::coalescing(&receiver, 8);
//! let mut outgoing = Sender::new();
//!
//! // Three datagrams, the last of which is shorter.
//! let sent = sender.send_segments(&mut outgoing, b"one  two  tri", 5, None)?;
//! assert_eq!(sent, 13);
//!
//! let mut heard: Vec<Vec<u8>> = Vec::new();
//! while heard.len() < 3 {
//!     receiver.by(Deadline::after(SECOND)).recv_batch(&mut incoming)?;
//!     heard.extend(incoming.datagrams().map(|datagram| datagram.data().to_vec()));
//! }
//! assert_eq!(heard, [&b"one  "[..], b"two  ", b"tri"]);
//! # Ok::<(), berkeley::Error>(())
//! ```

mod call;
mod plan;
mod receiver;
mod sender;

pub use self::receiver::{Datagram, Datagrams, Receiver};
pub use self::sender::{Path, Sender};
