//! Stock: what each location has of each item, and what of it can be sold. TIMS counts its own warehouses; the owner of
//! a place outside, such as Amazon, tells what lies there.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::fields::{self, Field, Shape::Quantity, may, must};
use super::items::{Item, LOCATIONS};
use super::listing::Listing;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::totals::number;
use super::{Outcome, Tims};
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};

/// Stock, told and counted.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.stock.list", method: "GET", path: &["stock"], serve: Serve::Tell(list) },
    Route { name: "tims.stock.count", method: "PUT", path: &["stock", "{}", "{}"], serve: Serve::Change(count) },
];

/// The body of a count of stock that lies outside.
const STOCK: &[Field] = &[
    must("on_hand", Quantity),
    may("reserved", Quantity),
    may("blocked", Quantity),
    may("incoming", Quantity),
    may("safety", Quantity),
];

/// What the names of the places begin with whose stock TIMS does not count itself.
const OUTSIDE: &str = "FBA";

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["sku", "location", "id"])?;
    let locations: Vec<&str> = match listing.values("location") {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => LOCATIONS.to_vec(),
    };
    let named = listing.values("location").is_some();
    let rows = |item: Item| {
        let mut rows: Vec<(String, Value)> = Vec::new();
        for location in &locations {
            let row = tims.stock_row(&item, location);
            // Where it has never lain there is nothing to tell, unless that place was asked for.
            if named || *location == LOCATIONS[0] || number(&row["on_hand"]) != Decimal::ZERO || row["version"] != 1 {
                rows.push((place(&item.sku, location), row));
            }
        }
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    };
    let items = tims.asked_items(&listing);
    Ok(listing.page_of(items.flat_map(rows)))
}

/// Tells what lies outside; the same again changes nothing.
fn count(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let (sku, location) = (call.segment_from_end(1), call.segment_from_end(0));
    let given = fields::read(body, STOCK, tims.style, false)?;
    if !LOCATIONS.contains(&location) {
        return Err(Problem::field("location", "unknown_location", format!("there is no location `{location}`")));
    }
    if !location.starts_with(OUTSIDE) {
        return Err(Problem::state(format!("TIMS counts the stock of {location} itself")));
    }
    let Some(item) = tims.items.find(sku) else {
        return Err(Problem::new(404, "item_not_found", format!("there is no item `{sku}`")));
    };
    tims.set_stock(&item, location, &given)
}

/// What a row is called.
pub(super) fn place(sku: &str, location: &str) -> String {
    format!("{sku}@{location}")
}

impl Tims {
    /// What it comes to when a location has this much.
    pub(super) fn set_stock(
        &self,
        item: &Item,
        location: &str,
        given: &Map<String, Value>,
    ) -> Result<Outcome, Problem> {
        if let Some((name, _)) = given.iter().find(|(_, value)| number(value) < Decimal::ZERO) {
            return Err(Problem::field(name, "bad_quantity", "there is no less than nothing"));
        }
        let id = place(&item.sku, location);
        let current = self.document(DocKind::Stock, &id);
        let mut fields = Map::new();
        fields.insert("sku".to_owned(), item.sku.clone().into());
        fields.insert("location".to_owned(), location.into());
        for name in ["on_hand", "reserved", "blocked", "incoming", "safety"] {
            let kept = current.as_ref().map(|current| number(&current[name])).unwrap_or_default();
            let kept = if current.is_none() && name == "on_hand" { item.first_on_hand(location) } else { kept };
            let amount = given.get(name).map_or(kept, number);
            fields.insert(name.to_owned(), amount.normalize().to_string().into());
        }
        let mut outcome = self.save(DocKind::Stock, &id, current.as_ref(), fields, 200);
        // The answer is the row as a list shows it, with what is worked out.
        if let Some(text) = &outcome.text {
            let document: Value = serde_json::from_str(text).unwrap_or_default();
            let row = self.row(item, location, Some(&document)).to_string();
            outcome.text = Some(row.into());
            outcome.about = None;
        }
        Ok(outcome)
    }

    /// How much of an item is at a location, whether it is set aside or not.
    pub(super) fn on_hand(&self, item: &Item, location: &str) -> Decimal {
        match self.document(DocKind::Stock, &place(&item.sku, location)) {
            Some(document) => number(&document["on_hand"]) - number(&document["reserved"]),
            None => item.first_on_hand(location),
        }
    }

    fn stock_row(&self, item: &Item, location: &str) -> Value {
        self.row(item, location, self.document(DocKind::Stock, &place(&item.sku, location)).as_ref())
    }

    fn row(&self, item: &Item, location: &str, document: Option<&Value>) -> Value {
        let of = |name: &str| document.map(|document| number(&document[name])).unwrap_or_default();
        let on_hand = document.map_or_else(|| item.first_on_hand(location), |document| number(&document["on_hand"]));
        let allocated = self.allocated(&item.sku, location);
        let text = |amount: Decimal| Value::from(amount.normalize().to_string());
        json!({
            "sku": item.sku, "location": location, "on_hand": text(on_hand), "allocated": text(allocated),
            "reserved": text(of("reserved")), "available": text(on_hand - allocated - of("reserved")),
            "blocked": text(of("blocked")), "incoming": text(of("incoming")), "safety": text(of("safety")),
            "as_of": self.now.to_string(),
            "version": document.map_or(1, |document| document["version"].as_u64().unwrap_or(0) + 1),
        })
    }

    /// The entries by which a warehouse has this much, as somebody there counted it.
    pub(in crate::sandbox) fn counted(&self, sku: &str, location: &str, given: &Value) -> Result<Vec<Entry>, String> {
        let given = fields::read(given, STOCK, crate::sandbox::FieldStyle::Snake, true).map_err(|bad| bad.detail)?;
        let item = self.items.find(sku).ok_or_else(|| format!("TIMS has no item {sku}"))?;
        if !LOCATIONS.contains(&location) {
            return Err(format!("TIMS has no location {location}"));
        }
        Ok(self.set_stock(&item, location, &given).map_err(|bad| bad.detail)?.entries)
    }

    /// The SKUs of all items, by SKU.
    pub(in crate::sandbox) fn skus(&self) -> impl Iterator<Item = String> {
        self.items.from("").map(|item| item.sku)
    }
}
