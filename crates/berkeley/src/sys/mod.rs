//! The calls of the system: the only place with unsafe code.
//!
//! # The contract
//!
//! `unix` and `windows` are mirror trees: the same files, the same names. `unsupported` is one file with all of
//! the names, over a type that has no values. Whoever ports this crate provides:
//!
//! | file | what it gives |
//! |---|---|
//! | `descriptor` | `Descriptor` (owned), `Held` (as a socket has it), `Borrowed<'_>`; `hold`, `release`, `duplicate`, `close`, `is_nonblocking`, `set_nonblocking` |
//! | `address` | `RawAddress`, `encode_unix`, `encode_more`, `decode_more`, `interface_index`; `sockaddr` makes [`Sockaddr`] of them |
//! | `name` | `open`, `open_raw`, `pair`, `adopt`, `bind`, `listen`, `connect`, `accept`, `disconnect`, `shutdown`, `local_address`, `peer_address`, `local_cid` |
//! | `io` | `send`, `send_to`, `send_vectored`, `recv`, `recv_from`, `recv_vectored`, `queued_receive`, `queued_send`, `at_mark` |
//! | `message` | `send`, `recv`: with control messages; how these are laid out, and which hold descriptors |
//! | `flag` | the bits of the flags that sends and receives take |
//! | `option` | `get`, `set`: bytes in, bytes out; times |
//! | `layout` | how values of options lie in bytes, where systems differ |
//! | `lookup` | `addresses`, `host_name`: what the system's resolver says, which may take as long as it likes |
//! | `poll` | a mechanism to wait for many descriptors, each a file; its own head has the contract |
//! | `wake` | what ends such a wait from another thread, each a file |
//! | `wait` | `wait`: one descriptor, ready or not before a time limit; `Entry`, `wait_any`: several, as the system takes them; `own_limit` |
//!
//! `flow_label`, `process` and `splice` are for Linux alone, `tcp` and `pipe` for Windows alone, `signal` and `exit` for Linux and the BSDs,
//! `inherit` for Unix, `source_filter` for those that have such filters, and all have a body for the others. `interface` is for the BSDs and Windows, as Linux is asked by netlink; `host` has the names of the
//! machine, `name_server` what Windows knows of name servers. `number` has what the system calls which option: one file a system.
//!
//! The rules that all of them keep:
//!
//! - A function makes one system call, returns the number of its error by value, and repeats nothing: whoever
//!   calls decides what an interruption means.
//! - Every descriptor is close-on-exec (not inheritable on Windows), from its first instant where the system can.
//! - No call raises SIGPIPE.
//! - A send or receive takes `Attempt::Try` for "do not wait", whatever the descriptor's own mode is. Where the
//!   system has no flag for that (Windows), every descriptor is non-blocking and both attempts are the same.
//! - What a system lacks answers with the number of `EOPNOTSUPP`, and never with silence.

#![allow(unsafe_code)]
// Where no descriptor can exist, nothing calls what helps to call the system.
#![cfg_attr(any(berkeley_sys = "unsupported", not(any(unix, windows))), allow(dead_code))]

pub(crate) mod batch;
mod buffer;
pub mod control;
#[cfg(debug_assertions)]
#[doc(hidden)]
pub mod fault;
pub mod filter;
pub(crate) mod lookup;
mod number;
pub(crate) mod poll;
pub(crate) mod wake;

#[cfg_attr(all(unix, not(berkeley_sys = "unsupported")), path = "unix/mod.rs")]
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/mod.rs")]
#[cfg_attr(any(berkeley_sys = "unsupported", not(any(unix, windows))), path = "unsupported.rs")]
mod system;

#[cfg_attr(all(linux_like, not(berkeley_sys = "unsupported")), path = "linux/exit.rs")]
#[cfg_attr(all(bsd, not(berkeley_sys = "unsupported")), path = "bsd/exit.rs")]
pub(crate) mod exit;
#[cfg_attr(all(linux_like, not(berkeley_sys = "unsupported")), path = "linux/flow_label.rs")]
pub(crate) mod flow_label;
#[cfg_attr(all(unix, not(berkeley_sys = "unsupported")), path = "unix/host.rs")]
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/host.rs")]
pub(crate) mod host;
#[cfg_attr(all(unix, not(berkeley_sys = "unsupported")), path = "unix/inherit.rs")]
pub(crate) mod inherit;
#[cfg(not(linux_like))]
#[cfg_attr(all(bsd, not(berkeley_sys = "unsupported")), path = "bsd/interface.rs")]
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/interface.rs")]
pub(crate) mod interface;
#[cfg(all(bsd, not(berkeley_sys = "unsupported")))]
#[path = "bsd/kqueue.rs"]
mod kqueue;
#[cfg(feature = "dns")]
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/name_server.rs")]
pub(crate) mod name_server;
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/pipe/mod.rs")]
pub(crate) mod pipe;
#[cfg_attr(all(linux_like, not(berkeley_sys = "unsupported")), path = "linux/process.rs")]
pub(crate) mod process;
#[cfg_attr(all(linux_like, not(berkeley_sys = "unsupported")), path = "linux/signal.rs")]
#[cfg_attr(all(bsd, not(berkeley_sys = "unsupported")), path = "bsd/signal.rs")]
pub(crate) mod signal;
#[cfg_attr(all(linux_like, not(berkeley_sys = "unsupported")), path = "linux/source_filter.rs")]
#[cfg_attr(all(any(apple, freebsd), not(berkeley_sys = "unsupported")), path = "bsd/source_filter.rs")]
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/source_filter.rs")]
pub(crate) mod source_filter;
#[cfg_attr(all(linux_like, not(berkeley_sys = "unsupported")), path = "linux/splice.rs")]
pub(crate) mod splice;
#[cfg_attr(all(windows, not(berkeley_sys = "unsupported")), path = "windows/tcp.rs")]
pub(crate) mod tcp;

#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
mod entry;
#[cfg(all(any(linux_like, windows), not(berkeley_sys = "unsupported")))]
mod group_filter;
#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
mod sockaddr;
pub(crate) mod watch;

use std::borrow::Cow;
use std::io::IoSlice;
#[cfg(feature = "dns")]
use std::net::IpAddr;
use std::time::Duration;

pub use self::buffer::{Buffer, Spare, Uninit, spare};
pub use self::number::Place;
#[cfg(test)]
pub(crate) use self::number::all as numbers;
pub(crate) use self::number::{message as message_number, place};
pub(crate) use self::system::{address, descriptor, flag, io, layout, message, name, option, wait};
use crate::error::{Errno, Operation};

/// The result of a system call: the number of its error by value.
pub(crate) type Result<T> = std::result::Result<T, Errno>;

/// Whether a call may wait in the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The call waits as the descriptor's own mode says.
    AsIs,
    /// The call never waits.
    Try,
}

/// What to wait for on one descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// Data, a connection, the end of the data, or an error.
    Readable,
    /// Room for data, the end of a connect, or an error.
    Writable,
    /// Urgent data.
    Priority,
    /// An error, or something in the queue of errors.
    Failed,
}

/// Which halves of a connection to shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "SHUT_RDWR")]
pub enum Shutdown {
    /// No more is received: `SHUT_RD`.
    #[doc(alias = "SHUT_RD")]
    Receive,
    /// No more is sent; the peer reads the end of the data: `SHUT_WR`.
    #[doc(alias = "SHUT_WR")]
    Send,
    /// Both halves: `SHUT_RDWR`.
    Both,
}

/// What a receive call delivered, before its buffer is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Delivered {
    /// The bytes in the buffer.
    pub length: usize,
    /// The bytes of the message that the buffer had no room for: `usize::MAX` if the system does not say.
    pub missing: usize,
}

impl Delivered {
    /// What `total` bytes are in a buffer of `room`, where the system tells the whole length.
    #[inline]
    #[cfg_attr(not(linux_like), allow(dead_code))]
    pub(crate) fn of(total: usize, room: usize) -> Self {
        let length = if total < room { total } else { room };
        Self { length, missing: total - length }
    }

    /// What arrived, where the system tells only whether that is all.
    #[inline]
    pub(crate) fn cut(length: usize, is_cut: bool) -> Self {
        Self { length, missing: if is_cut { usize::MAX } else { 0 } }
    }
}

/// How a listener makes the instances of a named pipe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PipeSettings {
    /// The name is this listener's alone, not one that others have made as well.
    pub(crate) is_first: bool,
    pub(crate) accepts_remote: bool,
    pub(crate) instances: Option<u8>,
    /// The bytes that the system keeps in each direction before a write has to wait.
    pub(crate) buffer: u32,
}

/// What a receive call with control messages delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    pub(crate) delivered: Delivered,
    /// What the system says of the message, in its own flags.
    pub(crate) flags: i32,
}

/// A signal that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(linux_like, bsd)), allow(dead_code))]
pub(crate) struct Arrival {
    pub(crate) number: i32,
    /// The `si_code` of C.
    pub(crate) code: Option<i32>,
    /// The process that sent it, and its user.
    pub(crate) sender: Option<(u32, u32)>,
}

/// What has become of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(linux_like, bsd)), allow(dead_code))]
pub(crate) enum Fate {
    Running,
    /// It has ended; the number is the status as wait(2) gives it.
    Ended(i32),
    /// It is no child of this process, or was waited for.
    NoChild,
}

/// What an interface was told of the domain name system, and its metric.
#[cfg(feature = "dns")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Announced {
    pub(crate) metric: u32,
    /// Name servers, with their zones.
    pub(crate) servers: Vec<(IpAddr, u32)>,
    pub(crate) domains: Vec<String>,
}

/// An address that the system can be given and that it can give.
pub trait Sockaddr: Sized {
    /// Turns the address into what the system takes; resolves the names of zones.
    #[doc(hidden)]
    fn encode(&self) -> std::result::Result<address::RawAddress, Errno>;

    /// Turns what the system gave into an address, or `None` if it is of another family.
    #[doc(hidden)]
    fn decode(raw: &address::RawAddress) -> Option<Self>;
}

/// Whether a connect waits in the system, so that one call does it; else it is started and waited for.
pub(crate) const CONNECT_WAITS: bool = cfg!(unix);

/// Whether calls know how not to wait on a blocking descriptor; else every descriptor is non-blocking, for good.
pub(crate) const CAN_BLOCK: bool = cfg!(unix);

/// The longest wait that is asked of the system at once; longer ones are made of several.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns a limit as calls take it that count milliseconds; -1 is none.
///
/// Rounded up: a wait that ends too early is made again, at once, until the time is there.
#[cfg_attr(
    any(linux_like, freebsd),
    allow(dead_code, reason = "some systems have calls that are more precise")
)]
pub(crate) fn milliseconds(limit: Option<Duration>) -> i32 {
    limit.map_or(-1, |limit| i32::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX))
}

/// Asks the fault switch whether this call is to fail.
#[inline(always)]
#[allow(clippy::inline_always, reason = "in release builds nothing of it may be left")]
#[cfg_attr(not(debug_assertions), allow(clippy::unnecessary_wraps, unused_variables))]
pub(crate) fn check(operation: Operation) -> Result<()> {
    #[cfg(debug_assertions)]
    fault::check(operation)?;
    Ok(())
}

/// Asks the fault switch how many of `length` bytes this call is to be about.
#[inline(always)]
#[allow(clippy::inline_always, reason = "in release builds nothing of it may be left")]
#[cfg_attr(not(debug_assertions), allow(unused_variables))]
pub(crate) fn limit(operation: Operation, length: usize) -> usize {
    #[cfg(debug_assertions)]
    let length = fault::limit(operation, length);
    length
}

/// As `limit`, of data in several places: returns what of it this call is to be about.
#[inline(always)]
#[allow(clippy::inline_always, reason = "in release builds nothing of it may be left")]
#[cfg_attr(not(debug_assertions), allow(unused_variables))]
pub(crate) fn limit_slices<'a>(operation: Operation, data: &'a [IoSlice<'a>]) -> Cow<'a, [IoSlice<'a>]> {
    #[cfg(debug_assertions)]
    if let Some(fewer) = fault::limit_slices(operation, data) {
        return Cow::Owned(fewer);
    }
    Cow::Borrowed(data)
}
