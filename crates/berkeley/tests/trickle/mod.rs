//! A source that has what it has in pieces, and nothing between them.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

/// Reads one piece a call, and would block before each; takes what is written in pieces, and would block before each.
#[derive(Debug, Default)]
pub struct Trickle {
    pieces: VecDeque<Vec<u8>>,
    was_blocked: bool,
    /// What was written.
    pub written: Vec<u8>,
    /// How many bytes are taken at once.
    room: usize,
    /// How often it was read from.
    pub reads: usize,
}

impl Trickle {
    /// Cuts `bytes` behind each of the lengths in turn; the rest is one piece.
    pub fn cut(bytes: &[u8], lengths: &[usize]) -> Self {
        let mut trickle = Self::with_room(1);
        let mut rest = bytes;
        for length in lengths {
            let (piece, after) = rest.split_at((*length).min(rest.len()));
            trickle.push(piece);
            rest = after;
        }
        trickle.push(rest);
        trickle
    }

    /// Takes `room` bytes at once.
    pub fn with_room(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// Adds a piece at the end.
    pub fn push(&mut self, piece: &[u8]) {
        if !piece.is_empty() {
            self.pieces.push_back(piece.to_vec());
        }
    }

    fn blocks(&mut self) -> bool {
        self.was_blocked = !self.was_blocked;
        self.was_blocked
    }
}

impl Read for Trickle {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.blocks() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let Some(mut piece) = self.pieces.pop_front() else { return Ok(0) };
        let count = piece.len().min(into.len());
        into[..count].copy_from_slice(&piece[..count]);
        piece.drain(..count);
        if !piece.is_empty() {
            self.pieces.push_front(piece);
        }
        Ok(count)
    }
}

impl Write for Trickle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.blocks() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = bytes.len().min(self.room);
        self.written.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes a call until it would not block.
pub fn insist<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            given => return given,
        }
    }
}
