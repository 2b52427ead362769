//! Transactions as a source, by listTransactions of the model 2024-06-19. An event may be told of up to two days late,
//! so each window reaches back that far; what comes again unchanged is not dealt with again. Pages can be empty and
//! still not be the last. The marketplace is not asked for: with it, Amazon leaves out what US sellers ship themselves.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::family::Family;
use super::position::digest;
use super::schema::transaction;
use super::{Amazon, answer};
use crate::catalog::{Base, EntitySpec, FilterSpec, OperationSpec, Rate, SourceSpec, Type};
use crate::clock::until;
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest, Record};
use crate::connectors::http;
use crate::value::{Object, Value, json};

const TRANSACTIONS: [&str; 3] = ["finances", "2024-06-19", "transactions"];
/// How late Amazon tells of an event, with an hour for the way.
const LATE: SignedDuration = SignedDuration::from_hours(49);
/// A window must end two minutes before the call; a minute more is for clocks that differ.
const NEWEST: SignedDuration = SignedDuration::from_mins(3);
/// Amazon answers a window of more than 180 days with nothing.
const LONGEST: SignedDuration = SignedDuration::from_hours(170 * 24);
/// A page's token that is older is not used; the window is begun again. How long they live is not published.
const TOKEN_LIFE: Duration = Duration::from_secs(3600);
/// How often a window is begun again because Amazon does not take its tokens.
const RESTARTS: u32 = 6;

/// Transactions of the selling account.
pub(super) struct Finances;

#[async_trait]
impl Family for Finances {
    fn names(&self) -> &'static [&'static str] {
        &["transactions"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        vec![EntitySpec {
            name: "transactions",
            summary: "What moved the account's balance: shipments, refunds, fees (finances 2024-06-19); up to two days late",
            source: Some(SourceSpec {
                record: Arc::new(transaction::transaction()),
                key: "transactionId",
                // The same transaction is told again with another status, and nothing says which came later.
                stamp: None,
                events: Vec::new(),
                filters: vec![FilterSpec { name: "transactionType", value: Type::new(Base::Text), many: true }],
                operation: "listTransactions",
                fetch: None,
                columns: false,
            }),
            lookup: None,
            writes: Vec::new(),
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![OperationSpec {
            name: "listTransactions",
            path: "GET /finances/2024-06-19/transactions",
            rate: Some(Rate { per_10_000_s: 5_000, burst: 10 }),
            batch: 50,
        }]
    }

    async fn read(&self, amazon: &Amazon, request: &ReadRequest) -> Result<Page, ConnectorError> {
        amazon.transactions(request).await
    }
}

/// How far the transactions have been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    /// The window begins here.
    after: Timestamp,
    /// Within a window: where it ends, and the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<Place>,
    /// How often this window was begun again.
    #[serde(default, skip_serializing_if = "is_zero")]
    restarts: u32,
}

/// A page within a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    before: Timestamp,
    token: String,
    given: Timestamp,
}

// serde's `skip_serializing_if` hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn bug(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, message)
}

impl Amazon {
    async fn transactions(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let now = self.clock.now();
        let position = match &request.position {
            Some(text) => serde_json::from_str(text).map_err(|error| {
                bug(format!("the stored position of transactions cannot be read ({error}); reset it to read again"))
            })?,
            None => Position { after: request.since, page: None, restarts: 0 },
        };
        let kinds = kinds(request)?;
        let place = position.page.as_ref().filter(|place| until(place.given, now) < TOKEN_LIFE);
        let newest = whole_seconds(now.checked_sub(NEWEST).unwrap_or(now));
        let before = place
            .map_or_else(|| newest.min(position.after.checked_add(LONGEST).unwrap_or(newest)), |place| place.before);
        if before <= position.after {
            // Nothing of this window is old enough to be asked for.
            return page(Vec::new(), &Position { page: None, ..position }, true);
        }
        let mut url = http::join(&self.endpoint, &TRANSACTIONS)?;
        url.query_pairs_mut()
            .append_pair("postedAfter", &whole_seconds(position.after).to_string())
            .append_pair("postedBefore", &before.to_string());
        if let Some(place) = place {
            url.query_pairs_mut().append_pair("nextToken", &place.token);
        }
        let answer = match self.get("listTransactions", &url).await {
            Ok(answer) => answer,
            // The question was good on the first page, so it is the token that Amazon does not take.
            Err(error) if error.status == Some(400) && place.is_some() && position.restarts < RESTARTS => {
                let again = Position { after: position.after, page: None, restarts: position.restarts + 1 };
                return page(Vec::new(), &again, false);
            }
            Err(error) => return Err(error),
        };
        let body = answer::body(&answer, "listTransactions")?;
        let payload = body.get("payload").unwrap_or(&body);
        let rows = payload.get("transactions").and_then(Value::as_list).unwrap_or_default();
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let flat = flat(row).ok_or_else(|| answer::garbled(&answer, "listTransactions"))?;
            if self.is_wanted(&flat, &kinds) {
                records.push(Record { value: flat });
            }
        }
        let token = payload.get("nextToken").and_then(Value::as_text).filter(|token| !token.is_empty());
        if let Some(token) = token {
            if place.is_some_and(|place| place.token == token) {
                let message = "Amazon's pages of transactions go in a circle: a token led to itself";
                return Err(ConnectorError::new(ErrorKind::Transient, message));
            }
            let place = Place { before, token: token.to_owned(), given: now };
            return page(records, &Position { page: Some(place), ..position }, false);
        }
        // The window has ended. The next one begins so far back that what was late is found, but never stands still.
        let ended_now = before >= newest;
        let back = if ended_now { before.checked_sub(LATE).unwrap_or(before) } else { before };
        let after = whole_seconds(back.max(position.after));
        page(records, &Position { after, page: None, restarts: 0 }, ended_now)
    }

    /// Whether the flow wants it, and the connection is for its marketplace.
    fn is_wanted(&self, transaction: &Value, kinds: &[String]) -> bool {
        let market = transaction.get("marketplaceId").and_then(Value::as_text);
        let kind = transaction.get("transactionType").and_then(Value::as_text).unwrap_or_default();
        market.is_none_or(|market| self.marketplaces.contains(&market))
            && (kinds.is_empty() || kinds.iter().any(|wanted| wanted == kind))
    }
}

fn kinds(request: &ReadRequest) -> Result<Vec<String>, ConnectorError> {
    let mut kinds = Vec::new();
    for filter in &request.filters {
        if filter.name != "transactionType" {
            return Err(bug(format!("Amazon has no filter `{}` for transactions", filter.name)));
        }
        kinds.extend(filter.values.iter().filter_map(Value::as_text).map(str::to_owned));
    }
    Ok(kinds)
}

fn page(records: Vec<Record>, next: &Position, drained: bool) -> Result<Page, ConnectorError> {
    let next = serde_json::to_string(next).map_err(|error| bug(error.to_string()))?;
    Ok(Page { records, next, drained })
}

/// Rounded down: a window may begin and end earlier than it could.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second() - i64::from(at.subsec_nanosecond() < 0)).unwrap_or(at)
}

/// A transaction with its identifiers by name and its breakdowns laid flat.
fn flat(row: &Value) -> Option<Value> {
    let source = row.as_object()?;
    let mut flat = Object::new();
    for name in ["transactionType", "transactionStatus", "description", "postedDate"] {
        if let Some(value) = source.get(name).filter(|value| !value.is_null()) {
            flat.set(name, value.clone());
        }
    }
    let total = row.get("totalAmount")?;
    flat.set("currency", total.get("currencyCode")?.clone());
    flat.set("total", Value::Decimal(total.get("currencyAmount")?.as_decimal()?));
    let market = |block: &str, name: &str| row.get(block)?.get(name).filter(|value| value.as_text().is_some()).cloned();
    let market_id =
        market("marketplaceDetails", "marketplaceId").or_else(|| market("sellingPartnerMetadata", "marketplaceId"));
    for (name, value) in
        [("marketplaceId", market_id), ("marketplaceName", market("marketplaceDetails", "marketplaceName"))]
    {
        if let Some(value) = value {
            flat.set(name, value);
        }
    }
    for related in row.get("relatedIdentifiers").and_then(Value::as_list).unwrap_or_default() {
        let name = match related.get("relatedIdentifierName").and_then(Value::as_text).unwrap_or_default() {
            "ORDER_ID" => "orderId",
            "SHIPMENT_ID" => "shipmentId",
            "REFUND_ID" => "refundId",
            "SETTLEMENT_ID" => "settlementId",
            "FINANCIAL_EVENT_GROUP_ID" => "financialEventGroupId",
            "DEFERRED_TRANSACTION_ID" => "deferredTransactionId",
            _ => continue,
        };
        if let Some(value) = related.get("relatedIdentifierValue").filter(|value| value.as_text().is_some()) {
            flat.set(name, value.clone());
        }
    }
    let items = row.get("items").and_then(Value::as_list).unwrap_or_default();
    flat.set("items", Value::list(items.iter().map(item).collect::<Option<_>>()?));
    flat.set("amounts", amounts(row.get("breakdowns"))?);
    let id = source.get("transactionId").and_then(Value::as_text).filter(|id| !id.is_empty());
    let id = id.map_or_else(|| format!("none:{}", digest("transaction", &[&json::to_string(row)])), str::to_owned);
    flat.set("transactionId", Value::text(&id));
    Some(Value::object(flat))
}

fn item(row: &Value) -> Option<Value> {
    let mut flat = Object::new();
    if let Some(text) = row.get("description").filter(|value| value.as_text().is_some()) {
        flat.set("description", text.clone());
    }
    for context in row.get("contexts").and_then(Value::as_list).unwrap_or_default() {
        if context.get("contextType").and_then(Value::as_text) != Some("ProductContext") {
            continue;
        }
        let names = [
            ("sku", "sku"),
            ("asin", "asin"),
            ("quantityShipped", "quantity"),
            ("fulfillmentNetwork", "fulfillmentNetwork"),
        ];
        for (theirs, ours) in names {
            if let Some(value) = context.get(theirs).filter(|value| !value.is_null()) {
                flat.set(ours, value.clone());
            }
        }
    }
    for related in row.get("relatedIdentifiers").and_then(Value::as_list).unwrap_or_default() {
        let name = related.get("itemRelatedIdentifierName").and_then(Value::as_text);
        let value = related.get("itemRelatedIdentifierValue").filter(|value| value.as_text().is_some());
        if let (Some("ORDER_ADJUSTMENT_ITEM_ID"), Some(value)) = (name, value) {
            flat.set("adjustmentItemId", value.clone());
        }
    }
    let total = row.get("totalAmount").and_then(|total| total.get("currencyAmount")).and_then(Value::as_decimal);
    if let Some(total) = total {
        flat.set("total", Value::Decimal(total));
    }
    flat.set("amounts", amounts(row.get("breakdowns"))?);
    Some(Value::object(flat))
}

/// The ends of nested breakdowns.
fn amounts(breakdowns: Option<&Value>) -> Option<Value> {
    let mut out = Vec::new();
    ends(breakdowns, &mut Vec::new(), &mut out)?;
    Some(Value::list(out))
}

fn ends<'v>(breakdowns: Option<&'v Value>, way: &mut Vec<&'v str>, out: &mut Vec<Value>) -> Option<()> {
    for breakdown in breakdowns.and_then(Value::as_list).unwrap_or_default() {
        way.push(breakdown.get("breakdownType")?.as_text()?);
        let inner = breakdown.get("breakdowns").filter(|inner| inner.as_list().is_some_and(|list| !list.is_empty()));
        match inner {
            Some(inner) => ends(Some(inner), way, out)?,
            None => {
                let amount = breakdown.get("breakdownAmount")?.get("currencyAmount")?.as_decimal()?;
                let mut end = Object::new();
                let group = way.first()?;
                end.set("group", Value::text(group));
                end.set("type", Value::text(way.get(1).unwrap_or(group)));
                end.set("path", Value::text(way.join(" / ")));
                end.set("amount", Value::Decimal(amount));
                out.push(Value::object(end));
            }
        }
        way.pop();
    }
    Some(())
}
