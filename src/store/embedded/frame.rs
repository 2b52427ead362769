//! How changes are written as bytes, in the journal and towards the index: for each change the length of its key,
//! the length of its value plus one (zero for a removal), the key and the value. A key begins with its table's
//! number, so that all tables share one order.

use crate::store::{Batch, Table};

/// One change, borrowed from a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change<'a> {
    /// Table number and key.
    pub(super) key: &'a [u8],
    /// The value, or `None` for a removal.
    pub(super) value: Option<&'a [u8]>,
    /// Where the value begins in the frame.
    pub(super) at: usize,
}

/// A key as the index and the base have it.
pub(super) fn full_key(table: Table, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(key.len() + 1);
    full.push(table as u8);
    full.extend_from_slice(key);
    full
}

/// The changes of a batch as bytes.
pub(super) fn encode(batch: &Batch) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (table, key, value) in &batch.changes {
        // Batch::check has bounded both lengths far below what these fields hold.
        let key_length = u32::try_from(key.len() + 1).unwrap_or(u32::MAX);
        let value_length = value.as_ref().map_or(0, |v| u32::try_from(v.len() + 1).unwrap_or(u32::MAX));
        bytes.extend_from_slice(&key_length.to_le_bytes());
        bytes.extend_from_slice(&value_length.to_le_bytes());
        bytes.push(*table as u8);
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(value.as_deref().unwrap_or_default());
    }
    bytes
}

/// The changes in a frame, in order. A frame that ends within a change gives `None` last, which its checksum should
/// have kept from happening.
pub(super) fn changes(frame: &[u8]) -> impl Iterator<Item = Option<Change<'_>>> {
    let mut at = 0;
    let mut broken = false;
    std::iter::from_fn(move || {
        if broken || at >= frame.len() {
            return None;
        }
        let change = read(frame, at);
        match &change {
            Some(change) => at = change.at + change.value.map_or(0, <[u8]>::len),
            None => broken = true,
        }
        Some(change)
    })
}

fn read(frame: &[u8], at: usize) -> Option<Change<'_>> {
    let number = |at: usize| {
        let bytes = frame.get(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let (key_length, value_length) = (number(at)?, number(at + 4)?);
    let key_end = (at + 8).checked_add(key_length)?;
    let key = frame.get(at + 8..key_end)?;
    let value = match value_length.checked_sub(1) {
        None => None,
        Some(length) => Some(frame.get(key_end..key_end.checked_add(length)?)?),
    };
    (!key.is_empty()).then_some(Change { key, value, at: key_end })
}
