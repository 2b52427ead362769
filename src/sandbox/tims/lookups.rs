//! What is only looked up: items and codes of discounts.

use serde_json::Value;

use super::items::{self, Item};
use super::listing::Listing;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::{Tims, no_such};
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;

/// Items and codes of discounts.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.items.list", method: "GET", path: &["items"], serve: Serve::Tell(list_items) },
    Route { name: "tims.items.get", method: "GET", path: &["items", "{}"], serve: Serve::Tell(item) },
    Route { name: "tims.discount_codes.list", method: "GET", path: &["discount_codes"], serve: Serve::Tell(codes) },
    Route { name: "tims.discount_codes.get", method: "GET", path: &["discount_codes", "{}"], serve: Serve::Tell(code) },
];

fn item_missing(id: &str) -> Problem {
    Problem::new(404, "item_not_found", format!("there is no item `{id}`"))
}

fn item(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let id = call.segment_from_end(0);
    tims.items.by_id(id).map(|item| item.json()).ok_or_else(|| item_missing(id))
}

fn list_items(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["sku", "id", "alias"])?;
    let found = listing.page_of(tims.asked_items(&listing).map(|item| (item.sku.clone(), item.json())));
    match listing.values("sku").or(listing.values("alias")) {
        Some(skus) if found["data"].as_array().is_none_or(Vec::is_empty) => Err(item_missing(&skus.join(","))),
        _ => Ok(found),
    }
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

    /// The items that a list asks for, by SKU: those of its SKUs or ids, or all from where its page begins.
    pub(super) fn asked_items<'a>(&'a self, listing: &Listing) -> Box<dyn Iterator<Item = Item> + 'a> {
        let ids = listing.values("id");
        if let Some(names) = listing.values("alias") {
            let mut found: Vec<Item> = names.iter().filter_map(|name| self.items.by_alias(name)).collect();
            found.sort_by(|a, b| a.sku.cmp(&b.sku));
            found.dedup_by(|a, b| a.sku == b.sku);
            return Box::new(found.into_iter());
        }
        let Some(names) = listing.values("sku").or(ids) else {
            // What a page begins after is a SKU, or the name of a row of one.
            let after = listing.after().unwrap_or_default();
            let sku = after.split(['@', '/']).next().unwrap_or_default();
            return Box::new(self.items.from(sku));
        };
        let found = names.iter().filter_map(|name| self.items.find(name).or_else(|| self.items.by_id(name)));
        let mut found: Vec<Item> = found.collect();
        found.sort_by(|a, b| a.sku.cmp(&b.sku));
        found.dedup_by(|a, b| a.sku == b.sku);
        Box::new(found.into_iter())
    }
}
