//! The groups of one level: found by the bytes of their keys, with a place for each aggregate.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Refusals;
use super::cell::Cell;
use crate::catalog::Base;
use crate::plan::expr::{Expr, Node};
use crate::value::Value;

/// No group.
const NONE: u32 = u32::MAX;

/// The groups of one level.
#[derive(Debug, Default)]
pub(super) struct Table {
    index: HashMap<Box<[u8]>, u32, FixedState>,
    groups: Vec<Group>,
    cells: Vec<Cell>,
    /// The first and the last group inside each group around.
    ends: HashMap<u32, (u32, u32)>,
    refused: HashMap<u32, Refusals>,
}

#[derive(Debug)]
struct Group {
    keys: Box<[Value]>,
    /// The next group inside the same one.
    next: u32,
    records: u64,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        self.index.get(key).copied()
    }

    /// Adds a group inside of another one.
    pub(super) fn insert(
        &mut self,
        key: &[u8],
        parent: u32,
        keys: Vec<Value>,
        cells: impl Iterator<Item = Cell>,
    ) -> u32 {
        let at = u32::try_from(self.groups.len()).unwrap_or(NONE);
        self.index.insert(key.into(), at);
        self.groups.push(Group { keys: keys.into(), next: NONE, records: 0 });
        self.cells.extend(cells);
        // The outermost groups are in no other, and their order is that of the table.
        if parent != NONE {
            let (_, last) = self.ends.entry(parent).or_insert((at, NONE));
            if let Some(before) = self.groups.get_mut(*last as usize) {
                before.next = at;
            }
            *last = at;
        }
        at
    }

    pub(super) fn count(&mut self, group: u32) {
        if let Some(group) = self.groups.get_mut(group as usize) {
            group.records += 1;
        }
    }

    pub(super) fn records(&self, group: u32) -> u64 {
        self.groups.get(group as usize).map_or(0, |group| group.records)
    }

    pub(super) fn keys(&self, group: u32) -> &[Value] {
        self.groups.get(group as usize).map_or(&[], |group| &group.keys)
    }

    fn width(&self) -> usize {
        self.cells.len() / self.groups.len().max(1)
    }

    pub(super) fn cell(&mut self, group: u32, index: usize) -> Option<&mut Cell> {
        let at = group as usize * self.width() + index;
        self.cells.get_mut(at)
    }

    pub(super) fn cell_at(&self, group: u32, index: usize) -> Option<&Cell> {
        self.cells.get(group as usize * self.width() + index)
    }

    /// The groups inside one group around, in the order in which they came.
    pub(super) fn children(&self, parent: u32) -> impl Iterator<Item = u32> {
        let first = self.ends.get(&parent).map(|(first, _)| *first);
        std::iter::successors(first, |at| {
            self.groups.get(*at as usize).map(|group| group.next).filter(|next| *next != NONE)
        })
    }

    /// Where the records of a group are noted that cannot be used.
    pub(super) fn refusals(&mut self, group: u32) -> Option<&mut Refusals> {
        self.count(group);
        self.groups.get(group as usize)?;
        Some(self.refused.entry(group).or_default())
    }

    pub(super) fn refused(&self, group: u32) -> Option<&Refusals> {
        self.refused.get(&group)
    }
}

/// Adds one key to the bytes by which a group is found; its length before it, so that none can reach into the next.
pub(super) fn write(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(key.as_bytes());
}

/// Whether a column's text is the key as it stands.
pub(super) fn is_text(node: &Node) -> bool {
    matches!(&node.expr, Expr::Path { read: None | Some(Base::Text), .. })
}
