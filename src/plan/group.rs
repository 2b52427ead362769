//! Many records to one, as the compiler leaves it: what is done with each record of the source, what makes a group, and
//! what is worked out of one. [`super::fold`] does it.

use std::sync::Arc;

use super::{Node, Slot, Step};
use crate::catalog::{Base, ObjectSpec, wire};
use crate::diag::Span;
use crate::value::{Object, Text, Value};

/// A flow's `group`: from it on, a record of the flow is a group of its source's records.
#[derive(Debug, Clone)]
pub struct GroupPlan {
    /// Its name in the flow.
    pub name: String,
    /// Where a group is kept for the steps after it.
    pub slot: Slot,
    /// What is done with each record of the source before it goes into its group. None of these steps writes.
    pub before: Vec<Step>,
    /// How groups are made.
    pub group: Grouping,
    /// What a group looks like.
    pub record: Arc<ObjectSpec>,
}

impl GroupPlan {
    /// A group that was kept as JSON: its dates and amounts are read again as what they are.
    #[must_use]
    pub fn restore(&self, kept: &Value) -> Value {
        restored(kept, &Base::Object(Arc::clone(&self.record)))
    }
}

fn restored(kept: &Value, base: &Base) -> Value {
    match (kept, base) {
        (Value::Object(object), Base::Object(spec)) => object
            .iter()
            .map(|(name, value)| {
                let base = spec.field(name).map_or(&Base::Any, |field| &field.ty.base);
                (name.clone(), restored(value, base))
            })
            .collect::<Object>()
            .into(),
        (Value::List(items), Base::List(item)) => {
            Value::list(items.iter().map(|value| restored(value, &item.base)).collect())
        }
        // What cannot be read as it was is left for the step that uses it to refuse.
        (value, base) => wire::read(value, base).unwrap_or_else(|_| value.clone()),
    }
}

/// What makes a group, and what is worked out of it.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The keys: records with the same ones are one group.
    pub by: Vec<(Text, Node)>,
    /// Which records; all where there is none.
    pub filter: Option<Node>,
    /// What is worked out.
    pub fields: Vec<(Text, Aggregate)>,
    /// Where it stands.
    pub at: Span,
}

/// One thing that is worked out of a group.
#[derive(Debug, Clone)]
pub enum Aggregate {
    /// A value.
    Fold {
        /// How.
        fold: Fold,
        /// Of what; nothing for [`Fold::Count`].
        of: Option<Node>,
        /// Of which records; of all where there is none.
        filter: Option<Node>,
        /// Where it stands.
        at: Span,
    },
    /// The groups inside of it.
    Group(Grouping),
}

/// A way to make one value of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// How many there are.
    Count,
    /// All added up, exactly.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// That of the first record.
    First,
    /// That of the last record.
    Last,
    /// All of them in a list of at most so many.
    Collect(usize),
}

impl Fold {
    /// The names that flows call them.
    pub const NAMES: [&'static str; 7] = ["count", "sum", "min", "max", "first", "last", "collect"];
}

impl Grouping {
    /// Every expression in it, those of the groups inside of it too.
    pub fn nodes<'g>(&'g self, see: &mut dyn FnMut(&'g Node)) {
        self.by.iter().for_each(|(_, key)| see(key));
        self.filter.iter().for_each(&mut *see);
        self.worked(see);
    }

    /// Every expression of what is worked out, without its own keys and its own filter.
    pub fn worked<'g>(&'g self, see: &mut dyn FnMut(&'g Node)) {
        for (_, field) in &self.fields {
            match field {
                Aggregate::Fold { of, filter, .. } => of.iter().chain(filter).for_each(&mut *see),
                Aggregate::Group(group) => group.nodes(see),
            }
        }
    }
}
