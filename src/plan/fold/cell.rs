//! One place of a group: what an aggregate has come to.

use std::cmp::Ordering;

use super::total::{Exact, Total};
use crate::plan::group::Fold;
use crate::value::Value;

/// What an aggregate has come to.
#[derive(Debug)]
pub(super) enum Cell {
    Count(i64),
    Sum(Total),
    /// The one that was chosen so far.
    One(Option<Value>),
    Many(Vec<Value>),
}

impl Cell {
    /// Nothing yet.
    pub(super) fn of(fold: Fold) -> Self {
        match fold {
            Fold::Count => Cell::Count(0),
            Fold::Sum => Cell::Sum(Total::default()),
            Fold::Min | Fold::Max | Fold::First | Fold::Last => Cell::One(None),
            Fold::Collect(_) => Cell::Many(Vec::new()),
        }
    }

    /// Whether one was chosen.
    pub(super) fn is_there(&self) -> bool {
        matches!(self, Cell::One(Some(_)))
    }

    pub(super) fn count(&mut self) {
        if let Cell::Count(count) = self {
            *count += 1;
        }
    }

    pub(super) fn sum(&mut self, number: Exact) -> Result<(), String> {
        match self {
            Cell::Sum(total) => total.add(number),
            _ => Ok(()),
        }
    }

    /// Adds a value to a list; false where it is full.
    pub(super) fn collect(&mut self, value: Value, most: usize) -> bool {
        match self {
            Cell::Many(values) if values.len() < most => values.push(value),
            _ => return false,
        }
        true
    }

    pub(super) fn fold(&mut self, fold: Fold, value: Value) -> Result<(), String> {
        match self {
            Cell::Sum(total) => return total.add_value(&value),
            Cell::One(kept) => {
                let takes = match (&kept, fold) {
                    (None, _) | (_, Fold::Last) => true,
                    (Some(_), Fold::First) => false,
                    (Some(kept), _) => {
                        let wanted = if fold == Fold::Min { Ordering::Less } else { Ordering::Greater };
                        let order = value.order(kept);
                        order.ok_or_else(|| unordered(&value, kept))? == wanted
                    }
                };
                if takes {
                    *kept = Some(value);
                }
            }
            Cell::Count(_) | Cell::Many(_) => {}
        }
        Ok(())
    }

    pub(super) fn value(&self) -> Result<Value, String> {
        Ok(match self {
            Cell::Count(count) => Value::Int(*count),
            Cell::Sum(total) => return total.value(),
            Cell::One(value) => value.clone().unwrap_or_default(),
            Cell::Many(values) => Value::list(values.clone()),
        })
    }
}

fn unordered(a: &Value, b: &Value) -> String {
    match (a, b) {
        (Value::Money(a), Value::Money(b)) => format!("{} and {} cannot be compared", a.currency, b.currency),
        _ => format!("{} and {} have no order", a.kind(), b.kind()),
    }
}
