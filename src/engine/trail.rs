//! What one record leaves behind in the ledger. Changes are gathered and made durable together at the points where
//! something depends on them: before a write, before a wait, and at the end.

use super::context::{Context, Halt};
use super::locks::Guard;
use crate::store::records::Entry;
use crate::store::{Batch, HistoryEntry, HistoryEvent, RecordEntry, RecordStatus, Table, key};

/// A record's way through the ledger.
pub(super) struct Trail<'a> {
    ctx: &'a Context<'a>,
    key: &'a str,
    entry: RecordEntry,
    batch: Batch,
    /// Whether an outcome is gathered that is not on disk.
    outcome: bool,
    /// Documents whose outcome is not on disk: nobody else may look at them before it is.
    guards: Vec<Guard>,
    /// Steps that were not needed. They are worth a line only where another was.
    unchanged: Vec<String>,
    wrote: bool,
}

impl<'a> Trail<'a> {
    pub(super) fn new(ctx: &'a Context<'a>, key: &'a str, entry: RecordEntry) -> Self {
        Self {
            ctx,
            key,
            entry,
            batch: Batch::default(),
            outcome: false,
            guards: Vec::new(),
            unchanged: Vec::new(),
            wrote: false,
        }
    }

    /// Adds to the record's history.
    pub(super) fn note(&mut self, step: Option<&str>, event: HistoryEvent) {
        self.note_at(self.ctx.now(), step, event);
    }

    /// Adds to the record's history what happened a little earlier.
    pub(super) fn note_at(&mut self, at: jiff::Timestamp, step: Option<&str>, event: HistoryEvent) {
        let entry = HistoryEntry { at, run: self.ctx.run.clone(), step: step.map(str::to_owned), event };
        let key = key::numbered(&[&self.ctx.plan.flow, self.key], self.entry.next);
        self.entry.next += 1;
        self.batch.put(key, &entry);
    }

    /// A step that needed no write.
    pub(super) fn note_unchanged(&mut self, step: &str) {
        self.unchanged.push(step.to_owned());
    }

    /// A step that is about to write.
    pub(super) fn note_write(&mut self, step: &str, event: HistoryEvent) {
        self.wrote = true;
        self.note_those_unchanged();
        self.note(Some(step), event);
    }

    fn note_those_unchanged(&mut self) {
        for step in std::mem::take(&mut self.unchanged) {
            self.note(Some(&step), HistoryEvent::Unchanged);
        }
    }

    /// Sets an entry.
    pub(super) fn put<E: Entry>(&mut self, key: Vec<u8>, entry: &E) {
        self.batch.put(key, entry);
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, table: Table, key: Vec<u8>) {
        self.batch.remove(table, key);
    }

    /// Says that an outcome is among what is gathered; with the lock of its document, which is held until the outcome
    /// is on disk.
    pub(super) fn outcome(&mut self, guard: Option<Guard>) {
        self.outcome = true;
        self.guards.extend(guard);
    }

    /// Before a wait: makes an outcome durable that would otherwise wait too.
    pub(super) async fn settle(&mut self) -> Result<(), Halt> {
        if self.outcome { self.commit().await } else { Ok(()) }
    }

    /// Makes all durable.
    pub(super) async fn commit(&mut self) -> Result<(), Halt> {
        let mut batch = std::mem::take(&mut self.batch);
        batch.put(key::join(&[&self.ctx.plan.flow, self.key]), &self.entry);
        self.ctx.commit(batch).await?;
        self.outcome = false;
        self.guards.clear();
        Ok(())
    }

    /// Makes all durable, with what became of the record.
    pub(super) async fn close(&mut self, status: RecordStatus, event: HistoryEvent) -> Result<(), Halt> {
        if self.wrote {
            self.note_those_unchanged();
        }
        self.note(None, event);
        self.entry.status = status;
        self.entry.at = self.ctx.now();
        self.commit().await
    }
}
