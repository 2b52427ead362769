//! Ties a settlement of the marketplace to the books: its rows, the orders and invoices of the ERP, the journals that were
//! posted, the deposit, and the settlements before and after. What does not tie is told row by row.
//!
//! Nothing here reads a file or calls anybody: a [`Tally`] is fed row by row and stays small however long the file is,
//! [`reconcile`] compares it with what the [`Books`] say, and [`show`] writes the result for people and programs.

mod aging;
mod continuity;
mod journal;
mod orders;
pub mod show;
mod tally;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

pub use aging::Aged;
pub use journal::Line;
pub use tally::{Code, Head, Row, Sample, Sum, Tally};

/// What the books say.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// The orders that the settlement names, and those that were shipped in its currency.
    pub orders: Vec<Order>,
    /// The invoices of the orders that the settlement names.
    pub invoices: Vec<Invoice>,
    /// The payments that were booked for the settlement.
    pub payments: Vec<Payment>,
    /// The journals of the settlement.
    pub journals: Vec<Journal>,
}

/// A sales order of the ERP.
#[derive(Debug, Clone)]
pub struct Order {
    /// The marketplace's number of it.
    pub id: String,
    /// The ERP's number of it.
    pub number: String,
    /// Its currency.
    pub currency: String,
    /// Its status, in the ERP's words.
    pub status: String,
    /// When it was placed.
    pub placed: Option<Date>,
    /// When it last changed, which for a shipped one is when it was shipped.
    pub changed: Option<Date>,
    /// Whether goods were sent: an amount for it is due.
    pub shipped: bool,
    /// What the buyer pays the seller for all of it.
    pub grand: Decimal,
    /// Its lines.
    pub lines: Vec<OrderLine>,
}

/// A line of a sales order.
#[derive(Debug, Clone)]
pub struct OrderLine {
    /// The marketplace's number of the line.
    pub reference: String,
    /// Pieces.
    pub quantity: Decimal,
    /// Pieces that the ERP has shipped; none where somebody else ships.
    pub shipped: Decimal,
    /// What the buyer pays for the line, with its charges, less its discounts.
    pub net: Decimal,
}

/// An invoice.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// The marketplace's number of the order.
    pub order_id: String,
    /// The ERP's number of the invoice.
    pub number: String,
    /// What is still open of it; less than zero where the buyer is owed something.
    pub balance: Decimal,
    /// What it was made out for.
    pub total: Decimal,
}

/// A payment that was booked.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The marketplace's number of the order.
    pub order_id: String,
    /// The ERP's number of the payment.
    pub number: String,
    /// What was paid; less than zero where it was paid back.
    pub amount: Decimal,
}

/// A journal.
#[derive(Debug, Clone)]
pub struct Journal {
    /// What the settlement calls it.
    pub reference: String,
    /// The ERP's number of it.
    pub number: String,
    /// Its status, in the ERP's words.
    pub status: String,
    /// The day it is booked on.
    pub date: Option<Date>,
    /// The month that it is of, as its first day.
    pub month: Option<Date>,
    /// Its currency.
    pub currency: String,
    /// Its lines.
    pub lines: Vec<JournalLine>,
    /// The digests of the files that it was made from.
    pub digests: Vec<String>,
}

/// A line of a journal.
#[derive(Debug, Clone)]
pub struct JournalLine {
    /// Its number in the journal.
    pub number: u64,
    /// The account.
    pub account: String,
    /// What is debited.
    pub debit: Decimal,
    /// What is credited.
    pub credit: Decimal,
    /// What is written beside it.
    pub memo: String,
    /// What it is about: settlement, marketplace, the names of the amount, its class, or its kind.
    pub dimensions: BTreeMap<String, String>,
}

/// A settlement beside this one, of the same currency.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// Its number.
    pub id: String,
    /// Its period.
    pub start: Option<Timestamp>,
    /// The end of its period.
    pub end: Option<Timestamp>,
    /// Its total.
    pub total: Decimal,
    /// What it holds back, as its rows tell it: less than zero.
    pub current_reserve: Decimal,
    /// What it gives back of the one before.
    pub previous_reserve: Decimal,
    /// What it takes over as owed to the marketplace: less than zero.
    pub payable: Decimal,
}

/// What is around the settlement.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The settlement before, where it is known.
    pub before: Option<Neighbour>,
    /// The settlement after, where it is known.
    pub after: Option<Neighbour>,
    /// The orders that any settlement that is known has sold; those of this one may be left out.
    pub settled: BTreeSet<String>,
    /// What arrived at the bank, where somebody looked.
    pub deposit: Option<Decimal>,
    /// The day it is.
    pub today: Date,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It ties.
    Ties,
    /// There was nothing to compare with; the check says why.
    Open,
    /// It ties, but somebody should look.
    Look,
    /// It does not tie.
    Differs,
}

/// One comparison.
#[derive(Debug, Clone)]
pub struct Check {
    /// A word for programs.
    pub id: &'static str,
    /// What is compared.
    pub title: &'static str,
    /// How it came out.
    pub state: State,
    /// What the marketplace says.
    pub settlement: Option<Decimal>,
    /// What the books say.
    pub books: Option<Decimal>,
    /// The outcome in a sentence.
    pub says: String,
    /// What does not tie, one by one.
    pub residue: Vec<Residue>,
}

/// Something that does not tie.
#[derive(Debug, Clone)]
pub struct Residue {
    /// What it is about: an order, a code, a journal line.
    pub about: String,
    /// The rows of the file, such as `12–40`.
    pub rows: String,
    /// What the marketplace says.
    pub settlement: Option<Decimal>,
    /// What the books say.
    pub books: Option<Decimal>,
    /// Why, or what to do.
    pub says: String,
}

/// A settlement, tied to the books as far as it ties.
#[derive(Debug)]
pub struct Report {
    /// The settlement.
    pub head: Head,
    /// Rows of the file that have an amount.
    pub rows: u64,
    /// The comparisons, in the order of the work.
    pub checks: Vec<Check>,
    /// The lines of all journals, numbered through, with the rows that they were made from.
    pub lines: Vec<Line>,
    /// Orders that were shipped and are in no settlement yet.
    pub aged: Vec<Aged>,
}

impl Report {
    /// Whether it ties out: nothing differs.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.checks.iter().all(|check| check.state != State::Differs)
    }

    /// Whether there is anything that somebody should look at.
    #[must_use]
    pub fn needs_a_look(&self) -> bool {
        self.checks.iter().any(|check| check.state == State::Look)
    }
}

impl Check {
    fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, state: State::Ties, settlement: None, books: None, says: String::new(), residue: Vec::new() }
    }

    fn amounts(mut self, settlement: Decimal, books: Decimal) -> Self {
        self.settlement = Some(settlement);
        self.books = Some(books);
        self
    }

    fn state(mut self, state: State, says: impl Into<String>) -> Self {
        self.state = state;
        self.says = says.into();
        self
    }

    fn with(mut self, residue: Vec<Residue>) -> Self {
        self.residue = residue;
        self
    }
}

/// Compares a settlement with the books and with what is around it.
#[must_use]
pub fn reconcile(tally: &Tally, books: &Books, around: &Around) -> Report {
    let aged = aging::of(tally, books, around);
    let lines = journal::lines(tally, books);
    let mut checks = vec![totals::rows(tally), totals::tax(tally)];
    checks.extend(journal::checks(tally, books, &lines));
    checks.push(totals::deposit(tally, books, around));
    checks.extend(continuity::checks(tally, around));
    checks.extend(orders::checks(tally, books, around));
    checks.push(aging::check(&aged));
    Report { head: tally.head.clone(), rows: tally.rows, checks, lines, aged }
}

/// An amount with the sign and the digits that it has.
fn money(amount: Decimal) -> String {
    // Nothing is never less than nothing.
    if amount.is_zero() { amount.abs().to_string() } else { amount.to_string() }
}
