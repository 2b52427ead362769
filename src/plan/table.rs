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
    index: HashMap<Vec<Arc<str>>, usize>,
    rows: Vec<Row>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its key cells.
    pub key: Vec<String>,
    /// What it gives.
    pub gives: Value,
    /// Its place in the table, from 1.
    pub line: u32,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(path: impl Into<String>, by: Vec<String>, give: Vec<String>) -> Self {
        Self { path: path.into(), by, give, index: HashMap::new(), rows: Vec::new() }
    }

    /// Adds a row; gives the key back if it is there already.
    pub fn insert(&mut self, key: Vec<Arc<str>>, given: Vec<Value>) -> Result<(), Vec<Arc<str>>> {
        if self.index.contains_key(&key) {
            return Err(key);
        }
        let value = match <[Value; 1]>::try_from(given) {
            Ok([only]) => only,
            Err(given) => Value::object(self.give.iter().map(|name| name.as_str()).zip(given).collect::<Object>()),
        };
        let line = u32::try_from(self.rows.len() + 1).unwrap_or(u32::MAX);
        self.rows.push(Row { key: key.iter().map(|cell| cell.to_string()).collect(), gives: value, line });
        self.index.insert(key, self.rows.len() - 1);
        Ok(())
    }

    /// What the row with that key gives.
    #[must_use]
    pub fn find(&self, keys: &[Value]) -> Option<&Value> {
        self.row(keys).and_then(|row| self.rows.get(row)).map(|row| &row.gives)
    }

    /// Which row has that key, as an index into [`Table::rows`].
    #[must_use]
    pub fn row(&self, keys: &[Value]) -> Option<usize> {
        let key: Vec<Arc<str>> = keys
            .iter()
            .map(|key| match key {
                Value::Text(text) => Arc::from(text.as_str()),
                other => Arc::from(other.display()),
            })
            .collect();
        self.index.get(&key).copied()
    }

    /// The rows in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
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
