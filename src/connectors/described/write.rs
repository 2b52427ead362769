//! Writing a document, and finding out what became of a write whose outcome is not known.

use reqwest::Method;

use super::{Described, Done, Refusal, Task, at, bug, find};
use crate::catalog::described::{Part, WriteCall};
use crate::connectors::contract::{ConnectorError, ErrorKind, WriteAnswer, WriteRequest};
use crate::value::{Object, Value};

impl Described {
    pub(super) async fn write_once(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let (entity, verb) = (request.entity.as_str(), request.verb.as_str());
        let call = self.description.writes.iter().find(|call| call.entity == entity && call.verb == verb);
        let call = call.ok_or_else(|| bug(format!("{} cannot {verb} {entity}", self.name())))?;
        let payload = request.payload.as_object();
        let payload = payload.ok_or_else(|| bug(format!("{verb} {entity} needs an object")))?;
        if request.repeat
            && let Some(there) = self.read_back(call, payload).await?
        {
            return Ok(there);
        }
        match self.send_write(call, payload, request).await {
            Ok(done) => self.written(call, &done, payload),
            // An earlier try has removed it.
            Err(refusal) if call.method == "DELETE" && refusal.error.kind == ErrorKind::NotFound && request.repeat => {
                Ok(WriteAnswer { document: request.payload.clone(), request_id: refusal.error.request_id })
            }
            Err(refusal) if refusal.duplicate => match self.read_back(call, payload).await? {
                Some(there) => Ok(there),
                None => Err(refusal.error),
            },
            Err(refusal) => Err(refusal.error),
        }
    }

    async fn send_write(&self, call: &WriteCall, payload: &Object, request: &WriteRequest) -> Result<Done, Refusal> {
        let url = self.url(&call.path, |name| payload.get(name).and_then(find::text))?;
        let in_path =
            |name: &str| call.path.parts.iter().any(|part| matches!(part, Part::Field(field) if field == name));
        let body: Object = payload
            .iter()
            .filter(|(name, _)| !in_path(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let body = match &call.inside {
            Some(name) => {
                let mut outer = Object::new();
                outer.push(name.as_str(), Value::object(body));
                Value::object(outer)
            }
            None => Value::object(body),
        };
        let method = match call.method {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            _ => Method::DELETE,
        };
        let body = (method != Method::DELETE).then_some(&body);
        let idempotency = call.key_header.map(|name| (name, request.idempotency_key.as_str()));
        self.call(&Task { operation: call.operation, method, url, body, idempotency }).await
    }

    fn written(&self, call: &WriteCall, done: &Done, payload: &Object) -> Result<WriteAnswer, ConnectorError> {
        let request_id = done.request_id.clone();
        if done.document.is_null() {
            // It was done and nothing more is told: what was sent is what is there.
            return Ok(WriteAnswer { document: Value::object(payload.clone()), request_id });
        }
        match at(&done.document, &call.answer).filter(|document| document.as_object().is_some()) {
            Some(document) => Ok(WriteAnswer { document: document.clone(), request_id }),
            None => {
                let message = format!("the answer of {} to {} holds no document", self.name(), call.operation);
                Err(ConnectorError {
                    status: Some(done.answer.status),
                    request_id,
                    ..ConnectorError::new(ErrorKind::Transient, message)
                })
            }
        }
    }

    /// The document, where the remote has it as it was to be written. Another content is another document.
    async fn read_back(&self, call: &WriteCall, payload: &Object) -> Result<Option<WriteAnswer>, ConnectorError> {
        let Some(key) = call.read_back else { return Ok(None) };
        let Some(value) = payload.get(key) else { return Ok(None) };
        let found = self.find(call.entity, key, std::slice::from_ref(value)).await?;
        let there = found.into_iter().next().filter(|there| !there.is_null());
        let ours = there.filter(|there| {
            let mut sent = payload.iter().filter(|(_, value)| !value.is_null());
            sent.all(|(name, value)| there.get(name).is_none_or(|there| agrees(there, value)))
        });
        Ok(ours.map(|document| WriteAnswer { document, request_id: None }))
    }
}

/// Whether what is there has what was sent; the remote may have added to it.
fn agrees(there: &Value, sent: &Value) -> bool {
    match (there, sent) {
        (Value::Object(there), Value::Object(sent)) => sent
            .iter()
            .filter(|(_, value)| !value.is_null())
            .all(|(name, value)| there.get(name).is_some_and(|there| agrees(there, value))),
        (Value::List(there), Value::List(sent)) => {
            there.len() == sent.len() && there.iter().zip(sent.iter()).all(|(there, sent)| agrees(there, sent))
        }
        (Value::Text(_), Value::Text(_)) => there == sent,
        // Numbers are compared as numbers, and as the texts that some remotes make of them.
        _ => there.same(sent) || there.display() == sent.display() || as_number(there, sent),
    }
}

fn as_number(there: &Value, sent: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Text(text) => crate::value::json::decimal(text),
        other => other.as_decimal(),
    };
    number(there).zip(number(sent)).is_some_and(|(there, sent)| there == sent)
}
