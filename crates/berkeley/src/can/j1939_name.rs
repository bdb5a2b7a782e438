//! What SAE J1939 puts into numbers: groups of parameters, names, and the identifier of a frame.

use std::fmt;

use super::{ExtendedId, Malformed};

/// The number of a group of parameters: what a message is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pgn(u32);

impl Pgn {
    /// Asks for a group: `J1939_PGN_REQUEST`.
    pub const REQUEST: Self = Self(0xea00);
    /// Claims an address, and tells the name of who has it: `J1939_PGN_ADDRESS_CLAIMED`.
    pub const ADDRESS_CLAIMED: Self = Self(0xee00);
    /// Gives a node another address: `J1939_PGN_ADDRESS_COMMANDED`.
    pub const ADDRESS_COMMANDED: Self = Self(0xfed8);

    /// Makes one of its number.
    ///
    /// # Errors
    ///
    /// The number has more than 18 bits; or it is one of a group that goes to one address, whose lowest 8 bits are zero,
    /// and here are not.
    pub const fn new(number: u32) -> Result<Self, Malformed> {
        if number > 0x3_ffff {
            return Err(Malformed::hexadecimal("group number", number, "a group number is at most 0x3ffff"));
        }
        if Self(number).is_addressed() && number & 0xff != 0 {
            let right =
                "below 0xf0 in the second byte the last byte is zero: the address is no part of the group";
            return Err(Malformed::hexadecimal("group number", number, right));
        }
        Ok(Self(number))
    }

    /// Returns the number.
    #[must_use]
    pub const fn as_raw(self) -> u32 {
        self.0
    }

    /// Returns `true` if such messages go to one address, which may be that of all (PDU1); the others go to everybody
    /// (PDU2).
    #[must_use]
    pub const fn is_addressed(self) -> bool {
        self.0 >> 8 & 0xff < 0xf0
    }
}

impl fmt::Display for Pgn {
    /// Writes five hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05X}", self.0)
    }
}

impl fmt::Debug for Pgn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pgn({self})")
    }
}

/// What the identifier of a frame says in J1939.
///
/// # Examples
///
/// ```
/// use berkeley::can::{ExtendedId, J1939Header};
///
/// // The engine, 0x00, tells its temperature.
/// let header = J1939Header::from(ExtendedId::new(0x18fe_ee00)?);
/// assert_eq!((header.priority, header.pgn.as_raw(), header.source), (6, 0xfeee, 0));
/// assert_eq!(header.destination, None);
/// assert_eq!(ExtendedId::try_from(header)?.as_raw(), 0x18fe_ee00);
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct J1939Header {
    /// The priority, 0 the highest, to 7.
    pub priority: u8,
    /// The group.
    pub pgn: Pgn,
    /// The address that it goes to, 0xff being all; none of a group that goes to everybody.
    pub destination: Option<u8>,
    /// The address that it comes from.
    pub source: u8,
}

impl From<ExtendedId> for J1939Header {
    fn from(id: ExtendedId) -> Self {
        let number = id.as_raw();
        let whole = Pgn(number >> 8 & 0x3_ffff);
        let addressed = whole.is_addressed();
        Self {
            priority: (number >> 26) as u8,
            pgn: if addressed { Pgn(whole.0 & 0x3_ff00) } else { whole },
            destination: addressed.then_some((number >> 8) as u8),
            source: number as u8,
        }
    }
}

impl TryFrom<J1939Header> for ExtendedId {
    type Error = Malformed;

    /// Makes the identifier.
    ///
    /// # Errors
    ///
    /// A priority above 7; a destination that is missing, or one of a group that goes to everybody.
    fn try_from(header: J1939Header) -> Result<Self, Malformed> {
        let J1939Header { priority, pgn, destination, source } = header;
        if priority > 7 {
            return Err(Malformed::decimal("priority", priority.into(), "a priority is 0 to 7"));
        }
        if pgn.is_addressed() != destination.is_some() {
            let right = "groups below 0xf0 in the second byte have a destination, and no others";
            return Err(Malformed::hexadecimal("group number", pgn.0, right));
        }
        let group = pgn.0 | u32::from(destination.unwrap_or(0));
        Self::new(u32::from(priority) << 26 | group << 8 | u32::from(source))
    }
}

/// Writes the fields of a name: `/// doc` `get, with: from bit, number of bits;`.
macro_rules! fields {
    ($($doc:literal $get:ident, $with:ident: $at:literal, $bits:literal;)*) => {
        impl J1939Name { $(
            #[doc = concat!("Returns ", $doc, ", of ", $bits, " bits.")]
            #[must_use]
            pub const fn $get(self) -> u32 {
                (self.0 >> $at) as u32 & ((1 << $bits) - 1)
            }

            #[doc = concat!("Returns the name with ", $doc, ", of ", $bits, " bits.")]
            ///
            /// # Errors
            ///
            /// The number has more.
            pub const fn $with(self, number: u32) -> Result<Self, Malformed> {
                let most: u64 = (1 << $bits) - 1;
                if number as u64 > most {
                    let right = concat!("the field has ", $bits, " bits");
                    return Err(Malformed::hexadecimal(stringify!($get), number, right));
                }
                Ok(Self(self.0 & !(most << $at) | (number as u64) << $at))
            }
        )* }
    };
}

/// The name of a node: 64 bits that no other node has, of which the lesser wins a contested address.
///
/// # Examples
///
/// ```
/// use berkeley::can::J1939Name;
///
/// let name = J1939Name::from_raw(0).with_manufacturer(0x2ab)?.with_identity(0x12345)?;
/// assert_eq!((name.manufacturer(), name.identity()), (0x2ab, 0x12345));
/// assert!(name.with_identity(1 << 21).is_err());
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct J1939Name(u64);

fields! {
    "the number of this one among those of its maker" identity, with_identity: 0, 21;
    "the maker" manufacturer, with_manufacturer: 21, 11;
    "the number of the control unit" unit_instance, with_unit_instance: 32, 3;
    "the number of the function" function_instance, with_function_instance: 35, 5;
    "the function" function, with_function: 40, 8;
    "the kind of vehicle or system" vehicle_system, with_vehicle_system: 49, 7;
    "the number of the vehicle or system" vehicle_system_instance, with_vehicle_system_instance: 56, 4;
    "the branch of industry" industry_group, with_industry_group: 60, 3;
    "whether it can take another address" arbitrary_address, with_arbitrary_address: 63, 1;
}

impl J1939Name {
    /// Makes one of its bits.
    #[must_use]
    pub const fn from_raw(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns its bits.
    #[must_use]
    pub const fn as_raw(self) -> u64 {
        self.0
    }
}

impl fmt::Display for J1939Name {
    /// Writes sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl fmt::Debug for J1939Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "J1939Name({self})")
    }
}
