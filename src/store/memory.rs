//! The store that forgets: for tests and dry runs. It keeps the contract of [`Store`] to the letter but for
//! durability, and it can be told to fail, so that the engine's behaviour at a broken store is tested without one.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Batch, Pair, Store, StoreError, Table};

/// Everything in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
    commits: u64,
    next_failures: VecDeque<StoreError>,
    dies: Option<(u64, StoreError)>,
    closed: bool,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets one coming commit fail with `error`; called several times, the next several fail, in that order.
    pub fn fail_next(&self, error: StoreError) {
        self.state().next_failures.push_back(error);
    }

    /// Lets `commits` more succeed and every later one fail, as a process would see that loses its disk there.
    pub fn die_after(&self, commits: u64, error: StoreError) {
        let mut state = self.state();
        state.dies = Some((state.commits + commits, error));
    }

    /// Ends all injected failures and reopens a closed store: what a restart finds.
    pub fn revive(&self) {
        let mut state = self.state();
        state.next_failures.clear();
        state.dies = None;
        state.closed = false;
    }

    /// How many commits have succeeded.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.state().commits
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state();
        if state.closed {
            return Err(StoreError::Io { path: "(memory)".into(), detail: "the store is closed".into() });
        }
        Ok(state)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        let mut state = self.open_state()?;
        if let Some(error) = state.next_failures.pop_front() {
            return Err(error);
        }
        if let Some((last, error)) = &state.dies
            && state.commits >= *last
        {
            return Err(error.clone());
        }
        for (table, key, value) in batch.changes {
            match value {
                Some(value) => state.entries.insert((table, key), value),
                None => state.entries.remove(&(table, key)),
            };
        }
        state.commits += 1;
        Ok(())
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.open_state()?.entries.get(&(table, key.to_vec())).cloned())
    }

    fn scan(&self, table: Table, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StoreError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded((table, after.to_vec())),
            _ => Bound::Included((table, prefix.to_vec())),
        };
        let state = self.open_state()?;
        Ok(state
            .entries
            .range((from, Bound::Unbounded))
            .take_while(|((of, key), _)| *of == table && key.starts_with(prefix))
            .take(limit)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.state().closed = true;
        Ok(())
    }
}
