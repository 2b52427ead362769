//! What lies in Amazon's own warehouses of the seller (FBA Inventory v1).

use std::collections::BTreeMap;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Done, Operation, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::journal::Entry;
use crate::sandbox::key;
use crate::sandbox::quota::GET_INVENTORY_SUMMARIES;
use crate::sandbox::shop::{Assortment, Offer, markets};
use crate::sandbox::world::{World, locked};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "amazon.getInventorySummaries",
    method: Method::GET,
    path: &["fba", "inventory", "v1", "summaries"],
    plan: GET_INVENTORY_SUMMARIES,
    serve: summaries,
}];

/// Summaries of one page.
const PAGE: usize = 50;
/// How long the token of a page is good.
const TOKEN: SignedDuration = SignedDuration::from_secs(30);

/// The stock of one SKU in Amazon's warehouses of a marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sandbox) struct AmazonStock {
    pub(in crate::sandbox) fulfillable: u64,
    #[serde(default)]
    pub(in crate::sandbox) reserved: u64,
    #[serde(default)]
    pub(in crate::sandbox) inbound: u64,
    #[serde(default)]
    pub(in crate::sandbox) unfulfillable: u64,
    #[serde(default = "Timestamp::default")]
    pub(in crate::sandbox) updated: Timestamp,
}

/// The stock in Amazon's warehouses.
#[derive(Debug)]
pub(in crate::sandbox) struct Warehouses {
    assortment: Assortment,
    start: Timestamp,
    changed: BTreeMap<(String, String), AmazonStock>,
}

impl Warehouses {
    /// The stock of a shop with this assortment that began at `start`.
    pub(in crate::sandbox) fn new(assortment: Assortment, start: Timestamp) -> Self {
        Self { assortment, start, changed: BTreeMap::new() }
    }

    /// What there is of an offer that Amazon ships.
    fn of(&self, offer: &Offer) -> AmazonStock {
        let place = (offer.market.id.to_owned(), offer.seller_sku.clone());
        self.changed.get(&place).copied().unwrap_or_else(|| {
            let dice = key::number(&["at amazon", offer.market.id, &offer.seller_sku]);
            let ago = i64::try_from(dice % 200).unwrap_or(0);
            AmazonStock {
                fulfillable: dice % 90,
                reserved: dice / 90 % 8,
                inbound: if dice.is_multiple_of(3) { 24 } else { 0 },
                unfulfillable: dice / 720 % 3,
                updated: self.start - SignedDuration::from_hours(ago + 1),
            }
        })
    }

    /// The entry by which a SKU has this much.
    pub(in crate::sandbox) fn set(
        &self,
        market: &str,
        sku: &str,
        given: &Value,
        now: Timestamp,
    ) -> Result<Entry, String> {
        let offer = self.assortment.offer(market, sku).filter(|offer| offer.by_amazon);
        offer.ok_or_else(|| format!("Amazon ships no {sku} in {market}"))?;
        let mut stock: AmazonStock = serde_json::from_value(given.clone()).map_err(|cause| cause.to_string())?;
        stock.updated = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Ok(Entry::AmazonStock { market: market.to_owned(), sku: sku.to_owned(), stock })
    }

    /// Puts an entry into effect.
    pub(in crate::sandbox) fn apply(&mut self, entry: &Entry) {
        if let Entry::AmazonStock { market, sku, stock } = entry {
            self.changed.insert((market.clone(), sku.clone()), *stock);
        }
    }

    fn offers(&self, market: &str) -> impl Iterator<Item = Offer> {
        let offers = self.assortment.all().flat_map(|article| article.offers().collect::<Vec<_>>());
        offers.filter(move |offer| offer.by_amazon && offer.market.id == market)
    }
}

fn bad(reason: impl Into<String>) -> Refusal {
    Refusal { details: Some(""), ..Refusal::invalid(reason) }
}

fn summaries(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let known = [
        "details",
        "granularityType",
        "granularityId",
        "startDateTime",
        "sellerSkus",
        "sellerSku",
        "nextToken",
        "marketplaceIds",
    ];
    if let Some((name, _)) = call.query.iter().find(|(name, value)| !known.contains(&name.as_str()) || value.is_empty())
    {
        return Err(bad(format!("getInventorySummaries has no parameter {name}, or it is empty")));
    }
    if call.parameter("granularityType") != Some("Marketplace") {
        return Err(bad("granularityType must be Marketplace"));
    }
    let market = call.parameter("marketplaceIds").unwrap_or_default();
    if !markets().iter().any(|known| known.id == market) || call.parameter("granularityId") != Some(market) {
        return Err(bad("granularityId and marketplaceIds must name one and the same marketplace of the seller"));
    }
    let details = match call.parameter("details") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad("details is true or false")),
    };
    let since = match call.parameter("startDateTime").map(str::parse::<Timestamp>) {
        None => None,
        Some(Ok(since)) if since <= now => Some(since),
        Some(_) => return Err(bad("startDateTime is no date-time that has been")),
    };
    let named: Option<Vec<&str>> =
        call.parameter("sellerSkus").or(call.parameter("sellerSku")).map(|text| text.split(',').collect());
    if named.as_ref().is_some_and(|skus| skus.len() > 50) {
        return Err(bad("sellerSkus takes at most 50"));
    }
    let question = key::hex(&[market, &format!("{since:?} {named:?} {details}")], 16);
    let from = match call.parameter("nextToken") {
        None => 0,
        Some(token) => {
            page(token, &question, now).ok_or_else(|| bad("the nextToken has expired, or is for another question"))?
        }
    };
    let warehouses = locked(&world.warehouses);
    let asked = |offer: &Offer| named.as_ref().is_none_or(|skus| skus.contains(&offer.seller_sku.as_str()));
    let mut rows = warehouses
        .offers(market)
        .filter(asked)
        .map(|offer| (warehouses.of(&offer), offer))
        .filter(|(stock, _)| since.is_none_or(|since| stock.updated >= since))
        .skip(from);
    let told: Vec<Value> = rows.by_ref().take(PAGE).map(|(stock, offer)| summary(&offer, stock, details)).collect();
    let mut body = json!({
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": market},
            "inventorySummaries": told,
        },
    });
    if rows.next().is_some() {
        let token = format!("{} {} {question}", from + PAGE, now.as_second());
        body["pagination"] = json!({"nextToken": URL_SAFE_NO_PAD.encode(token)});
    }
    Ok(Done::told(body))
}

/// Where a page begins; none where its token is too old or for another question.
fn page(token: &str, question: &str, now: Timestamp) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.split(' ');
    let (from, at, of) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    let given = Timestamp::from_second(at).ok()?;
    (of == question && now.duration_since(given) <= TOKEN).then_some(from)
}

fn summary(offer: &Offer, stock: AmazonStock, details: bool) -> Value {
    let mut summary = json!({
        "asin": offer.article.asin(), "fnSku": format!("X00{}", key::hex(&["fnsku", &offer.seller_sku], 7).to_uppercase()),
        "sellerSku": offer.seller_sku, "condition": "NewItem", "lastUpdatedTime": stock.updated.to_string(),
        "productName": offer.article.title,
        "totalQuantity": stock.fulfillable + stock.reserved + stock.inbound + stock.unfulfillable,
    });
    if details {
        summary["inventoryDetails"] = json!({
            "fulfillableQuantity": stock.fulfillable, "inboundWorkingQuantity": 0, "inboundShippedQuantity": stock.inbound,
            "inboundReceivingQuantity": 0,
            "reservedQuantity": {
                "totalReservedQuantity": stock.reserved, "pendingCustomerOrderQuantity": stock.reserved,
                "pendingTransshipmentQuantity": 0, "fcProcessingQuantity": 0,
            },
            "researchingQuantity": {"totalResearchingQuantity": 0, "researchingQuantityBreakdown": []},
            "unfulfillableQuantity": {
                "totalUnfulfillableQuantity": stock.unfulfillable, "customerDamagedQuantity": stock.unfulfillable,
                "warehouseDamagedQuantity": 0, "distributorDamagedQuantity": 0, "carrierDamagedQuantity": 0,
                "defectiveQuantity": 0, "expiredQuantity": 0,
            },
        });
    }
    summary
}
