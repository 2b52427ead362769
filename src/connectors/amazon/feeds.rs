//! Feeds: many submissions in one document, which Amazon works off in minutes. What became of each message is read from
//! the report; that a feed is DONE says nothing of it, and what a feed that was given up did is read back.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};

use super::{Amazon, answer};
use crate::catalog::{OperationSpec, Rate};
use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::connectors::http::{self, Call, status};
use crate::value::{Object, Value, json};

/// Messages that one feed may have.
pub(super) const MOST: usize = 25_000;
const FEED_TYPE: &str = "JSON_LISTINGS_FEED";
const DOCUMENT_TYPE: &str = "application/json; charset=UTF-8";
/// The first pause before a feed is asked after, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(60));
/// How often a feed is asked after before it is given up: some hours.
const QUESTIONS: u32 = 300;
/// Questions in a row that may go wrong.
const PATIENCE: u32 = 10;

/// How a feed ended.
pub(super) enum Ended {
    /// It was worked off; this is its report.
    Done(Value),
    /// Amazon gave it up: some, none or all of it may have been done.
    GivenUp(String),
}

/// The operations, with their published usage plans.
pub(super) fn operations() -> Vec<OperationSpec> {
    let operation = |name, path, per_10_000_s, burst, batch| OperationSpec {
        name,
        path,
        rate: Some(Rate { per_10_000_s, burst }),
        batch,
    };
    vec![
        operation("createFeedDocument", "POST /feeds/2021-06-30/documents", 5_000, 15, 1),
        operation("createFeed", "POST /feeds/2021-06-30/feeds", 83, 15, MOST),
        operation("getFeed", "GET /feeds/2021-06-30/feeds/{feedId}", 20_000, 15, 1),
        operation("getFeedDocument", "GET /feeds/2021-06-30/documents/{feedDocumentId}", 222, 10, 1),
    ]
}

impl Amazon {
    /// Hands in a feed of messages for a marketplace; gives its id.
    pub(super) async fn hand_in(&self, market: &str, messages: Vec<Value>) -> Result<String, ConnectorError> {
        let mut body = Object::new();
        body.push("contentType", Value::text(DOCUMENT_TYPE));
        let url = self.feeds_url(&["documents"])?;
        let answer = self.call("createFeedDocument", Method::POST, &url, Some(&Value::object(body))).await?;
        let made = answer::body(&answer, "createFeedDocument")?;
        let told = |name: &str| made.get(name).and_then(Value::as_text);
        let (Some(document), Some(address)) = (told("feedDocumentId"), told("url")) else {
            return Err(answer::garbled(&answer, "createFeedDocument"));
        };
        self.upload(address, &self.document(messages)).await?;
        let mut body = Object::new();
        body.push("feedType", Value::text(FEED_TYPE));
        body.push("marketplaceIds", Value::list(vec![Value::text(market)]));
        body.push("inputFeedDocumentId", Value::text(document));
        let url = self.feeds_url(&["feeds"])?;
        let answer = self.call("createFeed", Method::POST, &url, Some(&Value::object(body))).await?;
        let made = answer::body(&answer, "createFeed")?;
        let id = made.get("feedId").and_then(Value::as_text);
        id.map(str::to_owned).ok_or_else(|| answer::garbled(&answer, "createFeed"))
    }

    /// Waits until a feed has ended.
    pub(super) async fn await_feed(&self, id: &str) -> Result<Ended, ConnectorError> {
        let url = self.feeds_url(&["feeds", id])?;
        let mut failures = 0;
        for question in 0..QUESTIONS {
            let pause = PAUSES.0.saturating_mul(1 + question / 4).min(PAUSES.1);
            self.clock.sleep(pause).await;
            let told = match self.get("getFeed", &url).await {
                Ok(answer) => answer::body(&answer, "getFeed"),
                Err(error) => Err(error),
            };
            let feed = match told {
                Ok(feed) => feed,
                // The feed goes on, whoever asks after it or not.
                Err(error) if is_passing(&error) && failures < PATIENCE => {
                    failures += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            failures = 0;
            match feed.get("processingStatus").and_then(Value::as_text).unwrap_or_default() {
                "DONE" => {
                    let document = feed.get("resultFeedDocumentId").and_then(Value::as_text);
                    return match document {
                        Some(document) => self.report(document).await.map(Ended::Done),
                        None => Ok(Ended::GivenUp("it has no report".to_owned())),
                    };
                }
                "FATAL" => return Ok(Ended::GivenUp("Amazon gave it up (FATAL)".to_owned())),
                "CANCELLED" => return Ok(Ended::GivenUp("it was cancelled".to_owned())),
                _ => {}
            }
        }
        let message = format!("Amazon has not worked off the feed {id} in hours; it may still do so");
        Err(ConnectorError::new(ErrorKind::Transient, message))
    }

    async fn report(&self, document: &str) -> Result<Value, ConnectorError> {
        let mut last = ConnectorError::new(ErrorKind::Transient, "the report of a feed could not be read");
        for _ in 0..PATIENCE {
            match self.report_once(document).await {
                Ok(report) => return Ok(report),
                Err(error) if is_passing(&error) => last = error,
                Err(error) => return Err(error),
            }
            self.clock.sleep(PAUSES.0).await;
        }
        Err(last)
    }

    async fn report_once(&self, document: &str) -> Result<Value, ConnectorError> {
        let url = self.feeds_url(&["documents", document])?;
        let answer = self.get("getFeedDocument", &url).await?;
        let told = answer::body(&answer, "getFeedDocument")?;
        let address = told.get("url").and_then(Value::as_text);
        let address = address.ok_or_else(|| answer::garbled(&answer, "getFeedDocument"))?;
        let mut bytes = Vec::new();
        self.transport.download(address, &mut bytes).await?;
        let text = unpacked(bytes)?;
        json::parse(&text).map_err(|error| {
            let message = format!("the report of a feed is not JSON that can be read exactly: {}", error.message);
            ConnectorError::new(ErrorKind::Transient, message)
        })
    }

    fn document(&self, messages: Vec<Value>) -> Value {
        let mut header = Object::new();
        header.push("sellerId", Value::text(&self.seller));
        header.push("version", Value::text("2.0"));
        header.push("issueLocale", Value::text("en_US"));
        let mut document = Object::new();
        document.push("header", Value::object(header));
        document.push("messages", Value::list(messages));
        Value::object(document)
    }

    /// Uploads a document to the address that Amazon gave, without a login: the address is one.
    async fn upload(&self, address: &str, document: &Value) -> Result<(), ConnectorError> {
        let url = Url::parse(address).map_err(|_| {
            ConnectorError::new(ErrorKind::Transient, "the address that Amazon gave for a feed is not one")
        })?;
        let mut text = Vec::new();
        json::write(&mut text, document);
        let mut call = Call::new(Method::PUT, url);
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static(DOCUMENT_TYPE));
        call.body = Some(Bytes::from(text));
        let answer = self.transport.send(call).await?;
        if answer.is_success() {
            return Ok(());
        }
        let kind = match status::kind(&answer, self.clock.now()) {
            // The address lives five minutes and knows what may be sent; a new one is asked for.
            ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Conflict => ErrorKind::Transient,
            kind => kind,
        };
        let message = format!("Amazon did not take the document of a feed (status {})", answer.status);
        Err(ConnectorError { status: Some(answer.status), ..ConnectorError::new(kind, message) })
    }

    fn feeds_url(&self, parts: &[&str]) -> Result<Url, ConnectorError> {
        let mut path = vec!["feeds", "2021-06-30"];
        path.extend(parts);
        http::join(&self.endpoint, &path)
    }
}

/// Whether the same question may be answered the next time.
fn is_passing(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::Transient | ErrorKind::Unreachable | ErrorKind::Throttled(_))
}

fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, ConnectorError> {
    use std::io::Read;
    if bytes.get(..2) != Some(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(256 << 20).read_to_end(&mut text);
    match read {
        Ok(_) => Ok(text),
        Err(error) => {
            let message = format!("the report of a feed cannot be unpacked: {error}");
            Err(ConnectorError::new(ErrorKind::Transient, message))
        }
    }
}
