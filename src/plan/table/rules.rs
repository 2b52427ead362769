//! Rows whose key cells may be patterns, as a tree with a level for each key column. At each level the cell that says the
//! most is tried first: the same text, then prefixes from the longest to the shortest, then `*`; where what follows does
//! not fit, the next. So the first row that is reached is the most specific, compared column by column from the left,
//! and two rows can only be equal if their keys are.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use foldhash::fast::FixedState;

use super::key::{self, Fold};

/// The tree.
#[derive(Debug)]
pub(super) struct Rules {
    /// Whether `*` means anything.
    pub(super) patterns: bool,
    nodes: Vec<Level>,
}

/// The cells of one column under one choice of those before it. What a cell leads to is a node, or a row in the last
/// column.
#[derive(Debug, Default)]
struct Level {
    exact: HashMap<Box<[u8]>, u32, FixedState>,
    prefixes: BTreeMap<Box<[u8]>, u32>,
    any: Option<u32>,
}

/// A key cell.
enum Cell {
    Exact(String),
    Prefix(String),
    Any,
}

impl Rules {
    pub(super) fn new(patterns: bool) -> Self {
        Self { patterns, nodes: vec![Level::default()] }
    }

    fn cell(&self, written: &str, fold: Fold) -> Cell {
        match written.strip_suffix('*').filter(|_| self.patterns) {
            Some(start) => {
                let start = fold.apply(start);
                if start.is_empty() { Cell::Any } else { Cell::Prefix(start) }
            }
            None => Cell::Exact(fold.apply(written)),
        }
    }

    /// Adds a row; tells the row that has this key already.
    pub(super) fn insert(&mut self, cells: &[String], fold: Fold, row: u32) -> Option<u32> {
        let mut at = 0;
        for (column, written) in cells.iter().enumerate() {
            let cell = self.cell(written, fold);
            let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            let last = column + 1 == cells.len();
            let fresh = if last { row } else { next };
            let known = self.nodes.get_mut(at)?.add(cell, fresh);
            match known {
                Some(known) if last => return Some(known),
                Some(known) => at = known as usize,
                None if last => return None,
                None => {
                    self.nodes.push(Level::default());
                    at = next as usize;
                }
            }
        }
        None
    }

    /// The row for a key.
    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        self.below(0, key)
    }

    fn below(&self, node: u32, key: &[u8]) -> Option<u32> {
        let level = self.nodes.get(node as usize)?;
        let (column, rest) = key::first(key);
        let go = |to: u32| match rest {
            Some(rest) => self.below(to, rest),
            None => Some(to),
        };
        if let Some(found) = level.exact.get(column).and_then(|to| go(*to)) {
            return Some(found);
        }
        let mut most = column;
        while let Some((prefix, to)) = level.longest(most) {
            if let Some(found) = go(to) {
                return Some(found);
            }
            most = most.get(..prefix.len().saturating_sub(1)).unwrap_or_default();
        }
        level.any.and_then(go)
    }
}

impl Level {
    /// Where a cell leads; `fresh` where it is new, which gives nothing.
    fn add(&mut self, cell: Cell, fresh: u32) -> Option<u32> {
        match cell {
            Cell::Exact(text) => {
                let known = self.exact.get(text.as_bytes()).copied();
                if known.is_none() {
                    self.exact.insert(text.into_bytes().into_boxed_slice(), fresh);
                }
                known
            }
            Cell::Any => {
                let known = self.any;
                self.any.get_or_insert(fresh);
                known
            }
            Cell::Prefix(text) => {
                let known = self.prefixes.get(text.as_bytes()).copied();
                if known.is_none() {
                    self.prefixes.insert(text.into_bytes().into_boxed_slice(), fresh);
                }
                known
            }
        }
    }

    /// The longest prefix that a text begins with, and where it leads.
    fn longest(&self, mut text: &[u8]) -> Option<(&[u8], u32)> {
        loop {
            let below = (Bound::Unbounded, Bound::Included(text));
            let (nearest, to) = self.prefixes.range::<[u8], _>(below).next_back()?;
            if text.starts_with(nearest) {
                return Some((nearest, *to));
            }
            // What the text begins with is not above `nearest`, so `nearest` begins with it too: it is in what they share.
            let shared = text.iter().zip(nearest.iter()).take_while(|(a, b)| a == b).count();
            text = text.get(..shared)?;
        }
    }
}
