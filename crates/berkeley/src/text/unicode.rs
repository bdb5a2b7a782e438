//! The encodings of this library's own, a character at a time.

use super::encoding::{Form, Order, Units};

/// What the bytes at the beginning of a slice are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A character, seldom two, and how many bytes stand for it.
    Char { first: char, second: Option<char>, length: usize },
    /// So many bytes that stand for no character: they say how the next are to be read.
    Shift(usize),
    /// The beginning of a character.
    Incomplete,
    /// So many bytes that stand for nothing.
    Malformed(usize),
}

impl Step {
    #[inline]
    fn one(first: char, length: usize) -> Self {
        Self::Char { first, second: None, length }
    }
}

impl Units {
    /// Reads the unit that begins at `at`, if all of it is there.
    #[inline]
    pub(super) fn get(self, bytes: &[u8], at: usize) -> Option<u32> {
        match self.width {
            1 => bytes.get(at).copied().map(u32::from),
            2 => {
                let unit = *bytes.get(at..)?.first_chunk()?;
                Some(u32::from(match self.order {
                    Order::Little => u16::from_le_bytes(unit),
                    Order::Big => u16::from_be_bytes(unit),
                }))
            }
            _ => {
                let unit = *bytes.get(at..)?.first_chunk()?;
                Some(match self.order {
                    Order::Little => u32::from_le_bytes(unit),
                    Order::Big => u32::from_be_bytes(unit),
                })
            }
        }
    }
}

/// Reads one character of an encoding of Unicode's, of ASCII or of ISO 8859-1.
#[inline]
pub(super) fn step(form: Form, units: Units, bytes: &[u8]) -> Step {
    let Some(unit) = units.get(bytes, 0) else { return Step::Incomplete };
    match form {
        Form::Utf16(_) => utf16(units, bytes, unit),
        Form::Utf32(_) => char::from_u32(unit).map_or(Step::Malformed(4), |c| Step::one(c, 4)),
        Form::Utf8 if unit >= 0x80 => utf8(bytes),
        Form::Ascii if unit >= 0x80 => Step::Malformed(1),
        _ => Step::one(char::from(unit as u8), 1),
    }
}

fn utf8(bytes: &[u8]) -> Step {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => return error.error_len().map_or(Step::Incomplete, Step::Malformed),
    };
    valid.chars().next().map_or(Step::Incomplete, |c| Step::one(c, c.len_utf8()))
}

#[inline]
fn utf16(units: Units, bytes: &[u8], unit: u32) -> Step {
    const HIGH: std::ops::Range<u32> = 0xD800..0xDC00;
    const LOW: std::ops::Range<u32> = 0xDC00..0xE000;
    if let Some(c) = char::from_u32(unit) {
        return Step::one(c, 2);
    }
    if !HIGH.contains(&unit) {
        return Step::Malformed(2);
    }
    match units.get(bytes, 2) {
        None => Step::Incomplete,
        Some(low) if LOW.contains(&low) => {
            let number = 0x1_0000 + ((unit - HIGH.start) << 10) + (low - LOW.start);
            char::from_u32(number).map_or(Step::Malformed(2), |c| Step::one(c, 4))
        }
        Some(_) => Step::Malformed(2),
    }
}

/// Decodes all characters that are whole; says how many bytes they were, and how many after them are malformed.
pub(super) fn run(form: Form, units: Units, bytes: &[u8], text: &mut String) -> (usize, Option<usize>) {
    match form {
        Form::Utf8 => run_utf8(bytes, text),
        Form::Ascii => {
            let valid = encoding_rs::Encoding::ascii_valid_up_to(bytes);
            text.push_str(std::str::from_utf8(&bytes[..valid]).unwrap_or_default());
            (valid, (valid < bytes.len()).then_some(1))
        }
        Form::Latin1 => (run_latin1(bytes, text), None),
        _ => run_wide(form, units, bytes, text),
    }
}

fn run_utf8(bytes: &[u8], text: &mut String) -> (usize, Option<usize>) {
    match std::str::from_utf8(bytes) {
        Ok(valid) => {
            text.push_str(valid);
            (bytes.len(), None)
        }
        Err(error) => {
            let valid = error.valid_up_to();
            text.push_str(std::str::from_utf8(&bytes[..valid]).unwrap_or_default());
            (valid, error.error_len())
        }
    }
}

/// Every byte is a character, at most two bytes of UTF-8.
fn run_latin1(bytes: &[u8], text: &mut String) -> usize {
    const PIECE: usize = 128;
    let mut rest = bytes;
    loop {
        let ascii = encoding_rs::Encoding::ascii_valid_up_to(rest);
        text.push_str(std::str::from_utf8(&rest[..ascii]).unwrap_or_default());
        rest = &rest[ascii..];
        if rest.is_empty() {
            return bytes.len();
        }
        let mut piece = [0; PIECE];
        let (read, written) = encoding_rs::mem::convert_latin1_to_utf8_partial(rest, &mut piece);
        text.push_str(std::str::from_utf8(&piece[..written]).unwrap_or_default());
        rest = &rest[read..];
    }
}

/// Decodes blocks of units of two bytes, up to one with a surrogate; says how many bytes they were.
fn run_blocks(order: Order, bytes: &[u8], text: &mut String) -> usize {
    const BLOCK: usize = 32;
    let (blocks, _) = bytes.as_chunks::<{ 2 * BLOCK }>();
    let mut used = 0;
    for block in blocks {
        let (pairs, _) = block.as_chunks::<2>();
        let mut units = [0; BLOCK];
        for (unit, pair) in units.iter_mut().zip(pairs) {
            *unit =
                if order == Order::Little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
        }
        if units.iter().filter(|unit| **unit & 0xF800 == 0xD800).count() > 0 {
            break;
        }
        // Three bytes are the most that a unit becomes; the function wants one more.
        let mut utf8 = [0; 3 * BLOCK + 1];
        let (_, written) = encoding_rs::mem::convert_utf16_to_utf8_partial(&units, &mut utf8);
        text.push_str(std::str::from_utf8(&utf8[..written]).unwrap_or_default());
        used += block.len();
    }
    used
}

fn run_wide(form: Form, units: Units, bytes: &[u8], text: &mut String) -> (usize, Option<usize>) {
    // A unit becomes at most three bytes of UTF-8 and is mostly one.
    text.reserve(bytes.len() / units.width);
    let mut used = 0;
    loop {
        if units.width == 2 {
            used += run_blocks(units.order, &bytes[used..], text);
        }
        // A surrogate has neighbours that are surrogates.
        for _ in 0..32 {
            match step(form, units, &bytes[used..]) {
                Step::Char { first, length, .. } => {
                    text.push(first);
                    used += length;
                }
                Step::Malformed(length) => return (used, Some(length)),
                Step::Incomplete | Step::Shift(_) => return (used, None),
            }
        }
    }
}
