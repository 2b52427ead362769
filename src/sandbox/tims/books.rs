//! The documents and what is known about them beside their text: who is called what, and how much stock is taken.
//! Nothing here decides anything; a change is worked out elsewhere and only kept here.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::problem::Problem;
use super::{Documents, Outcome, Tims, bump, customers, totals};
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::world::World;
use rust_decimal::Decimal;

impl Tims {
    /// All documents of a kind, by id.
    pub(in crate::sandbox) fn documents(&self, kind: DocKind) -> &Documents {
        static NONE: Documents = Documents::new();
        self.documents.get(&kind).unwrap_or(&NONE)
    }

    /// A document, read.
    pub(super) fn document(&self, kind: DocKind, id: &str) -> Option<Value> {
        serde_json::from_str(self.documents(kind).get(id)?).ok()
    }

    /// How much of a SKU is set aside at a location.
    pub(super) fn allocated(&self, sku: &str, location: &str) -> Decimal {
        self.taken.get(&(sku.to_owned(), location.to_owned())).copied().unwrap_or_default()
    }

    /// What it comes to when a document's fields are as given: an entry, or none where nothing is new.
    pub(super) fn save(
        &self,
        kind: DocKind,
        id: &str,
        current: Option<&Value>,
        fields: Map<String, Value>,
        status: u16,
    ) -> Outcome {
        let about = Some((kind, id.to_owned()));
        let stamp = |name: &str| current.map_or_else(|| self.now.to_string().into(), |current| current[name].clone());
        let mut document = Map::new();
        document.insert("id".to_owned(), id.into());
        document.extend(fields);
        for name in ["version", "created_at", "updated_at"] {
            document.shift_remove(name);
        }
        document.insert("version".to_owned(), current.map_or(1.into(), |current| current["version"].clone()));
        document.insert("created_at".to_owned(), stamp("created_at"));
        document.insert("updated_at".to_owned(), stamp("updated_at"));
        let mut document = Value::Object(document);
        if let Some(current) = current {
            if document == *current {
                let text = Some(self.documents(kind).get(id).cloned().unwrap_or_else(|| document.to_string().into()));
                return Outcome { status, text, about, entries: Vec::new() };
            }
            bump(&mut document, current);
            document["updated_at"] = self.now.to_string().into();
        }
        let text: Arc<str> = document.to_string().into();
        let entries = vec![Entry::Put { kind, id: id.to_owned(), text: Arc::clone(&text) }];
        Outcome { status, text: Some(text), about, entries }
    }

    /// Writes entries down and puts them into effect.
    pub(super) fn commit(&mut self, world: &World, mut entries: Vec<Entry>) -> Result<(), Problem> {
        if entries.is_empty() {
            return Ok(());
        }
        entries.extend(self.invoices_of(&entries));
        world.journal.write(&entries).map_err(|cause| Problem::new(500, "journal_failed", cause))?;
        for entry in &entries {
            self.apply(entry, &entries);
        }
        Ok(())
    }

    /// Puts an entry into effect; `line` is what happened together with it.
    pub(in crate::sandbox) fn apply(&mut self, entry: &Entry, line: &[Entry]) {
        match entry {
            Entry::Put { kind, id, text } => self.replace(*kind, id, Some(Arc::clone(text))),
            Entry::Gone { kind, id } => self.replace(*kind, id, None),
            Entry::Answer(answer) => {
                let put = answer.about.as_ref().and_then(|about| put_text(line, about));
                let text = answer.text.as_ref().or(put).cloned();
                self.memory.keep(answer, text);
            }
            _ => {}
        }
    }

    fn replace(&mut self, kind: DocKind, id: &str, text: Option<Arc<str>>) {
        match kind {
            // The stock and the prices of an item are told of together, by its SKU.
            DocKind::Stock | DocKind::Price => self.changes.add_item(kind, id, text.as_deref()),
            _ => self.changes.add(kind, id, text.as_deref()),
        }
        let documents = self.documents.entry(kind).or_default();
        let before = match &text {
            Some(text) => documents.insert(id.to_owned(), Arc::clone(text)),
            None => documents.remove(id),
        };
        // Only what has an index is read again.
        let index: fn(&mut Self, &str, &Value, bool) = match kind {
            DocKind::Customer => Self::index_customer,
            DocKind::Allocation => Self::index_allocation,
            _ => return,
        };
        for (text, is_new) in [(before, false), (text, true)] {
            let Some(document) = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else { continue };
            index(self, id, &document, is_new);
        }
    }

    fn index_customer(&mut self, id: &str, customer: &Value, is_new: bool) {
        for reference in customer["external_refs"].as_array().into_iter().flatten() {
            let text = |name: &str| reference[name].as_str().unwrap_or_default().to_owned();
            let name = (text("source"), text("ref"));
            if is_new {
                self.customer_refs.insert(name, id.to_owned());
            } else {
                self.customer_refs.remove(&name);
            }
        }
        let code = customer["code"].as_str().map(customers::code_key);
        for key in customers::match_key(customer).into_iter().chain(code) {
            let ids = self.customer_keys.entry(key).or_default();
            if is_new {
                ids.insert(id.to_owned());
            } else {
                ids.remove(id);
            }
        }
    }

    fn index_allocation(&mut self, id: &str, allocation: &Value, is_new: bool) {
        for line in allocation["lines"].as_array().into_iter().flatten() {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let amount = totals::number(&line["allocated"]);
            *self.taken.entry((text("sku"), text("location"))).or_default() += if is_new { amount } else { -amount };
            if !amount.is_zero() {
                let at = allocation["updated_at"].as_str().and_then(|text| text.parse().ok());
                self.changes.note("stock", &text("sku"), 0, at.unwrap_or(self.now));
            }
        }
        if let Some(at) = allocation["expires_at"].as_str().and_then(|text| text.parse().ok()) {
            let expiry = (at, id.to_owned());
            if is_new {
                self.expiries.insert(expiry);
            } else {
                self.expiries.remove(&expiry);
            }
        }
    }
}

/// The text that a line gives a document.
pub(super) fn put_text<'a>(line: &'a [Entry], about: &(DocKind, String)) -> Option<&'a Arc<str>> {
    line.iter().find_map(|entry| match entry {
        Entry::Put { kind, id, text } if (*kind, id) == (about.0, &about.1) => Some(text),
        _ => None,
    })
}
