//! Finding listings by marketplace and SKU, twenty in one call.

use std::collections::{BTreeMap, HashMap};

use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::super::region::marketplace;
use super::super::{Amazon, answer};
use super::price;
use crate::connectors::contract::{ConnectorError, ErrorKind, Fetch};
use crate::connectors::http;
use crate::value::{Object, Value};

/// SKUs that one call may name.
pub(super) const BATCH: usize = 20;
/// Calls at once; the quota limits them further.
const AT_ONCE: usize = 4;

pub(super) const ITEMS: [&str; 3] = ["listings", "2021-08-01", "items"];

impl Amazon {
    pub(super) async fn find_listings(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        if request.key != "ref" {
            let message = format!("amazon cannot look up {} by {}", request.entity, request.key);
            return Err(ConnectorError::new(ErrorKind::Bug, message));
        }
        let blocks = match request.entity.as_str() {
            "quantities" => "summaries,fulfillmentAvailability",
            "prices" => "summaries,attributes",
            _ => "summaries,attributes,fulfillmentAvailability,issues",
        };
        let names: Vec<Option<(&str, &str)>> = request.values.iter().map(|value| name(value.as_text()?)).collect();
        // A SKU with a comma would be read as two, so it is asked for alone.
        let mut together: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut calls = Vec::new();
        let mut wanted: Vec<(&str, &str)> = names.iter().flatten().copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        for (market, sku) in wanted {
            if !self.sells_in(market)? {
                continue;
            }
            if sku.contains(',') {
                calls.push(self.one_listing(market, sku, blocks).boxed());
            } else {
                together.entry(market).or_default().push(sku);
            }
        }
        for (market, skus) in &together {
            for batch in skus.chunks(BATCH) {
                calls.push(self.listings_of(market, batch, blocks).boxed());
            }
        }
        let found: Vec<Vec<(String, Value)>> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
        let found: HashMap<String, Value> = found.into_iter().flatten().collect();
        let shown = |name: &Option<(&str, &str)>| {
            let (market, sku) = (*name)?;
            found.get(&reference(market, sku)).map(|item| shape(&request.entity, market, sku, item))
        };
        Ok(names.iter().map(|name| shown(name).unwrap_or_default()).collect())
    }

    /// One listing as Amazon has it now; none where there is none.
    pub(super) async fn listing(&self, market: &str, sku: &str, blocks: &str) -> Result<Option<Value>, ConnectorError> {
        Ok(self.one_listing(market, sku, blocks).await?.pop().map(|(_, item)| item))
    }

    pub(super) async fn one_listing(
        &self,
        market: &str,
        sku: &str,
        blocks: &str,
    ) -> Result<Vec<(String, Value)>, ConnectorError> {
        let [a, b, c] = ITEMS;
        let mut url = http::join(&self.endpoint, &[a, b, c, &self.seller, sku])?;
        url.query_pairs_mut().append_pair("marketplaceIds", market).append_pair("includedData", blocks);
        match self.get("getListingsItem", &url).await {
            Ok(answer) => Ok(vec![(reference(market, sku), answer::body(&answer, "getListingsItem")?)]),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn listings_of(
        &self,
        market: &str,
        skus: &[&str],
        blocks: &str,
    ) -> Result<Vec<(String, Value)>, ConnectorError> {
        const OPERATION: &str = "searchListingsItems";
        let [a, b, c] = ITEMS;
        let mut url = http::join(&self.endpoint, &[a, b, c, &self.seller])?;
        url.query_pairs_mut()
            .append_pair("marketplaceIds", market)
            .append_pair("identifiersType", "SKU")
            .append_pair("identifiers", &skus.join(","))
            .append_pair("includedData", blocks)
            .append_pair("pageSize", "20");
        let answer = self.get(OPERATION, &url).await?;
        let body = answer::body(&answer, OPERATION)?;
        let items = body.get("items").and_then(Value::as_list).ok_or_else(|| answer::garbled(&answer, OPERATION))?;
        if body.get("pagination").and_then(|pages| pages.get("nextToken")).is_some() {
            return Err(answer::garbled(&answer, OPERATION));
        }
        let named = items.iter().filter_map(|item| {
            let sku = item.get("sku").and_then(Value::as_text)?;
            Some((reference(market, sku), item.clone()))
        });
        Ok(named.collect())
    }

    /// Whether the connection is to that marketplace; what is listed elsewhere is not found here.
    fn sells_in(&self, market: &str) -> Result<bool, ConnectorError> {
        if marketplace(market).is_none_or(|known| known.id != market) {
            let message = format!("`{market}` is no marketplace's id; a listing is looked up by \"marketplaceId/sku\"");
            return Err(ConnectorError::new(ErrorKind::Rejected, message));
        }
        Ok(self.marketplaces.contains(&market))
    }
}

/// What a listing is looked up by.
pub(super) fn reference(market: &str, sku: &str) -> String {
    format!("{market}/{sku}")
}

fn name(reference: &str) -> Option<(&str, &str)> {
    reference.split_once('/').filter(|(market, sku)| !market.is_empty() && !sku.trim().is_empty())
}

/// Amazon's item in the form that flows see.
fn shape(entity: &str, market: &str, sku: &str, item: &Value) -> Value {
    let summaries = item.get("summaries").and_then(Value::as_list).unwrap_or_default();
    let ours = |summary: &&Value| summary.get("marketplaceId").and_then(Value::as_text) == Some(market);
    let summary = summaries.iter().find(ours).cloned().unwrap_or_default();
    let of = |name: &str| summary.get(name).cloned().unwrap_or_default();
    let mut shown = Object::new();
    shown.push("ref", Value::text(reference(market, sku)));
    shown.push("marketplaceId", Value::text(market));
    shown.push("sku", item.get("sku").cloned().unwrap_or_else(|| Value::text(sku)));
    shown.push("productType", summary.get("productType").cloned().unwrap_or_else(|| Value::text("PRODUCT")));
    let availability = item.get("fulfillmentAvailability").and_then(Value::as_list).unwrap_or_default();
    match entity {
        "quantities" => {
            shown.push("channel", Value::text(channel(availability)));
            shown.push(
                "quantity",
                merchants(availability).and_then(|own| own.get("quantity")).cloned().unwrap_or_default(),
            );
        }
        "prices" => {
            let offers = item.get("attributes").and_then(|attributes| attributes.get("purchasable_offer"));
            let offers = offers.and_then(Value::as_list).unwrap_or_default();
            let ours = offers.iter().filter(|offer| price::is_of(offer, market));
            shown.push("offers", Value::list(ours.filter_map(price::shown).collect()));
        }
        _ => {
            for name in ["asin", "itemName", "conditionType", "status", "createdDate", "lastUpdatedDate"] {
                shown.push(name, of(name));
            }
            shown.push("channel", Value::text(channel(availability)));
            shown.push("attributes", item.get("attributes").cloned().unwrap_or_else(|| Value::object(Object::new())));
            shown.push("issues", item.get("issues").cloned().unwrap_or_else(|| Value::list(Vec::new())));
        }
    }
    Value::object(shown)
}

fn merchants(availability: &[Value]) -> Option<&Value> {
    availability.iter().find(|entry| entry.get("fulfillmentChannelCode").and_then(Value::as_text) == Some("DEFAULT"))
}

fn channel(availability: &[Value]) -> &'static str {
    match (merchants(availability).is_some(), availability.len()) {
        (_, 0) => "NONE",
        (true, 1) => "MERCHANT",
        (true, _) => "BOTH",
        (false, _) => "AMAZON",
    }
}
