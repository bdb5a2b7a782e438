//! What can stand for an address where one is asked for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::{Path, PathBuf};

use super::part::Part;
use super::{
    Address, CanAddress, Inet6Address, LinkAddress, NetlinkAddress, OtherAddress, ParseError, Reason,
    UnixAddress, VsockAddress, inet, ipv4,
};

/// Is implemented by what stands for an address: addresses, their text, IP addresses with ports, paths.
///
/// No names are looked up: a text is an address, or an error that says so.
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
}

impl<T: ToAddress + ?Sized> ToAddress for &T {
    fn to_address(&self) -> Result<Address, ParseError> {
        (**self).to_address()
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
}

impl ToAddress for String {
    fn to_address(&self) -> Result<Address, ParseError> {
        self.parse()
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
}

fn with_port(text: Part<'_>, port: u16) -> Result<Address, ParseError> {
    let (ip, zone) = inet::parse_zoned(text)?;
    Ok(Address::Inet6(Inet6Address::new(ip, port).with_zone(zone)))
}
