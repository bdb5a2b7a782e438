//! Addresses of the controller area network.

use std::fmt;

use super::part::Part;
use super::text::impl_text;
use super::{ParseError, Reason, Zone};

pub(super) const SCHEME: &str = "can://";

/// Is the address of a CAN socket (`sockaddr_can`): an interface, and the identifiers of its protocol.
///
/// In text it is `can://vcan0`, `can://*` for all interfaces, `can://vcan0?tx=7e0&rx=7e8` with the
/// identifiers of ISO-TP, `can://vcan0?name=0&pgn=40000&addr=ff` with those of J1939; the numbers are
/// hexadecimal.
///
/// # Platform notes
///
/// Linux has this family.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{CanAddress, CanIds, Zone};
///
/// let address: CanAddress = "can://vcan0?tx=7e0&rx=7e8".parse()?;
/// assert_eq!(address.interface(), &Zone::name("vcan0")?);
/// assert_eq!(address.ids(), CanIds::IsoTp { receive: 0x7e8, transmit: 0x7e0 });
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(alias = "sockaddr_can")]
pub struct CanAddress {
    interface: Zone,
    ids: CanIds,
}

/// Holds the identifiers that a protocol upon CAN adds to an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CanIds {
    /// None: raw frames carry their own.
    #[default]
    None,
    /// The pair of identifiers of an ISO 15765-2 transport, flags included.
    IsoTp {
        /// The identifier of received frames (`rx_id`).
        receive: u32,
        /// The identifier of sent frames (`tx_id`).
        transmit: u32,
    },
    /// What SAE J1939 names a peer by.
    J1939 {
        /// The 64-bit name, [`NO_NAME`](CanIds::NO_NAME) for none.
        name: u64,
        /// The parameter group number, [`NO_PGN`](CanIds::NO_PGN) for none.
        pgn: u32,
        /// The address on the bus, [`NO_ADDRESS`](CanIds::NO_ADDRESS) for none.
        address: u8,
    },
}

impl CanIds {
    /// Stands for no J1939 name.
    #[doc(alias = "J1939_NO_NAME")]
    pub const NO_NAME: u64 = 0;
    /// Stands for no J1939 parameter group number.
    #[doc(alias = "J1939_NO_PGN")]
    pub const NO_PGN: u32 = 0x4_0000;
    /// Stands for no J1939 address.
    #[doc(alias = "J1939_NO_ADDR")]
    pub const NO_ADDRESS: u8 = 0xff;
}

impl CanAddress {
    /// Makes the address of an interface, [`Zone::NONE`] being all of them.
    #[must_use]
    pub const fn new(interface: Zone) -> CanAddress {
        CanAddress { interface, ids: CanIds::None }
    }

    /// Returns the address with these identifiers.
    #[must_use]
    pub fn with_ids(mut self, ids: CanIds) -> CanAddress {
        self.ids = ids;
        self
    }

    /// Returns the interface, [`Zone::NONE`] being all of them.
    #[must_use]
    pub const fn interface(&self) -> &Zone {
        &self.interface
    }

    /// Returns the identifiers of the protocol.
    #[must_use]
    pub const fn ids(&self) -> CanIds {
        self.ids
    }

    pub(super) fn write(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        f.write_str(SCHEME)?;
        self.interface.write_interface(f)?;
        match self.ids {
            CanIds::None => Ok(()),
            CanIds::IsoTp { receive, transmit } => write!(f, "?tx={transmit:x}&rx={receive:x}"),
            CanIds::J1939 { name, pgn, address } => write!(f, "?name={name:x}&pgn={pgn:x}&addr={address:x}"),
        }
    }

    pub(super) fn parse(text: Part<'_>) -> Result<CanAddress, ParseError> {
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| text.fail(Reason::UnknownScheme))?;
        let (interface, query) = rest.split('?');
        let ids = query.map_or(Ok(CanIds::None), parse_ids)?;
        Ok(CanAddress { interface: interface.interface()?, ids })
    }
}

fn parse_ids(query: Part<'_>) -> Result<CanIds, ParseError> {
    let (mut isotp, mut j1939) = ([None; 2], [None; 3]);
    query.parameters(|parameter, value| {
        let (place, most) = match parameter {
            "tx" => (&mut isotp[0], u64::from(u32::MAX)),
            "rx" => (&mut isotp[1], u64::from(u32::MAX)),
            "name" => (&mut j1939[0], u64::MAX),
            "pgn" => (&mut j1939[1], u64::from(u32::MAX)),
            "addr" => (&mut j1939[2], u64::from(u8::MAX)),
            _ => return Ok(false),
        };
        *place = Some(value.hexadecimal(most)?);
        Ok(true)
    })?;
    match (isotp, j1939) {
        ([Some(transmit), Some(receive)], [None, None, None]) => {
            Ok(CanIds::IsoTp { receive: receive as u32, transmit: transmit as u32 })
        }
        ([None, None], [name, pgn, address]) => Ok(CanIds::J1939 {
            name: name.unwrap_or(CanIds::NO_NAME),
            pgn: pgn.map_or(CanIds::NO_PGN, |pgn| pgn as u32),
            address: address.map_or(CanIds::NO_ADDRESS, |address| address as u8),
        }),
        _ => Err(query.fail(Reason::MismatchedParameter).with_hint("write tx=ID&rx=ID")),
    }
}

impl_text! { CanAddress, "Can"; }

impl Default for CanAddress {
    /// Returns the address of all interfaces.
    fn default() -> CanAddress {
        CanAddress::new(Zone::NONE)
    }
}
