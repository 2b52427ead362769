//! The tests of a flow, as they run: each is one record with what is answered to it and what must become of it.

use super::{LookupId, Node, TargetId};
use crate::diag::Span;
use crate::value::Value;

/// A test of the flow.
#[derive(Debug)]
pub struct TestPlan {
    /// Its name.
    pub name: String,
    /// The record.
    pub record: Value,
    /// Answers of lookups: lookup, keys, what is found (null for a miss).
    pub lookups: Vec<(LookupId, Vec<Value>, Value)>,
    /// Parameters.
    pub params: Vec<(usize, Value)>,
    /// Answers of targets.
    pub answers: Vec<(TargetId, Value)>,
    /// What must be.
    pub expectations: Vec<Expectation>,
    /// Where it stands.
    pub at: Span,
}

/// What a test expects.
#[derive(Debug)]
pub enum Expectation {
    /// A condition over the record, the lets, transforms and answers.
    Holds {
        /// The condition.
        condition: Node,
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
    /// A target is written with this payload.
    Written {
        /// The target.
        target: TargetId,
        /// The items that it is written for, as [`super::Write::item`] has them; empty for any.
        item: String,
        /// The payload; `None` where any will do.
        payload: Option<Value>,
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
}
