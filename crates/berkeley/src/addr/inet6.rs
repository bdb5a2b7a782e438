//! Addresses of the Internet protocol, version 6, with zones by index or by name.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddrV6};

use super::text::{Line, padded};
use super::{ConvertError, ParseError, Zone, inet, ipv6};

/// Is the address of an IPv6 socket (`sockaddr_in6`): an IP address, a port, a zone and a flow label.
///
/// It is what [`SocketAddrV6`] is, except that its zone may be the name of an interface. In text it is
/// `[fe80::1%eth0]:80` (RFC 5952 and RFC 4007). **The flow label is no part of the text**: it is lost in a
/// round trip.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Inet6Address, Zone};
///
/// let address: Inet6Address = "[fe80::1%eth0]:80".parse()?;
/// assert_eq!(address.port(), 80);
/// assert_eq!(address.zone(), &Zone::name("eth0")?);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(alias = "sockaddr_in6")]
pub struct Inet6Address {
    ip: Ipv6Addr,
    port: u16,
    flowinfo: u32,
    zone: Zone,
}

impl Inet6Address {
    /// Makes an address without zone and flow label.
    #[must_use]
    pub const fn new(ip: Ipv6Addr, port: u16) -> Inet6Address {
        Inet6Address { ip, port, flowinfo: 0, zone: Zone::NONE }
    }

    /// Returns the address with this zone.
    #[must_use]
    pub fn with_zone(mut self, zone: impl Into<Zone>) -> Inet6Address {
        self.zone = zone.into();
        self
    }

    /// Returns the address with this flow label and traffic class, in host order.
    #[must_use]
    pub fn with_flowinfo(mut self, flowinfo: u32) -> Inet6Address {
        self.flowinfo = flowinfo;
        self
    }

    /// Returns the address with this port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Inet6Address {
        self.port = port;
        self
    }

    /// Returns the IP address.
    #[must_use]
    pub const fn ip(&self) -> Ipv6Addr {
        self.ip
    }

    /// Returns the port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns the flow label and traffic class, in host order.
    #[must_use]
    pub const fn flowinfo(&self) -> u32 {
        self.flowinfo
    }

    /// Returns the zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }
}

impl fmt::Display for Inet6Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line::<64>::new();
        line.push(b'[');
        ipv6::push(&mut line, self.ip, ipv6::LOWER);
        if let Some(index) = self.zone.as_index() {
            line.push(b'%');
            line.push_decimal(index);
        }
        if self.zone.as_name().is_some() {
            return padded(f, |out| {
                out.write_str(line.as_str())?;
                out.write_char('%')?;
                self.zone.write(out)?;
                write!(out, "]:{}", self.port)
            });
        }
        line.push(b']');
        line.push(b':');
        line.push_decimal(u32::from(self.port));
        line.write(f)
    }
}

impl fmt::Debug for Inet6Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.flowinfo == 0 {
            write!(f, "Inet6({self})")
        } else {
            write!(f, "Inet6({self}, flowinfo {:#x})", self.flowinfo)
        }
    }
}

impl std::str::FromStr for Inet6Address {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Inet6Address, ParseError> {
        inet::parse_v6(text.as_bytes()).ok_or(()).or_else(|()| inet::parse_v6_slowly(text))
    }
}

impl From<SocketAddrV6> for Inet6Address {
    fn from(address: SocketAddrV6) -> Inet6Address {
        Inet6Address {
            ip: *address.ip(),
            port: address.port(),
            flowinfo: address.flowinfo(),
            zone: Zone::index(address.scope_id()),
        }
    }
}

impl From<(Ipv6Addr, u16)> for Inet6Address {
    fn from((ip, port): (Ipv6Addr, u16)) -> Inet6Address {
        Inet6Address::new(ip, port)
    }
}

impl TryFrom<&Inet6Address> for SocketAddrV6 {
    type Error = ConvertError;

    /// # Errors
    ///
    /// A zone by name has no place in a [`SocketAddrV6`].
    fn try_from(address: &Inet6Address) -> Result<SocketAddrV6, ConvertError> {
        if address.zone.as_name().is_some() {
            return Err(ConvertError::NamedZone(address.zone.clone()));
        }
        let scope = address.zone.as_index().unwrap_or(0);
        Ok(SocketAddrV6::new(address.ip, address.port, address.flowinfo, scope))
    }
}
