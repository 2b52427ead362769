//! The first pass over a settlement file: what only the whole of it tells. Its charset, what its signs in numbers mean,
//! whether its dates have the day or the month first, the settlement that it is of, and everything that is wrong with it.

use std::io::Read;

use encoding_rs::{Encoding, SHIFT_JIS};

use super::charset::{self, Japanese, Text, TextError};
use super::date::{self, Order, Stamp};
use super::layout::{
    self, COLUMNS, CURRENCY, Cells, Column, Layout, POSTED, POSTED_TIME, QUANTITY, SETTLEMENT_ID, TOTAL,
};
use super::lines::{LineError, Lines};
use super::number::{self, Meaning, Number};
use crate::value::money::Currency;

/// How many things that are wrong are told.
const TOLD: usize = 3;

/// What the whole file tells.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub(super) encoding: &'static Encoding,
    /// Nothing where there is no header that can be read.
    pub(super) layout: Option<Layout>,
    pub(super) numbers: number::Evidence,
    pub(super) order: Option<Order>,
    pub(super) head: Head,
    pub(super) problems: Problems,
}

/// The row that tells of the settlement as a whole, as it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// Which line it is; 0 where there is none.
    pub(super) row: u64,
    pub(super) settlement_id: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) deposit: String,
    pub(super) total: String,
    pub(super) currency: String,
}

/// What is wrong with a file: how much, and the first of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Problems {
    count: u64,
    told: Vec<String>,
}

impl Problems {
    pub(super) fn add(&mut self, message: String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(message);
        }
    }

    fn at(&mut self, line: u64, message: &str) {
        self.add(format!("line {line}: {message}"));
    }

    /// All of it in one sentence; nothing where nothing is wrong.
    pub(super) fn sentence(&self) -> Option<String> {
        let told = self.told.join("; ");
        let more = self.count.saturating_sub(self.told.len() as u64);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        (self.count > 0).then(|| format!("{told}{more}"))
    }
}

/// Looks through a file; `open` opens it from its beginning, unpacked.
pub(super) fn scan(
    open: &mut dyn FnMut() -> std::io::Result<Box<dyn Read + Send>>,
    content_type: Option<&str>,
) -> std::io::Result<Scan> {
    let candidates = charset::candidates(content_type);
    let mut found = None;
    for (at, encoding) in candidates.iter().enumerate() {
        let mut pass = Pass::new(encoding, at);
        match pass.run(Lines::new(Text::new(open()?, encoding))) {
            Ok(()) => {}
            Err(LineError::Text(TextError::Foreign)) => continue,
            Err(LineError::Text(TextError::Io(error))) => return Err(error),
            Err(LineError::TooLong) => pass.problems.at(pass.row + 1, "the line is too long for a settlement report"),
        }
        // What was not named must look Japanese as well.
        if *encoding == SHIFT_JIS && at > 0 && !pass.japanese.is_likely(pass.head.currency == "JPY") {
            continue;
        }
        found = Some(pass.end());
        break;
    }
    found.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidData, "is in no charset that is known"))
}

/// A number that may be either, and where it stands.
struct Unsure {
    row: u64,
    column: String,
    text: String,
    sign: char,
    decimal: String,
    whole: String,
}

struct Pass {
    encoding: &'static Encoding,
    japanese: Option<Japanese>,
    layout: Option<Layout>,
    numbers: number::Evidence,
    dates: date::Evidence,
    head: Head,
    problems: Problems,
    row: u64,
    /// Of each sign how many there are that may be either, and the first.
    unsure: Vec<(u64, Unsure)>,
    /// The most decimals of a number, and the first row that has them.
    decimals: (usize, u64),
    /// Dates that were looked at last, by column.
    seen: [String; 2],
    /// The first date that may be either.
    either: Option<(u64, String)>,
    start: Option<Stamp>,
    end: Option<Stamp>,
}

trait Likely {
    fn is_likely(&self, told: bool) -> bool;
}

impl Likely for Option<Japanese> {
    fn is_likely(&self, told: bool) -> bool {
        self.as_ref().is_some_and(|japanese| japanese.is_likely(told))
    }
}

impl Pass {
    fn new(encoding: &'static Encoding, candidate: usize) -> Self {
        Self {
            encoding,
            japanese: (encoding == SHIFT_JIS && candidate > 0).then(Japanese::default),
            layout: None,
            numbers: number::Evidence::default(),
            dates: date::Evidence::default(),
            head: Head::default(),
            problems: Problems::default(),
            row: 0,
            unsure: Vec::new(),
            decimals: (0, 0),
            seen: [String::new(), String::new()],
            either: None,
            start: None,
            end: None,
        }
    }

    fn run(&mut self, mut lines: Lines) -> Result<(), LineError> {
        if !lines.advance()? {
            self.problems.add("the file is empty".to_owned());
            return Ok(());
        }
        let layout = match Layout::read(lines.line()) {
            Ok(layout) => layout,
            Err(why) => {
                self.problems.add(why);
                return Ok(());
            }
        };
        self.layout = Some(layout.clone());
        let mut places = Vec::with_capacity(layout.width + 1);
        while lines.advance()? {
            self.row = lines.number();
            if let Some(japanese) = &mut self.japanese {
                japanese.look(lines.line());
            }
            if !layout::split(lines.line(), layout.width, &mut places) {
                let why = format!("it has {} cells, and the header names {} columns", places.len(), layout.width);
                self.problems.at(self.row, &why);
                continue;
            }
            self.look(&layout, Cells { line: lines.line(), places: &places });
        }
        Ok(())
    }

    fn look(&mut self, layout: &Layout, cells: Cells<'_, '_>) {
        let at = |column: Column| cells.get(layout.place(column));
        let total = at(TOTAL);
        let mut amounts = 0;
        for number in 0..layout.amounts() {
            if let Some(amount) = layout.amount(cells, number) {
                amounts += 1;
                let name = if amount.amount_type.is_empty() { "amount" } else { amount.amount_type };
                self.number(amount.cell, name);
            }
        }
        if !total.is_empty() {
            self.total(total, amounts, &at);
        }
        let id = at(SETTLEMENT_ID);
        if self.head.settlement_id.is_empty() && !id.is_empty() {
            id.clone_into(&mut self.head.settlement_id);
        } else if !id.is_empty() && id != self.head.settlement_id {
            let why = format!("it is of settlement {id}, and the file of {}", self.head.settlement_id);
            self.problems.at(self.row, &why);
        }
        let currency = at(CURRENCY);
        if self.head.currency.is_empty() && !currency.is_empty() {
            currency.clone_into(&mut self.head.currency);
        } else if !currency.is_empty() && currency != self.head.currency {
            let why = format!(
                "it is in {currency}, and the settlement in {}: a settlement has one currency",
                self.head.currency
            );
            self.problems.at(self.row, &why);
        }
        for (seen, column) in [POSTED, POSTED_TIME].into_iter().enumerate() {
            let text = at(column);
            let same = self.seen.get(seen).is_some_and(|last| last == text);
            if !text.is_empty() && !same {
                self.date(text, column);
                if let Some(last) = self.seen.get_mut(seen) {
                    text.clone_into(last);
                }
            }
        }
        if amounts > 0 && at(POSTED).is_empty() && at(POSTED_TIME).is_empty() && self.head.end.is_empty() {
            self.problems
                .at(self.row, "it has an amount and no posted-date, and the settlement no end that could stand for it");
        }
        let quantity = at(QUANTITY);
        if !quantity.is_empty() && quantity.parse::<i64>().is_err() {
            self.problems
                .at(self.row, &format!("quantity-purchased is `{}`, which is no whole number", shown(quantity)));
        }
    }

    /// A row that states a total: the first one is the settlement's.
    fn total<'r>(&mut self, total: &str, amounts: usize, at: &dyn Fn(Column) -> &'r str) {
        if self.head.row > 0 {
            // A file in which each row repeats it says nothing new.
            if amounts == 0 || total != self.head.total {
                let why = format!("it states a total-amount, and line {} has stated one already", self.head.row);
                self.problems.at(self.row, &why);
            }
            return;
        }
        self.number(total, "total-amount");
        let head = &mut self.head;
        head.row = self.row;
        total.clone_into(&mut head.total);
        for (text, column) in
            [(&mut head.start, layout::START), (&mut head.end, layout::END), (&mut head.deposit, layout::DEPOSIT)]
        {
            at(column).clone_into(text);
        }
        let (start, end, deposit) = (self.head.start.clone(), self.head.end.clone(), self.head.deposit.clone());
        self.start = self.date(&start, layout::START);
        self.end = self.date(&end, layout::END);
        self.date(&deposit, layout::DEPOSIT);
    }

    fn number(&mut self, text: &str, column: &str) {
        match number::read(text, &mut self.numbers) {
            Number::Exact(written) => {
                let decimals = number::decimals(&written);
                if decimals > self.decimals.0 {
                    self.decimals = (decimals, self.row);
                }
            }
            Number::Unsure { sign, decimal, whole } => {
                match self.unsure.iter_mut().find(|(_, known)| known.sign == sign) {
                    Some((count, _)) => *count += 1,
                    None => {
                        let (column, text) = (column.to_owned(), text.to_owned());
                        self.unsure.push((1, Unsure { row: self.row, column, text, sign, decimal, whole }));
                    }
                }
            }
            Number::Wrong => self.problems.at(self.row, &format!("{column} is `{}`, which is no number", shown(text))),
        }
    }

    fn date(&mut self, text: &str, column: Column) -> Option<Stamp> {
        if text.is_empty() {
            return None;
        }
        let Some(stamp) = date::read(text) else {
            let name = COLUMNS.get(column).copied().unwrap_or_default();
            self.problems.at(self.row, &format!("{name} is `{}`, which is no date that is known", shown(text)));
            return None;
        };
        self.dates.add(stamp.day);
        if self.either.is_none() && stamp.day.date(None).is_none() {
            self.either = Some((self.row, text.to_owned()));
        }
        Some(stamp)
    }

    /// What the whole file decides.
    fn end(mut self) -> Scan {
        let currency = Currency::new(&self.head.currency);
        if self.layout.is_some() {
            if self.row == 0 {
                self.problems.add("the file has a header and no rows".to_owned());
            } else if self.head.row == 0 {
                self.problems.add("no row states the settlement's total-amount".to_owned());
            } else if currency.is_none() {
                let told = shown(&self.head.currency);
                self.problems
                    .at(self.head.row, &format!("the currency is `{told}`, which is no code of three letters"));
            }
            if self.head.settlement_id.is_empty() {
                self.problems.add("no row names the settlement".to_owned());
            }
        }
        for (count, unsure) in std::mem::take(&mut self.unsure) {
            self.decide(count, &unsure);
        }
        let (decimals, row) = self.decimals;
        if let Some(currency) = currency
            && decimals > currency.decimals() as usize
        {
            let why = format!("an amount has {decimals} decimals, and {currency} has {}", currency.decimals());
            self.problems.at(row, &why);
        }
        let order = self.dates.order(date::period(self.start, self.end));
        if let (None, Some((row, text))) = (order, &self.either) {
            let why = if self.dates.is_torn() {
                "some dates of the file have the day first and others the month"
            } else {
                "the file has no date that tells whether the day or the month is first"
            };
            self.problems.at(*row, &format!("the date `{}` may be two: {why}", shown(text)));
        }
        Scan {
            encoding: self.encoding,
            layout: self.layout,
            numbers: self.numbers,
            order,
            head: self.head,
            problems: self.problems,
        }
    }

    /// Numbers that may be either are read as the file's other numbers have it.
    fn decide(&mut self, count: u64, unsure: &Unsure) {
        let Unsure { row, column, text, decimal, whole, sign } = unsure;
        match self.numbers.meaning(*sign) {
            Some(Meaning::Groups) => {}
            Some(Meaning::Decimal) => {
                let decimals = number::decimals(decimal);
                if decimals > self.decimals.0 {
                    self.decimals = (decimals, *row);
                }
            }
            None => {
                let more = if count > 1 { format!(" ({} more are like it)", count - 1) } else { String::new() };
                let why = format!(
                    "{column} is `{}`, which may be {whole} or {decimal}, and the file's other numbers do not tell which{more}",
                    shown(text)
                );
                self.problems.at(*row, &why);
            }
        }
    }
}

/// A cell in a message, not endless.
fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
