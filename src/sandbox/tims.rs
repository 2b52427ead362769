//! The simulated TIMS: strict about what it is told, exact about money, and careful to say the same thing twice to who
//! asks twice. Handlers only work out what would change; the change is written to the journal, put into effect and
//! acknowledged in that order, so that what is replayed after a crash is what happened.

mod actions;
mod allocations;
mod customers;
mod fields;
mod items;
mod listing;
mod memory;
mod orders;
mod problem;
mod schemas;
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
use super::shop::Shop;
use super::world::{World, locked};
use super::{FieldStyle, RateLimit, key};
use items::Items;
use listing::Listing;
use memory::Memory;
use problem::Problem;

type Documents = BTreeMap<String, Arc<str>>;

/// TIMS' books.
#[derive(Debug)]
pub(super) struct Tims {
    style: FieldStyle,
    limit: RateLimit,
    window: (Timestamp, u32),
    now: Timestamp,
    items: Items,
    customers: Documents,
    orders: Documents,
    allocations: Documents,
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
    match (call.method.as_str(), path) {
        ("GET", ["customers"]) => "tims.customers.list",
        ("POST", ["customers"]) => "tims.customers.create",
        ("GET", ["customers", _]) => "tims.customers.get",
        ("PATCH", ["customers", _]) => "tims.customers.update",
        ("PUT", ["customers", "by_ref", _, _]) => "tims.customers.upsert",
        ("GET", ["items"]) => "tims.items.list",
        ("GET", ["items", _]) => "tims.items.get",
        ("GET", ["discount_codes"]) => "tims.discount_codes.list",
        ("GET", ["discount_codes", _]) => "tims.discount_codes.get",
        ("GET", ["stock"]) => "tims.stock.list",
        ("GET", ["sales_orders"]) => "tims.sales_orders.list",
        ("POST", ["sales_orders"]) => "tims.sales_orders.create",
        ("GET", ["sales_orders", _]) => "tims.sales_orders.get",
        ("PATCH", ["sales_orders", _]) => "tims.sales_orders.update",
        ("PUT", ["sales_orders", "by_ref", _, _]) => "tims.sales_orders.upsert",
        ("POST", ["sales_orders", _, "confirm"]) => "tims.sales_orders.confirm",
        ("POST", ["sales_orders", _, "hold"]) => "tims.sales_orders.hold",
        ("POST", ["sales_orders", _, "release"]) => "tims.sales_orders.release",
        ("POST", ["sales_orders", _, "cancel"]) => "tims.sales_orders.cancel",
        ("POST", ["sales_orders", _, "close"]) => "tims.sales_orders.close",
        ("GET", ["allocations"]) => "tims.allocations.list",
        ("POST", ["allocations"]) => "tims.allocations.create",
        ("GET", ["allocations", _]) => "tims.allocations.get",
        ("DELETE", ["allocations", _]) => "tims.allocations.delete",
        _ => "tims.unknown",
    }
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
            items: Items::default(),
            customers: Documents::new(),
            orders: Documents::new(),
            allocations: Documents::new(),
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
    pub(super) fn stock_up(&mut self, shop: &Shop) {
        self.items = Items::of(shop);
    }

    /// All documents of a kind, by id.
    pub(super) fn documents(&self, kind: DocKind) -> &Documents {
        match kind {
            DocKind::Customer => &self.customers,
            DocKind::SalesOrder => &self.orders,
            DocKind::Allocation => &self.allocations,
        }
    }

    fn document(&self, kind: DocKind, id: &str) -> Option<Value> {
        serde_json::from_str(self.documents(kind).get(id)?).ok()
    }

    fn allocated(&self, sku: &str, location: &str) -> Decimal {
        self.taken.get(&(sku.to_owned(), location.to_owned())).copied().unwrap_or_default()
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
        let operation = operation(call);
        let due = self.expired(self.now);
        self.commit(world, due)?;
        if call.method == Method::GET {
            let body = style::render(self.look_up(operation, call)?, self.style);
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
        let outcome = self.change(operation, call)?;
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

    fn look_up(&self, operation: &str, call: &Call) -> Result<Value, Problem> {
        let id = call.path.last().map_or("", String::as_str);
        let one = |kind, what| self.document(kind, id).ok_or_else(|| no_such(what, id));
        let item_missing = |id: &str| Problem::new(404, "item_not_found", format!("there is no item `{id}`"));
        match operation {
            "tims.customers.get" => one(DocKind::Customer, "customer"),
            "tims.sales_orders.get" => one(DocKind::SalesOrder, "sales order"),
            "tims.allocations.get" => one(DocKind::Allocation, "allocation"),
            "tims.items.get" => self.items.by_id(id).map(items::Item::json).ok_or_else(|| item_missing(id)),
            "tims.discount_codes.get" => {
                let mut codes = items::discount_codes().into_iter();
                codes.find(|code| code["code"] == id).ok_or_else(|| no_such("discount code", id))
            }
            "tims.customers.list" => {
                let names =
                    ["source", "external_ref", "match_key", "email", "code", "company_name", "status", "updated_at"];
                Ok(self.list(DocKind::Customer, &Listing::read(call, &names)?))
            }
            "tims.sales_orders.list" => {
                let names = ["source", "external_ref", "status", "customer_id", "channel", "updated_at"];
                Ok(self.list(DocKind::SalesOrder, &Listing::read(call, &names)?))
            }
            "tims.allocations.list" => {
                let listing = Listing::read(call, &["sales_order_id", "status"])?;
                Ok(self.list(DocKind::Allocation, &listing))
            }
            "tims.items.list" => {
                let listing = Listing::read(call, &["sku"])?;
                let found = self.asked_items(&listing);
                if let (Some(skus), true) = (listing.values("sku"), found.is_empty()) {
                    return Err(item_missing(&skus.join(",")));
                }
                Ok(listing.page(found.iter().map(|item| (item.sku.as_str(), item.json()))))
            }
            "tims.stock.list" => {
                let listing = Listing::read(call, &["sku", "location"])?;
                let location = listing.values("location").and_then(|names| names.first());
                let location = location.map_or(items::LOCATIONS[0], String::as_str);
                let found = self.asked_items(&listing);
                let rows = found.iter().map(|item| {
                    let mut stock = item.stock(location, self.allocated(&item.sku, location));
                    stock["as_of"] = self.now.to_string().into();
                    (item.sku.as_str(), stock)
                });
                Ok(listing.page(rows))
            }
            "tims.discount_codes.list" => {
                let listing = Listing::read(call, &[])?;
                let codes = items::discount_codes();
                Ok(listing.page(codes.iter().map(|code| (code["code"].as_str().unwrap_or_default(), code.clone()))))
            }
            _ => Err(Problem::new(404, "not_found", format!("there is no GET /{}", call.path.join("/")))),
        }
    }

    fn asked_items(&self, listing: &Listing) -> Vec<&items::Item> {
        match listing.values("sku") {
            None => self.items.all().collect(),
            Some(skus) => {
                let mut found: Vec<_> = skus.iter().filter_map(|sku| self.items.find(sku)).collect();
                found.sort_by(|a, b| a.sku.cmp(&b.sku));
                found.dedup_by(|a, b| a.sku == b.sku);
                found
            }
        }
    }

    fn change(&self, operation: &str, call: &Call) -> Result<Outcome, Problem> {
        let segments = call.segments();
        if operation == "tims.unknown" {
            return Err(Problem::new(
                404,
                "not_found",
                format!("there is no {} /{}", call.method, call.path.join("/")),
            ));
        }
        if let ["api", "v1", "allocations", id] = segments.as_slice() {
            return Ok(self.deallocate(id));
        }
        let body = json_body(call)?;
        let style = self.style;
        match segments.as_slice() {
            ["api", "v1", "customers"] => self.create_customer(&body, style),
            ["api", "v1", "customers", "by_ref", source, reference] => {
                let id = customers::id_of(source, reference);
                self.check_version(DocKind::Customer, &id, call, false)?;
                self.upsert_customer(source, reference, &body, style)
            }
            ["api", "v1", "customers", id] => {
                self.check_version(DocKind::Customer, id, call, true)?;
                self.update_customer(id, &body, style)
            }
            ["api", "v1", "sales_orders"] => self.create_order(&body, style),
            ["api", "v1", "sales_orders", "by_ref", source, reference] => {
                let id = orders::id_of(source, reference);
                self.check_version(DocKind::SalesOrder, &id, call, false)?;
                self.upsert_order(source, reference, &body, style)
            }
            ["api", "v1", "sales_orders", id] => {
                self.check_version(DocKind::SalesOrder, id, call, true)?;
                self.update_order(id, &body, style)
            }
            ["api", "v1", "sales_orders", id, action] => self.act(id, action, &body, style),
            _ => self.allocate(&body, style),
        }
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

    /// What it comes to when a document's fields are as given: an entry, or none where nothing is new.
    fn save(
        &self,
        kind: DocKind,
        id: &str,
        current: Option<&Value>,
        fields: Map<String, Value>,
        status: u16,
    ) -> Outcome {
        let about = Some((kind, id.to_owned()));
        let stamp = |name: &str| current.map_or_else(|| self.now.to_string().into(), |current| current[name].clone());
        let mut document = Map::new();
        document.insert("id".to_owned(), id.into());
        document.extend(fields);
        for name in ["version", "created_at", "updated_at"] {
            document.shift_remove(name);
        }
        document.insert("version".to_owned(), current.map_or(1.into(), |current| current["version"].clone()));
        document.insert("created_at".to_owned(), stamp("created_at"));
        document.insert("updated_at".to_owned(), stamp("updated_at"));
        let mut document = Value::Object(document);
        if let Some(current) = current {
            if document == *current {
                let text = Some(self.documents(kind).get(id).cloned().unwrap_or_else(|| document.to_string().into()));
                return Outcome { status, text, about, entries: Vec::new() };
            }
            bump(&mut document, current);
            document["updated_at"] = self.now.to_string().into();
        }
        let text: Arc<str> = document.to_string().into();
        let entries = vec![Entry::Put { kind, id: id.to_owned(), text: Arc::clone(&text) }];
        Outcome { status, text: Some(text), about, entries }
    }

    fn commit(&mut self, world: &World, entries: Vec<Entry>) -> Result<(), Problem> {
        if entries.is_empty() {
            return Ok(());
        }
        world.journal.write(&entries).map_err(|cause| Problem::new(500, "journal_failed", cause))?;
        for entry in &entries {
            self.apply(entry, &entries);
        }
        Ok(())
    }

    /// Puts an entry into effect; `line` is what happened together with it.
    pub(super) fn apply(&mut self, entry: &Entry, line: &[Entry]) {
        match entry {
            Entry::Put { kind, id, text } => self.replace(*kind, id, Some(Arc::clone(text))),
            Entry::Gone { kind, id } => self.replace(*kind, id, None),
            Entry::Answer(answer) => {
                let put = answer.about.as_ref().and_then(|about| put_text(line, about));
                let text = answer.text.as_ref().or(put).cloned();
                self.memory.keep(answer, text);
            }
            _ => {}
        }
    }

    fn replace(&mut self, kind: DocKind, id: &str, text: Option<Arc<str>>) {
        let documents = match kind {
            DocKind::Customer => &mut self.customers,
            DocKind::SalesOrder => &mut self.orders,
            DocKind::Allocation => &mut self.allocations,
        };
        let before = match &text {
            Some(text) => documents.insert(id.to_owned(), Arc::clone(text)),
            None => documents.remove(id),
        };
        if kind == DocKind::SalesOrder {
            return;
        }
        for (text, is_new) in [(before, false), (text, true)] {
            let Some(document) = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else { continue };
            if kind == DocKind::Customer {
                self.index_customer(id, &document, is_new);
            } else {
                self.index_allocation(id, &document, is_new);
            }
        }
    }

    fn index_customer(&mut self, id: &str, customer: &Value, is_new: bool) {
        for reference in customer["external_refs"].as_array().into_iter().flatten() {
            let text = |name: &str| reference[name].as_str().unwrap_or_default().to_owned();
            let name = (text("source"), text("ref"));
            if is_new {
                self.customer_refs.insert(name, id.to_owned());
            } else {
                self.customer_refs.remove(&name);
            }
        }
        if let Some(key) = customers::match_key(customer) {
            let ids = self.customer_keys.entry(key).or_default();
            if is_new {
                ids.insert(id.to_owned());
            } else {
                ids.remove(id);
            }
        }
    }

    fn index_allocation(&mut self, id: &str, allocation: &Value, is_new: bool) {
        for line in allocation["lines"].as_array().into_iter().flatten() {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let amount = totals::number(&line["allocated"]);
            *self.taken.entry((text("sku"), text("location"))).or_default() += if is_new { amount } else { -amount };
        }
        if let Some(at) = allocation["expires_at"].as_str().and_then(|text| text.parse().ok()) {
            let expiry = (at, id.to_owned());
            if is_new {
                self.expiries.insert(expiry);
            } else {
                self.expiries.remove(&expiry);
            }
        }
    }
}

fn put_text<'a>(line: &'a [Entry], about: &(DocKind, String)) -> Option<&'a Arc<str>> {
    line.iter().find_map(|entry| match entry {
        Entry::Put { kind, id, text } if (*kind, id) == (about.0, &about.1) => Some(text),
        _ => None,
    })
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
