//! What can happen to an order after it was placed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::proceeds;
use crate::clock::after;

/// One change.
#[derive(Debug, Clone)]
pub(in crate::sandbox) enum Change {
    /// The order gets to this status, with all that comes with it.
    Status(String),
    /// The buyer cancels pieces of a line.
    CancelItem { order_item_id: String, quantity: u64 },
    /// These fields are as given from now on (a JSON merge patch).
    Merge(Value),
}

impl Change {
    /// Reads `{"status":…}`, `{"cancel_item":{"orderItemId":…,"quantity":…}}` or `{"merge":{…}}`.
    pub(in crate::sandbox) fn read(body: &Value) -> Result<Self, String> {
        let wanted =
            "one of {\"status\":…}, {\"cancel_item\":{\"orderItemId\":…,\"quantity\":…}}, {\"merge\":{…}} is wanted";
        let fields = body.as_object().filter(|fields| fields.len() == 1).ok_or(wanted)?;
        match fields.iter().next() {
            Some((name, Value::String(status))) if name == "status" => Ok(Self::Status(status.clone())),
            Some((name, item)) if name == "cancel_item" => {
                let id = item["orderItemId"].as_str().ok_or(wanted)?.to_owned();
                Ok(Self::CancelItem { order_item_id: id, quantity: item["quantity"].as_u64().unwrap_or(1) })
            }
            Some((name, fields)) if name == "merge" && fields.is_object() => Ok(Self::Merge(fields.clone())),
            _ => Err(wanted.to_owned()),
        }
    }

    /// The order after the change. `fresh` is the same order as it would be if it were paid and waiting.
    pub(super) fn apply(&self, order: Value, fresh: Option<Value>, now: Timestamp) -> Result<Value, String> {
        let updated = later_than(&order, now);
        let mut order = order;
        match self {
            Self::Status(status) => order = with_status(order, fresh, status)?,
            Self::CancelItem { order_item_id, quantity } => cancel_item(&mut order, order_item_id, *quantity)?,
            Self::Merge(fields) => merge(&mut order, fields),
        }
        let told = matches!(self, Self::Merge(fields) if fields.get("lastUpdatedTime").is_some());
        if !told {
            order["lastUpdatedTime"] = updated.to_string().into();
        }
        Ok(order)
    }
}

/// Two minutes ago, which the next search sees at once; but always later than the order's last change.
pub(in crate::sandbox) fn later_than(order: &Value, now: Timestamp) -> Timestamp {
    let visible = now - SignedDuration::from_mins(2);
    let visible = Timestamp::from_second(visible.as_second()).unwrap_or(visible);
    match order["lastUpdatedTime"].as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
        Some(last) => visible.max(after(last, Duration::from_secs(1))),
        None => visible,
    }
}

fn with_status(order: Value, fresh: Option<Value>, status: &str) -> Result<Value, String> {
    let was = order["fulfillment"]["fulfillmentStatus"].as_str().unwrap_or_default().to_owned();
    let mut order = match (was.as_str(), fresh) {
        // What was pending gets its prices, buyer and address.
        ("PENDING", Some(fresh)) if status != "CANCELLED" => fresh,
        _ => order,
    };
    match status {
        "UNSHIPPED" | "PENDING" | "PENDING_AVAILABILITY" | "UNFULFILLABLE" | "PARTIALLY_SHIPPED" => {}
        "SHIPPED" => {
            for item in order["orderItems"].as_array_mut().into_iter().flatten() {
                let all = item["quantityOrdered"].clone();
                item["fulfillment"]["quantityFulfilled"] = all;
                item["fulfillment"]["quantityUnfulfilled"] = 0.into();
            }
        }
        "CANCELLED" => {
            for item in order["orderItems"].as_array_mut().into_iter().flatten() {
                take_pieces(item, u64::MAX, "MERCHANT");
            }
            if let Some(fields) = order.as_object_mut() {
                fields.shift_remove("buyer");
                fields.shift_remove("recipient");
            }
            proceeds::settle(&mut order);
        }
        _ => return Err(format!("{status} is no fulfillmentStatus")),
    }
    order["fulfillment"]["fulfillmentStatus"] = status.into();
    Ok(order)
}

fn cancel_item(order: &mut Value, id: &str, quantity: u64) -> Result<(), String> {
    let items = order["orderItems"].as_array_mut().into_iter().flatten();
    let item =
        items.into_iter().find(|item| item["orderItemId"] == id).ok_or_else(|| format!("there is no item {id}"))?;
    if item["quantityOrdered"].as_u64() < Some(quantity) || quantity == 0 {
        return Err(format!("item {id} has only {} pieces", item["quantityOrdered"]));
    }
    take_pieces(item, quantity, "BUYER");
    if order["proceeds"]["grandTotal"].is_object() {
        proceeds::settle(order);
    }
    Ok(())
}

fn take_pieces(item: &mut Value, quantity: u64, by: &str) {
    let before = item["quantityOrdered"].as_u64().unwrap_or(0);
    let left = before.saturating_sub(quantity);
    proceeds::cut(item, left, before);
    item["quantityOrdered"] = left.into();
    let done = item["fulfillment"]["quantityFulfilled"].as_u64().unwrap_or(0).min(left);
    item["fulfillment"]["quantityFulfilled"] = done.into();
    item["fulfillment"]["quantityUnfulfilled"] = (left - done).into();
    if before > 0 {
        item["cancellation"] = json!({"cancellationExecution": {"cancelledBy": by, "cancelReason": "BUYER_CANCELED"}});
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Some(fields) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in fields {
        match (value, target.as_object_mut()) {
            (Value::Null, Some(target)) => {
                target.shift_remove(name);
            }
            _ => merge(&mut target[name.as_str()], value),
        }
    }
}
