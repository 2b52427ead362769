//! The simulated TIMS: strict about what it is told, exact about money, and careful to say the same thing twice to who
//! asks twice. Handlers only work out what would change; the change is written to the journal, put into effect and
//! acknowledged in that order, so that what is replayed after a crash is what happened.

mod actions;
mod allocations;
mod books;
mod changes;
mod customers;
mod fields;
mod finance;
mod items;
mod listing;
mod lookups;
mod memory;
mod orders;
mod prices;
mod problem;
mod routes;
mod schemas;
mod shipments;
mod stock;
mod style;
mod totals;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::http::Method;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::call::Call;
use super::journal::{Answer, DocKind, Entry};
use super::lwa::{self, Shown};
use super::reply::{Reply, request_id};
use super::shop::{Assortment, Shop};
use super::warehouse;
use super::world::{World, locked};
use super::{FieldStyle, RateLimit, key};
use books::put_text;
use changes::Changes;
use items::Items;
use memory::Memory;
use problem::Problem;
use routes::Serve;

type Documents = BTreeMap<String, Arc<str>>;

/// TIMS' books.
#[derive(Debug)]
pub(super) struct Tims {
    style: FieldStyle,
    limit: RateLimit,
    window: (Timestamp, u32),
    now: Timestamp,
    /// When the shop began, which decides the periods that are closed.
    began: Timestamp,
    items: Items,
    documents: BTreeMap<DocKind, Documents>,
    changes: Changes,
    customer_refs: HashMap<(String, String), String>,
    customer_keys: HashMap<String, BTreeSet<String>>,
    taken: HashMap<(String, String), Decimal>,
    expiries: BTreeSet<(Timestamp, String)>,
    memory: Memory,
}

/// What a request comes to: the answer, and the entries that make it true.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    status: u16,
    text: Option<Arc<str>>,
    about: Option<(DocKind, String)>,
    entries: Vec<Entry>,
}

/// What the counters call this request.
pub(super) fn operation(call: &Call) -> &'static str {
    let segments = call.segments();
    let path = match segments.as_slice() {
        ["oauth", "token"] => return "tims.token",
        ["api", "v1", path @ ..] => path,
        _ => return "tims.unknown",
    };
    routes::find(call.method.as_str(), path).map_or("tims.unknown", |route| route.name)
}

/// Answers a request to TIMS.
pub(super) fn answer(world: &World, call: &Call) -> Reply {
    let id = request_id(world.next_request());
    if operation(call) == "tims.token" {
        let now = world.clock.now();
        return lwa::tims_token(call, &world.credentials.tims, &mut world.gates().tims, now);
    }
    let mut tims = locked(&world.tims);
    tims.now = world.clock.now();
    let admitted = admit(world, call).and_then(|()| tims.throttle());
    if admitted.is_ok() && matches!(operation(call), "tims.changes.list" | "tims.shipments.list") {
        warehouse::work(world, &mut tims);
    }
    let limits = tims.limit_headers();
    let reply = match admitted.and_then(|()| tims.serve(world, call)) {
        Ok(reply) => reply,
        Err(problem) => refused(problem, &id, tims.style),
    };
    let reply = limits.into_iter().fold(reply, |reply, (name, value)| reply.with(name, value));
    reply.with("x-request-id", id)
}

/// TIMS' answer when something on its own side is wrong.
pub(super) fn failure(world: &World, status: u16) -> Reply {
    let (code, detail) = match status {
        429 => ("rate_limited", "too many requests"),
        503 => ("unavailable", "TIMS is down for maintenance"),
        _ => ("internal_error", "something went wrong"),
    };
    let id = request_id(world.next_request());
    let style = locked(&world.tims).style;
    refused(Problem::new(status, code, detail), &id, style).with("x-request-id", id)
}

fn refused(problem: Problem, request_id: &str, style: FieldStyle) -> Reply {
    let (status, retry_after) = (problem.status, problem.retry_after);
    let body = style::render(problem.body(request_id), style);
    let reply = Reply::text(status, "application/problem+json", body.to_string());
    match (status, retry_after) {
        (_, Some(seconds)) => reply.with("retry-after", seconds.to_string()),
        (401, _) => reply.with("www-authenticate", "Bearer"),
        _ => reply,
    }
}

fn admit(world: &World, call: &Call) -> Result<(), Problem> {
    let refuse = |code, detail: &str| Err(Problem::new(401, code, detail));
    if let Some(shown) = call.header("x-api-key") {
        return if shown == world.credentials.tims.api_key {
            Ok(())
        } else {
            refuse("invalid_key", "unknown X-API-Key")
        };
    }
    let Some(token) = call.header("authorization").and_then(|header| header.strip_prefix("Bearer ")) else {
        return refuse("unauthenticated", "an Authorization header with a Bearer token, or X-API-Key, is wanted");
    };
    match world.gates().tims.look(token, world.clock.now()) {
        Shown::Good => Ok(()),
        Shown::Expired => refuse("token_expired", "the access token has expired"),
        Shown::Unknown | Shown::Grantless => refuse("invalid_token", "the access token was not given out here"),
    }
}

/// There is nothing of that name.
fn no_such(what: &str, id: &str) -> Problem {
    Problem::new(404, "not_found", format!("there is no {what} `{id}`"))
}

/// Gives a changed document its next version.
fn bump(document: &mut Value, before: &Value) {
    document["version"] = (before["version"].as_u64().unwrap_or(0) + 1).into();
}

impl Tims {
    /// Empty books, but for the house customers.
    pub(super) fn new(style: FieldStyle, limit: RateLimit) -> Self {
        let mut tims = Self {
            style,
            limit,
            window: (Timestamp::MIN, 0),
            now: Timestamp::UNIX_EPOCH,
            began: Timestamp::UNIX_EPOCH,
            items: Items::default(),
            documents: BTreeMap::new(),
            changes: Changes::default(),
            customer_refs: HashMap::new(),
            customer_keys: HashMap::new(),
            taken: HashMap::new(),
            expiries: BTreeSet::new(),
            memory: Memory::default(),
        };
        for (id, customer) in customers::houses() {
            let entry = Entry::Put { kind: DocKind::Customer, id, text: customer.to_string().into() };
            tims.apply(&entry, &[]);
        }
        tims
    }

    /// Gives TIMS the items that the shop sells.
    pub(super) fn stock_up(&mut self, shop: &Shop, assortment: Assortment) {
        self.items = Items::of(shop, assortment);
        self.began = shop.start();
    }

    /// Lets the books know what time it is, as every request does.
    pub(super) fn set_time(&mut self, now: Timestamp) {
        self.now = now;
    }

    fn throttle(&mut self) -> Result<(), Problem> {
        let per = i64::try_from(self.limit.per.as_millis()).unwrap_or(i64::MAX).max(1);
        let began = self.now.as_millisecond().div_euclid(per) * per;
        let began = Timestamp::from_millisecond(began).unwrap_or(self.now);
        if self.window.0 != began {
            self.window = (began, 0);
        }
        if self.window.1 >= self.limit.requests {
            let mut problem = Problem::new(429, "rate_limited", "too many requests");
            problem.retry_after = Some(self.seconds_left());
            return Err(problem);
        }
        self.window.1 += 1;
        Ok(())
    }

    fn seconds_left(&self) -> u64 {
        let passed = u64::try_from(self.now.duration_since(self.window.0).as_secs()).unwrap_or(0);
        self.limit.per.as_secs().saturating_sub(passed).max(1)
    }

    fn limit_headers(&self) -> [(&'static str, String); 3] {
        [
            ("ratelimit-limit", self.limit.requests.to_string()),
            ("ratelimit-remaining", self.limit.requests.saturating_sub(self.window.1).to_string()),
            ("ratelimit-reset", self.seconds_left().to_string()),
        ]
    }

    fn serve(&mut self, world: &World, call: &Call) -> Result<Reply, Problem> {
        self.changes.age(self.now);
        let due = self.expired(self.now);
        self.commit(world, due)?;
        let segments = call.segments();
        let path = segments.strip_prefix(["api", "v1"].as_slice()).unwrap_or_default();
        let route = routes::find(call.method.as_str(), path).ok_or_else(|| {
            Problem::new(404, "not_found", format!("there is no {} /{}", call.method, call.path.join("/")))
        })?;
        if let Serve::Tell(tell) = route.serve {
            let body = style::render(tell(self, call)?, self.style);
            let reply = Reply::json(200, &body);
            let version = body.get(style::spell("version", self.style)).and_then(Value::as_u64);
            return Ok(version.map_or(reply.clone(), |version| reply.with("etag", etag(version))));
        }
        let key = call.header("idempotency-key").filter(|_| call.method != Method::DELETE);
        if key.is_some_and(|key| key.is_empty() || key.chars().count() > 255) {
            return Err(Problem::new(400, "bad_idempotency_key", "1 to 255 characters are wanted"));
        }
        let body = String::from_utf8_lossy(&call.body);
        let digest = key::hex(&[call.method.as_str(), &call.path.join("/"), &body], 32);
        if let Some(known) = key.and_then(|key| self.memory.of(key)) {
            if known.digest != digest {
                return Err(Problem::new(409, "idempotency_key_reused", "the key was used for another request"));
            }
            let now = known.about.as_ref().and_then(|(kind, id)| self.documents(*kind).get(id));
            let text = known.text.as_ref().or(now).cloned();
            let reply = self.written(known.status, text.as_deref());
            return Ok(Reply { replayed: true, ..reply.with("idempotent-replayed", "true") });
        }
        let outcome = match route.serve {
            Serve::Change(change) => change(self, call, &json_body(call)?)?,
            Serve::Remove(remove) => remove(self, path.last().unwrap_or(&""))?,
            Serve::Tell(_) => Outcome::default(),
        };
        let wrote = !outcome.entries.is_empty();
        let mut entries = outcome.entries;
        if let Some(key) = key {
            let same = outcome.about.as_ref().is_some_and(|about| put_text(&entries, about) == outcome.text.as_ref());
            entries.push(Entry::Answer(Answer {
                key: key.to_owned(),
                digest,
                at: self.now,
                status: outcome.status,
                about: outcome.about,
                text: outcome.text.clone().filter(|_| !same),
            }));
        }
        self.commit(world, entries)?;
        let reply = self.written(outcome.status, outcome.text.as_deref());
        Ok(Reply { wrote, ..reply })
    }

    fn written(&self, status: u16, text: Option<&str>) -> Reply {
        let Some(text) = text else { return Reply::text(status, "application/json", String::new()) };
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        let version = body["version"].as_u64();
        let reply = match self.style {
            FieldStyle::Snake => Reply::text(status, "application/json", text.to_owned()),
            style @ FieldStyle::Pascal => Reply::json(status, &style::render(body, style)),
        };
        version.map_or(reply.clone(), |version| reply.with("etag", etag(version)))
    }

    /// `If-Match` must name the version there is; a PATCH must bring one.
    fn check_version(&self, kind: DocKind, id: &str, call: &Call, wanted: bool) -> Result<(), Problem> {
        let Some(current) = self.document(kind, id) else { return Ok(()) };
        match call.header("if-match") {
            None if wanted => Err(Problem::new(428, "if_match_required", "an update names the version it changes")),
            Some(given) if given != "*" && given != etag(current["version"].as_u64().unwrap_or(0)) => {
                Err(Problem::new(412, "stale_version", "the document has changed since"))
            }
            _ => Ok(()),
        }
    }
}

fn etag(version: u64) -> String {
    format!("\"v{version}\"")
}

fn json_body(call: &Call) -> Result<Value, Problem> {
    if call.body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    if !call.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Problem::new(415, "not_json", "application/json is wanted"));
    }
    serde_json::from_slice(&call.body).map_err(|cause| Problem::new(400, "malformed_json", cause.to_string()))
}
