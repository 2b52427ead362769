//! listTransactions of the model 2024-06-19: shipments and refunds as the ledger has them, with what is known of this
//! operation from practice: an event may be up to two days late, pages can be empty and still have a token, and
//! amounts are JSON numbers.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Done, Operation, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::key;
use crate::sandbox::ledger::{self, Event, Item, Kind};
use crate::sandbox::quota::Plan;
use crate::sandbox::world::World;

/// The operation.
pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "amazon.listTransactions",
    method: Method::GET,
    path: &["finances", "2024-06-19", "transactions"],
    plan: Plan::new("0.5", 500_000, 10),
    serve: list,
}];

/// Dates must lie at least this long in the past.
const TWO_MINUTES: SignedDuration = SignedDuration::from_mins(2);
/// A longer window is answered with nothing.
const LONGEST: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Transactions on one page.
const PAGE: usize = 50;
/// Events are told of within so many hours.
const LATE: u64 = 48;

fn invalid(details: &'static str) -> Refusal {
    Refusal { status: 400, code: "InvalidInput", message: details, details: Some(details), reason: String::new() }
}

/// What is asked for.
struct Search {
    after: Timestamp,
    before: Timestamp,
    marketplace: Option<String>,
    status: Option<String>,
    order: Option<String>,
    from: usize,
    fingerprint: String,
}

fn list(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let search = Search::read(call, now)?;
    let mut found: Vec<Event> = Vec::new();
    // A search by order has no beginning.
    if search.after == Timestamp::MIN || search.before.duration_since(search.after) <= LONGEST {
        found = ledger::events(world, search.after, search.before);
    }
    // What is late is not there yet; another look at the same window finds it.
    found.retain(|event| {
        let late = i64::try_from(key::number(&["late", &event.id]) % LATE).unwrap_or(0);
        event.posted + SignedDuration::from_hours(late) <= now
            && search.order.as_deref().is_none_or(|order| event.order_id == order)
            && search.marketplace.as_deref().is_none_or(|market| event.account.marketplace == market)
            && search.status.as_deref().is_none_or(|status| status == "RELEASED")
    });
    let seller = &world.credentials.amazon.seller_id;
    // A token counts places, of which every second page has none: who takes an empty page for the end misses the rest.
    let (page, empty) = (search.from / 2, search.from % 2 == 1);
    let shown: Vec<Value> = match empty {
        true => Vec::new(),
        false => found.iter().skip(page * PAGE).take(PAGE).map(|event| transaction(event, seller)).collect(),
    };
    let more = found.len() > (page + 1) * PAGE;
    let mut payload = json!({"transactions": shown});
    if more {
        let token = format!("{}|{}", search.from + 1, search.fingerprint);
        payload["nextToken"] = STANDARD.encode(token).into();
    }
    Ok(Done::told(json!({"payload": payload})))
}

impl Search {
    fn read(call: &Call, now: Timestamp) -> Result<Self, Refusal> {
        let known = [
            "postedAfter",
            "postedBefore",
            "marketplaceId",
            "transactionStatus",
            "relatedIdentifierName",
            "relatedIdentifierValue",
            "nextToken",
        ];
        if call.query.iter().any(|(name, _)| !known.contains(&name.as_str())) {
            return Err(invalid("Unknown parameter"));
        }
        let newest = now - TWO_MINUTES;
        let text = |name: &str| call.parameter(name).map(str::to_owned);
        let order = match (text("relatedIdentifierName").as_deref(), text("relatedIdentifierValue")) {
            (None, None) => None,
            (Some("ORDER_ID"), Some(value)) => Some(value),
            (Some("FINANCIAL_EVENT_GROUP_ID"), Some(_)) => Some(String::new()),
            _ => return Err(invalid("Invalid related identifier")),
        };
        let after = match (text("postedAfter"), &order) {
            (Some(text), _) => instant(&text).ok_or_else(|| invalid("Invalid postedAfter"))?,
            (None, Some(_)) => Timestamp::MIN,
            (None, None) => return Err(invalid("Start date cannot be null")),
        };
        let before = match text("postedBefore") {
            Some(text) => instant(&text).ok_or_else(|| invalid("Invalid postedBefore"))?,
            None => newest,
        };
        if before > newest || (text("postedAfter").is_some() && after > newest) {
            return Err(invalid("Date must be more than two minutes before the time of the request"));
        }
        if before < after {
            return Err(invalid("End date cannot be before start date"));
        }
        let status = text("transactionStatus");
        if status.as_deref().is_some_and(|status| !["DEFERRED", "RELEASED", "DEFERRED_RELEASED"].contains(&status)) {
            return Err(invalid("Invalid transactionStatus"));
        }
        let parts: Vec<String> = known[..6].iter().map(|name| text(name).unwrap_or_default()).collect();
        let fingerprint = key::hex(&parts.iter().map(String::as_str).collect::<Vec<_>>(), 16);
        let from = match text("nextToken") {
            None => 0,
            Some(token) => {
                let bytes = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let parts = bytes.as_deref().and_then(|text| text.split_once('|'));
                let (from, asked) = parts.ok_or_else(|| invalid("Invalid nextToken"))?;
                if asked != fingerprint {
                    return Err(invalid("nextToken does not match the other arguments"));
                }
                from.parse().map_err(|_| invalid("Invalid nextToken"))?
            }
        };
        Ok(Self { after, before, marketplace: text("marketplaceId"), status, order, from, fingerprint })
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    let day = || jiff::tz::TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    text.parse().ok().or_else(day)
}

fn transaction(event: &Event, seller: &str) -> Value {
    let account = event.account;
    let name = |name: &str, value: &str| json!({"relatedIdentifierName": name, "relatedIdentifierValue": value});
    let mut related = vec![name("ORDER_ID", &event.order_id)];
    if event.kind == Kind::Refund {
        related.push(name("REFUND_ID", &key::hex(&["refund id", &event.id], 20)));
    } else if !event.shipment_id.is_empty() {
        related.push(name("SHIPMENT_ID", &event.shipment_id));
    }
    related.push(name("FINANCIAL_EVENT_GROUP_ID", &key::hex(&["group", account.marketplace], 24)));
    let (kind, description) = match event.kind {
        Kind::Refund => ("Refund", "Refund Order"),
        _ => ("Shipment", "Order Payment"),
    };
    let items: Vec<Value> = event.items.iter().enumerate().map(|(at, item)| item_json(event, at, item)).collect();
    json!({
        "sellingPartnerMetadata": {"sellingPartnerId": seller, "marketplaceId": account.marketplace,
            "accountType": "Standard Orders"},
        "relatedIdentifiers": related,
        "transactionType": kind,
        "transactionId": key::hex(&["transaction", &event.id], 40),
        "transactionStatus": "RELEASED",
        "description": description,
        "postedDate": event.posted.to_string(),
        "totalAmount": money(event, event.total()),
        "marketplaceDetails": {"marketplaceId": account.marketplace, "marketplaceName": account.name},
        "items": items,
        "breakdowns": summary(event),
    })
}

fn item_json(event: &Event, at: usize, item: &Item) -> Value {
    let mut groups: Vec<(&str, Vec<(String, i64)>)> = Vec::new();
    for amount in &item.amounts {
        let (group, name) = names(&amount.amount_type, &amount.description);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, amounts)) => amounts.push((name, amount.minor)),
            None => groups.push((group, vec![(name, amount.minor)])),
        }
    }
    let breakdowns: Vec<Value> = groups
        .iter()
        .map(|(group, amounts)| {
            let leaf = |(name, minor): &(String, i64)| {
                json!({"breakdownType": name, "breakdownAmount": money(event, *minor), "breakdowns": []})
            };
            json!({
                "breakdownType": group,
                "breakdownAmount": money(event, amounts.iter().map(|(_, minor)| minor).sum()),
                "breakdowns": amounts.iter().map(leaf).collect::<Vec<_>>(),
            })
        })
        .collect();
    let total = item.amounts.iter().map(|amount| amount.minor).sum();
    let mut shown = json!({
        "description": item.sku,
        "totalAmount": money(event, total),
        "relatedIdentifiers": [{"itemRelatedIdentifierName": "ORDER_ADJUSTMENT_ITEM_ID",
            "itemRelatedIdentifierValue": (key::number(&["adjusted item", &event.id, &at.to_string()]) % 10_000_000_000_000).to_string()}],
        "breakdowns": breakdowns,
        "contexts": [{"contextType": "ProductContext", "sku": item.sku, "fulfillmentNetwork": event.fulfilment}],
    });
    // Of refunds it is not told how many pieces came back.
    if event.kind != Kind::Refund {
        shown["contexts"][0]["quantityShipped"] = item.quantity.into();
    }
    shown
}

/// How the transaction as a whole is told: what was sold, and what it cost.
fn summary(event: &Event) -> Vec<Value> {
    let sum = |fees: bool| -> i64 {
        let amounts = event.items.iter().flat_map(|item| &item.amounts);
        amounts.filter(|amount| (amount.amount_type == "ItemFees") == fees).map(|amount| amount.minor).sum()
    };
    let part = |name: &str, minor: i64| json!({"breakdownType": name, "breakdownAmount": money(event, minor)});
    vec![part("Sales", sum(false)), part("Expenses", sum(true))]
}

/// A settlement's names of an amount in the words of this operation.
fn names(amount_type: &str, description: &str) -> (&'static str, String) {
    let (group, name) = match (amount_type, description) {
        ("ItemPrice", "Principal") => ("ProductCharges", "OurPricePrincipal"),
        ("ItemPrice", "Shipping") => ("Shipping", "ShippingPrincipal"),
        ("ItemPrice", "GiftWrap") => ("GiftWrap", "GiftWrapPrincipal"),
        ("ItemPrice", "Tax") => ("Tax", "OurPriceTax"),
        ("ItemPrice", tax) if tax.ends_with("Tax") => ("Tax", tax),
        ("ItemPrice", other) => ("OtherCharges", other),
        ("Promotion", "Principal") => ("PromotionRebates", "OurPricePrincipal"),
        ("Promotion", "Shipping") => ("PromotionRebates", "ShippingPrincipal"),
        ("Promotion", "TaxDiscount") => ("PromotionRebates", "OurPriceTax"),
        ("Promotion", other) => ("PromotionRebates", other),
        ("ItemWithheldTax", other) => ("MarketplaceFacilitatorTax", other),
        (_, other) => ("AmazonFees", other),
    };
    (group, name.to_owned())
}

/// An amount as a JSON number with exactly the currency's digits.
fn money(event: &Event, minor: i64) -> Value {
    let amount = Decimal::new(minor, event.account.digits);
    let number: serde_json::Number = serde_json::from_str(&amount.to_string()).unwrap_or_else(|_| 0.into());
    json!({"currencyAmount": number, "currencyCode": event.account.currency})
}
