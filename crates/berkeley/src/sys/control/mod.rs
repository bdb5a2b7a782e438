//! Control messages in bytes: a header, data, and what fills up to the next header.
//!
//! The arithmetic is a pure function of a [`Layout`], so that each system's is tested on every machine.

mod inbox;
mod memory;

use std::ops::Range;

pub(crate) use self::inbox::Frames;
pub use self::inbox::Inbox;
pub use self::memory::Memory;
use super::{Place, system};

/// How a system lays out control messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The bytes of the length, which the level and the type follow, an int each.
    length: usize,
    /// Where the data begins.
    header: usize,
    /// What headers are aligned to.
    align: usize,
}

/// A control message among others: its level and type, and where its data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The level, `SOL_SOCKET` for example.
    pub level: i32,
    /// The type.
    pub number: i32,
    /// Where the data is.
    pub data: Range<usize>,
    /// Whether its header tells of more data than there is.
    pub is_cut: bool,
}

impl Layout {
    /// This system's.
    pub const SYSTEM: Self = system::message::LAYOUT;

    /// Describes a layout: a length of four or eight bytes, and an alignment that is a power of two and no smaller than
    /// four; `None` stands for what no system has.
    #[must_use]
    pub const fn new(length: usize, header: usize, align: usize) -> Option<Self> {
        let is_one =
            matches!(length, 4 | 8) && header >= length + 8 && header <= 64 && align >= 4 && align <= 64;
        if is_one && align.is_power_of_two() { Some(Self { length, header, align }) } else { None }
    }

    const fn up(self, length: usize) -> Option<usize> {
        length.checked_next_multiple_of(self.align)
    }

    /// Returns how many bytes a message of that much data takes, with what fills up to the next.
    #[must_use]
    pub const fn space(self, data: usize) -> usize {
        match self.up(data) {
            Some(data) => self.header.saturating_add(data),
            None => usize::MAX,
        }
    }

    /// Writes the header of a message at `at`, zeros all of its space after that, and returns where its data goes;
    /// `None` if `room` is too small.
    pub fn put(self, room: &mut [u8], at: usize, place: Place, data: usize) -> Option<Range<usize>> {
        let space = room.get_mut(at..at.checked_add(self.space(data))?)?;
        space.fill(0);
        let told = self.header + data;
        match self.length {
            4 => space[..4].copy_from_slice(&u32::try_from(told).ok()?.to_ne_bytes()),
            _ => space[..8].copy_from_slice(&(told as u64).to_ne_bytes()),
        }
        space[self.length..self.length + 4].copy_from_slice(&place.level().to_ne_bytes());
        space[self.length + 4..self.length + 8].copy_from_slice(&place.number().to_ne_bytes());
        Some(at + self.header..at + told)
    }

    /// Reads the message whose header is at `at`, and says where the next one's is. Whatever the bytes are, all of the
    /// ranges are within them, and the next header is further on.
    #[inline]
    #[must_use]
    pub fn next(self, bytes: &[u8], at: usize) -> Option<(Frame, usize)> {
        let rest = bytes.get(at..)?;
        let (length, rest_of) = rest.split_at_checked(self.length)?;
        let level = i32::from_ne_bytes(*rest_of.first_chunk()?);
        let number = i32::from_ne_bytes(*rest_of.get(4..)?.first_chunk()?);
        let told = match *length {
            [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]) as usize,
            _ => usize::try_from(u64::from_ne_bytes(*length.first_chunk()?)).unwrap_or(usize::MAX),
        };
        // A length that has no room for the header leads nowhere.
        let data = told.checked_sub(self.header)?;
        // XNU leaves the length of a message that was cut as it was.
        let start = bytes.len().min(at + self.header);
        let end = bytes.len().min(start.saturating_add(data));
        let is_cut = told > rest.len();
        let next = self.up(told).and_then(|space| at.checked_add(space)).unwrap_or(usize::MAX);
        Some((Frame { level, number, data: start..end, is_cut }, next))
    }
}

/// Whether the data of a message are descriptors, which nothing but the functions for them may touch, or pointers.
pub(crate) fn is_no_plain_data(level: i32, number: i32) -> bool {
    holds_descriptors(level, number) || system::message::POINTERS.contains(&level)
}

pub(crate) fn holds_descriptors(level: i32, number: i32) -> bool {
    system::message::DESCRIPTORS.contains(&(level, number))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Linux of 64 and of 32 bits, XNU, the BSDs of 64 bits, NetBSD on SPARC.
    const LAYOUTS: [(usize, usize, usize); 5] = [(8, 16, 8), (4, 12, 4), (4, 12, 4), (4, 16, 8), (4, 16, 16)];

    fn layouts() -> impl Iterator<Item = Layout> {
        LAYOUTS.into_iter().filter_map(|(length, header, align)| Layout::new(length, header, align))
    }

    fn walk(layout: Layout, bytes: &[u8]) -> Vec<Frame> {
        let mut at = 0;
        let step = || {
            let (frame, next) = layout.next(bytes, at)?;
            assert!(next > at, "it goes on");
            assert!(frame.data.start <= frame.data.end && frame.data.end <= bytes.len());
            at = next;
            Some(frame)
        };
        std::iter::from_fn(step).collect()
    }

    proptest! {
        #[test]
        fn what_was_put_comes_back(messages in prop::collection::vec((any::<i32>(), any::<i32>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6)) {
            for layout in layouts() {
                let mut room = vec![0xAA; 512];
                let mut at = 0;
                for (level, number, data) in &messages {
                    let place = Place::of_plain_value(*level, *number);
                    let range = layout.put(&mut room, at, place, data.len()).unwrap();
                    room[range].copy_from_slice(data);
                    at += layout.space(data.len());
                }
                let read: Vec<_> = walk(layout, &room[..at])
                    .into_iter()
                    .map(|frame| (frame.level, frame.number, room[frame.data].to_vec()))
                    .collect();
                prop_assert_eq!(&read, &messages);
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for layout in layouts() {
                walk(layout, &bytes);
            }
        }

        /// Mostly well-formed, with a length that lies.
        #[test]
        fn any_length_is_survived(told in any::<u64>(), small in 0_u64..64, at in 0_usize..3, cut in 0_usize..120) {
            for layout in layouts() {
                for told in [told, small, u64::MAX - small, u64::from(u32::MAX) - small] {
                    let mut room = vec![0; 120];
                    for message in 0..3 {
                        layout.put(&mut room, message * layout.space(8), Place::of_plain_value(1, 2), 8);
                    }
                    let at = at * layout.space(8);
                    match layout.length {
                        4 => room[at..at + 4].copy_from_slice(&(told as u32).to_ne_bytes()),
                        _ => room[at..at + 8].copy_from_slice(&told.to_ne_bytes()),
                    }
                    walk(layout, &room[..cut]);
                }
            }
        }
    }

    #[test]
    fn a_message_that_was_cut_says_so() {
        for layout in layouts() {
            let mut room = vec![0; 64];
            layout.put(&mut room, 0, Place::of_plain_value(7, 8), 16).unwrap();
            for length in 0..64 {
                let frames = walk(layout, &room[..length]);
                let has_header = length >= layout.length + 8;
                assert_eq!(!frames.is_empty(), has_header, "{layout:?} {length}");
                if let Some(frame) = frames.first() {
                    assert_eq!(frame.is_cut, length < layout.header + 16, "{layout:?} {length}");
                    assert_eq!(frame.data.len(), 16.min(length.saturating_sub(layout.header)));
                }
            }
        }
    }

    #[test]
    fn there_is_no_room_where_there_is_none() {
        for layout in layouts() {
            let place = Place::of_plain_value(1, 1);
            let mut room = vec![0; layout.space(4)];
            assert!(layout.put(&mut room, 0, place, 4).is_some());
            assert_eq!(layout.put(&mut room, 0, place, layout.align + 4), None);
            assert_eq!(layout.put(&mut room, 1, place, 4), None);
            assert_eq!(layout.put(&mut room, usize::MAX, place, 4), None);
            assert_eq!(layout.put(&mut room, 0, place, usize::MAX), None);
        }
    }

    #[test]
    fn what_no_system_has_is_no_layout() {
        for (length, header, align) in
            [(2, 16, 8), (8, 12, 8), (4, 12, 3), (4, 12, 0), (4, 80, 8), (4, 16, 128)]
        {
            assert_eq!(Layout::new(length, header, align), None);
        }
    }
}
