//! Allocations: stock that is set aside for an order, in one step or not at all, and never more than there is.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::actions::is_chosen;
use super::fields;
use super::items::LOCATIONS;
use super::listing::Listing;
use super::orders::status;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::schemas::ALLOCATION;
use super::totals::number;
use super::{Outcome, Tims};
use crate::sandbox::FieldStyle;
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::key;

/// The id of a sales order's allocation; there is one at a time.
pub(super) fn id_of(sales_order_id: &str) -> String {
    format!("AL-{}", key::hex(&["allocation", sales_order_id], 12))
}

/// The state that an allocation puts its order in.
pub(super) fn order_status(allocation: &Value) -> &'static str {
    match allocation["status"].as_str() {
        Some("allocated") => "allocated",
        Some("partial") => "partially_allocated",
        _ => "confirmed",
    }
}

/// Lowers an allocation to what the order still wants.
pub(super) fn follow(allocation: &mut Value, order: &Value) {
    for line in allocation["lines"].as_array_mut().into_iter().flatten() {
        let wanted = order["lines"].as_array().into_iter().flatten().find(|wanted| wanted["id"] == line["line_id"]);
        let wanted = wanted.map_or(Decimal::ZERO, |wanted| number(&wanted["quantity"]));
        let requested = number(&line["requested"]).min(wanted);
        let allocated = number(&line["allocated"]).min(requested);
        fill(line, requested, allocated);
    }
    set_status(allocation);
}

fn fill(line: &mut Value, requested: Decimal, allocated: Decimal) {
    let text = |amount: Decimal| Value::from(amount.normalize().to_string());
    line["requested"] = text(requested);
    line["allocated"] = text(allocated);
    line["backordered"] = text(requested - allocated);
}

fn set_status(allocation: &mut Value) {
    let sum = |name: &str| -> Decimal {
        allocation["lines"].as_array().into_iter().flatten().map(|line| number(&line[name])).sum()
    };
    let status = match (sum("allocated"), sum("backordered")) {
        (_, short) if short.is_zero() => "allocated",
        (there, _) if there.is_zero() => "failed",
        _ => "partial",
    };
    allocation["status"] = status.into();
}

/// Allocations.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.allocations.list", method: "GET", path: &["allocations"], serve: Serve::Tell(list) },
    Route { name: "tims.allocations.create", method: "POST", path: &["allocations"], serve: Serve::Change(create) },
    Route { name: "tims.allocations.get", method: "GET", path: &["allocations", "{}"], serve: Serve::Tell(get) },
    Route {
        name: "tims.allocations.delete",
        method: "DELETE",
        path: &["allocations", "{}"],
        serve: Serve::Remove(|tims, id| Ok(tims.deallocate(id))),
    },
];

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    Ok(tims.list(DocKind::Allocation, &Listing::read(call, &["sales_order_id", "status"])?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    tims.one(DocKind::Allocation, "allocation", call.segment_from_end(0))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.allocate(body, tims.style)
}

impl Tims {
    /// POST allocations.
    pub(super) fn allocate(&self, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let given = fields::read(body, ALLOCATION, style, false)?;
        let order_id = given["sales_order_id"].as_str().unwrap_or_default();
        let order = self.document(DocKind::SalesOrder, order_id).ok_or_else(|| {
            Problem::field("sales_order_id", "sales_order_not_found", format!("there is no sales order `{order_id}`"))
        })?;
        let id = id_of(order_id);
        let earlier = self.document(DocKind::Allocation, &id);
        // One that got nothing holds nothing, and may be tried again.
        if earlier.as_ref().is_some_and(|earlier| earlier["status"] != "failed") {
            let problem = Problem::new(409, "duplicate", "the order has an allocation");
            return Err(problem.with("existing_id", id));
        }
        if status(&order) != "confirmed" {
            return Err(Problem::state(format!("cannot allocate for an order that is {}", status(&order))));
        }
        let lines = self.reserve(&given, &order)?;
        let mut allocation = Map::new();
        for name in ["sales_order_id", "source", "external_ref", "expires_at"] {
            if let Some(value) = given.get(name) {
                allocation.insert(name.to_owned(), value.clone());
            }
        }
        allocation.insert("status".to_owned(), Value::Null);
        allocation.insert("lines".to_owned(), Value::Array(lines));
        let mut allocation = Value::Object(allocation);
        set_status(&mut allocation);
        let short: Vec<&Value> = allocation["lines"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|line| !number(&line["backordered"]).is_zero())
            .collect();
        if given.get("allow_partial") == Some(&Value::Bool(false)) && !short.is_empty() {
            let problem = Problem::new(409, "insufficient_stock", "there is not enough stock for every line");
            let available = |line: &&Value| {
                json!({"line_ref": line["line_ref"], "sku": line["sku"], "location": line["location"],
                    "requested": line["requested"], "available": line["allocated"]})
            };
            return Err(problem.with("available", short.iter().map(available).collect::<Vec<_>>()));
        }
        let status = order_status(&allocation);
        let mut outcome = self.save(
            DocKind::Allocation,
            &id,
            earlier.as_ref(),
            allocation.as_object().cloned().unwrap_or_default(),
            201,
        );
        self.set_order_status(&order, status, &mut outcome.entries);
        Ok(outcome)
    }

    /// DELETE allocations/{id}: gone already is as good.
    pub(super) fn deallocate(&self, id: &str) -> Outcome {
        let mut outcome = Outcome { status: 204, ..Outcome::default() };
        if let Some(allocation) = self.document(DocKind::Allocation, id) {
            outcome.entries = self.release(id, &allocation);
        }
        outcome
    }

    /// The entries that give back what expired.
    pub(super) fn expired(&self, now: Timestamp) -> Vec<Entry> {
        let due = self.expiries.iter().take_while(|(at, _)| *at <= now);
        let due = due.filter_map(|(_, id)| Some((id, self.document(DocKind::Allocation, id)?)));
        due.flat_map(|(id, allocation)| self.release(id, &allocation)).collect()
    }

    fn release(&self, id: &str, allocation: &Value) -> Vec<Entry> {
        let mut entries = vec![Entry::Gone { kind: DocKind::Allocation, id: id.to_owned() }];
        let order_id = allocation["sales_order_id"].as_str().unwrap_or_default();
        if let Some(order) = self.document(DocKind::SalesOrder, order_id)
            && matches!(status(&order), "allocated" | "partially_allocated")
        {
            self.set_order_status(&order, "confirmed", &mut entries);
        }
        entries
    }

    fn set_order_status(&self, order: &Value, status: &str, entries: &mut Vec<Entry>) {
        if order["status"] == status {
            return;
        }
        let mut fields = order.as_object().cloned().unwrap_or_default();
        fields.insert("status".to_owned(), status.into());
        let id = order["id"].as_str().unwrap_or_default();
        entries.extend(self.save(DocKind::SalesOrder, id, Some(order), fields, 200).entries);
    }

    /// What each line can have of what it wants. Lines of one item share what there is, the first come first.
    fn reserve(&self, given: &Map<String, Value>, order: &Value) -> Result<Vec<Value>, Problem> {
        let mut taken: Vec<(String, String, Decimal)> = Vec::new();
        let mut lines = Vec::new();
        for (at, choice) in given["lines"].as_array().into_iter().flatten().enumerate() {
            let path = format!("lines[{at}]");
            let line = order["lines"].as_array().into_iter().flatten().find(|line| is_chosen(line, choice));
            let line = line.ok_or_else(|| {
                Problem::field(&path, "line_not_found", "line_id or line_ref must name a line of the order")
            })?;
            if lines.iter().any(|chosen: &Value| chosen["line_id"] == line["id"]) {
                return Err(Problem::field(&path, "duplicate_line", "the line is named twice"));
            }
            let wanted = number(&choice["quantity"]);
            if wanted < Decimal::ZERO || wanted > number(&line["quantity"]) {
                let message = format!("the line has {}", line["quantity"].as_str().unwrap_or_default());
                return Err(Problem::field(&format!("{path}.quantity"), "bad_quantity", message));
            }
            let location = choice["location"].as_str().or(order["location"].as_str()).unwrap_or(LOCATIONS[0]);
            if !LOCATIONS.contains(&location) {
                let message = format!("there is no location `{location}`");
                return Err(Problem::field(&format!("{path}.location"), "unknown_location", message));
            }
            let item = self.items.by_id(line["item_id"].as_str().unwrap_or_default());
            let there = item
                .as_ref()
                .map_or(Decimal::ZERO, |item| self.on_hand(item, location) - self.allocated(&item.sku, location));
            let sku = item.map(|item| item.sku.clone()).unwrap_or_default();
            let used: Decimal =
                taken.iter().filter(|(s, l, _)| *s == sku && l == location).map(|(_, _, amount)| *amount).sum();
            let got = wanted.min((there - used).max(Decimal::ZERO));
            taken.push((sku.clone(), location.to_owned(), got));
            let mut entry = json!({
                "line_id": line["id"], "line_ref": line["line_ref"], "sku": sku, "location": location,
            });
            fill(&mut entry, wanted, got);
            lines.push(entry);
        }
        Ok(lines)
    }
}
