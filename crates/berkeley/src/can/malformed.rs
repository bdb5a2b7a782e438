//! Why numbers or bytes are no frame.

use std::fmt;

use crate::error::{Error, Operation};

/// Why numbers or bytes are no frame: which part is wrong, where, and what would have been right.
///
/// # Examples
///
/// ```
/// use berkeley::can::StandardId;
///
/// let error = StandardId::new(0x800).unwrap_err();
/// assert_eq!(error.to_string(), "identifier 0x800: a standard identifier is at most 0x7ff");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Malformed {
    part: &'static str,
    found: Found,
    place: Option<usize>,
    right: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Found {
    Decimal(usize),
    Hexadecimal(u32),
}

impl Malformed {
    #[cold]
    pub(super) const fn decimal(part: &'static str, found: usize, right: &'static str) -> Self {
        Self { part, found: Found::Decimal(found), place: None, right }
    }

    #[cold]
    pub(super) const fn hexadecimal(part: &'static str, found: u32, right: &'static str) -> Self {
        Self { part, found: Found::Hexadecimal(found), place: None, right }
    }

    /// Says at which byte of a structure of the kernel the part begins.
    pub(super) const fn at(mut self, place: usize) -> Self {
        self.place = Some(place);
        self
    }

    /// Returns the part that is wrong, as a noun.
    #[must_use]
    pub const fn part(&self) -> &'static str {
        self.part
    }

    /// Returns at which byte the part begins, of a structure of the kernel.
    #[must_use]
    pub const fn place(&self) -> Option<usize> {
        self.place
    }

    /// Returns what would have been right, as a sentence.
    #[must_use]
    pub const fn right(&self) -> &'static str {
        self.right
    }

    /// Makes the error of an operation on a socket.
    pub(super) fn during(self, operation: Operation) -> Error {
        Error::invalid(operation, "it is no CAN frame").with_detail(self.to_string())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            Found::Decimal(number) => write!(f, "{} {number}", self.part)?,
            Found::Hexadecimal(number) => write!(f, "{} {number:#x}", self.part)?,
        }
        if let Some(place) = self.place {
            write!(f, " at byte {place}")?;
        }
        write!(f, ": {}", self.right)
    }
}

impl fmt::Debug for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Malformed({self})")
    }
}

impl std::error::Error for Malformed {}

impl From<Malformed> for Error {
    /// Makes the error of a send: frames are made to be sent.
    fn from(malformed: Malformed) -> Self {
        malformed.during(Operation::Send)
    }
}
