//! Writing documents. Each write carries its idempotency key and, where it has one, its natural key; where TIMS says
//! that it was written before, what it has is read and compared instead of trusting either answer.

use reqwest::Method;

use super::lookup::{path, unwrapped};
use super::refusal::{Asked, Refusal};
use super::{Done, Task, Tims};
use crate::catalog::types::{Base, ObjectSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, WriteAnswer, WriteRequest};
use crate::value::{Object, Value};

/// Shorter texts are not taken out of messages: they would be found in every word.
const PERSONAL_LEAST: usize = 3;

impl Tims {
    pub(super) async fn write_once(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let (entity, verb) = (request.entity.as_str(), request.verb.as_str());
        let spec = super::descriptor::write(entity, verb);
        let spec = spec.ok_or_else(|| bug(format!("tims cannot {verb} {entity}")))?;
        let mut personal = Vec::new();
        personal_texts(&request.payload, &spec.input, &mut personal);
        // The longest first, or a first name would leave the rest of a full name behind.
        personal.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
        let what = format!("{verb} {entity}");
        let payload = request.payload.as_object().ok_or_else(|| bug(format!("{what} needs an object")))?;
        let asked = Asked { what: &what, personal: &personal };
        let write = Write { tims: self, request, payload, entity, verb };
        let done = match verb {
            "count" => self.count_stock(request).await,
            "create" => write.create(asked).await,
            "upsert" => write.upsert(asked).await,
            "update" => write.update(asked).await,
            "delete" => write.delete(asked).await,
            _ => write.act(asked).await,
        };
        let done = done.map_err(|refusal| refusal.error)?;
        let document = unwrapped(done.document);
        if document.as_object().is_none() {
            let message = format!("TIMS' answer to {what} is not a document");
            return Err(ConnectorError {
                status: Some(done.status),
                ..ConnectorError::new(ErrorKind::Transient, message)
            });
        }
        Ok(WriteAnswer { document, request_id: done.request_id })
    }
}

struct Write<'a> {
    tims: &'a Tims,
    request: &'a WriteRequest,
    payload: &'a Object,
    entity: &'a str,
    verb: &'a str,
}

impl Write<'_> {
    async fn create(&self, asked: Asked<'_>) -> Result<Done, Refusal> {
        let body = self.named(self.payload.clone());
        let made = self.send(Method::POST, &path(self.entity, &[]), Some(&body), None, asked).await;
        self.or_there_already(made).await
    }

    async fn upsert(&self, asked: Asked<'_>) -> Result<Done, Refusal> {
        let reference = self.needed("external_ref")?;
        let body = self.named(self.payload.clone());
        let path = path(self.entity, &["by_ref", self.tims.source.as_str(), reference]);
        let made = self.send(Method::PUT, &path, Some(&body), None, asked).await;
        match made {
            Err(refusal) if refusal.duplicate => self.or_there_already(Err(refusal)).await,
            other => other,
        }
    }

    async fn update(&self, asked: Asked<'_>) -> Result<Done, Refusal> {
        let id = self.needed("id")?;
        let version = match self.payload.get("version") {
            Some(Value::Int(version)) => *version,
            _ => {
                let now = self.read(id).await?;
                match unwrapped(now.document).get("version") {
                    Some(Value::Int(version)) => *version,
                    _ => return Err(bug(format!("TIMS tells no version of {} {id}", self.entity)).into()),
                }
            }
        };
        let mut body = self.payload.clone();
        body.remove("id");
        body.remove("version");
        let tag = Some(format!("\"v{version}\""));
        self.send(Method::PATCH, &path(self.entity, &[id]), Some(&Value::object(body)), tag, asked).await
    }

    async fn delete(&self, asked: Asked<'_>) -> Result<Done, Refusal> {
        let id = self.needed("id")?;
        let gone = |request_id| {
            let mut document = Object::new();
            document.set("id", Value::text(id));
            document.set("status", Value::text("released"));
            Done { document: Value::object(document), status: 204, request_id }
        };
        match self.send(Method::DELETE, &path(self.entity, &[id]), None, None, asked).await {
            Ok(done) if done.document.is_null() => Ok(gone(done.request_id)),
            // An earlier try has done it.
            Err(refusal) if refusal.error.kind == ErrorKind::NotFound && self.request.repeat => {
                Ok(gone(refusal.error.request_id))
            }
            other => other,
        }
    }

    async fn act(&self, asked: Asked<'_>) -> Result<Done, Refusal> {
        let id = self.needed("id")?;
        let mut body = self.payload.clone();
        body.remove("id");
        let whole = body.get("lines").is_none();
        let body = Value::object(body);
        let made = self.send(Method::POST, &path(self.entity, &[id, self.verb]), Some(&body), None, asked).await;
        let refused_state = |refusal: &Refusal| {
            refusal.error.kind == ErrorKind::Conflict && refusal.error.code.as_deref() == Some("invalid_state")
        };
        match made {
            Err(refusal) if refused_state(&refusal) && self.request.repeat && whole => {
                let now = self.read(id).await?;
                let document = unwrapped(now.document);
                let status = document.get("status").and_then(Value::as_text).unwrap_or_default();
                if is_done(self.verb, status) { Ok(Done { document, ..now }) } else { Err(refusal) }
            }
            // The state was changed and nothing else was told: the document is what the flow wants to see.
            Ok(done) if done.document.is_null() => self.read(id).await,
            other => other,
        }
    }

    /// Where TIMS has the document already: if it is ours, that is what was wanted.
    async fn or_there_already(&self, made: Result<Done, Refusal>) -> Result<Done, Refusal> {
        let refusal = match made {
            Err(refusal) if refusal.duplicate => refusal,
            other => return other,
        };
        let reference = self.payload.get("external_ref").and_then(Value::as_text);
        let there = match (&refusal.existing_id, reference) {
            (Some(id), _) => self.read(id).await?,
            (None, Some(reference)) => {
                let request_id = refusal.error.request_id.clone();
                let document = self.tims.by_reference(self.entity, reference).await?;
                Done { document, status: 200, request_id }
            }
            (None, None) => return Err(refusal),
        };
        let document = unwrapped(there.document);
        let ours = reference.is_some_and(|reference| self.tims.references(&document).contains(&reference));
        if ours { Ok(Done { document, ..there }) } else { Err(refusal) }
    }

    async fn read(&self, id: &str) -> Result<Done, Refusal> {
        let what = format!("read {}", self.entity);
        self.tims.call(&Task::get(&path(self.entity, &[id]), &[], &what)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
        if_match: Option<String>,
        asked: Asked<'_>,
    ) -> Result<Done, Refusal> {
        let idempotency_key = Some(self.request.idempotency_key.as_str());
        self.tims.call(&Task { method, path, query: &[], body, idempotency_key, if_match, asked }).await
    }

    /// The body with its reference in the form that the entity has for it.
    fn named(&self, mut body: Object) -> Value {
        match self.entity {
            "customers" => {
                if let Some(reference) = body.remove("external_ref") {
                    let mut own = Object::new();
                    own.set("source", Value::text(&self.tims.source));
                    own.set("ref", reference);
                    body.set("external_refs", Value::list(vec![Value::object(own)]));
                }
            }
            // A reference is only a name together with its source.
            _ if body.get("external_ref").is_some() && body.get("source").is_none() => {
                let mut named = Object::new();
                named.push("source", Value::text(&self.tims.source));
                for (name, value) in body.iter() {
                    named.push(name.clone(), value.clone());
                }
                body = named;
            }
            _ => {}
        }
        Value::object(body)
    }

    fn needed(&self, name: &str) -> Result<&str, ConnectorError> {
        let text = self.payload.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
        text.ok_or_else(|| bug(format!("{} {} needs `{name}`", self.verb, self.entity)))
    }
}

impl Tims {
    async fn by_reference(&self, entity: &str, reference: &str) -> Result<Value, ConnectorError> {
        let request = crate::connectors::Fetch {
            entity: entity.to_owned(),
            key: "external_ref".to_owned(),
            values: vec![Value::text(reference)],
            datasets: Vec::new(),
        };
        Ok(self.look_up(&request).await?.pop().unwrap_or_default())
    }
}

/// Whether a document in this state has what the action wanted.
fn is_done(verb: &str, status: &str) -> bool {
    match verb {
        "cancel" => status == "cancelled",
        "hold" => status == "on_hold",
        "close" => status == "closed",
        "merge" => status == "inactive",
        "post" => status == "posted",
        "reverse" => status == "reversed",
        "void" => status == "void",
        "confirm" | "release" => !matches!(status, "" | "draft" | "on_hold" | "cancelled"),
        _ => false,
    }
}

/// The texts of a payload that are buyer data by the schema.
fn personal_texts(value: &Value, spec: &ObjectSpec, out: &mut Vec<String>) {
    for field in &spec.fields {
        if let Some(value) = value.get(&field.name) {
            personal_in(value, &field.ty.base, field.ty.pii, out);
        }
    }
}

fn personal_in(value: &Value, base: &Base, pii: bool, out: &mut Vec<String>) {
    match (value, base) {
        (Value::Text(text), _) if pii && text.chars().count() >= PERSONAL_LEAST => out.push(text.to_string()),
        (Value::List(items), Base::List(item)) => {
            items.iter().for_each(|value| personal_in(value, &item.base, pii || item.pii, out));
        }
        (Value::Object(_), Base::Object(spec)) => personal_texts(value, spec, out),
        _ => {}
    }
}

fn bug(message: String) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, message)
}
