//! Masks and networks, upon the types of the crate `ipnet`.
//!
//! An [`IpNet`] keeps the bits of its host (`10.1.2.3/8`), so that it stands for an interface's address too;
//! [`same`] compares the networks.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::ipv4::{Class, class};
use super::part::Part;
use super::{ParseError, Reason, ipv4, ipv6};

/// Says how much of an address is its network: a number of bits, a mask, or a class.
///
/// Functions take whatever converts into it.
///
/// # Examples
///
/// ```
/// use berkeley::addr::ipv4::Class;
/// use berkeley::addr::network::Mask;
/// use std::net::Ipv4Addr;
///
/// assert_eq!(Mask::from(20).to_ipv4(), Ok(Ipv4Addr::new(255, 255, 240, 0)));
/// assert_eq!(Mask::from(Class::B).to_ipv4(), Ok(Ipv4Addr::new(255, 255, 0, 0)));
/// assert_eq!(Mask::from(Ipv4Addr::new(255, 0, 0, 0)).prefix(), Ok(8));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mask {
    /// This many bits.
    Prefix(u8),
    /// The bits that are one in an address.
    Address(IpAddr),
    /// The bits of a network of this class.
    Class(Class),
}

/// Says why there is no such mask or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The prefix is longer than the address.
    PrefixTooLong(u8),
    /// The mask has a one after a zero.
    NotContiguous(IpAddr),
    /// The mask is of another family than the address.
    FamilyMismatch(IpAddr),
    /// The class has no networks.
    NoNetworks(Class),
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetworkError::PrefixTooLong(prefix) => write!(f, "prefix {prefix} is longer than the address"),
            NetworkError::NotContiguous(mask) => write!(f, "mask {mask} is not ones followed by zeros"),
            NetworkError::FamilyMismatch(mask) => {
                write!(f, "mask {mask} is of another family than the address")
            }
            NetworkError::NoNetworks(class) => write!(f, "class {class:?} has no networks"),
        }
    }
}

impl Error for NetworkError {}

impl From<u8> for Mask {
    fn from(prefix: u8) -> Mask {
        Mask::Prefix(prefix)
    }
}

impl From<Class> for Mask {
    fn from(class: Class) -> Mask {
        Mask::Class(class)
    }
}

impl From<IpAddr> for Mask {
    fn from(mask: IpAddr) -> Mask {
        Mask::Address(mask)
    }
}

impl From<Ipv4Addr> for Mask {
    fn from(mask: Ipv4Addr) -> Mask {
        Mask::Address(IpAddr::V4(mask))
    }
}

impl From<Ipv6Addr> for Mask {
    fn from(mask: Ipv6Addr) -> Mask {
        Mask::Address(IpAddr::V6(mask))
    }
}

impl Mask {
    /// Returns how many bits of an address are its network.
    ///
    /// # Errors
    ///
    /// A mask is ones followed by zeros, of class A, B or C, and at most 128 bits.
    pub fn prefix(self) -> Result<u8, NetworkError> {
        match self {
            Mask::Prefix(prefix) if prefix <= 128 => Ok(prefix),
            Mask::Prefix(prefix) => Err(NetworkError::PrefixTooLong(prefix)),
            Mask::Address(mask) => prefix_of(mask),
            Mask::Class(Class::A) => Ok(8),
            Mask::Class(Class::B) => Ok(16),
            Mask::Class(Class::C) => Ok(24),
            Mask::Class(class) => Err(NetworkError::NoNetworks(class)),
        }
    }

    /// Returns the mask as an IPv4 address.
    ///
    /// # Errors
    ///
    /// As [`prefix`](Self::prefix), and the mask is not of IPv6 and has at most 32 bits.
    pub fn to_ipv4(self) -> Result<Ipv4Addr, NetworkError> {
        Ok(self.network_v4(Ipv4Addr::UNSPECIFIED)?.netmask())
    }

    /// Returns the mask as an IPv6 address.
    ///
    /// # Errors
    ///
    /// As [`prefix`](Self::prefix), and the mask is not of IPv4. (Classes are of IPv4.)
    pub fn to_ipv6(self) -> Result<Ipv6Addr, NetworkError> {
        Ok(self.network_v6(Ipv6Addr::UNSPECIFIED)?.netmask())
    }

    fn network_v4(self, address: Ipv4Addr) -> Result<Ipv4Net, NetworkError> {
        if let Mask::Address(mask @ IpAddr::V6(_)) = self {
            return Err(NetworkError::FamilyMismatch(mask));
        }
        let prefix = self.prefix()?;
        Ipv4Net::new(address, prefix).map_err(|_| NetworkError::PrefixTooLong(prefix))
    }

    fn network_v6(self, address: Ipv6Addr) -> Result<Ipv6Net, NetworkError> {
        match self {
            Mask::Address(mask @ IpAddr::V4(_)) => Err(NetworkError::FamilyMismatch(mask)),
            Mask::Class(class) => Err(NetworkError::NoNetworks(class)),
            _ => {
                let prefix = self.prefix()?;
                Ipv6Net::new(address, prefix).map_err(|_| NetworkError::PrefixTooLong(prefix))
            }
        }
    }
}

/// Returns the number of ones that a mask begins with.
///
/// # Errors
///
/// A mask is ones followed by zeros.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{ip, network};
///
/// assert_eq!(network::prefix_of(ip::parse("255.255.240.0")?), Ok(20));
/// assert_eq!(network::prefix_of(ip::parse("0.0.0.0")?), Ok(0));
/// assert!(network::prefix_of(ip::parse("255.0.255.0")?).is_err());
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn prefix_of(mask: IpAddr) -> Result<u8, NetworkError> {
    ipnet::ip_mask_to_prefix(mask).map_err(|_| NetworkError::NotContiguous(mask))
}

/// Returns the network of an address and a mask; it keeps the bits of the host.
///
/// # Errors
///
/// The mask is contiguous, and fits the address.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{ip, network};
///
/// let network = network::new(ip::parse("10.1.2.3")?, 8).unwrap();
/// assert_eq!(network.to_string(), "10.1.2.3/8");
/// assert_eq!(network.trunc().to_string(), "10.0.0.0/8");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn new(address: IpAddr, mask: impl Into<Mask>) -> Result<IpNet, NetworkError> {
    let mask = mask.into();
    match address {
        IpAddr::V4(address) => mask.network_v4(address).map(IpNet::V4),
        IpAddr::V6(address) => mask.network_v6(address).map(IpNet::V6),
    }
}

/// Returns the network of an address and a length that is known to fit; a longer one counts as all bits.
pub(super) fn of_prefix(address: IpAddr, prefix: u8) -> IpNet {
    IpNet::new(address, prefix).unwrap_or_else(|_| IpNet::from(address))
}

/// Returns the bits of an address that are its network, the others zero.
///
/// # Errors
///
/// As [`new`].
///
/// # Examples
///
/// ```
/// use berkeley::addr::{ip, network};
///
/// let address = ip::parse("192.168.17.5")?;
/// assert_eq!(network::network_portion(address, 20), Ok(ip::parse("192.168.16.0")?));
/// assert_eq!(network::host_portion(address, 20), Ok(ip::parse("0.0.1.5")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn network_portion(address: IpAddr, mask: impl Into<Mask>) -> Result<IpAddr, NetworkError> {
    new(address, mask).map(|network| network.network())
}

/// Returns the bits of an address that are its host, the others zero.
///
/// # Errors
///
/// As [`new`].
pub fn host_portion(address: IpAddr, mask: impl Into<Mask>) -> Result<IpAddr, NetworkError> {
    Ok(match new(address, mask)? {
        IpNet::V4(network) => {
            IpAddr::V4(Ipv4Addr::from_bits(network.addr().to_bits() & network.hostmask().to_bits()))
        }
        IpNet::V6(network) => {
            IpAddr::V6(Ipv6Addr::from_bits(network.addr().to_bits() & network.hostmask().to_bits()))
        }
    })
}

/// Returns `true` if an address is in a network.
#[must_use]
pub fn contains(network: IpNet, address: IpAddr) -> bool {
    network.contains(&address)
}

/// Returns `true` if both addresses are in a network.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{ip, network};
///
/// let network = network::parse("10.0.0.0/8")?;
/// assert!(network::both_in(network, ip::parse("10.1.1.1")?, ip::parse("10.2.2.2")?));
/// assert!(!network::both_in(network, ip::parse("10.1.1.1")?, ip::parse("11.0.0.0")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn both_in(network: IpNet, a: IpAddr, b: IpAddr) -> bool {
    network.contains(&a) && network.contains(&b)
}

/// Returns `true` if two networks are the same, whatever the bits of their hosts.
///
/// # Examples
///
/// ```
/// use berkeley::addr::network::{parse, same};
///
/// assert!(same(parse("10.1.2.3/8")?, parse("10.9.9.9/8")?));
/// assert!(!same(parse("10.0.0.0/8")?, parse("10.0.0.0/9")?));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn same(a: IpNet, b: IpNet) -> bool {
    a.trunc() == b.trunc()
}

/// Returns the network that an address was in before prefixes had lengths.
///
/// # Errors
///
/// Classes D and E have no networks.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{ipv4, network};
///
/// let network = network::of_class(ipv4::parse("172.16.5.1")?).unwrap();
/// assert_eq!(network.to_string(), "172.16.0.0/16");
/// assert!(network::of_class(ipv4::parse("224.0.0.1")?).is_err());
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn of_class(address: Ipv4Addr) -> Result<Ipv4Net, NetworkError> {
    Mask::Class(class(address)).network_v4(address).map(|network| network.trunc())
}

/// Reads `10.1.2.3/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32` or `fe80::/ffc0::`; the bits of the host are
/// kept.
///
/// # Errors
///
/// The error says where the text is wrong.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Reason, network};
///
/// assert_eq!(network::parse("10.0.0.0/255.0.0.0")?, network::parse("10.0.0.0/8")?);
/// let error = network::parse("10.0.0.0/33").unwrap_err();
/// assert_eq!((error.reason(), error.span()), (Reason::PrefixOutOfRange, 9..11));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn parse(text: &str) -> Result<IpNet, ParseError> {
    let whole = Part::all(text);
    let (address, length) = whole.split('/');
    let ip = address.lift(super::ip::parse(address.text()))?;
    let length = length.ok_or_else(|| whole.slice(text.len(), text.len()).fail(Reason::MissingPrefix))?;
    let mask = parse_mask(length)?;
    new(ip, mask).map_err(|error| {
        let failed = length.fail(reason(error));
        match inverted(error) {
            Some(prefix) => failed.with_hint(format!("for that wildcard write {prefix}")),
            None => failed,
        }
    })
}

/// Returns the length of the prefix whose zeros and ones a mask has exchanged.
fn inverted(error: NetworkError) -> Option<u8> {
    let NetworkError::NotContiguous(mask) = error else { return None };
    prefix_of(super::ip::from_bits_like(mask, !super::ip::to_bits(mask))).ok()
}

/// Reads an IPv4 network as [`parse`] does.
///
/// # Errors
///
/// As [`parse`]; and an IPv6 network is not one of IPv4.
pub fn parse_v4(text: &str) -> Result<Ipv4Net, ParseError> {
    match parse(text)? {
        IpNet::V4(network) => Ok(network),
        IpNet::V6(_) => {
            let (address, _) = Part::all(text).split('/');
            Err(address.lift(ipv4::parse(address.text())).err().unwrap_or_else(|| address.fail(Reason::Junk)))
        }
    }
}

/// Reads an IPv6 network as [`parse`] does.
///
/// # Errors
///
/// As [`parse`]; and an IPv4 network is not one of IPv6.
pub fn parse_v6(text: &str) -> Result<Ipv6Net, ParseError> {
    match parse(text)? {
        IpNet::V6(network) => Ok(network),
        IpNet::V4(_) => {
            let (address, _) = Part::all(text).split('/');
            Err(address.lift(ipv6::parse(address.text())).err().unwrap_or_else(|| address.fail(Reason::Junk)))
        }
    }
}

fn parse_mask(text: Part<'_>) -> Result<Mask, ParseError> {
    let written = text.text();
    if written.is_empty() {
        return Err(text.fail(Reason::MissingPrefix));
    }
    if written.contains(['.', ':']) {
        return text.lift(super::ip::parse(written)).map(Mask::Address);
    }
    if !written.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(text.fail(Reason::PrefixNotANumber));
    }
    written.parse().map(Mask::Prefix).map_err(|_| text.fail(Reason::PrefixOutOfRange))
}

const fn reason(error: NetworkError) -> Reason {
    match error {
        NetworkError::PrefixTooLong(_) => Reason::PrefixOutOfRange,
        NetworkError::NotContiguous(_) => Reason::MaskNotContiguous,
        NetworkError::FamilyMismatch(_) | NetworkError::NoNetworks(_) => Reason::MaskFamily,
    }
}
