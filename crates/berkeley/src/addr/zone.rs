//! An interface by index or by name: the zone of an IPv6 address, the place of a CAN or packet socket.

use std::fmt;
use std::str::FromStr;

use super::{ParseError, Reason};

/// Is the length in bytes of the longest name; Windows has the longest.
const LONGEST: usize = 255;

/// Names an interface by its index or by its name, or none at all.
///
/// As the zone of an IPv6 address (RFC 4007) it says on which link the address is meant. A name is turned
/// into an index by the system when the address is used, and not before: an address may be written before its
/// interface exists.
///
/// In text, digits alone are an index. The name of an interface that consists of digits is written with its
/// first digit escaped: `%333` is the interface called `333`. So is the blank of a name, which Windows' names
/// have: `Ethernet%202`.
///
/// # Examples
///
/// ```
/// use berkeley::addr::Zone;
///
/// assert_eq!("3".parse(), Ok(Zone::index(3)));
/// assert_eq!("eth0".parse(), Zone::name("eth0"));
/// assert_eq!(Zone::name("Ethernet 2")?.to_string(), "Ethernet%202");
/// assert!(Zone::index(0).is_none());
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Zone(Repr);

// Index 0 is no interface, in every system's structures too.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Index(u32),
    Name(Box<str>),
}

impl Zone {
    /// Is no interface in particular.
    pub const NONE: Zone = Zone(Repr::Index(0));

    /// Makes a zone from the index of an interface; 0 is [`Zone::NONE`].
    #[must_use]
    pub const fn index(index: u32) -> Zone {
        Zone(Repr::Index(index))
    }

    /// Makes a zone from the name of an interface.
    ///
    /// # Errors
    ///
    /// A name has 1 to 255 bytes, none of them `%`, `]`, `/` or control, and no blank but the space.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::{Reason, Zone};
    ///
    /// assert_eq!(Zone::name("eth0")?.as_name(), Some("eth0"));
    /// assert_eq!(Zone::name("a/b").unwrap_err().reason(), Reason::ZoneCharacter);
    /// # Ok::<(), berkeley::addr::ParseError>(())
    /// ```
    pub fn name(name: &str) -> Result<Zone, ParseError> {
        if name.is_empty() {
            return Err(ParseError::whole(name, Reason::EmptyZone));
        }
        if let Some((at, c)) = name.char_indices().find(|(_, c)| is_forbidden(*c)) {
            return Err(ParseError::new(name, at..at + c.len_utf8(), Reason::ZoneCharacter));
        }
        if name.len() > LONGEST {
            return Err(ParseError::whole(name, Reason::ZoneTooLong));
        }
        Ok(Zone(Repr::Name(name.into())))
    }

    /// Returns the index, if the interface is given by index.
    #[must_use]
    pub const fn as_index(&self) -> Option<u32> {
        match self.0 {
            Repr::Index(0) | Repr::Name(_) => None,
            Repr::Index(index) => Some(index),
        }
    }

    /// Returns the name, if the interface is given by name.
    #[must_use]
    pub fn as_name(&self) -> Option<&str> {
        match &self.0 {
            Repr::Index(_) => None,
            Repr::Name(name) => Some(name),
        }
    }

    /// Returns `true` if no interface is given.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self.0, Repr::Index(0))
    }

    /// Reads a zone's bytes if they are all digits and fit.
    pub(crate) fn from_digits(digits: &[u8]) -> Option<Zone> {
        let mut index = 0_u32;
        for digit in digits {
            let value = digit.wrapping_sub(b'0');
            if value > 9 {
                return None;
            }
            index = index.checked_mul(10)?.checked_add(u32::from(value))?;
        }
        if digits.is_empty() { None } else { Some(Zone::index(index)) }
    }
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '%' | ']' | '/') || (c.is_whitespace() && c != ' ') || c.is_control()
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

impl Default for Zone {
    fn default() -> Zone {
        Zone::NONE
    }
}

impl From<u32> for Zone {
    fn from(index: u32) -> Zone {
        Zone::index(index)
    }
}

impl FromStr for Zone {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Zone, ParseError> {
        if let Some(zone) = Zone::from_digits(text.as_bytes()) {
            return Ok(zone);
        }
        if is_number(text) {
            return Err(ParseError::whole(text, Reason::ZoneOutOfRange));
        }
        if let Some(at) = text.find(' ') {
            return Err(
                ParseError::new(text, at..at + 1, Reason::ZoneCharacter).with_hint("write %20 for a blank")
            );
        }
        if !text.contains('%') {
            return Zone::name(text);
        }
        let name = super::escape::decode_str(text)?;
        Zone::name(&name).map_err(|error| ParseError::whole(text, error.reason()))
    }
}

impl Zone {
    /// Writes the index in decimal or the name with its escapes, and nothing for [`Zone::NONE`].
    pub(super) fn write(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        match &self.0 {
            Repr::Index(0) => Ok(()),
            Repr::Index(index) => write!(f, "{index}"),
            Repr::Name(name) => write_name(f, name),
        }
    }

    /// Writes the interface, `*` being all of them.
    pub(super) fn write_interface(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        if self.is_none() { f.write_char('*') } else { self.write(f) }
    }
}

fn write_name(f: &mut dyn fmt::Write, name: &str) -> fmt::Result {
    let first_escaped = is_number(name) || name == "*";
    for (at, c) in name.char_indices() {
        if matches!(c, '?' | ' ') || (at == 0 && first_escaped) {
            write!(f, "%{:02x}", c as u32)?;
        } else {
            f.write_char(c)?;
        }
    }
    Ok(())
}

/// Prints the index in decimal or the name with its escapes, and nothing for [`Zone::NONE`].
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::text::padded(f, |out| self.write(out))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Index(0) => f.write_str("Zone::NONE"),
            Repr::Index(index) => write!(f, "Zone({index})"),
            Repr::Name(name) => write!(f, "Zone({name:?})"),
        }
    }
}
