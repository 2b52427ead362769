//! confirmShipment of the model v0, which is how a seller tells that a parcel is on its way. One call tells of one
//! parcel; the same `packageReferenceId` again changes that parcel, and there is no way to take one back.

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Done, Operation, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::journal::Entry;
use crate::sandbox::quota::CONFIRM_SHIPMENT;
use crate::sandbox::shop;
use crate::sandbox::world::{World, locked};

/// The operation.
pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "amazon.confirmShipment",
    method: Method::POST,
    path: &["orders", "v0", "orders", "{}", "shipmentConfirmation"],
    plan: CONFIRM_SHIPMENT,
    serve: confirm,
}];

const JAPAN: &str = "A1VC38T7YXB528";
/// How far a seller's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// A parcel that was told of.
#[derive(Debug)]
struct Parcel {
    reference: String,
    carrier: String,
    service: Option<String>,
    tracking: String,
    shipped: Timestamp,
    items: Vec<(String, u64, Vec<String>)>,
}

fn refuse(message: &'static str, reason: impl Into<String>) -> Refusal {
    Refusal { status: 400, code: "InvalidInput", message, details: None, reason: reason.into() }
}

fn confirm(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    if let Some((name, _)) = call.query.first() {
        return Err(Refusal::invalid(format!("confirmShipment has no parameter {name}")));
    }
    let id = call.path.get(3).map_or("", String::as_str);
    if !call.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Refusal::invalid("the body must be application/json"));
    }
    let body: Value = serde_json::from_slice(&call.body)
        .map_err(|cause| Refusal::invalid(format!("the body is no JSON: {cause}")))?;
    let mut shop = locked(&world.shop);
    let order = shop.order(id).ok_or_else(|| Refusal {
        status: 404,
        code: "NotFound",
        message: "The requested resource does not exist.",
        details: None,
        reason: format!("the shop has no order {id}"),
    })?;
    let parcel = read(&body, &order, now)?;
    let Some(after) = with_parcel(&order, &parcel, now)? else {
        return Ok(Done { status: 204, body: None, wrote: false });
    };
    let entries = [Entry::Order { text: after.to_string().into() }];
    world.journal.write(&entries).map_err(|cause| Refusal {
        status: 500,
        code: "InternalFailure",
        message: "We encountered an internal error. Please try again.",
        details: None,
        reason: cause,
    })?;
    entries.iter().for_each(|entry| shop.apply(entry));
    Ok(Done { status: 204, body: None, wrote: true })
}

/// Reads the body as strictly as Amazon does.
fn read(body: &Value, order: &Value, now: Timestamp) -> Result<Parcel, Refusal> {
    let root = fields(body, &["marketplaceId", "packageDetail", "codCollectionMethod"], "the body")?;
    let marketplace = text(root, "marketplaceId")?;
    if order["salesChannel"]["marketplaceId"] != marketplace {
        return Err(refuse("Invalid marketplaceId for the order.", format!("the order is not of {marketplace}")));
    }
    match root.get("codCollectionMethod") {
        None | Some(Value::Null) => {}
        Some(method) if method == "DirectPayment" && marketplace == JAPAN => {}
        Some(method) => {
            let reason = format!("codCollectionMethod {method} is not for {marketplace}");
            return Err(refuse("Invalid codCollectionMethod.", reason));
        }
    }
    let known = [
        "packageReferenceId",
        "carrierCode",
        "carrierName",
        "shippingMethod",
        "trackingNumber",
        "shipDate",
        "shipFromSupplySourceId",
        "orderItems",
    ];
    let detail = root.get("packageDetail").ok_or_else(|| missing("packageDetail"))?;
    let detail = fields(detail, &known, "packageDetail")?;
    let reference = text(detail, "packageReferenceId")?;
    if reference.is_empty() || reference.starts_with('0') || !reference.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse("packageReferenceId must be a positive numeric value.", format!("it is `{reference}`")));
    }
    let code = text(detail, "carrierCode")?;
    let name = maybe_text(detail, "carrierName")?;
    if code == "Other" && name.is_none() {
        return Err(refuse("carrierName is required when carrierCode is Other.", "carrierName is missing"));
    }
    let shipped = ship_date(&text(detail, "shipDate")?, order, now)?;
    maybe_text(detail, "shipFromSupplySourceId")?;
    let items = detail.get("orderItems").and_then(Value::as_array).filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| {
        let message = "OrderItemId  is invalid, please obtain the value from the getOrderItems operation.";
        refuse(message, "orderItems must be an array that is not empty")
    })?;
    let mut read = Vec::new();
    for item in items {
        read.push(order_item(item, order)?);
    }
    Ok(Parcel {
        reference,
        carrier: name.unwrap_or(code),
        service: maybe_text(detail, "shippingMethod")?,
        tracking: text(detail, "trackingNumber")?,
        shipped,
        items: read,
    })
}

fn order_item(item: &Value, order: &Value) -> Result<(String, u64, Vec<String>), Refusal> {
    let item = fields(item, &["orderItemId", "quantity", "transparencyCodes"], "orderItems")?;
    let id = text(item, "orderItemId")?;
    let known = order["orderItems"].as_array().into_iter().flatten().any(|known| known["orderItemId"] == id.as_str());
    if !known {
        let message = "OrderItemId  is invalid, please obtain the value from the getOrderItems operation.";
        return Err(refuse(message, format!("the order has no item `{id}`")));
    }
    let quantity = match item.get("quantity") {
        None => return Err(missing("quantity")),
        Some(Value::Number(number)) => number.as_u64().filter(|quantity| *quantity > 0),
        Some(_) => return Err(wrong_type("quantity")),
    };
    let quantity = quantity.ok_or_else(|| refuse("Quantity must be a positive number.", "quantity"))?;
    let codes = match item.get("transparencyCodes") {
        None | Some(Value::Null) => Vec::new(),
        Some(codes) => {
            let codes = codes.as_array().ok_or_else(|| wrong_type("transparencyCodes"))?;
            let texts: Option<Vec<String>> = codes.iter().map(|code| code.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(|| wrong_type("transparencyCodes"))?
        }
    };
    Ok((id, quantity, codes))
}

fn ship_date(text: &str, order: &Value, now: Timestamp) -> Result<Timestamp, Refusal> {
    // A date-time with its offset; the published example of a refusal is a date in the American manner.
    let at = text.parse::<Timestamp>().ok().filter(|_| text.as_bytes().get(10).is_some_and(|byte| *byte == b'T'));
    let at = at.ok_or_else(|| Refusal {
        status: 400,
        code: "Invalid Input",
        message: "Invalid Input",
        details: None,
        reason: format!("shipDate is not an ISO 8601 date-time: `{text}`"),
    })?;
    if at > now + AHEAD {
        return Err(refuse("shipDate must not be in the future.", text));
    }
    let placed = order["createdTime"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    if placed.is_some_and(|placed| at < placed) {
        return Err(refuse("shipDate must not be before the purchase date.", text));
    }
    Ok(at)
}

/// The order with the parcel in it; none where it has that very parcel already.
fn with_parcel(order: &Value, parcel: &Parcel, now: Timestamp) -> Result<Option<Value>, Refusal> {
    let block = &order["fulfillment"];
    if block["fulfilledBy"] != "MERCHANT" {
        return Err(refuse("The order is not fulfilled by the seller.", "Amazon ships it"));
    }
    if order["programs"].as_array().into_iter().flatten().any(|program| program == "FBM_SHIP_PLUS") {
        return Err(refuse("The order must be shipped with a label bought from Amazon.", "FBM_SHIP_PLUS"));
    }
    let packages = order["packages"].as_array().cloned().unwrap_or_default();
    let place = packages.iter().position(|package| package["packageReferenceId"] == parcel.reference.as_str());
    let before = place.and_then(|place| packages.get(place));
    match block["fulfillmentStatus"].as_str().unwrap_or_default() {
        "UNSHIPPED" | "PARTIALLY_SHIPPED" => {}
        "SHIPPED" if before.is_some() => {}
        "SHIPPED" => {
            let message = "Failed to create package for the order. errorMetric=PackageToUpdateNotFound";
            return Err(refuse(message, "the order is fulfilled, and has no package of this packageReferenceId"));
        }
        status => return Err(refuse("The order is not in a state that can be shipped.", format!("it is {status}"))),
    }
    let mut after = order.clone();
    let mut open = false;
    for item in after["orderItems"].as_array_mut().into_iter().flatten() {
        let id = item["orderItemId"].clone();
        let ordered = item["quantityOrdered"].as_u64().unwrap_or_default();
        let done = item["fulfillment"]["quantityFulfilled"].as_u64().unwrap_or_default();
        let mine = before.map_or(0, |package| pieces_in(package, &id));
        let wanted: u64 = parcel.items.iter().filter(|item| id == item.0.as_str()).map(|item| item.1).sum();
        let all = done.saturating_sub(mine) + wanted;
        if all > ordered {
            return Err(refuse("The quantity is more than what is left to ship.", format!("{id} has {ordered}")));
        }
        item["fulfillment"]["quantityFulfilled"] = all.into();
        item["fulfillment"]["quantityUnfulfilled"] = (ordered - all).into();
        open |= all < ordered;
    }
    let created = before.map_or_else(|| now.to_string().into(), |package| package["createdTime"].clone());
    let package = written(parcel, created);
    if before == Some(&package) {
        return Ok(None);
    }
    let mut packages = packages;
    match place.and_then(|place| packages.get_mut(place)) {
        Some(place) => *place = package,
        None => packages.push(package),
    }
    after["packages"] = Value::Array(packages);
    after["fulfillment"]["fulfillmentStatus"] = if open { "PARTIALLY_SHIPPED" } else { "SHIPPED" }.into();
    after["lastUpdatedTime"] = shop::later_than(order, now).to_string().into();
    Ok(Some(after))
}

fn pieces_in(package: &Value, id: &Value) -> u64 {
    let items = package["packageItems"].as_array().into_iter().flatten();
    items.filter(|item| item["orderItemId"] == *id).filter_map(|item| item["quantity"].as_u64()).sum()
}

/// The parcel as an order of the model 2026-01-01 shows it.
fn written(parcel: &Parcel, created: Value) -> Value {
    let items: Vec<Value> = parcel
        .items
        .iter()
        .map(|(id, quantity, codes)| {
            let mut item = json!({"orderItemId": id, "quantity": quantity});
            if !codes.is_empty() {
                item["transparencyCodes"] = json!(codes);
            }
            item
        })
        .collect();
    let mut package = json!({
        "packageReferenceId": parcel.reference,
        "createdTime": created,
        "packageStatus": {"status": "SHIPPED"},
        "carrier": parcel.carrier,
        "shipTime": parcel.shipped.to_string(),
        "trackingNumber": parcel.tracking,
        "packageItems": items,
    });
    if let Some(service) = &parcel.service {
        package["shippingService"] = service.as_str().into();
    }
    package
}

fn fields<'v>(value: &'v Value, known: &[&str], place: &str) -> Result<&'v Map<String, Value>, Refusal> {
    let fields = value.as_object().ok_or_else(|| wrong_type(place))?;
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refusal::invalid(format!("{place} has no field {name}"))),
        None => Ok(fields),
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<String, Refusal> {
    maybe_text(fields, name)?.ok_or_else(|| missing(name))
}

fn maybe_text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong_type(name)),
    }
}

fn missing(name: &str) -> Refusal {
    refuse("The request is missing a required field.", format!("{name} is missing"))
}

fn wrong_type(name: &str) -> Refusal {
    match name {
        // The one whose text is known from practice: a number was taken until the beginning of 2026.
        "packageReferenceId" => {
            refuse("The request has fields with invalid type [packageDetail.packageReferenceId].", "it must be a text")
        }
        _ => refuse("The request has fields with invalid type.", format!("{name} has another type")),
    }
}
