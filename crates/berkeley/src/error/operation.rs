//! What was being done when a call failed.

use std::fmt;

/// What was being done when a call failed.
///
/// The name that `Display` prints is the one the sentence of an [`Error`](crate::Error) begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Operation {
    /// Opening a socket: `socket(2)`.
    Open,
    /// Opening a connected pair: `socketpair(2)`.
    Pair,
    /// Taking over a descriptor that something else opened.
    Adopt,
    /// Giving a socket its local address: `bind(2)`.
    Bind,
    /// Turning a socket into one that accepts: `listen(2)`.
    Listen,
    /// Connecting, or setting the peer of a datagram socket: `connect(2)`.
    Connect,
    /// Dissolving the association of a datagram socket: `connect(2)` with `AF_UNSPEC`.
    Disconnect,
    /// Accepting a connection: `accept(2)`.
    Accept,
    /// Sending: `send(2)`, `sendto(2)`, `sendmsg(2)`.
    Send,
    /// Receiving: `recv(2)`, `recvfrom(2)`, `recvmsg(2)`.
    Receive,
    /// Shutting down one half or both: `shutdown(2)`.
    Shutdown,
    /// Closing: `close(2)`.
    Close,
    /// Asking for the local address: `getsockname(2)`.
    LocalAddress,
    /// Asking for the peer's address: `getpeername(2)`.
    PeerAddress,
    /// Reading an option: `getsockopt(2)`.
    GetOption,
    /// Setting an option: `setsockopt(2)`.
    SetOption,
    /// Duplicating a descriptor: `fcntl(2)` with `F_DUPFD_CLOEXEC`.
    Duplicate,
    /// Opening a process, or listing its descriptors: `pidfd_open(2)`, `/proc`.
    OpenProcess,
    /// Duplicating a descriptor of another process: `pidfd_getfd(2)`.
    DuplicateFrom,
    /// Reading or changing the flags of a descriptor: `fcntl(2)`, `ioctl(2)`.
    Control,
    /// Waiting for readiness: `poll(2)`, `epoll_wait(2)`, `kevent(2)`.
    Wait,
    /// Opening what waits for many sources: `epoll_create1(2)`, `kqueue(2)`, `eventfd(2)`.
    OpenPoller,
    /// Opening a pipe that data is moved through: `pipe2(2)`.
    OpenPipe,
    /// Telling the system what to wait for: `epoll_ctl(2)`.
    Register,
    /// Ending a wait from another thread: a write to an `eventfd(2)`.
    Wake,
    /// Keeping signals from a thread and receiving them: `signalfd(2)`, `kqueue(2)`.
    Signals,
    /// Asking how a process has ended: `waitid(2)`.
    ExitStatus,
    /// Reading an address from text, or turning it into what the system takes.
    Address,
    /// Looking up an interface, listing them, or waiting for their changes: `if_nametoindex(3)`, `getifaddrs(3)`.
    Interface,
    /// Looking up a host, a service or a protocol: `getaddrinfo(3)`, `getnameinfo(3)`, `getservbyname(3)`.
    LookUp,
    /// Asking what this machine is called: `gethostname(2)`.
    HostName,
    /// Asking the kernel by a message: netlink(7).
    Request,
    /// Removing the path of a Unix socket: `unlink(2)`.
    Remove,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open socket",
            Self::Pair => "open socket pair",
            Self::Adopt => "adopt descriptor",
            Self::Bind => "bind",
            Self::Listen => "listen",
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Accept => "accept",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Shutdown => "shut down",
            Self::Close => "close",
            Self::LocalAddress => "local address",
            Self::PeerAddress => "peer address",
            Self::GetOption => "get option",
            Self::SetOption => "set option",
            Self::Duplicate => "duplicate",
            Self::OpenProcess => "open process",
            Self::DuplicateFrom => "duplicate from process",
            Self::Control => "control descriptor",
            Self::Wait => "wait",
            Self::OpenPoller => "open poller",
            Self::OpenPipe => "open pipe",
            Self::Register => "register",
            Self::Wake => "wake",
            Self::Signals => "receive signals",
            Self::ExitStatus => "ask for exit status",
            Self::Address => "address",
            Self::Interface => "look up interface",
            Self::LookUp => "look up",
            Self::HostName => "host name",
            Self::Request => "request",
            Self::Remove => "remove",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
