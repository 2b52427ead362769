//! TIMS' finance: the general ledger with its accounts and periods, invoices, payments and credit notes. What is posted
//! stays as it was posted; what was wrong is reversed or voided, never changed.

pub(super) mod accounts;
pub(super) mod credit_notes;
pub(super) mod invoices;
pub(super) mod journals;
pub(super) mod payments;
pub(super) mod periods;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::problem::Problem;
use super::totals::{minor_digits, money, number};
use super::{Outcome, Tims};
use crate::sandbox::journal::DocKind;
use crate::sandbox::key;

/// The day on which something happens now, in the company's time zone, which is UTC.
fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The id of what a source calls so; `prefix` tells the kind.
fn id_of(prefix: &str, source: &str, reference: &str) -> String {
    format!("{prefix}-{}", key::hex(&["finance", prefix, source, reference], 12))
}

/// A number for people, made from the id.
fn number_of(letter: char, id: &str) -> String {
    format!("{letter}{:010}", key::number(&["number", id]) % 10_000_000_000)
}

/// The id of a document by what a source calls it, for the kinds whose ids follow from that.
pub(super) fn id_by_ref(kind: DocKind, source: &str, reference: &str) -> Option<String> {
    match kind {
        DocKind::JournalEntry => Some(id_of("JE", source, reference)),
        DocKind::Payment => Some(id_of("PA", source, reference)),
        DocKind::CreditNote => Some(id_of("CN", source, reference)),
        // An invoice is called as its order is.
        DocKind::Invoice => Some(invoices::id_for(&super::orders::id_of(source, reference))),
        _ => None,
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The digits of a currency's amounts.
fn digits_of(currency: &str) -> Result<u32, Problem> {
    minor_digits(currency)
        .ok_or_else(|| Problem::field("currency", "unknown_currency", format!("TIMS does not know `{currency}`")))
}

/// An amount that is there, rounded to the currency and not negative; zero where it is absent.
fn amount(value: Option<&Value>, digits: u32, path: &str) -> Result<Decimal, Problem> {
    let amount = value.map(number).unwrap_or_default();
    if amount.normalize().scale() > digits {
        let message = format!("the currency has {digits} digits after the point, and the amount is {amount}");
        return Err(Problem::field(path, "not_rounded", message));
    }
    if amount < Decimal::ZERO {
        return Err(Problem::field(path, "negative_amount", "zero or more is wanted"));
    }
    Ok(amount)
}

/// The body's `source` and `external_ref`; where the address says them, they must agree with it.
fn names(fields: &mut Map<String, Value>, address: Option<(&str, &str)>) -> Result<(String, String), Problem> {
    let (source, reference) = address.unwrap_or(("", ""));
    for (name, wanted) in [("source", source), ("external_ref", reference)] {
        if address.is_some() && fields.get(name).is_some_and(|sent| *sent != wanted) {
            return Err(Problem::field(name, "not_the_address", format!("the address says `{wanted}`")));
        }
        if address.is_some() {
            fields.insert(name.to_owned(), wanted.into());
        }
    }
    if text(fields, "external_ref").is_empty() {
        return Err(Problem::field("external_ref", "required", "the field is required"));
    }
    fields.entry("source").or_insert_with(|| "tims".into());
    Ok((text(fields, "source").to_owned(), text(fields, "external_ref").to_owned()))
}

/// Whether a document says all that the fields say.
fn says(document: &Value, fields: &Map<String, Value>) -> bool {
    fields.iter().all(|(name, value)| document[name] == *value)
}

/// A document of that name is there already, and it is another.
fn taken(what: &str, id: &str) -> Problem {
    Problem::new(409, "duplicate", format!("a {what} with this source and external_ref exists")).with("existing_id", id)
}

impl Tims {
    /// A document as it is, told again because nothing of it is new.
    pub(super) fn unchanged(&self, kind: DocKind, id: &str, status: u16) -> Outcome {
        let text = self.documents(kind).get(id).cloned();
        Outcome { status, text, about: Some((kind, id.to_owned())), entries: Vec::new() }
    }

    /// The body's date, or today, if its period is open.
    fn open_date(&self, fields: &mut Map<String, Value>) -> Result<Date, Problem> {
        let date = match fields.get("date").and_then(Value::as_str) {
            Some(date) => date.parse().unwrap_or_else(|_| day(self.now)),
            None => day(self.now),
        };
        self.check_open(date, "date")?;
        fields.insert("date".to_owned(), date.to_string().into());
        Ok(date)
    }
}

/// Puts an amount in with the currency's digits.
fn put_money(fields: &mut Map<String, Value>, name: &str, amount: Decimal, digits: u32) {
    fields.insert(name.to_owned(), money(amount, digits).into());
}
