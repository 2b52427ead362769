//! Journal entries: drafts that can be replaced, and what was posted, which only a reversal takes back.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{accounts, amount, digits_of, id_of, names, number_of, put_money, taken, text};
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;
use crate::sandbox::tims::fields::{self, Field, Shape, may, must};
use crate::sandbox::tims::listing::Listing;
use crate::sandbox::tims::problem::Problem;
use crate::sandbox::tims::routes::{Route, Serve};
use crate::sandbox::tims::totals::money;
use crate::sandbox::tims::{Outcome, Tims, no_such};
use Shape::{Date, Free, List, Money, Quantity, Record, Text, Word};

/// The routes of journal entries.
pub(in crate::sandbox::tims) const ROUTES: &[Route] = &[
    Route { name: "tims.gl.journal_entries.list", method: "GET", path: PATH, serve: Serve::Tell(list) },
    Route { name: "tims.gl.journal_entries.create", method: "POST", path: PATH, serve: Serve::Change(create) },
    Route {
        name: "tims.gl.journal_entries.get",
        method: "GET",
        path: &["gl", "journal_entries", "{}"],
        serve: Serve::Tell(get),
    },
    Route {
        name: "tims.gl.journal_entries.upsert",
        method: "PUT",
        path: &["gl", "journal_entries", "by_ref", "{}", "{}"],
        serve: Serve::Change(upsert),
    },
    Route {
        name: "tims.gl.journal_entries.post",
        method: "POST",
        path: &["gl", "journal_entries", "{}", "post"],
        serve: Serve::Change(post),
    },
    Route {
        name: "tims.gl.journal_entries.reverse",
        method: "POST",
        path: &["gl", "journal_entries", "{}", "reverse"],
        serve: Serve::Change(reverse),
    },
];

const PATH: &[&str] = &["gl", "journal_entries"];
const FILTERS: [&str; 7] = ["id", "source", "external_ref", "status", "currency", "date", "updated_at"];

/// The body of a journal entry.
const JOURNAL: &[Field] = &[
    may("source", Text(40)),
    may("external_ref", Text(200)),
    must("date", Date),
    may("original_date", Date),
    must("currency", Text(3)),
    may("status", Word(&["draft", "posted"])),
    may("memo", Text(500)),
    must(
        "lines",
        List(&Record(&[
            may("line_no", Quantity),
            must("account", Text(20)),
            may("debit", Money),
            may("credit", Money),
            may("tax_code", Text(40)),
            may("dimensions", Free),
            may("order_ref", Text(200)),
            may("memo", Text(500)),
        ])),
    ),
    may("attachments", List(&Record(&[must("name", Text(200)), must("sha256", Text(64))]))),
    may("metadata", Free),
];

/// The body of `reverse`.
const REVERSE: &[Field] = &[may("date", Date), may("external_ref", Text(200)), may("memo", Text(500))];

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    Ok(tims.list(DocKind::JournalEntry, &Listing::read(call, &FILTERS)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::JournalEntry, "journal entry", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    let mut fields = fields::read(body, JOURNAL, tims.style, false)?;
    let (source, reference) = names(&mut fields, None)?;
    let id = journal_id(&source, &reference);
    if tims.documents(DocKind::JournalEntry).contains_key(&id) {
        return Err(taken("journal entry", &id));
    }
    tims.write_journal(&id, None, fields, 201)
}

/// PUT by_ref: a draft is replaced; what is posted is not touched, and its id is told.
fn upsert(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let mut fields = fields::read(body, JOURNAL, tims.style, false)?;
    let address = (call.segment_from_end(1), call.segment_from_end(0));
    let (source, reference) = names(&mut fields, Some(address))?;
    let id = journal_id(&source, &reference);
    tims.check_version(DocKind::JournalEntry, &id, call, false)?;
    let current = tims.document(DocKind::JournalEntry, &id);
    if current.as_ref().is_some_and(|current| current["status"] != "draft") {
        return Err(taken("posted journal entry", &id));
    }
    let answer = if current.is_some() { 200 } else { 201 };
    tims.write_journal(&id, current.as_ref(), fields, answer)
}

fn post(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    fields::read(body, &[], tims.style, false)?;
    let (id, current) = tims.named_journal(call)?;
    if current["status"] != "draft" {
        let detail = format!("the journal entry is {} already", text_of(&current, "status"));
        return Err(Problem::state(detail).with("existing_id", id));
    }
    let mut fields = current.as_object().cloned().unwrap_or_default();
    tims.check_open(text(&fields, "date").parse().unwrap_or_default(), "date")?;
    fields.insert("status".to_owned(), "posted".into());
    fields.insert("posted_at".to_owned(), tims.now.to_string().into());
    Ok(tims.save(DocKind::JournalEntry, id, Some(&current), fields, 200))
}

fn reverse(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let given = fields::read(body, REVERSE, tims.style, false)?;
    let (id, current) = tims.named_journal(call)?;
    if current["status"] != "posted" {
        let detail = format!("only what is posted is reversed, and this is {}", text_of(&current, "status"));
        return Err(Problem::state(detail));
    }
    let reference = match text(&given, "external_ref") {
        "" => format!("{}:reversal", text_of(&current, "external_ref")),
        given => given.to_owned(),
    };
    let reversal = journal_id(text_of(&current, "source"), &reference);
    if tims.documents(DocKind::JournalEntry).contains_key(&reversal) {
        return Err(taken("journal entry", &reversal));
    }
    let mut fields = current.as_object().cloned().unwrap_or_default();
    for name in ["id", "number", "posted_at", "totals", "attachments"] {
        fields.shift_remove(name);
    }
    fields.insert("external_ref".to_owned(), reference.into());
    fields.insert("reversal_of".to_owned(), id.into());
    fields.extend(given.into_iter().filter(|(name, _)| name != "external_ref"));
    for line in fields.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
        let (debit, credit) = (line["debit"].take(), line["credit"].take());
        line["debit"] = credit;
        line["credit"] = debit;
    }
    let mut outcome = tims.write_journal(&reversal, None, fields, 201)?;
    let mut reversed = current.as_object().cloned().unwrap_or_default();
    reversed.insert("status".to_owned(), "reversed".into());
    reversed.insert("reversed_by".to_owned(), reversal.into());
    outcome.entries.extend(tims.save(DocKind::JournalEntry, id, Some(&current), reversed, 200).entries);
    Ok(outcome)
}

fn journal_id(source: &str, reference: &str) -> String {
    id_of("JE", source, reference)
}

fn text_of<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_default()
}

impl Tims {
    /// The entry that an action names in its path.
    fn named_journal<'a>(&self, call: &'a Call) -> Result<(&'a str, Value), Problem> {
        let id = call.segment_from_end(1);
        let found = self.document(DocKind::JournalEntry, id).ok_or_else(|| no_such("journal entry", id))?;
        Ok((id, found))
    }

    fn write_journal(
        &self,
        id: &str,
        current: Option<&Value>,
        mut fields: Map<String, Value>,
        answer: u16,
    ) -> Result<Outcome, Problem> {
        let digits = digits_of(text(&fields, "currency"))?;
        let date = text(&fields, "date").parse().unwrap_or_default();
        let (debits, credits) = check_lines(&mut fields, digits)?;
        if debits != credits {
            let detail = format!("lines: the debits come to {debits} and the credits to {credits}");
            let problem = Problem::new(422, "unbalanced", detail).with("debit", money(debits, digits));
            let difference = money(debits - credits, digits);
            return Err(problem.with("credit", money(credits, digits)).with("difference", difference));
        }
        self.check_open(date, "date")?;
        fields.entry("status").or_insert_with(|| "draft".into());
        fields.insert("number".to_owned(), number_of('J', id).into());
        let mut totals = Map::new();
        put_money(&mut totals, "debit", debits, digits);
        put_money(&mut totals, "credit", credits, digits);
        fields.insert("totals".to_owned(), json!(totals));
        if fields["status"] == "posted" {
            fields.insert("posted_at".to_owned(), self.now.to_string().into());
        }
        Ok(self.save(DocKind::JournalEntry, id, current, fields, answer))
    }
}

/// Checks every line, numbers those without a number, and gives the sums of both sides.
fn check_lines(fields: &mut Map<String, Value>, digits: u32) -> Result<(Decimal, Decimal), Problem> {
    let Some(lines) = fields.get_mut("lines").and_then(Value::as_array_mut) else { return Ok(Default::default()) };
    if lines.len() < 2 {
        return Err(Problem::field("lines", "required", "a journal entry has two lines or more"));
    }
    let mut seen = BTreeSet::new();
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    for (at, line) in lines.iter_mut().enumerate() {
        let path = format!("lines[{at}]");
        let number = match line.get("line_no") {
            None => Some(at as u64 + 1),
            // What is kept has numbers, what is sent has been read as text.
            Some(Value::String(text)) => text.parse::<u64>().ok().filter(|number| *number > 0),
            Some(kept) => kept.as_u64(),
        };
        match number {
            Some(number) if seen.insert(number) => line["line_no"] = number.into(),
            Some(_) => {
                return Err(Problem::field(&format!("{path}.line_no"), "duplicate_line_no", "another line has it"));
            }
            None => return Err(Problem::field(&format!("{path}.line_no"), "bad_line", "a whole number from 1 on")),
        }
        let account = line["account"].as_str().unwrap_or_default();
        let problem = |code, what: &str| Problem::field(&format!("{path}.account"), code, what);
        match accounts::state(account) {
            Some(true) => {}
            Some(false) => return Err(problem("inactive_account", &format!("the account `{account}` is inactive"))),
            None => return Err(problem("unknown_account", &format!("there is no account `{account}`"))),
        }
        let debit = amount(line.get("debit"), digits, &format!("{path}.debit"))?;
        let credit = amount(line.get("credit"), digits, &format!("{path}.credit"))?;
        if debit.is_zero() == credit.is_zero() {
            return Err(Problem::field(&path, "bad_line", "one of debit and credit is more than zero, and not both"));
        }
        line["debit"] = money(debit, digits).into();
        line["credit"] = money(credit, digits).into();
        debits += debit;
        credits += credit;
    }
    Ok((debits, credits))
}
