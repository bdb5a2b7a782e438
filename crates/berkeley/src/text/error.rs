//! Why a text could not be read or written.

use std::error::Error;
use std::{fmt, io};

use super::Encoding;

/// Says why a text could not be read or written.
///
/// The calls of a [`TextStream`](super::TextStream) fail with [`io::Error`], because what they read from and write to does;
/// where the text is at fault, one of these is in it, which [`of`](Self::of) finds.
///
/// # Examples
///
/// ```
/// use berkeley::text::{TextError, TextStream};
///
/// let mut stream = TextStream::new(&b"one\nt\xffo\n"[..]);
/// let mut line = String::new();
/// stream.read_line(&mut line)?;
/// let error = stream.read_line(&mut line).unwrap_err();
/// assert_eq!(error.to_string(), "malformed UTF-8 at byte 5: FF");
/// assert!(matches!(TextError::of(&error), Some(TextError::Malformed { position: 5, .. })));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TextError {
    /// Bytes that stand for nothing. They can still be read, as [bytes](super::TextStream::bytes).
    Malformed {
        /// The encoding that was expected.
        encoding: Encoding,
        /// How many bytes of the stream come before them.
        position: u64,
        /// The bytes.
        bytes: Box<[u8]>,
    },
    /// The stream ended within a character, whose first bytes can still be read, as [bytes](super::TextStream::bytes).
    Cut {
        /// The encoding that was expected.
        encoding: Encoding,
        /// How many bytes of the stream come before them.
        position: u64,
        /// The bytes.
        bytes: Box<[u8]>,
    },
    /// A character that the encoding does not have. Nothing of the text was written.
    Unmappable {
        /// The encoding.
        encoding: Encoding,
        /// How many bytes of the text, which is UTF-8, come before it.
        position: usize,
        /// The character.
        character: char,
    },
    /// A line longer than it may be, none of which was taken.
    LineTooLong {
        /// How many bytes it may have.
        limit: usize,
    },
    /// A text of which a part was written before an error.
    Partly {
        /// How many bytes of the text, which is UTF-8, were taken; the rest is to be written anew.
        taken: usize,
        /// What happened then.
        error: io::Error,
    },
}

impl TextError {
    /// Finds what was wrong with the text in an error of a call that read or wrote it.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Malformed { .. } | Self::LineTooLong { .. } => io::ErrorKind::InvalidData,
            Self::Cut { .. } => io::ErrorKind::UnexpectedEof,
            Self::Unmappable { .. } => io::ErrorKind::InvalidInput,
            Self::Partly { error, .. } => error.kind(),
        }
    }
}

fn write_bytes(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, " {byte:02X}"))
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { encoding, position, bytes } => {
                write!(f, "malformed {encoding} at byte {position}:")?;
                write_bytes(f, bytes)
            }
            Self::Cut { encoding, position, bytes } => {
                write!(f, "the stream ends within a character of {encoding} at byte {position}:")?;
                write_bytes(f, bytes)
            }
            Self::Unmappable { encoding, position, character } => {
                let number = u32::from(*character);
                write!(f, "{encoding} has no {character:?} (U+{number:04X}), byte {position} of the text")
            }
            Self::LineTooLong { limit } => write!(f, "a line is longer than {limit} bytes"),
            Self::Partly { taken, error } => write!(f, "{error}: of the text, {taken} bytes were taken"),
        }
    }
}

impl Error for TextError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Partly { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<TextError> for io::Error {
    fn from(error: TextError) -> Self {
        Self::new(error.kind(), error)
    }
}
