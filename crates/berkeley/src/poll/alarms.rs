//! Who is to be told when: a heap in which each can be found, moved and taken out.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// When to tell the entry at `place`.
#[derive(Clone, Copy, Debug)]
struct Alarm {
    at: Instant,
    place: u32,
    /// In nanoseconds, of one that comes again.
    period: Option<NonZeroU64>,
}

/// Alarms of the entries of a slab, at most one each.
///
/// Setting, moving and cancelling take time with the logarithm of how many there are; one that was cancelled leaves
/// nothing behind.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    /// A binary heap, the earliest first.
    heap: Vec<Alarm>,
    /// Where in the heap the alarm of an entry is, by the entry's place; `NONE` if it has none.
    positions: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Alarms {
    /// Returns when the next one is.
    #[inline]
    pub(super) fn first(&self) -> Option<Instant> {
        self.heap.first().map(|alarm| alarm.at)
    }

    /// Returns when the alarm of the entry at `place` is.
    pub(super) fn get(&self, place: u32) -> Option<Instant> {
        self.position(place).map(|position| self.heap[position].at)
    }

    /// Sets the alarm of the entry at `place`, in place of the one that it has.
    pub(super) fn set(&mut self, place: u32, at: Instant, period: Option<Duration>) {
        let period = period.map(|period| {
            let nanoseconds = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
            NonZeroU64::new(nanoseconds).unwrap_or(NonZeroU64::MIN)
        });
        let alarm = Alarm { at, place, period };
        if let Some(position) = self.position(place) {
            self.heap[position] = alarm;
            self.settle(position);
            return;
        }
        if self.positions.len() <= place as usize {
            self.positions.resize(place as usize + 1, NONE);
        }
        self.heap.push(alarm);
        self.settle(self.heap.len() - 1);
    }

    /// Takes out the alarm of the entry at `place`, if it has one.
    #[inline]
    pub(super) fn cancel(&mut self, place: u32) {
        if let Some(position) = self.position(place) {
            self.take(position);
        }
    }

    /// Takes the next alarm that is due: whose it is, and how often it was due since. One that comes again does so at
    /// its next time after `now`, however late that is: there is no burst.
    pub(super) fn due(&mut self, now: Instant) -> Option<(u32, u64)> {
        let first = *self.heap.first()?;
        if first.at > now {
            return None;
        }
        let Some(period) = first.period else {
            self.take(0);
            return Some((first.place, 1));
        };
        let late = now.duration_since(first.at).as_nanos();
        let times = u64::try_from(late / u128::from(period.get())).unwrap_or(u64::MAX).saturating_add(1);
        match first.at.checked_add(Duration::from_nanos(period.get().saturating_mul(times))) {
            Some(next) => {
                self.heap[0].at = next;
                self.settle(0);
            }
            None => {
                self.take(0);
            }
        }
        Some((first.place, times))
    }

    #[inline]
    fn position(&self, place: u32) -> Option<usize> {
        self.positions
            .get(place as usize)
            .filter(|&&position| position != NONE)
            .map(|&position| position as usize)
    }

    fn take(&mut self, position: usize) {
        let alarm = self.heap.swap_remove(position);
        self.positions[alarm.place as usize] = NONE;
        if position < self.heap.len() {
            self.settle(position);
        }
    }

    /// Moves the alarm at `position` to where it belongs: towards the root, or else away from it.
    fn settle(&mut self, mut position: usize) {
        let alarm = self.heap[position];
        while position > 0 && alarm.at < self.heap[(position - 1) / 2].at {
            self.put(position, self.heap[(position - 1) / 2]);
            position = (position - 1) / 2;
        }
        while let Some(child) = self.earlier_child(position)
            && self.heap[child].at < alarm.at
        {
            self.put(position, self.heap[child]);
            position = child;
        }
        self.put(position, alarm);
    }

    fn earlier_child(&self, position: usize) -> Option<usize> {
        let left = 2 * position + 1;
        let later = |child: &usize| self.heap[*child].at;
        (left..self.heap.len().min(left + 2)).min_by_key(later)
    }

    fn put(&mut self, position: usize, alarm: Alarm) {
        self.heap[position] = alarm;
        self.positions[alarm.place as usize] = position as u32;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn one_that_comes_again_comes_once_however_late() {
        let (mut alarms, start) = (Alarms::default(), Instant::now());
        alarms.set(3, start + SECOND, Some(SECOND));
        assert_eq!(alarms.due(start), None);
        assert_eq!(alarms.due(start + SECOND), Some((3, 1)));
        assert_eq!(alarms.due(start + SECOND), None);
        assert_eq!(alarms.due(start + SECOND * 9 / 2), Some((3, 3)));
        assert_eq!(alarms.due(start + SECOND * 9 / 2), None);
        assert_eq!(alarms.first(), Some(start + SECOND * 5));
    }

    #[test]
    fn a_period_of_nothing_is_due_once_a_look() {
        let (mut alarms, start) = (Alarms::default(), Instant::now());
        alarms.set(0, start, Some(Duration::ZERO));
        assert_eq!(alarms.due(start), Some((0, 1)));
        assert_eq!(alarms.due(start), None);
        assert!(alarms.due(start + SECOND).is_some());
        assert_eq!(alarms.due(start + SECOND), None);
    }

    #[test]
    fn a_period_too_long_for_the_clock_comes_once() {
        let (mut alarms, start) = (Alarms::default(), Instant::now());
        alarms.set(0, start, Some(Duration::MAX));
        assert_eq!(alarms.due(start).map(|(place, _)| place), Some(0));
    }

    proptest! {
        /// Beside a map in the order of time.
        #[test]
        fn the_earliest_comes_first(steps in prop::collection::vec((0u32..40, 0u64..60, 0u8..4), 0..300)) {
            let start = Instant::now();
            let (mut alarms, mut model) = (Alarms::default(), BTreeMap::new());
            for (place, when, step) in steps {
                match step {
                    0 => {
                        alarms.cancel(place);
                        model.remove(&place);
                    }
                    1 => {
                        let now = start + SECOND * when as u32;
                        let due = alarms.due(now);
                        let earliest = model.values().min().copied().filter(|at| *at <= now);
                        prop_assert_eq!(due.is_some(), earliest.is_some());
                        if let Some((place, times)) = due {
                            prop_assert_eq!((model.remove(&place), times), (earliest, 1));
                        }
                    }
                    _ => {
                        alarms.set(place, start + SECOND * when as u32, None);
                        model.insert(place, start + SECOND * when as u32);
                    }
                }
                prop_assert_eq!(alarms.first(), model.values().min().copied());
                prop_assert_eq!(alarms.heap.len(), model.len());
                for place in 0..40 {
                    prop_assert_eq!(alarms.get(place), model.get(&place).copied());
                }
            }
        }
    }
}
