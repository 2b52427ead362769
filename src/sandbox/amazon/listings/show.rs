//! Listings as Amazon shows them: what was sent, and what it makes of it for shoppers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Listing, bad, marketplaces, missing, only, seller, values};
use crate::sandbox::amazon::{Done, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::shop::{Market, markets};
use crate::sandbox::world::{World, locked};

/// The blocks that can be asked for.
const BLOCKS: [&str; 8] = [
    "summaries",
    "attributes",
    "issues",
    "offers",
    "fulfillmentAvailability",
    "procurement",
    "relationships",
    "productTypes",
];
/// Items of one page, at most, and how many one call may name.
const PAGE: usize = 20;
/// Amazon pages through no more than this.
const PAGED: usize = 1000;

/// `GET …/items/{sellerId}/{sku}`
pub(super) fn one(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    super::super::feeds::settle(world, now);
    only(call, &["marketplaceIds", "issueLocale", "includedData"])?;
    seller(world, call)?;
    let (ids, blocks) = (marketplaces(call, usize::MAX)?, blocks(call)?);
    let sku = call.path.get(4).map_or("", String::as_str);
    match item(world, sku, &ids, &blocks) {
        Some(item) => Ok(Done::told(item)),
        None => Err(missing(format!("there is no listing {sku} in {}", ids.join(", ")))),
    }
}

/// `GET …/items/{sellerId}`
pub(super) fn search(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    super::super::feeds::settle(world, now);
    let known = [
        "marketplaceIds",
        "issueLocale",
        "includedData",
        "identifiers",
        "identifiersType",
        "pageSize",
        "pageToken",
        "sortBy",
        "sortOrder",
    ];
    only(call, &known)?;
    seller(world, call)?;
    let (ids, blocks) = (marketplaces(call, usize::MAX)?, blocks(call)?);
    let size = match call.parameter("pageSize").map(str::parse) {
        None => 10,
        Some(Ok(size)) if (1..=PAGE).contains(&size) => size,
        Some(_) => return Err(bad("pageSize must be between 1 and 20")),
    };
    let mut named: Vec<String> = values(call, "identifiers", None)?.into_iter().map(str::to_owned).collect();
    match call.parameter("identifiersType") {
        None if named.is_empty() => {
            let listings = locked(&world.listings);
            named = ids.iter().flat_map(|market| listings.skus(market).collect::<Vec<_>>()).collect();
            named.sort_unstable();
        }
        Some("SKU") if (1..=PAGE).contains(&named.len()) => {}
        Some("SKU") => return Err(bad("identifiers takes 1 to 20")),
        _ => return Err(bad("identifiers and identifiersType go together; the sandbox knows the type SKU")),
    }
    named.dedup();
    let from = match call.parameter("pageToken") {
        None => 0,
        Some(token) => {
            let bytes = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            bytes.and_then(|text| text.parse().ok()).ok_or_else(|| bad("the pageToken was not given out here"))?
        }
    };
    let found: Vec<&String> = {
        let listings = locked(&world.listings);
        named.iter().filter(|sku| ids.iter().any(|market| listings.get(market, sku).is_some())).collect()
    };
    let items: Vec<Value> =
        found.iter().skip(from).take(size).filter_map(|sku| item(world, sku, &ids, &blocks)).collect();
    let mut answer = json!({"numberOfResults": found.len(), "items": items});
    let token = |at: usize| URL_SAFE_NO_PAD.encode(at.to_string());
    let mut pages = Map::new();
    if from + size < found.len().min(PAGED) {
        pages.insert("nextToken".to_owned(), token(from + size).into());
    }
    if from > 0 {
        pages.insert("previousToken".to_owned(), token(from.saturating_sub(size)).into());
    }
    if !pages.is_empty() {
        answer["pagination"] = Value::Object(pages);
    }
    Ok(Done::told(answer))
}

fn blocks(call: &Call) -> Result<Vec<&str>, Refusal> {
    let blocks = values(call, "includedData", Some(&BLOCKS))?;
    Ok(if blocks.is_empty() { vec!["summaries"] } else { blocks })
}

/// A SKU as it is in those of the marketplaces that have it.
fn item(world: &World, sku: &str, ids: &[&str], blocks: &[&str]) -> Option<Value> {
    let listings = locked(&world.listings);
    let markets = markets().into_iter().filter(|market| ids.contains(&market.id));
    let there: Vec<(&Market, Listing)> =
        markets.filter_map(|market| Some((market, listings.get(market.id, sku)?))).collect();
    let (_, first) = there.first()?;
    let mut item = Map::new();
    item.insert("sku".to_owned(), sku.into());
    let each = |show: fn(&Market, &str, &Listing) -> Vec<Value>| -> Value {
        there.iter().flat_map(|(market, listing)| show(market, sku, listing)).collect()
    };
    for block in blocks {
        let value = match *block {
            "summaries" => each(summary),
            "attributes" => attributes(&there),
            "offers" => each(offers),
            "fulfillmentAvailability" => availability(first),
            "productTypes" => each(|market, _, listing| {
                vec![json!({"marketplaceId": market.id, "productType": listing.product_type})]
            }),
            _ => json!([]),
        };
        item.insert((*block).to_owned(), value);
    }
    Some(Value::Object(item))
}

/// The values of all marketplaces asked for, each told apart by its selectors.
fn attributes(there: &[(&Market, Listing)]) -> Value {
    let mut all: Map<String, Value> = Map::new();
    for (_, listing) in there {
        for (name, values) in &listing.attributes {
            match all.get_mut(name).and_then(Value::as_array_mut) {
                None => {
                    all.insert(name.clone(), values.clone());
                }
                Some(known) => {
                    let fresh: Vec<Value> = values
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter(|value| !known.contains(value))
                        .cloned()
                        .collect();
                    known.extend(fresh);
                }
            }
        }
    }
    Value::Object(all)
}

fn summary(market: &Market, sku: &str, listing: &Listing) -> Vec<Value> {
    let first = |name: &str| listing.attributes.get(name).map(|values| values[0]["value"].clone()).unwrap_or_default();
    let buyable = listing.attributes.contains_key("purchasable_offer")
        && availability(listing).as_array().into_iter().flatten().any(|entry| {
            entry["fulfillmentChannelCode"] != "DEFAULT"
                || entry["quantity"].as_u64().is_some_and(|quantity| quantity > 0)
        });
    let status: &[&str] = if buyable { &["BUYABLE", "DISCOVERABLE"] } else { &["DISCOVERABLE"] };
    let mut summary = json!({
        "marketplaceId": market.id, "asin": asin(&listing.attributes, sku), "productType": listing.product_type,
        "status": status, "createdDate": listing.created.to_string(), "lastUpdatedDate": listing.updated.to_string(),
    });
    for (name, from) in [("conditionType", "condition_type"), ("itemName", "item_name")] {
        if first(from).is_string() {
            summary[name] = first(from);
        }
    }
    vec![summary]
}

fn offers(market: &Market, _: &str, listing: &Listing) -> Vec<Value> {
    let sales = listing.attributes.get("purchasable_offer").and_then(Value::as_array).into_iter().flatten();
    let shown = sales.filter_map(|sale| {
        let price = sale["our_price"][0]["schedule"][0]["value_with_tax"].as_number()?;
        let price = price.to_string().parse::<rust_decimal::Decimal>().ok()?;
        let business = sale["audience"] == "B2B";
        let (kind, name) = if business { ("B2B", "Amazon Business") } else { ("B2C", "Sell on Amazon") };
        let amount = price.round_dp(market.digits);
        Some(json!({
            "marketplaceId": market.id, "offerType": kind,
            "price": {"currencyCode": market.currency, "amount": format!("{amount:.*}", market.digits as usize)},
            "audience": {"value": if business { "B2B" } else { "ALL" }, "displayName": name},
        }))
    });
    shown.collect()
}

fn availability(listing: &Listing) -> Value {
    let entries = listing.attributes.get("fulfillment_availability").and_then(Value::as_array).into_iter().flatten();
    let shown = entries.map(|entry| {
        let mut shown = json!({"fulfillmentChannelCode": entry["fulfillment_channel_code"]});
        if entry["quantity"].is_u64() {
            shown["quantity"] = entry["quantity"].clone();
        }
        shown
    });
    shown.collect()
}

/// The catalogue's number: what the seller suggested, or one of Amazon's making.
pub(super) fn asin(attributes: &Map<String, Value>, sku: &str) -> Option<String> {
    let suggested = attributes.get("merchant_suggested_asin").and_then(|values| values[0]["value"].as_str());
    Some(
        suggested
            .map_or_else(|| format!("B0{}", crate::sandbox::key::hex(&["asin", sku], 8).to_uppercase()), str::to_owned),
    )
}
