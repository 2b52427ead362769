//! The time of commands that look after a ledger without running anything: the machine's, but for the ledger of a
//! sandbox, which may be ahead of it.

use std::sync::Arc;

use super::exit::Failure;
use crate::clock::{HandClock, SharedClock, SystemClock};
use crate::config::Settings;
use crate::engine::inspect;
use crate::store::{self, BucketEntry, CursorEntry, RunEntry, Store, StoreError};

/// The time for entries in the ledger of this environment.
pub(super) fn of(settings: &Settings, ledger: &dyn Store) -> Result<SharedClock, Failure> {
    if settings.sandbox.is_none() {
        return Ok(Arc::new(SystemClock));
    }
    Ok(Arc::new(HandClock::new(jiff::Timestamp::now().max(latest(ledger)?))))
}

/// The latest time that the ledger knows: what was killed may not have kept its time to the last.
pub(super) fn latest(ledger: &dyn Store) -> Result<jiff::Timestamp, StoreError> {
    let cursors = store::list::<CursorEntry>(ledger, b"", None, 1000)?;
    let quotas = store::list::<BucketEntry>(ledger, b"", None, 1000)?;
    let runs = inspect::runs(ledger, None, 10)?;
    let run = |RunEntry { started, ended, .. }: RunEntry| ended.unwrap_or(started).max(started);
    Ok(cursors
        .into_iter()
        .map(|(_, cursor)| cursor.at)
        .chain(quotas.into_iter().map(|(_, quota)| quota.at))
        .chain(runs.into_iter().map(run))
        .max()
        .unwrap_or(jiff::Timestamp::MIN))
}
