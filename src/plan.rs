//! The execution graph: what a checked flow becomes. The engine runs a [`Plan`] and sees nothing else of the language,
//! so text that was not checked cannot run. Names are numbers here: variables are slots of a frame, lookups, targets
//! and functions are indexes or references.
#![deny(clippy::disallowed_methods)]

pub mod answer;
mod at_hand;
pub mod budget;
pub mod case;
pub mod coverage;
pub mod cron;
pub mod eval;
pub mod expr;
pub mod facts;
pub mod fields;
pub mod fold;
pub mod forecast;
pub mod graph;
pub mod group;
pub mod joined;
pub mod late;
pub mod lineage;
pub mod mask;
mod operate;
pub mod progress;
pub mod straight;
pub mod table;
pub mod template;
pub mod trace;
pub mod wait;
mod walk;

use std::sync::Arc;
use std::time::Duration;

pub use case::{Expectation, Expected, Golden, Refusal, RowPlace, RowPlan, TestPlan};
pub use coverage::Coverage;
pub use eval::{EvalError, Lookups, Wanted};
pub use expr::{Expr, Node, PathStep};
pub use facts::Facts;
pub use group::GroupPlan;
pub use progress::{Next, Progress, Undo, Write};
pub use table::Table;

use crate::catalog::{Idempotency, ObjectSpec, Type};
use crate::diag::{Source, Span};
use crate::value::Value;

/// A flow, ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The flow's name.
    pub flow: String,
    /// Hash of the flow's text and of all that it uses.
    pub version: String,
    /// The flow's file, for places in messages.
    pub source_text: Source,
    /// Where records come from.
    pub source: SourcePlan,
    /// What identifies a record; text or a whole number. In a flow that groups it is the keys of its groups instead.
    pub key: Node,
    /// How many records of the source become one, where they do.
    pub group: Option<GroupPlan>,
    /// The lookups.
    pub lookups: Vec<LookupPlan>,
    /// The parameters with their defaults.
    pub params: Vec<ParamPlan>,
    /// What is done with a record, in order.
    pub steps: Vec<Step>,
    /// The targets, by [`TargetId`].
    pub targets: Vec<TargetPlan>,
    /// How many slots a frame has.
    pub slots: usize,
    /// What to do when a target fails.
    pub retry: RetryPolicy,
    /// Alerts by route.
    pub alerts: Vec<AlertPlan>,
    /// The flow's own tests.
    pub tests: Vec<TestPlan>,
    /// What the flow reads, writes and calls.
    pub facts: Facts,
    /// What the probes count, where the flow was compiled with them.
    pub coverage: Option<Coverage>,
}

impl Plan {
    /// A copy for one of several threads, without the flow's tests. Expressions remember where they found fields, and values
    /// count how often they are shared: threads that have all of that to themselves do not wait for each other.
    #[must_use]
    pub fn for_a_thread(&self) -> Plan {
        Plan {
            flow: self.flow.clone(),
            version: self.version.clone(),
            source_text: self.source_text.clone(),
            source: self.source.clone(),
            key: self.key.clone(),
            group: self.group.clone(),
            lookups: self.lookups.clone(),
            params: self.params.clone(),
            steps: self.steps.clone(),
            targets: self.targets.clone(),
            slots: self.slots,
            retry: self.retry,
            alerts: self.alerts.clone(),
            tests: Vec::new(),
            facts: self.facts.clone(),
            coverage: None,
        }
    }

    /// What to say when a lookup finds nothing, in a clerk's words: `tims.items has no sku "A-1"`.
    #[must_use]
    pub fn miss(&self, lookup: LookupId, keys: &str) -> String {
        match self.lookups.get(lookup).map(|lookup| (&lookup.name, &lookup.kind)) {
            Some((name, LookupKind::Entity { connector, entity, key, .. })) => {
                format!("{connector}.{entity} has no {key} {keys} (lookup `{name}`)")
            }
            Some((name, LookupKind::Join(join))) => {
                let (source, by) = (&join.source, join.by.join(", "));
                format!("{}.{} has no record with {by} {keys} (`{name}`)", source.connector, source.entity)
            }
            Some((name, LookupKind::Table(table))) => {
                let columns = table.by.join(", ");
                let place = if table.path.is_empty() { "the table" } else { &table.path };
                format!("{place} has no row with {columns} {keys} (lookup `{name}`)")
            }
            None => format!("nothing was found for {keys}"),
        }
    }

    /// Where records may be kept waiting: the lines of the flow, each with how long at most.
    #[must_use]
    pub fn waits(&self) -> Vec<(u32, Duration)> {
        let mut found = Vec::new();
        wait::waits(&self.steps, &mut |when, patience| found.push((self.place(when.at).1, patience)));
        found
    }

    /// The text of a place, on one line.
    #[must_use]
    pub fn snippet(&self, at: Span) -> String {
        let text = self.source_text.slice(at);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// File, line and column of a place in the flow.
    #[must_use]
    pub fn place(&self, at: Span) -> (Arc<str>, u32, u32) {
        let (line, column) = self.source_text.place(at.start);
        (Arc::clone(self.source_text.part(at.start).name), line, column)
    }
}

/// Which target: an index into [`Plan::targets`].
pub type TargetId = usize;
/// Which lookup: an index into [`Plan::lookups`].
pub type LookupId = usize;
/// Which variable: an index into a record's frame.
pub type Slot = usize;

/// Where records come from.
#[derive(Debug, Clone)]
pub struct SourcePlan {
    /// The connector: `amazon`.
    pub connector: String,
    /// The entity: `orders`.
    pub entity: String,
    /// Filters that the remote applies.
    pub filters: Vec<(String, Vec<Value>)>,
    /// The blocks that the flow reads of a record (Amazon's `includedData`).
    pub datasets: Vec<&'static str>,
    /// When to read.
    pub triggers: Vec<Trigger>,
    /// How far back the first read goes.
    pub since: Option<Duration>,
    /// How long a record is left alone after it changed, because it may change again.
    pub holdback: Option<Duration>,
    /// After what times what was read is read again, the shortest first.
    pub again: Vec<Duration>,
    /// The field that orders versions of one record.
    pub stamp: Option<&'static str>,
    /// What a record looks like.
    pub record: Arc<ObjectSpec>,
    /// The parts of a record that the flow reads.
    pub shape: crate::value::pick::Shape,
    /// The fields of the record that the flow reads, at the top level. A change in any other is no change for the
    /// flow.
    pub reads: Vec<String>,
}

/// When to read a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// When the source says that something happened.
    Event(String),
    /// Again and again.
    Every(Duration),
    /// By a schedule in a zone.
    Cron(String, String),
    /// When a call comes to the address of that name.
    Webhook(String),
    /// When someone runs it.
    Manual,
}

/// Where a lookup finds things.
#[derive(Debug, Clone)]
pub struct LookupPlan {
    /// Its name in the flow.
    pub name: String,
    /// Where.
    pub kind: LookupKind,
    /// Where it is declared.
    pub at: Span,
}

/// Where a lookup finds things.
#[derive(Debug, Clone)]
pub enum LookupKind {
    /// In a table that was loaded with the flow.
    Table(Arc<Table>),
    /// In a second source, all of which is read when a run begins.
    Join(Arc<joined::JoinPlan>),
    /// In a connector.
    Entity {
        /// The connector.
        connector: String,
        /// The entity.
        entity: String,
        /// The field that is compared.
        key: String,
        /// How long an answer is good for.
        cache: Duration,
        /// What is found.
        record: Arc<ObjectSpec>,
    },
}

/// A parameter of the flow, set by the environment.
#[derive(Debug, Clone)]
pub struct ParamPlan {
    /// Its name after `env.`.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its value where the environment sets none.
    pub default: Option<Value>,
    /// Where it is declared.
    pub at: Span,
}

/// One thing that is done with a record.
#[derive(Debug, Clone)]
pub enum Step {
    /// Nothing more if the condition holds.
    Skip {
        /// The condition.
        when: Node,
        /// Why, as text.
        because: Option<Node>,
    },
    /// To the dead letters if the condition holds.
    Reject {
        /// The condition.
        when: Node,
        /// Why, as text.
        because: Node,
    },
    /// Kept waiting while the condition holds, for what it needs is not there yet.
    Wait {
        /// The condition.
        when: Node,
        /// How long at most, from the first time on.
        patience: Duration,
        /// Why, as text.
        because: Node,
    },
    /// To the dead letters unless the condition holds.
    Ensure {
        /// The condition.
        condition: Node,
        /// Why, as text.
        because: Option<Node>,
    },
    /// Works something out and keeps it.
    Let {
        /// Its name, for tests and traces.
        name: String,
        /// Where it is kept.
        slot: Slot,
        /// What.
        value: Node,
    },
    /// Steps under a condition.
    When {
        /// The condition.
        condition: Node,
        /// Steps if it holds.
        then: Vec<Step>,
        /// Steps if not.
        otherwise: Vec<Step>,
    },
    /// Steps for each item of a list.
    Each(EachPlan),
    /// A write.
    Target(TargetId),
}

impl Step {
    /// The expressions of the step itself, without those of the steps inside of it and of the target that it writes.
    #[must_use]
    pub fn parts(&self) -> Vec<&Node> {
        match self {
            Step::Skip { when, because } => std::iter::once(when).chain(because).collect(),
            Step::Reject { when, because } | Step::Wait { when, because, .. } => vec![when, because],
            Step::Ensure { condition, because } => std::iter::once(condition).chain(because).collect(),
            Step::Let { value, .. } => vec![value],
            Step::When { condition, .. } => vec![condition],
            Step::Each(each) => [&each.list, &each.key].into_iter().chain(&each.filter).collect(),
            Step::Target(_) => Vec::new(),
        }
    }
}

/// Steps for each item of a list: one record to many writes.
#[derive(Debug, Clone)]
pub struct EachPlan {
    /// The slot of the item.
    pub slot: Slot,
    /// The list.
    pub list: Node,
    /// What an item is called: text or a whole number, no two alike in one record. It is part of the name under which
    /// the ledger knows the item's writes.
    pub key: Node,
    /// Which items.
    pub filter: Option<Node>,
    /// What is done with each.
    pub steps: Vec<Step>,
}

/// A write to a target.
#[derive(Debug, Clone)]
pub struct TargetPlan {
    /// Its name in the flow, unique; `connector.entity` where the author gave none.
    pub name: String,
    /// The connector.
    pub connector: String,
    /// The entity.
    pub entity: String,
    /// `create`, `upsert`, `update`, `delete`, or the name after `call`.
    pub verb: String,
    /// The remote operation.
    pub operation: String,
    /// What is written.
    pub payload: Node,
    /// What of it is masked, because the environment gets no buyer data.
    pub mask: mask::Mask,
    /// What the remote takes.
    pub input: Arc<ObjectSpec>,
    /// What it answers.
    pub output: Arc<ObjectSpec>,
    /// Where the answer is kept.
    pub slot: Slot,
    /// The fields of the answer that later steps read; only these are kept on disk.
    pub keeps: Vec<String>,
    /// How an unknown outcome is settled.
    pub idempotency: Idempotency,
    /// The payload's fields that name the document in the remote.
    pub natural_key: &'static [&'static str],
    /// Its own error policy.
    pub retry: Option<RetryPolicy>,
    /// How many are written together, where they are.
    pub batch: Option<BatchPlan>,
    /// What is done where it is not known whether a write was made, and the remote cannot tell.
    pub once: Once,
    /// What becomes of the record where the write fails for good.
    pub otherwise: Otherwise,
    /// The write that takes it back if the record is refused further down; it is among the targets too, and no step is.
    pub undo: Option<TargetId>,
    /// Where it stands in the flow.
    pub at: Span,
}

/// What the write is called that takes a target back.
#[must_use]
pub fn undo_of(target: &str) -> String {
    format!("undo {target}")
}

/// How many writes go out together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchPlan {
    /// At most so many.
    pub most: usize,
    /// How long the first waits for more.
    pub within: Duration,
    /// The remote operation that takes them: `amazon.createFeed`.
    pub operation: String,
}

impl BatchPlan {
    /// How long the first waits for more where the flow does not say.
    pub const WITHIN: Duration = Duration::from_secs(30);
}

/// What is done where it is not known whether a write was made, and nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Once {
    /// It is not made again: rather never than twice.
    #[default]
    AtMost,
    /// It is made again: rather twice than never.
    AtLeast,
}

/// What becomes of a record where a write fails for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Otherwise {
    /// It stops, for someone to look at.
    #[default]
    DeadLetter,
    /// It needs nothing more.
    Skip,
    /// It goes on without the answer, which is null then.
    Continue,
}

/// How often and how long to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first.
    pub retries: u32,
    /// The first pause, at most.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 6, first: Duration::from_secs(1), longest: Duration::from_secs(300) }
    }
}

/// An alert and its condition in the words of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertPlan {
    /// The route in the environment.
    pub route: String,
    /// The measure: `dead_letters`, `lag`.
    pub measure: String,
    /// More than this: a count, or seconds.
    pub above: i64,
}
