//! Articles, their stock and their prices. TIMS tells of stock by location and of prices by list and quantity; to a flow
//! an article's stock is one record, and so are its prices, because that is what is decided about at once.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Method;

use super::descriptor::operation;
use super::family::Family;
use super::feed::{Feed, Listed};
use super::refusal::Asked;
use super::{Done, Task, Tims, schema};
use crate::catalog::{EntitySpec, Idempotency, LookupSpec, ObjectSpec, OperationSpec, SourceSpec, WriteSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest, WriteRequest};
use crate::value::{Object, Value, json};

/// Items, stock and prices.
pub(super) struct Goods;

const FEEDS: [Feed; 3] = [
    Feed { entity: "items", kind: "item", key: "sku", listed: Listed::ByItem },
    Feed { entity: "prices", kind: "price", key: "sku", listed: Listed::ByItem },
    Feed { entity: "stock", kind: "stock", key: "sku", listed: Listed::ByItem },
];

#[async_trait]
impl Family for Goods {
    fn entities(&self) -> Vec<EntitySpec> {
        let entity = |name, summary, record: ObjectSpec, stamp, operation, writes| {
            let record = Arc::new(record);
            EntitySpec {
                name,
                summary,
                source: Some(SourceSpec {
                    record: Arc::clone(&record),
                    key: "sku",
                    stamp,
                    events: Vec::new(),
                    filters: Vec::new(),
                    operation: "listChanges",
                    fetch: Some(operation),
                    columns: false,
                }),
                lookup: Some(LookupSpec { record, keys: vec!["sku"], operation }),
                writes,
            }
        };
        let count = WriteSpec {
            verb: "count",
            input: Arc::new(schema::goods::count()),
            output: Arc::new(schema::goods::counted()),
            operation: "countStock",
            idempotency: Idempotency::NaturalKey,
            natural_key: &["sku", "location"],
            bulk: None,
        };
        let mut items = entity("items", "Articles", schema::goods::item(), Some("updated_at"), "listItems", Vec::new());
        if let Some(lookup) = &mut items.lookup {
            lookup.keys.push("alias");
        }
        vec![
            items,
            entity(
                "prices",
                "Prices of an article in all price lists",
                schema::goods::prices(),
                None,
                "listPrices",
                Vec::new(),
            ),
            entity(
                "stock",
                "Stock of an article over all locations",
                schema::goods::stock(),
                Some("as_of"),
                "listStock",
                vec![count],
            ),
        ]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            operation("listItems", "GET /items", 100),
            operation("listPrices", "GET /prices", 100),
            operation("listStock", "GET /stock", 100),
            operation("countStock", "PUT /stock/{sku}/{location}", 1),
        ]
    }

    fn sources(&self) -> &'static [&'static str] {
        &["items", "prices", "stock"]
    }

    async fn read(&self, tims: &Tims, request: &ReadRequest) -> Result<Page, ConnectorError> {
        match FEEDS.iter().find(|feed| feed.entity == request.entity) {
            Some(feed) => tims.read_changes(feed, request).await,
            None => Err(ConnectorError::new(ErrorKind::Bug, format!("tims cannot read {}", request.entity))),
        }
    }
}

impl Tims {
    /// Tells what lies in a place outside.
    pub(super) async fn count_stock(&self, request: &WriteRequest) -> Result<Done, super::refusal::Refusal> {
        let text = |name: &str| request.payload.get(name).and_then(Value::as_text).unwrap_or_default();
        let path = ["stock", text("sku"), text("location")];
        let mut body = request.payload.as_object().cloned().unwrap_or_default();
        body.remove("sku");
        body.remove("location");
        let body = Value::object(body);
        let task = Task {
            method: Method::PUT,
            path: &path,
            query: &[],
            body: Some(&body),
            idempotency_key: Some(&request.idempotency_key),
            if_match: None,
            asked: Asked { what: "count stock", personal: &[] },
        };
        self.call(&task).await
    }
}

/// The stock of one SKU over all its locations, which are listed beside the sums.
pub(super) fn stock_in_all(rows: &[&Value]) -> Option<Value> {
    let first = rows.first()?.as_object()?;
    let mut total = first.clone();
    for name in ["on_hand", "allocated", "reserved", "available", "blocked", "incoming", "safety"] {
        let amount = |row: &Value| match row.get(name) {
            Some(Value::Text(text)) => json::decimal(text),
            other => other.and_then(Value::as_decimal),
        };
        let amounts: Option<Vec<_>> = rows.iter().map(|row| amount(row)).collect();
        if let Some(amounts) = amounts {
            total.set(name, Value::Decimal(amounts.into_iter().sum()));
        }
    }
    if rows.len() > 1 {
        for name in ["location", "version"] {
            total.remove(name);
        }
    }
    // When it was asked is no part of what a location has: else each reading would be a change.
    let row = |row: &&Value| {
        let mut row = row.as_object().cloned().unwrap_or_default();
        row.remove("as_of");
        Value::object(row)
    };
    total.set("locations", Value::list(rows.iter().map(row).collect()));
    Some(Value::object(total))
}

/// The prices of one SKU in all lists.
pub(super) fn prices_in_all(sku: &str, rows: &[&Value]) -> Option<Value> {
    if rows.is_empty() {
        return None;
    }
    let mut prices = Object::new();
    prices.push("sku", Value::text(sku));
    prices.push("prices", Value::list(rows.iter().map(|row| (*row).clone()).collect()));
    Some(Value::object(prices))
}
