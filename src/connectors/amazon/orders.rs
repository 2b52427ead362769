//! Reading orders: one page of a window of change times, or single orders by their ids.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use super::family::Family;
use super::position::{Position, digest};
use super::region::marketplace;
use super::{Amazon, answer, schema};
use crate::catalog::{Base, EntitySpec, FilterSpec, LookupSpec, OperationSpec, Rate, SourceSpec, Type};
use crate::connectors::contract::{ConnectorError, ErrorKind, Fetch, Page, ReadRequest, Record};
use crate::connectors::http;
use crate::value::Value;

const ORDERS: [&str; 3] = ["orders", "2026-01-01", "orders"];
/// How many single orders are asked for at once.
const FETCHES: usize = 4;
/// How long after a change Amazon lists it, at least, where an answer does not tell its end.
const LISTING_DELAY: SignedDuration = SignedDuration::from_mins(2);
/// An order number that has the form of one and is nobody's.
const NOBODYS: &str = "000-0000000-0000000";

/// Orders of the model 2026-01-01.
pub(super) struct Orders;

#[async_trait]
impl Family for Orders {
    fn names(&self) -> &'static [&'static str] {
        &["orders"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        let order = Arc::new(schema::order());
        vec![EntitySpec {
            name: "orders",
            summary: "Orders of customers, with their items, proceeds, addresses and fulfilment (model 2026-01-01)",
            source: Some(SourceSpec {
                record: Arc::clone(&order),
                key: "orderId",
                stamp: Some("lastUpdatedTime"),
                events: vec!["ORDER_CHANGE"],
                filters: vec![
                    FilterSpec { name: "fulfilledBy", value: Type::new(schema::fulfilled_by()), many: true },
                    FilterSpec {
                        name: "fulfillmentStatuses",
                        value: Type::new(schema::fulfillment_status()),
                        many: true,
                    },
                    FilterSpec { name: "marketplaceIds", value: Type::new(Base::Text), many: true },
                ],
                operation: "searchOrders",
                fetch: Some("getOrder"),
                columns: false,
            }),
            lookup: Some(LookupSpec { record: order, keys: vec!["orderId"], operation: "getOrder" }),
            writes: Vec::new(),
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            OperationSpec {
                name: "searchOrders",
                path: "GET /orders/2026-01-01/orders",
                rate: Some(Rate { per_10_000_s: 56, burst: 20 }),
                batch: 100,
            },
            OperationSpec {
                name: "getOrder",
                path: "GET /orders/2026-01-01/orders/{orderId}",
                rate: Some(Rate { per_10_000_s: 5_000, burst: 30 }),
                batch: 1,
            },
        ]
    }

    async fn read(&self, amazon: &Amazon, request: &ReadRequest) -> Result<Page, ConnectorError> {
        amazon.search_orders(request).await
    }

    async fn fetch(&self, amazon: &Amazon, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        amazon.orders_by_id(request).await
    }
}

impl Amazon {
    pub(super) async fn search_orders(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let position = Position::read(request.position.as_deref(), request.since)?;
        let filters = self.filters(request)?;
        let question = digest("question", &filters.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>());
        let began = self.clock.now();
        if position.is_stale(began, &question) {
            return restart(&position, began);
        }
        let url = self.search_url(&position, &filters)?;
        let answer = match self.get("searchOrders", &url).await {
            Ok(answer) => answer,
            // The question was good on the first page, so it is the token that Amazon does not take.
            Err(error) if error.status == Some(400) && position.page.is_some() => {
                return restart(&position, self.clock.now());
            }
            Err(error) => return Err(error),
        };
        let body = answer::body(&answer, "searchOrders")?;
        let orders = body.get("orders").and_then(Value::as_list);
        let orders = orders.ok_or_else(|| answer::garbled(&answer, "searchOrders"))?;
        let ids: Option<Vec<&str>> = orders.iter().map(|order| order.get("orderId").and_then(Value::as_text)).collect();
        let ids = ids.ok_or_else(|| answer::garbled(&answer, "searchOrders"))?;
        let told = body.get("lastUpdatedBefore").and_then(Value::as_text).and_then(|text| text.parse().ok());
        let mark: Timestamp =
            told.or(position.before).unwrap_or_else(|| began.checked_sub(LISTING_DELAY).unwrap_or(began));
        let token = body.get("pagination").and_then(|page| page.get("nextToken")).and_then(Value::as_text);
        let (next, drained) = match token.filter(|token| !token.is_empty()) {
            Some(token) => (position.next_page(token, mark, &question, &ids, self.clock.now())?, false),
            None => position.next_window(mark, self.overlap),
        };
        let records = orders.iter().map(|order| Record { value: order.clone() }).collect();
        Ok(Page { records, next: next.write()?, drained })
    }

    pub(super) async fn orders_by_id(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        let datasets = datasets(&request.datasets);
        let mut calls = Vec::with_capacity(request.values.len());
        for id in &request.values {
            calls.push(self.order_by_id(id, datasets.as_deref()).boxed());
        }
        stream::iter(calls).buffered(FETCHES).try_collect().await
    }

    pub(super) async fn order_by_id(&self, id: &Value, datasets: Option<&str>) -> Result<Value, ConnectorError> {
        let Some(id) = id.as_text().filter(|id| !id.trim().is_empty()) else {
            return Ok(Value::Null);
        };
        let [a, b, c] = ORDERS;
        let mut url = http::join(&self.endpoint, &[a, b, c, id])?;
        if let Some(datasets) = datasets {
            url.query_pairs_mut().append_pair("includedData", datasets);
        }
        let answer = match self.get("getOrder", &url).await {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Value::Null),
            Err(error) => return Err(error),
        };
        let body = answer::body(&answer, "getOrder")?;
        let order = body.get("order").filter(|order| order.get("orderId").and_then(Value::as_text) == Some(id));
        order.cloned().ok_or_else(|| answer::garbled(&answer, "getOrder"))
    }

    /// Asks for an order that nobody has: Amazon looks at the login before it looks for the order.
    pub(super) async fn probe_orders(&self) -> Result<(), ConnectorError> {
        let [a, b, c] = ORDERS;
        let url = http::join(&self.endpoint, &[a, b, c, NOBODYS])?;
        match self.get("getOrder", &url).await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Rejected) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The part of the question that stays the same for all windows and pages.
    fn filters(&self, request: &ReadRequest) -> Result<Vec<(&'static str, String)>, ConnectorError> {
        let mut shops: Vec<&str> = self.marketplaces.clone();
        let mut out = Vec::new();
        for filter in &request.filters {
            let values: Option<Vec<&str>> = filter.values.iter().map(Value::as_text).collect();
            let values = values.filter(|values| !values.is_empty()).ok_or_else(|| {
                ConnectorError::new(ErrorKind::Bug, format!("the filter {} needs texts to compare with", filter.name))
            })?;
            match filter.name.as_str() {
                "fulfilledBy" => out.push(("fulfilledBy", values.join(","))),
                "fulfillmentStatuses" => out.push(("fulfillmentStatuses", values.join(","))),
                "marketplaceIds" => shops = self.shops(&values)?,
                other => {
                    let message = format!("Amazon has no filter `{other}` for orders");
                    return Err(ConnectorError::new(ErrorKind::Bug, message));
                }
            }
        }
        out.push(("marketplaceIds", shops.join(",")));
        if let Some(datasets) = datasets(&request.datasets) {
            out.push(("includedData", datasets));
        }
        out.push(("maxResultsPerPage", self.page_size.to_string()));
        out.sort_unstable();
        Ok(out)
    }

    fn shops(&self, names: &[&str]) -> Result<Vec<&'static str>, ConnectorError> {
        let known = |name: &&str| marketplace(name).map(|shop| shop.id).filter(|id| self.marketplaces.contains(id));
        names
            .iter()
            .map(|name| {
                known(name).ok_or_else(|| {
                    let message = format!("the filter names `{name}`, which connections.amazon.marketplaces does not");
                    ConnectorError::new(ErrorKind::Bug, message)
                })
            })
            .collect()
    }

    fn search_url(&self, position: &Position, filters: &[(&'static str, String)]) -> Result<Url, ConnectorError> {
        let mut url = http::join(&self.endpoint, &ORDERS)?;
        let mut query = url.query_pairs_mut();
        query.append_pair("lastUpdatedAfter", &instant(position.after));
        if let Some(before) = position.before {
            query.append_pair("lastUpdatedBefore", &instant(before));
        }
        for (name, value) in filters {
            query.append_pair(name, value);
        }
        if let Some(page) = &position.page {
            query.append_pair("paginationToken", &page.token);
        }
        drop(query);
        Ok(url)
    }
}

/// A page without orders, after which the window is begun again.
fn restart(position: &Position, now: Timestamp) -> Result<Page, ConnectorError> {
    Ok(Page { records: Vec::new(), next: position.restarted(now)?.write()?, drained: false })
}

/// In one order and once each, so that the same flow always asks the same question.
fn datasets(names: &[&'static str]) -> Option<String> {
    let mut names: Vec<&str> = names.to_vec();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join(","))
}

/// An instant in whole seconds, rounded down: the window may begin earlier than it must, never later.
fn instant(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second() - i64::from(at.subsec_nanosecond() < 0)).unwrap_or(at).to_string()
}
