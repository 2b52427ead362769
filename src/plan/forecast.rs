//! What flows will cost before they run: calls against each quota, by trigger and by record, and how long a backlog
//! takes. Worked out from plans and the published rates alone; what is assumed stands in [`Load`] and is told with the
//! result.
//!
//! A record costs a call for each entity lookup with another key, and one for each write on its way. *Typical* is a
//! record that takes the longer branch of each `when` and finds a part of its cached lookups in the cache; *worst* is
//! one that finds nothing there. A read costs at least one call, also where there is nothing to read.

mod cost;
pub mod motion;

use std::collections::BTreeMap;
use std::time::Duration;

use super::cron::Cron;
use super::{Plan, Trigger, late};
use crate::catalog::{Catalog, OperationSpec};
use crate::diag::{Code, Diagnostic, Span};

const HOUR: f64 = 3600.0;

/// What is assumed.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Records that change in an hour, for each flow.
    pub per_hour: f64,
    /// How many of a hundred cached lookups are answered from the cache.
    pub hits: f64,
    /// How many items a list of a record has.
    pub items: f64,
    /// How many records make a group, in flows that group them.
    pub per_group: f64,
    /// Records that wait already.
    pub backlog: Option<f64>,
    /// Records per page of a connector's source, where its settings say so.
    pub pages: BTreeMap<String, f64>,
    /// How far a connector's source reads back into what was read before.
    pub overlaps: BTreeMap<String, Duration>,
    /// Limits that all operations of a connector share: so many calls in so long.
    pub shared: BTreeMap<String, (usize, Duration)>,
}

/// Calls, as they usually are and as they are at worst.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Calls {
    /// As they usually are.
    pub typical: f64,
    /// At worst.
    pub worst: f64,
}

impl Calls {
    fn add(&mut self, other: Calls) {
        self.typical += other.typical;
        self.worst += other.worst;
    }

    fn times(self, count: f64) -> Calls {
        Calls { typical: self.typical * count, worst: self.worst * count }
    }
}

/// An operation: connector and name.
pub type Operation = (String, String);

/// What one flow costs.
#[derive(Debug)]
pub struct FlowCost {
    /// The flow.
    pub flow: String,
    /// Its triggers, with how often they read in an hour.
    pub triggers: Vec<TriggerCost>,
    /// Calls for each record.
    pub per_record: BTreeMap<Operation, Calls>,
    /// Calls in an hour.
    pub per_hour: BTreeMap<Operation, Calls>,
    /// The entity lookups, with how they were counted.
    pub lookups: Vec<LookupCost>,
}

/// What a trigger costs.
#[derive(Debug)]
pub struct TriggerCost {
    /// As it is written.
    pub text: String,
    /// Where it stands.
    pub at: Span,
    /// The operation that it calls.
    pub operation: Operation,
    /// How often it fires in an hour; for events once for each record.
    pub fires: f64,
    /// Calls in an hour.
    pub calls: f64,
}

/// What a lookup costs a record.
#[derive(Debug)]
pub struct LookupCost {
    /// The lookup.
    pub name: String,
    /// What it calls.
    pub operation: Operation,
    /// Different keys for one record.
    pub keys: f64,
    /// How long answers are good for.
    pub cache: Duration,
    /// Calls for each record.
    pub calls: Calls,
}

/// A limit, and what is used of it.
#[derive(Debug)]
pub struct Quota {
    /// The connector.
    pub connector: String,
    /// The operation; `None` for a limit that all operations share.
    pub operation: Option<String>,
    /// Calls that are let through in an hour.
    pub allowed: f64,
    /// Calls that can be made at once besides.
    pub burst: f64,
    /// Calls in an hour.
    pub used: Calls,
    /// Calls of them that reading alone takes, whatever there is to read.
    pub reading: f64,
    /// Calls for each record.
    pub per_record: Calls,
    /// How long the backlog takes with what is left of it.
    pub backlog: Option<Backlog>,
}

/// What a backlog costs at one limit.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    /// Calls.
    pub calls: f64,
    /// How long they take; `None` where they never end.
    pub takes: Option<Duration>,
}

impl Quota {
    /// Its name: `amazon.searchOrders`, `tims (all calls)`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.operation {
            Some(operation) => format!("{}.{operation}", self.connector),
            None => format!("{} (all calls)", self.connector),
        }
    }

    /// Records in an hour that it lets through, where reading leaves anything.
    #[must_use]
    pub fn records(&self) -> Option<f64> {
        (self.per_record.typical > 0.0).then(|| ((self.allowed - self.reading) / self.per_record.typical).max(0.0))
    }
}

/// What flows cost together.
#[derive(Debug)]
pub struct Forecast {
    /// Each flow.
    pub flows: Vec<FlowCost>,
    /// The limits that are touched.
    pub quotas: Vec<Quota>,
    /// Calls of operations that have no published limit.
    pub unlimited: Vec<(Operation, Calls)>,
    /// Which limit takes the longest for the backlog: an index into `quotas`.
    pub bottleneck: Option<usize>,
}

/// What these flows cost on one set of connections.
#[must_use]
pub fn forecast(plans: &[&Plan], catalog: &Catalog, load: &Load) -> Forecast {
    let flows: Vec<FlowCost> = plans.iter().map(|plan| flow(plan, catalog, load)).collect();
    let mut used: BTreeMap<Operation, (Calls, f64, Calls)> = BTreeMap::new();
    for flow in &flows {
        for (operation, calls) in &flow.per_hour {
            used.entry(operation.clone()).or_default().0.add(*calls);
        }
        for trigger in &flow.triggers {
            let fixed = if trigger.text.starts_with("event") { 0.0 } else { trigger.fires };
            used.entry(trigger.operation.clone()).or_default().1 += fixed;
        }
        for (operation, calls) in &flow.per_record {
            used.entry(operation.clone()).or_default().2.add(*calls);
        }
    }
    let mut quotas: Vec<Quota> = Vec::new();
    let mut unlimited = Vec::new();
    for ((connector, name), (calls, reading, per_record)) in used {
        let spec = operation(catalog, &connector, &name);
        let shared = load.shared.get(&connector);
        if let Some(rate) = spec.and_then(|spec| spec.rate) {
            #[allow(clippy::cast_precision_loss, reason = "rates are small numbers")]
            let allowed = rate.per_10_000_s as f64 * HOUR / 10_000.0;
            quotas.push(Quota {
                connector: connector.clone(),
                operation: Some(name.clone()),
                allowed,
                burst: f64::from(rate.burst),
                used: calls,
                reading,
                per_record,
                backlog: None,
            });
        } else if shared.is_none() {
            unlimited.push(((connector.clone(), name.clone()), calls));
        }
        let Some((count, span)) = shared else { continue };
        match quotas.iter_mut().find(|quota| quota.connector == connector && quota.operation.is_none()) {
            Some(quota) => {
                quota.used.add(calls);
                quota.reading += reading;
                quota.per_record.add(per_record);
            }
            None => {
                #[allow(clippy::cast_precision_loss, reason = "limits are small numbers")]
                let count = *count as f64;
                quotas.push(Quota {
                    connector,
                    operation: None,
                    allowed: count * HOUR / span.as_secs_f64().max(0.001),
                    burst: 0.0,
                    used: calls,
                    reading,
                    per_record,
                    backlog: None,
                });
            }
        }
    }
    let bottleneck = load.backlog.and_then(|backlog| clear(&mut quotas, plans, catalog, load, backlog));
    Forecast { flows, quotas, unlimited, bottleneck }
}

/// How long a backlog takes at each limit, and which is the slowest.
fn clear(quotas: &mut [Quota], plans: &[&Plan], catalog: &Catalog, load: &Load, backlog: f64) -> Option<usize> {
    let mut slowest: Option<(f64, usize)> = None;
    for (index, quota) in quotas.iter_mut().enumerate() {
        let mut calls = quota.per_record.typical * backlog;
        for plan in plans {
            let Some((connector, name)) = cost::reading(plan, catalog) else { continue };
            if quota.connector == connector && quota.operation.as_ref().is_none_or(|operation| *operation == name) {
                calls += (backlog / page(plan, catalog, load)).ceil();
            }
        }
        let left = quota.allowed - quota.used.typical;
        let hours = ((calls - quota.burst).max(0.0)) / left.max(f64::MIN_POSITIVE);
        let takes =
            (left > 0.0 || calls <= quota.burst).then(|| Duration::try_from_secs_f64(hours * HOUR).ok()).flatten();
        if calls > 0.0 && slowest.is_none_or(|(known, _)| hours > known) {
            slowest = Some((hours, index));
        }
        quota.backlog = Some(Backlog { calls, takes });
    }
    slowest.map(|(_, index)| index)
}

fn flow(plan: &Plan, catalog: &Catalog, load: &Load) -> FlowCost {
    let (per_record, lookups) = cost::per_record(plan, catalog, load);
    let mut per_hour: BTreeMap<Operation, Calls> =
        per_record.iter().map(|(operation, calls)| (operation.clone(), calls.times(load.per_hour))).collect();
    let triggers = triggers(plan, catalog, load);
    for trigger in &triggers {
        let calls = Calls { typical: trigger.calls, worst: trigger.calls };
        per_hour.entry(trigger.operation.clone()).or_default().add(calls);
    }
    FlowCost { flow: plan.flow.clone(), triggers, per_record, per_hour, lookups }
}

fn page(plan: &Plan, catalog: &Catalog, load: &Load) -> f64 {
    let given = load.pages.get(&plan.source.connector).copied();
    let batch = || {
        let (connector, name) = cost::reading(plan, catalog)?;
        operation(catalog, &connector, &name).and_then(|spec| u32::try_from(spec.batch).ok()).map(f64::from)
    };
    given.or_else(batch).unwrap_or(1.0).max(1.0)
}

fn triggers(plan: &Plan, catalog: &Catalog, load: &Load) -> Vec<TriggerCost> {
    let Some(reading) = cost::reading(plan, catalog) else { return Vec::new() };
    let page = page(plan, catalog, load);
    let overlap = load.overlaps.get(&plan.source.connector).map_or(0.0, Duration::as_secs_f64) / HOUR;
    let places = plan.facts.triggers.iter().copied().chain(std::iter::repeat(plan.key.at));
    plan.source
        .triggers
        .iter()
        .zip(places)
        .map(|(trigger, at)| {
            let polled = |fires: f64| {
                // Each read gets what changed since the last one, and what it reads again for safety.
                let records = load.per_hour * (1.0 / fires.max(f64::MIN_POSITIVE) + overlap);
                (fires, fires * (records / page).ceil().max(1.0))
            };
            let (operation, (fires, calls)) = match trigger {
                Trigger::Event(_) | Trigger::Webhook(_) => match cost::fetching(plan, catalog) {
                    Some(fetch) => (fetch, (load.per_hour, load.per_hour)),
                    None => (reading.clone(), (load.per_hour, load.per_hour)),
                },
                Trigger::Every(every) => (reading.clone(), polled(HOUR / every.as_secs_f64().max(0.001))),
                Trigger::Cron(schedule, _) => {
                    (reading.clone(), polled(Cron::parse(schedule).map_or(0.0, |cron| cron.per_hour())))
                }
                Trigger::Manual => (reading.clone(), (0.0, 0.0)),
            };
            TriggerCost { text: written(trigger), at, operation, fires, calls }
        })
        .chain(again(plan, &reading, load, page))
        .chain(joined(plan, catalog, load))
        .collect()
}

/// What it costs to read again what was read: each time all that changed since.
fn again(plan: &Plan, reading: &Operation, load: &Load, page: f64) -> Vec<TriggerCost> {
    let cost = |again: &Duration| {
        let (hours, pause) = (again.as_secs_f64() / HOUR, late::pause(*again).as_secs_f64() / HOUR);
        let fires = 1.0 / pause.max(f64::MIN_POSITIVE);
        let calls = fires * (load.per_hour * (hours + pause) / page).ceil().max(1.0);
        let text = format!("again after {}h", again.as_secs() / 3600);
        TriggerCost { text, at: plan.key.at, operation: reading.clone(), fires, calls }
    };
    plan.source.again.iter().map(cost).collect()
}

/// What it costs to read second sources: each run reads all of them. How much they have nobody says, so it is one page, or
/// what changes in the time that the flow names.
fn joined(plan: &Plan, catalog: &Catalog, load: &Load) -> Vec<TriggerCost> {
    let fires: f64 = plan
        .source
        .triggers
        .iter()
        .map(|trigger| match trigger {
            Trigger::Every(every) => HOUR / every.as_secs_f64().max(0.001),
            Trigger::Cron(schedule, _) => Cron::parse(schedule).map_or(0.0, |cron| cron.per_hour()),
            Trigger::Event(_) | Trigger::Webhook(_) => load.per_hour,
            Trigger::Manual => 0.0,
        })
        .sum();
    let cost = |lookup: &super::LookupPlan| {
        let super::LookupKind::Join(join) = &lookup.kind else { return None };
        let source = &join.source;
        let spec = catalog.connector(&source.connector)?.entity(&source.entity)?.source.as_ref()?;
        let operation = (source.connector.clone(), spec.operation.to_owned());
        let batch = self::operation(catalog, &operation.0, &operation.1).map_or(1, |known| known.batch.max(1));
        #[allow(clippy::cast_precision_loss, reason = "records of a page are few")]
        let pages = source.since.map_or(0.0, |since| load.per_hour * since.as_secs_f64() / HOUR / batch as f64);
        let calls = fires * pages.ceil().max(1.0);
        Some(TriggerCost { text: format!("all of `{}`", lookup.name), at: lookup.at, operation, fires, calls })
    };
    plan.lookups.iter().filter_map(cost).collect()
}

/// A trigger as the flow writes it.
fn written(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Event(name) => format!("event {name}"),
        Trigger::Webhook(name) => format!("webhook \"{name}\""),
        Trigger::Every(every) => match every.as_secs() {
            seconds if seconds >= 3600 && seconds % 3600 == 0 => format!("every {}h", seconds / 3600),
            seconds if seconds >= 60 && seconds % 60 == 0 => format!("every {}m", seconds / 60),
            seconds => format!("every {seconds}s"),
        },
        Trigger::Cron(schedule, zone) => format!("cron \"{schedule}\" {zone}"),
        Trigger::Manual => "manual".to_owned(),
    }
}

fn operation<'c>(catalog: &'c Catalog, connector: &str, name: &str) -> Option<&'c OperationSpec> {
    catalog.connector(connector)?.operation(name)
}

/// Why a schedule cannot be kept, for each flow by its place in `plans`: it reads more often than it may, or it gets
/// more records than the quotas let through.
#[must_use]
pub fn refusals(plans: &[&Plan], forecast: &Forecast, load: &Load) -> Vec<(usize, Diagnostic)> {
    let mut out = Vec::new();
    for quota in &forecast.quotas {
        let name = quota.name();
        let touches = |trigger: &TriggerCost| {
            trigger.operation.0 == quota.connector
                && quota.operation.as_ref().is_none_or(|operation| *operation == trigger.operation.1)
        };
        let too_often = quota.reading > quota.allowed;
        if !too_often && quota.used.typical <= quota.allowed {
            continue;
        }
        // The flow that takes most of it is told.
        let share = |flow: &FlowCost| {
            let own = |calls: &BTreeMap<Operation, Calls>| {
                let of = |operation: &Operation| {
                    operation.0 == quota.connector && quota.operation.as_ref().is_none_or(|name| *name == operation.1)
                };
                calls.iter().filter(|(operation, _)| of(operation)).map(|(_, calls)| calls.typical).sum::<f64>()
            };
            own(&flow.per_hour)
        };
        let most = forecast.flows.iter().enumerate().max_by(|(_, a), (_, b)| share(a).total_cmp(&share(b)));
        let Some((index, flow)) = most else { continue };
        let at = flow.triggers.iter().find(|trigger| touches(trigger) && trigger.fires > 0.0);
        let at = at
            .or(flow.triggers.first())
            .map_or_else(|| plans.get(index).map(|plan| plan.key.at).unwrap_or_default(), |trigger| trigger.at);
        let together = if forecast.flows.len() > 1 { " by all these flows together" } else { "" };
        let (message, help) = if too_often {
            let pause = HOUR * quota.reading / quota.allowed.max(f64::MIN_POSITIVE) / quota.reading;
            (
                format!(
                    "this reads {} times an hour{together}, and {name} lets {} calls through",
                    number(quota.reading),
                    number(quota.allowed)
                ),
                format!("read less often: one call becomes free every {}", pause_of(pause)),
            )
        } else {
            let most = quota.records().map(|records| records.floor()).unwrap_or_default();
            (
                format!(
                    "{} records an hour need {} calls of {name}{together}, and it lets {} through",
                    number(load.per_hour),
                    number(quota.used.typical),
                    number(quota.allowed)
                ),
                format!(
                    "at most {} records an hour get through; ask for a higher limit, look up less, or cache it longer",
                    number(most)
                ),
            )
        };
        out.push((index, Diagnostic::new(Code::E461, at, message).help(help)));
    }
    out
}

/// A number for people: whole where it is large, with two digits where it is small.
#[must_use]
pub fn number(value: f64) -> String {
    if value >= 100.0 || (value - value.round()).abs() < 0.005 {
        format!("{value:.0}")
    } else {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

fn pause_of(seconds: f64) -> String {
    if seconds >= 120.0 {
        format!("{} min", number((seconds / 60.0).ceil()))
    } else {
        format!("{} s", number(seconds.ceil()))
    }
}
