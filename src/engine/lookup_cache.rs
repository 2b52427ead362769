//! Answers of lookups that are still good, in memory and bounded. Two generations instead of a list of uses: what was
//! used lately is in the young one, and when that is full the old one is dropped. Every operation is a hash lookup.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::until;
use crate::value::Value;

/// Answers per generation.
const GENERATION: usize = 25_000;
/// How long "there is none" is good for, at most: people mend missing rows and expect it to be seen.
const MISS: Duration = Duration::from_secs(60);

/// Answers by lookup and key.
#[derive(Debug, Default)]
pub(super) struct LookupCache {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Vec<u8>, Entry>,
    old: HashMap<Vec<u8>, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    found: Value,
    at: Timestamp,
}

impl LookupCache {
    /// The answer, if there is one that is not older than `age`. Null is a miss that was looked up.
    pub(super) fn get(&self, key: &[u8], now: Timestamp, age: Duration) -> Option<Value> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = match generations.young.get(key) {
            Some(entry) => entry.clone(),
            None => {
                let entry = generations.old.remove(key)?;
                generations.insert(key.to_vec(), entry.clone());
                entry
            }
        };
        let age = if entry.found.is_null() { age.min(MISS) } else { age };
        (until(entry.at, now) < age).then_some(entry.found)
    }

    /// Keeps an answer.
    pub(super) fn put(&self, key: Vec<u8>, found: Value, at: Timestamp) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(key, Entry { found, at });
    }
}

impl Generations {
    fn insert(&mut self, key: Vec<u8>, entry: Entry) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_age_misses_sooner_and_the_cache_is_bounded() {
        let cache = LookupCache::default();
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let hour = Duration::from_secs(3600);
        cache.put(b"hit".to_vec(), Value::Int(1), at(0));
        cache.put(b"miss".to_vec(), Value::Null, at(0));
        assert_eq!(cache.get(b"hit", at(3599), hour), Some(Value::Int(1)));
        assert_eq!(cache.get(b"hit", at(3600), hour), None);
        assert_eq!(cache.get(b"hit", at(0), Duration::ZERO), None);
        assert_eq!(cache.get(b"miss", at(59), hour), Some(Value::Null));
        assert_eq!(cache.get(b"miss", at(60), hour), None);
        for n in 0..60_000_u32 {
            cache.get(b"hit", at(1), hour);
            cache.put(n.to_be_bytes().to_vec(), Value::Null, at(0));
        }
        assert_eq!(cache.get(b"hit", at(1), hour), Some(Value::Int(1)), "what is used stays");
        let generations = cache.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 2 * GENERATION);
    }
}
