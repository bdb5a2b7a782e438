//! What ends a line.

use super::encoding::{Order, Units};

/// What ends a line.
///
/// A newline is a character, or two, and not bytes: in UTF-16 it is two bytes long, or four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Newline {
    /// A line feed. A carriage return before it belongs to the line.
    #[default]
    Lf,
    /// A carriage return.
    Cr,
    /// A carriage return and a line feed; either of them alone belongs to the line.
    CrLf,
    /// Each of these where text is read, a line feed where it is written.
    Any,
}

pub(super) const LF: u32 = 0x0A;
pub(super) const CR: u32 = 0x0D;

/// Where a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After `text` bytes, by a newline of `length` bytes. With `open`, it is not known whether a line feed that belongs to
    /// the newline is still to come.
    Found { text: usize, length: usize, newline: Newline, open: bool },
    /// Not in the bytes, of which the first belong to the line however it goes on.
    Missing { text: usize },
}

impl Newline {
    /// Returns the characters that are written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lf | Self::Any => "\n",
            Self::Cr => "\r",
            Self::CrLf => "\r\n",
        }
    }

    /// Looks for the end of a line, from a place on before which there is none.
    #[inline]
    pub(super) fn find(self, bytes: &[u8], from: usize, units: Units) -> End {
        let (one, other) = match self {
            Self::Lf => (LF, LF),
            Self::Cr | Self::CrLf => (CR, CR),
            Self::Any => (CR, LF),
        };
        let width = units.width;
        let mut at = from;
        loop {
            let Some(text) = units.find(bytes, at, one, other) else {
                return End::Missing { text: bytes.len() - bytes.len() % width };
            };
            let found = |length, newline, open| End::Found { text, length, newline, open };
            match self {
                Self::Lf => return found(width, Self::Lf, false),
                Self::Cr => return found(width, Self::Cr, false),
                Self::Any if units.get(bytes, text) == Some(LF) => return found(width, Self::Lf, false),
                Self::Any | Self::CrLf => {}
            }
            match (self, units.get(bytes, text + width)) {
                (_, Some(LF)) => return found(2 * width, Self::CrLf, false),
                (Self::CrLf, None) => return End::Missing { text },
                (Self::CrLf, Some(_)) => at = text + width,
                (_, next) => return found(width, Self::Cr, next.is_none()),
            }
        }
    }
}

impl Units {
    /// Finds a unit that is one of two; of which no byte before `from` is a part.
    #[inline]
    fn find(self, bytes: &[u8], from: usize, one: u32, other: u32) -> Option<usize> {
        let rest = bytes.get(from..)?;
        let found = match self.width {
            1 => find_byte(rest, one as u8, other as u8),
            2 => find_unit(rest, self.pair(one), self.pair(other)),
            _ => find_unit(rest, self.quad(one), self.quad(other)),
        };
        found.map(|at| from + at)
    }

    fn pair(self, unit: u32) -> [u8; 2] {
        let unit = unit as u16;
        if self.order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() }
    }

    fn quad(self, unit: u32) -> [u8; 4] {
        if self.order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() }
    }
}

fn find_unit<const WIDTH: usize>(bytes: &[u8], one: [u8; WIDTH], other: [u8; WIDTH]) -> Option<usize> {
    const BLOCK: usize = 16;
    // Without branches, so that the compiler looks at several units by one instruction.
    #[allow(clippy::needless_bitwise_bool)]
    let is_it = |unit: &[u8; WIDTH]| (*unit == one) | (*unit == other);
    #[allow(clippy::needless_bitwise_bool)]
    let has = |block: &&[[u8; WIDTH]; BLOCK]| block.iter().fold(false, |any, unit| any | is_it(unit));
    let (units, _) = bytes.as_chunks::<WIDTH>();
    let (blocks, _) = units.as_chunks::<BLOCK>();
    let start = blocks.iter().take_while(|block| !has(block)).count() * BLOCK;
    units[start..].iter().position(is_it).map(|at| (start + at) * WIDTH)
}

/// Finds a byte that is one of two: by blocks, then by words, all bytes of which are looked at at once.
#[inline]
fn find_byte(bytes: &[u8], one: u8, other: u8) -> Option<usize> {
    const BLOCK: usize = 32;
    const WORD: usize = size_of::<u64>();
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    #[allow(clippy::needless_bitwise_bool)]
    let is_it = |byte: &u8| (*byte == one) | (*byte == other);
    #[allow(clippy::needless_bitwise_bool)]
    let has = |block: &&[u8; BLOCK]| block.iter().fold(false, |any, byte| any | is_it(byte));
    let start = blocks.iter().take_while(|block| !has(block)).count() * BLOCK;
    let (words, rest) = bytes[start..].as_chunks::<WORD>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found =
            zeros(word ^ u64::from_le_bytes([one; WORD])) | zeros(word ^ u64::from_le_bytes([other; WORD]));
        if found != 0 {
            return Some(start + number * WORD + found.trailing_zeros() as usize / 8);
        }
    }
    let before = bytes.len() - rest.len();
    rest.iter().position(is_it).map(|at| before + at)
}

/// Sets the highest bit of the lowest byte that is zero; those above it may be wrong.
#[inline]
const fn zeros(word: u64) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    word.wrapping_sub(LOW) & !word & (LOW << 7)
}

#[cfg(test)]
mod tests {
    use super::super::Encoding;
    use super::*;

    fn ends(newline: Newline, bytes: &[u8]) -> End {
        newline.find(bytes, 0, Encoding::UTF_8.units())
    }

    #[test]
    fn each_convention_ends_a_line_by_its_own_newline() {
        let found = |text, length, newline| End::Found { text, length, newline, open: false };
        assert_eq!(ends(Newline::Lf, b"a\r\nb"), found(2, 1, Newline::Lf));
        assert_eq!(ends(Newline::Cr, b"a\nb\rc"), found(3, 1, Newline::Cr));
        assert_eq!(ends(Newline::CrLf, b"a\nb\rc\r\n"), found(5, 2, Newline::CrLf));
        assert_eq!(ends(Newline::Any, b"a\r\nb"), found(1, 2, Newline::CrLf));
        assert_eq!(ends(Newline::Any, b"a\rb"), found(1, 1, Newline::Cr));
        assert_eq!(ends(Newline::Any, b"a\nb"), found(1, 1, Newline::Lf));
    }

    #[test]
    fn a_return_at_the_end_of_what_has_come() {
        assert_eq!(ends(Newline::CrLf, b"ab\r"), End::Missing { text: 2 });
        let open = End::Found { text: 2, length: 1, newline: Newline::Cr, open: true };
        assert_eq!(ends(Newline::Any, b"ab\r"), open);
    }

    #[test]
    fn units_are_not_taken_apart() {
        // U+0A00, U+000A, U+0D0A: bytes of newlines that are none, but for the middle.
        let bytes = [0x0A, 0x00, 0x00, 0x0A, 0x0D, 0x0A];
        let end = Newline::Lf.find(&bytes, 0, Encoding::UTF_16BE.units());
        assert_eq!(end, End::Found { text: 2, length: 2, newline: Newline::Lf, open: false });
        assert_eq!(Newline::Lf.find(&bytes[..3], 0, Encoding::UTF_16BE.units()), End::Missing { text: 2 });
    }

    #[test]
    fn a_byte_is_found_at_each_place() {
        for length in 0..100 {
            let mut bytes = vec![b'x'; length];
            assert_eq!(find_byte(&bytes, b'\r', b'\n'), None);
            for at in 0..length {
                // What comes after it is another, and a byte that differs by the lowest bit.
                bytes[at..].fill(0x0B);
                bytes[at] = if at % 2 == 0 { b'\n' } else { b'\r' };
                assert_eq!(find_byte(&bytes, b'\r', b'\n'), Some(at));
                bytes.fill(b'x');
            }
        }
    }
}
