//! Listings of the seller: what is offered, how many of it and at which price (Listings Items 2021-08-01). One listing is
//! three entities to flows, `listings`, `quantities` and `prices`, so that a flow of prices and a flow of stock each own
//! what they write and neither takes the other's write for its own.

mod find;
mod many;
mod message;
mod price;
mod submit;

use std::sync::Arc;

use async_trait::async_trait;

use super::family::Family;
use super::{Amazon, schema};
use crate::catalog::{BulkSpec, EntitySpec, Idempotency, LookupSpec, ObjectSpec, OperationSpec, Rate, WriteSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, Fetch, WriteAnswer, WriteRequest};
use crate::value::Value;

/// What names a listing: its marketplace and its SKU.
const NAMES: &[&str] = &["marketplaceId", "sku"];

/// Listings, their quantities and their prices.
pub(super) struct Listings;

#[async_trait]
impl Family for Listings {
    fn names(&self) -> &'static [&'static str] {
        &["listings", "quantities", "prices"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        let submission = Arc::new(schema::listing::submission());
        let write = |verb, input: ObjectSpec, operation, natural_key| WriteSpec {
            verb,
            input: Arc::new(input),
            output: Arc::clone(&submission),
            operation,
            idempotency: Idempotency::NaturalKey,
            natural_key,
            // A preview changes nothing, and a feed has none.
            bulk: (verb != "preview").then_some(BulkSpec { operation: "createFeed", most: 25_000 }),
        };
        let look = |record: ObjectSpec| {
            Some(LookupSpec { record: Arc::new(record), keys: vec!["ref"], operation: "searchListingsItems" })
        };
        let entity = |name, summary, lookup, writes| EntitySpec { name, summary, source: None, lookup, writes };
        vec![
            entity(
                "listings",
                "Listings of the seller with their attributes",
                look(schema::listing::listing()),
                vec![
                    write("upsert", schema::listing::listing_input(), "putListingsItem", NAMES),
                    write("update", schema::listing::listing_change(), "patchListingsItem", NAMES),
                    write("preview", schema::listing::listing_input(), "putListingsItem", &[]),
                ],
            ),
            entity(
                "quantities",
                "How many of a listing the merchant offers",
                look(schema::listing::quantity()),
                vec![write("update", schema::listing::quantity_input(), "patchListingsItem", NAMES)],
            ),
            entity(
                "prices",
                "Prices of a listing, for everybody and for businesses",
                look(schema::listing::price()),
                vec![write("update", schema::listing::price_input(), "patchListingsItem", NAMES)],
            ),
        ]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        let operation = |name, path, burst, batch| OperationSpec {
            name,
            path,
            rate: Some(Rate { per_10_000_s: 50_000, burst }),
            batch,
        };
        let mut operations = vec![
            operation("searchListingsItems", "GET /listings/2021-08-01/items/{sellerId}", 5, find::BATCH),
            operation("getListingsItem", "GET /listings/2021-08-01/items/{sellerId}/{sku}", 10, 1),
            operation("putListingsItem", "PUT /listings/2021-08-01/items/{sellerId}/{sku}", 10, 1),
            operation("patchListingsItem", "PATCH /listings/2021-08-01/items/{sellerId}/{sku}", 5, 1),
        ];
        operations.extend(super::feeds::operations());
        operations
    }

    async fn fetch(&self, amazon: &Amazon, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        amazon.find_listings(request).await
    }

    async fn write(&self, amazon: &Amazon, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        amazon.submit_listing(request).await
    }

    async fn write_many(&self, amazon: &Amazon, requests: &[WriteRequest]) -> Vec<Result<WriteAnswer, ConnectorError>> {
        amazon.submit_listings(requests).await
    }
}

/// A text of a payload that must be there.
fn text<'v>(payload: &'v Value, name: &str) -> Result<&'v str, ConnectorError> {
    let text = payload.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
    text.ok_or_else(|| ConnectorError::new(ErrorKind::Rejected, format!("`{name}` is empty; a listing needs it")))
}
