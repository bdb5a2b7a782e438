//! Addresses of every family: values, their text, and the arithmetic of IP addresses and networks.
//!
//! Nothing here asks the system for anything. [`Address`] is the sum of the families; each family has a type
//! of its own; [`ipv4`], [`ipv6`] and [`ip`] say what kind of address an IP address is, and [`registry`] what it is
//! set aside for; [`network`] has masks and networks, [`range`] what is between two addresses, [`arpa`] names to
//! look up backwards; [`short`] reads the forms that only old programs accept.
//!
//! # Text
//!
//! Every address prints, and what it prints parses to an equal address (the IPv6 flow label excepted):
//!
//! | address | text |
//! |---|---|
//! | IPv4 | `127.0.0.1:80` |
//! | IPv6 | `[::1]:80`, `[fe80::1%eth0]:80`, `[fe80::1%3]:80` |
//! | Unix | `unix:/run/x.sock`, `unix-abstract:name`, `unix:`; read also: `/run/x.sock`, `./x.sock` |
//! | CAN | `can://vcan0`, `can://*`, `can://vcan0?tx=7e0&rx=7e8`, `can://vcan0?name=0&pgn=40000&addr=ff` |
//! | vsock | `vsock://2:1024` |
//! | link | `packet://eth0?protocol=0x800&mac=02:00:00:00:00:01` |
//! | netlink | `netlink:0?groups=0x11` |
//! | any other | `family:45:0011aabb` |
//!
//! # Examples
//!
//! ```
//! use berkeley::addr::{Address, Family};
//!
//! let address: Address = "[fe80::1%eth0]:80".parse()?;
//! assert_eq!(address.family(), Family::INET6);
//! assert_eq!(address.port(), Some(80));
//! assert_eq!(address.to_string(), "[fe80::1%eth0]:80");
//! # Ok::<(), berkeley::addr::ParseError>(())
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

pub mod arpa;
mod can;
mod error;
mod escape;
mod family;
mod inet;
mod inet6;
pub mod ip;
pub mod ipv4;
pub mod ipv6;
mod link;
mod netlink;
pub mod network;
mod other;
mod parse;
mod part;
pub mod range;
pub mod registry;
pub mod short;
mod spelling;
mod text;
mod to_address;
mod unix;
mod vsock;
mod zone;

pub use can::{CanAddress, CanIds};
pub use error::{Caret, ConvertError, ParseError, Reason};
pub use family::Family;
pub use inet6::Inet6Address;
pub use link::LinkAddress;
pub use netlink::NetlinkAddress;
pub use other::OtherAddress;
pub(crate) use part::Part;
pub(crate) use spelling::nearest;
pub use to_address::{Target, ToAddress};
pub use unix::UnixAddress;
pub use vsock::VsockAddress;
pub use zone::Zone;

/// Is the address of a socket, of any family.
///
/// # Examples
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use berkeley::addr::Address;
///
/// let address = Address::from((Ipv4Addr::LOCALHOST, 80));
/// assert_eq!("127.0.0.1:80".parse(), Ok(address.clone()));
/// assert_eq!(format!("{address:?}"), "Inet(127.0.0.1:80)");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[doc(alias = "sockaddr")]
#[doc(alias = "sockaddr_storage")]
pub enum Address {
    /// An IPv4 address and port (`sockaddr_in`).
    Inet(SocketAddrV4),
    /// An IPv6 address, port, zone and flow label (`sockaddr_in6`).
    Inet6(Inet6Address),
    /// A path, an abstract name, or none (`sockaddr_un`).
    Unix(UnixAddress),
    /// A CAN interface and the identifiers of its protocol (`sockaddr_can`).
    Can(CanAddress),
    /// A virtual machine and a port (`sockaddr_vm`).
    Vsock(VsockAddress),
    /// An interface, a protocol and a hardware address (`sockaddr_ll`, `sockaddr_dl`).
    Link(LinkAddress),
    /// A netlink port and its groups (`sockaddr_nl`).
    Netlink(NetlinkAddress),
    /// An address of a family that has no type here, as bytes.
    Other(OtherAddress),
}

impl Address {
    /// Returns the family.
    ///
    /// A link address is of [`Family::PACKET`] where the system has that, and of [`Family::LINK`] elsewhere.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Address::Inet(_) => Family::INET,
            Address::Inet6(_) => Family::INET6,
            Address::Unix(_) => Family::UNIX,
            Address::Can(_) => Family::CAN,
            Address::Vsock(_) => Family::VSOCK,
            Address::Link(_) if Family::LINK.is_available() && !Family::PACKET.is_available() => Family::LINK,
            Address::Link(_) => Family::PACKET,
            Address::Netlink(_) => Family::NETLINK,
            Address::Other(address) => address.family(),
        }
    }

    /// Returns the IP address, if the family has one.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Address::Inet(address) => Some(IpAddr::V4(*address.ip())),
            Address::Inet6(address) => Some(IpAddr::V6(address.ip())),
            _ => None,
        }
    }

    /// Returns the port of an IP address. (Those of [`VsockAddress`] have 32 bits.)
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        match self {
            Address::Inet(address) => Some(address.port()),
            Address::Inet6(address) => Some(address.port()),
            _ => None,
        }
    }

    /// Returns the same IP address with another port, or `None` if the address has no IP port.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Option<Address> {
        match self {
            Address::Inet(address) => Some(Address::Inet(SocketAddrV4::new(*address.ip(), port))),
            Address::Inet6(address) => Some(Address::Inet6(address.clone().with_port(port))),
            _ => None,
        }
    }

    /// Returns `true` for the IP addresses `0.0.0.0` and `::`.
    #[must_use]
    pub const fn is_unspecified(&self) -> bool {
        matches!(self.ip(), Some(ip) if ip::is_unspecified(ip))
    }

    /// Returns `true` for the IP addresses 127.0.0.0/8 and `::1`.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        matches!(self.ip(), Some(ip) if ip::is_loopback(ip))
    }

    /// Returns `true` for the IP addresses 224.0.0.0/4 and `ff00::/8`.
    #[must_use]
    pub const fn is_multicast(&self) -> bool {
        matches!(self.ip(), Some(ip) if ip::is_multicast(ip))
    }

    /// Returns an IPv4 address as its IPv6 address `::ffff:a.b.c.d` with the same port, an IPv6 address as it
    /// is, and `None` for other families.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::Address;
    ///
    /// let address: Address = "192.0.2.1:80".parse()?;
    /// let mapped = address.to_ipv6_mapped().unwrap();
    /// assert_eq!(mapped.to_string(), "[::ffff:192.0.2.1]:80");
    /// assert_eq!(mapped.to_canonical(), address);
    /// # Ok::<(), berkeley::addr::ParseError>(())
    /// ```
    #[must_use]
    pub fn to_ipv6_mapped(&self) -> Option<Address> {
        match self {
            Address::Inet(address) => {
                let ip = ipv6::map_ipv4(*address.ip());
                Some(Address::Inet6(Inet6Address::new(ip, address.port())))
            }
            Address::Inet6(_) => Some(self.clone()),
            _ => None,
        }
    }

    /// Returns the IPv4 address that an address `::ffff:a.b.c.d` stands for, with the same port, and every
    /// other address as it is.
    #[must_use]
    pub fn to_canonical(&self) -> Address {
        match self {
            Address::Inet6(address) => match ipv6::unmap_ipv4(address.ip()) {
                Ok(ip) => Address::Inet(SocketAddrV4::new(ip, address.port())),
                Err(_) => self.clone(),
            },
            _ => self.clone(),
        }
    }
}

/// Implements the conversion of each type of address into the sum of them.
macro_rules! impl_from {
    ($($type:ty, $address:pat => $value:expr;)*) => { $(
        impl From<$type> for Address {
            fn from($address: $type) -> Address {
                $value
            }
        }
    )* };
}

impl_from! {
    SocketAddrV4, address => Address::Inet(address);
    SocketAddrV6, address => Address::Inet6(address.into());
    SocketAddr, address => match address {
        SocketAddr::V4(address) => address.into(),
        SocketAddr::V6(address) => address.into(),
    };
    (Ipv4Addr, u16), (ip, port) => Address::Inet(SocketAddrV4::new(ip, port));
    (Ipv6Addr, u16), (ip, port) => Address::Inet6(Inet6Address::new(ip, port));
    (IpAddr, u16), address => SocketAddr::from(address).into();
    Inet6Address, address => Address::Inet6(address);
    UnixAddress, address => Address::Unix(address);
    CanAddress, address => Address::Can(address);
    VsockAddress, address => Address::Vsock(address);
    LinkAddress, address => Address::Link(address);
    NetlinkAddress, address => Address::Netlink(address);
    OtherAddress, address => Address::Other(address);
}

impl TryFrom<&Address> for SocketAddr {
    type Error = ConvertError;

    /// # Errors
    ///
    /// Only IP addresses have this form, and of them not those whose zone is a name.
    fn try_from(address: &Address) -> Result<SocketAddr, ConvertError> {
        match address {
            Address::Inet(address) => Ok(SocketAddr::V4(*address)),
            Address::Inet6(address) => SocketAddrV6::try_from(address).map(SocketAddr::V6),
            other => Err(ConvertError::Family(other.family())),
        }
    }
}

impl TryFrom<Address> for SocketAddr {
    type Error = ConvertError;

    fn try_from(address: Address) -> Result<SocketAddr, ConvertError> {
        SocketAddr::try_from(&address)
    }
}
