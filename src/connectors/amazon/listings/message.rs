//! What is sent for a write: the body of a call, which is also what a message of a feed carries.

use super::text;
use crate::connectors::contract::{ConnectorError, ErrorKind, WriteRequest};
use crate::value::{Object, Value};

/// A submission for one listing.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) market: String,
    pub(super) sku: String,
    pub(super) product_type: String,
    /// What is done with it.
    pub(super) content: Content,
}

/// What is done with a listing.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// It is this from now on.
    Whole { requirements: Option<String>, attributes: Value, preview: bool },
    /// Parts of it change; each is a patch in Amazon's form.
    Patches(Vec<Value>),
}

impl Message {
    /// The message of a write, where it follows from the payload alone.
    pub(super) fn of(request: &WriteRequest) -> Result<Self, ConnectorError> {
        let payload = &request.payload;
        let content = match (request.entity.as_str(), request.verb.as_str()) {
            ("listings", verb @ ("upsert" | "preview")) => Content::Whole {
                requirements: payload.get("requirements").and_then(Value::as_text).map(str::to_owned),
                attributes: payload.get("attributes").cloned().unwrap_or_default(),
                preview: verb == "preview",
            },
            ("listings", "update") => Content::Patches(changes(payload)?),
            ("quantities", "update") => Content::Patches(vec![quantity(payload)]),
            (entity, verb) => {
                return Err(ConnectorError::new(ErrorKind::Bug, format!("amazon cannot {verb} {entity}")));
            }
        };
        Self::with(payload, content)
    }

    /// A message for the listing that a payload names.
    pub(super) fn with(payload: &Value, content: Content) -> Result<Self, ConnectorError> {
        Ok(Self {
            market: text(payload, "marketplaceId")?.to_owned(),
            sku: text(payload, "sku")?.to_owned(),
            product_type: text(payload, "productType")?.to_owned(),
            content,
        })
    }

    /// The body of the call.
    pub(super) fn body(&self) -> Value {
        let mut body = Object::new();
        body.push("productType", Value::text(&self.product_type));
        match &self.content {
            Content::Whole { requirements, attributes, .. } => {
                if let Some(requirements) = requirements {
                    body.push("requirements", Value::text(requirements));
                }
                body.push("attributes", attributes.clone());
            }
            Content::Patches(patches) => body.push("patches", Value::list(patches.clone())),
        }
        Value::object(body)
    }
}

/// A patch of a whole attribute.
pub(super) fn patch(op: &str, attribute: &str, value: Option<Value>) -> Value {
    let mut patch = Object::new();
    patch.push("op", Value::text(op));
    patch.push("path", Value::text(format!("/attributes/{attribute}")));
    if let Some(value) = value {
        patch.push("value", value);
    }
    Value::object(patch)
}

/// A merchant's quantity. It is merged, so that what else Amazon knows of the availability stays.
fn quantity(payload: &Value) -> Value {
    let mut entry = Object::new();
    entry.push("fulfillment_channel_code", Value::text("DEFAULT"));
    let names = [
        ("quantity", "quantity"),
        ("leadTimeToShipMaxDays", "lead_time_to_ship_max_days"),
        ("restockDate", "restock_date"),
    ];
    for (from, name) in names {
        if let Some(value) = payload.get(from).filter(|value| !value.is_null()) {
            entry.push(name, value.clone());
        }
    }
    patch("merge", "fulfillment_availability", Some(Value::list(vec![Value::object(entry)])))
}

fn changes(payload: &Value) -> Result<Vec<Value>, ConnectorError> {
    let attributes = payload.get("attributes").and_then(Value::as_object);
    let set =
        attributes.into_iter().flat_map(Object::iter).map(|(name, value)| patch("replace", name, Some(value.clone())));
    let names = payload.get("remove").and_then(Value::as_list).unwrap_or_default();
    let gone = names.iter().filter_map(Value::as_text).map(|name| patch("delete", name, None));
    let patches: Vec<Value> = set.chain(gone).collect();
    if patches.is_empty() {
        return Err(ConnectorError::new(
            ErrorKind::Rejected,
            "the listing's change changes nothing: it names no attribute",
        ));
    }
    Ok(patches)
}
