//! What is only looked up: items, their stock, and codes of discounts.

use serde_json::Value;

use super::items::{self, Item};
use super::listing::Listing;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::{Tims, no_such};
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;

/// Items, stock and codes of discounts.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.items.list", method: "GET", path: &["items"], serve: Serve::Tell(list_items) },
    Route { name: "tims.items.get", method: "GET", path: &["items", "{}"], serve: Serve::Tell(item) },
    Route { name: "tims.discount_codes.list", method: "GET", path: &["discount_codes"], serve: Serve::Tell(codes) },
    Route { name: "tims.discount_codes.get", method: "GET", path: &["discount_codes", "{}"], serve: Serve::Tell(code) },
    Route { name: "tims.stock.list", method: "GET", path: &["stock"], serve: Serve::Tell(stock) },
];

fn item_missing(id: &str) -> Problem {
    Problem::new(404, "item_not_found", format!("there is no item `{id}`"))
}

fn item(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let id = call.segment_from_end(0);
    tims.items.by_id(id).map(Item::json).ok_or_else(|| item_missing(id))
}

fn list_items(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["sku"])?;
    let found = tims.asked_items(&listing);
    if let (Some(skus), true) = (listing.values("sku"), found.is_empty()) {
        return Err(item_missing(&skus.join(",")));
    }
    Ok(listing.page(found.iter().map(|item| (item.sku.as_str(), item.json()))))
}

fn stock(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["sku", "location"])?;
    let location = listing.values("location").and_then(|names| names.first());
    let location = location.map_or(items::LOCATIONS[0], String::as_str);
    let found = tims.asked_items(&listing);
    let rows = found.iter().map(|item| {
        let mut stock = item.stock(location, tims.allocated(&item.sku, location));
        stock["as_of"] = tims.now.to_string().into();
        (item.sku.as_str(), stock)
    });
    Ok(listing.page(rows))
}

fn code(_: &Tims, call: &Call) -> Result<Value, Problem> {
    let id = call.segment_from_end(0);
    let mut codes = items::discount_codes().into_iter();
    codes.find(|code| code["code"] == id).ok_or_else(|| no_such("discount code", id))
}

fn codes(_: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &[])?;
    let codes = items::discount_codes();
    Ok(listing.page(codes.iter().map(|code| (code["code"].as_str().unwrap_or_default(), code.clone()))))
}

impl Tims {
    /// The document of an id.
    pub(super) fn one(&self, kind: DocKind, what: &str, id: &str) -> Result<Value, Problem> {
        self.document(kind, id).ok_or_else(|| no_such(what, id))
    }

    fn asked_items(&self, listing: &Listing) -> Vec<&Item> {
        match listing.values("sku") {
            None => self.items.all().collect(),
            Some(skus) => {
                let mut found: Vec<_> = skus.iter().filter_map(|sku| self.items.find(sku)).collect();
                found.sort_by(|a, b| a.sku.cmp(&b.sku));
                found.dedup_by(|a, b| a.sku == b.sku);
                found
            }
        }
    }
}
