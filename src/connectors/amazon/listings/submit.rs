//! Sending submissions, and what Amazon makes of them. Amazon answers 200 to what it does not take: that is a refusal
//! with its issues as the fields that it complains of.

use reqwest::Method;

use super::super::{Amazon, answer};
use super::find::ITEMS;
use super::message::{Content, Message, patch};
use super::{price, text};
use crate::connectors::contract::{ConnectorError, ErrorKind, FieldError, WriteAnswer, WriteRequest};
use crate::connectors::http;
use crate::value::{Object, Value};

impl Amazon {
    pub(super) async fn submit_listing(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let message = match request.entity.as_str() {
            "prices" => match self.priced(&request.payload).await? {
                Some(message) => message,
                None => return unchanged(&request.payload),
            },
            _ => Message::of(request)?,
        };
        self.submit(&message).await
    }

    /// The message that gives a listing these prices and keeps what else there is of its offers; none where it has them.
    async fn priced(&self, payload: &Value) -> Result<Option<Message>, ConnectorError> {
        let (market, sku) = (text(payload, "marketplaceId")?, text(payload, "sku")?);
        let Some(item) = self.listing(market, sku, "attributes").await? else {
            let message = format!("Amazon has no listing {sku} in {market}: list it first");
            return Err(ConnectorError::new(ErrorKind::Rejected, message));
        };
        priced(payload, market, &item)
    }

    async fn submit(&self, message: &Message) -> Result<WriteAnswer, ConnectorError> {
        let (operation, method) = match message.content {
            Content::Whole { .. } => ("putListingsItem", Method::PUT),
            Content::Patches(_) => ("patchListingsItem", Method::PATCH),
        };
        let [a, b, c] = ITEMS;
        let mut url = http::join(&self.endpoint, &[a, b, c, &self.seller, &message.sku])?;
        url.query_pairs_mut().append_pair("marketplaceIds", &message.market).append_pair("includedData", "issues");
        if matches!(message.content, Content::Whole { preview: true, .. }) {
            url.query_pairs_mut().append_pair("mode", "VALIDATION_PREVIEW");
        }
        let answer = self.call(operation, method, &url, Some(&message.body())).await?;
        let request_id = answer.header("x-amzn-requestid").map(str::to_owned);
        let body = answer::body(&answer, operation)?;
        let status = body.get("status").and_then(Value::as_text).ok_or_else(|| answer::garbled(&answer, operation))?;
        let issues = body.get("issues").and_then(Value::as_list).unwrap_or_default();
        if status == "INVALID" {
            return Err(ConnectorError { status: Some(answer.status), request_id, ..refused(&message.sku, issues) });
        }
        let id = body.get("submissionId").cloned().unwrap_or_default();
        Ok(WriteAnswer { document: taken(message, status, id, issues), request_id })
    }
}

/// The same from the listing as it is.
pub(super) fn priced(payload: &Value, market: &str, item: &Value) -> Result<Option<Message>, ConnectorError> {
    let there = item.get("attributes").and_then(|attributes| attributes.get("purchasable_offer"));
    let there = there.and_then(Value::as_list).unwrap_or_default();
    let told = payload.get("offers").and_then(Value::as_list).unwrap_or_default();
    let offers = price::merged(market, there, told)?;
    let ours: Vec<Value> = there.iter().filter(|offer| price::is_of(offer, market)).cloned().collect();
    let offers = Value::list(offers);
    if price::same(&offers, &Value::list(ours)) {
        return Ok(None);
    }
    let patches = vec![patch("replace", "purchasable_offer", Some(offers))];
    Message::with(payload, Content::Patches(patches)).map(Some)
}

/// The answer to a write that was not needed.
pub(super) fn unchanged(payload: &Value) -> Result<WriteAnswer, ConnectorError> {
    let message = Message::with(payload, Content::Patches(Vec::new()))?;
    Ok(WriteAnswer { document: taken(&message, "UNCHANGED", Value::Null, &[]), request_id: None })
}

/// The answer to a submission that was taken.
pub(super) fn taken(message: &Message, status: &str, id: Value, issues: &[Value]) -> Value {
    let mut document = Object::new();
    document.push("marketplaceId", Value::text(&message.market));
    document.push("sku", Value::text(&message.sku));
    document.push("status", Value::text(status));
    document.push("submissionId", id);
    document.push("issues", Value::list(issues.to_vec()));
    Value::object(document)
}

/// What Amazon did not take, with its issues.
pub(super) fn refused(sku: &str, issues: &[Value]) -> ConnectorError {
    let text = |issue: &Value, name: &str| issue.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
    let bad = issues.iter().filter(|issue| text(issue, "severity") == "ERROR");
    let fields: Vec<FieldError> = bad
        .map(|issue| {
            let names = issue.get("attributeNames").and_then(Value::as_list).unwrap_or_default();
            let names: Vec<&str> = names.iter().filter_map(Value::as_text).collect();
            let path = if names.is_empty() { text(issue, "attributeName") } else { names.join(", ") };
            let path = if path.is_empty() { "listing".to_owned() } else { path };
            FieldError { path, code: text(issue, "code"), message: text(issue, "message") }
        })
        .collect();
    let code = fields.first().map(|field| field.code.clone()).filter(|code| !code.is_empty());
    let count = fields.len();
    let what = if count == 1 { "one issue".to_owned() } else { format!("{count} issues") };
    let message = format!("Amazon does not take the submission for {sku}: {what}");
    ConnectorError { code, fields, ..ConnectorError::new(ErrorKind::Rejected, message) }
}

/// Whether a listing is what a message makes of it.
pub(super) fn is_there(item: &Value, message: &Message) -> bool {
    let there = |name: &str| item.get("attributes").and_then(|attributes| attributes.get(name));
    let values = |value: Option<&Value>| value.and_then(Value::as_list).unwrap_or_default().to_vec();
    // What was sent is there where each of its fields is.
    let holds = |there: &Value, sent: &Value| match (there.as_object(), sent.as_object()) {
        (Some(there), Some(sent)) => {
            sent.iter().all(|(name, value)| there.get(name).is_some_and(|there| price::same(there, value)))
        }
        _ => price::same(there, sent),
    };
    let all = |name: &str, sent: Option<&Value>| {
        let there = values(there(name));
        values(sent).iter().all(|sent| there.iter().any(|there| holds(there, sent)))
    };
    match &message.content {
        Content::Whole { attributes, .. } => {
            attributes.as_object().is_some_and(|sent| sent.iter().all(|(name, value)| all(name, Some(value))))
        }
        Content::Patches(patches) => patches.iter().all(|patch| {
            let path = patch.get("path").and_then(Value::as_text).unwrap_or_default();
            let name = path.strip_prefix("/attributes/").unwrap_or_default();
            match patch.get("op").and_then(Value::as_text) {
                Some("delete") => there(name).is_none(),
                _ => all(name, patch.get("value")),
            }
        }),
    }
}
