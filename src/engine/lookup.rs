//! Lookups for one record: tables answer at once; what a connector has to find is fetched together, once for all
//! records that want it, and kept for as long as the flow allows. Within a record an answer stays what it was, so that
//! an expression that is worked out twice gives the same twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::call::{self, Call, CallError, Patience};
use super::context::{Context, Halt, Slot};
use super::digest;
use super::record::Failure;
use super::veil::Veil;
use crate::connectors::{ErrorKind, Fetch};
use crate::diag::Code;
use crate::plan::eval::Answer;
use crate::plan::{LookupId, LookupKind, Lookups, Wanted};
use crate::value::Value;

/// The answers that one record has got.
pub(super) struct Found<'a> {
    ctx: &'a Context<'a>,
    answers: Mutex<HashMap<(LookupId, Vec<u8>), Value>>,
}

impl<'a> Found<'a> {
    pub(super) fn new(ctx: &'a Context<'a>) -> Self {
        Self { ctx, answers: Mutex::default() }
    }

    /// Fetches what is wanted. `None` when all is there; else why the record cannot go on.
    pub(super) async fn fetch(
        &self,
        slot: &mut Slot<'_>,
        key: &str,
        wanted: &[Wanted],
    ) -> Result<Option<Failure>, Halt> {
        let mut by_lookup: BTreeMap<LookupId, BTreeMap<Vec<u8>, Value>> = BTreeMap::new();
        for Wanted { lookup, keys } in wanted {
            by_lookup.entry(*lookup).or_default().insert(bytes(keys), keys.first().cloned().unwrap_or_default());
        }
        for (lookup, keys) in by_lookup {
            if let Some(failure) = self.fetch_from(slot, key, lookup, keys).await? {
                return Ok(Some(failure));
            }
        }
        Ok(None)
    }

    async fn fetch_from(
        &self,
        slot: &mut Slot<'_>,
        key: &str,
        lookup: LookupId,
        keys: BTreeMap<Vec<u8>, Value>,
    ) -> Result<Option<Failure>, Halt> {
        let ctx = self.ctx;
        let Some(plan) = ctx.plan.lookups.get(lookup) else { return Ok(None) };
        let LookupKind::Entity { connector, entity, key: field, cache, .. } = &plan.kind else { return Ok(None) };
        let shared = &ctx.deps.shared;
        let mut guards = Vec::new();
        let mut missing = Vec::new();
        for (bytes, value) in keys {
            let cached = self.cache_key(lookup, &bytes);
            if !cache.is_zero() {
                // In the order of the keys, as all others take them: so nobody waits in a circle.
                guards.push(match shared.fetches.try_lock(&cached) {
                    Some(guard) => guard,
                    None => slot.rest(ctx.unless_halted(async { Ok(shared.fetches.lock(&cached).await) })).await?,
                });
                if let Some(found) = shared.lookups.get(&cached, ctx.now(), *cache) {
                    self.keep(lookup, bytes, found);
                    continue;
                }
            }
            missing.push((bytes, cached, value));
        }
        if missing.is_empty() {
            return Ok(None);
        }
        let connection = ctx.connection(connector)?.clone();
        let request = Fetch {
            entity: entity.clone(),
            key: field.clone(),
            values: missing.iter().map(|(_, _, value)| value.clone()).collect(),
            datasets: Vec::new(),
        };
        let private = ctx.plan.facts.private_lookups.contains(&plan.name);
        let veil = if private { Veil::of_keys(&request.values) } else { Veil::default() };
        let make = move |_| -> futures::future::BoxFuture<'static, _> {
            let (connection, request) = (connection.clone(), request.clone());
            let veil = veil.clone();
            Box::pin(async move { connection.fetch(&request).await.map_err(|error| veil.over(error)) })
        };
        ctx.tally().counts.lookups += 1;
        let name = format!("lookup {}", plan.name);
        let asked =
            Call { connection: connector, key, step: &name, patience: Patience::Tries(ctx.plan.retry), repeat: false };
        let failed = |code, error: &dyn std::fmt::Display, attempts| {
            Ok(Some(Failure {
                code,
                at: plan.at,
                reason: format!("the lookup `{}` failed: {error}", plan.name),
                step: Some(name.clone()),
                attempts,
                found: Vec::new(),
            }))
        };
        let found = match call::call(ctx, slot, asked, make).await {
            Ok(answer) => answer.value,
            // What is missing is answered with null. So it is the place that is not there: a wrong address would
            // otherwise make a dead letter of every record.
            Err(CallError::Refused(error, _)) if error.kind == ErrorKind::NotFound => {
                return Err(Halt::Broken { connection: connector.clone(), message: error.to_string() });
            }
            Err(CallError::Halt(halt)) => return Err(halt),
            Err(CallError::Refused(error, attempts)) => return failed(Code::E611, &error, attempts),
            Err(CallError::Exhausted(error, attempts) | CallError::Unsettled(error, attempts)) => {
                return failed(Code::E612, &error, attempts);
            }
        };
        let now = ctx.now();
        let mut found = found.into_iter();
        for (bytes, cached, _) in missing {
            let value = found.next().unwrap_or_default();
            if !cache.is_zero() {
                shared.lookups.put(cached, value.clone(), now);
            }
            self.keep(lookup, bytes, value);
        }
        drop(guards);
        Ok(None)
    }

    fn keep(&self, lookup: LookupId, key: Vec<u8>, found: Value) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert((lookup, key), found);
    }

    /// Where all runs of the process find an answer: by what is looked up and not by who asks.
    fn cache_key(&self, lookup: LookupId, key: &[u8]) -> Vec<u8> {
        let mut out = match self.ctx.plan.lookups.get(lookup).map(|plan| &plan.kind) {
            Some(LookupKind::Entity { connector, entity, key, .. }) => {
                crate::store::key::join(&[connector, entity, key])
            }
            _ => Vec::new(),
        };
        out.extend_from_slice(key);
        out
    }
}

impl Lookups for Found<'_> {
    fn find(&self, lookup: LookupId, keys: &[Value]) -> Answer {
        let answer = |found: Value| if found.is_null() { Answer::Missing } else { Answer::Found(found) };
        let cache = match self.ctx.plan.lookups.get(lookup).map(|plan| &plan.kind) {
            None => return Answer::Missing,
            Some(LookupKind::Table(table)) => {
                // A cell may be empty where its type says so; that is no miss.
                return table.find(keys).map_or(Answer::Missing, |row| Answer::Found(row.clone()));
            }
            Some(LookupKind::Join(_)) => {
                let joined = self.ctx.joins.get().and_then(|joins| joins.get(lookup)).and_then(Option::as_ref);
                let records = joined.and_then(|joined| joined.find(keys));
                return records.map_or(Answer::Missing, |records| Answer::Found(records.clone()));
            }
            Some(LookupKind::Entity { cache, .. }) => *cache,
        };
        let bytes = bytes(keys);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = answers.get(&(lookup, bytes.clone())) {
            return answer(found.clone());
        }
        if cache == Duration::ZERO {
            return Answer::Unknown;
        }
        match self.ctx.deps.shared.lookups.get(&self.cache_key(lookup, &bytes), self.ctx.now(), cache) {
            Some(found) => {
                answers.insert((lookup, bytes), found.clone());
                answer(found)
            }
            None => Answer::Unknown,
        }
    }

    fn miss(&self, lookup: LookupId, keys: &str) -> String {
        self.ctx.plan.miss(lookup, keys)
    }

    fn name(&self, lookup: LookupId) -> String {
        self.ctx.plan.lookups.get(lookup).map(|plan| plan.name.clone()).unwrap_or_default()
    }
}

fn bytes(keys: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    digest::canonical(&mut out, &Value::list(keys.to_vec()));
    out
}
