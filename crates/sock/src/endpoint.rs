//! Addresses as the tool writes them: `tcp://localhost:80`, `unix:/run/x.sock?rcvbuf=65536`.

mod explain;
mod group;
mod option;
mod parse;
mod resolve;
mod spelling;

use std::fmt;
use std::path::Path;

pub use self::group::{Group, Place as GroupPlace};
use self::option::Setting;
pub use self::resolve::Sought;
pub use self::spelling::nearest;
use berkeley::option::Row;
use berkeley::{Address, AsSource, Family, Kind, Protocol, UnixAddress};

/// What an address is for: not every address is good for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Connect,
    Listen,
    /// To send datagrams or records to: a group too.
    Send,
    /// To receive them at: a group too.
    Receive,
}

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Tcp,
    Udp,
    UdpLite,
    UnixStream,
    UnixDgram,
    UnixSeqpacket,
}

impl Transport {
    pub const fn kind(self) -> Kind {
        match self {
            Self::Tcp | Self::UnixStream => Kind::STREAM,
            Self::Udp | Self::UdpLite | Self::UnixDgram => Kind::DGRAM,
            Self::UnixSeqpacket => Kind::SEQPACKET,
        }
    }

    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Tcp => Protocol::TCP,
            Self::Udp => Protocol::UDP,
            Self::UdpLite => Protocol::UDPLITE,
            _ => Protocol::DEFAULT,
        }
    }

    pub const fn is_inet(self) -> bool {
        matches!(self, Self::Tcp | Self::Udp | Self::UdpLite)
    }

    /// Whether it is UDP, or its kin.
    pub const fn is_udp(self) -> bool {
        matches!(self, Self::Udp | Self::UdpLite)
    }

    /// Whether there are only datagrams, and no connection that could end.
    pub const fn is_datagram(self) -> bool {
        matches!(self, Self::Udp | Self::UdpLite | Self::UnixDgram)
    }

    /// Whether there are messages, and no stream of bytes.
    pub const fn has_messages(self) -> bool {
        !matches!(self, Self::Tcp | Self::UnixStream)
    }

    /// What carries the bytes of a socket, if addresses here can name it.
    pub fn of(family: Family, kind: Kind, protocol: Protocol) -> Option<Self> {
        let is_inet = family == Family::INET || family == Family::INET6;
        let all =
            [Self::Tcp, Self::Udp, Self::UdpLite, Self::UnixStream, Self::UnixDgram, Self::UnixSeqpacket];
        all.into_iter().find(|transport| {
            let is_usual = protocol == Protocol::DEFAULT || protocol == transport.protocol();
            let is_family = if transport.is_inet() { is_inet && is_usual } else { family == Family::UNIX };
            is_family && transport.kind() == kind
        })
    }

    /// The scheme of an address of no particular family.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::UdpLite => "udplite",
            Self::UnixStream => "unix",
            Self::UnixDgram => "unix-dgram",
            Self::UnixSeqpacket => "unix-seqpacket",
        }
    }

    /// Writes an address of the system's as one of the tool's.
    pub fn show(self, address: &Address) -> String {
        match address {
            Address::Unix(unix) if unix.is_unnamed() => format!("{}:(unnamed)", self.scheme()),
            Address::Unix(unix) => show_unix(self, unix),
            _ => format!("{}://{}", self.scheme(), address.to_canonical()),
        }
    }
}

/// The library writes every Unix address as that of a stream; what is behind the scheme is the same for all.
fn show_unix(transport: Transport, unix: &UnixAddress) -> String {
    let text = unix.to_string();
    let behind = text.split_once(':').map_or("", |(_, behind)| behind);
    let scheme = transport.scheme();
    match unix.as_abstract() {
        Some(_) => format!("{}:{behind}", scheme.replacen("unix", "unix-abstract", 1)),
        None => format!("{scheme}:{behind}"),
    }
}

/// What an address begins with.
#[derive(Debug, PartialEq, Eq)]
pub struct Scheme {
    pub name: &'static str,
    pub transport: Transport,
    /// The one family that is meant, if not any.
    pub family: Option<Family>,
    pub is_abstract: bool,
    /// Whether it names a group.
    pub is_group: bool,
    /// What the manual says of it.
    pub about: &'static str,
}

const fn inet(
    name: &'static str,
    transport: Transport,
    family: Option<Family>,
    about: &'static str,
) -> Scheme {
    Scheme { name, transport, family, is_abstract: false, is_group: false, about }
}

const fn unix(name: &'static str, transport: Transport, is_abstract: bool, about: &'static str) -> Scheme {
    Scheme { name, transport, family: Some(Family::UNIX), is_abstract, is_group: false, about }
}

/// Every scheme there is.
pub const SCHEMES: &[Scheme] = &[
    inet("tcp", Transport::Tcp, None, "TCP over IPv4 or IPv6"),
    inet("tcp4", Transport::Tcp, Some(Family::INET), "TCP over IPv4"),
    inet("tcp6", Transport::Tcp, Some(Family::INET6), "TCP over IPv6"),
    inet("udp", Transport::Udp, None, "UDP over IPv4 or IPv6"),
    inet("udp4", Transport::Udp, Some(Family::INET), "UDP over IPv4"),
    inet("udp6", Transport::Udp, Some(Family::INET6), "UDP over IPv6"),
    inet("udplite", Transport::UdpLite, None, "UDP-Lite over IPv4 or IPv6"),
    inet("udplite4", Transport::UdpLite, Some(Family::INET), "UDP-Lite over IPv4"),
    inet("udplite6", Transport::UdpLite, Some(Family::INET6), "UDP-Lite over IPv6"),
    Scheme {
        is_group: true,
        ..inet("mcast", Transport::Udp, None, "UDP to a group of IPv4 or IPv6, or what is sent to it")
    },
    unix("unix", Transport::UnixStream, false, "a stream between programs of this machine, by a path"),
    unix("unix-dgram", Transport::UnixDgram, false, "datagrams, by a path"),
    unix("unix-seqpacket", Transport::UnixSeqpacket, false, "a connection that keeps boundaries, by a path"),
    unix("unix-abstract", Transport::UnixStream, true, "a stream, by an abstract name (Linux)"),
    unix("unix-abstract-dgram", Transport::UnixDgram, true, "datagrams, by an abstract name (Linux)"),
    unix(
        "unix-abstract-seqpacket",
        Transport::UnixSeqpacket,
        true,
        "a connection that keeps boundaries, by an abstract name (Linux)",
    ),
];

/// An address as the tool writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static Scheme,
    place: Place,
    settings: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Inet { host: Host, port: Port },
    Group { group: Group, port: Port },
    Unix(UnixAddress),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// Every address of this machine.
    Wildcard,
    /// An IP address; its port means nothing.
    Literal(Address),
    /// A name that is looked up.
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Port {
    Number(u16),
    Service(String),
}

impl Endpoint {
    pub const fn transport(&self) -> Transport {
        self.scheme.transport
    }

    /// The path that a socket bound here makes.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Unix(unix) => unix.as_path(),
            Place::Inet { .. } | Place::Group { .. } => None,
        }
    }

    /// The group that it names.
    pub const fn group(&self) -> Option<&Group> {
        match &self.place {
            Place::Group { group, .. } => Some(group),
            _ => None,
        }
    }

    /// The same with another port, where there are ports.
    pub fn with_port(&self, number: u16) -> Self {
        let mut other = self.clone();
        if let Place::Inet { port, .. } | Place::Group { port, .. } = &mut other.place {
            *port = Port::Number(number);
        }
        other
    }

    /// Tells whether it is every address of this machine.
    pub fn is_wildcard(&self) -> bool {
        match &self.place {
            Place::Inet { host: Host::Wildcard, .. } => true,
            Place::Inet { host: Host::Literal(address), .. } => address.is_unspecified(),
            _ => false,
        }
    }

    /// Sets what the address asks for, and what the tool itself wants unless the address says otherwise.
    pub fn configure(&self, socket: &impl AsSource) -> berkeley::Result<()> {
        if self.transport() == Transport::Tcp {
            // What is typed is to be sent, and a whole buffer gains nothing by waiting.
            berkeley::option::tcp::NODELAY.set(socket, true)?;
        }
        self.set_options(socket)
    }

    /// Sets what the address asks for.
    pub fn set_options(&self, socket: &impl AsSource) -> berkeley::Result<()> {
        self.settings.iter().try_for_each(|setting| setting.apply(socket))
    }

    /// Tells whether an option is one of the sockets that the address names.
    pub fn fits(&self, row: &Row) -> bool {
        option::fits(row, self.scheme)
    }

    /// Sets on the socket of a listener what has to be set before it is bound.
    pub fn configure_listener(&self, socket: &impl AsSource, address: &Address) -> berkeley::Result<()> {
        use berkeley::option::{ipv6, socket as level};

        if level::EXCLUSIVEADDRUSE.is_available() && self.transport().is_inet() {
            level::EXCLUSIVEADDRUSE.set(socket, true)?;
        } else if self.transport() == Transport::Tcp {
            level::REUSEADDR.set(socket, true)?;
        }
        if address.family() == Family::INET6 && address.is_unspecified() {
            ipv6::V6ONLY.set(socket, self.scheme.family.is_some())?;
        }
        self.configure(socket)
    }
}

/// Prints the address so that it reads back as an equal one.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Inet { host, port } => write!(f, "{}://{host}:{port}", self.scheme.name)?,
            Place::Group { group, port } => write!(f, "{}://{group}:{port}", self.scheme.name)?,
            Place::Unix(unix) => f.write_str(&show_unix(self.transport(), unix))?,
        }
        let own = self.group().map(Group::words).unwrap_or_default();
        let words = own.into_iter().chain(self.settings.iter().map(ToString::to_string));
        for (index, word) in words.enumerate() {
            write!(f, "{}{word}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wildcard => Ok(()),
            Self::Literal(address) => {
                let text = address.to_string();
                f.write_str(text.strip_suffix(":0").unwrap_or(&text))
            }
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Service(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests;
