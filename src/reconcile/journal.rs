//! The settlement against the journals that were made of it: every code on its line, every line from its rows.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::tally::{counted, folded, many, rows as rows_of};
use super::{Books, Check, Code, Residue, Sample, State, Tally, money};

/// A journal line, numbered through all journals of the settlement, with the rows that it was made from.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// What the settlement calls the journal.
    pub journal: String,
    /// The line's number in the journal.
    pub line: u64,
    /// The account.
    pub account: String,
    /// What is debited.
    pub debit: Decimal,
    /// What is credited.
    pub credit: Decimal,
    /// What is written beside it.
    pub memo: String,
    /// The class that the amounts were found to be of.
    pub class: String,
    /// The code that its rows have; nothing for a deposit or what is carried forward.
    pub code: Option<Code>,
    /// How many rows of the file it was made from.
    pub rows: u64,
    /// The first and the last of them.
    pub span: (u64, u64),
    /// What they come to.
    pub amount: Decimal,
    /// The first of them, to be shown.
    pub samples: Vec<Sample>,
}

/// What lines and codes are matched by: names drift in capital letters and blanks.
type Key = (Option<Date>, String, String, String, String);

fn key_of(code: &Code) -> Key {
    let names = [&code.transaction_type, &code.amount_type, &code.description, &code.marketplace];
    let [transaction, kind, description, marketplace] = names.map(|name| folded(name));
    (code.month, transaction, kind, description, marketplace)
}

/// The rows of all codes that are one but for their spelling.
#[derive(Debug, Clone)]
struct Group<'a> {
    code: &'a Code,
    amount: Decimal,
    rows: u64,
    span: (u64, u64),
    samples: Vec<Sample>,
}

fn groups(tally: &Tally) -> BTreeMap<Key, Group<'_>> {
    let mut groups: BTreeMap<Key, Group<'_>> = BTreeMap::new();
    for (code, sum) in &tally.codes {
        let none = || Group { code, amount: Decimal::ZERO, rows: 0, span: (u64::MAX, 0), samples: Vec::new() };
        let group = groups.entry(key_of(code)).or_insert_with(none);
        group.amount += sum.amount;
        group.rows += sum.rows;
        group.span = (group.span.0.min(sum.span.0), group.span.1.max(sum.span.1));
        group.samples.extend(sum.samples.iter().cloned());
    }
    groups
}

/// The lines of all journals.
pub(super) fn lines(tally: &Tally, books: &Books) -> Vec<Line> {
    let groups = groups(tally);
    let mut lines = Vec::new();
    for journal in &books.journals {
        for line in &journal.lines {
            let text = |name: &str| line.dimensions.get(name).cloned().unwrap_or_default();
            let code = line.dimensions.contains_key("amount_type").then(|| Code {
                month: journal.month,
                transaction_type: text("transaction_type"),
                amount_type: text("amount_type"),
                description: text("amount_description"),
                marketplace: text("marketplace"),
            });
            let from = code.as_ref().and_then(|code| groups.get(&key_of(code)));
            lines.push(Line {
                number: lines.len() + 1,
                journal: journal.reference.clone(),
                line: line.number,
                account: line.account.clone(),
                debit: line.debit,
                credit: line.credit,
                memo: line.memo.clone(),
                class: text("class"),
                rows: from.map_or(0, |group| group.rows),
                span: from.map_or((0, 0), |group| group.span),
                amount: from.map_or(Decimal::ZERO, |group| group.amount),
                samples: from.map(|group| group.samples.clone()).unwrap_or_default(),
                code,
            });
        }
    }
    lines
}

/// What is held against the journals.
pub(super) fn checks(tally: &Tally, books: &Books, lines: &[Line]) -> Vec<Check> {
    vec![posted(tally, books), codes(tally, lines), unmapped(tally, lines), carried(books)]
}

/// They are there, posted, balanced, and made from this file.
fn posted(tally: &Tally, books: &Books) -> Check {
    let check = Check::new("journals", "The journals are posted and balance");
    if books.journals.is_empty() {
        return check.state(State::Differs, "no journal was posted for this settlement");
    }
    let mut residue = Vec::new();
    let mut debits = Decimal::ZERO;
    for journal in &books.journals {
        let mut wrong = Vec::new();
        let debit: Decimal = journal.lines.iter().map(|line| line.debit).sum();
        let credit: Decimal = journal.lines.iter().map(|line| line.credit).sum();
        debits += debit;
        if debit != credit {
            wrong.push("its debits and credits differ".to_owned());
        }
        if journal.status != "posted" {
            wrong.push(format!("it is {}", journal.status));
        }
        if journal.currency != tally.head.currency {
            wrong.push(format!("it is in {}", journal.currency));
        }
        if !journal.digests.is_empty() && !journal.digests.contains(&tally.head.sha256) {
            wrong.push("it was made from a file with another digest".to_owned());
        }
        if !wrong.is_empty() {
            residue.push(Residue {
                about: format!("{} {}", journal.number, journal.reference),
                rows: String::new(),
                settlement: Some(debit),
                books: Some(credit),
                says: wrong.join(", "),
            });
        }
    }
    let months: Vec<String> = books.journals.iter().map(|journal| journal.reference.clone()).collect();
    match residue.is_empty() {
        true => check.state(State::Ties, format!("{}, of {} on both sides", months.join(", "), money(debits))),
        false => {
            check.state(State::Differs, format!("{} of {} not in order", residue.len(), many(months.len(), "journal")))
        }
    }
    .with(residue)
}

/// Every code's rows come to what its lines say, and no line is without rows.
fn codes(tally: &Tally, lines: &[Line]) -> Check {
    let check = Check::new("codes", "Every amount is on a journal line");
    let mut booked: BTreeMap<Key, Decimal> = BTreeMap::new();
    for line in lines {
        if let Some(code) = &line.code {
            *booked.entry(key_of(code)).or_default() += line.credit - line.debit;
        }
    }
    let told = groups(tally);
    let name = |code: &Code| {
        let month = code.month.map(|month| month.strftime("%Y-%m").to_string()).unwrap_or_default();
        format!("{month} {} / {} / {} {}", code.transaction_type, code.amount_type, code.description, code.marketplace)
    };
    let mut residue = Vec::new();
    for (key, group) in &told {
        let on_lines = booked.remove(key).unwrap_or_default();
        if on_lines != group.amount {
            residue.push(Residue {
                about: name(group.code).trim_end().to_owned(),
                rows: rows_of(group.span),
                settlement: Some(group.amount),
                books: Some(on_lines),
                says: counted(group.rows),
            });
        }
    }
    for (key, amount) in booked.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        residue.push(Residue {
            about: format!("{} / {} / {} {}", key.1, key.2, key.3, key.4),
            rows: String::new(),
            settlement: Some(Decimal::ZERO),
            books: Some(amount),
            says: "booked, and no row of the file is of this kind".to_owned(),
        });
    }
    let sum = |lines: &mut dyn Iterator<Item = &Line>| -> Decimal { lines.map(|line| line.credit - line.debit).sum() };
    let on_lines = sum(&mut lines.iter().filter(|line| line.code.is_some()));
    let check = check.amounts(tally.total, on_lines);
    match (lines.is_empty(), residue.len()) {
        (true, _) => check.state(State::Open, "there is no journal to look into"),
        (false, 0) => check
            .state(State::Ties, format!("{} on {}", many(told.len(), "code"), many(lines.len(), "line")))
            .with(residue),
        (false, off) => check.state(State::Differs, format!("{off} of {}", many(told.len(), "code"))).with(residue),
    }
}

/// Codes that nobody has decided on: they are on a suspense account, or were not booked.
fn unmapped(tally: &Tally, lines: &[Line]) -> Check {
    let check = Check::new("unmapped", "Every code is known");
    if lines.is_empty() {
        return check.state(State::Open, "which codes are known is told by the journals");
    }
    let residue: Vec<Residue> = lines
        .iter()
        .filter(|line| matches!(line.class.as_str(), "suspense" | "unknown"))
        .map(|line| Residue {
            about: line.memo.clone(),
            rows: rows_of(line.span),
            settlement: Some(line.amount),
            books: Some(line.credit - line.debit),
            says: format!("on account {} until somebody decides", line.account),
        })
        .collect();
    match residue.len() {
        0 => check.state(State::Ties, many(tally.codes.len(), "code")),
        open => check.state(State::Look, format!("{} on suspense", many(open, "line"))).with(residue),
    }
}

/// What one month carries forward the next one takes over: together nothing.
fn carried(books: &Books) -> Check {
    let check = Check::new("carried", "What a month carries forward the next takes over");
    let lines = books.journals.iter().flat_map(|journal| journal.lines.iter().map(move |line| (journal, line)));
    let pair: Vec<_> =
        lines.filter(|(_, line)| line.dimensions.get("kind").is_some_and(|kind| kind == "carried_forward")).collect();
    let debits: Decimal = pair.iter().map(|(_, line)| line.debit).sum();
    let credits: Decimal = pair.iter().map(|(_, line)| line.credit).sum();
    if pair.is_empty() {
        let says = if books.journals.len() > 1 { "nothing is carried" } else { "the settlement is of one month" };
        return check.state(State::Ties, says);
    }
    match debits == credits {
        true => check.state(State::Ties, format!("{} is carried over {} lines", money(debits), pair.len())),
        false => check
            .amounts(debits, credits)
            .state(State::Differs, format!("{} is left on the account", money(debits - credits))),
    }
}
