//! The whole BSD sockets API.

pub mod addr;
mod deadline;
mod error;
mod kind;
pub mod option;
mod socket;
mod source;
mod sys;
pub mod tcp;
pub mod udp;
pub mod unix;

pub use addr::*;
pub use deadline::{Deadline, MILLISECOND, SECOND};
pub use error::{Errno, Error, Operation, Result};
pub use kind::{Kind, Protocol};
pub use socket::*;
pub use source::{AsSource, Descriptor, Source};
#[cfg(debug_assertions)]
#[doc(hidden)]
pub use sys::fault;
pub use sys::{Buffer, Shutdown, Spare, Uninit, spare};
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;
pub use unix::{UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream};
