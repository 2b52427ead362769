//! The seller's listings: what is offered where, at which price, and how much of it there is (Listings Items
//! 2021-08-01). A listing that nobody changed is a function of the assortment, so a hundred thousand of them take no
//! room.

pub(super) mod attributes;
pub(super) mod change;
mod show;
pub(super) mod submit;

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Operation, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::journal::Entry;
use crate::sandbox::key;
use crate::sandbox::quota::{
    DELETE_LISTINGS_ITEM, GET_LISTINGS_ITEM, PATCH_LISTINGS_ITEM, PUT_LISTINGS_ITEM, SEARCH_LISTINGS_ITEMS,
};
use crate::sandbox::shop::{Assortment, Offer};
use crate::sandbox::world::World;

/// One listing in one marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::sandbox) struct Listing {
    pub(super) product_type: String,
    pub(super) attributes: Map<String, Value>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
}

/// The listings of the seller.
#[derive(Debug)]
pub(in crate::sandbox) struct Listings {
    assortment: Assortment,
    start: Timestamp,
    /// Those that were changed, by marketplace and SKU; nothing where one was deleted.
    changed: HashMap<(String, String), Option<Arc<str>>>,
}

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "amazon.searchListingsItems",
        method: Method::GET,
        path: &["listings", "2021-08-01", "items", "{}"],
        plan: SEARCH_LISTINGS_ITEMS,
        serve: show::search,
    },
    Operation {
        name: "amazon.getListingsItem",
        method: Method::GET,
        path: ITEM,
        plan: GET_LISTINGS_ITEM,
        serve: show::one,
    },
    Operation {
        name: "amazon.putListingsItem",
        method: Method::PUT,
        path: ITEM,
        plan: PUT_LISTINGS_ITEM,
        serve: submit::put,
    },
    Operation {
        name: "amazon.patchListingsItem",
        method: Method::PATCH,
        path: ITEM,
        plan: PATCH_LISTINGS_ITEM,
        serve: submit::patch,
    },
    Operation {
        name: "amazon.deleteListingsItem",
        method: Method::DELETE,
        path: ITEM,
        plan: DELETE_LISTINGS_ITEM,
        serve: submit::delete,
    },
];

const ITEM: &[&str] = &["listings", "2021-08-01", "items", "{}", "{}"];

impl Listings {
    /// The listings of a shop with this assortment that began at `start`.
    pub(in crate::sandbox) fn new(assortment: Assortment, start: Timestamp) -> Self {
        Self { assortment, start, changed: HashMap::new() }
    }

    /// A listing as it is now.
    pub(in crate::sandbox) fn get(&self, market: &str, sku: &str) -> Option<Listing> {
        match self.changed.get(&(market.to_owned(), sku.to_owned())) {
            Some(text) => serde_json::from_str(text.as_deref()?).ok(),
            None => {
                let offer = self.assortment.offer(market, sku)?;
                // One in fifty of the numbered articles is new, and not listed yet.
                let is_new = offer.article.number().is_some_and(|number| number % 53 == 0);
                (!is_new).then(|| self.first(&offer))
            }
        }
    }

    /// Whether Amazon takes no changes of a listing: one in a hundred of the numbered articles.
    fn is_held(&self, market: &str, sku: &str) -> bool {
        let number = self.assortment.offer(market, sku).and_then(|offer| offer.article.number());
        number.is_some_and(|number| number % 97 == 0)
    }

    /// The SKUs that a marketplace has, in no order: those of the assortment and those that came later.
    fn skus(&self, market: &str) -> impl Iterator<Item = String> {
        let offered = self.assortment.all().flat_map(|article| article.offers().collect::<Vec<_>>());
        let mut skus: Vec<String> =
            offered.filter(|offer| offer.market.id == market).map(|offer| offer.seller_sku).collect();
        skus.extend(self.changed.keys().filter(|(there, _)| there == market).map(|(_, sku)| sku.clone()));
        skus.sort_unstable();
        skus.dedup();
        skus.into_iter()
    }

    /// All that were changed since the shop began, for display.
    pub(in crate::sandbox) fn changes(&self) -> Vec<Value> {
        let mut keys: Vec<_> = self.changed.keys().collect();
        keys.sort_unstable();
        let shown = keys.into_iter().map(|(market, sku)| match self.get(market, sku) {
            Some(listing) => json!({
                "marketplaceId": market, "sku": sku, "productType": listing.product_type,
                "attributes": listing.attributes,
            }),
            None => json!({"marketplaceId": market, "sku": sku, "deleted": true}),
        });
        shown.collect()
    }

    /// Puts an entry into effect.
    pub(in crate::sandbox) fn apply(&mut self, entry: &Entry) {
        if let Entry::Listing { market, sku, text } = entry {
            self.changed.insert((market.clone(), sku.clone()), text.clone());
        }
    }

    /// A listing as it was when the shop began.
    fn first(&self, offer: &Offer) -> Listing {
        let (market, article) = (offer.market, &offer.article);
        let dice = key::number(&["listing", market.id, &offer.seller_sku]);
        let mut attributes = Map::new();
        let mut set = |name: &str, value: Value| attributes.insert(name.to_owned(), json!([value]));
        let text = |text: &str| json!({"value": text, "language_tag": market.language, "marketplace_id": market.id});
        set("item_name", text(&article.title));
        set("brand", text("Clara & Finch"));
        set("condition_type", json!({"value": "new_new", "marketplace_id": market.id}));
        set("merchant_suggested_asin", json!({"value": article.asin(), "marketplace_id": market.id}));
        set(
            "fulfillment_availability",
            if offer.by_amazon {
                json!({"fulfillment_channel_code": market.amazon_channel})
            } else {
                json!({"fulfillment_channel_code": "DEFAULT", "quantity": dice % 40, "lead_time_to_ship_max_days": 1 + dice % 3})
            },
        );
        let price = article.price_in(market);
        let number = |minor: i64| attributes::number(rust_decimal::Decimal::new(minor, market.digits));
        let mut sale = json!({
            "marketplace_id": market.id, "currency": market.currency, "audience": "ALL",
            "our_price": [{"schedule": [{"value_with_tax": number(price)}]}],
        });
        // Some sellers have told Amazon in which range it may reprice; a careless update wipes that.
        if dice.is_multiple_of(3) {
            sale["minimum_seller_allowed_price"] = json!([{"schedule": [{"value_with_tax": number(price * 7 / 10)}]}]);
            sale["maximum_seller_allowed_price"] = json!([{"schedule": [{"value_with_tax": number(price * 2)}]}]);
        }
        set("purchasable_offer", sale);
        let ago = i64::try_from(dice % 300).unwrap_or(0);
        let created = self.start - SignedDuration::from_hours(24 * (30 + ago));
        Listing { product_type: article.product_type.to_owned(), attributes, created, updated: created }
    }
}

/// The part of the path that names the seller, who must be the one of the token.
fn seller<'c>(world: &World, call: &'c Call) -> Result<&'c str, Refusal> {
    let seller = call.path.get(3).map_or("", String::as_str);
    if seller == world.credentials.amazon.seller_id {
        Ok(seller)
    } else {
        Err(bad("sellerId is not the token's seller"))
    }
}

/// Amazon's answer to a request for listings that it cannot make sense of.
fn bad(reason: impl Into<String>) -> Refusal {
    let text = "Invalid input";
    Refusal { status: 400, code: "BAD_REQUEST", message: text, details: Some(text), reason: reason.into() }
}

fn missing(reason: impl Into<String>) -> Refusal {
    Refusal {
        status: 404,
        code: "NOT_FOUND",
        message: "The requested resource was not found.",
        details: Some(""),
        reason: reason.into(),
    }
}

/// The values of a parameter that is a list, each one of `known` where that is given.
fn values<'c>(call: &'c Call, name: &str, known: Option<&[&str]>) -> Result<Vec<&'c str>, Refusal> {
    let Some(text) = call.parameter(name) else { return Ok(Vec::new()) };
    let values: Vec<&str> = text.split(',').collect();
    match values.iter().find(|value| value.is_empty() || known.is_some_and(|known| !known.contains(value))) {
        Some(value) => Err(bad(format!("{name} does not take `{value}`"))),
        None => Ok(values),
    }
}

/// The marketplaces that a request names: at least one, at most `most`, and only those that the seller is in.
fn marketplaces(call: &Call, most: usize) -> Result<Vec<&str>, Refusal> {
    let ids = values(call, "marketplaceIds", None)?;
    let known = crate::sandbox::shop::markets().map(|market| market.id);
    if let Some(other) = ids.iter().find(|id| !known.contains(id)) {
        return Err(bad(format!("the seller is not in the marketplace {other}")));
    }
    if ids.is_empty() || ids.len() > most {
        return Err(bad(format!("marketplaceIds takes 1 to {most}")));
    }
    Ok(ids)
}

/// No parameters but these.
fn only(call: &Call, known: &[&str]) -> Result<(), Refusal> {
    match call.query.iter().find(|(name, value)| !known.contains(&name.as_str()) || value.is_empty()) {
        Some((name, _)) => Err(bad(format!("there is no parameter {name}, or it is empty"))),
        None => Ok(()),
    }
}
