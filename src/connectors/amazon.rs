//! Amazon Marketplace over the Selling Partner API. What it can do is in the parts of `family`; here is what they share:
//! the settings, the login, the quota and the call.

mod answer;
mod descriptor;
mod family;
mod feeds;
mod finances;
mod inventory;
mod listings;
mod orders;
mod packages;
mod position;
pub mod region;
mod schema;
pub mod settlement;
mod token;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, Url};

use self::region::{Region, marketplace};
use self::settlement::source::Ahead;
use self::token::{Grant, Login};
use super::contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest,
};
use super::http::{self, Answer, Call, Transport};
use super::quota::Quota;
use super::settings::Settings;
use super::{Deps, Usage};
use crate::clock::SharedClock;
use crate::value::{Value, json};

pub(super) use descriptor::spec;

/// Amazon's login, the same host for all regions.
const LOGIN: &str = "https://api.amazon.com/auth/o2/token";

/// A selling account.
pub(super) struct Amazon {
    transport: Transport,
    endpoint: Url,
    login: Login,
    quota: Quota,
    clock: SharedClock,
    /// The seller's id.
    seller: String,
    /// More submissions than this at once are a feed.
    feed_above: usize,
    /// How many percent of the quantities that go out together may fall to zero.
    emptied_percent: usize,
    marketplaces: Vec<&'static str>,
    page_size: u32,
    overlap: Duration,
    /// Where files are kept that Amazon does not keep for long.
    archive: Option<PathBuf>,
    settlements: Ahead,
}

/// A connection to the selling account of these settings.
pub(super) fn open(settings: &Settings<'_>, deps: &Deps) -> Result<Connection, ConnectorError> {
    let region = match settings.maybe("region") {
        Some(_) => Some(settings.choice("region", &Region::NAMED)?),
        None => None,
    };
    let endpoint = match (settings.maybe("endpoint"), region) {
        (Some(text), _) => http::address(settings, "endpoint", text)?,
        (None, Some(region)) => http::address(settings, "region", region.endpoint())?,
        (None, None) => return Err(settings.wrong("region", "is missing: na, eu or fe")),
    };
    let login_url = http::address(settings, "token_endpoint", settings.maybe("token_endpoint").unwrap_or(LOGIN))?;
    let transport = Transport::new(settings, &[&endpoint, &login_url])?;
    let client_id = settings.text("client_id");
    let account = format!("amazon:{}:{client_id}", settings.text("seller_id"));
    let operations = family::FAMILIES.iter().flat_map(|family| family.operations()).collect::<Vec<_>>();
    Ok(Arc::new(Amazon {
        login: Login::new(settings, transport.clone(), login_url, Arc::clone(&deps.clock))?,
        seller: settings.text("seller_id").to_owned(),
        emptied_percent: usize::try_from(settings.count("emptied_percent", 1, 100)?).unwrap_or(100),
        feed_above: usize::try_from(settings.count("feed_above", 1, 25_000)?).unwrap_or(usize::MAX),
        marketplaces: marketplaces(settings, region)?,
        page_size: settings.count("page_size", 1, 100)?,
        overlap: settings.duration("overlap")?,
        archive: settings.maybe("archive").map(PathBuf::from),
        settlements: Ahead::default(),
        quota: Quota::new(account, &operations, Arc::clone(&deps.clock), Arc::clone(&deps.quota)),
        clock: Arc::clone(&deps.clock),
        transport,
        endpoint,
    }))
}

fn marketplaces(settings: &Settings<'_>, region: Option<Region>) -> Result<Vec<&'static str>, ConnectorError> {
    let mut ids = Vec::new();
    for name in settings.list("marketplaces") {
        let Some(shop) = marketplace(name) else {
            let what = format!("names `{name}`, which is no marketplace; give ids or countries, such as DE, FR");
            return Err(settings.wrong("marketplaces", what));
        };
        if let Some(region) = region.filter(|region| *region != shop.region) {
            let (own, other) = (shop.region.name(), region.name());
            let what = format!("names `{name}`, which is in region {own}, but the connection is to region {other}");
            return Err(settings.wrong("marketplaces", what));
        }
        if !ids.contains(&shop.id) {
            ids.push(shop.id);
        }
    }
    match ids.len() {
        0 => Err(settings.wrong("marketplaces", "names none")),
        1..=50 => Ok(ids),
        _ => Err(settings.wrong("marketplaces", "names more than 50, which Amazon does not take in one call")),
    }
}

impl Amazon {
    /// Reads from the API.
    async fn get(&self, operation: &'static str, url: &Url) -> Result<Answer, ConnectorError> {
        self.call(operation, Method::GET, url, None).await
    }

    /// Calls the API: waits for the quota, sends the token, and once more with a fresh token where the first was
    /// refused. `body` is JSON.
    async fn call(
        &self,
        operation: &'static str,
        method: Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Answer, ConnectorError> {
        let body = body.map(|body| {
            let mut text = Vec::new();
            json::write(&mut text, body);
            text
        });
        let mut token = self.login.token(Grant::Seller, None).await?;
        for fresh in [false, true] {
            self.quota.take(operation).await;
            let mut call = Call::new(method.clone(), url.clone());
            if let Some(body) = &body {
                call = call.json(body.clone());
            }
            call.header("accept", "application/json")?;
            call.secret_header("x-amz-access-token", token.text.expose())?;
            let answer = self.transport.send(call).await?;
            if matches!(answer.status, 401 | 403) && !fresh {
                token = self.login.token(Grant::Seller, Some(&token)).await?;
                continue;
            }
            if let Some(rate) = answer.header("x-amzn-ratelimit-limit") {
                self.quota.told(operation, rate);
            }
            if answer.is_success() {
                return Ok(answer);
            }
            let error = answer::error(&answer, operation, self.clock.now());
            if let ErrorKind::Throttled(wait) = error.kind {
                self.quota.refused(operation, wait).await;
            }
            return Err(error);
        }
        Err(ConnectorError::new(ErrorKind::Auth, format!("Amazon refused the login for {operation} twice")))
    }
}

#[async_trait]
impl Connector for Amazon {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        family::of(&request.entity)?.read(self, request).await
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        family::of(&request.entity)?.fetch(self, request).await
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        family::of(&request.entity)?.write(self, request).await
    }

    async fn write_many(&self, requests: &[WriteRequest]) -> Vec<Result<WriteAnswer, ConnectorError>> {
        // All of a batch are of one target, and so of one entity.
        let Some(first) = requests.first() else { return Vec::new() };
        match family::of(&first.entity) {
            Ok(family) => family.write_many(self, requests).await,
            Err(error) => requests.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        self.probe_orders().await
    }

    fn usage(&self) -> Vec<Usage> {
        self.quota.usage()
    }
}
