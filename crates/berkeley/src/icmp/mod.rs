//! ICMP and ICMPv6: sockets that ask and hear, and the messages in bytes.
//!
//! There are two kinds of sockets. Raw ones need a privilege and hear everything; datagram ones need none, or a little,
//! and hear the answers to their own questions. [`IcmpSocket`] is both, and [`message`](SocketOf::message) reads what
//! either receives, whether an IP header comes before it or not.
//!
//! # Platform notes
//!
//! - Linux: both kinds. Datagram sockets are for the groups in `net.ipv4.ping_group_range`; they put their port in the
//!   place of the identifier.
//! - Apple: both kinds, datagram ones for everybody and with an IP header before what they receive.
//! - The BSDs and Windows: raw ones, for administrators.

mod kind;
mod message;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub use self::kind::{Kind4, Kind6};
pub use self::message::{Echo, Malformed, Message, checksum};
use crate::addr::{Family, ToAddress};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::IcmpTypes;
use crate::raw::{Ipv4Header, filter, set_filter};
use crate::socket::{Addresses, Received, SocketOf, Transfers, encode, role};
use crate::tcp::is_inet;

/// A socket for ICMP or ICMPv6.
///
/// # Examples
///
/// ```
/// use berkeley::icmp::Echo;
/// use berkeley::{Family, IcmpSocket, SECOND};
///
/// let socket = match IcmpSocket::open(Family::INET) {
///     Ok(socket) => socket,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// let echo = Echo { identifier: 4711, sequence: 1, data: b"are you there?" };
/// let reply = socket.ping(("127.0.0.1", 0), echo, SECOND)?;
/// assert!(reply.is_reply());
/// println!("{} after {:?}", reply.from(), reply.round_trip());
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type IcmpSocket = SocketOf<Icmp>;

role! {
    /// The role of a socket for ICMP or ICMPv6.
    Icmp: "IcmpSocket", SocketAddr,
        |family, kind, _| is_inet(family) && (kind == Kind::RAW || kind == Kind::DGRAM),
        [Protocol::ICMP, Protocol::ICMPV6], "the descriptor is no socket of ICMP or ICMPv6";
}

impl Transfers for Icmp {
    type Received = Received;
}

impl Addresses for Icmp {}

/// The protocol of a family.
fn protocol(family: Family) -> Result<Protocol> {
    match family {
        Family::INET => Ok(Protocol::ICMP),
        Family::INET6 => Ok(Protocol::ICMPV6),
        _ => Err(Error::invalid(Operation::Open, "ICMP is of the families INET and INET6")),
    }
}

/// What a process needs for a raw socket.
const PRIVILEGE: &str =
    if cfg!(linux_like) { "it needs CAP_NET_RAW" } else { "it needs the privilege for raw sockets" };

/// What a process needs for a datagram socket.
const GROUP: &str = if cfg!(linux_like) {
    "none of the process's groups is in net.ipv4.ping_group_range"
} else {
    "the system does not let this process"
};

/// What a process lacks that may open neither.
const NEITHER: &str = if cfg!(linux_like) {
    "one of the process's groups has to be in net.ipv4.ping_group_range, or it needs CAP_NET_RAW"
} else {
    PRIVILEGE
};

fn open_as(family: Family, kind: Kind, lacking: &'static str) -> Result<SocketOf<Icmp>> {
    SocketOf::open_as(family, kind, protocol(family)?, Icmp)
        .map_err(|error| if error.is_permission_denied() { error.with_detail(lacking) } else { error })
}

impl SocketOf<Icmp> {
    /// Opens a datagram socket or, where this process may not or the system has none, a raw one.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied): this process may open neither; the error says what it
    /// would need.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn open(family: Family) -> Result<Self> {
        open_as(family, Kind::DGRAM, GROUP).or_else(|error| {
            let other = error.is_permission_denied() || error.is_unsupported();
            if other { open_as(family, Kind::RAW, NEITHER) } else { Err(error) }
        })
    }

    /// Opens a datagram socket, which hears the answers to its own questions.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied) on Linux, where none of this process's groups is in
    /// `net.ipv4.ping_group_range`, not even the administrator's by default;
    /// [`is_unsupported`](Error::is_unsupported) on the BSDs and Windows.
    pub fn datagram(family: Family) -> Result<Self> {
        open_as(family, Kind::DGRAM, GROUP)
    }

    /// Opens a raw socket, which hears every message of the protocol.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied): it needs a privilege, on Linux `CAP_NET_RAW`.
    pub fn raw(family: Family) -> Result<Self> {
        open_as(family, Kind::RAW, PRIVILEGE)
    }

    /// Returns `true` if an IPv4 header comes before each message that is received.
    #[must_use]
    pub fn begins_with_header(&self) -> bool {
        self.family() == Family::INET && (self.kind() == Kind::RAW || cfg!(apple))
    }

    /// Reads what this socket has received, without the IP header that may come before it.
    ///
    /// # Errors
    ///
    /// It is no message of the protocol.
    pub fn message<'a>(&self, received: &'a [u8]) -> Result<Message<'a>, Malformed> {
        if !self.begins_with_header() {
            return Message::parse(self.family(), received);
        }
        let (_, message) = Ipv4Header::parse(received).ok_or(Malformed::Header)?;
        Message::parse(self.family(), message)
    }

    /// Returns the identifier that the system puts into echo requests in place of the one given, if it does.
    ///
    /// # Platform notes
    ///
    /// - Linux: datagram sockets do, once they are bound, connected or have sent; it is their port.
    pub fn own_identifier(&self) -> Result<Option<u16>> {
        if !cfg!(linux_like) || self.kind() != Kind::DGRAM {
            return Ok(None);
        }
        Ok(Some(self.local_address()?.port()).filter(|port| *port != 0))
    }

    /// Returns which messages a raw socket does not hear.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) for datagram sockets and, over IPv4, elsewhere than on Linux.
    #[doc(alias = "ICMP_FILTER")]
    #[doc(alias = "ICMP6_FILTER")]
    pub fn filter(&self) -> Result<IcmpTypes> {
        filter(self)
    }

    /// Sets which messages a raw socket does not hear.
    ///
    /// # Errors
    ///
    /// Those of [`filter`](Self::filter).
    #[doc(alias = "ICMP_FILTER")]
    #[doc(alias = "ICMP6_FILTER")]
    pub fn set_filter(&self, deaf_to: IcmpTypes) -> Result<()> {
        set_filter(self, deaf_to)
    }

    /// Asks a host whether it is there, and waits for its answer, or that of a router which could not deliver the
    /// question, until the deadline.
    ///
    /// Answers to other questions are passed over; so are messages that are malformed.
    ///
    /// # Errors
    ///
    /// [`is_deadline_passed`](Error::is_deadline_passed). On datagram sockets,
    /// [`is_host_unreachable`](Error::is_host_unreachable) and its kin may stand for the answer of a router.
    pub fn ping(&self, to: impl ToAddress, echo: Echo<'_>, deadline: impl Into<Deadline>) -> Result<Reply> {
        let to = self.destination(&to)?;
        let view = self.by(deadline);
        let start = Instant::now();
        view.send_to(&echo.to_request(self.family()), &to)?;
        let identifier = self.own_identifier()?.unwrap_or(echo.identifier);
        let asked = (identifier, echo.sequence);
        // The header of an error, the packet that it quotes, and an IP header with options before each.
        let mut buffer = vec![0; echo.data.len() + 256];
        loop {
            let (received, from) = view.recv_from(&mut buffer)?;
            let message = self.message(&buffer[..received.len()]);
            let round_trip = start.elapsed();
            // A message that is longer than any answer to this question has lost its checksum with its end.
            let Ok(message) = message else { continue };
            let answered =
                message.echo().filter(|_| message.is_echo_reply()).or_else(|| message.quoted_echo());
            if answered.is_some_and(|echo| (echo.identifier, echo.sequence) == asked) {
                return Ok(Reply::new(from, round_trip, &message));
            }
        }
    }

    fn destination(&self, to: &impl ToAddress) -> Result<SocketAddr> {
        let (address, raw) = encode(to, Operation::Send)?;
        let decoded = self.decode(&raw).ok();
        decoded.filter(|to| to.is_ipv6() == (self.family() == Family::INET6)).ok_or_else(|| {
            Error::invalid(Operation::Send, "an address of the socket's family is needed")
                .with_address(address)
        })
    }
}

/// What came back when a host was asked whether it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    from: SocketAddr,
    round_trip: Duration,
    family: Family,
    kind: u8,
    code: u8,
    data: Vec<u8>,
}

impl Reply {
    fn new(from: SocketAddr, round_trip: Duration, message: &Message<'_>) -> Self {
        let family = if from.is_ipv6() { Family::INET6 } else { Family::INET };
        let (kind, code, data) = (message.kind(), message.code(), message.data().to_vec());
        Self { from, round_trip, family, kind, code, data }
    }

    /// Returns who answered.
    #[must_use]
    pub const fn from(&self) -> SocketAddr {
        self.from
    }

    /// Returns how long it took.
    #[must_use]
    pub const fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// Returns `true` if the host answered; else a router says why it did not deliver the question.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        let reply = if self.family == Family::INET6 {
            Kind6::ECHO_REPLY.as_raw()
        } else {
            Kind4::ECHO_REPLY.as_raw()
        };
        self.kind == reply
    }

    /// Returns the data that came back; where a router answered, the packet that it quotes.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl std::fmt::Display for Reply {
    /// Prints who answered what.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.from.ip())?;
        match self.family {
            Family::INET6 => kind::write6(self.kind, self.code, f),
            _ => kind::write4(self.kind, self.code, f),
        }
    }
}
