//! Telling Amazon of parcels, by confirmShipment of the model v0, which has no newer counterpart. Amazon does not
//! remember a call, but an order shows its packages: where it is not known whether a call was made, or where Amazon says
//! that the order is fulfilled already, the order is read, and what it has is compared with what was to be told.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Method;

use super::family::Family;
use super::schema::parcel;
use super::{Amazon, answer};
use crate::catalog::{EntitySpec, Idempotency, OperationSpec, Rate, WriteSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, WriteAnswer, WriteRequest};
use crate::connectors::http;
use crate::value::{Object, Value};

/// The fields of the payload that stand in `packageDetail`.
const DETAIL: [&str; 8] = [
    "packageReferenceId",
    "carrierCode",
    "carrierName",
    "shippingMethod",
    "trackingNumber",
    "shipDate",
    "shipFromSupplySourceId",
    "orderItems",
];

/// Parcels of the seller's own.
pub(super) struct Packages;

#[async_trait]
impl Family for Packages {
    fn names(&self) -> &'static [&'static str] {
        &["packages"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        vec![EntitySpec {
            name: "packages",
            summary: "Parcels that the seller has sent, told to Amazon one at a time (confirmShipment)",
            source: None,
            lookup: None,
            writes: vec![WriteSpec {
                verb: "upsert",
                input: Arc::new(parcel::parcel()),
                output: Arc::new(parcel::outcome()),
                operation: "confirmShipment",
                idempotency: Idempotency::ReadBack,
                natural_key: &["orderId", "packageReferenceId"],
                bulk: None,
            }],
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![OperationSpec {
            name: "confirmShipment",
            path: "POST /orders/v0/orders/{orderId}/shipmentConfirmation",
            rate: Some(Rate { per_10_000_s: 20_000, burst: 10 }),
            batch: 1,
        }]
    }

    async fn write(&self, amazon: &Amazon, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        amazon.confirm(request).await
    }
}

/// What a call has to say about an order.
struct Told<'p> {
    payload: &'p Value,
    order: &'p str,
    reference: &'p str,
}

impl Amazon {
    async fn confirm(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let payload = &request.payload;
        let told =
            Told { payload, order: needed(payload, "orderId")?, reference: needed(payload, "packageReferenceId")? };
        if request.repeat && self.has(&told, false).await? {
            return Ok(told.answer("there_already", None));
        }
        let url = http::join(&self.endpoint, &["orders", "v0", "orders", told.order, "shipmentConfirmation"])?;
        match self.call("confirmShipment", Method::POST, &url, Some(&told.body())).await {
            Ok(answer) => Ok(told.answer("confirmed", answer::request_id(&answer))),
            // The order may be fulfilled already, by an earlier try or by hand: the order itself knows.
            Err(error) if matches!(error.kind, ErrorKind::Rejected | ErrorKind::Conflict) => {
                if self.has(&told, true).await? {
                    return Ok(told.answer("there_already", error.request_id));
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the order has the parcel. `refused`: Amazon has refused it, so that the same goods with the same tracking
    /// number under another reference, or goods that are fulfilled without any package, are what was meant.
    async fn has(&self, told: &Told<'_>, refused: bool) -> Result<bool, ConnectorError> {
        let id = Value::text(told.order);
        let order = self.order_by_id(&id, Some("FULFILLMENT,PACKAGES")).await?;
        let packages = order.get("packages").and_then(Value::as_list).unwrap_or_default();
        let is_own =
            |package: &&Value| package.get("packageReferenceId").and_then(Value::as_text) == Some(told.reference);
        if let Some(own) = packages.iter().find(is_own) {
            return Ok(told.tracking() == tracking(own) && told.holds_what(own));
        }
        if !refused {
            return Ok(false);
        }
        if packages.is_empty() {
            return Ok(told.is_fulfilled(&order));
        }
        Ok(packages.iter().any(|package| told.tracking() == tracking(package) && told.holds_what(package)))
    }
}

fn tracking(value: &Value) -> Option<&str> {
    value.get("trackingNumber").and_then(Value::as_text)
}

impl Told<'_> {
    /// As Amazon wants it.
    fn body(&self) -> Value {
        let mut detail = Object::new();
        for name in DETAIL {
            if let Some(value) = self.payload.get(name).filter(|value| !value.is_null()) {
                detail.set(name, value.clone());
            }
        }
        let mut body = Object::new();
        for name in ["marketplaceId", "codCollectionMethod"] {
            if let Some(value) = self.payload.get(name).filter(|value| !value.is_null()) {
                body.set(name, value.clone());
            }
        }
        body.set("packageDetail", Value::object(detail));
        Value::object(body)
    }

    fn answer(&self, outcome: &str, request_id: Option<String>) -> WriteAnswer {
        let mut document = Object::new();
        document.set("orderId", Value::text(self.order));
        document.set("packageReferenceId", Value::text(self.reference));
        document.set("outcome", Value::text(outcome));
        WriteAnswer { document: Value::object(document), request_id }
    }

    fn tracking(&self) -> Option<&str> {
        tracking(self.payload)
    }

    /// Whether a package of the order holds the same pieces.
    fn holds_what(&self, package: &Value) -> bool {
        let own = pieces(self.payload.get("orderItems"));
        own.is_some() && own == pieces(package.get("packageItems"))
    }

    /// Whether nothing is left to ship of any of the parcel's items.
    fn is_fulfilled(&self, order: &Value) -> bool {
        let items = order.get("orderItems").and_then(Value::as_list).unwrap_or_default();
        let Some(own) = pieces(self.payload.get("orderItems")) else { return false };
        own.iter().all(|(id, _)| {
            let item = items.iter().find(|item| item.get("orderItemId").and_then(Value::as_text) == Some(id.as_str()));
            let left = item.and_then(|item| item.get("fulfillment")?.get("quantityUnfulfilled"));
            left.and_then(Value::as_decimal).is_some_and(|left| left.is_zero())
        })
    }
}

/// The items of a parcel and their numbers, in one order.
fn pieces(items: Option<&Value>) -> Option<Vec<(String, String)>> {
    let items = items?.as_list()?;
    let pieces = items.iter().map(|item| {
        let id = item.get("orderItemId")?.as_text()?.to_owned();
        Some((id, item.get("quantity")?.as_decimal()?.normalize().to_string()))
    });
    let mut pieces: Vec<(String, String)> = pieces.collect::<Option<_>>()?;
    pieces.sort_unstable();
    Some(pieces)
}

fn needed<'p>(payload: &'p Value, name: &str) -> Result<&'p str, ConnectorError> {
    let text = payload.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
    text.ok_or_else(|| ConnectorError::new(ErrorKind::Rejected, format!("a parcel needs `{name}`")))
}
