//! A made-up warehouse company that packs and ships for others, as a third system beside Amazon and TIMS: deliveries are
//! told to it over a small REST service of its own kind. It is as strict as the other two, limits calls, and knows what it
//! was told under an idempotency key. What it takes in is packed an hour later and leaves an hour after that.

mod checks;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::call::Call;
use super::journal::Entry;
use super::key;
use super::reply::{Reply, request_id};
use super::world::{World, locked};
use checks::Wrong;

/// Calls that it takes in a minute.
const LIMIT: u32 = 600;
/// Deliveries on one page, and references in one question.
const PAGE: usize = 100;
/// How long packing takes, and after that the way to the van.
const STAGE: SignedDuration = SignedDuration::from_hours(1);

/// What it keeps.
#[derive(Debug, Default)]
pub(super) struct Depot {
    /// By id.
    deliveries: BTreeMap<String, Arc<str>>,
    by_reference: HashMap<String, String>,
    /// The digest of what came under an idempotency key, and the delivery that came of it.
    keys: HashMap<String, (String, String)>,
    window: (i64, u32),
}

/// What the counters call this request.
pub(super) fn operation(call: &Call) -> &'static str {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["v1", "deliveries"]) => "depot.deliveries.list",
        ("POST", ["v1", "deliveries"]) => "depot.deliveries.create",
        ("GET", ["v1", "deliveries", _]) => "depot.deliveries.get",
        ("POST", ["v1", "deliveries", _, "cancel"]) => "depot.deliveries.cancel",
        _ => "depot.unknown",
    }
}

/// The key that it lets callers in with.
pub(super) fn api_key(seed: u64) -> String {
    format!("depot_{}", key::hex(&["depot", &seed.to_string(), "key"], 32))
}

/// Answers a request.
pub(super) fn answer(world: &World, call: &Call) -> Reply {
    let id = request_id(world.next_request());
    let mut depot = locked(&world.depot);
    let now = world.clock.now();
    let served = depot.admit(world, call, now).and_then(|()| depot.serve(world, call, now));
    let left = LIMIT.saturating_sub(depot.window.1);
    let reply = served.unwrap_or_else(|wrong| refused(&wrong));
    let reply = reply.with("x-ratelimit-limit", LIMIT.to_string()).with("x-ratelimit-remaining", left.to_string());
    reply.with("x-ratelimit-reset", (60 - now.as_second().rem_euclid(60)).to_string()).with("x-trace-id", id)
}

/// Its answer when something on its own side is wrong.
pub(super) fn failure(world: &World, status: u16) -> Reply {
    let (code, message) = match status {
        429 => ("too_many_calls", "slow down"),
        503 => ("maintenance", "back soon"),
        _ => ("internal", "something went wrong"),
    };
    refused(&Wrong::new(status, code, message)).with("x-trace-id", request_id(world.next_request()))
}

fn refused(wrong: &Wrong) -> Reply {
    let reply = Reply::json(wrong.status, &wrong.body());
    if wrong.status == 429 { reply.with("retry-after", "1") } else { reply }
}

impl Depot {
    /// Puts what the journal says into its place.
    pub(super) fn apply(&mut self, entry: &Entry) {
        let Entry::Delivery { id, text, key } = entry else { return };
        let delivery: Value = serde_json::from_str(text).unwrap_or_default();
        let reference = delivery["reference"].as_str().unwrap_or_default().to_owned();
        self.by_reference.insert(reference, id.clone());
        self.deliveries.insert(id.clone(), Arc::clone(text));
        if let Some((key, digest)) = key {
            self.keys.insert(key.clone(), (digest.clone(), id.clone()));
        }
    }

    /// All deliveries in the order of their references, without times: what two runs can be compared by.
    pub(super) fn told(&self) -> Vec<Value> {
        let parsed = self.deliveries.values().filter_map(|text| serde_json::from_str::<Value>(text).ok());
        let mut all: Vec<Value> = parsed.collect();
        for fields in all.iter_mut().filter_map(Value::as_object_mut) {
            fields.shift_remove("created_at");
            fields.shift_remove("updated_at");
        }
        all.sort_by_cached_key(|delivery| delivery["reference"].as_str().unwrap_or_default().to_owned());
        all
    }

    fn admit(&mut self, world: &World, call: &Call, now: Timestamp) -> Result<(), Wrong> {
        let minute = now.as_second().div_euclid(60);
        if self.window.0 != minute {
            self.window = (minute, 0);
        }
        if self.window.1 >= LIMIT {
            return Err(Wrong::new(429, "too_many_calls", "600 calls a minute are allowed"));
        }
        self.window.1 += 1;
        match call.header("x-api-key") {
            Some(shown) if shown == world.credentials.depot.api_key => Ok(()),
            Some(_) => Err(Wrong::new(401, "unknown_key", "the X-Api-Key is not known")),
            None => Err(Wrong::new(401, "no_key", "X-Api-Key is wanted")),
        }
    }

    fn serve(&mut self, world: &World, call: &Call, now: Timestamp) -> Result<Reply, Wrong> {
        match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", ["v1", "deliveries"]) => self.list(call, now),
            ("GET", ["v1", "deliveries", id]) => Ok(Reply::json(200, &json!({"delivery": self.get(id, now)?}))),
            ("POST", ["v1", "deliveries"]) => self.create(world, call, now),
            ("POST", ["v1", "deliveries", id, "cancel"]) => self.cancel(world, call, id, now),
            _ => Err(Wrong::new(404, "no_such_address", "there is nothing at this address")),
        }
    }

    fn get(&self, id: &str, now: Timestamp) -> Result<Value, Wrong> {
        let text =
            self.deliveries.get(id).ok_or_else(|| Wrong::new(404, "no_such_delivery", "there is no such delivery"))?;
        Ok(staged(serde_json::from_str(text).unwrap_or_default(), now))
    }

    fn list(&self, call: &Call, now: Timestamp) -> Result<Reply, Wrong> {
        let (mut references, mut since, mut after, mut size) = (None, None, String::new(), PAGE);
        for (name, value) in &call.query {
            let bad = |what: &str| Wrong::new(400, "bad_parameter", format!("{name}: {what}"));
            match name.as_str() {
                "reference" => {
                    let all: Vec<String> = value.split(',').map(str::to_owned).collect();
                    references = Some(all).filter(|all| all.len() <= PAGE).ok_or_else(|| bad("at most 100"))?.into();
                }
                "updated_since" => since = Some(value.parse::<Timestamp>().map_err(|_| bad("an instant is wanted"))?),
                "cursor" => after = value.clone(),
                "page_size" => {
                    let given = value.parse().ok().filter(|size| (1..=PAGE).contains(size));
                    size = given.ok_or_else(|| bad("from 1 to 100"))?;
                }
                _ => return Err(bad("there is no such parameter")),
            }
        }
        let chosen: Vec<&String> = match &references {
            Some(references) => references.iter().filter_map(|name: &String| self.by_reference.get(name)).collect(),
            None => self.deliveries.keys().collect(),
        };
        let mut found = Vec::new();
        for id in chosen.into_iter().filter(|id| id.as_str() > after.as_str()) {
            let delivery = self.get(id, now)?;
            let changed = delivery["updated_at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            if since.is_none_or(|since| changed >= Some(since)) {
                found.push(delivery);
            }
        }
        let more = found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| more).map(|last| last["id"].clone());
        Ok(Reply::json(200, &json!({"deliveries": found, "next_cursor": next})))
    }

    fn create(&mut self, world: &World, call: &Call, now: Timestamp) -> Result<Reply, Wrong> {
        let body = body(call)?;
        let digest = key::hex(&[&body.to_string()], 32);
        let idempotency = call.header("idempotency-key").map(str::to_owned);
        if let Some((known, id)) = idempotency.as_ref().and_then(|key| self.keys.get(key)) {
            if *known != digest {
                return Err(Wrong::new(409, "key_used", "the idempotency key was used for another delivery"));
            }
            let reply = Reply::json(200, &json!({"delivery": self.get(id, now)?}));
            return Ok(Reply { replayed: true, ..reply });
        }
        let wanted = checks::delivery(&body)?;
        let reference = wanted["reference"].as_str().unwrap_or_default();
        if self.by_reference.contains_key(reference) {
            return Err(Wrong::new(409, "reference_taken", "there is a delivery of this reference already"));
        }
        let id = format!("D-{}", key::hex(&["delivery", reference], 10));
        let mut delivery = wanted;
        delivery["id"] = id.clone().into();
        delivery["status"] = "accepted".into();
        delivery["created_at"] = now.to_string().into();
        delivery["updated_at"] = now.to_string().into();
        self.keep(world, &id, &delivery, idempotency.map(|key| (key, digest)))?;
        Ok(Reply { wrote: true, ..Reply::json(201, &json!({"delivery": delivery})) })
    }

    fn cancel(&mut self, world: &World, call: &Call, id: &str, now: Timestamp) -> Result<Reply, Wrong> {
        let body = body(call)?;
        checks::cancellation(&body)?;
        let mut delivery = self.get(id, now)?;
        match delivery["status"].as_str() {
            Some("cancelled") => return Ok(Reply::json(200, &json!({"delivery": delivery}))),
            Some("shipped") => return Err(Wrong::new(409, "already_shipped", "the parcel has left")),
            _ => {}
        }
        delivery["status"] = "cancelled".into();
        delivery["cancel_reason"] = body["reason"].clone();
        delivery["updated_at"] = now.to_string().into();
        self.keep(world, id, &delivery, None)?;
        Ok(Reply { wrote: true, ..Reply::json(200, &json!({"delivery": delivery})) })
    }

    fn keep(&mut self, world: &World, id: &str, delivery: &Value, key: Option<(String, String)>) -> Result<(), Wrong> {
        let entry = Entry::Delivery { id: id.to_owned(), text: delivery.to_string().into(), key };
        world.journal.write(std::slice::from_ref(&entry)).map_err(|cause| Wrong::new(500, "internal", cause))?;
        self.apply(&entry);
        Ok(())
    }
}

/// How far a delivery is by now: time alone moves it on.
fn staged(mut delivery: Value, now: Timestamp) -> Value {
    let made = delivery["created_at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let Some(made) = made.filter(|_| delivery["status"] == "accepted") else { return delivery };
    let stages = [(STAGE * 2, "shipped"), (STAGE, "packing")];
    let reached = stages.into_iter().find(|(after, _)| now.duration_since(made) >= *after);
    if let Some((after, status)) = reached {
        delivery["status"] = status.into();
        delivery["updated_at"] = made.checked_add(after).unwrap_or(made).to_string().into();
    }
    delivery
}

fn body(call: &Call) -> Result<Value, Wrong> {
    if !call.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Wrong::new(415, "not_json", "application/json is wanted"));
    }
    serde_json::from_slice(&call.body).map_err(|cause| Wrong::new(400, "malformed", cause.to_string()))
}
