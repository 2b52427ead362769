//! JSONPath queries as RFC 9535 has them, over exact values. Plain paths never come here: the compiler turns them into
//! direct access.
//!
//! [`Query::parse`] gives text to jsonpath-rust's parser and takes the tree that it makes over into a [`form`] of our own:
//! numbers with all their digits, functions checked for their types, patterns compiled. [`Query::run`] walks a value in
//! that form. docs/decisions/0005-jsonpath.md says why the walk is ours.

mod build;
pub mod form;
mod number;
mod pattern;
mod walk;

use std::fmt;
use std::sync::Arc;

use super::Value;
use form::Segment;
pub(crate) use number::quoted;

/// How long a query may be, in bytes.
pub const MAX_LENGTH: usize = 16 << 10;
/// How deep brackets may stand in each other in a query.
pub const MAX_DEPTH: usize = 32;
/// How many values one query may look at, over and over again as `$..*..*` does.
pub const MAX_WORK: u64 = 5_000_000;

/// A query that can be run.
#[derive(Debug, Clone)]
pub struct Query {
    text: Arc<str>,
    segments: Vec<Segment>,
}

/// Why a text is no query, or why a query was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong.
    pub message: String,
    /// At which byte of the query.
    pub at: usize,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Reads a query. Fails on what RFC 9535 does not call well-formed and valid.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        Ok(Query { text: Arc::from(text), segments: build::segments(text)? })
    }

    /// The query as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its segments in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What it finds in a value, in the order of the value. Fails where it finds more than `most`, or has to look at
    /// more values than `work` has left, which is at most [`MAX_WORK`].
    pub fn run<'v>(&self, value: &'v Value, most: usize, work: &mut u64) -> Result<Vec<&'v Value>, QueryError> {
        walk::run(&self.segments, value, most, work)
    }
}
