//! What was found for keys that were seen, without a lock: each place is written once and then only read, so any number of
//! threads may look. When the places that a key may have are taken by others it is worked out anew each time; so memory
//! is bounded, and a stream of keys that never come back costs what it would without a memory.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use foldhash::fast::FixedState;

/// How many keys are remembered at most.
const PLACES: usize = 8192;
/// How many places a key may have.
const TRIES: usize = 8;
/// Keys longer than this are not remembered.
const LONGEST: usize = 512;

/// Keys that were seen.
#[derive(Debug)]
pub(super) struct Memo {
    places: OnceLock<Box<[OnceLock<Seen>]>>,
    hasher: FixedState,
}

#[derive(Debug)]
struct Seen {
    hash: u64,
    key: Box<[u8]>,
    found: Option<u32>,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self { places: OnceLock::new(), hasher: FixedState::default() }
    }

    /// What was found for a key; `find` is asked where that is not known.
    pub(super) fn find(&self, key: &[u8], find: impl FnOnce() -> Option<u32>) -> Option<u32> {
        if key.len() > LONGEST {
            return find();
        }
        let places = self.places.get_or_init(|| (0..PLACES).map(|_| OnceLock::new()).collect());
        let hash = self.hasher.hash_one(key);
        let start = usize::try_from(hash % PLACES as u64).unwrap_or(0);
        for place in places.iter().cycle().skip(start).take(TRIES) {
            match place.get() {
                Some(seen) if seen.hash == hash && *seen.key == *key => return seen.found,
                Some(_) => {}
                None => {
                    let found = find();
                    // Another thread may have been faster with another key: then this one is not remembered.
                    drop(place.set(Seen { hash, key: Box::from(key), found }));
                    return found;
                }
            }
        }
        find()
    }
}
