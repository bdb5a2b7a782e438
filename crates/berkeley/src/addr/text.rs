//! Short texts built on the stack.

use std::fmt;

/// Holds a text of at most `N` bytes of ASCII without allocating.
#[derive(Clone, Copy)]
pub(super) struct Line<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Line<N> {
    pub(super) const fn new() -> Line<N> {
        Line { bytes: [0; N], length: 0 }
    }

    /// Adds a byte of ASCII; beyond `N` it is lost.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// Adds a number from 0 to 255 in decimal.
    #[inline]
    pub(super) fn push_octet(&mut self, octet: u8) {
        if octet >= 100 {
            self.push(b'0' + octet / 100);
        }
        if octet >= 10 {
            self.push(b'0' + octet / 10 % 10);
        }
        self.push(b'0' + octet % 10);
    }

    /// Adds a number in decimal.
    #[inline]
    pub(super) fn push_decimal(&mut self, number: u32) {
        let mut place = 1;
        while number / place >= 10 {
            place *= 10;
        }
        while place > 0 {
            self.push(b'0' + (number / place % 10) as u8);
            place /= 10;
        }
    }

    /// Adds a number in hexadecimal, in the digits of `digits`.
    #[inline]
    pub(super) fn push_group(&mut self, group: u16, digits: &[u8; 16]) {
        for shift in [12, 8, 4] {
            if group >> shift != 0 {
                self.push(digits[usize::from(group >> shift & 15)]);
            }
        }
        self.push(digits[usize::from(group & 15)]);
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Writes the text with the width and alignment that the format asks for.
    #[inline]
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() && f.precision().is_none() {
            f.write_str(self.as_str())
        } else {
            f.pad(self.as_str())
        }
    }
}

/// Writes what `write` writes with the width and alignment that the format asks for.
pub(super) fn padded(
    f: &mut fmt::Formatter<'_>,
    write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
) -> fmt::Result {
    if f.width().is_none() && f.precision().is_none() {
        return write(f);
    }
    let mut text = String::new();
    write(&mut text)?;
    f.pad(&text)
}

/// Implements `Display` by the `write` of a type, `Debug` as `Name(text)`, and `FromStr` by its `parse`.
macro_rules! impl_text {
    ($($type:ident, $name:literal;)*) => { $(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::addr::text::padded(f, |out| self.write(out))
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", $name)
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::addr::ParseError;

            fn from_str(text: &str) -> Result<$type, crate::addr::ParseError> {
                $type::parse(crate::addr::part::Part::all(text))
            }
        }
    )* };
}
pub(super) use impl_text;
