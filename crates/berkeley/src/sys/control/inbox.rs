//! What the system has delivered of control messages, with the descriptors in it.

use super::{Frame, Layout, Memory, holds_descriptors};
use crate::sys::descriptor::Descriptor;
use crate::sys::system;

/// Control messages that the system wrote.
///
/// Numbers of descriptors in it are open and nobody else's: nothing but the system writes here, and a number that is
/// taken is replaced by -1. Those that nobody takes are closed before the next are received, and at the end.
#[derive(Debug)]
pub struct Inbox<'a> {
    memory: Memory<'a>,
    length: usize,
    has_descriptors: bool,
}

impl<'a> Inbox<'a> {
    pub(crate) fn new(memory: Memory<'a>) -> Self {
        Self { memory, length: 0, has_descriptors: false }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.memory.bytes()[..self.length]
    }

    pub(crate) fn capacity(&self) -> usize {
        self.memory.bytes().len()
    }

    /// Makes room for so many bytes in all, if the memory is its own.
    pub(crate) fn reserve(&mut self, room: usize) {
        self.memory.reserve(room);
    }

    /// Closes what nobody took, and lends the room to the system.
    #[inline]
    pub(in crate::sys) fn room(&mut self) -> &mut [u8] {
        self.clear();
        self.memory.bytes_mut()
    }

    /// Takes note that the system wrote so many bytes at the front.
    ///
    /// # Safety
    ///
    /// It did, in a call that succeeded, so that the descriptors in it are open and nobody else's.
    #[inline]
    pub(in crate::sys) unsafe fn filled(&mut self, length: usize) {
        self.length = length.min(self.memory.bytes().len());
        self.has_descriptors =
            Frames::of(self.bytes()).any(|frame| holds_descriptors(frame.level, frame.number));
    }

    /// Makes the numbers of descriptors none: what was only looked at has not been given.
    #[cfg(all(unix, not(linux_like)))]
    pub(in crate::sys) fn scrub(&mut self) {
        let mut at = 0;
        while let Some((frame, next)) = Layout::SYSTEM.next(self.bytes(), at) {
            if holds_descriptors(frame.level, frame.number) {
                self.memory.bytes_mut()[frame.data].fill(0xff);
            }
            at = next;
        }
        self.has_descriptors = false;
    }

    /// Forgets all messages, and closes the descriptors that nobody took.
    #[inline]
    pub(crate) fn clear(&mut self) {
        if self.has_descriptors {
            while let Some(descriptor) = self.take_any() {
                drop(descriptor);
            }
        }
        self.length = 0;
        self.has_descriptors = false;
    }

    fn take_any(&mut self) -> Option<Descriptor> {
        system::message::DESCRIPTORS.iter().find_map(|(level, number)| self.take(*level, *number))
    }

    /// Takes the next descriptor that messages of a kind brought.
    pub(crate) fn take(&mut self, level: i32, number: i32) -> Option<Descriptor> {
        if !self.has_descriptors || !holds_descriptors(level, number) {
            return None;
        }
        let mut at = 0;
        while let Some((frame, next)) = Layout::SYSTEM.next(self.bytes(), at) {
            if (frame.level, frame.number) == (level, number) {
                // A number that was cut in the middle is none.
                let (numbers, _) = self.memory.bytes_mut()[frame.data].as_chunks_mut::<4>();
                let taken = numbers.iter_mut().find_map(|number| {
                    let descriptor = system::message::adopt(i32::from_ne_bytes(*number));
                    if descriptor.is_some() {
                        *number = (-1_i32).to_ne_bytes();
                    }
                    descriptor
                });
                if taken.is_some() {
                    return taken;
                }
            }
            at = next;
        }
        None
    }

    /// Counts the descriptors of a kind that are still here.
    pub(crate) fn count(&self, level: i32, number: i32) -> usize {
        let of_kind = |frame: &Frame| (frame.level, frame.number) == (level, number);
        let all = Frames::of(self.bytes()).filter(of_kind);
        all.map(|frame| {
            let (numbers, _) = self.bytes()[frame.data].as_chunks::<4>();
            numbers.iter().filter(|number| i32::from_ne_bytes(**number) >= 0).count()
        })
        .sum()
    }
}

impl Drop for Inbox<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The messages in bytes, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Frames<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }
}

impl Iterator for Frames<'_> {
    type Item = Frame;

    #[inline]
    fn next(&mut self) -> Option<Frame> {
        let (frame, next) = Layout::SYSTEM.next(self.bytes, self.at)?;
        self.at = next;
        Some(frame)
    }
}
