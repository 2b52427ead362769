//! Invoices. TIMS makes one by itself when a sales order has been shipped in whole; for what Amazon ships it is asked to.
//! An invoice is open until what was paid and credited comes to its total: `balance` = `total` − `credited` − `paid` +
//! `refunded`.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{day, digits_of, id_of, number_of, put_money, text};
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::tims::fields::{self, Field, Shape, may, must};
use crate::sandbox::tims::listing::Listing;
use crate::sandbox::tims::problem::Problem;
use crate::sandbox::tims::routes::{Route, Serve};
use crate::sandbox::tims::totals::{line_amount, money, number};
use crate::sandbox::tims::{Outcome, Tims};
use Shape::{Date, Text};

/// The routes of invoices.
pub(in crate::sandbox::tims) const ROUTES: &[Route] = &[
    Route { name: "tims.invoices.list", method: "GET", path: &["invoices"], serve: Serve::Tell(list) },
    Route { name: "tims.invoices.create", method: "POST", path: &["invoices"], serve: Serve::Change(create) },
    Route { name: "tims.invoices.get", method: "GET", path: &["invoices", "{}"], serve: Serve::Tell(get) },
];

const FILTERS: [&str; 9] =
    ["id", "source", "external_ref", "sales_order_id", "customer_id", "currency", "status", "date", "updated_at"];

/// The body of an invoice.
const INVOICE: &[Field] = &[must("sales_order_id", Text(60)), may("date", Date)];

/// The id of a sales order's invoice; there is one.
pub(super) fn id_for(sales_order_id: &str) -> String {
    id_of("IN", "sales order", sales_order_id)
}

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    Ok(tims.list(DocKind::Invoice, &Listing::read(call, &FILTERS)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::Invoice, "invoice", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    let mut fields = fields::read(body, INVOICE, tims.style, false)?;
    let order_id = text(&fields, "sales_order_id").to_owned();
    let order = tims.document(DocKind::SalesOrder, &order_id).ok_or_else(|| {
        Problem::field("sales_order_id", "order_not_found", format!("there is no sales order `{order_id}`"))
    })?;
    let id = id_for(&order_id);
    if tims.documents(DocKind::Invoice).contains_key(&id) {
        return Err(Problem::new(409, "duplicate", "the sales order has an invoice").with("existing_id", id));
    }
    let status = order["status"].as_str().unwrap_or_default();
    // What Amazon ships is never shipped in TIMS.
    let by_amazon = order["fulfilment"] == "amazon" && matches!(status, "confirmed" | "picking");
    if !by_amazon && !matches!(status, "shipped" | "closed") {
        return Err(Problem::state(format!("an order that is {status} has nothing to invoice")));
    }
    let date = tims.open_date(&mut fields)?;
    let invoice = invoice_of(&order, &id, &date.to_string())?;
    let mut outcome = tims.save(DocKind::Invoice, &id, None, invoice, 201);
    if status != "closed" {
        let mut invoiced = order.as_object().cloned().unwrap_or_default();
        invoiced.insert("status".to_owned(), "invoiced".into());
        outcome.entries.extend(tims.save(DocKind::SalesOrder, &order_id, Some(&order), invoiced, 200).entries);
    }
    Ok(outcome)
}

/// The fields of a sales order's invoice.
fn invoice_of(order: &Value, id: &str, date: &str) -> Result<Map<String, Value>, Problem> {
    let digits = digits_of(order["currency"].as_str().unwrap_or_default())?;
    let lines: Vec<Value> = order["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| {
            let mut copy = Map::new();
            for name in ["line_ref", "sku", "quantity", "discounts", "tax", "description"] {
                if let Some(value) = line.get(name) {
                    copy.insert(name.to_owned(), value.clone());
                }
            }
            put_money(&mut copy, "amount", line_amount(line, digits), digits);
            Value::Object(copy)
        })
        .collect();
    let mut fields = Map::new();
    fields.insert("number".to_owned(), number_of('I', id).into());
    for name in ["source", "external_ref", "customer_id", "currency", "channel", "prices_include_tax", "order_date"] {
        if let Some(value) = order.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    fields.insert("sales_order_id".to_owned(), order["id"].clone());
    fields.insert("date".to_owned(), date.into());
    fields.insert("lines".to_owned(), Value::Array(lines));
    fields.insert("charges".to_owned(), order.get("charges").cloned().unwrap_or_else(|| json!([])));
    fields.insert("totals".to_owned(), order["totals"].clone());
    put_money(&mut fields, "total", number(&order["totals"]["grand"]), digits);
    for name in ["paid", "refunded", "credited"] {
        put_money(&mut fields, name, Decimal::ZERO, digits);
    }
    settle(&mut fields, digits);
    Ok(fields)
}

/// Makes the balance and the status from the rest.
pub(super) fn settle(invoice: &mut Map<String, Value>, digits: u32) {
    let of = |name: &str| invoice.get(name).map(number).unwrap_or_default();
    let balance = of("total") - of("credited") - of("paid") + of("refunded");
    let status = if balance > Decimal::ZERO {
        "open"
    } else if balance.is_zero() {
        "paid"
    } else {
        "owing"
    };
    invoice.insert("balance".to_owned(), money_signed(balance, digits).into());
    invoice.insert("status".to_owned(), status.into());
}

/// An amount that may be owed to the customer.
fn money_signed(amount: Decimal, digits: u32) -> String {
    if amount < Decimal::ZERO { format!("-{}", money(-amount, digits)) } else { money(amount, digits) }
}

impl Tims {
    /// The invoices that follow from entries: an order that is shipped gets its own with the same stroke.
    pub(in crate::sandbox::tims) fn invoices_of(&self, entries: &[Entry]) -> Vec<Entry> {
        let shipped = entries.iter().filter_map(|entry| match entry {
            Entry::Put { kind: DocKind::SalesOrder, id, text } => {
                let order: Value = serde_json::from_str(text).ok()?;
                (order["status"] == "shipped").then_some((id_for(id), order))
            }
            _ => None,
        });
        shipped
            .filter(|(id, _)| !self.documents(DocKind::Invoice).contains_key(id))
            .filter_map(|(id, order)| {
                let fields = invoice_of(&order, &id, &day(self.now).to_string()).ok()?;
                Some(self.save(DocKind::Invoice, &id, None, fields, 201).entries)
            })
            .flatten()
            .collect()
    }
}
