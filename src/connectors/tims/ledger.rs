//! The general ledger: accounts, periods and journals.

use std::sync::Arc;

use super::Tims;
use super::family::Family;
use super::schema::ledger;
use crate::catalog::{EntitySpec, Idempotency, LookupSpec, ObjectSpec, OperationSpec, WriteSpec};
use crate::connectors::contract::{ConnectorError, Fetch};
use crate::value::{Object, Value};

/// The general ledger.
pub(super) struct Ledger;

impl Family for Ledger {
    fn entities(&self) -> Vec<EntitySpec> {
        let look = |name, summary, record: ObjectSpec, keys, operation| EntitySpec {
            name,
            summary,
            source: None,
            lookup: Some(LookupSpec { record: Arc::new(record), keys, operation }),
            writes: Vec::new(),
        };
        vec![
            look("gl_accounts", "Accounts of the general ledger", ledger::account(), vec!["code"], "listGlAccounts"),
            look(
                "gl_periods",
                "Accounting periods; found by a day, with the first day from it on that can be posted to",
                ledger::period(),
                vec!["date"],
                "listGlPeriods",
            ),
            journal_entries(),
        ]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        let operation = |name, path, batch| OperationSpec { name, path, rate: None, batch };
        vec![
            operation("listGlAccounts", "GET /gl/accounts", 100),
            operation("listGlPeriods", "GET /gl/periods", 100),
            operation("listJournalEntries", "GET /gl/journal_entries", 100),
            operation("createJournalEntry", "POST /gl/journal_entries", 1),
            operation("upsertJournalEntry", "PUT /gl/journal_entries/by_ref/{source}/{external_ref}", 1),
            operation("postJournalEntry", "POST /gl/journal_entries/{id}/post", 1),
            operation("reverseJournalEntry", "POST /gl/journal_entries/{id}/reverse", 1),
        ]
    }
}

fn journal_entries() -> EntitySpec {
    let entry = Arc::new(ledger::journal_entry());
    let input = Arc::new(ledger::journal_entry_input());
    let write = |verb, input: &Arc<ObjectSpec>, operation, idempotency, natural_key| WriteSpec {
        verb,
        input: Arc::clone(input),
        output: Arc::clone(&entry),
        operation,
        idempotency,
        natural_key,
        bulk: None,
    };
    let id = Arc::new(ledger::journal_entry_action());
    let reversal = Arc::new(ledger::journal_entry_reversal());
    EntitySpec {
        name: "journal_entries",
        summary: "Journals of the general ledger; posted ones change no more and can only be reversed",
        source: None,
        lookup: Some(LookupSpec {
            record: Arc::clone(&entry),
            keys: vec!["external_ref"],
            operation: "listJournalEntries",
        }),
        writes: vec![
            write("create", &input, "createJournalEntry", Idempotency::Key, &["external_ref"]),
            write("upsert", &input, "upsertJournalEntry", Idempotency::NaturalKey, &["external_ref"]),
            write("post", &id, "postJournalEntry", Idempotency::Key, &["id"]),
            write("reverse", &reversal, "reverseJournalEntry", Idempotency::Key, &["id"]),
        ],
    }
}

impl Tims {
    /// For each day the first day from it on that lies in an open period, with that period; null where there is none.
    pub(super) async fn periods(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        let open = self.list("gl_periods", "status", "open").await?;
        let mut open: Vec<(&str, &str, &Value)> = open
            .iter()
            .filter_map(|period| {
                let day = |name| period.get(name).and_then(Value::as_text);
                let is_open = day("status").is_none_or(|status| status == "open");
                is_open.then_some(())?;
                Some((day("start")?, day("end")?, period))
            })
            .collect();
        open.sort_unstable_by_key(|(start, ..)| *start);
        let find = |asked: &Value| {
            let day = asked.display();
            // Days as ISO 8601 writes them compare as text.
            let (start, _, period) = open.iter().find(|(_, end, _)| day.as_str() <= *end)?;
            let first = if *start > day.as_str() { (*start).to_owned() } else { day.clone() };
            let mut found = Object::new();
            found.set("date", Value::from(day));
            found.set("first_open_date", Value::from(first));
            for name in ["id", "start", "end", "status"] {
                if let Some(value) = period.get(name) {
                    found.set(name, value.clone());
                }
            }
            Some(Value::object(found))
        };
        Ok(request.values.iter().map(|asked| find(asked).unwrap_or_default()).collect())
    }
}
