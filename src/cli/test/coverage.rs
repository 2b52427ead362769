//! What the tests did not reach, in words and as JSON.

use std::fmt::Write as _;

use super::page;
use super::work::Tested;
use crate::diag::{Source, Span};
use crate::rehearse::coverage::{Figure, Report};

/// How many sides of decisions are listed; the page has all.
const SHOWN: usize = 15;

/// The figures of a flow and what was not reached.
pub(super) fn text(tested: &Tested, report: &Report) -> String {
    let figure =
        |figure: Figure, what: &str| format!("{} % of {what} ({} of {})", figure.percent(), figure.reached, figure.all);
    let rows = report.rows();
    let mut out = format!(
        "coverage of {}: {}, {}",
        tested.flow,
        figure(report.lines(), "lines"),
        figure(report.sides(), "branches")
    );
    if rows.all > 0 {
        let _ = write!(out, ", {}", figure(rows, "table rows"));
    }
    let mut lines: Vec<(&str, Vec<u32>)> = Vec::new();
    for ((file, line), _) in report.lines.iter().filter(|(_, line)| line.count == 0) {
        match lines.last_mut() {
            Some((known, lines)) if **known == **file => lines.push(*line),
            _ => lines.push((file, vec![*line])),
        }
    }
    for (file, lines) in lines {
        let _ = write!(out, "\n  {file}: never reached: {}", runs(&lines));
    }
    let missed: Vec<_> = report.missed_sides().collect();
    for side in missed.iter().take(SHOWN) {
        let what = snippet(&tested.source, side.at);
        let _ = write!(out, "\n  {}:{}:{}: `{what}` {}", side.file, side.line, side.column, side.missed);
    }
    if missed.len() > SHOWN {
        let _ = write!(out, "\n  … and {} more; --coverage-html shows them all", missed.len() - SHOWN);
    }
    for table in &report.tables {
        let never: Vec<u32> = table.rows.iter().filter(|row| row.count == 0).map(|row| row.line).collect();
        if never.is_empty() {
            continue;
        }
        let (place, what) = if table.path.is_empty() { ("the table", "rows") } else { (&*table.path, "lines") };
        let all = if never.len() == table.rows.len() {
            "none of its rows is ever found".to_owned()
        } else {
            format!("never found: {what} {}", runs(&never))
        };
        let _ = write!(out, "\n  {place} of `{}`: {all}", table.lookup);
    }
    out
}

/// The same for programs.
pub(super) fn json(tested: &Tested, report: &Report) -> serde_json::Value {
    let figure =
        |figure: Figure| serde_json::json!({"reached": figure.reached, "all": figure.all, "percent": figure.percent()});
    let lines = report.lines.iter().filter(|(_, line)| line.count == 0);
    let tables = report.tables.iter().map(|table| {
        let never = table.rows.iter().filter(|row| row.count == 0);
        serde_json::json!({
            "lookup": table.lookup,
            "file": table.path,
            "rows": table.rows.len(),
            "missed": never.map(|row| serde_json::json!({"line": row.line, "key": row.key})).collect::<Vec<_>>(),
        })
    });
    serde_json::json!({"coverage": {
        "flow": tested.flow,
        "file": tested.path.display().to_string(),
        "lines": figure(report.lines()),
        "branches": figure(report.sides()),
        "rows": figure(report.rows()),
        "missed_lines": lines.map(|((file, line), _)| serde_json::json!({"file": &**file, "line": line})).collect::<Vec<_>>(),
        "missed_branches": report.missed_sides().map(|side| serde_json::json!({
            "file": &*side.file, "line": side.line, "column": side.column, "what": side.missed,
        })).collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
    }})
}

/// The figures that are below a limit in percent: lines, branches.
pub(super) fn below(report: &Report, least: usize) -> Vec<String> {
    let figures = [("lines", report.lines()), ("branches", report.sides())];
    let low = figures.into_iter().filter(|(_, figure)| figure.percent() < least);
    low.map(|(what, figure)| format!("{} % of its {what}", figure.percent())).collect()
}

/// Numbers as runs: `3, 7-9`.
fn runs(numbers: &[u32]) -> String {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match out.last_mut() {
            Some((_, end)) if *end + 1 == *number => *end = *number,
            _ => out.push((*number, *number)),
        }
    }
    let shown = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    out.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The first line of what stands at a place.
fn snippet(source: &Source, at: Span) -> String {
    page::short(source.slice(at).lines().next().unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn neighbours_are_one_run() {
        assert_eq!(runs(&[1, 2, 3, 5, 8, 9]), "1-3, 5, 8-9");
        assert_eq!(runs(&[]), "");
    }
}
