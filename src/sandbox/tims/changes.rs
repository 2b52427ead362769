//! The change feed: which document changed, one after the other, each with a number that has no gaps. TIMS keeps it for
//! thirty days; who comes later must read everything again.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Tims;
use super::problem::Problem;
use super::routes::{Route, Serve};
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;

/// The feed.
pub(super) const ROUTES: &[Route] =
    &[Route { name: "tims.changes.list", method: "GET", path: &["changes"], serve: Serve::Tell(Tims::changes) }];

/// How long a change is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many changes one answer tells at most.
const MOST: usize = 500;

/// One change.
#[derive(Debug)]
struct Change {
    seq: u64,
    at: Timestamp,
    kind: &'static str,
    id: String,
    version: u64,
}

/// What the feed tells of a document.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Stamp {
    updated_at: Option<Timestamp>,
    version: u64,
}

/// The changes that are kept, and the number of the last one.
#[derive(Debug, Default)]
pub(super) struct Changes {
    kept: VecDeque<Change>,
    last: u64,
}

impl Changes {
    /// Takes down that a document is as it is from now on; `None` that it is gone, which has no time of its own.
    pub(super) fn add(&mut self, kind: DocKind, id: &str, text: Option<&str>) {
        let stamp: Stamp = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let at = stamp.updated_at.or_else(|| self.kept.back().map(|last| last.at)).unwrap_or(Timestamp::UNIX_EPOCH);
        self.last += 1;
        self.kept.push_back(Change { seq: self.last, at, kind: name(kind), id: id.to_owned(), version: stamp.version });
    }

    /// Takes down a change of what an item has, under the item's SKU, with which the document's id begins.
    pub(super) fn add_item(&mut self, kind: DocKind, id: &str, text: Option<&str>) {
        let sku = id.split(['@', '/']).next().unwrap_or_default();
        self.add(kind, sku, text);
    }

    /// Takes down a change of something that is no document of its own, such as the stock of a SKU.
    pub(super) fn note(&mut self, kind: &'static str, id: &str, version: u64, at: Timestamp) {
        self.last += 1;
        self.kept.push_back(Change { seq: self.last, at, kind, id: id.to_owned(), version });
    }

    /// Forgets what is older than is promised.
    pub(super) fn age(&mut self, now: Timestamp) {
        while self.kept.front().is_some_and(|oldest| now.duration_since(oldest.at) > KEPT) {
            self.kept.pop_front();
        }
    }
}

/// What the feed calls a kind of document.
fn name(kind: DocKind) -> &'static str {
    match kind {
        DocKind::Customer => "customer",
        DocKind::SalesOrder => "sales_order",
        DocKind::Allocation => "allocation",
        DocKind::Shipment => "shipment",
        DocKind::JournalEntry => "journal_entry",
        DocKind::Period => "period",
        DocKind::Invoice => "invoice",
        DocKind::Payment => "payment",
        DocKind::CreditNote => "credit_note",
        DocKind::Stock => "stock",
        DocKind::Price => "price",
    }
}

impl Tims {
    /// GET changes.
    pub(super) fn changes(&self, call: &Call) -> Result<Value, Problem> {
        let bad = |name: &str, message: &str| Problem::new(400, "bad_parameter", format!("{name}: {message}"));
        let (mut since, mut types, mut limit) = (None, None, MOST);
        for (name, value) in &call.query {
            match name.as_str() {
                "since_seq" => since = Some(value.parse::<u64>().map_err(|_| bad(name, "a whole number is wanted"))?),
                "types" => types = Some(value.split(',').map(str::to_owned).collect::<Vec<_>>()),
                "limit" => {
                    let given = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    limit = given.ok_or_else(|| bad(name, "between 1 and 500"))?;
                }
                _ => return Err(bad(name, "there is no such parameter")),
            }
        }
        let since = since.ok_or_else(|| bad("since_seq", "is wanted"))?;
        let changes = &self.changes;
        let oldest = changes.kept.front().map_or(changes.last + 1, |oldest| oldest.seq);
        if since > changes.last {
            return Err(bad("since_seq", "was not given out here").with("latest_seq", changes.last));
        }
        if since + 1 < oldest {
            let problem = Problem::new(410, "cursor_too_old", "what changed since is not kept any more");
            return Err(problem.with("oldest_seq", oldest).with("latest_seq", changes.last));
        }
        let asked =
            |change: &&Change| types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == change.kind));
        let from = changes.kept.partition_point(|change| change.seq <= since);
        let mut found = changes.kept.range(from..).filter(asked);
        let told: Vec<&Change> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        let next = told.last().filter(|_| more).map_or(changes.last, |last| last.seq);
        let data: Vec<Value> = told
            .iter()
            .map(|change| {
                json!({"seq": change.seq, "type": change.kind, "id": change.id, "version": change.version,
                    "occurred_at": change.at.to_string()})
            })
            .collect();
        Ok(json!({"data": data, "page": {"next_seq": next, "has_more": more}, "latest_seq": changes.last}))
    }
}
