//! What is done to a sales order: confirm, hold, release, cancel and close. The sandbox's TIMS has no shipments, so
//! `close` ends an order from `picking` on.

use rust_decimal::Decimal;
use serde_json::Value;

use super::fields;
use super::orders::{is_live, status};
use super::problem::Problem;
use super::schemas::{CANCEL, HOLD, NOTHING};
use super::totals::{self, line_amount, minor_digits, money, number, round};
use super::{Outcome, Tims, allocations};
use crate::sandbox::FieldStyle;
use crate::sandbox::journal::{DocKind, Entry};

impl Tims {
    /// POST sales_orders/{id}/{action}.
    pub(super) fn act(&self, id: &str, action: &str, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let current = self.document(DocKind::SalesOrder, id).ok_or_else(|| super::no_such("sales order", id))?;
        let mut order = current.clone();
        let mut entries = Vec::new();
        let state = status(&current).to_owned();
        let illegal = || Problem::state(format!("cannot {action} an order that is {state}"));
        match (action, state.as_str()) {
            ("confirm", "draft" | "on_hold") => {
                fields::read(body, NOTHING, style, false)?;
                let allocation = self.document(DocKind::Allocation, &allocations::id_of(id));
                order["status"] = allocation.map_or("confirmed", |found| allocations::order_status(&found)).into();
                drop_field(&mut order, "hold_reason");
            }
            ("hold", "draft" | "confirmed" | "allocated" | "partially_allocated") => {
                let given = fields::read(body, HOLD, style, false)?;
                order["status"] = "on_hold".into();
                if let Some(reason) = given.get("hold_reason") {
                    order["hold_reason"] = reason.clone();
                }
            }
            ("release", "confirmed" | "allocated" | "partially_allocated") => {
                fields::read(body, NOTHING, style, false)?;
                order["status"] = "picking".into();
            }
            ("close", "picking" | "partially_shipped" | "shipped" | "invoiced") => {
                fields::read(body, NOTHING, style, false)?;
                order["status"] = "closed".into();
            }
            ("cancel", state) if is_live(state) => {
                let given = fields::read(body, CANCEL, style, false)?;
                order["cancel_reason"] = given.get("reason_code").cloned().unwrap_or_default();
                let whole = match given.get("lines") {
                    None => true,
                    Some(lines) => {
                        cancel_lines(&mut order, lines)?;
                        let left = order["lines"].as_array().into_iter().flatten();
                        left.into_iter().all(|line| number(&line["quantity"]).is_zero())
                    }
                };
                if whole {
                    order["status"] = "cancelled".into();
                    drop_field(&mut order, "hold_reason");
                    let allocation = allocations::id_of(id);
                    if self.documents(DocKind::Allocation).contains_key(&allocation) {
                        entries.push(Entry::Gone { kind: DocKind::Allocation, id: allocation });
                    }
                } else {
                    totals::settle(&mut order, None)?;
                    self.follow_lines(id, &mut order, &mut entries);
                }
            }
            _ => return Err(illegal()),
        }
        let fields = order.as_object().cloned().unwrap_or_default();
        let mut outcome = self.save(DocKind::SalesOrder, id, Some(&current), fields, 200);
        outcome.entries.splice(0..0, entries);
        Ok(outcome)
    }
}

/// Takes pieces off lines; amounts, discounts and taxes shrink in proportion, rounded half-up each.
fn cancel_lines(order: &mut Value, chosen: &Value) -> Result<(), Problem> {
    let digits = minor_digits(order["currency"].as_str().unwrap_or_default()).unwrap_or(2);
    for (at, choice) in chosen.as_array().into_iter().flatten().enumerate() {
        let path = format!("lines[{at}]");
        let lines = order["lines"].as_array_mut().into_iter().flatten();
        let line = lines.into_iter().find(|line| is_chosen(line, choice)).ok_or_else(|| {
            Problem::field(&path, "line_not_found", "line_id or line_ref must name a line of the order")
        })?;
        let (before, gone) = (number(&line["quantity"]), number(&choice["quantity"]));
        if gone <= Decimal::ZERO || gone > before {
            let message = format!("there are {before} left to cancel");
            return Err(Problem::field(&format!("{path}.quantity"), "bad_quantity", message));
        }
        let left = before - gone;
        let part = |amount: Decimal| money(round(amount * left / before, digits), digits);
        if line.get("line_amount").is_some() {
            line["line_amount"] = part(line_amount(line, digits)).into();
        }
        for list in ["discounts", "tax"] {
            for entry in line.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                entry["amount"] = part(number(&entry["amount"])).into();
            }
        }
        line["quantity"] = left.normalize().to_string().into();
        let cancelled = number(&line["quantity_cancelled"]) + gone;
        line["quantity_cancelled"] = cancelled.normalize().to_string().into();
    }
    Ok(())
}

/// Whether the choice names the line, by its id or by its reference.
pub(super) fn is_chosen(line: &Value, choice: &Value) -> bool {
    match (choice.get("line_id"), choice.get("line_ref")) {
        (Some(id), None) => line["id"] == *id,
        (None, Some(reference)) => line["line_ref"] == *reference,
        (Some(id), Some(reference)) => line["id"] == *id && line["line_ref"] == *reference,
        (None, None) => false,
    }
}

fn drop_field(order: &mut Value, name: &str) {
    if let Some(fields) = order.as_object_mut() {
        fields.shift_remove(name);
    }
}
