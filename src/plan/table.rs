//! Lookup tables: rows found by one or several key columns.

use std::collections::HashMap;
use std::sync::Arc;

use crate::value::{Object, Value};

/// A table that was loaded and checked with the flow. Keys are compared as text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The file it came from.
    pub path: String,
    /// The key columns.
    pub by: Vec<String>,
    /// The columns given.
    pub give: Vec<String>,
    rows: HashMap<Vec<Arc<str>>, Value>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(path: impl Into<String>, by: Vec<String>, give: Vec<String>) -> Self {
        Self { path: path.into(), by, give, rows: HashMap::new() }
    }

    /// Adds a row; gives the key back if it is there already.
    pub fn insert(&mut self, key: Vec<Arc<str>>, given: Vec<Value>) -> Result<(), Vec<Arc<str>>> {
        if self.rows.contains_key(&key) {
            return Err(key);
        }
        let value = match <[Value; 1]>::try_from(given) {
            Ok([only]) => only,
            Err(given) => Value::object(self.give.iter().map(|name| name.as_str()).zip(given).collect::<Object>()),
        };
        self.rows.insert(key, value);
        Ok(())
    }

    /// What the row with that key gives.
    #[must_use]
    pub fn find(&self, keys: &[Value]) -> Option<&Value> {
        let key: Vec<Arc<str>> = keys
            .iter()
            .map(|key| match key {
                Value::Text(text) => Arc::from(text.as_str()),
                other => Arc::from(other.display()),
            })
            .collect();
        self.rows.get(&key)
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
