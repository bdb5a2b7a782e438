//! Bytes as hexadecimal digits.

use std::fmt::Write as _;

use crate::report::Problem;

/// Reads two digits a byte; between bytes there may be blanks or colons.
pub fn read(text: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut first: Option<(usize, u32)> = None;
    for (at, c) in text.char_indices() {
        let is_between = first.is_none() && (c == ':' || c.is_ascii_whitespace());
        match (c.to_digit(16), first) {
            (None, _) if is_between => {}
            (None, _) => {
                let problem =
                    Problem::new(format!("{c:?} is no hexadecimal digit"), text, at..at + c.len_utf8());
                return Err(problem.with_hint("write two digits a byte: 68656c6c6f, or 68 65 6c"));
            }
            (Some(digit), None) => first = Some((at, digit)),
            (Some(digit), Some((_, high))) => {
                bytes.push((high << 4 | digit) as u8);
                first = None;
            }
        }
    }
    match first {
        Some((at, _)) => Err(Problem::new("a byte has two digits, and here is one", text, at..at + 1)),
        None => Ok(bytes),
    }
}

/// Writes two digits a byte.
pub fn write(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_pairs() {
        for (text, bytes) in
            [("", &b""[..]), ("68656C", b"hel"), ("68 65\t6c ", b"hel"), ("00:ff", b"\x00\xff")]
        {
            assert_eq!(read(text), Ok(bytes.to_vec()), "{text}");
            assert_eq!(read(&write(bytes)), Ok(bytes.to_vec()));
        }
    }

    #[test]
    fn what_is_no_digit_is_pointed_at() {
        let rows = [
            (
                "6g",
                "'g' is no hexadecimal digit\n  6g\n   ^    write two digits a byte: 68656c6c6f, or 68 65 6c",
            ),
            (
                "6 8",
                "' ' is no hexadecimal digit\n  6 8\n   ^    write two digits a byte: 68656c6c6f, or 68 65 6c",
            ),
            ("686", "a byte has two digits, and here is one\n  686\n    ^"),
            (
                "é",
                "'é' is no hexadecimal digit\n  é\n  ^    write two digits a byte: 68656c6c6f, or 68 65 6c",
            ),
        ];
        for (text, message) in rows {
            assert_eq!(read(text).map_err(|problem| problem.to_string()), Err(message.to_owned()));
        }
    }
}
