//! What can stand for an address where one is asked for.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::{Path, PathBuf};

use super::part::Part;
use super::{
    Address, CanAddress, Inet6Address, LinkAddress, NetlinkAddress, OtherAddress, ParseError, Reason,
    UnixAddress, VsockAddress, inet, ipv4,
};

/// What to connect to: an address, or a host and a service by their names, which are to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An address.
    Address(Address),
    /// A name, or an IP address with a service by its name.
    Host {
        /// The name of the host, or its IP address without brackets.
        name: String,
        /// The name of the service, or the number of the port.
        service: String,
    },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Host { name, service } if name.contains(':') => write!(f, "[{name}]:{service}"),
            Self::Host { name, service } => write!(f, "{name}:{service}"),
        }
    }
}

/// Is implemented by what stands for an address: addresses, their text, IP addresses with ports, paths.
///
/// No names are looked up: a text is an address, or an error that says so. What can look names up takes a
/// [`Target`] instead.
///
/// # Examples
///
/// ```
/// use std::path::Path;
///
/// use berkeley::addr::ToAddress;
///
/// assert_eq!("127.0.0.1:80".to_address()?, ("127.0.0.1", 80).to_address()?);
/// assert_eq!(("fe80::1%eth0", 80).to_address()?.to_string(), "[fe80::1%eth0]:80");
/// assert_eq!(Path::new("/run/x.sock").to_address()?.to_string(), "unix:/run/x.sock");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub trait ToAddress {
    /// Returns the address.
    ///
    /// # Errors
    ///
    /// Fails if this is a text that is not an address, or a path that no socket can have.
    fn to_address(&self) -> Result<Address, ParseError>;

    /// Returns what to connect to: of a text that is no address, the host and the service that it names.
    ///
    /// # Errors
    ///
    /// Fails if this is a text that is neither.
    fn to_target(&self) -> Result<Target, ParseError> {
        self.to_address().map(Target::Address)
    }
}

impl<T: ToAddress + ?Sized> ToAddress for &T {
    fn to_address(&self) -> Result<Address, ParseError> {
        (**self).to_address()
    }

    fn to_target(&self) -> Result<Target, ParseError> {
        (**self).to_target()
    }
}

impl ToAddress for Address {
    fn to_address(&self) -> Result<Address, ParseError> {
        Ok(self.clone())
    }
}

macro_rules! impl_infallible {
    ($($type:ty),* $(,)?) => { $(
        impl ToAddress for $type {
            fn to_address(&self) -> Result<Address, ParseError> {
                Ok(Address::from(self.clone()))
            }
        }
    )* };
}

impl_infallible!(
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16),
    Inet6Address,
    UnixAddress,
    CanAddress,
    VsockAddress,
    LinkAddress,
    NetlinkAddress,
    OtherAddress,
);

impl ToAddress for str {
    fn to_address(&self) -> Result<Address, ParseError> {
        self.parse()
    }

    fn to_target(&self) -> Result<Target, ParseError> {
        self.parse().map(Target::Address).or_else(|error| named(self, error))
    }
}

/// Takes a text apart that is no address because there is a name in it.
#[cold]
fn named(text: &str, error: ParseError) -> Result<Target, ParseError> {
    if !matches!(error.reason(), Reason::HostName | Reason::PortNotANumber) {
        return Err(error);
    }
    let Some((name, service)) = text.rsplit_once(':') else {
        return Err(Part::all(text).fail(Reason::MissingPort));
    };
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    // A number that is none, `80x`, is no name: those of services have to begin with a letter here.
    let is_service = service.starts_with(|first: char| first.is_ascii_alphabetic()) || is_port(service);
    if name.is_empty() || !is_service {
        return Err(error);
    }
    Ok(Target::Host { name: name.to_owned(), service: service.to_owned() })
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

impl ToAddress for String {
    fn to_address(&self) -> Result<Address, ParseError> {
        self.parse()
    }

    fn to_target(&self) -> Result<Target, ParseError> {
        self.as_str().to_target()
    }
}

impl ToAddress for Path {
    fn to_address(&self) -> Result<Address, ParseError> {
        UnixAddress::path(self).map(Address::Unix)
    }
}

impl ToAddress for PathBuf {
    fn to_address(&self) -> Result<Address, ParseError> {
        self.as_path().to_address()
    }
}

/// Takes an IP address, in brackets or not, with a zone or not, and a port.
impl ToAddress for (&str, u16) {
    fn to_address(&self) -> Result<Address, ParseError> {
        let (text, port) = (Part::all(self.0), self.1);
        if let Some(inside) = text.strip_prefix("[") {
            return match inside.split(']') {
                (ip, Some(behind)) if behind.is_empty() => with_port(ip, port),
                (_, Some(behind)) => Err(behind.fail(Reason::Junk)),
                (_, None) => Err(text.slice(0, 1).fail(Reason::UnclosedBracket)),
            };
        }
        if text.text().contains(':') {
            return with_port(text, port);
        }
        let looks_like_name = text.text().starts_with(|c: char| !c.is_ascii_digit());
        match ipv4::parse(text.text()) {
            Ok(ip) => Ok(Address::from((ip, port))),
            Err(_) if looks_like_name => Err(text.fail(Reason::HostName)),
            Err(error) => Err(error),
        }
    }

    fn to_target(&self) -> Result<Target, ParseError> {
        match self.to_address() {
            Err(error) if error.reason() == Reason::HostName && !self.0.is_empty() => {
                Ok(Target::Host { name: self.0.to_owned(), service: self.1.to_string() })
            }
            address => address.map(Target::Address),
        }
    }
}

fn with_port(text: Part<'_>, port: u16) -> Result<Address, ParseError> {
    let (ip, zone) = inet::parse_zoned(text)?;
    Ok(Address::Inet6(Inet6Address::new(ip, port).with_zone(zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, service: &str) -> Target {
        Target::Host { name: name.into(), service: service.into() }
    }

    #[test]
    fn a_target_is_an_address_or_a_name() {
        for (text, name, service) in [
            ("example.org:80", "example.org", "80"),
            ("example.org:http", "example.org", "http"),
            ("localhost:0", "localhost", "0"),
            ("127.0.0.1:http", "127.0.0.1", "http"),
            ("[::1]:http", "::1", "http"),
            ("[fe80::1%eth0]:http", "fe80::1%eth0", "http"),
            ("bücher.example:80", "bücher.example", "80"),
        ] {
            let target = text.to_target().map_err(|error| error.to_string());
            assert_eq!(target, Ok(host(name, service)), "{text}");
            assert_eq!(target.map(|target| target.to_string()), Ok(text.to_owned()));
        }
        for text in ["127.0.0.1:80", "[::1]:80", "unix:/run/x", "/run/x", "vsock://2:1024"] {
            assert_eq!(text.to_target(), text.to_address().map(Target::Address), "{text}");
        }
        assert_eq!(("example.org", 80).to_target(), Ok(host("example.org", "80")));
        assert_eq!(("::1", 80).to_target(), ("::1", 80).to_address().map(Target::Address));
    }

    #[test]
    fn what_is_neither_says_what_is_wrong() {
        for (text, reason) in [
            ("", Reason::Empty),
            (":80", Reason::Empty),
            ("example.org", Reason::MissingPort),
            ("127.0.0.1", Reason::MissingPort),
            ("127.0.0.1:80x", Reason::PortNotANumber),
            ("127.0.0.1:65536", Reason::PortOutOfRange),
            ("example.org:65536", Reason::HostName),
            ("example.org:80x", Reason::HostName),
            ("127.0.0.300:80", Reason::OctetOutOfRange),
        ] {
            assert_eq!(text.to_target().map_err(|error| error.reason()), Err(reason), "{text}");
        }
    }
}
