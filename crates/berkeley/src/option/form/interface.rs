//! Values that are an interface.

use std::fmt;
use std::net::Ipv4Addr;

use super::{Form, Unfit, int};
use crate::addr::Zone;
use crate::sys::{self, layout};

/// Returns the index that the system takes; a name is looked up.
pub(super) fn index_of(zone: &Zone) -> Result<u32, Unfit> {
    match zone.as_name() {
        Some(name) => sys::address::interface_index(name).map_err(Unfit::Unresolved),
        None => Ok(zone.as_index().unwrap_or(0)),
    }
}

pub(super) fn write_zone(zone: &Zone, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if zone.is_none() { f.write_str("none") } else { write!(f, "{zone}") }
}

pub(super) fn parse_zone(text: &str) -> Option<Zone> {
    if text == "none" { Some(Zone::NONE) } else { text.parse().ok() }
}

/// Indexes of interfaces: how each lies in four bytes.
macro_rules! indexes {
    ($($(#[$doc:meta])* $name:ident: $network_order:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Form for $name {
            type Value = Zone;
            const SIZE: usize = 4;
            const TEXT: &'static str = "none, or an interface by its name or index";

            fn decode(bytes: &[u8]) -> Option<Zone> {
                let index = int::decode(bytes)? as u32;
                Some(Zone::index(if $network_order { u32::from_be(index) } else { index }))
            }

            fn encode<R>(value: &Zone, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                let index = index_of(value)?;
                Ok(take(&if $network_order { index.to_be_bytes() } else { index.to_ne_bytes() }))
            }

            fn write(value: &Zone, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_zone(value, f)
            }

            fn parse(text: &str) -> Option<Zone> {
                parse_zone(text)
            }
        }
    )* };
}

indexes! {
    /// An interface by its index; a name is looked up when the option is set.
    InterfaceIndex: false;
    /// An interface by its index, which the system takes in network order.
    InterfaceIndexNetwork: true;
    /// An interface by its index, which Linux takes in network order and Windows does not.
    UnicastInterface6: layout::UNICAST6_IN_NETWORK_ORDER;
}

/// An interface of IPv4: by one of its addresses, or by its index.
///
/// Systems tell the address alone when the option is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ipv4Interface {
    /// The one with this address; 0.0.0.0 is the system's choice.
    Address(Ipv4Addr),
    /// The one with this index or name.
    Index(Zone),
}

impl Ipv4Interface {
    /// Returns the address and the index, one of which is zero.
    pub(super) fn parts(&self) -> Result<(Ipv4Addr, u32), Unfit> {
        match self {
            Self::Address(address) => Ok((*address, 0)),
            Self::Index(zone) => Ok((Ipv4Addr::UNSPECIFIED, index_of(zone)?)),
        }
    }
}

impl fmt::Display for Ipv4Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Index(zone) => write_zone(zone, f),
        }
    }
}

pub(super) fn parse_interface(text: &str) -> Option<Ipv4Interface> {
    let address = text.parse().ok().map(Ipv4Interface::Address);
    address.or_else(|| parse_zone(text).map(Ipv4Interface::Index))
}

/// Where a system has no place for an index, one below 2^24 is written as an address of 0.0.0.0/8 (RFC 1724, 3.3).
pub(super) fn index_as_address(address: Ipv4Addr, index: u32) -> Result<Ipv4Addr, Unfit> {
    match index {
        0 => Ok(address),
        1..0x0100_0000 => Ok(Ipv4Addr::from(index)),
        _ => Err(Unfit::OutOfRange),
    }
}

impl Form for Ipv4Interface {
    type Value = Self;
    const SIZE: usize = 4;
    const TEXT: &'static str = "an interface by one of its addresses, its name or its index";

    fn decode(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk::<4>().map(|octets| Self::Address(Ipv4Addr::from(*octets)))
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let (address, index) = value.parts()?;
        if index == 0 || !layout::HAS_MREQN {
            return Ok(take(&index_as_address(address, index)?.octets()));
        }
        let mut request = [0; 12];
        request[8..].copy_from_slice(&index.to_ne_bytes());
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }

    fn parse(text: &str) -> Option<Self> {
        parse_interface(text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    fn interfaces_come_back() {
        comes_back::<InterfaceIndex>(&Zone::index(7), "7");
        comes_back::<InterfaceIndexNetwork>(&Zone::index(7), "7");
        comes_back::<UnicastInterface6>(&Zone::NONE, "none");
        comes_back::<Ipv4Interface>(&Ipv4Interface::Address(Ipv4Addr::LOCALHOST), "127.0.0.1");
        assert_eq!(InterfaceIndexNetwork::encode(&Zone::index(7), <[u8]>::to_vec), Ok(vec![0, 0, 0, 7]));
    }

    #[test]
    fn an_interface_that_is_not_there_is_unresolved() {
        let nowhere = InterfaceIndex::parse("no-such-interface");
        let unfit = nowhere.map(|zone| InterfaceIndex::encode(&zone, |_| ()));
        assert!(matches!(unfit, Some(Err(Unfit::Unresolved(_)))), "{unfit:?}");
    }
}
