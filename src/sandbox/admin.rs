//! The way in for tests and people: what arrived, how often, what is to go wrong, what time it is, and the orders as
//! they are. Nothing goes wrong here on purpose.
//!
//! * `GET /state` – TIMS' documents without the fields that tell how they came about (`version`, `created_at`,
//!   `updated_at`; `?versions=true` leaves the versions in), and what Amazon was told.
//! * `GET /counters`, `POST /counters/reset`
//! * `GET|PUT /faults` – `{"spec":"20%","down":{"tims":"1h"},"expire_tokens":true,"expire_secret":true}`, each optional;
//!   `"reports":"unbalanced"` or `"unknown_code"` spoils the settlement reports that are given out, null ends that
//! * `GET|POST /clock` – `{"advance":"1h"}`, `{"speed":1000}`
//! * `POST /orders/{id}/refund` – all of what was shipped, or `{"items":[{"orderItemId":…,"quantity":…}]}`
//! * `GET /settlements` – the settlements there are; `PUT /reports/{id}`, `PUT /report_documents/{id}` – as Amazon tells
//! * `PUT /periods/{id}` – `{"status":"closed"}` or `"open"`: closes or opens a period of TIMS' ledger
//! * `POST /warehouse/ship` – ships what is released; `{"orders":["amazon:…"]}` only these
//! * `PUT /amazon_stock/{marketplace}/{sku}` – `{"fulfillable":5,"reserved":1}`; `POST /feeds/fatal` – the next feed is given up half way; `GET /listings/{marketplace}/{sku}`; `GET /listings` – those that were changed; `PUT /stock/{sku}/{location}`,
//!   `PUT /price_lists/{list}/prices/{sku}`; `POST /stock/change` – `{"skus":1000}`, or `{"skus":1000,"on_hand":0}`
//! * `GET|PUT /orders/{id}`, `POST /orders/{id}/change`, `POST /evolve` – `{"percent":5}`

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::SandboxClock;
use super::call::Call;
use super::counters::Counters;
use super::faults::{FaultSpec, ReportFault};
use super::goods;
use super::journal::{DocKind, Entry};
use super::ledger;
use super::reply::Reply;
use super::shop::Change;
use super::warehouse;
use super::world::{World, locked};
use crate::clock::after;

/// Answers a request to the admin interface.
pub(super) fn answer(world: &World, call: &Call) -> Reply {
    if let Some(token) = &world.admin_token
        && call.header("authorization") != Some(format!("Bearer {token}").as_str())
    {
        return refused(401, "strangers can reach this address; send the admin_token as Authorization: Bearer …");
    }
    let body = if call.body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(&call.body) };
    let body: Value = match body {
        Ok(body) => body,
        Err(cause) => return refused(400, &format!("the body is no JSON: {cause}")),
    };
    super::amazon::feeds::settle(world, world.clock.now());
    let done = match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["state"]) => Ok(state(world, call.parameter("versions") == Some("true"))),
        ("GET", ["counters"]) => Ok(counters(world)),
        ("POST", ["counters", "reset"]) => {
            world.count(|counters| *counters = Counters::default());
            Ok(json!({}))
        }
        ("GET", ["faults"]) => Ok(faults(world)),
        ("PUT", ["faults"]) => set_faults(world, &body),
        ("GET", ["clock"]) => Ok(clock(world)),
        ("POST", ["clock"]) => move_clock(world, &body),
        ("GET", ["orders", id]) => match locked(&world.shop).order(id) {
            Some(order) => Ok(order),
            None => return refused(404, "the shop has no such order"),
        },
        ("PUT", ["orders", id]) => put_order(world, id, &body),
        ("POST", ["orders", id, "change"]) => change_order(world, id, &body),
        ("POST", ["orders", id, "refund"]) => refund(world, id, &body),
        ("GET", ["settlements"]) => settlements(world),
        ("PUT", ["reports", id]) => bring_report(world, "reportId", id, &body),
        ("PUT", ["report_documents", id]) => bring_report(world, "reportDocumentId", id, &body),
        ("PUT", ["periods", id]) => set_period(world, id, &body),
        ("POST", ["warehouse", "ship"]) => ship(world, &body),
        ("PUT", ["amazon_stock", market, sku]) => goods::amazon_has(world, market, sku, &body),
        ("POST", ["feeds", "fatal"]) => {
            locked(&world.feeds).fatal = true;
            Ok(json!({}))
        }
        ("GET", ["listings"]) => Ok(Value::Array(locked(&world.listings).changes())),
        ("GET", ["listings", market, sku]) => match locked(&world.listings).get(market, sku) {
            Some(listing) => serde_json::to_value(listing).map_err(|cause| cause.to_string()),
            None => return refused(404, "there is no such listing"),
        },
        ("PUT", ["stock", sku, location]) => goods::count(world, sku, location, &body),
        ("POST", ["stock", "change"]) => goods::change(world, &body),
        ("PUT", ["price_lists", list, "prices", sku]) => goods::price(world, list, sku, &body),
        ("POST", ["evolve"]) => evolve(world, &body),
        _ => return refused(404, &format!("there is no {} /admin/{}", call.method, call.path.join("/"))),
    };
    match done {
        Ok(body) => Reply::json(200, &body),
        Err(reason) => refused(400, &reason),
    }
}

fn refused(status: u16, reason: &str) -> Reply {
    Reply::json(status, &json!({"error": reason}))
}

fn state(world: &World, versions: bool) -> Value {
    let tims = locked(&world.tims);
    let documents = |kind| -> Vec<Value> {
        let texts = tims.documents(kind).values();
        let mut documents: Vec<Value> = texts.filter_map(|text| serde_json::from_str(text).ok()).collect();
        for fields in documents.iter_mut().filter_map(Value::as_object_mut) {
            fields.shift_remove("created_at");
            fields.shift_remove("updated_at");
            if !versions {
                fields.shift_remove("version");
            }
        }
        let text = |document: &Value, name: &str| document[name].as_str().unwrap_or_default().to_owned();
        documents.sort_by_cached_key(|document| (text(document, "external_ref"), text(document, "id")));
        documents
    };
    let books: Map<String, Value> =
        DocKind::ALL.iter().map(|(kind, name)| ((*name).to_owned(), Value::Array(documents(*kind)))).collect();
    json!({
        "tims": books,
        "amazon": {"confirmations": locked(&world.shop).confirmed()},
        "depot": {"deliveries": locked(&world.depot).told()},
    })
}

fn counters(world: &World) -> Value {
    let mut told = Value::Null;
    world.count(|counters| told = serde_json::to_value(&*counters).unwrap_or_default());
    told
}

fn faults(world: &World) -> Value {
    let (spec, reports) = {
        let faults = locked(&world.faults);
        (faults.spec.to_string(), faults.reports.map(|reports| reports.to_string()))
    };
    let gates = world.gates();
    let until = |at: Option<Timestamp>| at.filter(|at| *at > world.clock.now()).map(|at| at.to_string());
    json!({
        "spec": spec,
        "reports": reports,
        "down": {"amazon": until(gates.amazon_down), "tims": until(gates.tims_down), "depot": until(gates.depot_down)},
        "secret_expired": gates.secret_expired,
    })
}

fn set_faults(world: &World, body: &Value) -> Result<Value, String> {
    known_fields(body, &["spec", "reports", "down", "expire_tokens", "expire_secret"])?;
    let spec = match body.get("spec") {
        None => None,
        Some(text) => {
            let text = text.as_str().ok_or("spec is a text like \"20%\"")?;
            Some(text.parse::<FaultSpec>().map_err(|bad| bad.to_string())?)
        }
    };
    let reports = match body.get("reports") {
        None => None,
        Some(Value::Null) => Some(None),
        Some(text) => {
            let text = text.as_str().ok_or("reports is a text like \"unbalanced\"")?;
            Some(Some(text.parse::<ReportFault>().map_err(|bad| bad.to_string())?))
        }
    };
    let down = body.get("down").cloned().unwrap_or_else(|| json!({}));
    known_fields(&down, &["amazon", "tims", "depot"])?;
    let now = world.clock.now();
    let until = |name: &str| -> Result<Option<Timestamp>, String> {
        match down.get(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Timestamp::MIN)),
            Some(text) => Ok(Some(after(now, duration(text)?))),
        }
    };
    let (amazon, tims, depot) = (until("amazon")?, until("tims")?, until("depot")?);
    let mut gates = world.gates();
    gates.amazon_down = amazon.or(gates.amazon_down);
    gates.tims_down = tims.or(gates.tims_down);
    gates.depot_down = depot.or(gates.depot_down);
    let expire = body["expire_tokens"] == true;
    if expire || body.get("expire_secret").is_some() {
        let secret_expired = body["expire_secret"].as_bool().unwrap_or(gates.secret_expired);
        let step = u64::from(expire);
        let (amazon, tims) = (gates.amazon.generation + step, gates.tims.generation + step);
        world.journal.write(&[Entry::Tokens { amazon, tims, secret_expired }])?;
        gates.amazon.generation = amazon;
        gates.tims.generation = tims;
        gates.secret_expired = secret_expired;
    }
    drop(gates);
    let mut faults_now = locked(&world.faults);
    faults_now.spec = spec.unwrap_or_else(|| faults_now.spec.clone());
    faults_now.reports = reports.unwrap_or(faults_now.reports);
    drop(faults_now);
    Ok(faults(world))
}

fn clock(world: &World) -> Value {
    let kind = match &world.clock_kind {
        SandboxClock::System => "system",
        SandboxClock::Hand(_) => "hand",
        SandboxClock::Paced(_) => "paced",
    };
    json!({"now": world.clock.now().to_string(), "kind": kind, "pace": world.ready().clock})
}

fn move_clock(world: &World, body: &Value) -> Result<Value, String> {
    known_fields(body, &["advance", "speed"])?;
    let by = body.get("advance").map_or(Ok(Duration::ZERO), duration)?;
    let speed = match body.get("speed") {
        None => None,
        Some(speed) => {
            let speed = speed.as_u64().and_then(|speed| u32::try_from(speed).ok()).filter(|speed| *speed > 0);
            Some(speed.ok_or("speed is a whole number, 1 or more")?)
        }
    };
    match (&world.clock_kind, speed) {
        (SandboxClock::Paced(clock), speed) => clock.shift(by, speed),
        (SandboxClock::Hand(clock), None) => clock.advance(by),
        (SandboxClock::Hand(_), Some(_)) => return Err("a clock that is moved by hand has no speed".to_owned()),
        (SandboxClock::System, _) => return Err("this sandbox lives in the machine's time".to_owned()),
    }
    Ok(clock(world))
}

fn put_order(world: &World, id: &str, order: &Value) -> Result<Value, String> {
    let mut shop = locked(&world.shop);
    let entries = shop.bring_in(id, order)?;
    world.journal.write(&entries)?;
    entries.iter().for_each(|entry| shop.apply(entry));
    Ok(order.clone())
}

fn change_order(world: &World, id: &str, body: &Value) -> Result<Value, String> {
    let change = Change::read(body)?;
    let mut shop = locked(&world.shop);
    let (entries, order) = shop.change(id, &change, world.clock.now())?;
    world.journal.write(&entries)?;
    entries.iter().for_each(|entry| shop.apply(entry));
    Ok(order)
}

fn refund(world: &World, id: &str, body: &Value) -> Result<Value, String> {
    known_fields(body, &["items"])?;
    let order = locked(&world.shop).order(id).ok_or_else(|| format!("the shop has no order {id}"))?;
    let mut items = Vec::new();
    for item in body["items"].as_array().into_iter().flatten() {
        let wanted = "an item is {\"orderItemId\":…,\"quantity\":…}";
        let name = item["orderItemId"].as_str().ok_or(wanted)?.to_owned();
        items.push((name, item["quantity"].as_i64().filter(|pieces| *pieces > 0).ok_or(wanted)?));
    }
    let mut ledger = locked(&world.ledger);
    let (entry, event) = ledger.refund(&order, items, world.clock.now())?;
    world.journal.write(std::slice::from_ref(&entry))?;
    ledger.apply(&entry);
    let amount = rust_decimal::Decimal::new(event.total(), event.account.digits).to_string();
    Ok(json!({"refund": event.id, "orderId": id, "posted": event.posted.to_string(), "amount": amount,
        "currency": event.account.currency}))
}

fn settlements(world: &World) -> Result<Value, String> {
    ledger::close(world)?;
    let ledger = locked(&world.ledger);
    let told = ledger.settlements().iter().map(|one| {
        let account = one.account();
        let money = |minor| rust_decimal::Decimal::new(minor, account.digits).to_string();
        json!({"settlement_id": one.id, "report_id": one.report_id, "document_id": one.document_id,
            "marketplace": account.name, "number": one.number, "start": one.start.to_string(),
            "end": one.end.to_string(), "deposit": one.deposit.to_string(), "created": one.created.to_string(),
            "total": money(one.total), "reserve": money(one.reserve), "currency": account.currency, "rows": one.rows})
    });
    Ok(told.collect())
}

fn bring_report(world: &World, name: &str, id: &str, body: &Value) -> Result<Value, String> {
    if body[name].as_str() != Some(id) {
        return Err(format!("the address says {id}, and the body has another {name}"));
    }
    let entry = Entry::Report { text: body.to_string().into() };
    world.journal.write(std::slice::from_ref(&entry))?;
    locked(&world.ledger).apply(&entry);
    Ok(body.clone())
}

fn set_period(world: &World, id: &str, body: &Value) -> Result<Value, String> {
    known_fields(body, &["status"])?;
    let mut tims = locked(&world.tims);
    let entry = tims.set_period(id, body["status"].as_str().unwrap_or_default(), world.clock.now())?;
    world.journal.write(std::slice::from_ref(&entry))?;
    tims.apply(&entry, &[]);
    Ok(json!({"id": id, "status": body["status"]}))
}

fn evolve(world: &World, body: &Value) -> Result<Value, String> {
    known_fields(body, &["percent"])?;
    let percent = body["percent"].as_u64().and_then(|percent| u8::try_from(percent).ok()).filter(|p| *p <= 100);
    let percent = percent.ok_or("percent is a whole number up to 100")?;
    let mut shop = locked(&world.shop);
    let (entries, tally) = shop.evolve(percent, world.clock.now());
    world.journal.write(&entries)?;
    entries.iter().for_each(|entry| shop.apply(entry));
    Ok(json!({"changed": tally}))
}

fn ship(world: &World, body: &Value) -> Result<Value, String> {
    known_fields(body, &["orders"])?;
    let names = match body.get("orders") {
        None => None,
        Some(names) => {
            let names = names.as_array().ok_or("orders is a list of external references")?;
            Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect::<Vec<_>>())
        }
    };
    warehouse::ship(world, names.as_deref())
}

pub(super) fn known_fields(body: &Value, known: &[&str]) -> Result<(), String> {
    let fields = body.as_object().ok_or("an object is wanted")?;
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("there is no `{name}`; there are {}", known.join(", "))),
        None => Ok(()),
    }
}

fn duration(text: &Value) -> Result<Duration, String> {
    let bad = || format!("{text} is no duration; write it like \"90s\", \"15m\" or \"1h 30m\"");
    let span: SignedDuration = text.as_str().ok_or_else(bad)?.parse().map_err(|_| bad())?;
    Duration::try_from(span).map_err(|_| bad())
}
