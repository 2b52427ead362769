//! Sales orders as documents: what may be written when. What happens to them by action is in `actions`.

use serde_json::{Map, Value};

use super::fields::{self, Field};
use super::listing::Listing;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::schemas::SALES_ORDER;
use super::totals::{self, number};
use super::{Outcome, Tims, items};
use crate::sandbox::FieldStyle;
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::key;

/// The states in which lines may be added, raised and exchanged.
const OPEN: [&str; 3] = ["draft", "confirmed", "on_hold"];
/// The states in which something may still change: lines may only be lowered.
const LIVE: [&str; 6] = ["draft", "confirmed", "on_hold", "allocated", "partially_allocated", "picking"];

/// The id of the order that a source calls so.
pub(super) fn id_of(source: &str, reference: &str) -> String {
    format!("SO-{}", key::hex(&["sales order", source, reference], 12))
}

/// Whether an order in this state can still change at all.
pub(super) fn is_live(status: &str) -> bool {
    LIVE.contains(&status)
}

/// A state as text.
pub(super) fn status(order: &Value) -> &str {
    order["status"].as_str().unwrap_or_default()
}

/// Sales orders and what is done to them.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.sales_orders.list", method: "GET", path: &["sales_orders"], serve: Serve::Tell(list) },
    Route { name: "tims.sales_orders.create", method: "POST", path: &["sales_orders"], serve: Serve::Change(create) },
    Route { name: "tims.sales_orders.get", method: "GET", path: &["sales_orders", "{}"], serve: Serve::Tell(get) },
    Route {
        name: "tims.sales_orders.update",
        method: "PATCH",
        path: &["sales_orders", "{}"],
        serve: Serve::Change(update),
    },
    Route {
        name: "tims.sales_orders.upsert",
        method: "PUT",
        path: &["sales_orders", "by_ref", "{}", "{}"],
        serve: Serve::Change(upsert),
    },
    Route {
        name: "tims.sales_orders.confirm",
        method: "POST",
        path: &["sales_orders", "{}", "confirm"],
        serve: Serve::Change(act),
    },
    Route {
        name: "tims.sales_orders.hold",
        method: "POST",
        path: &["sales_orders", "{}", "hold"],
        serve: Serve::Change(act),
    },
    Route {
        name: "tims.sales_orders.release",
        method: "POST",
        path: &["sales_orders", "{}", "release"],
        serve: Serve::Change(act),
    },
    Route {
        name: "tims.sales_orders.cancel",
        method: "POST",
        path: &["sales_orders", "{}", "cancel"],
        serve: Serve::Change(act),
    },
    Route {
        name: "tims.sales_orders.close",
        method: "POST",
        path: &["sales_orders", "{}", "close"],
        serve: Serve::Change(act),
    },
];

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let names = ["id", "source", "external_ref", "status", "customer_id", "channel", "updated_at"];
    Ok(tims.list(DocKind::SalesOrder, &Listing::read(call, &names)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::SalesOrder, "sales order", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.create_order(body, tims.style)
}

fn update(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let id = call.segment_from_end(0);
    tims.check_version(DocKind::SalesOrder, id, call, true)?;
    tims.update_order(id, body, tims.style)
}

fn upsert(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let (source, reference) = (call.segment_from_end(1), call.segment_from_end(0));
    tims.check_version(DocKind::SalesOrder, &id_of(source, reference), call, false)?;
    tims.upsert_order(source, reference, body, tims.style)
}

fn act(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.act(call.segment_from_end(1), call.segment_from_end(0), body, tims.style)
}

impl Tims {
    /// POST: an order that is there already is a conflict.
    pub(super) fn create_order(&self, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let fields = fields::read(body, SALES_ORDER, style, false)?;
        let id = id_of(text(&fields, "source"), text(&fields, "external_ref"));
        if self.documents(DocKind::SalesOrder).contains_key(&id) {
            let detail = "an order with this source and external_ref exists";
            return Err(Problem::new(409, "duplicate", detail).with("existing_id", id));
        }
        self.write_order(&id, None, fields, 201)
    }

    /// PUT by_ref: creates, changes, or finds that nothing is new.
    pub(super) fn upsert_order(
        &self,
        source: &str,
        reference: &str,
        body: &Value,
        style: FieldStyle,
    ) -> Result<Outcome, Problem> {
        let mut body = body.clone();
        // The address says who the order is; the body may say so too, but nothing else.
        for (name, wanted) in [("source", source), ("external_ref", reference)] {
            let spelt = super::style::spell(name, style);
            match body.get(&spelt).and_then(Value::as_str) {
                Some(sent) if sent != wanted => {
                    return Err(Problem::field(&spelt, "not_the_address", format!("the address says `{wanted}`")));
                }
                _ => {
                    if let Some(body) = body.as_object_mut() {
                        body.insert(spelt, wanted.into());
                    }
                }
            }
        }
        let fields = fields::read(&body, SALES_ORDER, style, false)?;
        let id = id_of(source, reference);
        let current = self.document(DocKind::SalesOrder, &id);
        let answer = if current.is_some() { 200 } else { 201 };
        self.write_order(&id, current.as_ref(), fields, answer)
    }

    /// PATCH: the fields that are given, and no others.
    pub(super) fn update_order(&self, id: &str, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let current = self.document(DocKind::SalesOrder, id).ok_or_else(|| super::no_such("sales order", id))?;
        if !OPEN.contains(&status(&current)) {
            return Err(Problem::state(format!("a PATCH is for unallocated orders, and this is {}", status(&current))));
        }
        let given = fields::read(body, SALES_ORDER, style, true)?;
        for name in ["source", "external_ref"] {
            if given.get(name).is_some_and(|value| *value != current[name]) {
                return Err(Problem::field(name, "immutable", "an order keeps its name"));
            }
        }
        let mut fields = Map::new();
        for Field { name, .. } in SALES_ORDER {
            // The totals follow from the rest, unless they are given too.
            let kept = current.get(*name).filter(|_| *name != "totals" && *name != "status");
            if let Some(value) = given.get(*name).or(kept) {
                fields.insert((*name).to_owned(), value.clone());
            }
        }
        self.write_order(id, Some(&current), fields, 200)
    }

    fn write_order(
        &self,
        id: &str,
        current: Option<&Value>,
        mut fields: Map<String, Value>,
        answer: u16,
    ) -> Result<Outcome, Problem> {
        let asked = fields.shift_remove("status").and_then(|value| value.as_str().map(str::to_owned));
        let claimed = fields.shift_remove("totals");
        // Who was merged is still known by the old id; the order is the other one's.
        let buyer = self.document(DocKind::Customer, text(&fields, "customer_id"));
        if let Some(into) = buyer.as_ref().and_then(|buyer| buyer["merged_into"].as_str()) {
            fields.insert("customer_id".to_owned(), into.into());
        }
        if buyer.is_none() {
            let message = format!("there is no customer `{}`", text(&fields, "customer_id"));
            return Err(Problem::field("customer_id", "customer_not_found", message));
        }
        self.check_parts(&fields)?;
        self.check_lines(id, &mut fields, current)?;
        let status = next_status(current, asked.as_deref())?;
        if status != "on_hold" {
            fields.shift_remove("hold_reason");
        } else if let Some(reason) = current.and_then(|current| current.get("hold_reason")).filter(|_| asked.is_none())
        {
            // A write that says nothing of the state leaves the reason for it alone too.
            fields.entry("hold_reason").or_insert_with(|| reason.clone());
        }
        fields.insert("status".to_owned(), status.into());
        fields.insert("number".to_owned(), format!("S{:010}", key::number(&["number", id]) % 10_000_000_000).into());
        if let Some(reason) = current.and_then(|current| current.get("cancel_reason")) {
            fields.insert("cancel_reason".to_owned(), reason.clone());
        }
        let mut order = Value::Object(fields);
        totals::settle(&mut order, claimed.as_ref().and_then(Value::as_object))?;
        let mut entries = Vec::new();
        if current.is_some() {
            self.follow_lines(id, &mut order, &mut entries);
        }
        let fields = order.as_object().cloned().unwrap_or_default();
        let mut outcome = self.save(DocKind::SalesOrder, id, current, fields, answer);
        outcome.entries.splice(0..0, entries);
        Ok(outcome)
    }

    /// Discount codes must be known, and charges must belong to lines that are there.
    fn check_parts(&self, fields: &Map<String, Value>) -> Result<(), Problem> {
        for owner in ["lines", "charges"] {
            let owners = fields.get(owner).and_then(Value::as_array).into_iter().flatten();
            for (at, parts) in owners.enumerate() {
                for (place, discount) in parts["discounts"].as_array().into_iter().flatten().enumerate() {
                    let code = discount["code"].as_str().unwrap_or_default();
                    if !items::is_discount_code(code) {
                        let path = format!("{owner}[{at}].discounts[{place}].code");
                        return Err(Problem::field(&path, "unknown_discount_code", format!("there is no `{code}`")));
                    }
                }
                let named = parts.get("line_ref").filter(|_| owner == "charges");
                let lines = fields.get("lines").and_then(Value::as_array).into_iter().flatten();
                if named.is_some_and(|named| !lines.clone().any(|line| line["line_ref"] == *named)) {
                    let path = format!("charges[{at}].line_ref");
                    return Err(Problem::field(&path, "line_not_found", "the order has no such line"));
                }
            }
        }
        Ok(())
    }

    /// Gives lines their ids and items, and sees that they change only as the order's state allows.
    fn check_lines(&self, id: &str, fields: &mut Map<String, Value>, current: Option<&Value>) -> Result<(), Problem> {
        let state = current.map_or("draft", status).to_owned();
        if !is_live(&state) {
            return Err(Problem::state(format!("the order is {state}")).with("existing_id", id));
        }
        let before = |reference: &Value| {
            let lines = current.and_then(|current| current["lines"].as_array()).into_iter().flatten();
            lines.into_iter().find(|line| line["line_ref"] == *reference)
        };
        let Some(lines) = fields.get_mut("lines").and_then(Value::as_array_mut) else { return Ok(()) };
        if lines.is_empty() {
            return Err(Problem::field("lines", "required", "an order has lines"));
        }
        let mut seen = std::collections::HashSet::new();
        for (at, line) in lines.iter_mut().enumerate() {
            let path = format!("lines[{at}]");
            let reference = line["line_ref"].clone();
            if !seen.insert(reference.to_string()) {
                return Err(Problem::field(&format!("{path}.line_ref"), "duplicate_line_ref", "another line has it"));
            }
            let sku = line["sku"].as_str().unwrap_or_default().to_owned();
            let item = self.items.find(&sku).ok_or_else(|| {
                let problem =
                    Problem::field(&format!("{path}.sku"), "item_not_found", format!("there is no item `{sku}`"));
                problem.with("line_ref", reference.clone())
            })?;
            if line.get("item_id").is_some_and(|sent| *sent != item.id.as_str()) {
                let message = format!("`{sku}` is item {}", item.id);
                return Err(Problem::field(&format!("{path}.item_id"), "item_mismatch", message));
            }
            line["item_id"] = item.id.as_str().into();
            line["id"] = format!("{id}-{}", key::hex(&["line", reference.as_str().unwrap_or_default()], 6)).into();
            let earlier = before(&reference);
            if !OPEN.contains(&state.as_str()) {
                let had = earlier.map(|line| number(&line["quantity"]));
                if had.is_none_or(|had| number(&line["quantity"]) > had) {
                    let detail = format!("{path}: the order is {state}; lines can only be lowered");
                    return Err(Problem::state(detail));
                }
            }
            if let Some(cancelled) = earlier.and_then(|line| line.get("quantity_cancelled")) {
                line["quantity_cancelled"] = cancelled.clone();
            }
        }
        if !OPEN.contains(&state.as_str()) {
            let lines = current.and_then(|current| current["lines"].as_array()).into_iter().flatten();
            for line in lines {
                if !seen.contains(&line["line_ref"].to_string()) {
                    let detail =
                        format!("the order is {state}; line {} can be lowered to 0, not left out", line["line_ref"]);
                    return Err(Problem::state(detail));
                }
            }
        }
        Ok(())
    }

    /// Lets the order's allocation follow lines that were lowered, and the order's state follow the allocation.
    pub(super) fn follow_lines(&self, id: &str, order: &mut Value, entries: &mut Vec<Entry>) {
        let allocation_id = super::allocations::id_of(id);
        let Some(mut allocation) = self.document(DocKind::Allocation, &allocation_id) else { return };
        let before = allocation.clone();
        super::allocations::follow(&mut allocation, order);
        if allocation == before {
            return;
        }
        super::bump(&mut allocation, &before);
        if matches!(status(order), "allocated" | "partially_allocated" | "confirmed") {
            order["status"] = super::allocations::order_status(&allocation).into();
        }
        let text = allocation.to_string().into();
        entries.push(Entry::Put { kind: DocKind::Allocation, id: allocation_id, text });
    }
}

/// The state that a written order is in. A write can confirm and hold; it never takes back what was done since.
fn next_status(current: Option<&Value>, asked: Option<&str>) -> Result<String, Problem> {
    let Some(current) = current.map(status) else { return Ok(asked.unwrap_or("confirmed").to_owned()) };
    let next = match (current, asked) {
        ("draft" | "on_hold", Some("confirmed")) => "confirmed",
        ("draft" | "confirmed" | "allocated" | "partially_allocated", Some("on_hold")) => "on_hold",
        ("picking", Some("on_hold")) => return Err(Problem::state("the order is being picked; it cannot be held")),
        (current, _) => current,
    };
    Ok(next.to_owned())
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}
