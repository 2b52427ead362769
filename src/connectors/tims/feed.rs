//! TIMS as a source: what changed since the last time. TIMS has a feed of changes, each with a number without gaps, kept
//! for thirty days; the documents themselves are then asked for, many at a time. What changed before the feed begins, or
//! all of it where a TIMS has no feed, is read as a list by the time of the last change, a few minutes overlapping.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Task, Tims};
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest, Record};
use crate::value::Value;

/// Changes, and documents of a list, that one page holds.
const PAGE: usize = 100;
/// How far a new list reaches back into the last one: documents that were written side by side may show up late.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);

/// How a kind of document is told of.
pub(super) struct Feed {
    /// The entity, which is also its resource.
    pub(super) entity: &'static str,
    /// What the feed of changes calls it.
    pub(super) kind: &'static str,
    /// The field by which the documents that the feed names are found.
    pub(super) key: &'static str,
    /// How all of them are read, where there is no feed or none any more.
    pub(super) listed: Listed,
}

/// How all documents of a kind are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// By the time of their last change.
    ByTime,
    /// By the items that they belong to; they have no time of their own.
    ByItem,
}

/// How far a source has been read, as it is stored between reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Position {
    /// Within a list by time.
    List {
        /// The list tells what changed from then on.
        from: Timestamp,
        /// TIMS' mark for the page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
        /// The latest change on the pages before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<Timestamp>,
        /// Where in the feed to go on afterwards; nothing where there is no feed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then: Option<u64>,
    },
    /// In the feed of changes.
    Feed {
        /// The last number that was read.
        seq: u64,
        /// When the latest change was that has been read.
        at: Timestamp,
    },
}

/// What the feed says when it is asked.
enum Told {
    /// Changes, the number to go on from, the latest number of all, and whether there are more.
    Changes { ids: Vec<String>, next: u64, latest: u64, at: Option<Timestamp>, more: bool },
    /// What was asked from is not kept any more; the number of the latest change.
    TooOld(Option<u64>),
    /// There is no feed.
    Nothing,
}

impl Tims {
    /// A page of what changed.
    pub(super) async fn read_changes(&self, feed: &Feed, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let position = match &request.position {
            Some(text) => serde_json::from_str(text).map_err(|error| {
                let message =
                    format!("the stored position of {} cannot be read ({error}); reset it to read again", feed.entity);
                ConnectorError::new(ErrorKind::Bug, message)
            })?,
            None => self.begin(feed, request.since).await?,
        };
        match position {
            Position::List { from, cursor, newest, then } => self.list_page(feed, from, cursor, newest, then).await,
            Position::Feed { seq, at } => match self.told(feed, seq, PAGE).await? {
                Told::Changes { ids, next, at: latest, more, .. } => {
                    let documents = self.documents(feed, &ids).await?;
                    let next = Position::Feed { seq: next, at: latest.unwrap_or(at).max(at) };
                    page(documents, &next, !more)
                }
                Told::TooOld(then) => self.list_page(feed, back(at), None, None, then).await,
                Told::Nothing => self.list_page(feed, back(at), None, None, None).await,
            },
        }
    }

    /// Where the very first read begins: with a list, after which the feed goes on from where it is now.
    async fn begin(&self, feed: &Feed, since: Timestamp) -> Result<Position, ConnectorError> {
        let then = match self.told(feed, 0, 1).await? {
            Told::Changes { latest, .. } => Some(latest),
            Told::TooOld(latest) => latest,
            Told::Nothing => None,
        };
        Ok(Position::List { from: since, cursor: None, newest: None, then })
    }

    async fn list_page(
        &self,
        feed: &Feed,
        from: Timestamp,
        cursor: Option<String>,
        newest: Option<Timestamp>,
        then: Option<u64>,
    ) -> Result<Page, ConnectorError> {
        if feed.listed == Listed::ByItem {
            return self.item_page(feed, from, cursor, then).await;
        }
        let what = format!("list {} by change", feed.entity);
        let (since, limit) = (from.to_string(), PAGE.to_string());
        let mut query =
            vec![("filter[updated_at][gte]", since.as_str()), ("sort", "updated_at,id"), ("limit", limit.as_str())];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = self.call(&Task::get(&[feed.entity], &query, &what)).await.map_err(|refusal| refusal.error)?;
        let rows = answer.document.get("data").and_then(Value::as_list).ok_or_else(|| garbled(&what))?;
        let times = rows.iter().filter_map(|row| row.get("updated_at")?.as_text()?.parse::<Timestamp>().ok());
        let newest = times.chain(newest).max();
        let place = answer.document.get("page").filter(|page| page.get("has_more") == Some(&Value::Bool(true)));
        let cursor = place.and_then(|page| page.get("next_cursor")?.as_text()).map(str::to_owned);
        let more = cursor.is_some();
        let next = match (cursor, then) {
            (Some(cursor), then) => Position::List { from, cursor: Some(cursor), newest, then },
            (None, Some(seq)) => Position::Feed { seq, at: newest.unwrap_or(from) },
            (None, None) => {
                let from = newest.map_or(from, |newest| back(newest).max(from));
                Position::List { from, cursor: None, newest: None, then: None }
            }
        };
        // What came while the list was read is in the feed, which is asked next.
        let drained = !more && matches!(next, Position::List { .. });
        page(rows.to_vec(), &next, drained)
    }

    /// A page of all that belongs to items, in the order of the items.
    async fn item_page(
        &self,
        feed: &Feed,
        from: Timestamp,
        cursor: Option<String>,
        then: Option<u64>,
    ) -> Result<Page, ConnectorError> {
        let what = format!("list items for {}", feed.entity);
        let limit = PAGE.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = self.call(&Task::get(&["items"], &query, &what)).await.map_err(|refusal| refusal.error)?;
        let rows = answer.document.get("data").and_then(Value::as_list).ok_or_else(|| garbled(&what))?;
        let documents = if feed.entity == "items" {
            rows.to_vec()
        } else {
            let skus = rows.iter().filter_map(|row| row.get("sku")?.as_text()).map(str::to_owned).collect::<Vec<_>>();
            self.documents(feed, &skus).await?
        };
        let place = answer.document.get("page").filter(|page| page.get("has_more") == Some(&Value::Bool(true)));
        let cursor = place.and_then(|page| page.get("next_cursor")?.as_text()).map(str::to_owned);
        let (next, drained) = match (cursor, then) {
            (Some(cursor), then) => (Position::List { from, cursor: Some(cursor), newest: None, then }, false),
            // What came while the list was read is in the feed, which is asked next.
            (None, Some(seq)) => (Position::Feed { seq, at: self.clock.now() }, false),
            (None, None) => (Position::List { from, cursor: None, newest: None, then: None }, true),
        };
        page(documents, &next, drained)
    }

    async fn told(&self, feed: &Feed, since: u64, limit: usize) -> Result<Told, ConnectorError> {
        let what = format!("read changes of {}", feed.entity);
        let (since, limit) = (since.to_string(), limit.to_string());
        let query = [("since_seq", since.as_str()), ("types", feed.kind), ("limit", limit.as_str())];
        let answer = match self.call(&Task::get(&["changes"], &query, &what)).await {
            Ok(answer) => answer.document,
            Err(refusal) if refusal.error.status == Some(410) => {
                return Ok(Told::TooOld(number(refusal.body.get("latest_seq"))));
            }
            Err(refusal) if refusal.error.status == Some(404) => return Ok(Told::Nothing),
            Err(refusal) => return Err(refusal.error),
        };
        let rows = answer.get("data").and_then(Value::as_list).ok_or_else(|| garbled(&what))?;
        let mut ids: Vec<String> = Vec::with_capacity(rows.len());
        let (mut last, mut at) = (None, None);
        for row in rows {
            let id = row.get("id").and_then(Value::as_text).ok_or_else(|| garbled(&what))?;
            last = Some(number(row.get("seq")).ok_or_else(|| garbled(&what))?);
            at = row.get("occurred_at").and_then(Value::as_text).and_then(|text| text.parse().ok()).or(at);
            // Who changed twice is read once, as it is now.
            ids.retain(|known| known != id);
            ids.push(id.to_owned());
        }
        let page = answer.get("page");
        let more = page.and_then(|page| page.get("has_more")) == Some(&Value::Bool(true));
        let since = since.parse().unwrap_or_default();
        let next = number(page.and_then(|page| page.get("next_seq"))).or(last).unwrap_or(since);
        let latest = number(answer.get("latest_seq")).unwrap_or(next);
        Ok(Told::Changes { ids, next, latest, at, more })
    }

    /// The documents that are still there, in the order of their changes.
    async fn documents(&self, feed: &Feed, ids: &[String]) -> Result<Vec<Value>, ConnectorError> {
        let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut found = self.listed(feed.entity, feed.key, &keys).await?;
        Ok(keys.into_iter().filter_map(|key| found.remove(key)).collect())
    }
}

fn page(documents: Vec<Value>, next: &Position, drained: bool) -> Result<Page, ConnectorError> {
    let next = serde_json::to_string(next).map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))?;
    Ok(Page { records: documents.into_iter().map(|value| Record { value }).collect(), next, drained })
}

fn back(at: Timestamp) -> Timestamp {
    at.checked_sub(OVERLAP).unwrap_or(at)
}

fn number(value: Option<&Value>) -> Option<u64> {
    match value {
        Some(Value::Int(number)) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn garbled(what: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Transient, format!("TIMS' answer ({what}) is not what it should be"))
}
