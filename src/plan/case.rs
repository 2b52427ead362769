//! The tests of a flow, as they run: each is one record with what is answered to it and what must become of it. A test
//! with rows is one of these for each row.

use std::sync::Arc;

use super::{LookupId, Node, Slot, TargetId};
use crate::diag::{Code, Span};
use crate::value::Value;

/// A test of the flow.
#[derive(Debug)]
pub struct TestPlan {
    /// Its name.
    pub name: String,
    /// The record.
    pub record: Value,
    /// Whether it has none: then it expects something of functions and lookups alone, and the flow is not run.
    pub alone: bool,
    /// Answers of lookups: lookup, keys, what is found (null for a miss).
    pub lookups: Vec<(LookupId, Vec<Value>, Value)>,
    /// Parameters.
    pub params: Vec<(usize, Value)>,
    /// Answers of targets.
    pub answers: Vec<(TargetId, Value)>,
    /// Targets that refuse.
    pub refusals: Vec<(TargetId, Refusal)>,
    /// What must be.
    pub expectations: Vec<Expectation>,
    /// The row it is for.
    pub row: Option<RowPlan>,
    /// The files that it is made of and that it is compared with, as the flow names them.
    pub files: Vec<String>,
    /// Where it stands.
    pub at: Span,
}

/// The row of a table test.
#[derive(Debug, Clone)]
pub struct RowPlan {
    /// The variable that has the row.
    pub slot: Slot,
    /// The row.
    pub value: Value,
    /// Where it stands.
    pub at: RowPlace,
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowPlace {
    /// In the flow.
    Flow(Span),
    /// In a file.
    File {
        /// The file, as the flow names it.
        path: String,
        /// The line.
        line: u32,
    },
}

/// How a target refuses a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code under which the record becomes a dead letter.
    pub code: Code,
    /// What the target says.
    pub message: String,
}

/// What a written payload is compared with.
#[derive(Debug)]
pub enum Expected {
    /// A value that the test has.
    Value(Value),
    /// A file that `flowrun test --update` writes.
    Golden(Golden),
}

impl Expected {
    /// What is expected, where it is known.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self {
            Expected::Value(value) => Some(value),
            Expected::Golden(golden) => golden.found.as_ref().ok(),
        }
    }
}

/// A file with what is expected.
#[derive(Debug)]
pub struct Golden {
    /// The file, as the flow names it.
    pub path: String,
    /// What it holds, or why that is not known.
    pub found: Result<Value, String>,
}

/// What a test expects.
#[derive(Debug)]
pub enum Expectation {
    /// A condition over the record, the lets, transforms and answers.
    Holds {
        /// The condition.
        condition: Arc<Node>,
        /// Where.
        at: Span,
    },
    /// The record is skipped, for a reason that contains this.
    Skipped {
        /// Part of the reason.
        reason: Option<String>,
        /// Where.
        at: Span,
    },
    /// The record is rejected, for a reason that contains this.
    Rejected {
        /// Part of the reason.
        reason: Option<String>,
        /// Where.
        at: Span,
    },
    /// The record is kept waiting, for a reason that contains this.
    Waits {
        /// Part of the reason.
        reason: Option<String>,
        /// Where.
        at: Span,
    },
    /// A target is written with this payload.
    Written {
        /// The target.
        target: TargetId,
        /// The items that it is written for, as [`super::Write::item`] has them; empty for any.
        item: String,
        /// The payload; `None` where any will do.
        payload: Option<Expected>,
        /// Where.
        at: Span,
    },
    /// A target is not written.
    NotWritten {
        /// The target.
        target: TargetId,
        /// Where.
        at: Span,
    },
    /// These are the writes, all of them and in this order.
    Writes {
        /// A list of objects with `target` and `payload`.
        wanted: Expected,
        /// Where.
        at: Span,
    },
}
