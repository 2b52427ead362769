//! Shipments: what left the warehouse for an order, in which parcels. A shipment moves its order's lines on; one that is
//! voided moves them back, and stays visible, because others may have been told of it.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::actions::is_chosen;
use super::fields;
use super::listing::Listing;
use super::orders::status;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::schemas::{NOTHING, SHIPMENT, VOID};
use super::totals::number;
use super::{Outcome, Tims, allocations};
use crate::sandbox::FieldStyle;
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;
use crate::sandbox::key;
use crate::sandbox::world::World;

/// Shipments.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.shipments.list", method: "GET", path: &["shipments"], serve: Serve::Tell(list) },
    Route { name: "tims.shipments.create", method: "POST", path: &["shipments"], serve: Serve::Change(create) },
    Route { name: "tims.shipments.get", method: "GET", path: &["shipments", "{}"], serve: Serve::Tell(get) },
    Route { name: "tims.shipments.update", method: "PATCH", path: &["shipments", "{}"], serve: Serve::Change(update) },
    Route {
        name: "tims.shipments.ship",
        method: "POST",
        path: &["shipments", "{}", "ship"],
        serve: Serve::Change(act),
    },
    Route {
        name: "tims.shipments.deliver",
        method: "POST",
        path: &["shipments", "{}", "deliver"],
        serve: Serve::Change(act),
    },
    Route {
        name: "tims.shipments.void",
        method: "POST",
        path: &["shipments", "{}", "void"],
        serve: Serve::Change(act),
    },
];

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let names = ["id", "sales_order_id", "status", "carrier_code", "updated_at"];
    Ok(tims.list(DocKind::Shipment, &Listing::read(call, &names)?))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let id = call.segment_from_end(0);
    tims.document(DocKind::Shipment, id).ok_or_else(|| super::no_such("shipment", id))
}

fn create(tims: &Tims, _: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.create_shipment(body, tims.style)
}

fn update(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let id = call.segment_from_end(0);
    tims.check_version(DocKind::Shipment, id, call, true)?;
    tims.update_shipment(id, body, tims.style)
}

fn act(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    tims.act_on_shipment(call.segment_from_end(1), call.segment_from_end(0), body, tims.style)
}

/// The states of an order from which goods can leave.
const SHIPPABLE: [&str; 4] = ["allocated", "partially_allocated", "picking", "partially_shipped"];

/// What the ids of an order's shipments begin with, so that they stand together.
fn prefix(order_id: &str) -> String {
    format!("SH-{}-", key::hex(&["shipments", order_id], 12))
}

impl Tims {
    /// The shipments of an order, in the order in which they were made.
    pub(in crate::sandbox) fn shipments_of(&self, order_id: &str) -> Vec<Value> {
        let prefix = prefix(order_id);
        let found = self.documents(DocKind::Shipment).range(prefix.clone()..);
        let own = found.take_while(|(id, _)| id.starts_with(&prefix));
        own.filter_map(|(_, text)| serde_json::from_str(text).ok()).collect()
    }

    /// Makes a shipment for somebody who is in the house, and gives its id.
    pub(in crate::sandbox) fn leave(&mut self, world: &World, body: &Value) -> Result<String, String> {
        let made = self.create_shipment(body, FieldStyle::Snake).and_then(|outcome| {
            self.commit(world, outcome.entries)?;
            Ok(outcome.about.map(|(_, id)| id).unwrap_or_default())
        });
        made.map_err(|problem| problem.detail)
    }

    /// The lines of an order with what is set aside for them and in no parcel yet.
    pub(in crate::sandbox) fn left_to_ship(&self, order: &Value) -> Vec<(Value, Decimal)> {
        let order_id = order["id"].as_str().unwrap_or_default();
        let earlier = self.shipments_of(order_id);
        let allocation = self.document(DocKind::Allocation, &allocations::id_of(order_id));
        let lines = order["lines"].as_array().into_iter().flatten();
        let left = lines.map(|line| {
            let there = set_aside(allocation.as_ref(), &line["id"]).min(number(&line["quantity"]));
            (line.clone(), there - left_or_packed(&earlier, &line["id"]))
        });
        left.filter(|(_, left)| *left > Decimal::ZERO).collect()
    }

    /// POST shipments: goods are packed, or have left.
    pub(super) fn create_shipment(&self, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let mut given = fields::read(body, SHIPMENT, style, false)?;
        let order_id = given["sales_order_id"].as_str().unwrap_or_default().to_owned();
        let order = self.document(DocKind::SalesOrder, &order_id).ok_or_else(|| {
            Problem::field("sales_order_id", "sales_order_not_found", format!("there is no sales order `{order_id}`"))
        })?;
        if !SHIPPABLE.contains(&status(&order)) {
            return Err(Problem::state(format!("cannot ship an order that is {}", status(&order))));
        }
        let earlier = self.shipments_of(&order_id);
        let id = format!("{}{:03}", prefix(&order_id), earlier.len() + 1);
        let packages = self.pack(&id, &given, &order, &earlier)?;
        given.insert("packages".to_owned(), Value::Array(packages));
        let state = given.get("status").and_then(Value::as_str).unwrap_or("shipped").to_owned();
        given.insert("status".to_owned(), state.as_str().into());
        if state == "shipped" {
            given.entry("shipped_at").or_insert_with(|| self.now.to_string().into());
        }
        given.insert("number".to_owned(), format!("D{:09}", key::number(&["delivery", &id]) % 1_000_000_000).into());
        if let Some(location) = order.get("location") {
            given.insert("location".to_owned(), location.clone());
        }
        let outcome = self.save(DocKind::Shipment, &id, None, given, 201);
        Ok(self.followed(outcome, &order, earlier))
    }

    /// PATCH: carrier and tracking may be corrected while the goods are on their way.
    pub(super) fn update_shipment(&self, id: &str, body: &Value, style: FieldStyle) -> Result<Outcome, Problem> {
        let current = self.document(DocKind::Shipment, id).ok_or_else(|| super::no_such("shipment", id))?;
        if status(&current) == "voided" {
            return Err(Problem::state("a voided shipment does not change"));
        }
        let given = fields::read(body, SHIPMENT, style, true)?;
        for name in ["sales_order_id", "packages", "status"] {
            if given.contains_key(name) {
                return Err(Problem::field(name, "immutable", "void the shipment and make another"));
            }
        }
        let mut fields = current.as_object().cloned().unwrap_or_default();
        fields.extend(given);
        Ok(self.save(DocKind::Shipment, id, Some(&current), fields, 200))
    }

    /// POST shipments/{id}/{action}: ship what was packed, tell that it arrived, or void it.
    pub(super) fn act_on_shipment(
        &self,
        id: &str,
        action: &str,
        body: &Value,
        style: FieldStyle,
    ) -> Result<Outcome, Problem> {
        let current = self.document(DocKind::Shipment, id).ok_or_else(|| super::no_such("shipment", id))?;
        let mut fields = current.as_object().cloned().unwrap_or_default();
        let mut stamp = |name: &str, state: &str| {
            fields.insert(name.to_owned(), self.now.to_string().into());
            fields.insert("status".to_owned(), state.into());
        };
        match (action, status(&current)) {
            ("ship", "packed") => {
                fields::read(body, NOTHING, style, false)?;
                stamp("shipped_at", "shipped");
            }
            ("deliver", "shipped") => {
                fields::read(body, NOTHING, style, false)?;
                stamp("delivered_at", "delivered");
            }
            ("void", "packed" | "shipped") => {
                let given = fields::read(body, VOID, style, false)?;
                stamp("voided_at", "voided");
                fields.extend(given);
            }
            (_, state) => return Err(Problem::state(format!("cannot {action} a shipment that is {state}"))),
        }
        let outcome = self.save(DocKind::Shipment, id, Some(&current), fields, 200);
        let order_id = current["sales_order_id"].as_str().unwrap_or_default();
        let Some(order) = self.document(DocKind::SalesOrder, order_id) else { return Ok(outcome) };
        let others = self.shipments_of(order_id).into_iter().filter(|shipment| shipment["id"] != id).collect();
        Ok(self.followed(outcome, &order, others))
    }

    /// The outcome with the order as it is after it.
    fn followed(&self, mut outcome: Outcome, order: &Value, others: Vec<Value>) -> Outcome {
        let own: Option<Value> = outcome.text.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let all: Vec<Value> = others.into_iter().chain(own).collect();
        let mut fields = order.as_object().cloned().unwrap_or_default();
        let (mut some, mut open) = (false, false);
        for line in fields.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
            let shipped = left_the_house(&all, &line["id"]);
            some |= !shipped.is_zero();
            open |= shipped < number(&line["quantity"]);
            if shipped.is_zero() {
                line.as_object_mut().map(|line| line.shift_remove("quantity_shipped"));
            } else {
                line["quantity_shipped"] = shipped.normalize().to_string().into();
            }
        }
        let before = status(order);
        // Packed goods are still in the house, and an order that went on does not come back by itself.
        let after = match (some, open) {
            _ if matches!(before, "invoiced" | "closed" | "cancelled") => before,
            (true, false) => "shipped",
            (true, true) => "partially_shipped",
            (false, _) if SHIPPABLE[..3].contains(&before) => before,
            (false, _) => "picking",
        };
        fields.insert("status".to_owned(), after.into());
        let id = order["id"].as_str().unwrap_or_default();
        let entries = self.save(DocKind::SalesOrder, id, Some(order), fields, 200).entries;
        outcome.entries.extend(entries);
        outcome
    }

    /// The parcels with their ids, checked against what the order still wants and what was set aside for it.
    fn pack(
        &self,
        shipment_id: &str,
        given: &Map<String, Value>,
        order: &Value,
        earlier: &[Value],
    ) -> Result<Vec<Value>, Problem> {
        let allocation = self.document(DocKind::Allocation, &allocations::id_of(order["id"].as_str().unwrap_or("")));
        let mut packages = given["packages"].as_array().cloned().unwrap_or_default();
        if packages.is_empty() {
            return Err(Problem::field("packages", "required", "a shipment has parcels"));
        }
        let mut taken: Vec<(Value, Decimal)> = Vec::new();
        let mut refs = std::collections::HashSet::new();
        for (at, package) in packages.iter_mut().enumerate() {
            let path = format!("packages[{at}]");
            let reference =
                package.get("ref").and_then(Value::as_str).map_or_else(|| format!("{}", at + 1), str::to_owned);
            if !refs.insert(reference.clone()) {
                return Err(Problem::field(&format!("{path}.ref"), "duplicate_ref", "another parcel has it"));
            }
            package["id"] = format!("{shipment_id}-{reference}").into();
            package["ref"] = reference.into();
            let lines = package["lines"]
                .as_array_mut()
                .filter(|lines| !lines.is_empty())
                .ok_or_else(|| Problem::field(&format!("{path}.lines"), "required", "a parcel holds something"))?;
            for (place, line) in lines.iter_mut().enumerate() {
                let path = format!("{path}.lines[{place}]");
                let wanted = order["lines"].as_array().into_iter().flatten().find(|wanted| is_chosen(wanted, line));
                let wanted = wanted.ok_or_else(|| {
                    Problem::field(&path, "line_not_found", "line_id or line_ref must name a line of the order")
                })?;
                let quantity = number(&line["quantity"]);
                let before = left_or_packed(earlier, &wanted["id"])
                    + taken.iter().filter(|(id, _)| *id == wanted["id"]).map(|(_, taken)| *taken).sum::<Decimal>();
                let left = number(&wanted["quantity"]) - before;
                if quantity <= Decimal::ZERO || quantity > left {
                    let message = format!("there are {left} left to ship");
                    return Err(Problem::field(&format!("{path}.quantity"), "bad_quantity", message));
                }
                let there = set_aside(allocation.as_ref(), &wanted["id"]) - before;
                if quantity > there {
                    let problem = Problem::new(409, "insufficient_stock", format!("{path}: {there} are set aside"));
                    return Err(problem.with("available", there.normalize().to_string()));
                }
                taken.push((wanted["id"].clone(), quantity));
                *line = json!({"line_id": wanted["id"], "line_ref": wanted["line_ref"], "sku": wanted["sku"],
                    "quantity": quantity.normalize().to_string()});
            }
        }
        Ok(packages)
    }
}

fn set_aside(allocation: Option<&Value>, line_id: &Value) -> Decimal {
    let lines = allocation.and_then(|allocation| allocation["lines"].as_array()).into_iter().flatten();
    lines.filter(|line| line["line_id"] == *line_id).map(|line| number(&line["allocated"])).sum()
}

/// How much of a line has left the house.
fn left_the_house(shipments: &[Value], line_id: &Value) -> Decimal {
    of_line(shipments, line_id, &["shipped", "delivered"])
}

/// How much of a line is in parcels that count.
fn left_or_packed(shipments: &[Value], line_id: &Value) -> Decimal {
    of_line(shipments, line_id, &["packed", "shipped", "delivered"])
}

fn of_line(shipments: &[Value], line_id: &Value, states: &[&str]) -> Decimal {
    let counted = shipments.iter().filter(|shipment| states.contains(&status(shipment)));
    let lines = counted
        .flat_map(|shipment| shipment["packages"].as_array().into_iter().flatten())
        .flat_map(|package| package["lines"].as_array().into_iter().flatten());
    lines.filter(|line| line["line_id"] == *line_id).map(|line| number(&line["quantity"])).sum()
}
