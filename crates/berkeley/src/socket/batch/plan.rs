//! Which messages go out together: pure.

use crate::sys::batch::MOST;

/// The most datagrams that one send is cut into: `UDP_MAX_SEGMENTS` of Linux until 6.9, and so everywhere.
pub(super) const MOST_SEGMENTS: usize = 64;

/// The most bytes of such a send: what a datagram of IPv6 can carry.
pub(super) const MOST_BYTES: usize = 65_535 - 40 - 8;

/// The most slices of data of one batch in sends that are cut.
pub(super) const MOST_SLICES: usize = 256;

/// What of a message decides with which others it can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) length: usize,
    pub(super) slices: usize,
    /// Which of the batch's destinations it has.
    pub(super) to: Option<usize>,
    /// Whether it has neither control messages nor flags.
    pub(super) is_plain: bool,
}

/// Messages that go out as one, cut into pieces as long as the first, or a single message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) to: Option<usize>,
}

/// Puts messages together that can go as one: one after the other, to one destination, all as long as the first but for the
/// last, which may be shorter. Pieces are at most `largest` bytes; with zero, each message goes by itself.
///
/// Takes messages from the front until there is no room for more of them in one call.
pub(super) fn plan(shapes: impl Iterator<Item = Shape>, largest: usize, units: &mut Vec<Unit>) {
    units.clear();
    let (mut slices, mut bytes, mut size, mut is_open) = (0, 0, 0, false);
    for (number, shape) in shapes.enumerate() {
        let joins = is_open
            && shape.is_plain
            && (1..=size).contains(&shape.length)
            && bytes + shape.length <= MOST_BYTES
            && slices + shape.slices <= MOST_SLICES;
        if let Some(unit) = units.last_mut().filter(|unit| joins && unit.to == shape.to) {
            unit.count += 1;
            (bytes, slices) = (bytes + shape.length, slices + shape.slices);
            // What is shorter ends it.
            is_open = shape.length == size && unit.count < MOST_SEGMENTS;
            continue;
        }
        // The slices of a unit lie one after the other in a place of the whole batch.
        if units.len() == MOST || slices + shape.slices > MOST_SLICES && shape.is_plain && largest > 0 {
            return;
        }
        units.push(Unit { first: number, count: 1, to: shape.to });
        (bytes, size) = (shape.length, shape.length);
        is_open = shape.is_plain && (1..=largest).contains(&size);
        slices += if is_open { shape.slices } else { 0 };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(length: usize, to: Option<usize>) -> Shape {
        Shape { length, slices: 1, to, is_plain: true }
    }

    fn counts(shapes: &[Shape], largest: usize) -> Vec<usize> {
        let mut units = Vec::new();
        plan(shapes.iter().copied(), largest, &mut units);
        units.iter().map(|unit| unit.count).collect()
    }

    #[test]
    fn what_is_as_long_goes_together_and_what_is_shorter_ends_it() {
        let lengths =
            |lengths: &[usize]| lengths.iter().map(|length| shape(*length, None)).collect::<Vec<_>>();
        assert_eq!(counts(&lengths(&[5, 5, 5, 3, 5, 5]), 9), [4, 2]);
        assert_eq!(counts(&lengths(&[5, 6, 6, 0, 0, 6]), 9), [1, 2, 1, 1, 1]);
        assert_eq!(counts(&lengths(&[5, 5, 10, 10]), 9), [2, 1, 1]);
        assert_eq!(counts(&lengths(&[5, 5, 5]), 0), [1, 1, 1]);
        assert_eq!(counts(&lengths(&[7; 130]), 9), [64, 64, 2]);
        assert_eq!(counts(&lengths(&[30_000; 5]), 65_000), [2, 2, 1]);
        assert_eq!(counts(&[], 9), []);
    }

    #[test]
    fn one_goes_to_one_and_what_has_more_than_data_goes_alone() {
        let special = Shape { is_plain: false, ..shape(5, None) };
        assert_eq!(counts(&[shape(5, None), special, shape(5, None), shape(5, None)], 9), [1, 1, 2]);
        let shapes = [shape(5, Some(0)), shape(5, Some(0)), shape(5, Some(1)), shape(5, Some(0))];
        assert_eq!(counts(&shapes, 9), [2, 1, 1]);
    }

    #[test]
    fn a_batch_ends_where_its_room_does() {
        assert_eq!(counts(&[shape(0, None); 70], 9).len(), MOST);
        let wide = Shape { slices: 100, ..shape(5, None) };
        assert_eq!(counts(&[wide; 5], 9), [2]);
        // What is never gathered takes no room.
        assert_eq!(counts(&[wide; 5], 0), [1, 1, 1, 1, 1]);
    }

    proptest! {
        #[test]
        fn every_message_is_in_one_unit_in_its_place(
            given in prop::collection::vec((0_usize..4, 0_usize..3, prop::option::of(0_usize..3), any::<bool>()), 0..150),
            largest in 0_usize..4,
        ) {
            let shapes: Vec<Shape> = given
                .into_iter()
                .map(|(length, slices, to, is_plain)| Shape { length, slices, to, is_plain })
                .collect();
            let mut units = Vec::new();
            plan(shapes.iter().copied(), largest, &mut units);
            let mut next = 0;
            for unit in &units {
                prop_assert_eq!(unit.first, next);
                prop_assert!((1..=MOST_SEGMENTS).contains(&unit.count));
                let members = &shapes[next..next + unit.count];
                let size = members[0].length;
                prop_assert!(members.iter().all(|each| each.to == unit.to));
                if unit.count > 1 {
                    let (last, before) = members.split_last().unwrap();
                    prop_assert!(members.iter().all(|each| each.is_plain) && (1..=largest).contains(&size));
                    prop_assert!(before.iter().all(|each| each.length == size) && (1..=size).contains(&last.length));
                }
                next += unit.count;
            }
            let gathered: usize =
                units.iter().filter(|unit| unit.count > 1).flat_map(|unit| &shapes[unit.first..unit.first + unit.count]).map(|each| each.slices).sum();
            prop_assert!(units.len() <= MOST && gathered <= MOST_SLICES);
            prop_assert!(next == shapes.len() || next > 0);
        }
    }
}
