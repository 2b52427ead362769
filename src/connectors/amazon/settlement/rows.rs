//! The second pass over a settlement file: its amounts, one at a time, in one form whatever the file's. A row of V1 with
//! two amounts is two of them; a row without an amount is none, and one with the amount 0 is one. The first is none of
//! the file's amounts but the settlement itself, so that a settlement without rows is one too.

use std::sync::Arc;

use super::Report;
use super::charset::Text;
use super::date;
use super::layout::{self, COLUMNS, Cells, Column, POSTED, POSTED_TIME};
use super::lines::{LineError, Lines};
use super::number::{self, Meaning, Number};
use crate::plan::fold::Row;
use crate::value::{Object, Value};

/// What a field of a record is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The same in all records of a file, by its place in [`Report::constants`].
    Constant(usize),
    /// A cell as it stands.
    Cell(Column),
    /// Worked out for each amount, by its place in [`Rows::made`].
    Made(usize),
    Nowhere,
}

const TRANSACTION: usize = 0;
const AMOUNT_TYPE: usize = 1;
const DESCRIPTION: usize = 2;
const AMOUNT: usize = 3;
const POSTED_DATE: usize = 4;
const POSTED_AT: usize = 5;
const ROW: usize = 6;
const MADE: [&str; 7] =
    ["transaction_type", "amount_type", "amount_description", "amount", "posted_date", "posted_date_time", "row"];

/// The amounts of a file.
pub struct Rows {
    report: Arc<Report>,
    lines: Option<Lines>,
    froms: Vec<From>,
    names: Vec<Arc<str>>,
    cells: Vec<(usize, usize)>,
    made: [String; MADE.len()],
    /// What the dates at hand were made of.
    date_of: Option<String>,
    number: u64,
    /// The next amount of the row at hand.
    amount: usize,
    /// Whether the settlement itself is still to come, or is at hand.
    head: Head,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Waiting,
    AtHand,
    Behind,
}

impl Rows {
    pub(super) fn new(report: Arc<Report>, names: &[Arc<str>]) -> std::io::Result<Self> {
        let lines = match report.problem() {
            None => Some(Lines::new(Text::new(report.open_bytes()?, report.scan.encoding))),
            Some(_) => None,
        };
        let from = |name: &Arc<str>| {
            if let Some(at) = MADE.iter().position(|made| **made == **name) {
                return From::Made(at);
            }
            if let Some(at) = report.constants.iter().position(|(constant, _)| *constant == &**name) {
                return From::Constant(at);
            }
            let column = COLUMNS.iter().position(|column| column.replace('-', "_") == **name);
            column.map_or(From::Nowhere, From::Cell)
        };
        Ok(Self {
            froms: names.iter().map(from).collect(),
            names: names.to_vec(),
            report: Arc::clone(&report),
            lines,
            cells: Vec::new(),
            made: Default::default(),
            date_of: None,
            number: 0,
            amount: usize::MAX,
            head: Head::Waiting,
        })
    }

    /// Goes to the next amount; false at the end. `Err` where the file is not what it was in the first pass.
    #[allow(clippy::should_implement_trait, reason = "a row borrows from here, which an iterator's item cannot")]
    pub fn next(&mut self) -> Result<bool, String> {
        match self.head {
            Head::Waiting => {
                self.head = Head::AtHand;
                self.set(ROW, &self.report.scan.head.row.max(1).to_string());
                return Ok(true);
            }
            Head::AtHand => {
                self.head = Head::Behind;
                if let Some(lines) = &mut self.lines {
                    lines.advance().map_err(changed)?;
                }
            }
            Head::Behind => {}
        }
        let report = Arc::clone(&self.report);
        let Some(layout) = &report.scan.layout else { return Ok(false) };
        loop {
            let Some(lines) = &mut self.lines else { return Ok(false) };
            if self.amount >= layout.amounts() {
                if !lines.advance().map_err(changed)? {
                    return Ok(false);
                }
                self.number = lines.number();
                self.amount = 0;
                layout::split(lines.line(), layout.width, &mut self.cells);
            }
            let cells = Cells { line: lines.line(), places: &self.cells };
            let number = self.amount;
            self.amount += 1;
            let Some(amount) = layout.amount(cells, number) else { continue };
            for (at, text) in [
                (TRANSACTION, amount.transaction),
                (AMOUNT_TYPE, amount.amount_type),
                (DESCRIPTION, amount.description),
            ] {
                if let Some(made) = self.made.get_mut(at) {
                    made.clear();
                    made.push_str(text);
                }
            }
            if let Some(made) = self.made.get_mut(AMOUNT) {
                made.clear();
                written(amount.cell, report.scan.numbers, made);
            }
            let (posted, time) = (cells.get(layout.place(POSTED)), cells.get(layout.place(POSTED_TIME)));
            dates(&report, posted, time, &mut self.date_of, &mut self.made);
            if let Some(made) = self.made.get_mut(ROW) {
                use std::fmt::Write as _;
                made.clear();
                let _ = write!(made, "{}", self.number);
            }
            return Ok(true);
        }
    }

    /// Which line of the file is at hand, from 1 on.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    fn set(&mut self, at: usize, text: &str) {
        if let Some(made) = self.made.get_mut(at) {
            made.clear();
            made.push_str(text);
        }
    }
}

impl Row for Rows {
    fn cell(&self, column: usize) -> Option<&str> {
        let text = match *self.froms.get(column)? {
            From::Constant(at) => self.report.constants.get(at)?.1.as_str(),
            From::Made(ROW) => self.made.get(ROW)?.as_str(),
            From::Made(at) if self.head == Head::Behind => self.made.get(at)?.as_str(),
            From::Cell(at) if self.head == Head::Behind => {
                let layout = self.report.scan.layout.as_ref()?;
                let line = self.lines.as_ref()?.line();
                Cells { line, places: &self.cells }.get(layout.place(at))
            }
            From::Made(_) | From::Cell(_) | From::Nowhere => "",
        };
        (!text.is_empty()).then_some(text)
    }

    fn record(&self) -> Value {
        let mut object = Object::new();
        for (at, name) in self.names.iter().enumerate() {
            if let Some(text) = self.cell(at) {
                object.push(&**name, Value::text(text));
            }
        }
        Value::object(object)
    }
}

/// A number with a point and without groups; blank where it is none.
pub(super) fn amount(cell: &str, numbers: number::Evidence) -> String {
    let mut out = String::new();
    written(cell, numbers, &mut out);
    out
}

fn written(cell: &str, numbers: number::Evidence, out: &mut String) {
    match number::read(cell, &mut number::Evidence::default()) {
        Number::Exact(text) => out.push_str(&text),
        Number::Unsure { sign, decimal, whole } => match numbers.meaning(sign) {
            Some(Meaning::Decimal) => out.push_str(&decimal),
            _ => out.push_str(&whole),
        },
        Number::Wrong => {}
    }
}

/// The day and the time of a row. Where the time tells its zone the day is that of UTC; else it is `posted-date` as it
/// stands. Rows of one day stand together, so what was made for the last row is mostly right for this one.
fn dates(report: &Report, posted: &str, time: &str, of: &mut Option<String>, made: &mut [String; MADE.len()]) {
    let wants_time = report.wants_time;
    // Midnight to midnight of UTC is one day, whatever the time.
    let key = match time.strip_suffix(" UTC") {
        Some(utc) if !wants_time => utc.split(' ').next().unwrap_or(utc),
        _ if time.is_empty() => posted,
        _ => time,
    };
    if of.as_deref() == Some(key) && !wants_time {
        return;
    }
    key.clone_into(of.get_or_insert_default());
    let order = report.scan.order;
    let (day, at) = (date::read(posted), date::read(time));
    let zoned = at.or(day).filter(|stamp| stamp.offset.is_some());
    let date = zoned.or(day).or(at).and_then(|stamp| stamp.utc_day(order));
    // What is posted on no day of its own is posted when the period ends.
    let date = date.or_else(|| date::read(&report.scan.head.end)?.utc_day(order));
    let instant = at.or(day).filter(|stamp| stamp.time.is_some()).and_then(|stamp| stamp.instant(order));
    let texts =
        [(POSTED_DATE, date.map(|date| date.to_string())), (POSTED_AT, instant.map(|instant| instant.to_string()))];
    for (place, text) in texts {
        if let Some(made) = made.get_mut(place) {
            *made = text.unwrap_or_default();
        }
    }
}

fn changed(error: LineError) -> String {
    format!("the file is not what it was when it was looked through: {error:?}")
}
