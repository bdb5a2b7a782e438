//! Bytes in text: a percent sign and two hexadecimal digits for what could not stand for itself.

use std::borrow::Cow;
use std::fmt;

use super::{ParseError, Reason};

/// Returns the bytes that a text stands for.
///
/// # Errors
///
/// A percent sign is followed by two hexadecimal digits.
pub(super) fn decode(text: &str) -> Result<Cow<'_, [u8]>, ParseError> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'%' {
            decoded.push(byte);
            at += 1;
            continue;
        }
        let Some(value) = pair(bytes.get(at + 1..at + 3).unwrap_or_default()) else {
            let end = text[at..].char_indices().nth(3).map_or(text.len(), |(more, _)| at + more);
            return Err(
                ParseError::new(text, at..end, Reason::BadEscape).with_hint("write %25 for a percent sign")
            );
        };
        decoded.push(value);
        at += 3;
    }
    Ok(Cow::Owned(decoded))
}

/// Returns the text that a text with escapes stands for.
///
/// # Errors
///
/// As [`decode`]; and the bytes have to be UTF-8.
pub(super) fn decode_str(text: &str) -> Result<String, ParseError> {
    let bytes = decode(text)?.into_owned();
    String::from_utf8(bytes).map_err(|_| ParseError::whole(text, Reason::BadEscape))
}

/// Returns the byte that two hexadecimal digits stand for.
pub(super) fn pair(digits: &[u8]) -> Option<u8> {
    match digits {
        [high, low] => {
            let high = char::from(*high).to_digit(16)?;
            let low = char::from(*low).to_digit(16)?;
            u8::try_from(high << 4 | low).ok()
        }
        _ => None,
    }
}

/// Writes bytes as text: UTF-8 as it is, except for `%`, `?`, controls and whatever is not UTF-8.
pub(super) fn write(f: &mut dyn fmt::Write, bytes: &[u8]) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || matches!(c, '%' | '?') {
                let mut buffer = [0; 4];
                write_hex(f, c.encode_utf8(&mut buffer).as_bytes())?;
            } else {
                f.write_char(c)?;
            }
        }
        write_hex(f, chunk.invalid())?;
    }
    Ok(())
}

fn write_hex(f: &mut dyn fmt::Write, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "%{byte:02x}"))
}
