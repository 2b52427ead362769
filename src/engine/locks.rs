//! Locks by name: for one record's lane, for one remote document, for one lookup's key. A lock lives as long as
//! someone holds it or waits for it, so memory is bounded by the records in flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

type Lock = tokio::sync::Mutex<()>;

/// Locks by name, shared by all runs of a process.
#[derive(Debug, Default)]
pub(super) struct KeyedLocks {
    locks: Mutex<Locks>,
}

#[derive(Debug, Default)]
struct Locks {
    by_key: HashMap<Vec<u8>, Weak<Lock>>,
    /// When the map has grown to this size, the locks that nobody has any more are thrown out.
    sweep_at: usize,
}

/// A held lock.
pub(super) type Guard = OwnedMutexGuard<()>;

impl KeyedLocks {
    /// The lock, if nobody has it.
    pub(super) fn try_lock(&self, key: &[u8]) -> Option<Guard> {
        self.get(key).try_lock_owned().ok()
    }

    /// The lock, when those who asked before are done.
    pub(super) async fn lock(&self, key: &[u8]) -> Guard {
        self.get(key).lock_owned().await
    }

    fn get(&self, key: &[u8]) -> Arc<Lock> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.by_key.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        if locks.by_key.len() >= locks.sweep_at.max(1024) {
            locks.by_key.retain(|_, lock| lock.strong_count() > 0);
            locks.sweep_at = locks.by_key.len() * 2;
        }
        let lock = Arc::new(Lock::new(()));
        locks.by_key.insert(key.to_vec(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holder_per_key_and_no_trace_afterwards() {
        let locks = KeyedLocks::default();
        let held = locks.try_lock(b"a").unwrap();
        assert!(locks.try_lock(b"a").is_none());
        assert!(locks.try_lock(b"b").is_some());
        drop(held);
        drop(locks.lock(b"a").await);
        for n in 0..5000_u32 {
            drop(locks.lock(&n.to_be_bytes()).await);
        }
        assert!(locks.locks.lock().unwrap().by_key.len() <= 1025);
    }
}
