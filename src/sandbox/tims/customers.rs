//! Customers: found by their id, by what other systems call them, or by what makes two buyers the same one.

use serde_json::{Map, Value, json};

use super::fields;
use super::listing::Listing;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::schemas::{CUSTOMER, MERGE};
use super::{Outcome, Tims, items, totals};
use crate::sandbox::FieldStyle;
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;
use crate::sandbox::key;

/// The customers for orders without a buyer, one for each marketplace. Their ids are their codes with `C-` before.
pub(super) const HOUSES: [(&str, &str, &str); 3] = [
    ("AMZ-US-RETAIL", "Amazon.com retail buyers", "USD"),
    ("AMZ-DE-RETAIL", "Amazon.de retail buyers", "EUR"),
    ("AMZ-JP-RETAIL", "Amazon.co.jp retail buyers", "JPY"),
];

/// The id of the customer that a source calls so.
pub(super) fn id_of(source: &str, reference: &str) -> String {
    match HOUSES.iter().find(|(code, ..)| source == "tims" && reference == *code) {
        Some((code, ..)) => format!("C-{code}"),
        None => format!("C-{}", key::hex(&["customer", source, reference], 12)),
    }
}

/// What makes two customers one: the e-mail address, or else name, postal code and country.
pub(super) fn match_key(customer: &Value) -> Option<String> {
    let normal = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if let Some(email) = customer["contact"]["email"].as_str().filter(|email| !email.is_empty()) {
        return Some(normal(email));
    }
    let address = customer["addresses"].get(0)?;
    let parts = [&customer["company_name"], &address["postal_code"], &address["country"]];
    Some(parts.map(|part| normal(part.as_str().unwrap_or_default())).join("|"))
}

/// What a code is indexed under, beside the match keys; no match key has a line break.
pub(super) fn code_key(code: &str) -> String {
    format!("code\n{code}")
}

/// The house customers, as they are before anybody changes them.
pub(super) fn houses() -> impl Iterator<Item = (String, Value)> {
    HOUSES.iter().map(|(code, name, currency)| {
        let id = id_of("tims", code);
        let customer = json!({
            "id": id, "code": code, "company_name": name, "type": "marketplace", "payment_terms": "MARKETPLACE",
            "currency": currency, "external_refs": [{"source": "tims", "ref": code}], "status": "active",
            "version": 1, "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
        });
        (id, customer)
    })
}

/// Customers.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.customers.list", method: "GET", path: &["customers"], serve: Serve::Tell(list) },
    Route { name: "tims.customers.create", method: "POST", path: &["customers"], serve: Serve::Change(create) },
    Route { name: "tims.customers.get", method: "GET", path: &["customers", "{}"], serve: Serve::Tell(get) },
    Route { name: "tims.customers.update", method: "PATCH", path: &["customers", "{}"], serve: Serve::Change(update) },
    Route {
        name: "tims.customers.upsert",
        method: "PUT",
        path: &["customers", "by_ref", "{}", "{}"],
        serve: Serve::Change(upsert),
    },
    Route {
        name: "tims.customers.merge",
        method: "POST",
        path: &["customers", "{}", "merge"],
        serve: Serve::Change(merge),
    },
];

/// POST merge: the other one takes over the names by which other systems know this one; this one stays as an alias.
fn merge(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let id = call.segment_from_end(1);
    let given = fields::read(body, MERGE, tims.style, false)?;
    let into_id = given["into_id"].as_str().unwrap_or_default();
    let current = tims.document(DocKind::Customer, id).ok_or_else(|| super::no_such("customer", id))?;
    let into = tims
        .document(DocKind::Customer, into_id)
        .ok_or_else(|| Problem::field("into_id", "customer_not_found", format!("there is no customer `{into_id}`")))?;
    if current["merged_into"] == into_id {
        return Ok(tims.unchanged(DocKind::Customer, id, 200));
    }
    if into_id == id || !current["merged_into"].is_null() || into["status"] != "active" {
        return Err(Problem::state("a customer is merged once, into another one that is active"));
    }
    let mut alias = current.as_object().cloned().unwrap_or_default();
    let moved = alias.insert("external_refs".to_owned(), json!([])).unwrap_or_default();
    alias.insert("status".to_owned(), "inactive".into());
    alias.insert("merged_into".to_owned(), into_id.into());
    let mut taker = into.as_object().cloned().unwrap_or_default();
    let mut refs = taker.get("external_refs").and_then(Value::as_array).cloned().unwrap_or_default();
    refs.extend(moved.as_array().cloned().unwrap_or_default());
    refs.sort_by_key(Value::to_string);
    refs.dedup();
    taker.insert("external_refs".to_owned(), Value::Array(refs));
    // The alias first: for a moment nobody has the names, and never two.
    let mut outcome = tims.save(DocKind::Customer, id, Some(&current), alias, 200);
    outcome.entries.extend(tims.save(DocKind::Customer, into_id, Some(&into), taker, 200).entries);
    Ok(outcome)
}

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let names = ["source", "external_ref", "match_key", "email", "code", "company_name", "status", "updated_at"];
    Ok(tims.list(DocKind::Customer, &Listing::read(call, &names)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::Customer, "customer", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.create_customer(body, tims.style)
}

fn update(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let id = call.segment_from_end(0);
    tims.check_version(DocKind::Customer, id, call, true)?;
    tims.update_customer(id, body, tims.style)
}

fn upsert(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let (source, reference) = (call.segment_from_end(1), call.segment_from_end(0));
    tims.check_version(DocKind::Customer, &id_of(source, reference), call, false)?;
    tims.upsert_customer(source, reference, body, tims.style)
}

impl Tims {
    /// POST: a customer that is there already is a conflict.
    pub(super) fn create_customer(&self, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let fields = checked(fields::read(body, CUSTOMER, style, false)?)?;
        let first = fields.get("external_refs").and_then(|refs| refs.get(0));
        let id = match (first, fields.get("code").and_then(Value::as_str)) {
            (Some(first), _) => id_of(text(&first["source"]), text(&first["ref"])),
            (None, Some(code)) => id_of("code", code),
            (None, None) => {
                return Err(Problem::field("external_refs", "required", "a customer has an external_ref or a code"));
            }
        };
        self.refuse_taken_refs(&id, fields.get("external_refs"))?;
        if self.documents(DocKind::Customer).contains_key(&id) {
            return Err(Problem::new(409, "duplicate", "the customer exists").with("existing_id", id));
        }
        Ok(self.save(DocKind::Customer, &id, None, fields, 201))
    }

    /// PUT by_ref: creates, replaces, or finds that nothing is new.
    pub(super) fn upsert_customer(
        &self,
        source: &str,
        reference: &str,
        body: &Value,
        style: FieldStyle,
    ) -> Result<Outcome, Problem> {
        let mut fields = checked(fields::read(body, CUSTOMER, style, false)?)?;
        let id = self.customer_refs.get(&(source.to_owned(), reference.to_owned()));
        let id = id.cloned().unwrap_or_else(|| id_of(source, reference));
        let current = self.document(DocKind::Customer, &id);
        // The references of a customer only grow here: another system may have added its own.
        let mut refs = vec![json!({"source": source, "ref": reference})];
        let known = current.as_ref().map(|current| current["external_refs"].clone()).unwrap_or_default();
        let sent = fields.get("external_refs").cloned().unwrap_or_default();
        for reference in [known, sent].iter().filter_map(Value::as_array).flatten() {
            if !refs.contains(reference) {
                refs.push(reference.clone());
            }
        }
        refs.sort_by_key(Value::to_string);
        let refs = Value::Array(refs);
        self.refuse_taken_refs(&id, Some(&refs))?;
        fields.insert("external_refs".to_owned(), refs);
        let status = if current.is_some() { 200 } else { 201 };
        Ok(self.save(DocKind::Customer, &id, current.as_ref(), fields, status))
    }

    /// PATCH: the fields that are given, and no others.
    pub(super) fn update_customer(&self, id: &str, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let current = self.document(DocKind::Customer, id).ok_or_else(|| super::no_such("customer", id))?;
        let given = fields::read(body, CUSTOMER, style, true)?;
        let mut fields = Map::new();
        for field in CUSTOMER {
            if let Some(value) = given.get(field.name).or_else(|| current.get(field.name)) {
                fields.insert(field.name.to_owned(), value.clone());
            }
        }
        let fields = checked(fields)?;
        self.refuse_taken_refs(id, fields.get("external_refs"))?;
        Ok(self.save(DocKind::Customer, id, Some(&current), fields, 200))
    }

    fn refuse_taken_refs(&self, id: &str, refs: Option<&Value>) -> Result<(), Problem> {
        for reference in refs.and_then(Value::as_array).into_iter().flatten() {
            let name = (text(&reference["source"]).to_owned(), text(&reference["ref"]).to_owned());
            if let Some(owner) = self.customer_refs.get(&name).filter(|owner| *owner != id) {
                let problem = Problem::new(409, "duplicate", "another customer has this external_ref");
                return Err(problem.with("existing_id", owner.as_str()));
            }
        }
        Ok(())
    }
}

fn checked(mut fields: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    if let Some(currency) = fields.get("currency").and_then(Value::as_str)
        && totals::minor_digits(currency).is_none()
    {
        return Err(Problem::field("currency", "unknown_currency", format!("TIMS does not know `{currency}`")));
    }
    if let Some(code) = fields.get("discount_code").and_then(Value::as_str)
        && !items::is_discount_code(code)
    {
        return Err(Problem::field("discount_code", "unknown_discount_code", format!("there is no `{code}`")));
    }
    fields.entry("status").or_insert_with(|| "active".into());
    Ok(fields)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
