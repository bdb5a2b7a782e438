//! The other encodings of the Encoding Standard, by `encoding_rs`, so that nothing is ever taken beyond a whole character.

use encoding_rs::{DecoderResult, Encoding};

use super::unicode::Step;

/// The last escape sequence of ISO-2022-JP: the only state that an encoding has between its characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift(Option<[u8; 3]>);

const ESCAPES: [&[u8; 3]; 5] = [b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$@", b"\x1b$B"];

impl Shift {
    pub(super) const NONE: Self = Self(None);

    /// Remembers what bytes that were taken say of those to come.
    #[inline]
    pub(super) fn note(&mut self, encoding: &'static Encoding, taken: &[u8]) {
        if encoding == encoding_rs::ISO_2022_JP {
            let last = taken
                .windows(3)
                .rev()
                .find_map(|window| ESCAPES.into_iter().find(|escape| *escape == window));
            self.0 = last.copied().or(self.0);
        }
    }

    /// Makes a decoder that is where the bytes begin.
    fn decoder(self, encoding: &'static Encoding) -> encoding_rs::Decoder {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        if let Some(escape) = self.0 {
            // Two exclamation marks, or one character of two bytes: an escape sequence may not follow another at once.
            let bytes = [escape[0], escape[1], escape[2], b'!', b'!'];
            let _ = decoder.decode_to_utf8_without_replacement(&bytes, &mut [0; 32], false);
        }
        decoder
    }
}

/// As long as no character is with all that can come before it.
const LONGEST: usize = 16;

/// Reads one character. With `ended`, nothing comes after the bytes.
pub(super) fn step(encoding: &'static Encoding, shift: Shift, bytes: &[u8], ended: bool) -> Step {
    let mut decoder = shift.decoder(encoding);
    let mut output = [0; 32];
    for at in 0..bytes.len() {
        let last = ended && at + 1 == bytes.len();
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(&bytes[at..=at], &mut output, last);
        if let DecoderResult::Malformed(length, after) = result {
            let start = (at + read).saturating_sub(usize::from(length) + usize::from(after));
            return if start == 0 { Step::Malformed(usize::from(length)) } else { Step::Shift(start) };
        }
        let mut characters = std::str::from_utf8(&output[..written]).unwrap_or_default().chars();
        if let Some(first) = characters.next() {
            return Step::Char { first, second: characters.next(), length: at + 1 };
        }
    }
    if ended && !bytes.is_empty() { Step::Shift(bytes.len()) } else { Step::Incomplete }
}

/// Decodes all characters that are whole; says how many bytes they were, and how many after them are malformed.
pub(super) fn run(
    encoding: &'static Encoding,
    shift: Shift,
    bytes: &[u8],
    ended: bool,
    text: &mut String,
) -> (usize, Option<usize>) {
    let mut decoder = shift.decoder(encoding);
    text.reserve(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len()));
    // The last bytes go in one by one, because only what comes out tells where a character ends.
    let whole = ended || encoding.is_single_byte();
    let bulk = if whole { bytes.len() } else { bytes.len().saturating_sub(LONGEST) };
    let (result, read) = decoder.decode_to_string_without_replacement(&bytes[..bulk], text, ended);
    if let DecoderResult::Malformed(length, after) = result {
        let start = read.saturating_sub(usize::from(length) + usize::from(after));
        return (start, Some(usize::from(length)));
    }
    let mut used = if whole { bulk } else { 0 };
    for at in bulk..bytes.len() {
        let before = text.len();
        let (result, read) = decoder.decode_to_string_without_replacement(&bytes[at..=at], text, false);
        if let DecoderResult::Malformed(length, after) = result {
            let start = (at + read).saturating_sub(usize::from(length) + usize::from(after));
            return (start, Some(usize::from(length)));
        }
        if text.len() > before {
            used = at + 1;
        }
    }
    (used, None)
}
