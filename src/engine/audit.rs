//! Who did what to the ledger. Numbers of entries are instants in nanoseconds, moved on where one is taken: they sort by
//! time, and no counter has to be kept.

use jiff::Timestamp;

use crate::store::{AuditEntry, Batch, Store, StoreError, Table, key};

/// Adds an entry for each subject to a batch.
pub(super) fn add(
    store: &dyn Store,
    batch: &mut Batch,
    at: Timestamp,
    actor: &str,
    action: &str,
    subjects: &[&str],
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let mut number = u64::try_from(at.as_nanosecond()).unwrap_or_default();
    for subject in subjects {
        while store.get(Table::Audit, &key::numbered(&[], number))?.is_some() {
            number += 1;
        }
        let entry = AuditEntry {
            at,
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: (*subject).to_owned(),
            reason: reason.map(str::to_owned),
        };
        batch.put(key::numbered(&[], number), &entry);
        number += 1;
    }
    Ok(())
}
