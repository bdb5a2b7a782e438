//! TCP: streams and listeners, over IPv4 and IPv6.

use std::net::SocketAddr;
use std::time::Duration;

use crate::addr::{Address, Family, ToAddress};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::{SocketOption, TcpInfo, socket, tcp};
use crate::socket::{Accepts, BACKLOG, Connecting, Role, SocketOf, Streams, Transfers, encode, named, role};
use crate::sys::address::RawAddress;

/// A TCP connection.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, SECOND, Shutdown, TcpListener, TcpStream};
/// use std::io::{Read, Write};
///
/// let listener = TcpListener::bind("[::1]:0").or_else(|_| TcpListener::bind("127.0.0.1:0"))?;
/// let mut client = TcpStream::connect(listener.local_address()?)?;
/// let (server, _) = listener.accept()?;
///
/// client.write_all(b"question")?;
/// client.shutdown(Shutdown::Send)?;
///
/// let mut question = String::new();
/// server.by(Deadline::after(SECOND)).read_to_string(&mut question)?;
/// assert_eq!(question, "question");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type TcpStream = SocketOf<Stream>;

/// A socket that accepts TCP connections.
///
/// # Examples
///
/// ```
/// use berkeley::TcpListener;
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// assert_ne!(listener.local_address()?.port(), 0);
/// assert!(listener.now().accept()?.is_none());
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type TcpListener = SocketOf<Listener>;

role! {
    /// The role of a TCP connection.
    Stream: "TcpStream", SocketAddr,
        |family, kind, listening| is_inet(family) && kind == Kind::STREAM && !listening,
        [Protocol::TCP, Protocol::MPTCP], "the descriptor is no stream over IPv4 or IPv6, or it listens";
    /// The role of a socket that accepts TCP connections.
    Listener: "TcpListener", SocketAddr,
        |family, kind, listening| is_inet(family) && kind == Kind::STREAM && listening,
        [Protocol::TCP, Protocol::MPTCP], "the descriptor is no stream over IPv4 or IPv6 that listens";
}

pub(crate) fn is_inet(family: Family) -> bool {
    family == Family::INET || family == Family::INET6
}

impl Transfers for Stream {
    type Received = usize;
}

impl Streams for Stream {}

impl Accepts for Listener {
    type Stream = Stream;
}

/// Returns the family that a socket for this address is opened in.
pub(crate) fn family_of(address: &Address, operation: Operation) -> Result<Family> {
    match address {
        Address::Inet(_) => Ok(Family::INET),
        Address::Inet6(_) => Ok(Family::INET6),
        _ => {
            Err(Error::invalid(operation, "an address of IPv4 or IPv6 is needed")
                .with_address(address.clone()))
        }
    }
}

/// Opens a socket of multipath TCP, or where the system has none of TCP. Linux before 5.6 finds the number invalid.
fn open_multipath<R: Role + Copy>(family: Family, role: R) -> Result<SocketOf<R>> {
    match SocketOf::open_as(family, Kind::STREAM, Protocol::MPTCP, role) {
        Err(error) if error.is_unsupported() || error.is_invalid() => {
            SocketOf::open_as(family, Kind::STREAM, Protocol::TCP, role)
        }
        opened => opened,
    }
}

impl SocketOf<Stream> {
    /// Connects to an address, without looking anything up.
    pub(crate) fn connect_to_address(address: &Address, deadline: impl Into<Deadline>) -> Result<Self> {
        Self::connected(address, deadline, Self::opened_for)
    }

    /// Starts to connect to `address`, and does not wait.
    ///
    /// # Errors
    ///
    /// What fails at once is a [`Connecting`] that has failed, not an error of this call.
    pub fn start_connect(address: impl ToAddress) -> Result<Connecting<Self>> {
        let address = address.to_address()?;
        Self::opened_for(&address)?.into_connecting(address)
    }

    /// Connects as [`connect_by`](Self::connect_by) does, over several paths where both sides can (RFC 8684), else over
    /// one as ever.
    ///
    /// [`is_multipath`](Self::is_multipath) tells what has become of it.
    ///
    /// # Platform notes
    ///
    /// - Linux 5.6: asked for by the protocol of the socket. Elsewhere, and where `net.mptcp.enabled` is off, this is
    ///   `connect_by`.
    #[doc(alias = "IPPROTO_MPTCP")]
    pub fn connect_multipath(address: impl ToAddress, deadline: impl Into<Deadline>) -> Result<Self> {
        Self::connected(&address, deadline, |address| {
            open_multipath(family_of(address, Operation::Connect)?, Stream)
        })
    }

    /// Returns `true` if the connection is one of multipath TCP; not if it was to be one and the other side could not.
    ///
    /// # Errors
    ///
    /// Only those of an option that cannot be read: a system without multipath TCP has no such connections.
    pub fn is_multipath(&self) -> Result<bool> {
        match self.get(tcp::IS_MPTCP) {
            // Before Linux 5.16 only the protocol of the socket is known.
            Err(error) if error.is_unsupported() => match self.get(socket::PROTOCOL) {
                Err(error) if error.is_unsupported() => Ok(false),
                protocol => Ok(protocol? == Protocol::MPTCP),
            },
            told => told,
        }
    }

    fn opened_for(address: &Address) -> Result<Self> {
        Self::open_as(family_of(address, Operation::Connect)?, Kind::STREAM, Protocol::TCP, Stream)
    }

    named! {
        "whether small segments are sent at once" nodelay, set_nodelay: bool = tcp::NODELAY "TCP_NODELAY";
        "whether an idle connection is probed" keepalive, set_keepalive: bool = socket::KEEPALIVE "SO_KEEPALIVE";
        "how long a connection is idle before it is probed, in whole seconds"
            keepalive_idle, set_keepalive_idle: Duration = tcp::KEEPIDLE "TCP_KEEPIDLE";
        "how long after a probe the next one follows, in whole seconds"
            keepalive_interval, set_keepalive_interval: Duration = tcp::KEEPINTVL "TCP_KEEPINTVL";
        "how many probes stay unanswered before the connection is given up"
            keepalive_count, set_keepalive_count: u32 = tcp::KEEPCNT "TCP_KEEPCNT";
        "how long data may stay unacknowledged before the connection is given up"
            user_timeout, set_user_timeout: Duration = tcp::USER_TIMEOUT "TCP_USER_TIMEOUT";
        "whether partial segments wait until it is turned off" cork, set_cork: bool = tcp::CORK "TCP_CORK";
        "the congestion control, by name" congestion, set_congestion: String = tcp::CONGESTION "TCP_CONGESTION";
        "how many bytes not yet sent the connection holds before it is no longer writable"
            unsent_limit, set_unsent_limit: u32 = tcp::NOTSENT_LOWAT "TCP_NOTSENT_LOWAT";
    }

    /// Returns what the connection knows of itself: [`tcp::INFO`].
    ///
    /// # Platform notes
    ///
    /// - Linux, FreeBSD, NetBSD, OpenBSD: `TCP_INFO`. Apple: `TCP_CONNECTION_INFO`.
    /// - Windows 10 1703 and later: `SIO_TCP_INFO`.
    /// - Elsewhere unsupported.
    #[doc(alias = "TCP_INFO")]
    #[doc(alias = "TCP_CONNECTION_INFO")]
    #[doc(alias = "SIO_TCP_INFO")]
    pub fn info(&self) -> Result<TcpInfo> {
        self.tcp_info()
    }

    /// Sets after how many segments an acknowledgement goes at once, 1 to 255, rather than after a while. Default: 2.
    ///
    /// # Platform notes
    ///
    /// - Windows. Elsewhere unsupported; on Linux [`tcp::QUICKACK`] is near to it.
    #[doc(alias = "SIO_TCP_SET_ACK_FREQUENCY")]
    pub fn set_ack_frequency(&self, segments: u8) -> Result<()> {
        self.set_tcp_ack_frequency(segments)
    }
}

impl SocketOf<Listener> {
    /// Binds `address` and listens there.
    ///
    /// Port zero has the system choose one. Connections of an earlier listener do not stand in the way, another
    /// listener does. `[::]` takes IPv4 as well where the system's default is so.
    ///
    /// # Errors
    ///
    /// [`is_address_in_use`](Error::is_address_in_use).
    ///
    /// # Platform notes
    ///
    /// - Unix: `SO_REUSEADDR` is set.
    /// - Windows: `SO_EXCLUSIVEADDRUSE` is set, which comes to the same.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`, `listen(2)`.
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        Self::bind_with(address, BACKLOG)
    }

    /// Binds as [`bind`](Self::bind) does; at most `backlog` connections wait to be accepted.
    pub fn bind_with(address: impl ToAddress, backlog: u32) -> Result<Self> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        let family = family_of(&address, Operation::Bind)?;
        let listener = Self::open_as(family, Kind::STREAM, Protocol::TCP, Listener)?;
        listener.bound(address, &raw, backlog)
    }

    /// Binds `address` and listens there with `count` listeners, among which the system shares out the connections: one
    /// for each thread of a server.
    ///
    /// # Errors
    ///
    /// Those of [`bind`](Self::bind).
    ///
    /// # Platform notes
    ///
    /// - Linux (`SO_REUSEPORT`), FreeBSD (`SO_REUSEPORT_LB`): each has a backlog of its own, and connections that wait in
    ///   it are lost when it is closed. Other programs of the same user can join in.
    /// - Elsewhere all are one socket: who is first accepts.
    #[doc(alias = "SO_REUSEPORT")]
    #[doc(alias = "SO_REUSEPORT_LB")]
    pub fn bind_shared(address: impl ToAddress, count: usize) -> Result<Vec<Self>> {
        const BALANCED: [(SocketOption<bool>, bool); 2] =
            [(socket::REUSEPORT_LB, true), (socket::REUSEPORT, cfg!(linux_like))];
        let option = BALANCED.iter().find(|(option, shares)| *shares && option.is_available());
        let (mut address, mut raw) = encode(&address, Operation::Bind)?;
        let family = family_of(&address, Operation::Bind)?;
        let mut listeners: Vec<Self> = Vec::with_capacity(count);
        for _ in 0..count {
            let listener = if let (None, Some(first)) = (option, listeners.first()) {
                first.duplicate()?
            } else {
                let listener = Self::open_as(family, Kind::STREAM, Protocol::TCP, Listener)?;
                option.map_or(Ok(()), |(option, _)| listener.set(*option, true))?;
                listener.bound(address.clone(), &raw, BACKLOG)?
            };
            if listeners.is_empty() {
                // The port that the system chose is that of all.
                (address, raw) = encode(&listener.local_address()?, Operation::Bind)?;
            }
            listeners.push(listener);
        }
        Ok(listeners)
    }

    /// Binds as [`bind`](Self::bind) does, and takes connections over several paths (RFC 8684) as well as those over
    /// one.
    ///
    /// # Platform notes
    ///
    /// - Linux 5.6. Elsewhere, and where `net.mptcp.enabled` is off, this is `bind`.
    #[doc(alias = "IPPROTO_MPTCP")]
    pub fn bind_multipath(address: impl ToAddress) -> Result<Self> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        let listener = open_multipath(family_of(&address, Operation::Bind)?, Listener)?;
        listener.bound(address, &raw, BACKLOG)
    }

    fn bound(self, address: Address, raw: &RawAddress, backlog: u32) -> Result<Self> {
        self.own_port()?;
        self.listening_at(address, raw, backlog)
    }

    named! {
        "how many connections with data in their first segment may wait (RFC 7413), 0 for none"
            fast_open, set_fast_open: u32 = tcp::FASTOPEN "TCP_FASTOPEN";
        "how long the listener waits for a connection's first data before it tells of it"
            defer_accept, set_defer_accept: Duration = tcp::DEFER_ACCEPT "TCP_DEFER_ACCEPT";
    }

    /// Sees to it that the port can be bound again at once, and by nobody else at the same time.
    fn own_port(&self) -> Result<()> {
        if socket::EXCLUSIVEADDRUSE.is_available() {
            return self.set(socket::EXCLUSIVEADDRUSE, true);
        }
        self.set(socket::REUSEADDR, true)
    }
}

impl From<SocketOf<Stream>> for std::net::TcpStream {
    /// Converts; the descriptor is blocking afterwards.
    fn from(stream: SocketOf<Stream>) -> Self {
        stream.into_blocking().into()
    }
}

impl From<SocketOf<Listener>> for std::net::TcpListener {
    /// Converts; the descriptor is blocking afterwards.
    fn from(listener: SocketOf<Listener>) -> Self {
        listener.into_blocking().into()
    }
}

#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
impl TryFrom<std::net::TcpStream> for SocketOf<Stream> {
    type Error = Error;

    fn try_from(stream: std::net::TcpStream) -> Result<Self> {
        Ok(Self::adopt(stream)?)
    }
}

#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
impl TryFrom<std::net::TcpListener> for SocketOf<Listener> {
    type Error = Error;

    /// Converts; the descriptor is non-blocking afterwards.
    fn try_from(listener: std::net::TcpListener) -> Result<Self> {
        Ok(Self::adopt(listener)?)
    }
}
