//! What the compiler knows of the world outside, as plain data: types, functions, and what connectors offer. Nothing
//! here does anything; connectors and functions fill it in, the compiler, the command line and the docs read it.
#![deny(clippy::disallowed_methods)]

pub mod build;
pub mod described;
pub mod function;
pub mod send;
pub mod types;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

pub use function::{Args, Example, Function, FunctionError, Param, Params, Pii, Returns};
pub use types::{Base, EnumSpec, Field, ObjectSpec, Type};

use crate::diag::suggest;

/// All that a flow can name.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The functions, sorted by name.
    pub functions: Vec<&'static Function>,
    /// The connectors, sorted by name.
    pub connectors: Vec<Arc<ConnectorSpec>>,
}

impl Catalog {
    /// The function of that name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&'static Function> {
        self.functions.iter().find(|function| function.name == name).copied()
    }

    /// The connector of that name.
    #[must_use]
    pub fn connector(&self, name: &str) -> Option<&Arc<ConnectorSpec>> {
        self.connectors.iter().find(|connector| connector.name == name)
    }

    /// The function whose name is nearest to a wrong one.
    #[must_use]
    pub fn nearest_function(&self, name: &str) -> Option<&'static str> {
        suggest::nearest(name, self.functions.iter().map(|function| function.name))
    }
}

/// A connector: a system that flows read from and write to.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectorSpec {
    /// Its name in flows: `amazon`.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// What an environment sets for it.
    pub settings: Vec<Setting>,
    /// What it has.
    pub entities: Vec<EntitySpec>,
    /// The remote operations that its entities use.
    pub operations: Vec<OperationSpec>,
}

impl ConnectorSpec {
    /// The entity of that name.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<&EntitySpec> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// The operation of that name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&OperationSpec> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}

/// One setting of a connector in an environment file.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Its default; `None` where it must be given.
    pub default: Option<&'static str>,
    /// Whether it is a secret: then the environment file names where it is kept, never the secret itself.
    pub secret: bool,
}

/// A kind of thing a connector has: orders, customers.
#[derive(Debug, Clone, PartialEq)]
pub struct EntitySpec {
    /// Its name in flows: `orders`.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// How it is read as a source, where it can be.
    pub source: Option<SourceSpec>,
    /// How single ones are looked up, where they can be.
    pub lookup: Option<LookupSpec>,
    /// How it is written.
    pub writes: Vec<WriteSpec>,
}

impl EntitySpec {
    /// The write of that verb: `create`, `upsert`, `update`, `delete`, or the name after `call`.
    #[must_use]
    pub fn write(&self, verb: &str) -> Option<&WriteSpec> {
        self.writes.iter().find(|write| write.verb == verb)
    }
}

/// An entity as a source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSpec {
    /// What a record looks like.
    pub record: Arc<ObjectSpec>,
    /// The field that identifies a record; text.
    pub key: &'static str,
    /// The field that orders versions of one record; an instant.
    pub stamp: Option<&'static str>,
    /// Events that can trigger a read: `ORDER_CHANGE`.
    pub events: Vec<&'static str>,
    /// Fields on which a filter can be handed to the remote.
    pub filters: Vec<FilterSpec>,
    /// The operation that lists records.
    pub operation: &'static str,
    /// The operation that reads one record by key, where there is one.
    pub fetch: Option<&'static str>,
    /// Whether a flow says which fields there are besides those of `record`, because only it knows: columns of a table.
    pub columns: bool,
}

/// A filter that the remote applies itself.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterSpec {
    /// Its name in the flow's `where`.
    pub name: &'static str,
    /// What it compares with.
    pub value: Type,
    /// Whether several values may be given.
    pub many: bool,
}

/// An entity as a lookup.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupSpec {
    /// What is found.
    pub record: Arc<ObjectSpec>,
    /// The fields by which it can be found.
    pub keys: Vec<&'static str>,
    /// The operation.
    pub operation: &'static str,
}

/// A way to write an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteSpec {
    /// `create`, `upsert`, `update`, `delete`, or the name after `call`.
    pub verb: &'static str,
    /// What the flow hands over.
    pub input: Arc<ObjectSpec>,
    /// What comes back.
    pub output: Arc<ObjectSpec>,
    /// The remote operation.
    pub operation: &'static str,
    /// How a write whose outcome is unknown is settled.
    pub idempotency: Idempotency,
    /// The input fields that together name the document in the remote, so that two records that write one document
    /// are told. Empty where each record has a document of its own.
    pub natural_key: &'static [&'static str],
    /// How many of it are written together, where they can be. A flow asks for that with `batch`.
    pub bulk: Option<BulkSpec>,
}

/// Many writes in one call, or in one document such as a feed. The connector does it in `Connector::write_many`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkSpec {
    /// The remote operation that takes them, with its published limits.
    pub operation: &'static str,
    /// How many it takes at most.
    pub most: u32,
}

/// How a write whose outcome is unknown is settled (see docs/architecture.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// The remote remembers the idempotency key and answers a repeat with the first answer.
    Key,
    /// The remote takes a repeat of the same document as the same document.
    NaturalKey,
    /// What the remote has is read and compared before it is tried again.
    ReadBack,
    /// A repeat may happen twice.
    None,
}

/// A remote operation with its published limits.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationSpec {
    /// Its name as published: `searchOrders`.
    pub name: &'static str,
    /// HTTP method and path.
    pub path: &'static str,
    /// Calls per second that are allowed in the long run; `None` where none are published.
    pub rate: Option<Rate>,
    /// Records that one call can carry.
    pub batch: usize,
}

/// A token bucket's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls per ten thousand seconds, the unit in which all published rates are whole.
    pub per_10_000_s: u64,
    /// Calls that can be made at once.
    pub burst: u32,
}

impl Rate {
    /// The time in which one call becomes free.
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_secs(10_000) / u32::try_from(self.per_10_000_s.max(1)).unwrap_or(u32::MAX)
    }
}
