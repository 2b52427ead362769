//! A query as it is run: every choice that RFC 9535 leaves to types has been made.

use std::sync::Arc;

use super::pattern::Pattern;
use crate::value::Value;

/// A step from values to values.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Whether it goes out from everything below as well: `..`.
    pub deep: bool,
    /// What it selects, one after the other.
    pub selectors: Vec<Selector>,
}

/// What a segment selects of a value.
#[derive(Debug, Clone)]
pub enum Selector {
    /// A field of an object.
    Name(Arc<str>),
    /// Everything in it.
    All,
    /// An item of a list; from the end where negative.
    Index(i64),
    /// Some items of a list.
    Slice {
        /// The first.
        start: Option<i64>,
        /// The one before which it ends.
        end: Option<i64>,
        /// How far to the next.
        step: i64,
    },
    /// What a condition holds for.
    Filter(Condition),
}

/// A condition of a filter.
#[derive(Debug, Clone)]
pub enum Condition {
    /// One of them.
    Any(Vec<Condition>),
    /// All of them.
    All(Vec<Condition>),
    /// Not it.
    Not(Box<Condition>),
    /// The inner query finds something.
    Exists(Inner),
    /// A comparison.
    Compare(Comparison, Operand, Operand),
    /// A text is as a pattern says: all of it (`match`), or some part of it (`search`).
    Matches(Operand, Pattern),
}

/// A query inside a filter.
#[derive(Debug, Clone)]
pub struct Inner {
    /// Whether it begins at the whole document, `$`, and not at the value that is judged, `@`.
    pub absolute: bool,
    /// Its segments.
    pub segments: Vec<Segment>,
}

/// What stands on one side of a comparison, or is given to a function: a value, or nothing.
#[derive(Debug, Clone)]
pub enum Operand {
    /// A value written down.
    Literal(Value),
    /// The one value that a query finds; nothing where it finds none or several, as `value()` has it.
    Value(Inner),
    /// How many values a query finds.
    Count(Inner),
    /// The length of a text, list or object.
    Length(Box<Operand>),
}

/// How two operands are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
