//! The simulated Selling Partner API, with the checks, quotas and error bodies that are published or known from practice.
//! What all operations share is here; each part of the API has a file. Bodies of errors say as little as Amazon's; what was wrong is told in the header
//! `x-sandbox-reason`.

mod blocks;
mod confirmation;
pub(super) mod feeds;
mod finances;
pub(super) mod inventory;
pub(super) mod listings;
mod orders;
mod page;
mod query;
pub(super) mod reports;

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::journal::Entry;
use super::lwa::{SECRET_EXPIRED, Shown};
use super::quota::Plan;
use super::reply::{Reply, request_id};
use super::world::{World, locked};

/// A user agent may have this many characters.
const LONGEST_USER_AGENT: usize = 500;

/// A refused request: the status, the three texts of an Amazon error, and what the sandbox has to add.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: &'static str,
    details: Option<&'static str>,
    reason: String,
}

impl Refusal {
    fn invalid(reason: impl Into<String>) -> Self {
        let details = Some("Invalid Input");
        Self { status: 400, code: "InvalidInput", message: "Invalid Input", details, reason: reason.into() }
    }
}

/// One operation of the API.
pub(super) struct Operation {
    /// What the counters call it: `amazon.` and the published name.
    name: &'static str,
    method: Method,
    /// The segments of its path; `{}` is any.
    path: &'static [&'static str],
    plan: Plan,
    serve: fn(&World, &Call, Timestamp) -> Result<Done, Refusal>,
}

/// What an operation comes to.
#[derive(Debug)]
pub(super) struct Done {
    status: u16,
    /// None where the answer has none, as with 204.
    body: Option<Value>,
    /// Whether something changed.
    wrote: bool,
}

impl Done {
    /// An answer that only tells.
    fn told(body: Value) -> Self {
        Self { status: 200, body: Some(body), wrote: false }
    }
}

/// The operations, a file of them each. A new part of the API is its file and its line here.
const FAMILIES: &[&[Operation]] = &[
    confirmation::OPERATIONS,
    feeds::OPERATIONS,
    finances::OPERATIONS,
    inventory::OPERATIONS,
    listings::OPERATIONS,
    orders::OPERATIONS,
    reports::OPERATIONS,
];

/// What the counters call this request.
pub(super) fn operation(call: &Call) -> &'static str {
    find(call).map_or("amazon.unknown", |operation| operation.name)
}

fn find(call: &Call) -> Option<&'static Operation> {
    let path = call.segments();
    let fits = |operation: &&Operation| {
        operation.method == call.method
            && operation.path.len() == path.len()
            && operation.path.iter().zip(&path).all(|(wanted, given)| *wanted == "{}" || wanted == given)
    };
    // What is spelt out goes before what fits anything.
    let fitting = FAMILIES.iter().copied().flatten().filter(fits);
    fitting.min_by_key(|operation| operation.path.iter().filter(|segment| **segment == "{}").count())
}

/// Answers a request to the Selling Partner API.
pub(super) fn answer(world: &World, call: &Call) -> Reply {
    let id = request_id(world.next_request());
    let reply = match serve(world, call) {
        Ok((done, plan)) => {
            let reply = match &done.body {
                Some(body) => Reply::json(done.status, body),
                None => Reply::text(done.status, "application/json", String::new()),
            };
            Reply { wrote: done.wrote, ..reply.with("x-amzn-ratelimit-limit", plan.rate) }
        }
        Err((refusal, plan)) => {
            let reply = refused(&refusal);
            match (refusal.status, plan) {
                // The published headers: the rate is told on success, 400 and 404 only.
                (400 | 404, Some(plan)) => reply.with("x-amzn-ratelimit-limit", plan.rate),
                _ => reply,
            }
        }
    };
    reply.with("x-amzn-requestid", id)
}

/// Amazon's answer when something on its own side is wrong.
pub(super) fn failure(world: &World, status: u16) -> Reply {
    let refusal = match status {
        429 => over_quota("a fault that was asked for"),
        503 => Refusal {
            status,
            code: "ServiceUnavailable",
            message: "Service is temporarily unavailable.",
            details: Some(""),
            reason: "an outage that was asked for".to_owned(),
        },
        _ => Refusal {
            status,
            code: "InternalFailure",
            message: "We encountered an internal error. Please try again.",
            details: Some(""),
            reason: "a fault that was asked for".to_owned(),
        },
    };
    refused(&refusal).with("x-amzn-requestid", request_id(world.next_request()))
}

fn refused(refusal: &Refusal) -> Reply {
    let mut error = Map::new();
    error.insert("code".to_owned(), refusal.code.into());
    error.insert("message".to_owned(), refusal.message.into());
    if let Some(details) = refusal.details {
        error.insert("details".to_owned(), details.into());
    }
    let reply = Reply::json(refusal.status, &json!({"errors": [error]}));
    // A header takes no line breaks and no other alphabets.
    let reason: String = refusal.reason.chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect();
    let reply = reply.with("x-sandbox-reason", reason);
    match refusal.status {
        429 => reply.with("x-amzn-errortype", "TooManyRequestsException"),
        403 => reply.with("x-amzn-errortype", "AccessDeniedException"),
        _ => reply,
    }
}

fn over_quota(reason: &str) -> Refusal {
    Refusal {
        status: 429,
        code: "QuotaExceeded",
        message: "You exceeded your quota for the requested resource.",
        details: Some(""),
        reason: reason.to_owned(),
    }
}

type Served = Result<(Done, Plan), (Refusal, Option<Plan>)>;

fn serve(world: &World, call: &Call) -> Served {
    let Some(operation) = find(call) else {
        let refusal = Refusal {
            status: 403,
            code: "MissingAuthenticationToken",
            message: "Missing Authentication Token",
            details: None,
            reason: format!("there is no {} /{}", call.method, call.path.join("/")),
        };
        return Err((refusal, None));
    };
    let plan = operation.plan;
    admit(world, call).map_err(|refusal| (refusal, None))?;
    let now = world.clock.now();
    // The check and the journal line are one step, so that a restart never hands out a request twice.
    {
        let mut quotas = locked(&world.quotas);
        let (level, granted) = quotas.take(operation.name, plan, now);
        if !granted {
            return Err((over_quota("the usage plan's bucket is empty"), None));
        }
        if world.journal.is_kept() {
            let entry = Entry::Quota { operation: operation.name.to_owned(), level };
            // A quota that could not be written down is at worst given twice.
            let _ = world.journal.write(&[entry]);
        }
    }
    let done = (operation.serve)(world, call, now);
    done.map(|done| (done, plan)).map_err(|refusal| (refusal, Some(plan)))
}

/// Whether the request may come in at all.
fn admit(world: &World, call: &Call) -> Result<(), Refusal> {
    let denied = |details, reason: &str| Refusal {
        status: 403,
        code: "Unauthorized",
        message: "Access to requested resource is denied.",
        details: Some(details),
        reason: reason.to_owned(),
    };
    if call.header("user-agent").unwrap_or_default().chars().count() > LONGEST_USER_AGENT {
        return Err(Refusal::invalid("the user-agent has more than 500 characters"));
    }
    let Some(token) = call.header("x-amz-access-token").filter(|token| !token.is_empty()) else {
        return Err(denied("Access token is missing in the request header.", "no x-amz-access-token"));
    };
    let gates = world.gates();
    let shown = gates.amazon.look(token, world.clock.now());
    if gates.secret_expired && shown != Shown::Unknown {
        return Err(Refusal {
            status: 403,
            code: "Unauthorized",
            message: SECRET_EXPIRED,
            details: Some(""),
            reason: "expire_secret was asked for".to_owned(),
        });
    }
    match shown {
        Shown::Good => Ok(()),
        Shown::Expired => Err(denied("The access token you provided has expired.", "the token is too old")),
        Shown::Unknown => Err(denied(
            "The access token you provided is revoked, malformed or invalid.",
            "the token was not given out here",
        )),
        Shown::Grantless => Err(denied("", "the operation needs a seller's token, not a grantless one")),
    }
}
