//! Identifiers: what a frame is about, and with what priority it takes the bus.

use std::cmp::Ordering;
use std::fmt;

use super::Malformed;

/// The flag of an extended identifier among the 32 bits of the kernel's: `CAN_EFF_FLAG`.
pub(super) const EXTENDED: u32 = 0x8000_0000;
/// The flag of a remote frame: `CAN_RTR_FLAG`.
pub(super) const REMOTE: u32 = 0x4000_0000;
/// The flag of an error frame: `CAN_ERR_FLAG`. In the identifier of a filter it inverts that.
pub(super) const ERROR: u32 = 0x2000_0000;

/// Writes an identifier of so many bits.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident($bits:ty), $most:literal, $mask:literal, $width:literal, $right:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name($bits);

        impl $name {
            /// Is the least, which wins over all others.
            pub const ZERO: Self = Self(0);
            /// Is the greatest.
            #[doc(alias = $mask)]
            pub const MAX: Self = Self($most);

            /// Makes one of its number.
            ///
            /// # Errors
            ///
            /// The number has more bits.
            pub const fn new(number: u32) -> Result<Self, Malformed> {
                if number > $most {
                    return Err(Malformed::hexadecimal("identifier", number, $right));
                }
                Ok(Self(number as $bits))
            }

            /// Returns the number.
            #[must_use]
            pub const fn as_raw(self) -> u32 {
                self.0 as u32
            }
        }

        impl TryFrom<u32> for $name {
            type Error = Malformed;

            fn try_from(number: u32) -> Result<Self, Malformed> {
                Self::new(number)
            }
        }

        impl fmt::Display for $name {
            #[doc = concat!("Writes ", $width, " hexadecimal digits.")]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{:0", $width, "X}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    )* };
}

identifiers! {
    /// An identifier of 11 bits; of an XL frame, its priority.
    StandardId(u16), 0x7ff, "CAN_SFF_MASK", 3, "a standard identifier is at most 0x7ff";
    /// An identifier of 29 bits.
    ExtendedId(u32), 0x1fff_ffff, "CAN_EFF_MASK", 8, "an extended identifier is at most 0x1fffffff";
}

/// An identifier of either length. The order is that of the bus: of two, the lesser wins the arbitration.
///
/// # Examples
///
/// ```
/// use berkeley::can::Id;
///
/// let (engine, door) = (Id::standard(0x123)?, Id::extended(0x1f33_4455)?);
/// assert!(engine < door);
/// assert_eq!(format!("{engine} {door}"), "123 1F334455");
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Id {
    /// One of 11 bits.
    Standard(StandardId),
    /// One of 29 bits.
    Extended(ExtendedId),
}

impl Id {
    /// Makes one of 11 bits.
    ///
    /// # Errors
    ///
    /// The number has more.
    pub const fn standard(number: u32) -> Result<Self, Malformed> {
        match StandardId::new(number) {
            Ok(id) => Ok(Self::Standard(id)),
            Err(error) => Err(error),
        }
    }

    /// Makes one of 29 bits.
    ///
    /// # Errors
    ///
    /// The number has more.
    pub const fn extended(number: u32) -> Result<Self, Malformed> {
        match ExtendedId::new(number) {
            Ok(id) => Ok(Self::Extended(id)),
            Err(error) => Err(error),
        }
    }

    /// Returns the number, without the flag of its length.
    #[must_use]
    pub const fn as_raw(self) -> u32 {
        match self {
            Self::Standard(id) => id.as_raw(),
            Self::Extended(id) => id.as_raw(),
        }
    }

    /// Returns `true` if it has 29 bits.
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self, Self::Extended(_))
    }

    /// Returns the number as C has it: an extended one with the flag `CAN_EFF_FLAG`.
    #[must_use]
    #[doc(alias = "canid_t")]
    #[doc(alias = "CAN_EFF_FLAG")]
    pub const fn to_canid(self) -> u32 {
        match self {
            Self::Standard(id) => id.as_raw(),
            Self::Extended(id) => id.as_raw() | EXTENDED,
        }
    }

    /// Makes one of what C has.
    ///
    /// # Errors
    ///
    /// There are flags besides `CAN_EFF_FLAG`, or without it more than 11 bits.
    pub const fn from_canid(canid: u32) -> Result<Self, Malformed> {
        if canid & EXTENDED != 0 { Self::extended(canid & !EXTENDED) } else { Self::standard(canid) }
    }

    /// The bits on the wire, first to last: 11 of either, the flag of the length, 18 of an extended one.
    const fn arbitration(self) -> u32 {
        match self {
            Self::Standard(id) => id.as_raw() << 19,
            Self::Extended(id) => (id.as_raw() >> 18) << 19 | 1 << 18 | id.as_raw() & 0x3_ffff,
        }
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.arbitration().cmp(&other.arbitration())
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<StandardId> for Id {
    fn from(id: StandardId) -> Self {
        Self::Standard(id)
    }
}

impl From<ExtendedId> for Id {
    fn from(id: ExtendedId) -> Self {
        Self::Extended(id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(id) => id.fmt(f),
            Self::Extended(id) => id.fmt(f),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(id) => fmt::Debug::fmt(id, f),
            Self::Extended(id) => fmt::Debug::fmt(id, f),
        }
    }
}
