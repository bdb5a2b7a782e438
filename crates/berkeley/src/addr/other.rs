//! Addresses of families that have no type of their own here.

use std::fmt;

use super::part::Part;
use super::text::impl_text;
use super::{Family, ParseError, Reason, escape};

pub(super) const SCHEME: &str = "family:";

/// Is an address of any family: all the bytes that follow the family in the system's structure, kept
/// unchanged.
///
/// In text it is `family:45:0011aabb`, the bytes in hexadecimal; the family may be given by name.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Family, OtherAddress};
///
/// let address: OtherAddress = "family:TIPC:0011aabb".parse()?;
/// assert_eq!(address, OtherAddress::new(Family::TIPC, &[0, 0x11, 0xaa, 0xbb]));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OtherAddress {
    family: Family,
    bytes: Box<[u8]>,
}

impl OtherAddress {
    /// Makes an address of a family from the bytes that follow the family.
    #[must_use]
    pub fn new(family: Family, bytes: &[u8]) -> OtherAddress {
        OtherAddress { family, bytes: bytes.into() }
    }

    /// Returns the family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Returns the bytes that follow the family.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn write(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        write!(f, "{SCHEME}{}:", self.family.number())?;
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }

    pub(super) fn parse(text: Part<'_>) -> Result<OtherAddress, ParseError> {
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| text.fail(Reason::UnknownScheme))?;
        let (family, digits) = rest.split(':');
        let digits = digits.ok_or_else(|| rest.fail(Reason::MissingValue))?;
        let Some(pairs) = digits.text().as_bytes().chunks(2).map(escape::pair).collect::<Option<Box<[u8]>>>()
        else {
            return Err(digits.fail(Reason::NotHex));
        };
        Ok(OtherAddress { family: parse_family(family)?, bytes: pairs })
    }
}

fn parse_family(text: Part<'_>) -> Result<Family, ParseError> {
    if let Some(family) = Family::from_name(text.text()) {
        return Ok(family);
    }
    match text.decimal(u64::from(u32::MAX)) {
        Ok(number) => Family::from_number(number as u32).ok_or_else(|| text.fail(Reason::UnknownFamily)),
        Err(_) => Err(text.fail(Reason::UnknownFamily)),
    }
}

impl_text! { OtherAddress, "Other"; }
