//! What flowrun remembers on disk: how far each source was read, what was done for each record, what stopped, and
//! what quota is left. The engine sees the [`Store`] trait; [`embedded`] is the one for a single machine and
//! [`memory`] the one for tests and dry runs.
//!
//! There is one write path, [`Store::commit`]: the changes of one [`Batch`] become durable together before it
//! returns, or none of them does. Reading is by key or by prefix, in key order.

pub mod embedded;
mod hex;
pub mod key;
pub mod memory;
pub mod records;
pub mod seal;

use async_trait::async_trait;

pub use records::{
    Attempt, AuditEntry, BucketEntry, CursorEntry, DeadLetter, DeadLetterState, DocumentEntry, FoundPlace,
    HistoryEntry, HistoryEvent, RecordEntry, RecordStatus, RunEntry, StepEntry, StepState, WaitEntry,
};

/// One concern, one table. The numbers are part of the file format and are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Table {
    /// How far a flow has read its source: flow → [`CursorEntry`].
    Cursor = 1,
    /// The last state of a record: flow, key → [`RecordEntry`].
    Record = 2,
    /// Intent and outcome of one step for one record: flow, key, step → [`StepEntry`].
    Step = 3,
    /// What was done for a record, in order: flow, key, sequence → [`HistoryEntry`].
    History = 4,
    /// A remote document that several records may write: connector entity, natural key → [`DocumentEntry`].
    Document = 5,
    /// Records that stopped: id → [`DeadLetter`].
    DeadLetter = 6,
    /// Executions: id → [`RunEntry`].
    Run = 7,
    /// Token buckets: account, operation → [`BucketEntry`].
    Quota = 8,
    /// Who did what: sequence → [`AuditEntry`].
    Audit = 9,
    /// Records that wait for something that is not there yet: flow, key → [`WaitEntry`].
    Waiting = 10,
}

impl Table {
    /// All tables, in the order of an export.
    pub const ALL: [Table; 10] = [
        Table::Cursor,
        Table::Record,
        Table::Step,
        Table::History,
        Table::Document,
        Table::DeadLetter,
        Table::Run,
        Table::Quota,
        Table::Audit,
        Table::Waiting,
    ];

    /// The name by which exports and reports call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Table::Cursor => "cursor",
            Table::Record => "record",
            Table::Step => "step",
            Table::History => "history",
            Table::Document => "document",
            Table::DeadLetter => "dead_letter",
            Table::Run => "run",
            Table::Quota => "quota",
            Table::Audit => "audit",
            Table::Waiting => "waiting",
        }
    }

    /// The table of that [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The table of that number in the file format.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Table> {
        Table::ALL.into_iter().find(|table| *table as u8 == number)
    }
}

/// The largest value a store takes. Whatever is larger belongs into a file of its own, with a reference here.
pub const MAX_VALUE: usize = 8 << 20;

/// The longest key.
pub const MAX_KEY: usize = 64 << 10;

/// The most bytes that may become durable together.
pub const MAX_BATCH: usize = 64 << 20;

/// Changes that become durable together.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Table, key and the new value, or `None` to remove the key; later changes of one key win.
    pub changes: Vec<(Table, Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Sets `key` to an entry.
    pub fn put<E: records::Entry>(&mut self, key: Vec<u8>, entry: &E) -> &mut Self {
        self.changes.push((E::TABLE, key, Some(records::encode(entry))));
        self
    }

    /// Removes `key`.
    pub fn remove(&mut self, table: Table, key: Vec<u8>) -> &mut Self {
        self.changes.push((table, key, None));
        self
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether every store takes it: keys, values and the whole are within bounds.
    pub fn check(&self) -> Result<(), StoreError> {
        let refuse = |table: &Table, what: &str, size: usize, most: usize| {
            Err(StoreError::TooLarge {
                detail: format!("{what} of table {} has {size} bytes, and at most {most} are allowed", table.name()),
            })
        };
        let mut total = 0;
        for (table, key, value) in &self.changes {
            let size = value.as_ref().map_or(0, Vec::len);
            if key.len() > MAX_KEY {
                return refuse(table, "a key", key.len(), MAX_KEY);
            }
            if size > MAX_VALUE {
                return refuse(table, "a value", size, MAX_VALUE);
            }
            total += key.len() + size;
            if total > MAX_BATCH {
                return refuse(table, "a batch that ends in a change", total, MAX_BATCH);
            }
        }
        Ok(())
    }

    /// Takes the other batch's changes too, after its own.
    pub fn append(&mut self, other: Batch) {
        self.changes.extend(other.changes);
    }
}

/// A key and its value, as they are stored.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Durable memory. Implementations are shared between tasks.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes the changes durable, all or none. When this returns `Ok`, they survive a power cut. Concurrent commits
    /// share one trip to the disk. After an error nothing of the batch is visible.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// The value at `key`, as last committed.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Up to `limit` pairs whose key starts with `prefix` and is greater than `after` (where given), in key order.
    fn scan(&self, table: Table, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StoreError>;

    /// Writes what is needed for a fast start next time and gives up the files.
    async fn close(&self) -> Result<(), StoreError>;
}

/// Reads and decodes one entry.
pub fn read<E: records::Entry>(store: &dyn Store, key: &[u8]) -> Result<Option<E>, StoreError> {
    store.get(E::TABLE, key)?.map(|bytes| records::decode(&bytes)).transpose()
}

/// Reads and decodes up to `limit` entries below a prefix, with their keys.
pub fn list<E: records::Entry>(
    store: &dyn Store,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<(Vec<u8>, E)>, StoreError> {
    store
        .scan(E::TABLE, prefix, after, limit)?
        .into_iter()
        .map(|(key, bytes)| Ok((key, records::decode(&bytes)?)))
        .collect()
}

/// Why the store could not do it, in the operator's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Another process has the store open.
    InUse {
        /// The store's directory.
        path: String,
        /// The process that holds it, where it is known.
        pid: Option<u32>,
    },
    /// The disk is full; nothing of the batch was written.
    Full {
        /// The file that could not grow.
        path: String,
    },
    /// The files are damaged beyond what can be repaired without losing acknowledged data.
    Damaged {
        /// The damaged file.
        path: String,
        /// What is wrong and what to do.
        detail: String,
    },
    /// The operating system said no.
    Io {
        /// The file concerned.
        path: String,
        /// The system's message.
        detail: String,
    },
    /// A key, a value or a batch is larger than a store takes; nothing of the batch was written.
    TooLarge {
        /// What is too large, and the limit.
        detail: String,
    },
    /// Sealed data cannot be opened, or nothing can be sealed, with the key at hand.
    Key {
        /// What is wrong with it and where it comes from.
        detail: String,
    },
    /// An entry was written by a newer flowrun, or is not what it should be.
    Entry {
        /// What is wrong.
        detail: String,
    },
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::InUse { path, pid: Some(pid) } => {
                write!(f, "the store {path} is in use by process {pid}; stop it, or wait until it is done")
            }
            StoreError::InUse { path, pid: None } => write!(f, "the store {path} is in use by another process"),
            StoreError::Full { path } => write!(
                f,
                "the disk is full: {path} could not grow. Nothing was lost; make room and run again, the run continues where it stopped"
            ),
            StoreError::Damaged { path, detail } => write!(f, "the store file {path} is damaged: {detail}"),
            StoreError::Io { path, detail } => write!(f, "the store file {path} could not be used: {detail}"),
            StoreError::TooLarge { detail } => write!(f, "the store refused a change: {detail}"),
            StoreError::Key { detail } => write!(f, "the store's key cannot be used: {detail}"),
            StoreError::Entry { detail } => write!(f, "a store entry could not be read: {detail}"),
        }
    }
}

impl std::error::Error for StoreError {}
