//! Where control messages lie: memory of their own or lent, aligned as their headers are.

use std::fmt;

/// Memory for control messages; every byte of it has a value.
pub enum Memory<'a> {
    /// Its own, which grows.
    Own(Vec<u64>),
    /// Lent, from the first byte that is aligned on.
    Lent(&'a mut [u8]),
}

const ALIGN: usize = align_of::<u64>();

impl<'a> Memory<'a> {
    /// Takes lent memory; bytes before the first that is aligned stay unused.
    pub(crate) fn lent(memory: &'a mut [u8]) -> Self {
        let skip = memory.as_ptr().align_offset(ALIGN).min(memory.len());
        Self::Lent(&mut memory[skip..])
    }

    /// Makes memory of its own, of so many bytes or a few more.
    pub(crate) fn of(room: usize) -> Self {
        Self::Own(vec![0; room.div_ceil(ALIGN)])
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Lent(memory) => memory,
            Self::Own(words) => {
                // SAFETY: words are bytes all of which have values, and a byte needs no alignment.
                unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len() * ALIGN) }
            }
        }
    }

    #[inline]
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Lent(memory) => memory,
            Self::Own(words) => {
                // SAFETY: as above; any bytes are words, and the words are borrowed for as long.
                unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), words.len() * ALIGN) }
            }
        }
    }

    /// Makes room for so many bytes in all, if the memory is its own.
    pub(crate) fn reserve(&mut self, room: usize) {
        if let Self::Own(words) = self {
            let needed = room.div_ceil(ALIGN);
            if needed > words.len() {
                words.resize(needed.max(words.len() * 2), 0);
            }
        }
    }
}

impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} bytes)", self.bytes().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_aligned_whatever_was_lent() {
        let mut bytes = [7; 64];
        for skip in 0..9 {
            let memory = Memory::lent(&mut bytes[skip..]);
            assert!(memory.bytes().as_ptr().addr().is_multiple_of(ALIGN));
            assert!(memory.bytes().len() + ALIGN > 64 - skip);
        }
        assert!(Memory::lent(&mut bytes[..0]).bytes().is_empty());
    }

    #[test]
    fn its_own_grows_and_keeps_what_is_there() {
        let mut memory = Memory::of(3);
        assert_eq!(memory.bytes(), [0; 8]);
        memory.bytes_mut()[7] = 9;
        memory.reserve(100);
        assert!(memory.bytes().len() >= 100);
        assert_eq!(memory.bytes()[..9], [0, 0, 0, 0, 0, 0, 0, 9, 0]);
        let mut lent = [1; 16];
        let mut memory = Memory::lent(&mut lent);
        let length = memory.bytes().len();
        memory.reserve(100);
        assert_eq!(memory.bytes().len(), length);
    }
}
