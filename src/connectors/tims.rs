//! The TIMS ERP over its REST interface under `/api/v1`.

mod credit_notes;
mod descriptor;
mod family;
mod feed;
mod goods;
mod ledger;
mod login;
mod lookup;
mod receivables;
mod refusal;
mod schema;
mod shipments;
mod style;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{Method, Url};
use tokio::sync::Semaphore;

use self::login::Login;
use self::refusal::{Asked, Refusal};
use self::style::Style;
use super::Deps;
use super::contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest,
};
use super::http::{self, Answer, Call, Transport, status};
use super::limit::Limit;
use super::settings::Settings;
use crate::clock::SharedClock;
use crate::value::{Value, json};

pub(super) use descriptor::spec;

/// A TIMS company.
pub(super) struct Tims {
    transport: Transport,
    base: Url,
    login: Login,
    company: Option<String>,
    style: Style,
    source: String,
    limit: Limit,
    /// Calls at once; TIMS takes only so many.
    slots: Semaphore,
    clock: SharedClock,
}

/// A connection to the TIMS of these settings.
pub(super) fn open(settings: &Settings<'_>, deps: &Deps) -> Result<Connection, ConnectorError> {
    let given = http::address(settings, "url", settings.text("url"))?;
    if given.query().is_some() || given.fragment().is_some() {
        return Err(settings.wrong("url", "ends in a query or fragment; give the address without it"));
    }
    let (root, base) = roots(&given)?;
    let token_url = match settings.maybe("token_url") {
        Some(text) => http::address(settings, "token_url", text)?,
        None => http::join(&root, &["oauth", "token"])?,
    };
    let transport = Transport::new(settings, &[&base, &token_url])?;
    let slots = settings.count("concurrency", 1, 100)?;
    Ok(Arc::new(Tims {
        login: Login::new(settings, transport.clone(), token_url, Arc::clone(&deps.clock))?,
        company: settings.maybe("company").map(str::to_owned),
        style: settings.choice("style", &[("snake", Style::Snake), ("pascal", Style::Pascal)])?,
        source: settings.text("source").to_owned(),
        limit: Limit::new(settings, Arc::clone(&deps.clock))?,
        slots: Semaphore::new(usize::try_from(slots).unwrap_or(1)),
        clock: Arc::clone(&deps.clock),
        transport,
        base,
    }))
}

/// Where the login is and where the documents are: the address may be given with `/api/v1` or without.
fn roots(given: &Url) -> Result<(Url, Url), ConnectorError> {
    let mut root = given.clone();
    let path = given.path().trim_end_matches('/');
    root.set_path(path.strip_suffix("/api/v1").unwrap_or(path));
    let base = http::join(&root, &["api", "v1"])?;
    Ok((root, base))
}

/// One call to make.
struct Task<'a> {
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
    body: Option<&'a Value>,
    idempotency_key: Option<&'a str>,
    if_match: Option<String>,
    asked: Asked<'a>,
}

impl<'a> Task<'a> {
    fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)], what: &'a str) -> Self {
        let asked = Asked { what, personal: &[] };
        Self { method: Method::GET, path, query, body: None, idempotency_key: None, if_match: None, asked }
    }
}

/// What TIMS did.
struct Done {
    /// The document, with our field names; null where the answer has no body.
    document: Value,
    status: u16,
    request_id: Option<String>,
}

impl Tims {
    async fn call(&self, task: &Task<'_>) -> Result<Done, Refusal> {
        let mut url = http::join(&self.base, task.path)?;
        if !task.query.is_empty() {
            url.query_pairs_mut().extend_pairs(task.query);
        }
        let mut token = self.login.token(None).await?;
        let mut answer = self.send(task, &url, token.as_ref()).await?;
        if answer.status == 401 && token.is_some() {
            token = self.login.token(token.as_ref()).await?;
            answer = self.send(task, &url, token.as_ref()).await?;
        }
        if !answer.is_success() {
            return Err(refusal::read(&answer, &task.asked, self.style, &self.limit, &self.clock));
        }
        self.done(&answer, task.asked.what).map_err(Refusal::from)
    }

    async fn send(
        &self,
        task: &Task<'_>,
        url: &Url,
        token: Option<&super::token::Token>,
    ) -> Result<Answer, ConnectorError> {
        let _slot =
            self.slots.acquire().await.map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))?;
        self.limit.take().await;
        let mut call = Call::new(task.method.clone(), url.clone());
        if let Some(body) = task.body {
            let mut text = Vec::new();
            json::write(&mut text, &self.style.outgoing(body));
            call = call.json(text);
        }
        call.header("accept", "application/json")?;
        if let Some(company) = &self.company {
            call.header("x-company", company)?;
        }
        if let Some(key) = task.idempotency_key {
            call.header("idempotency-key", key)?;
        }
        if let Some(tag) = &task.if_match {
            call.header("if-match", tag)?;
        }
        self.login.sign(&mut call, token)?;
        let answer = self.transport.send(call).await?;
        self.limit.learn(&answer, status::retry_after(&answer, self.clock.now()));
        Ok(answer)
    }

    fn done(&self, answer: &Answer, what: &str) -> Result<Done, ConnectorError> {
        let request_id = answer.header("x-request-id").map(str::to_owned);
        let fail = |message: String| ConnectorError {
            status: Some(answer.status),
            request_id: request_id.clone(),
            ..ConnectorError::new(ErrorKind::Transient, message)
        };
        if answer.status == 202 {
            return Err(fail(format!("TIMS has accepted to {what}, but is not done yet")));
        }
        let document = if answer.body.iter().all(u8::is_ascii_whitespace) {
            Value::Null
        } else {
            let body = json::parse(&answer.body).map_err(|error| {
                fail(format!("TIMS' answer ({what}) is not JSON that can be read exactly: {}", error.message))
            })?;
            self.style.incoming(&body)
        };
        Ok(Done { document, status: answer.status, request_id })
    }
}

#[async_trait]
impl Connector for Tims {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let entity = request.entity.as_str();
        match family::FAMILIES.iter().find(|family| family.sources().contains(&entity)) {
            Some(family) => family.read(self, request).await,
            None => Err(ConnectorError::new(ErrorKind::Bug, format!("tims has no `{}` to read", request.entity))),
        }
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        self.look_up(request).await
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        self.write_once(request).await
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        let task = Task::get(&["items"], &[("limit", "1")], "list items");
        self.call(&task).await.map(|_| ()).map_err(|refusal| refusal.error)
    }
}
