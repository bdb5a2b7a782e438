//! Attributes: `struct nlattr`, a length, a type, and what it is.

use std::fmt;

use super::message::{Malformed, Missing, align};

/// Bits of the type that say how the payload lies: NLA_F_NESTED and NLA_F_NET_BYTEORDER.
const NESTED: u16 = 0x8000;
const NETWORK_ORDER: u16 = 0x4000;

/// The bytes before the payload: a length and a type of 16 bits each.
pub(super) const HEADER: usize = 4;

/// One attribute of a message.
///
/// A number of the wrong length, or a text that is none, is `None`: what a kernel sends need not be what a program
/// expects.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias = "nlattr")]
#[doc(alias = "rtattr")]
pub struct Attribute<'a> {
    kind: u16,
    payload: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// Returns the type, `IFLA_IFNAME` for example, without the bits that say how the payload lies.
    #[must_use]
    #[doc(alias = "nla_type")]
    pub const fn kind(&self) -> u16 {
        self.kind & !(NESTED | NETWORK_ORDER)
    }

    /// Returns `true` if the payload says of itself that it is attributes. Many kinds that are do not say so.
    #[must_use]
    #[doc(alias = "NLA_F_NESTED")]
    pub const fn is_nested(&self) -> bool {
        self.kind & NESTED != 0
    }

    /// Returns `true` if the payload says of itself that its numbers are in network order.
    #[must_use]
    #[doc(alias = "NLA_F_NET_BYTEORDER")]
    pub const fn is_network_order(&self) -> bool {
        self.kind & NETWORK_ORDER != 0
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Returns the attributes that the payload is made of.
    #[must_use]
    pub const fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.payload)
    }

    /// Returns the text, up to the NUL that ends it.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        let text = self.payload.split(|byte| *byte == 0).next().unwrap_or_default();
        str::from_utf8(text).ok()
    }

    fn array<const N: usize>(&self) -> Option<[u8; N]> {
        self.payload.try_into().ok()
    }

    /// Returns the number of 8 bits.
    #[must_use]
    pub fn as_u8(&self) -> Option<u8> {
        self.array().map(u8::from_ne_bytes)
    }

    /// Returns the number of 16 bits, in the order that the attribute says.
    #[must_use]
    pub fn as_u16(&self) -> Option<u16> {
        self.array().map(if self.is_network_order() { u16::from_be_bytes } else { u16::from_ne_bytes })
    }

    /// Returns the number of 32 bits, in the order that the attribute says.
    #[must_use]
    pub fn as_u32(&self) -> Option<u32> {
        self.array().map(if self.is_network_order() { u32::from_be_bytes } else { u32::from_ne_bytes })
    }

    /// Returns the number of 64 bits, in the order that the attribute says.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.array().map(if self.is_network_order() { u64::from_be_bytes } else { u64::from_ne_bytes })
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({}, {:02x?})", self.kind(), self.payload)
    }
}

/// Is an iterator over attributes that lie one after the other.
///
/// A length that cannot be is an error, and the end.
///
/// # Examples
///
/// ```
/// use berkeley::netlink::Attributes;
///
/// // IFLA_IFNAME is 3; the text and its NUL are padded to four bytes.
/// let mut bytes = Vec::new();
/// bytes.extend(7_u16.to_ne_bytes());
/// bytes.extend(3_u16.to_ne_bytes());
/// bytes.extend(b"lo\0\0");
///
/// let name = Attributes::new(&bytes).find(3)?.unwrap();
/// assert_eq!(name.text(), Some("lo"));
/// # Ok::<(), berkeley::netlink::Malformed>(())
/// ```
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    /// Reads attributes from these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Returns the first attribute of that type among those that are left.
    ///
    /// # Errors
    ///
    /// What lies before it is malformed.
    pub fn find(&mut self, kind: u16) -> Result<Option<Attribute<'a>>, Malformed> {
        for attribute in self {
            let attribute = attribute?;
            if attribute.kind() == kind {
                return Ok(Some(attribute));
            }
        }
        Ok(None)
    }

    /// Reads the attribute at the front of what is left.
    fn first(&self, rest: &'a [u8]) -> Result<Attribute<'a>, Malformed> {
        let malformed = |what| Err(Malformed::new(what, self.at, rest.len()));
        let Some(([a, b, c, d], _)) = rest.split_first_chunk() else {
            return malformed(Missing::AttributeHeader);
        };
        let length = usize::from(u16::from_ne_bytes([*a, *b]));
        match rest.get(HEADER..length) {
            Some(payload) => Ok(Attribute { kind: u16::from_ne_bytes([*c, *d]), payload }),
            None if length < HEADER => malformed(Missing::AttributeLength(length)),
            None => malformed(Missing::Attribute(length)),
        }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let first = self.first(rest);
        // The last one need not be padded.
        self.at = match first {
            Ok(attribute) => self.at + align(HEADER + attribute.payload.len()),
            Err(_) => self.bytes.len(),
        };
        Some(first)
    }
}

impl std::iter::FusedIterator for Attributes<'_> {}
