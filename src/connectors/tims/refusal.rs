//! TIMS' refusals, in all the shapes that ERPs use, in words that tell a clerk what to mend. Texts from the remote may
//! repeat what was sent; whatever of that is personal is taken out again.

use std::time::Duration;

use super::style::Style;
use crate::clock::SharedClock;
use crate::connectors::contract::{ConnectorError, ErrorKind, FieldError};
use crate::connectors::http::{Answer, status};
use crate::connectors::limit::Limit;
use crate::value::{Value, json};

/// A refusal with what it tells beside the error.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: ConnectorError,
    /// The document that is there already.
    pub(super) existing_id: Option<String>,
    /// Whether it says that this very write, or one of its natural key, was made before.
    pub(super) duplicate: bool,
    /// All that it says, with our field names.
    pub(super) body: Value,
}

impl From<ConnectorError> for Refusal {
    fn from(error: ConnectorError) -> Self {
        Self { error, existing_id: None, duplicate: false, body: Value::Null }
    }
}

/// What is known of the call that was refused.
pub(super) struct Asked<'a> {
    /// What was asked: `create sales_orders`.
    pub(super) what: &'a str,
    /// Texts of buyers that were sent.
    pub(super) personal: &'a [String],
}

pub(super) fn read(answer: &Answer, asked: &Asked<'_>, style: Style, limit: &Limit, clock: &SharedClock) -> Refusal {
    let body = json::parse(&answer.body).unwrap_or_default();
    let body = style.incoming(&body);
    let code = code(&body);
    let fields = fields(&body, style, asked);
    let said = said(&body).map(|text| clean(&text, asked));
    let too_many = said.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains("too many requests"));
    let wait = status::retry_after(answer, clock.now()).or_else(|| limit.reset(answer));
    let kind = match (code.as_deref(), status::kind(answer, clock.now())) {
        (Some("idempotency_key_reused"), _) => ErrorKind::Bug,
        (Some("idempotency_in_progress"), _) => ErrorKind::Throttled(Some(wait.unwrap_or(Duration::from_secs(1)))),
        (_, ErrorKind::Throttled(_)) => ErrorKind::Throttled(wait),
        (_, ErrorKind::Rejected | ErrorKind::Auth) if too_many => ErrorKind::Throttled(wait),
        (_, kind) => kind,
    };
    let existing_id =
        text_at(&body, "existing_id").or_else(|| errors(&body).iter().find_map(|error| text_at(error, "existing_id")));
    let duplicate = is_duplicate(answer.status, code.as_deref(), existing_id.is_some());
    let message = sentence(answer.status, kind, code.as_deref(), said.as_deref(), &body, asked);
    let error = ConnectorError {
        status: Some(answer.status),
        code,
        fields,
        request_id: text_at(&body, "request_id").or_else(|| answer.header("x-request-id").map(str::to_owned)),
        ..ConnectorError::new(kind, message)
    };
    Refusal { error, existing_id, duplicate, body }
}

/// Whether a refusal means that the document was there before. A state that forbids the write names the document too,
/// and is no such thing: what was asked was not done.
fn is_duplicate(status: u16, code: Option<&str>, names_document: bool) -> bool {
    match code.map(str::to_ascii_lowercase).as_deref() {
        Some(
            "idempotency_error" | "duplicate" | "duplicate_external_ref" | "duplicateentryerror" | "already_exists",
        ) => true,
        Some(_) => false,
        None => status == 409 && names_document,
    }
}

fn sentence(
    status: u16,
    kind: ErrorKind,
    code: Option<&str>,
    said: Option<&str>,
    body: &Value,
    asked: &Asked<'_>,
) -> String {
    let what = asked.what;
    let plain = code.and_then(clerk).map(str::to_owned).or_else(|| said.map(str::to_owned));
    let plain = match code {
        Some("total_mismatch") => {
            let grand = |value: &Value, name: &str| {
                text_at(value, name).or_else(|| value.get(name).and_then(|totals| text_at(totals, "grand")))
            };
            let amount = |name| grand(body, name).or_else(|| errors(body).iter().find_map(|error| grand(error, name)));
            match (amount("expected"), amount("got")) {
                (Some(expected), Some(got)) => {
                    Some(format!("the order's totals say {got}, but its lines add up to {expected}"))
                }
                _ => plain,
            }
        }
        _ => plain,
    };
    // A state is best told in TIMS' own words; what a field's error says is not said twice.
    let plain = if code == Some("invalid_state") { said.map(str::to_owned).or(plain) } else { plain };
    let told =
        errors(body).iter().any(|error| text_at(error, "code").as_deref() == code) && code != Some("total_mismatch");
    let why = plain.filter(|_| !told).map(|plain| format!(": {plain}")).unwrap_or_default();
    match kind {
        ErrorKind::Throttled(_) if code == Some("idempotency_in_progress") => {
            format!("TIMS is still busy with an earlier try of {what}")
        }
        ErrorKind::Throttled(_) => format!("TIMS asks for slower calls ({what})"),
        ErrorKind::Auth => format!("TIMS refused the login for {what} (status {status}){why}"),
        ErrorKind::Transient => format!("TIMS could not {what} (status {status}){why}"),
        ErrorKind::NotFound => format!("TIMS does not have what was asked for ({what}){why}"),
        _ => format!("TIMS refused to {what} (status {status}){why}"),
    }
}

/// What a code means to a clerk.
fn clerk(code: &str) -> Option<&'static str> {
    Some(match code {
        "item_not_found" => "there is no item with this SKU in TIMS; add the item or its Amazon SKU as an alias",
        "item_inactive" => "the item is inactive in TIMS",
        "customer_not_found" => "there is no such customer in TIMS",
        "sales_order_not_found" => "there is no such sales order in TIMS",
        "line_not_found" => "the order has no such line",
        "unknown_currency" => "TIMS does not know the currency",
        "not_rounded" => "the amount has more digits than its currency",
        "unknown_location" => "there is no such location in TIMS",
        "customer_inactive" => "the customer is inactive in TIMS",
        "insufficient_stock" => "there is not enough stock to allocate",
        "invalid_state" => "the document is in a state that does not allow it",
        "period_closed" => "the accounting period is closed",
        "unbalanced" => "debits and credits differ",
        "total_mismatch" => "the order's totals are not the sum of its lines",
        "duplicate" | "duplicate_external_ref" => "there is a document with this reference already",
        "idempotency_key_reused" => "the same idempotency key was sent with another content; this is a bug of flowrun",
        "stale" | "stale_version" | "version_mismatch" | "precondition_failed" => {
            "someone changed the document in the meantime"
        }
        "precondition_required" | "if_match_required" => {
            "the version of the document that is to be changed was not told"
        }
        "unknown_field" => "the field is not known to TIMS",
        "required" | "missing_field" => "the field is missing",
        "discount_code_not_found" | "unknown_discount_code" => "there is no such discount code in TIMS",
        _ => return None,
    })
}

fn code(body: &Value) -> Option<String> {
    let first = |list: &str, name: &str| {
        body.get(list).and_then(Value::as_list).and_then(<[Value]>::first).and_then(|error| text_at(error, name))
    };
    text_at(body, "code").or_else(|| first("o:errorDetails", "o:errorCode")).or_else(|| text_at(body, "exc_type"))
}

fn said(body: &Value) -> Option<String> {
    let netsuite = body.get("o:errorDetails").and_then(Value::as_list).and_then(<[Value]>::first);
    text_at(body, "detail")
        .or_else(|| netsuite.and_then(|error| text_at(error, "detail")))
        .or_else(|| frappe(body))
        .or_else(|| text_at(body, "message"))
        .or_else(|| text_at(body, "title"))
}

/// Frappe's messages are JSON in a text in a list in a text.
fn frappe(body: &Value) -> Option<String> {
    let list = json::parse(text_at(body, "_server_messages")?.as_bytes()).ok()?;
    let inner = list.as_list()?.first()?.as_text()?.to_owned();
    match json::parse(inner.as_bytes()) {
        Ok(message) => text_at(&message, "message"),
        Err(_) => Some(inner),
    }
}

fn errors(body: &Value) -> &[Value] {
    body.get("errors").and_then(Value::as_list).unwrap_or_default()
}

fn fields(body: &Value, style: Style, asked: &Asked<'_>) -> Vec<FieldError> {
    let field = |path: Option<String>, code: Option<String>, message: Option<String>| {
        let code = code.unwrap_or_default();
        let plain = clerk(&code).map(str::to_owned);
        let message = plain.or_else(|| message.map(|text| clean(&text, asked))).unwrap_or_else(|| code.clone());
        let path = path?.replace('/', ".");
        Some(FieldError { path: style.incoming_path(path.trim_start_matches('.')), code, message })
    };
    let own = errors(body)
        .iter()
        .filter_map(|error| field(text_at(error, "path"), text_at(error, "code"), text_at(error, "message")));
    let netsuite = body.get("o:errorDetails").and_then(Value::as_list).unwrap_or_default();
    let netsuite = netsuite.iter().filter_map(|error| {
        field(text_at(error, "o:errorPath"), text_at(error, "o:errorCode"), text_at(error, "detail"))
    });
    own.chain(netsuite).collect()
}

fn text_at(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::Null | Value::List(_) | Value::Object(_) => None,
        scalar => Some(scalar.display()).filter(|text| !text.is_empty()),
    }
}

/// The remote's words without what they repeat of buyers, and not endless.
fn clean(text: &str, asked: &Asked<'_>) -> String {
    const MOST: usize = 300;
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for personal in asked.personal {
        text = text.replace(personal.as_str(), "…");
    }
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
