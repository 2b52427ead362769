//! Levels of quotas, kept in the ledger, so that a restart does not take an empty bucket for a full one.

use std::sync::Arc;

use async_trait::async_trait;

use crate::connectors::quota::{Level, QuotaMemory};
use crate::store::{self, Batch, BucketEntry, Store, key};

/// A memory of quotas in a store.
pub struct StoreQuota {
    store: Arc<dyn Store>,
}

impl StoreQuota {
    /// In this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

impl std::fmt::Debug for StoreQuota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreQuota").finish_non_exhaustive()
    }
}

#[async_trait]
impl QuotaMemory for StoreQuota {
    fn load(&self, account: &str, operation: &str) -> Option<Level> {
        // What cannot be read is as what was never kept: the remote's refusal sets it right.
        let entry: BucketEntry = store::read(&*self.store, &key::join(&[account, operation])).ok()??;
        let BucketEntry { at, full_at, not_before, share, told } = entry;
        Some(Level { at, full_at, not_before, share, told })
    }

    async fn save(&self, account: &str, operation: &str, level: Level) {
        let Level { at, full_at, not_before, share, told } = level;
        let mut batch = Batch::default();
        batch.put(key::join(&[account, operation]), &BucketEntry { at, full_at, not_before, share, told });
        if let Err(error) = self.store.commit(batch).await {
            // The run that is under way meets the same store and says so; the call itself is no less right.
            tracing::warn!(operation, %error, "the level of a quota was not kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;

    #[tokio::test]
    async fn a_level_survives_a_restart() {
        let store = Arc::new(MemoryStore::new());
        let at = jiff::Timestamp::UNIX_EPOCH;
        let level = Level { at, full_at: at, not_before: at, share: 900, told: Some(7) };
        StoreQuota::new(store.clone()).save("seller", "searchOrders", level).await;
        let again = StoreQuota::new(store);
        assert_eq!(again.load("seller", "searchOrders"), Some(level));
        assert_eq!(again.load("seller", "getOrder"), None);
    }
}
