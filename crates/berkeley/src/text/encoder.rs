//! Characters into bytes.

use encoding_rs::EncoderResult;

use super::Policy;
use super::encoding::{Encoding, Form, Order};
use super::error::TextError;

/// Encodes text as it comes.
///
/// # Examples
///
/// ```
/// use berkeley::text::{Encoder, Encoding, Policy};
///
/// let mut bytes = Vec::new();
/// Encoder::new(Encoding::UTF_16).encode("é", &mut bytes)?;
/// assert_eq!(bytes, [0xFE, 0xFF, 0, 0xE9]);                      // after its mark
///
/// let mut encoder = Encoder::new(Encoding::LATIN_1);
/// let error = encoder.encode("5 €", &mut bytes).unwrap_err();
/// assert_eq!(error.to_string(), "ISO-8859-1 has no '€' (U+20AC), byte 2 of the text");
///
/// bytes.clear();
/// encoder.with_policy(Policy::Replace).encode("5 €", &mut bytes)?;
/// assert_eq!(bytes, b"5 ?");
/// # Ok::<(), berkeley::text::TextError>(())
/// ```
pub struct Encoder {
    encoding: Encoding,
    policy: Policy,
    /// Whether the mark is still to be written.
    owes_mark: bool,
    legacy: Option<Box<encoding_rs::Encoder>>,
}

impl Encoder {
    /// Makes an encoder at the beginning of a text.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        let legacy = match encoding.form {
            Form::Legacy(legacy) => Some(Box::new(legacy.new_encoder())),
            _ => None,
        };
        Self { encoding, policy: Policy::Fail, owes_mark: encoding.has_mark(), legacy }
    }

    /// Sets what becomes of characters that the encoding does not have.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    pub(super) fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    /// Returns the encoding.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Encodes all of `text` and appends it to `bytes`.
    ///
    /// # Errors
    ///
    /// Fails with [`TextError::Unmappable`], and then nothing is appended.
    pub fn encode(&mut self, text: &str, bytes: &mut Vec<u8>) -> Result<(), TextError> {
        self.check(text)?;
        self.append(text, bytes);
        Ok(())
    }

    /// Appends what an encoding with states has to end with: ISO-2022-JP goes back to ASCII.
    pub fn finish(&mut self, bytes: &mut Vec<u8>) {
        let Form::Legacy(encoding) = self.encoding.form else { return };
        if let Some(legacy) = self.legacy.as_mut().filter(|legacy| legacy.has_pending_state()) {
            bytes.reserve(legacy.max_buffer_length_from_utf8_without_replacement(0).unwrap_or(0));
            let _ = legacy.encode_from_utf8_to_vec_without_replacement("", bytes, true);
            **legacy = encoding.new_encoder();
        }
    }

    /// Returns how many bytes a text becomes at most.
    #[inline]
    pub(super) fn most(&self, text: &str) -> usize {
        let mark = if self.owes_mark { 4 } else { 0 };
        let most = match &self.legacy {
            None => text.len().checked_mul(self.encoding.units().width),
            Some(legacy) => legacy.max_buffer_length_from_utf8_without_replacement(text.len()),
        };
        most.unwrap_or(usize::MAX).saturating_add(mark)
    }

    /// Looks for a character that the encoding does not have, unless those are replaced.
    #[inline]
    pub(super) fn check(&self, text: &str) -> Result<(), TextError> {
        match self.encoding.form {
            Form::Utf8 | Form::Utf16(_) | Form::Utf32(_) => Ok(()),
            _ if self.policy == Policy::Replace => Ok(()),
            _ => self.check_all(text),
        }
    }

    fn check_all(&self, text: &str) -> Result<(), TextError> {
        let found = match self.encoding.form {
            Form::Latin1 | Form::Ascii if text.is_ascii() => None,
            Form::Ascii => text.char_indices().find(|(_, c)| !c.is_ascii()),
            Form::Latin1 => text.char_indices().find(|(_, c)| u32::from(*c) > 0xFF),
            Form::Legacy(encoding) => unmappable(encoding, text),
            Form::Utf8 | Form::Utf16(_) | Form::Utf32(_) => None,
        };
        match found {
            None => Ok(()),
            Some((position, character)) => {
                Err(TextError::Unmappable { encoding: self.encoding, position, character })
            }
        }
    }

    /// Encodes all of a text that was checked.
    #[inline]
    pub(super) fn append(&mut self, text: &str, bytes: &mut Vec<u8>) {
        match self.encoding.form {
            Form::Utf8 if !self.owes_mark => bytes.extend_from_slice(text.as_bytes()),
            _ => self.append_other(text, bytes),
        }
    }

    fn append_other(&mut self, text: &str, bytes: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        if std::mem::take(&mut self.owes_mark) {
            self.append("\u{FEFF}", bytes);
        }
        match self.encoding.form {
            Form::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Form::Ascii | Form::Latin1 if text.is_ascii() => bytes.extend_from_slice(text.as_bytes()),
            Form::Ascii => bytes.extend(text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' })),
            Form::Latin1 => bytes.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))),
            Form::Utf16(order) => {
                bytes.extend(text.encode_utf16().flat_map(|unit| match order {
                    Order::Little => unit.to_le_bytes(),
                    Order::Big => unit.to_be_bytes(),
                }));
            }
            Form::Utf32(order) => {
                bytes.extend(text.chars().flat_map(|c| match order {
                    Order::Little => u32::from(c).to_le_bytes(),
                    Order::Big => u32::from(c).to_be_bytes(),
                }));
            }
            Form::Legacy(_) => self.append_legacy(text, bytes),
        }
    }

    fn append_legacy(&mut self, text: &str, bytes: &mut Vec<u8>) {
        let Some(legacy) = self.legacy.as_mut() else { return };
        let mut rest = text;
        loop {
            bytes.reserve(
                legacy.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len()),
            );
            let (result, read) = legacy.encode_from_utf8_to_vec_without_replacement(rest, bytes, false);
            rest = &rest[read..];
            match result {
                EncoderResult::InputEmpty => return,
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(_) => {
                    bytes.reserve(legacy.max_buffer_length_from_utf8_without_replacement(1).unwrap_or(1));
                    let _ = legacy.encode_from_utf8_to_vec_without_replacement("?", bytes, false);
                }
            }
        }
    }
}

/// Finds the first character that an encoding does not have.
fn unmappable(encoding: &'static encoding_rs::Encoding, text: &str) -> Option<(usize, char)> {
    if text.is_ascii() && encoding != encoding_rs::ISO_2022_JP {
        return None;
    }
    let mut encoder = encoding.new_encoder();
    let mut scratch = [0; 512];
    let mut passed = 0;
    loop {
        let (result, read, _) =
            encoder.encode_from_utf8_without_replacement(&text[passed..], &mut scratch, false);
        passed += read;
        match result {
            EncoderResult::InputEmpty => return None,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => return text[..passed].char_indices().next_back(),
        }
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { encoding, policy, owes_mark, legacy: _ } = self;
        f.debug_struct("Encoder")
            .field("encoding", encoding)
            .field("policy", policy)
            .field("owes_mark", owes_mark)
            .finish_non_exhaustive()
    }
}
