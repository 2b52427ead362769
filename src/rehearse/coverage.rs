//! What the tests of a flow reached, in figures and by place: lines, both sides of decisions, rows of tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::Span;
use crate::plan::{LookupKind, Plan};

/// What was reached of a flow.
#[derive(Debug, Default)]
pub struct Report {
    /// The lines on which something is worked out, by file and line.
    pub lines: BTreeMap<(Arc<str>, u32), Line>,
    /// The sides of decisions, in the order of the text.
    pub sides: Vec<SideReport>,
    /// The tables.
    pub tables: Vec<TableReport>,
}

/// A line on which something is worked out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Line {
    /// How often what is reached most on it was.
    pub count: u64,
    /// How much on it was never reached: parts and sides.
    pub missed: usize,
}

/// A side of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideReport {
    /// What stands there.
    pub at: Span,
    /// Its file.
    pub file: Arc<str>,
    /// Its line.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// What to say where it was never taken.
    pub missed: &'static str,
    /// How often it was taken.
    pub count: u64,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReport {
    /// The lookup.
    pub lookup: String,
    /// The file; empty where the table stands in the flow.
    pub path: String,
    /// The rows in their order.
    pub rows: Vec<RowReport>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// Its line in the file.
    pub line: u32,
    /// Its key.
    pub key: Vec<String>,
    /// How often it was found.
    pub count: u64,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figure {
    /// Those that were reached.
    pub reached: usize,
    /// All.
    pub all: usize,
}

impl Figure {
    fn of<T>(items: impl IntoIterator<Item = T>, reached: impl Fn(&T) -> bool) -> Self {
        let mut figure = Self::default();
        for item in items {
            figure.all += 1;
            figure.reached += usize::from(reached(&item));
        }
        figure
    }

    /// In percent, rounded down, so that 100 means all.
    #[must_use]
    pub fn percent(&self) -> usize {
        (self.reached * 100).checked_div(self.all).unwrap_or(100)
    }
}

impl Report {
    /// What was reached; nothing for a plan without probes.
    #[must_use]
    pub fn of(plan: &Plan) -> Option<Self> {
        let coverage = plan.coverage.as_ref()?;
        let mut report = Self::default();
        // A lookup's `else`, or a function, is put in wherever it is used: it was reached where any of these was.
        let mut parts: BTreeMap<Span, u64> = BTreeMap::new();
        // What the compiler put in itself, as the key of a shared file, has no place in the text.
        for part in coverage.parts.iter().filter(|part| part.at != Span::default()) {
            *parts.entry(part.at).or_default() += part.count();
        }
        for (at, count) in parts {
            let (file, line, _) = plan.place(at);
            let line = report.lines.entry((file, line)).or_default();
            line.count = line.count.max(count);
            line.missed += usize::from(count == 0);
        }
        let mut sides: BTreeMap<(Span, &'static str), u64> = BTreeMap::new();
        for side in &coverage.sides {
            *sides.entry((side.at, side.missed)).or_default() += side.count();
        }
        for ((at, missed), count) in sides {
            let (file, line, column) = plan.place(at);
            if let Some(known) = report.lines.get_mut(&(Arc::clone(&file), line)) {
                known.missed += usize::from(count == 0);
            }
            report.sides.push(SideReport { at, file, line, column, missed, count });
        }
        for (id, lookup) in plan.lookups.iter().enumerate() {
            let LookupKind::Table(table) = &lookup.kind else { continue };
            let rows = table.rows().iter().enumerate().map(|(index, row)| RowReport {
                line: row.line,
                key: row.key.clone(),
                count: coverage.row(id, index),
            });
            let (lookup, path) = (lookup.name.clone(), table.path.clone());
            report.tables.push(TableReport { lookup, path, rows: rows.collect() });
        }
        Some(report)
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> Figure {
        Figure::of(self.lines.values(), |line| line.count > 0)
    }

    /// The sides of decisions.
    #[must_use]
    pub fn sides(&self) -> Figure {
        Figure::of(&self.sides, |side| side.count > 0)
    }

    /// The rows of all tables.
    #[must_use]
    pub fn rows(&self) -> Figure {
        Figure::of(self.tables.iter().flat_map(|table| &table.rows), |row| row.count > 0)
    }

    /// The sides that were never taken of decisions that were come to. Of the others their line says enough.
    pub fn missed_sides(&self) -> impl Iterator<Item = &SideReport> {
        self.sides
            .iter()
            .filter(|side| side.count == 0)
            .filter(|side| self.lines.get(&(Arc::clone(&side.file), side.line)).is_none_or(|line| line.count > 0))
    }
}
