//! A second source, joined to the flow's by key: all its records are read when a run begins, and found by their key from then
//! on. How many there may be is bounded, because all of them are in memory.

use std::collections::HashMap;

use super::SourcePlan;
use crate::value::Value;

/// How many records a second source may have.
pub const MOST: usize = 250_000;

/// What is read, and by which fields it is found.
#[derive(Debug, Clone)]
pub struct JoinPlan {
    /// The second source.
    pub source: SourcePlan,
    /// The fields that make the key.
    pub by: Vec<String>,
}

/// The records of a second source by their keys.
#[derive(Debug, Default)]
pub struct Joined {
    /// Those of each key, in the order in which they came.
    lists: HashMap<Vec<String>, Vec<Value>>,
    found: HashMap<Vec<String>, Value>,
    count: usize,
}

impl Joined {
    /// Adds a record; false if there are too many. One without a whole key fits nothing, and is left out.
    #[must_use]
    pub fn add(&mut self, by: &[String], record: Value) -> bool {
        let part = |name: &String| match record.get(name) {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.display()),
        };
        let Some(key) = by.iter().map(part).collect::<Option<Vec<String>>>() else { return true };
        self.count += 1;
        self.lists.entry(key).or_default().push(record);
        self.count <= MOST
    }

    /// All records are there.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.found = std::mem::take(&mut self.lists).into_iter().map(|(key, list)| (key, Value::list(list))).collect();
        self
    }

    /// The records of a key; `None` where there is none.
    #[must_use]
    pub fn find(&self, keys: &[Value]) -> Option<&Value> {
        self.found.get(&keys.iter().map(Value::display).collect::<Vec<String>>())
    }
}
