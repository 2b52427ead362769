//! What happens in a run, while it happens: for a progress display, metrics and a dry run's output. Nothing depends on
//! these being read, and none but [`Event::WouldWrite`] carries anything of a record but its key.

use jiff::Timestamp;

use crate::value::Value;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A run began.
    Started {
        /// The run.
        run: String,
        /// The flow.
        flow: String,
    },
    /// A page came from the source.
    Page {
        /// How many records it has.
        records: usize,
        /// Whether it is the last for now.
        drained: bool,
    },
    /// The cursor was moved.
    Cursor {
        /// The position, in the connector's words.
        position: String,
    },
    /// Nothing more is to be done for a record.
    Settled {
        /// Its key.
        key: String,
        /// What became of it.
        how: Settled,
    },
    /// The remote has a write.
    Written {
        /// The record.
        key: String,
        /// The target.
        target: String,
        /// Tries that were needed.
        attempts: u32,
    },
    /// A try failed and another follows.
    Retrying {
        /// The record; empty where the source is read.
        key: String,
        /// The step, the lookup or the source.
        step: String,
        /// The connection.
        connection: String,
        /// What went wrong.
        error: String,
        /// When the next try is due.
        next: Timestamp,
    },
    /// A connection fails so often that its steps wait until a probe goes through.
    Paused {
        /// The connection.
        connection: String,
        /// What went wrong last.
        error: String,
    },
    /// The probe found it still failing.
    StillPaused {
        /// The connection.
        connection: String,
        /// Since when.
        since: Timestamp,
        /// What went wrong.
        error: String,
    },
    /// It answers again.
    Resumed {
        /// The connection.
        connection: String,
    },
    /// A record stopped.
    DeadLettered {
        /// The dead letter.
        id: String,
        /// The record.
        key: String,
        /// The error's code.
        cause: String,
        /// Why, with buyer data masked.
        reason: String,
    },
    /// A record is kept waiting.
    Waits {
        /// The record.
        key: String,
        /// Why.
        reason: String,
        /// When it is tried again.
        next: Timestamp,
    },
    /// A dry run came to a write.
    WouldWrite {
        /// The record.
        key: String,
        /// Where: `connector.entity`.
        target: String,
        /// The target's name in the flow.
        step: String,
        /// What: `create`, `upsert`, `update`, `delete`, or what is called.
        operation: String,
        /// What would be written.
        payload: Value,
    },
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settled {
    /// All its targets have it.
    Delivered,
    /// It is as it was when it was last settled.
    Unchanged,
    /// The flow needs nothing done.
    Skipped,
    /// A newer version was handled already.
    Superseded,
    /// What it needs is not there yet; it is tried again in a later run.
    Waiting,
    /// It stopped.
    DeadLettered,
}
