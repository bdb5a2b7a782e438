//! What a stream of text holds beside its source, and the parts that it lends or falls into.

use std::borrow::BorrowMut;
use std::fmt;
use std::io::{self, BufRead, Read, Write};

use super::decoder::Decoder;
use super::encoder::Encoder;
use super::encoding::Encoding;
use super::reading::Reading;
use super::stream::TextStream;
use super::writing::Writing;

/// What a [`TextStream`] holds beside its source: what was read and not yet taken, what was written and not yet handed on,
/// and the settings.
///
/// A view of a stream, as [`by`](TextStream::by) makes one, borrows it.
pub struct Buffers {
    pub(super) reading: Reading,
    pub(super) writing: Writing,
}

impl Buffers {
    /// How many bytes each of the two buffers has when nothing else is said: 8 KiB.
    pub const SIZE: usize = 8 * 1024;

    pub(super) fn new() -> Self {
        let decoder = Decoder::new(Encoding::UTF_8);
        let encoder = Encoder::new(Encoding::UTF_8);
        Self { reading: Reading::new(decoder, Self::SIZE), writing: Writing::new(encoder, Self::SIZE) }
    }
}

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reading, writing } = self;
        f.debug_struct("Buffers")
            .field("input_encoding", &reading.decoder.encoding())
            .field("encoding", &writing.encoder.encoding())
            .field("newline", &reading.newline)
            .field("buffered", &reading.held().len())
            .field("unwritten", &writing.held().len())
            .finish_non_exhaustive()
    }
}

/// What a [`TextStream`] was made of, and what was on its way.
#[derive(Debug)]
pub struct Parts<S> {
    /// What was read from and written to.
    pub source: S,
    /// What was read and not taken.
    pub unread: Vec<u8>,
    /// What was written and not handed on.
    pub unwritten: Vec<u8>,
}

/// The bytes of a [`TextStream`]: what is read begins with what the stream holds, what is written comes after it.
///
/// [`TextStream::bytes`] lends it.
#[derive(Debug)]
pub struct Bytes<'a, S, B = Buffers>(pub(super) &'a mut TextStream<S, B>);

impl<S: Read, B: BorrowMut<Buffers>> Read for Bytes<'_, S, B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let (reading, source) = self.0.reading();
        let is_between = reading.is_between_characters();
        if is_between && reading.held().is_empty() && into.len() >= reading.size {
            return reading.read_past(source, into);
        }
        let held = self.fill_buf()?;
        let count = held.len().min(into.len());
        into[..count].copy_from_slice(&held[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<S: Read, B: BorrowMut<Buffers>> BufRead for Bytes<'_, S, B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let (reading, source) = self.0.reading();
        let mut ended = false;
        while !reading.end_newline(ended) || reading.held().is_empty() && !ended {
            ended = reading.fill(source)? == 0;
        }
        Ok(self.0.reading().0.held())
    }

    fn consume(&mut self, count: usize) {
        let reading = self.0.reading().0;
        reading.consume(count.min(reading.held().len()));
    }
}

impl<S: Write, B: BorrowMut<Buffers>> Write for Bytes<'_, S, B> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (writing, source) = self.0.writing();
        writing.put_bytes(bytes, source)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The lines of a [`TextStream`], each in a `String` of its own.
///
/// [`TextStream::lines`] makes it. It ends at the end of the stream and after an error; another one goes on from there.
#[derive(Debug)]
pub struct Lines<'a, S, B = Buffers> {
    pub(super) stream: Option<&'a mut TextStream<S, B>>,
}

impl<S: Read, B: BorrowMut<Buffers>> Iterator for Lines<'_, S, B> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        let mut line = String::new();
        let read = self.stream.as_mut()?.read_line(&mut line);
        if !matches!(read, Ok(true)) {
            self.stream = None;
        }
        read.map(|is_line| is_line.then_some(line)).transpose()
    }
}

impl<S: Read, B: BorrowMut<Buffers>> std::iter::FusedIterator for Lines<'_, S, B> {}
