//! What was written and not yet handed on.

use std::fmt;
use std::io::{self, Write};

use super::encoder::Encoder;
use super::error::TextError;
use super::newline::Newline;

/// The writing half of a stream of text.
pub(super) struct Writing {
    pub(super) encoder: Encoder,
    pub(super) newline: Newline,
    /// How many bytes are collected.
    pub(super) size: usize,
    bytes: Vec<u8>,
    /// How many of them were handed on.
    start: usize,
    formatted: String,
}

impl Writing {
    pub(super) fn new(encoder: Encoder, size: usize) -> Self {
        let (bytes, formatted) = (Vec::new(), String::new());
        Self { encoder, newline: Newline::Lf, size: size.max(1), bytes, start: 0, formatted }
    }

    #[inline]
    pub(super) fn held(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.start = 0;
    }

    /// Ends what was encoded until now.
    pub(super) fn set_encoder(&mut self, encoder: Encoder) {
        self.finish();
        self.encoder = encoder;
    }

    pub(super) fn finish(&mut self) {
        self.encoder.finish(&mut self.bytes);
    }

    /// Hands everything on.
    pub(super) fn drain(&mut self, source: &mut impl Write) -> io::Result<()> {
        while self.start < self.bytes.len() {
            match source.write(&self.bytes[self.start..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.start = (self.start + count).min(self.bytes.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.clear();
        Ok(())
    }

    /// Makes room for so many bytes, if that is not more than the buffer has.
    #[inline]
    fn make_room(&mut self, most: usize, source: &mut impl Write) -> io::Result<()> {
        if self.held().is_empty() || self.held().len().saturating_add(most) <= self.size {
            return Ok(());
        }
        self.drain(source)
    }

    /// Returns how many bytes a text becomes at most.
    #[inline]
    fn most(&self, text: &str) -> usize {
        let newlines = match self.newline {
            Newline::CrLf => text.bytes().filter(|byte| *byte == b'\n').count(),
            _ => 0,
        };
        self.encoder.most(text).saturating_add(newlines * self.encoder.encoding().units().width)
    }

    /// Writes a text, and a newline if it is a line.
    #[inline]
    pub(super) fn put(&mut self, text: &str, line: bool, source: &mut impl Write) -> io::Result<()> {
        let end = if line { "\n" } else { "" };
        let most = self.most(text).saturating_add(if line { self.most(end) } else { 0 });
        if most > self.size {
            return self.put_long(text, end, source);
        }
        self.encoder.check(text)?;
        self.make_room(most, source)?;
        self.append(text);
        self.append(end);
        Ok(())
    }

    /// Writes a text that the buffer has no room for, in pieces that it has room for.
    #[cold]
    fn put_long(&mut self, text: &str, end: &str, source: &mut impl Write) -> io::Result<()> {
        self.encoder.check(text)?;
        let mut taken = 0;
        while taken < text.len() {
            let piece = self.piece(&text[taken..]);
            self.make_room(self.most(piece), source).map_err(|error| partly(taken, error))?;
            self.append(piece);
            taken += piece.len();
        }
        self.make_room(self.most(end), source).map_err(|error| partly(taken, error))?;
        self.append(end);
        Ok(())
    }

    /// Cuts off as much of a text as surely fits, and one character at least.
    fn piece<'a>(&self, text: &'a str) -> &'a str {
        let least = text.chars().next().map_or(0, char::len_utf8);
        let mut length = text.len().min(self.size);
        loop {
            while !text.is_char_boundary(length) {
                length -= 1;
            }
            if length <= least {
                return &text[..least];
            }
            if self.most(&text[..length]) <= self.size {
                return &text[..length];
            }
            length /= 2;
        }
    }

    /// Encodes a text that was checked, and its newlines.
    #[inline]
    fn append(&mut self, text: &str) {
        match self.newline {
            Newline::Lf | Newline::Any => self.encoder.append(text, &mut self.bytes),
            Newline::Cr | Newline::CrLf => self.append_lines(text),
        }
    }

    fn append_lines(&mut self, text: &str) {
        let newline = self.newline.as_str();
        let mut lines = text.split('\n');
        self.encoder.append(lines.next().unwrap_or_default(), &mut self.bytes);
        for line in lines {
            self.encoder.append(newline, &mut self.bytes);
            self.encoder.append(line, &mut self.bytes);
        }
    }

    /// Writes what is formatted as one text.
    pub(super) fn put_formatted(
        &mut self,
        arguments: fmt::Arguments<'_>,
        source: &mut impl Write,
    ) -> io::Result<()> {
        if let Some(text) = arguments.as_str() {
            return self.put(text, false, source);
        }
        let mut formatted = std::mem::take(&mut self.formatted);
        formatted.clear();
        let written = match fmt::Write::write_fmt(&mut formatted, arguments) {
            Ok(()) => self.put(&formatted, false, source),
            Err(fmt::Error) => Err(io::Error::other("a value that was to be written has no text")),
        };
        formatted.shrink_to(self.size);
        self.formatted = formatted;
        written
    }

    /// Writes bytes as they are; says how many of them.
    pub(super) fn put_bytes(&mut self, bytes: &[u8], source: &mut impl Write) -> io::Result<usize> {
        self.finish();
        if self.held().len() >= self.size {
            self.drain(source)?;
        }
        if self.held().is_empty() && bytes.len() >= self.size {
            return source.write(bytes);
        }
        let count = bytes.len().min(self.size - self.held().len());
        self.bytes.extend_from_slice(&bytes[..count]);
        Ok(count)
    }
}

#[cold]
fn partly(taken: usize, error: io::Error) -> io::Error {
    if taken == 0 { error } else { TextError::Partly { taken, error }.into() }
}
