//! Stock in Amazon's own warehouses as a source: marketplace after marketplace, page after page, and from then on what
//! changed. Tokens of pages live thirty seconds, so a marketplace whose token has run out is begun again.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::family::Family;
use super::{Amazon, answer, schema};
use crate::catalog::{EntitySpec, OperationSpec, Rate, SourceSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest, Record};
use crate::connectors::http;
use crate::value::{Object, Value};

/// How old a token may be when it is used.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_secs(25);
/// How often a marketplace is begun again before the run gives up.
const RESTARTS: u32 = 20;

/// Stock in Amazon's warehouses.
pub(super) struct Inventory;

#[async_trait]
impl Family for Inventory {
    fn names(&self) -> &'static [&'static str] {
        &["fba_stock"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        vec![EntitySpec {
            name: "fba_stock",
            summary: "What lies in Amazon's own warehouses of the seller, by SKU and marketplace",
            source: Some(SourceSpec {
                record: Arc::new(schema::stock::summary()),
                key: "ref",
                stamp: Some("lastUpdatedTime"),
                events: Vec::new(),
                filters: Vec::new(),
                operation: "getInventorySummaries",
                fetch: None,
                columns: false,
            }),
            lookup: None,
            writes: Vec::new(),
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![OperationSpec {
            name: "getInventorySummaries",
            path: "GET /fba/inventory/v1/summaries",
            rate: Some(Rate { per_10_000_s: 20_000, burst: 2 }),
            batch: 50,
        }]
    }

    async fn read(&self, amazon: &Amazon, request: &ReadRequest) -> Result<Page, ConnectorError> {
        amazon.read_inventory(request).await
    }
}

/// How far the stock has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    /// Which of the connection's marketplaces is read.
    market: usize,
    /// What changed since then is asked for; all of it where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// When this round over all marketplaces began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<Timestamp>,
    /// The page, and when its token was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<(String, Timestamp)>,
    /// How often this marketplace was begun again.
    #[serde(default)]
    restarts: u32,
}

impl Amazon {
    async fn read_inventory(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        const OPERATION: &str = "getInventorySummaries";
        let mut position: Position = match &request.position {
            None => Position::default(),
            Some(text) => serde_json::from_str(text).map_err(|error| {
                let message =
                    format!("the stored position of fba_stock cannot be read ({error}); reset it to read again");
                ConnectorError::new(ErrorKind::Bug, message)
            })?,
        };
        let now = self.clock.now();
        position.began.get_or_insert(now);
        let Some(market) = self.marketplaces.get(position.market).copied() else {
            return page(Vec::new(), &Position::default(), false);
        };
        if position.page.as_ref().is_some_and(|(_, given)| now.duration_since(*given) > TOKEN_LIFE) {
            if position.restarts >= RESTARTS {
                let message = format!(
                    "a page of the stock in {market} takes longer to deal with than Amazon's token for the next lives; run \
                     with a higher concurrency"
                );
                return Err(ConnectorError::new(ErrorKind::Rejected, message));
            }
            position = Position { page: None, restarts: position.restarts + 1, ..position };
        }
        let mut url = http::join(&self.endpoint, &["fba", "inventory", "v1", "summaries"])?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("details", "true").append_pair("granularityType", "Marketplace");
            query.append_pair("granularityId", market).append_pair("marketplaceIds", market);
            if let Some(since) = position.since {
                query.append_pair("startDateTime", &since.to_string());
            }
            if let Some((token, _)) = &position.page {
                query.append_pair("nextToken", token);
            }
        }
        let answer = match self.get(OPERATION, &url).await {
            Ok(answer) => answer,
            // The question was good on the first page, so it is the token that Amazon does not take.
            Err(error) if error.status == Some(400) && position.page.is_some() && position.restarts < RESTARTS => {
                return page(Vec::new(), &Position { page: None, restarts: position.restarts + 1, ..position }, false);
            }
            Err(error) => return Err(error),
        };
        let body = answer::body(&answer, OPERATION)?;
        let rows = body.get("payload").and_then(|payload| payload.get("inventorySummaries")).and_then(Value::as_list);
        let rows = rows.ok_or_else(|| answer::garbled(&answer, OPERATION))?;
        let records: Option<Vec<Value>> = rows.iter().map(|row| named(market, row)).collect();
        let records = records.ok_or_else(|| answer::garbled(&answer, OPERATION))?;
        let token = body.get("pagination").and_then(|pages| pages.get("nextToken")).and_then(Value::as_text);
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            let next = Position { page: Some((token.to_owned(), self.clock.now())), ..position };
            return page(records, &next, false);
        }
        let market = position.market + 1;
        if market < self.marketplaces.len() {
            return page(records, &Position { market, page: None, restarts: 0, ..position }, false);
        }
        // The next round asks for what changed since this one began, and a little before.
        let overlap = SignedDuration::try_from(self.overlap).unwrap_or(SignedDuration::ZERO);
        let began = position.began.unwrap_or(now);
        let since = Timestamp::from_second(began.checked_sub(overlap).unwrap_or(began).as_second()).ok();
        page(records, &Position { since, ..Position::default() }, true)
    }
}

fn page(records: Vec<Value>, next: &Position, drained: bool) -> Result<Page, ConnectorError> {
    let next = serde_json::to_string(next).map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))?;
    Ok(Page { records: records.into_iter().map(|value| Record { value }).collect(), next, drained })
}

/// A summary with the names by which flows know it.
fn named(market: &str, row: &Value) -> Option<Value> {
    let sku = row.get("sellerSku").and_then(Value::as_text)?;
    let mut named = Object::new();
    named.push("ref", Value::text(format!("{market}/{sku}")));
    named.push("marketplaceId", Value::text(market));
    for (name, value) in row.as_object()?.iter() {
        named.push(name.clone(), value.clone());
    }
    Some(Value::object(named))
}
