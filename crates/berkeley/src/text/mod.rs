//! Text on streams: encodings, newlines, and [`TextStream`] over anything that reads and writes.
//!
//! # Examples
//!
//! A line each way, in the encoding and with the newlines of an old protocol:
//!
//! ```
//! use berkeley::{SECOND, TcpListener, TcpStream};
//! use berkeley::text::{Encoding, Newline, TextStream};
//!
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let client = TcpStream::connect(listener.local_address()?)?;
//! let mut client = TextStream::new(client).with_encoding(Encoding::LATIN_1).with_newline(Newline::CrLf);
//! client.write_line("Grüße")?;
//! client.flush()?;
//!
//! let mut server = TextStream::new(listener.accept()?.0).with_encoding(Encoding::LATIN_1).with_newline(Newline::Any);
//! let mut line = String::new();
//! assert!(server.by(SECOND * 3).read_line(&mut line)?);     // three seconds for the whole line
//! assert_eq!(line, "Grüße");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod buffers;
mod decoder;
mod encoder;
mod encoding;
mod error;
mod label;
mod legacy;
mod newline;
mod reading;
mod stream;
mod unicode;
mod writing;

pub use self::buffers::{Buffers, Bytes, Lines, Parts};
pub use self::decoder::{Decoded, Decoder, Fault};
pub use self::encoder::Encoder;
pub use self::encoding::Encoding;
pub use self::error::TextError;
pub use self::newline::Newline;
pub use self::stream::TextStream;

/// What becomes of a character that cannot be decoded or encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// It is an error, a [`TextError`].
    #[default]
    Fail,
    /// It is replaced: by U+FFFD where text is read, by a question mark where it is written.
    Replace,
}
