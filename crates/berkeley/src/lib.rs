//! The whole BSD sockets API: every address family, safe, portable, and with a deadline for everything that waits.
//!
//! # A call has a mode; a socket has none
//!
//! ```
//! use berkeley::{Deadline, SECOND, TcpListener, TcpStream};
//! use std::io::{Read, Write};
//!
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! assert!(listener.now().accept()?.is_none());               // never waits
//!
//! let mut client = TcpStream::connect(listener.local_address()?)?;
//! client.write_all(b"a frame!")?;                             // waits
//!
//! let (server, from) = listener.accept()?;
//! let mut frame = [0; 8];
//! server.by(Deadline::after(SECOND * 3)).read_exact(&mut frame)?;   // waits three seconds and no longer
//! assert_eq!(&frame, b"a frame!");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The map
//!
//! | for | look at |
//! |---|---|
//! | addresses of every family, their text, their arithmetic | [`addr`], [`Address`] |
//! | a socket of any family and type | [`Socket`] |
//! | TCP, by address or by name | [`TcpStream`], [`TcpListener`], [`Connect`] |
//! | UDP | [`UdpSocket`] |
//! | groups: joining, leaving, sources; broadcast | [`multicast`]; [`UdpSocket::send_broadcast`] |
//! | UDP-Lite, SCTP | [`UdpLiteSocket`], [`SctpStream`], [`SctpListener`] |
//! | Unix sockets | [`UnixStream`], [`UnixListener`], [`UnixDatagram`], [`UnixSeqpacket`], [`UnixSeqpacketListener`] |
//! | packets of any IP protocol, ICMP | [`RawSocket`], [`IcmpSocket`], [`icmp`] |
//! | frames of an interface | [`PacketSocket`], [`packet`] |
//! | virtual machines and their host | [`VsockStream`], [`VsockListener`], [`vsock`] |
//! | the controller area network (CAN): frames, ISO-TP, J1939, cyclic sends | [`CanSocket`], [`CanIsoTp`], [`CanJ1939`], [`CanBroadcastManager`], [`can`] |
//! | messages between programs and the kernel | [`NetlinkSocket`], [`netlink`] |
//! | waiting no longer than | [`Deadline`], [`By`]; not at all: [`Now`]; a connect under way: [`Connecting`] |
//! | waiting on several sources at once | [`wait_any`], [`Watch`], [`wait_for`]; what a connection is ready for: [`Readiness`] |
//! | waiting for many sources, with timers and wakers | [`Poller`], [`Interest`], [`Backend`] |
//! | waiting for something over several sources as for one | [`Underway`], [`Bundle`] |
//! | sending without ever waiting; accepting without end | [`Queued`]; [`Acceptor`] |
//! | from one connection to another, in the kernel (Linux) | [`Splice`] |
//! | a whole server | [`Server`], [`Service`]; on several threads [`serve`] |
//! | names of hosts, services and protocols; lookups that never block | [`name`], [`Resolver`], [`Lookup`], [`Query`], [`Host`] |
//! | descriptors for programs that are started | [`inherit_from`] |
//! | signals, the ends of processes, as sources | [`Signals`], [`ProcessExit`] |
//! | interfaces, their addresses and routes; what changes of them | [`Interfaces`], [`interface`]; [`InterfaceChanges`] |
//! | the name of this machine | [`host_name`], [`domain_name`] |
//! | what goes beside the data: control messages, descriptors, credentials; the queue of errors | [`message`] |
//! | many messages by one call | [`batch`] |
//! | socket options | [`option`] |
//! | lines and characters, in any encoding | `text` (a feature that is on) |
//! | the sockets of running processes (Linux) | [`os::linux::Process`] |
//! | named pipes (Windows) | [`os::windows`] |
//! | questions to name servers, with the feature `dns` | `dns` |
//! | what went wrong | [`Error`], [`Errno`], [`Operation`] |
//! | receiving without zeroed memory | [`Buffer`], [`spare`], [`Uninit`] |
//!
//! All calls are methods of [`SocketOf`], whose parameter says what the socket is for.
//!
//! The guide, `docs/GUIDE.md`, is a way through all that; it is compiled into this documentation with the other prose.
//!
//! # What it promises
//!
//! - Every descriptor is close-on-exec. No call raises SIGPIPE. Interrupted calls are repeated.
//! - A message that did not fit is reported, with its sender, on every system.
//! - Everything exists on every system; what one lacks answers [`is_unsupported`](Error::is_unsupported).
//! - Nothing panics on what the system or a peer does.
//!
//! # What it does not do yet
//!
//! Adapters for async runtimes, files handed to the kernel, `AF_XDP`. The
//! tables of what is there and what is not are compiled into this documentation: `_documentation`.

mod acceptor;
pub mod addr;
mod broadcast;
pub mod can;
mod connect;
mod deadline;
#[cfg(feature = "dns")]
pub mod dns;
mod error;
mod exit;
pub mod icmp;
mod inherit;
pub mod interface;
mod interfaces;
mod kind;
pub mod multicast;
pub mod name;
pub mod netlink;
pub mod option;
pub mod os;
pub mod packet;
pub mod poll;
mod queue;
pub mod raw;
mod ready;
mod relay;
pub mod sctp;
mod serve;
mod signal;
mod socket;
mod source;
mod sys;
pub mod tcp;
#[cfg(feature = "text")]
pub mod text;
pub mod udp;
pub mod udplite;
mod underway;
pub mod unix;
pub mod vsock;
mod wait;

pub use acceptor::{Acceptor, Overload};
pub use addr::{
    Address, CanAddress, CanIds, ConvertError, Family, Inet6Address, LinkAddress, NetlinkAddress,
    OtherAddress, ParseError, ToAddress, UnixAddress, VsockAddress, Zone,
};
pub use can::{CanBroadcastManager, CanIsoTp, CanJ1939, CanSocket};
pub use connect::{Connect, Race};
pub use deadline::{Deadline, MILLISECOND, SECOND};
pub use error::{Errno, Error, Operation, Result};
pub use exit::{ProcessExit, ProcessState};
pub use icmp::IcmpSocket;
pub use inherit::inherit_from;
pub use interface::Interface;
pub use interfaces::{InterfaceChanges, Interfaces, domain_name, host_name};
pub use kind::{Kind, Protocol};
pub use name::{Host, Lookup, Query, Resolver};
pub use netlink::NetlinkSocket;
pub use packet::PacketSocket;
pub use poll::{AddError, Backend, Event, Events, Key, Poller, Waker};
pub use queue::{Progress, Queued, Taken};
pub use raw::RawSocket;
pub use ready::{Interest, Ready, Trigger};
pub use relay::Splice;
pub use sctp::{SctpListener, SctpStream};
pub use serve::{Connection, Connections, Report, Server, Service, Stopper, Turn, serve};
pub use signal::{Signal, SignalInfo, Signals};
pub use socket::{
    Accepts, Addresses, AdoptError, Any, AsBytes, BACKLOG, By, Connecting, HoldsSocket, Instruction, Local,
    Now, Outcome, Readiness, ReceiveFlags, Received, Role, SendFlags, Socket, SocketOf, State, Streams,
    Transfers, batch, message,
};
pub use source::{AsSource, Descriptor, Source};
#[cfg(debug_assertions)]
#[doc(hidden)]
pub use sys::fault;
pub use sys::{Buffer, Shutdown, Spare, Uninit, spare};
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;
pub use udplite::UdpLiteSocket;
pub use underway::{Bundle, Underway};
pub use unix::{UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream};
pub use vsock::{VsockDatagram, VsockListener, VsockSeqpacket, VsockSeqpacketListener, VsockStream};
pub use wait::{Watch, wait_any, wait_for};

/// Prose, compiled: its links are checked, its examples run.
#[cfg(any(doc, doctest))]
pub mod _documentation {
    #[doc = include_str!("../README.md")]
    pub mod readme {}

    #[doc = include_str!("../docs/GUIDE.md")]
    #[cfg(feature = "text")]
    pub mod guide {}

    #[doc = include_str!("../docs/DESIGN.md")]
    pub mod design {}

    #[doc = include_str!("../docs/COMING_FROM.md")]
    pub mod coming_from {}

    #[doc = include_str!("../docs/CAPABILITIES.md")]
    pub mod capabilities {}

    #[doc = include_str!("../docs/OPTIONS.md")]
    pub mod options {}
}
