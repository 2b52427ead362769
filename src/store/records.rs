//! What the tables hold, and the one place that knows how it is encoded: a format byte, then JSON.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{StoreError, Table};

/// The encoding that this version writes.
const FORMAT: u8 = 1;

/// An entry of a table.
pub trait Entry: Serialize + DeserializeOwned {
    /// Where it lives.
    const TABLE: Table;
}

/// An entry as bytes.
pub fn encode<E: Entry>(entry: &E) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    // Our entries hold nothing that JSON cannot say, so this cannot fail; an empty body would be refused on reading.
    if serde_json::to_writer(&mut bytes, entry).is_err() {
        bytes.truncate(1);
    }
    bytes
}

/// An entry from its bytes.
pub fn decode<E: Entry>(bytes: &[u8]) -> Result<E, StoreError> {
    match bytes.split_first() {
        Some((&FORMAT, body)) => serde_json::from_slice(body)
            .map_err(|error| StoreError::Entry { detail: format!("table {:?}: {error}", E::TABLE) }),
        Some((format, _)) => Err(StoreError::Entry {
            detail: format!(
                "table {:?} has an entry of format {format}, and this flowrun reads {FORMAT}: it was written by a newer version",
                E::TABLE
            ),
        }),
        None => Err(StoreError::Entry { detail: format!("table {:?} has an empty entry", E::TABLE) }),
    }
}

macro_rules! entries {
    ($($name:ident => $table:ident),* $(,)?) => {
        $(impl Entry for $name { const TABLE: Table = Table::$table; })*
    };
}

entries! {
    CursorEntry => Cursor,
    RecordEntry => Record,
    StepEntry => Step,
    HistoryEntry => History,
    DocumentEntry => Document,
    DeadLetter => DeadLetter,
    RunEntry => Run,
    BucketEntry => Quota,
    AuditEntry => Audit,
    WaitEntry => Waiting,
}

/// How far a flow has read its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorEntry {
    /// The connector's own words for the position; only it reads them.
    pub position: String,
    /// When the cursor was moved.
    pub at: Timestamp,
}

/// The last state of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordEntry {
    /// Digest of the record's content as the flow reads it.
    pub version: String,
    /// The source's own change stamp, which orders versions.
    pub stamp: Option<Timestamp>,
    /// Content hash of the flow that handled it.
    pub flow_version: String,
    /// What became of it.
    pub status: RecordStatus,
    /// When.
    pub at: Timestamp,
    /// The number that the next history entry gets.
    pub next: u64,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordStatus {
    /// Work on it has begun and has not ended.
    Open,
    /// All its targets have it.
    Delivered,
    /// The flow says that it needs nothing.
    Skipped {
        /// The flow's reason.
        reason: String,
    },
    /// What it needs is not there yet.
    Waiting {
        /// The flow's reason.
        reason: String,
        /// When it is tried again.
        next: Timestamp,
    },
    /// It stopped; the dead letter has the rest.
    DeadLettered {
        /// The dead letter.
        id: String,
    },
    /// An operator decided that it needs nothing more.
    Discarded {
        /// The operator's reason.
        reason: String,
    },
}

/// Intent and outcome of one step for one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepEntry {
    /// Digest of the payload.
    pub digest: String,
    /// The key under which the remote knows this attempt.
    pub idempotency_key: String,
    /// Whether the outcome is known.
    pub state: StepState,
    /// When the state was entered.
    pub at: Timestamp,
}

impl StepEntry {
    /// The digest of an intent that the remote refused, or of a write that was taken back: nothing of it is there. The next
    /// try is a write of its own, because a remote that remembers the idempotency key would only repeat its answer.
    pub const NOT_THERE: &str = "refused";
}

/// Whether a step's outcome is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// The write was about to happen; whether it did is not known.
    Intended,
    /// The remote has it.
    Done {
        /// The fields of the answer that the flow goes on with, as JSON text.
        result: String,
    },
}

/// A remote document that several records may write, such as a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// Digest of what it was last given.
    pub digest: String,
    /// Change stamp of the record that gave it.
    pub stamp: Option<Timestamp>,
    /// The fields of the answer that flows go on with, as JSON text.
    pub result: String,
    /// When.
    pub at: Timestamp,
}

/// One thing that was done for a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// The run it happened in.
    pub run: String,
    /// The step, where it concerns one.
    pub step: Option<String>,
    /// What.
    pub event: HistoryEvent,
}

/// What can happen to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryEvent {
    /// A new version came from the source.
    Read {
        /// Its digest.
        version: String,
        /// Its change stamp.
        stamp: Option<Timestamp>,
    },
    /// An older version than the one handled came late.
    Superseded,
    /// The flow needs nothing done.
    Skipped {
        /// The flow's reason.
        reason: String,
    },
    /// What it needs is not there yet.
    Waiting {
        /// The flow's reason.
        reason: String,
        /// When it is tried again.
        next: Timestamp,
    },
    /// A step's payload is what the remote has already.
    Unchanged,
    /// A write was about to be made.
    Intended {
        /// The remote operation.
        operation: String,
        /// Digest of the payload.
        digest: String,
    },
    /// The remote has it.
    Done {
        /// The remote operation.
        operation: String,
        /// What the remote calls the answer, for its support.
        request_id: Option<String>,
        /// Tries that were needed.
        attempts: u32,
    },
    /// It failed for good, and the record goes on without it, as the flow says.
    GivenUp {
        /// Why, with buyer data masked.
        reason: String,
    },
    /// A try failed and another will follow.
    Retrying {
        /// What went wrong, with buyer data masked.
        error: String,
        /// When the next try is due.
        next: Timestamp,
    },
    /// It stopped.
    DeadLettered {
        /// The dead letter.
        id: String,
        /// Why, with buyer data masked.
        reason: String,
    },
    /// All targets have it.
    Delivered,
    /// An operator acted.
    Operator {
        /// What was done: `replay`, `discard`.
        action: String,
        /// Why.
        reason: Option<String>,
    },
}

/// A record that stopped, with all that is needed to understand and replay it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// The flow.
    pub flow: String,
    /// Content hash of the flow.
    pub flow_version: String,
    /// The record's key.
    pub key: String,
    /// Digest of the record's content.
    pub version: String,
    /// The source's change stamp.
    pub stamp: Option<Timestamp>,
    /// Open, or how it was closed.
    pub state: DeadLetterState,
    /// One word for the kind of cause, by which entries are grouped: the code of the error.
    pub cause: String,
    /// Why, in a clerk's words, with buyer data masked.
    pub reason: String,
    /// The step that failed, where one did.
    pub step: Option<String>,
    /// The flow's file.
    pub file: String,
    /// The line of the flow, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The bytes of the flow's file that it is about; unknown in entries of earlier versions.
    #[serde(default)]
    pub span: Option<(u32, u32)>,
    /// Where in the record it comes from, and what is there.
    #[serde(default)]
    pub found: Vec<FoundPlace>,
    /// Each try: when, and what the remote said.
    pub attempts: Vec<Attempt>,
    /// When it stopped.
    pub at: Timestamp,
    /// The record as JSON, sealed because it may hold buyer data.
    pub record: Vec<u8>,
}

/// A record that waits for something that is not there yet. It is tried again without the source giving it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitEntry {
    /// The flow.
    pub flow: String,
    /// Content hash of the flow.
    pub flow_version: String,
    /// The record's key.
    pub key: String,
    /// Digest of the record's content.
    pub version: String,
    /// Why, in a clerk's words.
    pub reason: String,
    /// The line of the flow that says so, from 1.
    pub line: u32,
    /// Since when; a newer version of the record waits on from there.
    pub since: Timestamp,
    /// When it is tried again.
    pub next: Timestamp,
    /// When it stops waiting and becomes a dead letter.
    pub until: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// The record as JSON, sealed because it may hold buyer data.
    pub record: Vec<u8>,
}

/// A place in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPlace {
    /// The way to it: `$.orderItems[1].product.price`.
    pub path: String,
    /// What is there, hidden where it is buyer data; nothing where there is nothing.
    pub value: Option<String>,
}

/// One try of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// What went wrong, with buyer data masked.
    pub error: String,
    /// The remote's HTTP status, where it answered.
    pub status: Option<u16>,
    /// What the remote calls the answer, for its support.
    pub request_id: Option<String>,
}

/// Whether a dead letter still waits for someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterState {
    /// It waits.
    Open,
    /// It was replayed, or a later version of the record was delivered.
    Resolved {
        /// When.
        at: Timestamp,
    },
    /// An operator decided that nothing more is needed.
    Discarded {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// One execution of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEntry {
    /// Its id; ids sort by start.
    pub id: String,
    /// The flow.
    pub flow: String,
    /// Content hash of the flow.
    pub flow_version: String,
    /// The environment.
    pub environment: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it runs, or if it was killed.
    pub ended: Option<Timestamp>,
    /// How it ended: `done`, `stopped`, or what failed.
    pub outcome: Option<String>,
    /// Counts by name: read, delivered, unchanged, skipped, dead_lettered, superseded, writes, retries.
    pub counts: std::collections::BTreeMap<String, u64>,
}

/// How full a token bucket is. It holds the instant at which the bucket is full again, which stays true while time
/// passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketEntry {
    /// When this was so.
    pub at: Timestamp,
    /// When the bucket is full if no call is made.
    pub full_at: Timestamp,
    /// No call before this, because the remote said so.
    pub not_before: Timestamp,
    /// The share of the published rate that is used, in thousandths.
    pub share: u32,
    /// The rate that the remote has told, in calls per ten thousand seconds, where it differs from the published one.
    pub told: Option<u64>,
}

/// Who did what to the store's contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// The system user.
    pub actor: String,
    /// What: `replay`, `discard`, `import`.
    pub action: String,
    /// On what.
    pub subject: String,
    /// Why.
    pub reason: Option<String>,
}
