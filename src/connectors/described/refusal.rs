//! What a described system says when it does not do what was asked.

use super::{Described, at};
use crate::catalog::described::Meaning;
use crate::connectors::contract::{ConnectorError, ErrorKind, FieldError};
use crate::connectors::http::{Answer, status};
use crate::value::{Value, json};

/// How much of the remote's own words is shown.
const MOST: usize = 300;

/// The refusal as the engine needs it, and what the description says that it means.
pub(super) fn read(of: &Described, answer: &Answer, operation: &str) -> (ConnectorError, Option<Meaning>) {
    let errors = &of.description.errors;
    let body = json::parse(&answer.body).unwrap_or_default();
    let code = if errors.code.is_empty() { None } else { text(&body, &errors.code) };
    let said = if errors.message.is_empty() { None } else { text(&body, &errors.message) };
    let by_code = code.as_ref().and_then(|code| errors.codes.iter().find(|(known, _)| known == code));
    let by_status = || errors.statuses.iter().find(|(known, _)| *known == answer.status);
    let meaning = by_code.map(|(_, meaning)| *meaning).or_else(|| by_status().map(|(_, meaning)| *meaning));
    let retry_after = || status::retry_after(answer, of.clock.now()).max(of.limit.reset(answer));
    let kind = match meaning {
        Some(Meaning::Rejected) => ErrorKind::Rejected,
        Some(Meaning::Conflict | Meaning::Duplicate) => ErrorKind::Conflict,
        Some(Meaning::NotFound) => ErrorKind::NotFound,
        Some(Meaning::Throttled) => ErrorKind::Throttled(retry_after()),
        Some(Meaning::Transient) => ErrorKind::Transient,
        Some(Meaning::Auth) => ErrorKind::Auth,
        None => match status::kind(answer, of.clock.now()) {
            ErrorKind::Throttled(_) => ErrorKind::Throttled(retry_after()),
            kind => kind,
        },
    };
    let (name, number) = (of.name(), answer.status);
    let what = match kind {
        ErrorKind::Throttled(_) => format!("{name} asks for slower calls ({operation})"),
        ErrorKind::Auth => format!("{name} refused the login for {operation} (status {number})"),
        ErrorKind::Transient => format!("{name} could not do {operation} (status {number})"),
        ErrorKind::NotFound => format!("{name} does not have what was asked for ({operation})"),
        _ => format!("{name} refused {operation} (status {number})"),
    };
    let said = said.map(|said| format!(": {}", clean(&said))).unwrap_or_default();
    let code_shown = code.as_ref().map(|code| format!(", {}", clean(code))).unwrap_or_default();
    let error = ConnectorError {
        status: Some(number),
        code,
        fields: fields(of, &body),
        request_id: of.request_id(answer),
        ..ConnectorError::new(kind, format!("{what}{code_shown}{said}"))
    };
    (error, meaning)
}

fn fields(of: &Described, body: &Value) -> Vec<FieldError> {
    let errors = &of.description.errors;
    if errors.fields.is_empty() {
        return Vec::new();
    }
    let (path, code, message) = &errors.field;
    let complaints = at(body, &errors.fields).and_then(Value::as_list).unwrap_or_default();
    let field = |entry: &Value| {
        let one = |name: &String| text(entry, std::slice::from_ref(name)).map(|text| clean(&text));
        let code = one(code).unwrap_or_default();
        Some(FieldError { path: one(path)?, message: one(message).unwrap_or_else(|| code.clone()), code })
    };
    complaints.iter().take(20).filter_map(field).collect()
}

fn text(value: &Value, way: &[String]) -> Option<String> {
    match at(value, way)? {
        Value::List(_) | Value::Object(_) => None,
        scalar => Some(scalar.display()).filter(|text| !text.is_empty()),
    }
}

fn clean(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
