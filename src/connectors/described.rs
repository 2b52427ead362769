//! A system that a file describes: calls over HTTP, made as its description says. What the description says is checked
//! before anything is called, by `config::connector`; this only does it.

mod find;
mod login;
mod page;
mod refusal;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, Url};

use self::login::Login;
use super::Deps;
use super::contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest,
};
use super::http::{self, Answer, Call, Transport, status};
use super::limit::Limit;
use super::quota::{Quota, Usage};
use super::settings::Settings;
use crate::catalog::described::{Description, Meaning, Part, Template};
use crate::clock::SharedClock;
use crate::value::{Value, json};

/// A described system.
struct Described {
    description: Arc<Description>,
    transport: Transport,
    base: Url,
    login: Login,
    limit: Limit,
    quota: Quota,
    overlap: Duration,
    clock: SharedClock,
}

/// A connection to the system that a description and these settings tell of.
pub(super) fn open(
    description: &Arc<Description>,
    settings: &Settings<'_>,
    deps: &Deps,
) -> Result<Connection, ConnectorError> {
    let base = http::address(settings, "url", settings.text("url"))?;
    if base.query().is_some() || base.fragment().is_some() {
        return Err(settings.wrong("url", "ends in a query or fragment; give the address without it"));
    }
    let token_url = login::token_url(&description.auth, settings, &base)?;
    let addresses: Vec<&Url> = std::iter::once(&base).chain(&token_url).collect();
    let transport = Transport::new(settings, &addresses)?.with_largest(description.largest_answer);
    let clock = Arc::clone(&deps.clock);
    let account = format!("{}@{}", description.spec.name, base);
    Ok(Arc::new(Described {
        login: Login::new(description, settings, transport.clone(), token_url, Arc::clone(&clock))?,
        limit: Limit::new(settings, Arc::clone(&clock))?,
        quota: Quota::new(account, &description.spec.operations, Arc::clone(&clock), Arc::clone(&deps.quota)),
        overlap: settings.duration("overlap")?,
        description: Arc::clone(description),
        transport,
        base,
        clock,
    }))
}

fn bug(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, message)
}

/// Why a call did not do what it was to do, and whether that is because it was done before.
struct Refusal {
    error: ConnectorError,
    duplicate: bool,
}

impl From<ConnectorError> for Refusal {
    fn from(error: ConnectorError) -> Self {
        Self { error, duplicate: false }
    }
}

/// One call to make.
struct Task<'a> {
    operation: &'static str,
    method: Method,
    url: Url,
    body: Option<&'a Value>,
    idempotency: Option<(&'static str, &'a str)>,
}

/// What the remote did.
struct Done {
    /// The document; null where the answer has no body.
    document: Value,
    answer: Answer,
    request_id: Option<String>,
}

impl Described {
    fn name(&self) -> &'static str {
        self.description.spec.name
    }

    fn get(&self, operation: &'static str, url: Url) -> Task<'static> {
        Task { operation, method: Method::GET, url, body: None, idempotency: None }
    }

    /// The address of a path whose fields have these values.
    fn url(&self, path: &Template, value: impl Fn(&str) -> Option<String>) -> Result<Url, ConnectorError> {
        let mut parts: Vec<String> = Vec::with_capacity(path.parts.len());
        for part in &path.parts {
            parts.push(match part {
                Part::Fixed(text) => text.clone(),
                Part::Field(name) => value(name).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
                    ConnectorError::new(ErrorKind::Rejected, format!("`{name}` is blank, and the address needs it"))
                })?,
            });
        }
        let mut url = http::join(&self.base, &parts.iter().map(String::as_str).collect::<Vec<_>>())?;
        if !path.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&path.query);
        }
        Ok(url)
    }

    async fn call(&self, task: &Task<'_>) -> Result<Done, Refusal> {
        let mut token = self.login.token(None).await?;
        let mut answer = self.send(task, token.as_ref()).await?;
        if answer.status == 401 && token.is_some() {
            token = self.login.token(token.as_ref()).await?;
            answer = self.send(task, token.as_ref()).await?;
        }
        let request_id = self.request_id(&answer);
        if !answer.is_success() {
            let (error, meaning) = refusal::read(self, &answer, task.operation);
            if let ErrorKind::Throttled(delay) = error.kind {
                self.quota.refused(task.operation, delay).await;
            }
            return Err(Refusal { error, duplicate: meaning == Some(Meaning::Duplicate) });
        }
        let document = match answer.body.iter().all(u8::is_ascii_whitespace) {
            true => Value::Null,
            false => json::parse(&answer.body).map_err(|error| ConnectorError {
                status: Some(answer.status),
                request_id: request_id.clone(),
                ..ConnectorError::new(
                    ErrorKind::Transient,
                    format!(
                        "the answer of {} to {} is not JSON that can be read exactly: {}",
                        self.name(),
                        task.operation,
                        error.message
                    ),
                )
            })?,
        };
        Ok(Done { document, answer, request_id })
    }

    async fn send(&self, task: &Task<'_>, token: Option<&super::token::Token>) -> Result<Answer, ConnectorError> {
        self.limit.take().await;
        self.quota.take(task.operation).await;
        let mut call = Call::new(task.method.clone(), task.url.clone());
        if let Some(body) = task.body {
            let mut text = Vec::new();
            json::write(&mut text, body);
            call = call.json(text);
        }
        call.header("accept", "application/json")?;
        for (name, value) in &self.description.headers {
            call.header(name, value)?;
        }
        if let Some((name, key)) = task.idempotency {
            call.header(name, key)?;
        }
        self.login.sign(&mut call, token)?;
        let answer = self.transport.send(call).await?;
        self.limit.learn(&answer, status::retry_after(&answer, self.clock.now()));
        Ok(answer)
    }

    fn request_id(&self, answer: &Answer) -> Option<String> {
        answer.header(self.description.request_id?).map(str::to_owned)
    }
}

/// What is at a place of a document; the document itself where the way is empty.
fn at<'v>(document: &'v Value, way: &[String]) -> Option<&'v Value> {
    way.iter().try_fold(document, |value, name| value.get(name)).filter(|value| !value.is_null())
}

#[async_trait]
impl Connector for Described {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        self.page(request).await
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        self.find(&request.entity, &request.key, &request.values).await
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        self.write_once(request).await
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        let Some(path) = &self.description.probe else { return Ok(()) };
        let url = self.url(path, |_| None)?;
        self.call(&self.get("probe", url)).await.map(drop).map_err(|refusal| refusal.error)
    }

    fn usage(&self) -> Vec<Usage> {
        self.quota.usage()
    }
}
