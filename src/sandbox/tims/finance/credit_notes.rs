//! Credit notes. One that names an invoice, or an order that has one, is applied to it at once; one that comes before its
//! invoice waits, unapplied, until it is applied by hand or by the next client that knows.

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
use Shape::{Date, Flag, Free, List, Money, Quantity, Record, Text, Word};

/// The routes of credit notes.
pub(in crate::sandbox::tims) const ROUTES: &[Route] = &[
    Route { name: "tims.credit_notes.list", method: "GET", path: &["credit_notes"], serve: Serve::Tell(list) },
    Route { name: "tims.credit_notes.create", method: "POST", path: &["credit_notes"], serve: Serve::Change(create) },
    Route { name: "tims.credit_notes.get", method: "GET", path: &["credit_notes", "{}"], serve: Serve::Tell(get) },
    Route {
        name: "tims.credit_notes.upsert",
        method: "PUT",
        path: &["credit_notes", "by_ref", "{}", "{}"],
        serve: Serve::Change(upsert),
    },
    Route {
        name: "tims.credit_notes.apply",
        method: "POST",
        path: &["credit_notes", "{}", "apply"],
        serve: Serve::Change(apply),
    },
];

const FILTERS: [&str; 10] = [
    "id",
    "source",
    "external_ref",
    "sales_order_id",
    "invoice_id",
    "customer_id",
    "currency",
    "status",
    "date",
    "updated_at",
];

/// The body of a credit note.
const CREDIT_NOTE: &[Field] = &[
    may("source", Text(40)),
    may("external_ref", Text(200)),
    may("customer_id", Text(60)),
    may("sales_order_id", Text(60)),
    may("invoice_id", Text(60)),
    may("date", Date),
    must("currency", Text(3)),
    may("prices_include_tax", Flag),
    may("reason", Text(200)),
    must(
        "lines",
        List(&Record(&[
            may("line_ref", Text(60)),
            may("kind", Text(40)),
            may("sku", Text(60)),
            may("quantity", Quantity),
            must("amount", Money),
            may(
                "tax",
                List(&Record(&[
                    must("code", Text(40)),
                    may("rate", Quantity),
                    must("amount", Money),
                    may("collected_by", Word(&["seller", "marketplace"])),
                ])),
            ),
            may("description", Text(500)),
        ])),
    ),
    may("note", Text(2000)),
    may("metadata", Free),
];

/// The body of `apply`.
const APPLY: &[Field] = &[must("invoice_id", Text(60))];

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    Ok(tims.list(DocKind::CreditNote, &Listing::read(call, &FILTERS)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::CreditNote, "credit note", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.write_credit_note(fields::read(body, CREDIT_NOTE, tims.style, false)?, None)
}

/// PUT by_ref: the same again is answered with what there is; another one is a conflict.
fn upsert(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let address = (call.segment_from_end(1), call.segment_from_end(0));
    tims.write_credit_note(fields::read(body, CREDIT_NOTE, tims.style, false)?, Some(address))
}

fn apply(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let given = fields::read(body, APPLY, tims.style, false)?;
    let id = call.segment_from_end(1);
    let current = tims.document(DocKind::CreditNote, id).ok_or_else(|| no_such("credit note", id))?;
    if current["status"] == "applied" {
        return match current["invoice_id"] == given["invoice_id"] {
            true => Ok(tims.unchanged(DocKind::CreditNote, id, 200)),
            false => Err(Problem::state("the credit note is applied to another invoice")),
        };
    }
    let mut fields = current.as_object().cloned().unwrap_or_default();
    let credited = tims.credit(text(&given, "invoice_id"), &fields)?;
    fields.insert("invoice_id".to_owned(), given["invoice_id"].clone());
    fields.insert("applied".to_owned(), fields["total"].clone());
    fields.insert("status".to_owned(), "applied".into());
    let mut outcome = tims.save(DocKind::CreditNote, id, Some(&current), fields, 200);
    outcome.entries.extend(credited);
    Ok(outcome)
}

impl Tims {
    fn write_credit_note(
        &self,
        mut fields: Map<String, Value>,
        address: Option<(&str, &str)>,
    ) -> Result<Outcome, Problem> {
        let (source, reference) = names(&mut fields, address)?;
        let id = id_of("CN", &source, &reference);
        let digits = digits_of(text(&fields, "currency"))?;
        let include = fields.entry("prices_include_tax").or_insert_with(|| json!(true)) == true;
        let total = total(&mut fields, digits, include)?;
        if let Some(current) = self.document(DocKind::CreditNote, &id) {
            return match says(&current, &fields) && address.is_some() {
                true => Ok(self.unchanged(DocKind::CreditNote, &id, 200)),
                false => Err(taken("credit note", &id)),
            };
        }
        let order = match text(&fields, "sales_order_id") {
            "" => None,
            order => Some(self.document(DocKind::SalesOrder, order).ok_or_else(|| {
                Problem::field("sales_order_id", "order_not_found", format!("there is no sales order `{order}`"))
            })?),
        };
        if let Some(order) = &order {
            fields.entry("customer_id").or_insert_with(|| order["customer_id"].clone());
            let invoice = invoices::id_for(order["id"].as_str().unwrap_or_default());
            if self.documents(DocKind::Invoice).contains_key(&invoice) {
                fields.entry("invoice_id").or_insert_with(|| invoice.into());
            }
        }
        if let Some(invoice) = self.document(DocKind::Invoice, text(&fields, "invoice_id")) {
            fields.entry("customer_id").or_insert_with(|| invoice["customer_id"].clone());
            fields.entry("sales_order_id").or_insert_with(|| invoice["sales_order_id"].clone());
        }
        let customer = text(&fields, "customer_id");
        if !self.documents(DocKind::Customer).contains_key(customer) {
            let message = format!("there is no customer `{customer}`, and no order or invoice that names one");
            return Err(Problem::field("customer_id", "customer_not_found", message));
        }
        self.open_date(&mut fields)?;
        fields.insert("number".to_owned(), number_of('C', &id).into());
        put_money(&mut fields, "total", total, digits);
        let credited = match text(&fields, "invoice_id") {
            "" => Vec::new(),
            invoice => self.credit(invoice, &fields)?,
        };
        let applied = if credited.is_empty() { Decimal::ZERO } else { total };
        put_money(&mut fields, "applied", applied, digits);
        fields.insert("status".to_owned(), if applied.is_zero() { "unapplied" } else { "applied" }.into());
        let mut outcome = self.save(DocKind::CreditNote, &id, None, fields, 201);
        outcome.entries.extend(credited);
        Ok(outcome)
    }

    /// The invoice as it is with the credit note's total credited.
    fn credit(&self, invoice_id: &str, note: &Map<String, Value>) -> Result<Vec<Entry>, Problem> {
        let before = self.document(DocKind::Invoice, invoice_id).ok_or_else(|| {
            Problem::field("invoice_id", "invoice_not_found", format!("there is no invoice `{invoice_id}`"))
        })?;
        let currency = text(note, "currency");
        if before["currency"] != currency {
            return Err(Problem::field("currency", "currency_mismatch", "the invoice is in another currency"));
        }
        let digits = digits_of(currency)?;
        let total = note.get("total").map(number).unwrap_or_default();
        let (most, credited) = (number(&before["total"]), number(&before["credited"]));
        if credited + total > most {
            let left = money(most - credited, digits);
            let message = format!("{total} are more than the {left} that are left of invoice `{invoice_id}`");
            return Err(Problem::field("lines", "over_credited", message).with("left", left));
        }
        let mut invoice = before.as_object().cloned().unwrap_or_default();
        put_money(&mut invoice, "credited", credited + total, digits);
        invoices::settle(&mut invoice, digits);
        Ok(self.save(DocKind::Invoice, invoice_id, Some(&before), invoice, 200).entries)
    }
}

/// What the lines come to, with the seller's tax where it is on top.
fn total(fields: &mut Map<String, Value>, digits: u32, include: bool) -> Result<Decimal, Problem> {
    let mut total = Decimal::ZERO;
    let Some(lines) = fields.get_mut("lines").and_then(Value::as_array_mut) else { return Ok(total) };
    for (at, line) in lines.iter_mut().enumerate() {
        let part = amount(line.get("amount"), digits, &format!("lines[{at}].amount"))?;
        line["amount"] = money(part, digits).into();
        total += part;
        for (place, tax) in line.get_mut("tax").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
            let part = amount(tax.get("amount"), digits, &format!("lines[{at}].tax[{place}].amount"))?;
            tax["amount"] = money(part, digits).into();
            if !include && tax["collected_by"] != "marketplace" {
                total += part;
            }
        }
    }
    if total.is_zero() {
        return Err(Problem::field("lines", "zero_amount", "a credit note is of more than zero"));
    }
    Ok(total)
}
