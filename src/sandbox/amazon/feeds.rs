//! Feeds of listings (Feeds 2021-06-30, JSON_LISTINGS_FEED): many submissions in one document, worked off some time
//! later. A feed that is DONE has been worked off, not taken: what became of each message is in its report.

mod report;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Done, Operation, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::documents;
use crate::sandbox::journal::Entry;
use crate::sandbox::key;
use crate::sandbox::quota::{CANCEL_FEED, CREATE_FEED, CREATE_FEED_DOCUMENT, GET_FEED, GET_FEED_DOCUMENT, GET_FEEDS};
use crate::sandbox::reply::Reply;
use crate::sandbox::shop::markets;
use crate::sandbox::world::{World, locked};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "amazon.createFeedDocument",
        method: Method::POST,
        path: &["feeds", "2021-06-30", "documents"],
        plan: CREATE_FEED_DOCUMENT,
        serve: create_document,
    },
    Operation {
        name: "amazon.getFeedDocument",
        method: Method::GET,
        path: &["feeds", "2021-06-30", "documents", "{}"],
        plan: GET_FEED_DOCUMENT,
        serve: get_document,
    },
    Operation {
        name: "amazon.createFeed",
        method: Method::POST,
        path: &["feeds", "2021-06-30", "feeds"],
        plan: CREATE_FEED,
        serve: create,
    },
    Operation {
        name: "amazon.getFeeds",
        method: Method::GET,
        path: &["feeds", "2021-06-30", "feeds"],
        plan: GET_FEEDS,
        serve: list,
    },
    Operation {
        name: "amazon.getFeed",
        method: Method::GET,
        path: &["feeds", "2021-06-30", "feeds", "{}"],
        plan: GET_FEED,
        serve: get,
    },
    Operation {
        name: "amazon.cancelFeed",
        method: Method::DELETE,
        path: &["feeds", "2021-06-30", "feeds", "{}"],
        plan: CANCEL_FEED,
        serve: cancel,
    },
];

/// The one type that is worked off here.
const TYPE: &str = "JSON_LISTINGS_FEED";
/// How long a feed stands in the queue.
const QUEUE: SignedDuration = SignedDuration::from_secs(30);
/// Messages that are worked off in a second.
const SPEED: usize = 200;

/// The feeds and the documents that were uploaded for them.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Feeds {
    uploads: HashMap<String, Upload>,
    feeds: BTreeMap<String, Feed>,
    /// The next feed that begins to be worked off is given up half way.
    pub(in crate::sandbox) fatal: bool,
}

/// A document of a feed.
#[derive(Debug, Clone)]
struct Upload {
    content_type: String,
    text: Option<Arc<str>>,
}

/// A feed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Feed {
    id: String,
    markets: Vec<String>,
    input: String,
    created: Timestamp,
    ended: Option<Timestamp>,
    /// DONE, FATAL or CANCELLED; none while it waits or is worked off.
    end: Option<String>,
    messages: usize,
    /// The report, where there is one.
    report: Option<String>,
}

impl Feed {
    fn begins(&self) -> Timestamp {
        self.created + QUEUE
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let work = SignedDuration::from_secs(5 + i64::try_from(self.messages / SPEED).unwrap_or(0));
        self.end.is_none() && self.begins() + work <= now
    }

    fn status(&self, now: Timestamp) -> &str {
        match &self.end {
            Some(end) => end,
            None if now < self.begins() => "IN_QUEUE",
            None => "IN_PROGRESS",
        }
    }

    fn json(&self, now: Timestamp) -> Value {
        let mut feed = json!({
            "feedId": self.id, "feedType": TYPE, "marketplaceIds": self.markets,
            "createdTime": self.created.to_string(), "processingStatus": self.status(now),
        });
        if self.status(now) != "IN_QUEUE" && self.status(now) != "CANCELLED" {
            feed["processingStartTime"] = self.begins().to_string().into();
        }
        if let Some(ended) = self.ended {
            feed["processingEndTime"] = ended.to_string().into();
        }
        if self.report.is_some() {
            feed["resultFeedDocumentId"] = result_id(&self.id).into();
        }
        feed
    }
}

fn result_id(feed: &str) -> String {
    format!("amzn1.tortuga.4.eu.{}.result", key::hex(&["result", feed], 16))
}

impl Feeds {
    /// Puts an entry into effect.
    pub(in crate::sandbox) fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Upload { id, content_type, text } => {
                let upload = Upload { content_type: content_type.clone(), text: text.clone() };
                self.uploads.insert(id.clone(), upload);
            }
            Entry::Feed { text } => {
                let Ok(feed) = serde_json::from_str::<Feed>(text) else { return };
                // What a feed was made of is of no more use once it has ended.
                if feed.end.is_some() {
                    self.uploads.remove(&feed.input);
                }
                self.feeds.insert(feed.id.clone(), feed);
            }
            _ => {}
        }
    }
}

fn entry(feed: &Feed) -> Entry {
    Entry::Feed { text: serde_json::to_string(feed).unwrap_or_default().into() }
}

/// Works off what is due.
pub(in crate::sandbox) fn settle(world: &World, now: Timestamp) {
    let due: Vec<Feed> = locked(&world.feeds).feeds.values().filter(|feed| feed.is_due(now)).cloned().collect();
    for mut feed in due {
        let mut listings = locked(&world.listings);
        let mut feeds = locked(&world.feeds);
        let text = feeds.uploads.get(&feed.input).and_then(|upload| upload.text.clone());
        let fatal = std::mem::take(&mut feeds.fatal);
        let market =
            markets().into_iter().filter(|market| feed.markets.iter().any(|id| id == market.id)).collect::<Vec<_>>();
        let seller = &world.credentials.amazon.seller_id;
        let work = report::work(&listings, &market, seller, &feed.id, text.as_deref().unwrap_or_default(), fatal, now);
        feed.ended = Some(now);
        feed.end = Some(if work.report.is_some() { "DONE" } else { "FATAL" }.to_owned());
        feed.report = work.report.map(|report| report.to_string());
        let mut entries = work.entries;
        entries.push(entry(&feed));
        // A feed that could not be written down is tried again at the next request.
        if world.journal.write(&entries).is_ok() {
            for entry in &entries {
                listings.apply(entry);
                feeds.apply(entry);
            }
        }
    }
}

/// What is answered to a request for feeds that Amazon cannot make sense of.
fn bad(reason: impl Into<String>) -> Refusal {
    let text = "Invalid input";
    Refusal { status: 400, code: "400", message: text, details: Some(text), reason: reason.into() }
}

fn body(call: &Call) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_slice(&call.body).map_err(|cause| bad(cause.to_string()))?;
    if body.is_object() { Ok(body) } else { Err(bad("the body is no object")) }
}

fn create_document(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let body = body(call)?;
    let content_type =
        body["contentType"].as_str().filter(|text| !text.is_empty()).ok_or_else(|| bad("contentType"))?;
    let number = world.next_request().to_string();
    let id = format!("amzn1.tortuga.4.eu.{}", key::hex(&["feed document", &now.to_string(), &number], 32));
    let made = Entry::Upload { id: id.clone(), content_type: content_type.to_owned(), text: None };
    keep(world, &[made])?;
    let url = documents::url(world, &id, "put", now);
    Ok(Done { status: 201, body: Some(json!({"feedDocumentId": id, "url": url})), wrote: false })
}

/// `PUT` to the address of a document.
pub(in crate::sandbox) fn upload(world: &World, call: &Call, id: &str) -> Option<Reply> {
    let known = locked(&world.feeds).uploads.get(id).cloned()?;
    if call.header("content-type") != Some(known.content_type.as_str()) {
        let message = "The request signature we calculated does not match: the Content-Type is not the one asked for.";
        return Some(documents::refused(403, "SignatureDoesNotMatch", message));
    }
    let text: Arc<str> = String::from_utf8_lossy(&call.body).into();
    let made = Entry::Upload { id: id.to_owned(), content_type: known.content_type, text: Some(text) };
    Some(match keep(world, &[made]) {
        Ok(()) => Reply { wrote: true, ..Reply::text(200, "application/xml", String::new()) },
        Err(_) => documents::refused(500, "InternalError", "We encountered an internal error. Please try again."),
    })
}

/// `GET` of the address of a report.
pub(in crate::sandbox) fn download(world: &World, id: &str) -> Option<Reply> {
    let feeds = locked(&world.feeds);
    let feed = feeds.feeds.values().find(|feed| feed.report.is_some() && result_id(&feed.id) == id)?;
    let text = feed.report.clone()?;
    let body = super::reports::packed(text.as_bytes())?;
    Some(Reply { body: body.into(), ..Reply::text(200, "application/json;charset=UTF-8", String::new()) })
}

fn get_document(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    settle(world, now);
    let id = call.path.last().map_or("", String::as_str);
    let feeds = locked(&world.feeds);
    let of_report = feeds.feeds.values().any(|feed| feed.report.is_some() && result_id(&feed.id) == id);
    drop(feeds);
    if !of_report {
        return Err(bad("there is no such document"));
    }
    let url = documents::url(world, id, "identity", now);
    Ok(Done::told(json!({"feedDocumentId": id, "url": url, "compressionAlgorithm": "GZIP"})))
}

fn create(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let body = body(call)?;
    if body["feedType"] != TYPE {
        return Err(bad(format!("the feed type {} is not taken any more, or never was", body["feedType"])));
    }
    let ids = body["marketplaceIds"].as_array().filter(|ids| (1..=25).contains(&ids.len()));
    let ids: Vec<String> = ids.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let known = markets().map(|market| market.id);
    if ids.is_empty() || ids.iter().any(|id| !known.contains(&id.as_str())) {
        return Err(bad("marketplaceIds"));
    }
    let input = body["inputFeedDocumentId"].as_str().unwrap_or_default();
    let uploaded = locked(&world.feeds).uploads.get(input).and_then(|upload| upload.text.clone());
    let text = uploaded.ok_or_else(|| bad("nothing was uploaded for inputFeedDocumentId"))?;
    let messages = serde_json::from_str::<Value>(&text).ok().and_then(|feed| Some(feed["messages"].as_array()?.len()));
    let number = world.next_request().to_string();
    let id = (key::number(&["feed", &now.to_string(), &number]) % 900_000_000_000 + 50_000_000_000).to_string();
    let feed = Feed {
        id: id.clone(),
        markets: ids,
        input: input.to_owned(),
        created: now,
        ended: None,
        end: None,
        messages: messages.unwrap_or(0),
        report: None,
    };
    keep(world, &[entry(&feed)])?;
    Ok(Done { status: 202, body: Some(json!({"feedId": id})), wrote: true })
}

fn get(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    settle(world, now);
    let id = call.path.last().map_or("", String::as_str);
    let feeds = locked(&world.feeds);
    let feed = feeds.feeds.get(id).ok_or_else(|| bad("there is no such feed"))?;
    Ok(Done::told(feed.json(now)))
}

fn list(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    settle(world, now);
    let known = ["feedTypes", "marketplaceIds", "pageSize", "processingStatuses", "createdSince", "createdUntil"];
    if let Some((name, _)) = call.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(bad(format!("getFeeds has no parameter {name}")));
    }
    let types = call.parameter("feedTypes").ok_or_else(|| bad("feedTypes or nextToken is wanted"))?;
    let statuses = ["CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"];
    let wanted: Vec<&str> =
        call.parameter("processingStatuses").map(|text| text.split(',').collect()).unwrap_or_default();
    if wanted.iter().any(|status| !statuses.contains(status)) {
        return Err(bad("processingStatuses"));
    }
    let size = call.parameter("pageSize").map_or(Ok(10), str::parse).ok().filter(|size| (1..=100).contains(size));
    let size: usize = size.ok_or_else(|| bad("pageSize"))?;
    let feeds = locked(&world.feeds);
    let mut found: Vec<&Feed> = feeds
        .feeds
        .values()
        .filter(|feed| {
            types.split(',').any(|kind| kind == TYPE) && (wanted.is_empty() || wanted.contains(&feed.status(now)))
        })
        .collect();
    found.sort_by_key(|feed| std::cmp::Reverse(feed.created));
    Ok(Done::told(json!({"feeds": found.iter().take(size).map(|feed| feed.json(now)).collect::<Vec<_>>()})))
}

fn cancel(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let id = call.path.last().map_or("", String::as_str);
    let feed = locked(&world.feeds).feeds.get(id).cloned().ok_or_else(|| bad("there is no such feed"))?;
    if feed.status(now) != "IN_QUEUE" {
        return Err(bad("it is not in the queue any more"));
    }
    keep(world, &[entry(&Feed { end: Some("CANCELLED".to_owned()), ended: Some(now), ..feed })])?;
    Ok(Done { status: 200, body: None, wrote: true })
}

fn keep(world: &World, entries: &[Entry]) -> Result<(), Refusal> {
    world.journal.write(entries).map_err(|cause| Refusal { status: 500, code: "InternalFailure", ..bad(cause) })?;
    let mut feeds = locked(&world.feeds);
    entries.iter().for_each(|entry| feeds.apply(entry));
    Ok(())
}
