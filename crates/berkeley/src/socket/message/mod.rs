//! Messages with control data: what goes beside the bytes of a message.
//!
//! A [`Control`] is sent with a [`Message`], and a [`ControlBuffer`] receives: by
//! [`send_message`](crate::SocketOf::send_message) and [`recv_message`](crate::SocketOf::recv_message), in every mode.
//!
//! Control messages are rows, as options are: [`ip::PKTINFO`], [`ipv6::HOPLIMIT`], [`udp::SEGMENT`]. A row gives the type of
//! the value. Rows exist on every system: one that a system does not take is refused when it is pushed, and one that it does
//! not give is never met. Kinds without a row are there as bytes.
//!
//! Most are received only once an option of the same name asks for them: `IP_RECVTTL` for [`ip::TTL`].
//!
//! # Examples
//!
//! An answer from the address that was asked, whichever of the machine's addresses that is:
//!
//! ```
//! use berkeley::message::{self, Control, ControlBuffer, Message};
//! use berkeley::{UdpSocket, option};
//! use std::io::{IoSlice, IoSliceMut};
//!
//! let server = UdpSocket::bind("0.0.0.0:0")?;
//! if server.set(option::ip::PKTINFO, true).is_err() {
//!     return Ok(()); // A BSD without it: RECVDSTADDR does the same there.
//! }
//! let client = UdpSocket::connected_to(("127.0.0.1", server.local_address()?.port()))?;
//! client.send(b"who are you?")?;
//!
//! let mut buffer = [0; 64];
//! let mut received = ControlBuffer::with_room(message::ip::PKTINFO.room());
//! let arrival = server.recv_message(&mut [IoSliceMut::new(&mut buffer)], &mut received)?;
//! let info = received.get(message::ip::PKTINFO).expect("it was asked for");
//! assert!(info.destination.is_loopback());
//!
//! let mut control = Control::new();
//! control.push(message::ip::PKTINFO, &info.reply())?;
//! let data = [IoSlice::new(b"127.0.0.1")];
//! server.send_message(&Message::new(&data).to_maybe(arrival.from()).control(&control))?;
//! assert_eq!(client.recv(&mut buffer)?.len(), 9);
//! # Ok::<(), berkeley::Error>(())
//! ```

mod arrival;
mod buffer;
mod call;
mod control;
mod form;
mod level;
mod name;
mod queued;
mod row;

pub use self::arrival::{Arrival, ArrivalFlags};
pub use self::buffer::{ControlBuffer, Item, Items};
pub(super) use self::call::{asked, sent_to};
pub use self::control::{Control, MOST_DESCRIPTORS, Message, descriptor_room};
pub use self::form::*;
pub use self::level::*;
pub use self::name::{Row, all, by_name};
pub use self::queued::{Queued, Report, Stage, Transmission, ZeroCopy};
pub use self::row::ControlMessage;
#[doc(hidden)]
pub use crate::sys::control::{Frame, Layout};
