//! Expressions over a few columns of a table, worked out once for each set of texts that their cells have. Tables repeat
//! themselves: a million rows of a settlement have a few dozen days and marketplaces, so most rows never become a record.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Row;
use crate::plan::expr::{Access, Comparison, Expr, Node};
use crate::value::Value;

/// How many results are kept of one expression. What has more sets of texts is worked out for each row.
const MOST: usize = 4096;
/// Expressions over more columns are not looked at.
const COLUMNS: usize = 4;
/// How often an expression may be new before it is looked whether it repeats at all.
const TRIAL: u32 = 2048;

/// What one expression was for the texts that its cells had.
#[derive(Debug, Default)]
pub(super) struct Memo {
    columns: Vec<usize>,
    known: HashMap<Box<[u8]>, Value, FixedState>,
    /// The texts of the row at hand, and those of the last row with what they gave.
    asked: Vec<u8>,
    last: Option<(Vec<u8>, Value)>,
    hits: u32,
    misses: u32,
}

impl Memo {
    pub(super) fn new(columns: Vec<usize>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// What the expression is for this row, where that is known.
    pub(super) fn find(&mut self, row: &dyn Row) -> Option<&Value> {
        self.asked.clear();
        if self.misses > TRIAL && self.hits < self.misses {
            return None;
        }
        for column in &self.columns {
            match row.cell(*column) {
                Some(text) => {
                    self.asked.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
                    self.asked.extend_from_slice(text.as_bytes());
                }
                // No cell is that long.
                None => self.asked.extend_from_slice(&u32::MAX.to_le_bytes()),
            }
        }
        if self.last.as_ref().is_none_or(|(asked, _)| *asked != self.asked) {
            let Some(value) = self.known.get(self.asked.as_slice()) else {
                self.misses = self.misses.saturating_add(1);
                return None;
            };
            let value = value.clone();
            match &mut self.last {
                Some((asked, last)) => {
                    asked.clone_from(&self.asked);
                    *last = value;
                }
                None => self.last = Some((self.asked.clone(), value)),
            }
        }
        self.hits = self.hits.saturating_add(1);
        self.last.as_ref().map(|(_, value)| value)
    }

    /// Keeps what the expression is for the row that was asked for last.
    pub(super) fn keep(&mut self, value: &Value) {
        if self.known.len() < MOST && !self.asked.is_empty() {
            self.known.insert(self.asked.as_slice().into(), value.clone());
        }
    }
}

/// The columns that an expression is made of, where it is made of them and of nothing else.
pub(super) fn columns(node: &Node) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    (walk(node, &mut found) && !found.is_empty() && found.len() <= COLUMNS).then_some(found)
}

fn walk<'n>(node: &'n Node, found: &mut Vec<&'n str>) -> bool {
    let mut all = |nodes: &[&'n Node]| nodes.iter().all(|node| walk(node, found));
    match &node.expr {
        Expr::Const(_) | Expr::Param(_) => true,
        Expr::Path { .. } => match column(node) {
            Some((name, _)) => {
                if !found.contains(&name) {
                    found.push(name);
                }
                true
            }
            None => false,
        },
        Expr::Call { args, .. } | Expr::Concat(args) | Expr::List(args) => all(&args.iter().collect::<Vec<_>>()),
        Expr::Not(inner) | Expr::Negate(inner) => all(&[inner]),
        Expr::Arithmetic(_, a, b)
        | Expr::Compare(_, a, b)
        | Expr::In { item: a, list: b, .. }
        | Expr::And(a, b)
        | Expr::Or(a, b)
        | Expr::Coalesce(a, b)
        | Expr::Catch(a, b) => all(&[a, b]),
        Expr::If(a, b, c) => all(&[a, b, c]),
        // Anything else may depend on more than the row, or be counted when it is worked out.
        _ => false,
    }
}

/// The column that an expression is the plain content of, and whether it may be blank.
pub(super) fn column(node: &Node) -> Option<(&str, bool)> {
    let Expr::Path { base, steps, .. } = &node.expr else { return None };
    match (&base.expr, steps.as_slice()) {
        (Expr::Record, [step]) => match &step.to {
            Access::Field(name) => Some((name, step.lenient)),
            _ => None,
        },
        _ => None,
    }
}

/// The parts of a condition that must all hold, in their order.
pub(super) fn parts<'n>(node: &'n Node, out: &mut Vec<&'n Node>) {
    match &node.expr {
        Expr::And(a, b) => {
            parts(a, out);
            parts(b, out);
        }
        _ => out.push(node),
    }
}

/// The column of which a condition asks that it is not blank, by its name and as the condition has it.
pub(super) fn present(node: &Node) -> Option<(&str, &Node)> {
    match &node.expr {
        Expr::Compare(Comparison::Unequal, path, null) if matches!(null.expr, Expr::Const(Value::Null)) => {
            column(path).filter(|(_, lenient)| *lenient).map(|(name, _)| (name, &**path))
        }
        _ => None,
    }
}
