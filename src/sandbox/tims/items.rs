//! What TIMS knows of things to sell: items, their stock, and the discount codes. They are given; nothing here changes
//! but what allocations take from the stock.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::sandbox::key;
use crate::sandbox::shop::{PROMOTIONS, Shop, products};

/// The one warehouse with stock, and the place of what Amazon keeps.
pub(super) const LOCATIONS: [&str; 2] = ["MAIN", "FBA"];
/// Of everything that is not scarce.
const PLENTY: u32 = 10_000_000;

/// An item.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) sku: String,
    name: String,
    on_hand: u32,
}

/// All items, found by SKU or id.
#[derive(Debug, Default)]
pub(super) struct Items {
    by_sku: BTreeMap<String, Item>,
    folded: HashMap<String, String>,
    by_id: HashMap<String, String>,
}

impl Items {
    /// Everything that the shop sells, but for what TIMS does not know.
    pub(super) fn of(shop: &Shop) -> Self {
        let mut items = Self::default();
        for product in products() {
            items.add(product.tims_sku.unwrap_or(product.sku), product.title, PLENTY);
        }
        for scarce in shop.scarce() {
            items.add(&scarce.sku, "Limited edition teapot, numbered", scarce.on_hand);
        }
        items
    }

    fn add(&mut self, sku: &str, name: &str, on_hand: u32) {
        let id = format!("I-{}", key::hex(&["item", sku], 10));
        self.by_id.insert(id.clone(), sku.to_owned());
        self.folded.entry(fold(sku)).or_insert_with(|| sku.to_owned());
        self.by_sku.insert(sku.to_owned(), Item { id, sku: sku.to_owned(), name: name.to_owned(), on_hand });
    }

    /// The item of a SKU: the same bytes first, then without regard to case and surrounding blanks.
    pub(super) fn find(&self, sku: &str) -> Option<&Item> {
        self.by_sku.get(sku).or_else(|| self.by_sku.get(self.folded.get(&fold(sku))?))
    }

    /// The item of an id.
    pub(super) fn by_id(&self, id: &str) -> Option<&Item> {
        self.by_sku.get(self.by_id.get(id)?)
    }

    /// All items, by SKU.
    pub(super) fn all(&self) -> impl Iterator<Item = &Item> {
        self.by_sku.values()
    }
}

impl Item {
    /// What there is at a location.
    pub(super) fn on_hand(&self, location: &str) -> Decimal {
        if location == LOCATIONS[0] { self.on_hand.into() } else { Decimal::ZERO }
    }

    /// As TIMS tells of it.
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "sku": self.sku, "name": self.name, "uom": "EA", "kit": false, "components": [],
            "tax_class": "STANDARD", "aliases": [], "status": "active", "stocked": true, "version": 1,
        })
    }

    /// Its stock at a location of which `allocated` is taken.
    pub(super) fn stock(&self, location: &str, allocated: Decimal) -> Value {
        let on_hand = self.on_hand(location);
        json!({
            "sku": self.sku, "location": location, "on_hand": on_hand.to_string(),
            "allocated": allocated.normalize().to_string(), "available": (on_hand - allocated).normalize().to_string(),
            "incoming": "0", "safety": "0",
        })
    }
}

fn fold(sku: &str) -> String {
    sku.trim().to_lowercase()
}

/// The discount codes, by code.
pub(super) fn discount_codes() -> Vec<Value> {
    let mut codes: Vec<&str> = PROMOTIONS.iter().map(|(_, code)| *code).collect();
    codes.push("AMZ-PROMO");
    codes.sort_unstable();
    let json = |code: &str| {
        let scope = if code.contains("SHIP") { "shipping" } else { "line" };
        json!({
            "code": code, "kind": "amount", "value": "0.00", "scope": scope, "gl_account": "4090",
            "valid_from": "2020-01-01", "valid_to": null,
        })
    };
    codes.into_iter().map(json).collect()
}

/// Whether there is such a discount code.
pub(super) fn is_discount_code(code: &str) -> bool {
    code == "AMZ-PROMO" || PROMOTIONS.iter().any(|(_, known)| *known == code)
}
