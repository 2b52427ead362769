//! For a terminal.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::super::tally::{counted, rows};
use super::super::{Line, Report, State};
use super::word;

/// Items of a residue that are shown; the other forms have all.
const SHOWN: usize = 12;

/// The report.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let head = &report.head;
    let period = |at: Option<jiff::Timestamp>| at.map_or_else(|| "?".to_owned(), |at| at.to_string());
    let _ = writeln!(out, "settlement {}  {} {}", head.id, head.total, head.currency);
    let _ = writeln!(out, "{} to {}", period(head.start), period(head.end));
    let _ = writeln!(out, "{} rows of {}\n", report.rows, head.file);
    for check in &report.checks {
        let _ = writeln!(out, "{:>8}  {}: {}", word(check.state), check.title, check.says);
        if check.state == State::Differs
            && let (Some(settlement), Some(books)) = (check.settlement, check.books)
        {
            let _ = writeln!(out, "{:10}settlement {settlement}, books {books}, difference {}", "", settlement - books);
        }
        for item in check.residue.iter().take(SHOWN) {
            let amount = |amount: Option<Decimal>| amount.map_or_else(|| "–".to_owned(), |amount| amount.to_string());
            let place = if item.rows.is_empty() { String::new() } else { format!(" (rows {})", item.rows) };
            let (ours, theirs) = (amount(item.settlement), amount(item.books));
            let _ = writeln!(out, "{:10}{}{place}: {ours} against {theirs}; {}", "", item.about, item.says);
        }
        if check.residue.len() > SHOWN {
            let _ = writeln!(out, "{:10}and {} more; --format csv has all", "", check.residue.len() - SHOWN);
        }
    }
    let verdict = match (report.ties(), report.needs_a_look()) {
        (false, _) => "does not tie out",
        (true, true) => "ties out; somebody should look at what is marked",
        (true, false) => "ties out",
    };
    let _ = writeln!(out, "\nsettlement {} {verdict}", head.id);
    out
}

/// One journal line and the rows that it was made from.
#[must_use]
pub fn line(line: &Line) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "line {}: {} line {}", line.number, line.journal, line.line);
    let _ = writeln!(out, "account {}, debit {}, credit {}  {}", line.account, line.debit, line.credit, line.memo);
    if line.code.is_none() {
        let _ = writeln!(out, "made of no rows: it is what the others come to");
        return out;
    }
    let _ = writeln!(out, "{} ({}) of {}", counted(line.rows), rows(line.span), line.amount);
    for sample in &line.samples {
        let day = sample.posted.map(|day| day.to_string()).unwrap_or_default();
        let _ =
            writeln!(out, "{:>8}  {day:10}  {:>12}  {} {}", sample.number, sample.amount, sample.order_id, sample.sku);
    }
    if (line.samples.len() as u64) < line.rows {
        let _ = writeln!(out, "and {} more", line.rows - line.samples.len() as u64);
    }
    out
}
