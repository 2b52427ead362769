//! Keys that are written out, by their hash. The places of the hash hold numbers alone, eight bytes each, so those of
//! thousands of rows stay in the processor's cache, and a find looks at one of them, at one key and at nothing else.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

/// A key. Most keys are short, and stand in place.
type Key = SmallVec<[u8; 24]>;

/// Marks a place that no row has.
const FREE: u32 = u32::MAX;

/// The keys of a table's rows.
#[derive(Debug, Default)]
pub(super) struct Exact {
    hasher: FixedState,
    /// Places, a power of two of them and at least twice as many as keys. A key stands in the place of its hash or, where
    /// that is taken, in the next free one.
    places: Vec<Place>,
    /// The keys of the rows.
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    /// The upper half of the key's hash.
    hash: u32,
    row: u32,
}

impl Exact {
    /// The row of a key.
    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        let (hash, start) = self.hash(key);
        let last = self.places.len().wrapping_sub(1);
        let mut at = start & last;
        loop {
            let place = self.places.get(at)?;
            if place.row == FREE {
                return None;
            }
            if place.hash == hash && self.keys.get(place.row as usize).is_some_and(|known| known.as_slice() == key) {
                return Some(place.row);
            }
            at = (at + 1) & last;
        }
    }

    /// Gives the next row this key; tells the row that has it already.
    pub(super) fn insert(&mut self, key: &[u8]) -> Option<u32> {
        if let Some(row) = self.find(key) {
            return Some(row);
        }
        let row = u32::try_from(self.keys.len()).unwrap_or(FREE);
        self.keys.push(Key::from_slice(key));
        if self.keys.len() * 2 > self.places.len() {
            self.grow();
        } else {
            self.put(row);
        }
        None
    }

    fn grow(&mut self) {
        let size = (self.keys.len() * 4).next_power_of_two();
        self.places = vec![Place { hash: 0, row: FREE }; size];
        (0..self.keys.len()).filter_map(|row| u32::try_from(row).ok()).for_each(|row| self.put(row));
    }

    /// Puts a row that has its key into the first free place.
    fn put(&mut self, row: u32) {
        let Some(key) = self.keys.get(row as usize) else { return };
        let (hash, start) = self.hash(key);
        let last = self.places.len().wrapping_sub(1);
        let mut at = start & last;
        while let Some(place) = self.places.get_mut(at) {
            if place.row == FREE {
                *place = Place { hash, row };
                return;
            }
            at = (at + 1) & last;
        }
    }

    /// The half of a hash that is compared, and the place where a key is looked for first.
    fn hash(&self, key: &[u8]) -> (u32, usize) {
        let hash = self.hasher.hash_one(key);
        (u32::try_from(hash >> 32).unwrap_or(0), usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0))
    }
}
