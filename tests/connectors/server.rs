//! Small servers: one that answers as a test says, and one that speaks raw bytes.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use flowrun::clock::{HandClock, SharedClock};
use flowrun::connectors::quota::NoMemory;
use flowrun::connectors::{Connection, ConnectionSettings, ConnectorError, Deps, open};
use flowrun::value::{Value, json};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) raw_query: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the server answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) delay_ms: u64,
}

pub(crate) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply { status, headers: vec![("content-type", "application/json".into())], body: body.into(), delay_ms: 0 }
}

impl Reply {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn slow(mut self, delay_ms: u64) -> Self {
        self.delay_ms = delay_ms;
        self
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let answer = Arc::new(answer);
        let log = Arc::clone(&seen);
        let app = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            async move {
                let one = read(request).await;
                let reply = {
                    let mut log = log.lock().unwrap();
                    let before = log.iter().filter(|other| other.path == one.path).count();
                    log.push(one.clone());
                    answer(&one, before)
                };
                if reply.delay_ms > 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(reply.delay_ms)).await;
                }
                let mut response = Response::builder().status(reply.status);
                for (name, value) in reply.headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(reply.body)).unwrap()
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests to this path.
    pub(crate) fn to(&self, path: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }
}

async fn read(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let url = reqwest::Url::parse(&format!("http://x/?{raw_query}")).unwrap();
    let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        raw_query,
        headers: headers.collect(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// A server that reads a little of each connection, writes these bytes and closes; with `reset` it closes so that the
/// client sees a reset.
pub(crate) fn raw(bytes: Vec<u8>, reset: bool) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            // Unread bytes make the kernel send a reset on close.
            let mut some = vec![0_u8; if reset { 1 } else { 64 * 1024 }];
            let _ = stream.read(&mut some);
            let _ = stream.write_all(&bytes);
        }
    });
    url
}

pub(crate) const START: &str = "2026-11-20T12:00:00Z";

pub(crate) fn clock() -> Arc<HandClock> {
    Arc::new(HandClock::new(START.parse().unwrap()))
}

pub(crate) fn deps(clock: &Arc<HandClock>) -> Deps {
    let clock: SharedClock = Arc::clone(clock) as SharedClock;
    Deps { clock, quota: Arc::new(NoMemory) }
}

pub(crate) fn amazon_settings(url: &str) -> ConnectionSettings {
    ConnectionSettings::default()
        .with("endpoint", url)
        .with("token_endpoint", format!("{url}/auth/o2/token"))
        .with("marketplaces", "DE, FR")
        .with("seller_id", "SELLER")
        .with("client_id", "app-id")
        .with_secret("client_secret", "very-secret")
        .with_secret("refresh_token", "Atzr|refresh")
}

pub(crate) fn amazon(url: &str, clock: &Arc<HandClock>) -> Connection {
    open("amazon", &amazon_settings(url), &deps(clock)).unwrap()
}

pub(crate) fn tims_settings(url: &str) -> ConnectionSettings {
    ConnectionSettings::default().with("url", url).with_secret("api_key", "tims-key")
}

pub(crate) fn tims(url: &str, clock: &Arc<HandClock>) -> Connection {
    open("tims", &tims_settings(url), &deps(clock)).unwrap()
}

pub(crate) fn token() -> Reply {
    reply(200, r#"{"access_token":"Atza|one","token_type":"bearer","expires_in":3600}"#)
}

pub(crate) fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

pub(crate) fn failed<T: std::fmt::Debug>(result: Result<T, ConnectorError>) -> ConnectorError {
    result.unwrap_err()
}
