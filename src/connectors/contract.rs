//! What the engine asks of a connector, and what it promises.
//!
//! Only the engine decides, waits and retries. A connector makes one call when it is asked to, and says what happened
//! as data: it does not loop, sleep or swallow an error. (Two waits are its own: for a token that another task is
//! fetching, and for the quota of an operation, because only it knows which operation a call costs.)
//!
//! Every call is cancel-safe in this sense: dropping it leaves the remote in a state that the declared
//! [`crate::catalog::Idempotency`] of the operation can settle.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::quota::Usage;
use crate::value::Value;

/// A connector with its settings, ready to be called. Shared by all tasks.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Reads one page of an entity, from a position on. Pages may repeat records; they never leave one out.
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError>;

    /// Finds the entities that have `value` in `key`, for several values at once; the answers are in the order of the
    /// values, null where there is none. Also used to read one source record by its key.
    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError>;

    /// Writes once. `Ok` means that the remote has it, durably.
    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError>;

    /// Writes many of one entity and verb that has a bulk form ([`crate::catalog::WriteSpec::bulk`]), at most as many as that
    /// takes. The answers are in the order of the requests, one for each: what is wrong with one does not concern the
    /// others. Where nothing is known of any, such as after a broken connection, each gets that error.
    ///
    /// Like [`Self::write`] it returns when the remote has them durably, or says no. Where that takes its time, as a feed
    /// does that is worked off, it asks again and again, with pauses of its clock. [`WriteRequest::repeat`] says of each
    /// request whether an earlier try may have reached the remote.
    async fn write_many(&self, requests: &[WriteRequest]) -> Vec<Result<WriteAnswer, ConnectorError>> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(self.write(request).await);
        }
        answers
    }

    /// A cheap call that tells whether the remote is there and takes the login.
    async fn probe(&self) -> Result<(), ConnectorError>;

    /// What each operation with a published limit has used and waited for, for display.
    fn usage(&self) -> Vec<Usage> {
        Vec::new()
    }
}

/// A connector, shared.
pub type Connection = std::sync::Arc<dyn Connector>;

/// What to read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRequest {
    /// The entity: `orders`.
    pub entity: String,
    /// Where to go on, in the connector's own words from [`Page::next`]; `None` at the very first read.
    pub position: Option<String>,
    /// How far back the very first read goes.
    pub since: Timestamp,
    /// Filters for the remote.
    pub filters: Vec<Filter>,
    /// The blocks that the flow reads (Amazon's `includedData`).
    pub datasets: Vec<&'static str>,
    /// The fields that the flow reads, at the top level; empty for all.
    pub fields: Vec<String>,
}

/// A filter for the remote: the field has one of the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// A name from the entity's [`crate::catalog::FilterSpec`]s.
    pub name: String,
    /// The values.
    pub values: Vec<Value>,
}

/// Records, and where to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next read goes on. Once this is stored, the records of this page are not given again, but for
    /// overlaps at the window's edge.
    pub next: String,
    /// Whether the source has nothing more for now.
    pub drained: bool,
}

/// One record as the source gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its content.
    pub value: Value,
}

/// What to find.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetch {
    /// The entity.
    pub entity: String,
    /// The field to find by.
    pub key: String,
    /// The values to find.
    pub values: Vec<Value>,
    /// The blocks that the flow reads.
    pub datasets: Vec<&'static str>,
}

/// What to write.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteRequest {
    /// The entity.
    pub entity: String,
    /// `create`, `upsert`, `update`, `delete`, or the name after `call`.
    pub verb: String,
    /// The payload, in wire form.
    pub payload: Value,
    /// The same for every try of this write, different for every other write.
    pub idempotency_key: String,
    /// Whether an earlier try may have reached the remote.
    pub repeat: bool,
}

/// What the remote made of a write.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteAnswer {
    /// The document as the remote has it now, with the fields of the write's output schema.
    pub document: Value,
    /// What the remote calls its answer, for its support.
    pub request_id: Option<String>,
}

/// What went wrong, as the engine needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorError {
    /// What to do about it.
    pub kind: ErrorKind,
    /// One sentence for a person. It never holds a secret, a request body or buyer data.
    pub message: String,
    /// The remote's HTTP status, where it answered.
    pub status: Option<u16>,
    /// The remote's own code: `item_not_found`, `QuotaExceeded`.
    pub code: Option<String>,
    /// The fields that the remote complains of.
    pub fields: Vec<FieldError>,
    /// What the remote calls its answer, for its support.
    pub request_id: Option<String>,
}

/// One field that the remote complains of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: `lines[0].sku`.
    pub path: String,
    /// The remote's code.
    pub code: String,
    /// The remote's words.
    pub message: String,
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// It may work the next time: a 5xx, a garbled or cut answer. The write may have happened.
    Transient,
    /// Too fast; the write did not happen. Not before this time, where the remote said one.
    Throttled(Option<Duration>),
    /// The login was refused, and a fresh token did not help. Nobody's next try will work until someone acts.
    Auth,
    /// The remote understood and said no; the same again gets the same answer.
    Rejected,
    /// What was asked for is not there.
    NotFound,
    /// The remote's state does not allow it now.
    Conflict,
    /// The remote could not be reached: refused, no route, no name, bad TLS, or no answer in time. The write may have
    /// happened.
    Unreachable,
    /// The settings are wrong or the connector is; a person must look.
    Bug,
}

impl ConnectorError {
    /// An error with what to do about it and what to say.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, code: None, fields: Vec::new(), request_id: None }
    }
}

impl std::fmt::Display for ConnectorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        for field in &self.fields {
            write!(f, "; {}: {}", field.path, field.message)?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConnectorError {}
