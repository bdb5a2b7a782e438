//! On which interface.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::addr::{ParseError, Zone};
use crate::error::{During, Operation, Result};
use crate::interface::Interface;
use crate::interfaces::Interfaces;
use crate::sys::address::interface_index;

/// An interface by its index, its name, or one of its addresses; or the one that the system chooses.
///
/// # Examples
///
/// ```
/// use berkeley::addr::Zone;
/// use berkeley::multicast::On;
///
/// assert_eq!("eth0".parse(), Ok(On::Zone(Zone::name("eth0")?)));
/// assert_eq!("3".parse(), Ok(On::from(3)));
/// assert_eq!("10.0.0.1".parse(), Ok(On::Address([10, 0, 0, 1].into())));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum On {
    /// The one to which the routes lead.
    #[default]
    Chosen,
    /// The one with this index or name.
    Zone(Zone),
    /// The one with this address, which is looked for when it is used.
    Address(IpAddr),
}

impl On {
    /// Returns the index that systems are told: zero for their choice.
    pub(super) fn index(&self) -> Result<u32> {
        match self {
            Self::Chosen => Ok(0),
            Self::Address(address) if address.is_unspecified() => Ok(0),
            Self::Address(address) => Ok(Interfaces::open()?.by_address(*address)?.index()),
            Self::Zone(zone) => match zone.as_name() {
                None => Ok(zone.as_index().unwrap_or(0)),
                Some(name) => interface_index(name)
                    .during(Operation::Interface)
                    .map_err(|error| error.with_detail(format!("no interface is called {name:?}"))),
            },
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chosen => f.write_str("any"),
            Self::Zone(zone) => zone.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl FromStr for On {
    type Err = ParseError;

    /// Reads `any`, an address, an index or a name, as it is displayed.
    fn from_str(text: &str) -> std::result::Result<Self, ParseError> {
        if text == "any" {
            return Ok(Self::Chosen);
        }
        text.parse().map(Self::Address).or_else(|_| text.parse().map(Self::Zone))
    }
}

/// Converts what names an interface.
macro_rules! from {
    ($($type:ty: |$from:ident| $on:expr;)*) => { $(
        impl From<$type> for On {
            fn from($from: $type) -> Self {
                $on
            }
        }
    )* };
}

from! {
    Zone: |zone| Self::Zone(zone);
    &Zone: |zone| Self::Zone(zone.clone());
    u32: |index| Self::Zone(Zone::index(index));
    &Interface: |interface| Self::Zone(Zone::index(interface.index()));
    IpAddr: |address| Self::Address(address);
    Ipv4Addr: |address| Self::Address(address.into());
    Ipv6Addr: |address| Self::Address(address.into());
}
