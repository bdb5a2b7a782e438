//! Bytes in order, in pieces: appended at the end, sent from the front, given back as they go. Makes no system call.

use std::collections::VecDeque;
use std::io::IoSlice;

/// The least and the most room that a piece of a stream is made with.
const SMALL: usize = 4 * 1024;
const LARGE: usize = 64 * 1024;

/// Bytes in order, in pieces.
#[derive(Default)]
pub(super) struct Chunks {
    pieces: VecDeque<Vec<u8>>,
    /// How much of the first piece is gone.
    gone: usize,
    length: usize,
}

impl Chunks {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// How many pieces there are: of messages, how many.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Appends bytes of a stream; the last piece is filled before another is made.
    pub(super) fn append(&mut self, mut data: &[u8]) {
        self.length += data.len();
        while !data.is_empty() {
            let room = self.pieces.back().map_or(0, |last| last.capacity() - last.len());
            if room == 0 {
                self.pieces.push_back(Vec::with_capacity(data.len().clamp(SMALL, LARGE)));
                continue;
            }
            let (now, rest) = data.split_at(room.min(data.len()));
            if let Some(last) = self.pieces.back_mut() {
                last.extend_from_slice(now);
            }
            data = rest;
        }
    }

    /// Appends a message, which is a piece of its own.
    pub(super) fn append_message(&mut self, parts: &[IoSlice<'_>]) {
        let message = parts.iter().flat_map(|part| part.iter().copied()).collect::<Vec<u8>>();
        self.length += message.len();
        self.pieces.push_back(message);
    }

    /// Lends the first pieces; returns how many it lent.
    pub(super) fn lend<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut lent = 0;
        for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(if lent == 0 { &piece[self.gone..] } else { piece });
            lent += 1;
        }
        lent
    }

    /// Lets go of the first `count` bytes of a stream.
    pub(super) fn advance(&mut self, mut count: usize) {
        self.length -= count;
        while let Some(first) = self.pieces.front() {
            let left = first.len() - self.gone;
            if count < left {
                self.gone += count;
                return;
            }
            count -= left;
            self.drop_first();
        }
    }

    /// Lets go of the first message.
    pub(super) fn advance_message(&mut self) {
        self.length -= self.pieces.front().map_or(0, Vec::len);
        self.drop_first();
    }

    fn drop_first(&mut self) {
        self.pieces.pop_front();
        self.gone = 0;
        if self.pieces.is_empty() {
            // The list of pieces goes too: most queues are empty most of the time.
            self.pieces = VecDeque::new();
        }
    }

    /// Takes all that is left.
    pub(super) fn take(&mut self) -> Vec<Vec<u8>> {
        let Self { mut pieces, gone, .. } = std::mem::take(self);
        if let Some(first) = pieces.front_mut() {
            first.drain(..gone);
        }
        pieces.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(chunks: &Chunks) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); 64];
        let lent = chunks.lend(&mut slices);
        slices[..lent].iter().flat_map(|slice| slice.to_vec()).collect()
    }

    #[test]
    fn small_pieces_share_memory_and_large_ones_are_cut() {
        let mut chunks = Chunks::default();
        for _ in 0..100 {
            chunks.append(b"0123456789");
        }
        assert_eq!((chunks.len(), chunks.pieces()), (1000, 1));
        chunks.append(&vec![7; 200_000]);
        assert_eq!(chunks.pieces(), 5, "the rest of the first, three large, one for the end");
        assert_eq!(chunks.len(), 201_000);
    }

    #[test]
    fn bytes_leave_in_the_order_in_which_they_came() {
        let mut chunks = Chunks::default();
        let data: Vec<u8> = (0..=250).cycle().take(150_000).collect();
        chunks.append(&data[..10]);
        chunks.advance(4);
        chunks.append(&data[10..]);
        assert_eq!(text(&chunks), &data[4..]);
        chunks.advance(SMALL);
        assert_eq!(text(&chunks), &data[4 + SMALL..]);
        assert_eq!(chunks.take().concat(), &data[4 + SMALL..]);
        assert!(chunks.is_empty());
        chunks.append(b"x");
        assert_eq!(chunks.len(), 1, "the length begins anew");
    }

    #[test]
    fn what_is_drained_gives_its_memory_back() {
        let mut chunks = Chunks::default();
        chunks.append(&vec![1; 300_000]);
        chunks.advance(300_000);
        assert!(chunks.is_empty());
        assert_eq!(chunks.pieces.capacity(), 0);
    }

    #[test]
    fn messages_stay_apart_and_empty_ones_are_messages() {
        let mut chunks = Chunks::default();
        chunks.append_message(&[IoSlice::new(b"ab"), IoSlice::new(b"c")]);
        chunks.append_message(&[]);
        chunks.append_message(&[IoSlice::new(b"d")]);
        assert_eq!((chunks.len(), chunks.pieces()), (4, 3));
        chunks.advance_message();
        assert_eq!((chunks.len(), chunks.pieces()), (1, 2));
        assert_eq!(chunks.take(), [b"".to_vec(), b"d".to_vec()]);
    }
}
