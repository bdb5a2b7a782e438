//! Bytes into characters, however they are cut.

use super::Policy;
use super::encoding::{Encoding, Form, Order, Units};
use super::legacy::{self, Shift};
use super::unicode::{self, Step};

/// Decodes bytes as they come, wherever they are cut.
///
/// A decoder takes whole characters only. What is left of the bytes is the beginning of one: it is given again, with what
/// comes after it. So nothing but the bytes themselves says where a text is, and they can be taken otherwise at any time.
///
/// # Examples
///
/// ```
/// use berkeley::text::{Decoder, Encoding};
///
/// let mut decoder = Decoder::new(Encoding::UTF_16LE);
/// let mut text = String::new();
/// let bytes = [b'a', 0, 0x3d, 0xd8, 0x00, 0xde];       // an a and a face, whose last two bytes are late
/// assert_eq!(decoder.decode(&bytes[..4], &mut text).used, 2);
/// assert_eq!(decoder.decode(&bytes[2..], &mut text).used, 4);
/// assert_eq!(text, "a😀");
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    encoding: Encoding,
    units: Units,
    policy: Policy,
    start: Start,
    shift: Shift,
}

/// What may come before the first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// A character.
    Past,
    /// A mark of the encoding's own.
    Mark,
    /// A mark of any encoding.
    AnyMark,
}

/// How far a decoder came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what was not used is to be given again"]
pub struct Decoded {
    /// How many bytes were decoded.
    pub used: usize,
    /// What the bytes after them are, if they are not merely the beginning of a character.
    pub fault: Option<Fault>,
}

/// Bytes that a decoder cannot decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// So many bytes stand for nothing.
    Malformed(usize),
    /// So many bytes begin a character, and nothing comes after them.
    Cut(usize),
}

/// The marks; the longer of two that begin alike comes first.
const MARKS: &[(&[u8], Encoding)] = &[
    (b"\xEF\xBB\xBF", Encoding::UTF_8),
    (b"\xFF\xFE\0\0", Encoding::UTF_32LE),
    (b"\0\0\xFE\xFF", Encoding::UTF_32BE),
    (b"\xFE\xFF", Encoding::UTF_16BE),
    (b"\xFF\xFE", Encoding::UTF_16LE),
];

impl Decoder {
    /// Makes a decoder at the beginning of a text.
    #[must_use]
    pub const fn new(encoding: Encoding) -> Self {
        let start = if encoding.has_mark() { Start::Mark } else { Start::Past };
        let units = encoding.units();
        Self { encoding, units, policy: Policy::Fail, start, shift: Shift::NONE }
    }

    /// Makes a decoder that lets a byte order mark decide, if there is one, what the encoding is: UTF-8, UTF-16 or UTF-32.
    #[must_use]
    pub const fn detecting(encoding: Encoding) -> Self {
        Self { start: Start::AnyMark, ..Self::new(encoding) }
    }

    /// Sets what becomes of malformed bytes.
    #[must_use]
    pub const fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    pub(super) fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    pub(super) const fn policy(&self) -> Policy {
        self.policy
    }

    /// Returns the encoding: after a mark, what the mark said.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) const fn units(&self) -> Units {
        self.units
    }

    /// Decodes what is whole of the bytes and appends it to `text`. More bytes may come.
    pub fn decode(&mut self, bytes: &[u8], text: &mut String) -> Decoded {
        self.advance(bytes, false, text)
    }

    /// Decodes the last bytes and appends them to `text`. With [`Policy::Replace`], all are used.
    pub fn decode_last(&mut self, bytes: &[u8], text: &mut String) -> Decoded {
        self.advance(bytes, true, text)
    }

    fn advance(&mut self, bytes: &[u8], ended: bool, text: &mut String) -> Decoded {
        let Some(mark) = self.settle(bytes, ended) else { return Decoded { used: 0, fault: None } };
        let mut decoded = self.run(&bytes[mark..], ended, text);
        decoded.used += mark;
        self.note(&bytes[..decoded.used]);
        decoded
    }

    /// Finds out whether the bytes begin with a mark, and how long it is; `None` if they are too few to tell.
    pub(super) fn settle(&mut self, bytes: &[u8], ended: bool) -> Option<usize> {
        if self.start == Start::Past {
            return Some(0);
        }
        let of_this = |encoding| self.start == Start::AnyMark || self.encoding.is_kin(encoding);
        let marks = MARKS.iter().filter(|(_, encoding)| of_this(*encoding));
        for (mark, encoding) in marks {
            if bytes.starts_with(mark) {
                (self.start, self.encoding, self.units) = (Start::Past, *encoding, encoding.units());
                return Some(mark.len());
            }
            if mark.starts_with(bytes) && !ended {
                return None;
            }
        }
        self.start = Start::Past;
        Some(0)
    }

    pub(super) const fn is_settled(&self) -> bool {
        matches!(self.start, Start::Past)
    }

    /// Remembers that bytes were taken as text.
    #[inline]
    pub(super) fn note(&mut self, taken: &[u8]) {
        if let Form::Legacy(encoding) = self.encoding.form {
            self.shift.note(encoding, taken);
        }
    }

    /// Begins a line, which ISO-2022-JP does in ASCII (RFC 1468), whatever the one before it left behind.
    #[inline]
    pub(super) fn end_line(&mut self) {
        self.shift = Shift::NONE;
    }

    /// Returns whether bytes mean one thing or another by what came before them.
    #[inline]
    pub(super) fn has_states(&self) -> bool {
        matches!(self.encoding.form, Form::Legacy(encoding) if encoding == encoding_rs::ISO_2022_JP)
    }

    /// Reads the character with which the bytes begin.
    #[inline]
    pub(super) fn step(&self, bytes: &[u8], ended: bool) -> Step {
        match self.encoding.form {
            Form::Legacy(encoding) => legacy::step(encoding, self.shift, bytes, ended),
            form => unicode::step(form, self.units, bytes),
        }
    }

    /// Decodes what is whole, by the policy.
    #[inline]
    pub(super) fn run(&self, bytes: &[u8], ended: bool, text: &mut String) -> Decoded {
        if matches!(self.encoding.form, Form::Utf8)
            && let Ok(valid) = std::str::from_utf8(bytes)
        {
            text.push_str(valid);
            return Decoded { used: bytes.len(), fault: None };
        }
        self.run_any(bytes, ended, text)
    }

    fn run_any(&self, bytes: &[u8], ended: bool, text: &mut String) -> Decoded {
        let mut used = 0;
        let mut shift = self.shift;
        loop {
            let rest = &bytes[used..];
            let (length, malformed) = match self.encoding.form {
                Form::Legacy(encoding) => legacy::run(encoding, shift, rest, ended, text),
                form => unicode::run(form, self.units, rest, text),
            };
            used += length;
            let left = rest.len() - length;
            let fault = match malformed {
                // The standard's decoders do not tell what is cut from what is malformed.
                Some(wrong) if ended && wrong >= left && self.is_beginning(&rest[length..]) => {
                    Fault::Cut(left)
                }
                Some(wrong) => Fault::Malformed(wrong),
                None if ended && left > 0 => Fault::Cut(left),
                None => return Decoded { used, fault: None },
            };
            if self.policy == Policy::Fail {
                return Decoded { used, fault: Some(fault) };
            }
            let (Fault::Malformed(wrong) | Fault::Cut(wrong)) = fault;
            text.push(char::REPLACEMENT_CHARACTER);
            used += wrong;
            if let Form::Legacy(encoding) = self.encoding.form {
                shift.note(encoding, &rest[..length + wrong]);
            }
        }
    }

    fn is_beginning(&self, bytes: &[u8]) -> bool {
        matches!(self.encoding.form, Form::Legacy(_)) && self.step(bytes, false) == Step::Incomplete
    }
}

impl std::fmt::Debug for Units {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let order = if self.order == Order::Big { "big" } else { "little" };
        write!(f, "{} bytes, {order}-endian", self.width)
    }
}
