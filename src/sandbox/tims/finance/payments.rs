//! Payments and what they pay. Money that comes `in` pays invoices, as far as they were not paid yet; money that goes
//! `out` pays credited amounts back. What a payment does not apply to stays on the customer's account.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{amount, digits_of, id_of, invoices, names, number_of, put_money, says, taken, text};
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::tims::fields::{self, Field, Shape, may, must};
use crate::sandbox::tims::listing::Listing;
use crate::sandbox::tims::problem::Problem;
use crate::sandbox::tims::routes::{Route, Serve};
use crate::sandbox::tims::totals::{money, number};
use crate::sandbox::tims::{Outcome, Tims, no_such};
use Shape::{Date, Free, List, Money, Record, Text, Word};

/// The routes of payments.
pub(in crate::sandbox::tims) const ROUTES: &[Route] = &[
    Route { name: "tims.payments.list", method: "GET", path: &["payments"], serve: Serve::Tell(list) },
    Route { name: "tims.payments.create", method: "POST", path: &["payments"], serve: Serve::Change(create) },
    Route { name: "tims.payments.get", method: "GET", path: &["payments", "{}"], serve: Serve::Tell(get) },
    Route {
        name: "tims.payments.upsert",
        method: "PUT",
        path: &["payments", "by_ref", "{}", "{}"],
        serve: Serve::Change(upsert),
    },
    Route { name: "tims.payments.void", method: "POST", path: &["payments", "{}", "void"], serve: Serve::Change(void) },
];

const FILTERS: [&str; 9] =
    ["id", "source", "external_ref", "customer_id", "reference", "currency", "status", "date", "updated_at"];

/// The body of a payment.
const PAYMENT: &[Field] = &[
    may("source", Text(40)),
    may("external_ref", Text(200)),
    must("customer_id", Text(60)),
    may("direction", Word(&["in", "out"])),
    may("date", Date),
    must("method", Text(40)),
    may("reference", Text(200)),
    must("amount", Money),
    must("currency", Text(3)),
    may("applications", List(&Record(&[must("invoice_id", Text(60)), must("amount", Money)]))),
    may("memo", Text(500)),
    may("metadata", Free),
];

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    Ok(tims.list(DocKind::Payment, &Listing::read(call, &FILTERS)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::Payment, "payment", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.write_payment(fields::read(body, PAYMENT, tims.style, false)?, None)
}

/// PUT by_ref: the same again is answered with what there is; another one is a conflict, because money has moved.
fn upsert(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let address = (call.segment_from_end(1), call.segment_from_end(0));
    tims.write_payment(fields::read(body, PAYMENT, tims.style, false)?, Some(address))
}

fn void(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    fields::read(body, &[], tims.style, false)?;
    let id = call.segment_from_end(1);
    let current = tims.document(DocKind::Payment, id).ok_or_else(|| no_such("payment", id))?;
    if current["status"] == "void" {
        return Ok(tims.unchanged(DocKind::Payment, id, 200));
    }
    let mut fields = current.as_object().cloned().unwrap_or_default();
    let undone = tims.apply_to_invoices(&fields, true)?;
    fields.insert("status".to_owned(), "void".into());
    let mut outcome = tims.save(DocKind::Payment, id, Some(&current), fields, 200);
    outcome.entries.extend(undone);
    Ok(outcome)
}

impl Tims {
    fn write_payment(&self, mut fields: Map<String, Value>, address: Option<(&str, &str)>) -> Result<Outcome, Problem> {
        let (source, reference) = names(&mut fields, address)?;
        let id = id_of("PA", &source, &reference);
        let digits = digits_of(text(&fields, "currency"))?;
        let whole = amount(fields.get("amount"), digits, "amount")?;
        if whole.is_zero() {
            return Err(Problem::field("amount", "zero_amount", "a payment is of more than zero"));
        }
        put_money(&mut fields, "amount", whole, digits);
        fields.entry("direction").or_insert_with(|| "in".into());
        fields.entry("applications").or_insert_with(|| json!([]));
        let mut applied = Decimal::ZERO;
        for (at, application) in fields["applications"].as_array_mut().into_iter().flatten().enumerate() {
            let path = format!("applications[{at}].amount");
            let part = amount(application.get("amount"), digits, &path)?;
            if part.is_zero() {
                return Err(Problem::field(&path, "zero_amount", "more than zero is applied"));
            }
            application["amount"] = money(part, digits).into();
            applied += part;
        }
        if let Some(current) = self.document(DocKind::Payment, &id) {
            return match says(&current, &fields) && address.is_some() {
                true => Ok(self.unchanged(DocKind::Payment, &id, 200)),
                false => Err(taken("payment", &id)),
            };
        }
        let customer = text(&fields, "customer_id");
        if !self.documents(DocKind::Customer).contains_key(customer) {
            let message = format!("there is no customer `{customer}`");
            return Err(Problem::field("customer_id", "customer_not_found", message));
        }
        if applied > whole {
            let message = format!("{applied} are applied of {whole}");
            return Err(Problem::field("applications", "over_applied", message));
        }
        self.open_date(&mut fields)?;
        let paid = self.apply_to_invoices(&fields, false)?;
        fields.insert("number".to_owned(), number_of('P', &id).into());
        put_money(&mut fields, "unapplied", whole - applied, digits);
        fields.insert("status".to_owned(), "posted".into());
        let mut outcome = self.save(DocKind::Payment, &id, None, fields, 201);
        outcome.entries.extend(paid);
        Ok(outcome)
    }

    /// The invoices as they are once the payment's applications are made, or `undo`ne.
    fn apply_to_invoices(&self, payment: &Map<String, Value>, undo: bool) -> Result<Vec<Entry>, Problem> {
        let currency = text(payment, "currency");
        let digits = digits_of(currency)?;
        let out = text(payment, "direction") == "out";
        let mut changed: Vec<(Value, Map<String, Value>)> = Vec::new();
        for (at, application) in payment["applications"].as_array().into_iter().flatten().enumerate() {
            let path = format!("applications[{at}]");
            let id = application["invoice_id"].as_str().unwrap_or_default();
            let place = match changed.iter().position(|(before, _)| before["id"] == id) {
                Some(place) => place,
                None => {
                    let invoice = self.document(DocKind::Invoice, id).ok_or_else(|| {
                        let message = format!("there is no invoice `{id}`");
                        Problem::field(&format!("{path}.invoice_id"), "invoice_not_found", message)
                    })?;
                    let fields = invoice.as_object().cloned().unwrap_or_default();
                    changed.push((invoice, fields));
                    changed.len() - 1
                }
            };
            let Some((_, invoice)) = changed.get_mut(place) else { continue };
            if text(invoice, "currency") != currency {
                let message = format!("the invoice is in {}", text(invoice, "currency"));
                return Err(Problem::field(&path, "currency_mismatch", message));
            }
            let of = |name: &str| invoice.get(name).map(number).unwrap_or_default();
            let (sum, most) = if out { ("refunded", of("credited")) } else { ("paid", of("total")) };
            let part = number(&application["amount"]);
            let after = if undo { of(sum) - part } else { of(sum) + part };
            if after > most {
                let left = money(most - of(sum), digits);
                let message = format!("{part} are more than the {left} that are left of invoice `{id}`");
                return Err(Problem::field(&format!("{path}.amount"), "over_applied", message).with("left", left));
            }
            put_money(invoice, sum, after, digits);
            invoices::settle(invoice, digits);
        }
        let save = |(before, fields): (Value, Map<String, Value>)| {
            let id = before["id"].as_str().unwrap_or_default().to_owned();
            self.save(DocKind::Invoice, &id, Some(&before), fields, 200).entries
        };
        Ok(changed.into_iter().flat_map(save).collect())
    }
}
