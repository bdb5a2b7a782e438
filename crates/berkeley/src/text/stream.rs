//! A stream of text over anything that reads and writes.

use std::borrow::BorrowMut;
use std::fmt;
use std::io::{self, Read, Write};

use super::buffers::{Buffers, Bytes, Lines, Parts};
use super::decoder::Decoder;
use super::encoder::Encoder;
use super::reading::Reading;
use super::writing::Writing;
use super::{Encoding, Newline, Policy};

/// Text over a stream of bytes: characters and lines, in any encoding, read and written through two buffers.
///
/// The source is anything that reads, or writes, or both. If nothing else is said, text is UTF-8, newlines are line feeds,
/// what is malformed is an error, a line has at most 64 KiB, and each buffer 8 KiB.
///
/// # Waiting
///
/// A call waits as its source does: over a [`TcpStream`](crate::TcpStream) as long as it takes.
/// [`by`](Self::by) lends the stream for calls that wait until a deadline, [`now`](Self::now) for calls that never wait,
/// and a stream over a [`By`](crate::By) has its deadline set by [`get_mut`](Self::get_mut).
///
/// Whatever is read is given whole or not at all. A call that fails, because a deadline has passed or because it would have
/// had to wait, leaves what has come with the stream: the next call, of whatever mode and kind, goes on from there, in the middle
/// of a line, a newline, a character. [`read_to_end`](Self::read_to_end) and [`read_chars`](Self::read_chars) append
/// what they have got.
///
/// Writing waits for nothing while there is room in the buffer. A text that fits into it, with the most bytes that so long a
/// text can become in its encoding, is taken whole or not at all: where what is held has to be handed on first, and cannot be,
/// nothing of the text was taken. A longer text goes in pieces; an error amid it is a
/// [`TextError::Partly`](super::TextError::Partly) that says how much was taken.
///
/// **What is written is handed on by [`flush`](Self::flush)**, or when there is no more room; not when the value is dropped,
/// because that could neither wait nor fail.
///
/// # Characters and bytes
///
/// Text is decoded when it is asked for, not before. So both can be mixed: [`bytes`](Self::bytes) begins where the text
/// that was taken ended, and the encoding may change between any two calls.
///
/// # Examples
///
/// A body of bytes after lines of text:
///
/// ```
/// use berkeley::text::{Newline, TextStream};
/// use std::io::Read;
///
/// let request = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n\0\r\n";
/// let mut stream = TextStream::new(&request[..]).with_newline(Newline::CrLf);
/// let mut line = String::new();
/// let mut length = 0;
/// while stream.read_line(&mut line)? && !line.is_empty() {
///     if let Some(value) = line.strip_prefix("Content-Length: ") {
///         length = value.parse()?;
///     }
/// }
/// let mut body = vec![0; length];
/// stream.bytes().read_exact(&mut body)?;
/// assert_eq!(body, b"\0\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[doc(alias = "BufReader")]
#[doc(alias = "BufWriter")]
pub struct TextStream<S, B = Buffers> {
    source: S,
    buffers: B,
}

/// The calls of any stream.
impl<S> TextStream<S> {
    /// Makes a stream of UTF-8 with line feeds.
    pub fn new(source: S) -> Self {
        Self { source, buffers: Buffers::new() }
    }

    /// Sets the encoding, see [`set_encoding`](Self::set_encoding).
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.set_encoding(encoding);
        self
    }

    /// Sets what ends a line, see [`set_newline`](Self::set_newline).
    #[must_use]
    pub fn with_newline(mut self, newline: Newline) -> Self {
        self.set_newline(newline);
        self
    }

    /// Sets how many bytes are read at once, and how many are collected before they are written; at least one.
    ///
    /// The buffer of what is read grows beyond that for a line that is to be given whole, and for a character.
    #[must_use]
    pub fn with_sizes(mut self, reading: usize, writing: usize) -> Self {
        self.buffers.reading.size = reading.max(1);
        self.buffers.writing.size = writing.max(1);
        self
    }

    /// Takes the stream apart; nothing is lost.
    pub fn into_parts(mut self) -> Parts<S> {
        self.buffers.writing.finish();
        let Buffers { reading, writing } = &self.buffers;
        let (unread, unwritten) = (reading.held().to_vec(), writing.held().to_vec());
        Parts { source: self.source, unread, unwritten }
    }
}

impl<S, B: BorrowMut<Buffers>> TextStream<S, B> {
    pub(super) fn reading(&mut self) -> (&mut Reading, &mut S) {
        (&mut self.buffers.borrow_mut().reading, &mut self.source)
    }

    pub(super) fn writing(&mut self) -> (&mut Writing, &mut S) {
        (&mut self.buffers.borrow_mut().writing, &mut self.source)
    }

    /// Returns what is read from and written to.
    pub const fn get_ref(&self) -> &S {
        &self.source
    }

    /// Returns what is read from and written to. What is read from it directly is missing in the text.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.source
    }

    /// Lends the stream over another view of its source, which reads and writes the same bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Deadline, By, SECOND, TcpListener, TcpStream, text::TextStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let mut text = TextStream::new(TcpStream::connect(listener.local_address()?)?);
    /// text.view(|stream| By::new(stream, SECOND)).write_line("by a deadline")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn view<'a, T>(&'a mut self, view: impl FnOnce(&'a S) -> T) -> TextStream<T, &'a mut Buffers> {
        TextStream { source: view(&self.source), buffers: self.buffers.borrow_mut() }
    }

    /// Sets the encoding of what is read and written from here on.
    ///
    /// What was decoded is not decoded again; what was encoded stays as it is, and is ended as its encoding wants it.
    pub fn set_encoding(&mut self, encoding: Encoding) {
        let reading = &mut self.buffers.borrow_mut().reading;
        reading.set_decoder(Decoder::new(encoding).with_policy(reading.decoder.policy()));
        self.set_output_encoding(encoding);
    }

    /// Sets the encoding of what is written from here on, and leaves that of what is read.
    pub fn set_output_encoding(&mut self, encoding: Encoding) {
        let writing = &mut self.buffers.borrow_mut().writing;
        writing.set_encoder(Encoder::new(encoding).with_policy(writing.encoder.policy()));
    }

    /// Lets a byte order mark decide, if one comes next, what the encoding of what is read is: UTF-8, UTF-16 or UTF-32.
    pub fn detect_encoding(&mut self) {
        let reading = &mut self.buffers.borrow_mut().reading;
        let (encoding, policy) = (reading.decoder.encoding(), reading.decoder.policy());
        reading.set_decoder(Decoder::detecting(encoding).with_policy(policy));
    }

    /// Returns the encoding of what is written.
    pub fn encoding(&self) -> Encoding {
        self.buffers.borrow().writing.encoder.encoding()
    }

    /// Returns the encoding of what is read: after a mark, what the mark said.
    pub fn input_encoding(&self) -> Encoding {
        self.buffers.borrow().reading.decoder.encoding()
    }

    /// Sets what ends the lines that are read and written from here on.
    pub fn set_newline(&mut self, newline: Newline) {
        let Buffers { reading, writing } = self.buffers.borrow_mut();
        reading.set_newline(newline);
        writing.newline = newline;
    }

    /// Sets what ends the lines that are written from here on: with [`Newline::Any`] for those that are read, what a peer
    /// expects.
    pub fn set_output_newline(&mut self, newline: Newline) {
        self.buffers.borrow_mut().writing.newline = newline;
    }

    /// Returns what ends a line that is read.
    pub fn newline(&self) -> Newline {
        self.buffers.borrow().reading.newline
    }

    /// Sets what becomes of malformed bytes that are read.
    pub fn set_malformed(&mut self, policy: Policy) {
        self.buffers.borrow_mut().reading.decoder.set_policy(policy);
    }

    /// Sets what becomes of characters that are written and that the encoding does not have.
    pub fn set_unmappable(&mut self, policy: Policy) {
        self.buffers.borrow_mut().writing.encoder.set_policy(policy);
    }

    /// Sets how many bytes a line may have, without its newline, before it is decoded.
    pub fn set_line_limit(&mut self, limit: usize) {
        self.buffers.borrow_mut().reading.line_limit = limit;
    }

    /// Returns what ended the line that was read last; `None` if the stream ended there.
    ///
    /// With [`Newline::Any`], [`Newline::Cr`] may be the beginning of a carriage return and a line feed, of which the second
    /// had not come. It is still taken for a part of that newline.
    pub fn ended_by(&self) -> Option<Newline> {
        self.buffers.borrow().reading.ended_by
    }

    /// Returns how many bytes of the stream were taken, as text or as bytes.
    pub fn position(&self) -> u64 {
        self.buffers.borrow().reading.position()
    }

    /// Returns what was read and not yet taken. The source is not touched.
    #[doc(alias = "read-buffer-size")]
    pub fn buffered(&self) -> &[u8] {
        self.buffers.borrow().reading.held()
    }

    /// Takes what was read and not yet taken, as far as `into` has room; returns how much. The source is not touched.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::text::TextStream;
    ///
    /// let mut stream = TextStream::new(&b"line\nrest"[..]);
    /// stream.read_line(&mut String::new())?;
    /// let mut rest = [0; 3];
    /// assert_eq!(stream.take_buffered(&mut rest), 3);
    /// assert_eq!((&rest, stream.buffered()), (b"res", &b"t"[..]));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[doc(alias = "drain-input-buffer")]
    pub fn take_buffered(&mut self, into: &mut [u8]) -> usize {
        let reading = &mut self.buffers.borrow_mut().reading;
        let count = reading.held().len().min(into.len());
        into[..count].copy_from_slice(&reading.held()[..count]);
        reading.consume(count);
        count
    }

    /// Drops what was read and not yet taken, and returns how many bytes it was.
    #[doc(alias = "clear-input")]
    pub fn clear_buffered(&mut self) -> usize {
        let reading = &mut self.buffers.borrow_mut().reading;
        let count = reading.held().len();
        reading.consume(count);
        count
    }

    /// Returns what was written and not yet handed on.
    #[doc(alias = "write-buffer-size")]
    pub fn unwritten(&self) -> &[u8] {
        self.buffers.borrow().writing.held()
    }

    /// Drops what was written and not yet handed on, and returns how many bytes it was.
    #[doc(alias = "clear-output")]
    pub fn clear_unwritten(&mut self) -> usize {
        let writing = &mut self.buffers.borrow_mut().writing;
        let count = writing.held().len();
        writing.clear();
        count
    }

    /// Lends the bytes of the stream, to be read and written as they are.
    pub const fn bytes(&mut self) -> Bytes<'_, S, B> {
        Bytes(self)
    }
}

/// The calls that read.
impl<S: Read, B: BorrowMut<Buffers>> TextStream<S, B> {
    /// Tries with what is there, and reads more until it is enough; once nothing comes, tries with that.
    #[inline]
    fn read_until<T>(
        &mut self,
        mut take: impl FnMut(&mut Reading, bool) -> io::Result<Option<T>>,
        at_end: T,
    ) -> io::Result<T> {
        let (reading, source) = self.reading();
        loop {
            if let Some(taken) = take(reading, false)? {
                return Ok(taken);
            }
            if reading.fill(source)? == 0 {
                return Ok(take(reading, true)?.unwrap_or(at_end));
            }
        }
    }

    /// Reads a line into `line`, in the place of what was there; returns `false` at the end of the stream.
    ///
    /// The newline is not a part of it; [`ended_by`](Self::ended_by) tells what it was. What comes after the last newline is a
    /// line too, unless it is nothing. With a `line` that is used again there is no allocation a line.
    ///
    /// # Errors
    ///
    /// Nothing of the line is taken, and `line` is empty, if the source fails, if the line is longer than it
    /// [may be](Self::set_line_limit), or if a part of it is malformed. [`skip_line`](Self::skip_line) passes such a line over.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::text::{Newline, TextStream};
    ///
    /// let mut stream = TextStream::new(&b"one\r\ntwo\rthree"[..]).with_newline(Newline::Any);
    /// let mut line = String::new();
    /// let mut lines = Vec::new();
    /// while stream.read_line(&mut line)? {
    ///     lines.push((line.clone(), stream.ended_by()));
    /// }
    /// assert_eq!(lines[0], ("one".into(), Some(Newline::CrLf)));
    /// assert_eq!(lines[1], ("two".into(), Some(Newline::Cr)));
    /// assert_eq!(lines[2], ("three".into(), None));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[inline]
    pub fn read_line(&mut self, line: &mut String) -> io::Result<bool> {
        self.read_until(|reading, ended| reading.take_line(line, ended), false)
    }

    /// Passes a line over, however long it is and whatever its bytes are; returns `false` at the end of the stream.
    ///
    /// # Errors
    ///
    /// Fails if the source does. What was passed over until then is gone: the call is to be made again.
    pub fn skip_line(&mut self) -> io::Result<bool> {
        self.read_until(|reading, ended| Ok(reading.skip_line(ended)), false)
    }

    /// Iterates over the lines.
    pub const fn lines(&mut self) -> Lines<'_, S, B> {
        Lines { stream: Some(self) }
    }

    /// Reads a character; `None` at the end of the stream. A newline is a line feed, whatever it is in the stream.
    ///
    /// # Errors
    ///
    /// Nothing is taken if the source fails, or if what comes is malformed; it can then be read as [bytes](Self::bytes).
    #[doc(alias = "read-char-no-hang")]
    pub fn read_char(&mut self) -> io::Result<Option<char>> {
        self.read_until(|reading, ended| Ok(reading.take_char(false, ended)?.map(Some)), None)
    }

    /// Reads a character as [`read_char`](Self::read_char) does, and leaves it where it is.
    #[doc(alias = "unread-char")]
    #[doc(alias = "listen")]
    pub fn peek_char(&mut self) -> io::Result<Option<char>> {
        self.read_until(|reading, ended| Ok(reading.take_char(true, ended)?.map(Some)), None)
    }

    /// Reads so many characters and appends them to `text`; returns how many there were before the end of the stream.
    ///
    /// # Errors
    ///
    /// Fails as [`read_char`](Self::read_char) does. What was read until then is in `text`.
    #[doc(alias = "read-sequence")]
    pub fn read_chars(&mut self, count: usize, text: &mut String) -> io::Result<usize> {
        for read in 0..count {
            match self.read_char()? {
                Some(character) => text.push(character),
                None => return Ok(read),
            }
        }
        Ok(count)
    }

    /// Reads what is there, at least one character, and appends it to `text`, every newline as a line feed; returns how many
    /// bytes of `text` it is, 0 at the end of the stream.
    ///
    /// # Errors
    ///
    /// Fails if the source does, or if what comes next is malformed. What was read until then is in `text`.
    pub fn read_text(&mut self, text: &mut String) -> io::Result<usize> {
        self.read_until(|reading, ended| reading.take_text(text, ended), 0)
    }

    /// Reads all text to the end of the stream and appends it to `text`, every newline as a line feed; returns how many bytes
    /// of `text` it is.
    ///
    /// # Errors
    ///
    /// Fails as [`read_text`](Self::read_text) does. What was read until then is in `text`.
    pub fn read_to_end(&mut self, text: &mut String) -> io::Result<usize> {
        let before = text.len();
        while self.read_text(text)? > 0 {}
        Ok(text.len() - before)
    }
}

/// The calls that write.
impl<S: Write, B: BorrowMut<Buffers>> TextStream<S, B> {
    /// Writes a text, each line feed as the newline of the stream.
    ///
    /// # Errors
    ///
    /// Fails if what is held has to be handed on first and cannot be, or if the encoding does not have a character; then
    /// nothing of the text was taken, unless it is longer than the buffer.
    pub fn write_str(&mut self, text: &str) -> io::Result<()> {
        let (writing, source) = self.writing();
        writing.put(text, false, source)
    }

    /// Writes a text and a newline, both or neither as [`write_str`](Self::write_str) does.
    pub fn write_line(&mut self, line: &str) -> io::Result<()> {
        let (writing, source) = self.writing();
        writing.put(line, true, source)
    }

    /// Writes a character.
    pub fn write_char(&mut self, character: char) -> io::Result<()> {
        self.write_str(character.encode_utf8(&mut [0; 4]))
    }

    /// Writes what is formatted, as one text: this is what `write!` and `writeln!` call.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::text::{Encoding, Newline, TextStream};
    ///
    /// let mut stream = TextStream::new(Vec::new()).with_newline(Newline::CrLf).with_encoding(Encoding::UTF_16BE);
    /// writeln!(stream, "{}", 5)?;
    /// stream.flush()?;
    /// assert_eq!(stream.get_ref(), b"\05\0\r\0\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_fmt(&mut self, arguments: fmt::Arguments<'_>) -> io::Result<()> {
        let (writing, source) = self.writing();
        writing.put_formatted(arguments, source)
    }

    /// Hands on everything that was written, and flushes the source.
    ///
    /// # Errors
    ///
    /// Fails if the source does. What was not handed on stays with the stream, for the next call.
    #[doc(alias = "finish-output")]
    #[doc(alias = "force-output")]
    pub fn flush(&mut self) -> io::Result<()> {
        let (writing, source) = self.writing();
        writing.drain(source)?;
        source.flush()
    }

    /// Ends the text as its encoding wants it, and flushes: ISO-2022-JP goes back to ASCII, others have nothing to end.
    ///
    /// # Errors
    ///
    /// Fails as [`flush`](Self::flush) does.
    pub fn finish(&mut self) -> io::Result<()> {
        self.writing().0.finish();
        self.flush()
    }
}
