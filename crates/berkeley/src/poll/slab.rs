//! Values by keys that never mean another value.

/// The name of a value in a [`Slab`]: a place, and how often it was given out.
///
/// The numbers are chosen so that a key is one word, and that of the waker is none: its place cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) place: u32,
    generation: u32,
}

impl Slot {
    #[inline]
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self { place: bits as u32, generation: (bits >> 32) as u32 }
    }

    #[inline]
    pub(super) const fn bits(self) -> u64 {
        self.place as u64 | (self.generation as u64) << 32
    }
}

/// Values in places that are used again, each time under another key.
#[derive(Debug)]
pub(super) struct Slab<V> {
    cells: Vec<Cell<V>>,
    /// The places that are free, as a list through the cells.
    free: Option<u32>,
    length: usize,
}

#[derive(Debug)]
struct Cell<V> {
    /// Odd while there is a value, even while there is none.
    generation: u32,
    content: Content<V>,
}

#[derive(Debug)]
enum Content<V> {
    Value(V),
    Free { next: Option<u32> },
}

impl<V> Slab<V> {
    pub(super) const fn new() -> Self {
        Self { cells: Vec::new(), free: None, length: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Returns the key that the next [`insert`](Self::insert) will give.
    pub(super) fn next(&self) -> Slot {
        match self.free {
            Some(place) => Slot { place, generation: self.cells[place as usize].generation + 1 },
            None => Slot { place: self.cells.len() as u32, generation: 1 },
        }
    }

    /// # Panics
    ///
    /// When there are 2^32 - 1 values.
    pub(super) fn insert(&mut self, value: V) -> Slot {
        let slot = self.next();
        let cell = Cell { generation: slot.generation, content: Content::Value(value) };
        if let Some(free) = self.cells.get_mut(slot.place as usize) {
            let Content::Free { next } = free.content else { unreachable!("the list has free places") };
            self.free = next;
            *free = cell;
        } else {
            assert!(slot.place < u32::MAX, "a slab has less than 2^32 values");
            self.cells.push(cell);
        }
        self.length += 1;
        slot
    }

    #[inline]
    pub(super) fn get(&self, slot: Slot) -> Option<&V> {
        match self.cells.get(slot.place as usize) {
            Some(Cell { generation, content: Content::Value(value) }) if *generation == slot.generation => {
                Some(value)
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut V> {
        match self.cells.get_mut(slot.place as usize) {
            Some(Cell { generation, content: Content::Value(value) }) if *generation == slot.generation => {
                Some(value)
            }
            _ => None,
        }
    }

    /// Returns the values of all slots, or `None` if one finds nothing or two are the same.
    pub(super) fn get_disjoint_mut<const N: usize>(&mut self, slots: [Slot; N]) -> Option<[&mut V; N]> {
        if slots.iter().any(|slot| self.get(*slot).is_none()) {
            return None;
        }
        let cells = self.cells.get_disjoint_mut(slots.map(|slot| slot.place as usize)).ok()?;
        Some(cells.map(|cell| match &mut cell.content {
            Content::Value(value) => value,
            Content::Free { .. } => unreachable!("each slot was looked at"),
        }))
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<V> {
        self.get(slot)?;
        let cell = self.cells.get_mut(slot.place as usize)?;
        // The last generation of a place is its end, so that no key ever comes again.
        let retired = cell.generation == u32::MAX;
        cell.generation = cell.generation.wrapping_add(1);
        let next = if retired { None } else { self.free.replace(slot.place) };
        self.length -= 1;
        match std::mem::replace(&mut cell.content, Content::Free { next }) {
            Content::Value(value) => Some(value),
            Content::Free { .. } => None,
        }
    }

    /// Returns the slot of the value at a place, if there is one.
    pub(super) fn at(&self, place: u32) -> Option<Slot> {
        let cell = self.cells.get(place as usize)?;
        matches!(cell.content, Content::Value(_)).then_some(Slot { place, generation: cell.generation })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Slot, &V)> {
        self.cells.iter().zip(0..).filter_map(|(cell, place)| match &cell.content {
            Content::Value(value) => Some((Slot { place, generation: cell.generation }, value)),
            Content::Free { .. } => None,
        })
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Slot, &mut V)> {
        self.cells.iter_mut().zip(0..).filter_map(|(cell, place)| match &mut cell.content {
            Content::Value(value) => Some((Slot { place, generation: cell.generation }, value)),
            Content::Free { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_of_a_place_that_is_used_again_finds_nothing() {
        let mut slab = Slab::new();
        let first = slab.insert('a');
        assert_eq!(slab.remove(first), Some('a'));
        let second = slab.insert('b');
        assert_eq!(first.place, second.place);
        assert_eq!((slab.get(first), slab.get(second)), (None, Some(&'b')));
        assert_eq!(slab.remove(first), None);
    }

    #[test]
    fn a_place_whose_generations_are_used_up_is_not_used_again() {
        let mut slab = Slab::new();
        let old = slab.insert('a');
        slab.cells[0].generation = u32::MAX;
        let Some(last) = slab.at(old.place) else { panic!("the value is there") };
        assert_eq!(slab.remove(last), Some('a'));
        assert_eq!((slab.get(last), slab.at(0)), (None, None));
        assert_eq!(slab.insert('b').place, 1);
    }

    #[test]
    fn several_values_are_lent_at_once() {
        let mut slab = Slab::new();
        let keys = ['a', 'b', 'c'].map(|value| slab.insert(value));
        let Some([c, a]) = slab.get_disjoint_mut([keys[2], keys[0]]) else { panic!("both are there") };
        std::mem::swap(a, c);
        assert_eq!((slab.get(keys[0]), slab.get(keys[2])), (Some(&'c'), Some(&'a')));
        assert!(slab.get_disjoint_mut([keys[0], keys[0]]).is_none(), "one value is not lent twice");
        slab.remove(keys[1]);
        assert!(slab.get_disjoint_mut([keys[0], keys[1]]).is_none());
    }

    proptest! {
        /// Beside a map that never uses a key again.
        #[test]
        fn every_key_means_one_value(steps in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 0..200)) {
            let (mut slab, mut model, mut keys) = (Slab::new(), HashMap::new(), Vec::new());
            for (number, (insert, which)) in steps.into_iter().enumerate() {
                if insert || keys.is_empty() {
                    let next = slab.next();
                    let key = slab.insert(number);
                    prop_assert_eq!(next, key);
                    prop_assert!(model.insert(key, number).is_none(), "a key came again");
                    keys.push(key);
                } else {
                    let key = *which.get(&keys);
                    prop_assert_eq!(slab.remove(key), model.get_mut(&key).filter(|value| **value != usize::MAX).map(|value| std::mem::replace(value, usize::MAX)));
                }
                let living = model.values().filter(|value| **value != usize::MAX).count();
                prop_assert_eq!(slab.len(), living);
                prop_assert_eq!(slab.iter().count(), living);
                for (key, value) in &model {
                    prop_assert_eq!(slab.get(*key), Some(value).filter(|value| **value != usize::MAX));
                    prop_assert_eq!(Slot::from_bits(key.bits()), *key);
                }
            }
        }
    }
}
