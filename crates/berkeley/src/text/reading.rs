//! What was read and not yet taken, and what of it is a character, a line, a text.

use std::io::{self, Read};

use super::Policy;
use super::decoder::{Decoded, Decoder, Fault};
use super::error::TextError;
use super::newline::{CR, End, LF, Newline};
use super::unicode::Step;

/// The reading half of a stream of text. Whatever it gives is taken whole or not at all; `None` says that more bytes have to
/// come first, of which there are none once `ended`.
pub(super) struct Reading {
    pub(super) decoder: Decoder,
    pub(super) newline: Newline,
    pub(super) line_limit: usize,
    /// How many bytes are read at once.
    pub(super) size: usize,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// How many of the bytes held are known to belong to the line that they begin.
    searched: usize,
    /// How many bytes were taken since the stream began.
    position: u64,
    /// A carriage return ended a line: a line feed, if it comes next, belongs to it.
    after_return: bool,
    /// Of the two characters that the next bytes stand for, the first was given.
    half: bool,
    pub(super) ended_by: Option<Newline>,
}

/// What comes next, and what is to be remembered once it is taken.
#[derive(Clone, Copy, Debug)]
struct Next {
    character: char,
    used: usize,
    half: bool,
    after_return: bool,
}

impl Reading {
    pub(super) fn new(decoder: Decoder, size: usize) -> Self {
        Self {
            decoder,
            newline: Newline::Lf,
            line_limit: 64 * 1024,
            size: size.max(1),
            bytes: Vec::new(),
            start: 0,
            end: 0,
            searched: 0,
            position: 0,
            after_return: false,
            half: false,
            ended_by: None,
        }
    }

    #[inline]
    pub(super) fn held(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Sets how what comes is decoded.
    pub(super) fn set_decoder(&mut self, decoder: Decoder) {
        self.decoder = decoder;
        (self.searched, self.half) = (0, false);
    }

    pub(super) fn set_newline(&mut self, newline: Newline) {
        (self.newline, self.searched) = (newline, 0);
    }

    /// Reads once, as much as there is room for.
    pub(super) fn fill(&mut self, source: &mut impl Read) -> io::Result<usize> {
        self.make_room();
        let read = loop {
            match source.read(&mut self.bytes[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        // A source that says more than it can have read is not believed.
        self.end = (self.end + read).min(self.bytes.len());
        Ok(read)
    }

    fn make_room(&mut self) {
        if self.end < self.bytes.len() {
            return;
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.bytes.len() {
            // Only for a line that is to be whole, or for what is not yet a character.
            let most = self.line_limit.saturating_add(16).max(self.end + 16);
            self.bytes.resize(self.size.max((2 * self.end).min(most)), 0);
        }
    }

    /// Reads past the buffer, into memory that is longer: nothing is held.
    pub(super) fn read_past(&mut self, source: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
        let read = source.read(into)?;
        self.position += read as u64;
        Ok(read)
    }

    /// Returns whether all that was taken was taken whole.
    pub(super) fn is_between_characters(&self) -> bool {
        !self.after_return && !self.half
    }

    /// Takes bytes as what they are.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
        self.position += count as u64;
        (self.searched, self.half) = (0, false);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.bytes.len() > self.size && count <= self.size {
                self.bytes.truncate(self.size);
                self.bytes.shrink_to_fit();
            }
        }
    }

    /// Takes bytes as text.
    #[inline]
    fn consume_text(&mut self, count: usize) {
        self.decoder.note(&self.bytes[self.start..self.start + count]);
        self.consume(count);
    }

    /// Takes what belongs before the text: its mark, the second half of a newline.
    #[inline]
    pub(super) fn is_ready(&mut self, ended: bool) -> bool {
        if self.decoder.is_settled() && !self.after_return {
            return true;
        }
        self.settle(ended)
    }

    fn settle(&mut self, ended: bool) -> bool {
        match self.decoder.settle(&self.bytes[self.start..self.end], ended) {
            None => return false,
            Some(0) => {}
            Some(mark) => self.consume(mark),
        }
        self.end_newline(ended)
    }

    /// Takes the line feed that belongs to a carriage return before it; `false` if it may still come.
    pub(super) fn end_newline(&mut self, ended: bool) -> bool {
        let units = self.decoder.units();
        match units.get(self.held(), 0) {
            None if self.after_return && !ended => return false,
            Some(LF) if self.after_return => self.consume(units.width),
            _ => {}
        }
        self.after_return = false;
        true
    }

    /// Takes a line without its newline; `false` at the end of the stream.
    #[inline]
    pub(super) fn take_line(&mut self, line: &mut String, ended: bool) -> io::Result<Option<bool>> {
        line.clear();
        if !self.is_ready(ended) {
            return Ok(None);
        }
        match self.newline.find(self.held(), self.searched, self.decoder.units()) {
            End::Found { text, length, newline, open } => {
                self.take_line_of(text, length, newline.as_str(), line)?;
                self.end_line(text + length, newline, open, ended);
                Ok(Some(true))
            }
            End::Missing { text } if !ended => {
                self.searched = text;
                if text > self.line_limit { Err(self.too_long()) } else { Ok(None) }
            }
            End::Missing { .. } => {
                let text = self.held().len();
                self.take_line_of(text, 0, "", line)?;
                self.consume_text(text);
                self.ended_by = None;
                Ok(Some(text > 0))
            }
        }
    }

    /// Decodes a line of so many bytes; `after` them comes its newline, if it has one.
    #[inline]
    fn take_line_of(&self, length: usize, after: usize, newline: &str, line: &mut String) -> io::Result<()> {
        if length > self.line_limit {
            return Err(self.too_long());
        }
        // What comes before the newline may depend on it: of a character that it cuts off, some bytes may be characters.
        let with_newline = after > 0 && !self.decoder.has_states();
        let bytes = &self.held()[..length + if with_newline { after } else { 0 }];
        let Decoded { used, fault } = self.decoder.run(bytes, true, line);
        if let Some(fault) = fault {
            line.clear();
            let fault = match fault {
                Fault::Cut(length) if after > 0 => Fault::Malformed(length),
                fault => fault,
            };
            return Err(self.fault(used, fault));
        }
        if with_newline {
            line.truncate(line.len() - newline.len());
        }
        if self.half {
            line.remove(0);
        }
        Ok(())
    }

    #[inline]
    fn end_line(&mut self, length: usize, newline: Newline, open: bool, ended: bool) {
        self.consume(length);
        self.decoder.end_line();
        (self.ended_by, self.after_return) = (Some(newline), open);
        if open {
            self.end_newline(ended);
        }
    }

    /// Passes a line over, of whatever length and whatever bytes; `false` at the end of the stream.
    pub(super) fn skip_line(&mut self, ended: bool) -> Option<bool> {
        if !self.is_ready(ended) {
            return None;
        }
        match self.newline.find(self.held(), self.searched, self.decoder.units()) {
            End::Found { text, length, newline, open } => {
                self.end_line(text + length, newline, open, ended);
                Some(true)
            }
            End::Missing { text } if !ended => {
                self.consume_text(text);
                None
            }
            End::Missing { .. } => {
                let text = self.held().len();
                self.consume_text(text);
                self.ended_by = None;
                Some(text > 0)
            }
        }
    }

    #[cold]
    fn too_long(&self) -> io::Error {
        TextError::LineTooLong { limit: self.line_limit }.into()
    }

    /// Makes an error of bytes that are held, from `offset` on.
    #[cold]
    fn fault(&self, offset: usize, fault: Fault) -> io::Error {
        let encoding = self.decoder.encoding();
        let position = self.position + offset as u64;
        let bytes = |length| self.held()[offset..offset + length].into();
        match fault {
            Fault::Malformed(length) => TextError::Malformed { encoding, position, bytes: bytes(length) },
            Fault::Cut(length) => TextError::Cut { encoding, position, bytes: bytes(length) },
        }
        .into()
    }

    /// Takes a character, or with `keep` only looks at it; `None` once `ended` is the end of the stream.
    pub(super) fn take_char(&mut self, keep: bool, ended: bool) -> io::Result<Option<char>> {
        if !self.is_ready(ended) {
            return Ok(None);
        }
        let Some(next) = self.next(ended)? else { return Ok(None) };
        if !keep {
            self.consume_text(next.used);
            (self.half, self.after_return) = (next.half, next.after_return);
            if self.after_return {
                self.end_newline(ended);
            }
        }
        Ok(Some(next.character))
    }

    fn next(&self, ended: bool) -> io::Result<Option<Next>> {
        let Some((first, second, used)) = self.decode_one(ended)? else { return Ok(None) };
        let plain = Next { character: first, used, half: false, after_return: false };
        let next = match (first, second) {
            (_, Some(second)) if self.half => Next { character: second, ..plain },
            (_, Some(_)) => Next { used: 0, half: true, ..plain },
            ('\r', None) => match self.newline {
                Newline::Lf => plain,
                Newline::Cr => Next { character: '\n', ..plain },
                Newline::Any => Next { character: '\n', after_return: true, ..plain },
                Newline::CrLf => match self.decoder.units().get(self.held(), used) {
                    Some(LF) => Next { character: '\n', used: used + self.decoder.units().width, ..plain },
                    None if !ended => return Ok(None),
                    _ => plain,
                },
            },
            _ => plain,
        };
        Ok(Some(next))
    }

    /// Decodes the character that comes next: it, perhaps a second, and how many bytes they took.
    fn decode_one(&self, ended: bool) -> io::Result<Option<(char, Option<char>, usize)>> {
        let mut decoder = None;
        let mut at = 0;
        loop {
            let rest = &self.held()[at..];
            if rest.is_empty() {
                return Ok(None);
            }
            let wrong = match decoder.as_ref().unwrap_or(&self.decoder).step(rest, ended) {
                Step::Char { first, second, length } => return Ok(Some((first, second, at + length))),
                Step::Shift(length) => {
                    decoder.get_or_insert_with(|| self.decoder.clone()).note(&rest[..length]);
                    at += length;
                    continue;
                }
                Step::Incomplete if !ended => return Ok(None),
                Step::Incomplete => Fault::Cut(rest.len()),
                Step::Malformed(length) => Fault::Malformed(length),
            };
            let (Fault::Cut(length) | Fault::Malformed(length)) = wrong;
            return match self.decoder.policy() {
                Policy::Replace => Ok(Some((char::REPLACEMENT_CHARACTER, None, at + length))),
                Policy::Fail => Err(self.fault(at, wrong)),
            };
        }
    }

    /// Takes all characters that are there and appends them, every newline as a line feed; 0 at the end of the stream.
    pub(super) fn take_text(&mut self, text: &mut String, ended: bool) -> io::Result<Option<usize>> {
        if !self.is_ready(ended) {
            return Ok(None);
        }
        let before = text.len();
        let Decoded { mut used, fault } = self.decoder.run(self.held(), ended, text);
        if self.half && text.len() > before {
            text.remove(before);
        }
        let ends_in_return = text[before..].ends_with('\r');
        if self.newline == Newline::CrLf && ends_in_return && fault.is_none() && !ended {
            // A line feed may come. The next call decodes the carriage return again.
            text.pop();
            used -= self.decoder.units().width;
        }
        self.newline.translate(text, before);
        if text.len() == before {
            // What was used all the same says how the next bytes are to be read.
            if ended || fault.is_some() {
                self.consume_text(used);
            }
            return fault.map_or(Ok(ended.then_some(0)), |fault| Err(self.fault(0, fault)));
        }
        self.consume_text(used);
        if self.newline == Newline::Any && ends_in_return {
            self.after_return = true;
            self.end_newline(ended);
        }
        Ok(Some(text.len() - before))
    }
}

impl Newline {
    /// Makes line feeds of the newlines that begin behind `from`.
    fn translate(self, text: &mut String, from: usize) {
        if self == Self::Lf || !text.as_bytes()[from..].contains(&(CR as u8)) {
            return;
        }
        let piece = text.split_off(from);
        let mut characters = piece.chars().peekable();
        while let Some(c) = characters.next() {
            let pair = c == '\r' && self != Self::Cr && characters.next_if_eq(&'\n').is_some();
            let ends = pair || c == '\r' && self != Self::CrLf;
            text.push(if ends { '\n' } else { c });
        }
    }
}
