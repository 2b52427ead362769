//! A checkpoint turns the base and the journals that are not written to any more into the next base, so that neither
//! disk use nor the time to start grows without end. It only reads files that no longer change, so commits go on
//! meanwhile, and it removes the old ones when the new one is certain. Wherever it is interrupted, either the old
//! files or the new one are complete, and a start finds out which.

use std::sync::Arc;

use super::base::{BaseFile, BaseWriter};
use super::disk::{Disk, discard};
use super::truth::Truth;
use crate::store::StoreError;

/// Makes base `number` of `old`, whose journals all come before journal `number`.
pub(super) fn run(old: &Truth, number: u64, disk: &Arc<dyn Disk>) -> Result<BaseFile, StoreError> {
    let mut writer = BaseWriter::create(&old.dir, number, old.last(), Arc::clone(disk))?;
    if let Err(error) = copy(old, &mut writer) {
        writer.abandon();
        return Err(error);
    }
    let base = writer.finish()?;
    for path in old.journals.iter().map(|journal| &journal.path).chain(old.base.as_ref().map(|base| &base.path)) {
        // The new base stands. What cannot be removed now is when the store is opened next.
        if let Err(error) = discard(disk.as_ref(), path) {
            tracing::warn!(%error, "a file that is not needed any more could not be removed");
        }
        disk.reached("old file removed");
    }
    Ok(base)
}

fn copy(old: &Truth, writer: &mut BaseWriter) -> Result<(), StoreError> {
    let mut entries = old.entries()?;
    while let Some((key, value)) = entries.next()? {
        writer.add(&key, &value)?;
    }
    Ok(())
}
