//! What flows cost and touch, for people.

use super::super::exit::Failure;
use super::super::{output, table};
use super::{Told, assumptions};
use crate::plan::forecast::{motion::motion, number};
use crate::plan::lineage::{Tracer, ends};

pub(super) fn tell(told: &Told<'_>) -> Result<(), Failure> {
    let names: Vec<&str> = told.plans.iter().map(|plan| plan.flow.as_str()).collect();
    let kind = if told.settings.production { ", production" } else { "" };
    output::line(&format!("{} in {}{kind}", names.join(", "), told.settings.name))?;
    triggers(told)?;
    quotas(told)?;
    records(told)?;
    fields(told)?;
    buyer_data(told)?;
    state(told)?;
    output::line("\nassumed")?;
    for line in assumptions(told) {
        output::line(&format!("  {line}"))?;
    }
    Ok(())
}

fn block(heading: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    output::line(&format!("\n{}", table::render(heading, rows)))
}

fn triggers(told: &Told<'_>) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for flow in &told.forecast.flows {
        for trigger in &flow.triggers {
            let (connector, operation) = &trigger.operation;
            rows.push(vec![
                flow.flow.clone(),
                trigger.text.clone(),
                format!("{connector}.{operation}"),
                number(trigger.fires),
                number(trigger.calls),
            ]);
        }
    }
    block(&["flow", "trigger", "calls", "times an hour", "calls an hour"], &rows)
}

fn quotas(told: &Told<'_>) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for quota in &told.forecast.quotas {
        let share = |used: f64| format!("{} %", number((used / quota.allowed * 100.0).round()));
        let mut row = vec![
            quota.name(),
            number(quota.allowed),
            number(quota.burst),
            number(quota.used.typical),
            share(quota.used.typical),
            number(quota.used.worst),
            share(quota.used.worst),
            quota.records().map_or("-".to_owned(), |records| number(records.floor())),
        ];
        if let Some(backlog) = quota.backlog {
            row.push(number(backlog.calls));
            row.push(backlog.takes.map_or("never".to_owned(), table::duration));
        }
        rows.push(row);
    }
    for ((connector, operation), calls) in &told.forecast.unlimited {
        let mut row = vec![format!("{connector}.{operation}"), "no limit".to_owned(), String::new()];
        row.extend([number(calls.typical), String::new(), number(calls.worst), String::new(), "-".to_owned()]);
        if told.load.backlog.is_some() {
            row.extend([String::new(), String::new()]);
        }
        rows.push(row);
    }
    let mut heading = vec!["quota", "calls an hour", "burst", "typical", "", "worst", "", "records an hour at most"];
    let backlog = told.load.backlog.map(|backlog| format!("calls for {}", number(backlog)));
    if let Some(backlog) = &backlog {
        heading.extend([backlog.as_str(), "takes"]);
    }
    block(&heading, &rows)?;
    if let Some(slowest) = told.forecast.bottleneck.and_then(|index| told.forecast.quotas.get(index)) {
        let takes = slowest
            .backlog
            .and_then(|backlog| backlog.takes)
            .map_or("never ends".to_owned(), |takes| format!("takes {}", table::duration(takes)));
        let records = number(told.load.backlog.unwrap_or_default());
        output::line(&format!("\na backlog of {records} records {takes}; {} is what holds it up", slowest.name()))?;
    }
    Ok(())
}

fn records(told: &Told<'_>) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for flow in &told.forecast.flows {
        for ((connector, operation), calls) in &flow.per_record {
            let lookups =
                flow.lookups.iter().filter(|lookup| lookup.operation == (connector.clone(), operation.clone()));
            let why: Vec<String> = lookups
                .map(|lookup| {
                    let cache = if lookup.cache.is_zero() {
                        "not cached".to_owned()
                    } else {
                        format!("cached {} s", lookup.cache.as_secs())
                    };
                    format!("lookup {} (keys: {}, {cache})", lookup.name, number(lookup.keys))
                })
                .collect();
            let why = if why.is_empty() { "write".to_owned() } else { why.join(", ") };
            rows.push(vec![
                flow.flow.clone(),
                format!("{connector}.{operation}"),
                number(calls.typical),
                number(calls.worst),
                why,
            ]);
        }
    }
    block(&["flow", "for each record", "typical", "worst", ""], &rows)
}

fn fields(told: &Told<'_>) -> Result<(), Failure> {
    for plan in told.plans {
        output::line(&format!("\n{} reads", plan.flow))?;
        for (entity, fields) in &plan.facts.reads {
            output::line(&format!("  {entity}: {}", fields.iter().map(String::as_str).collect::<Vec<_>>().join(", ")))?;
        }
        output::line(&format!("{} writes", plan.flow))?;
        for target in &plan.targets {
            let Some(fields) = plan.facts.writes.get(&target.name) else { continue };
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let (name, verb) = (&target.name, &target.verb);
            output::line(&format!("  {verb} {}.{} as {name}: {}", target.connector, target.entity, fields.join(", ")))?;
        }
        if !plan.facts.tables.is_empty() {
            let tables: Vec<&str> = plan.facts.tables.iter().map(String::as_str).collect();
            output::line(&format!("{} uses {}", plan.flow, tables.join(", ")))?;
        }
    }
    Ok(())
}

fn buyer_data(told: &Told<'_>) -> Result<(), Failure> {
    let rule = told.settings.buyer_data.word();
    output::line(&format!("\nbuyer data in motion ({rule} in {})", told.settings.name))?;
    let mut any = false;
    for plan in told.plans {
        let tracer = Tracer::new(plan);
        for motion in motion(&tracer) {
            let Some(target) = plan.targets.get(motion.target) else { continue };
            any = true;
            let how = match motion.cleared {
                None => "as it is".to_owned(),
                Some(function) => format!("masked by {function}"),
            };
            let to = format!("{}.{}", target.name, ends::remote(target, &motion.path));
            output::line(&format!("  {} → {to} ({}.{}), {how}", motion.from, target.connector, target.entity))?;
        }
    }
    if any { Ok(()) } else { output::line("  none") }
}

fn state(told: &Told<'_>) -> Result<(), Failure> {
    output::line(&format!("\nstate in {}", told.settings.store.display()))?;
    for plan in told.plans {
        let flow = &plan.flow;
        let (source, entity) = (&plan.source.connector, &plan.source.entity);
        output::line(&format!("  cursor {flow}: how far {source}.{entity} was read"))?;
        let steps: Vec<&str> = plan.targets.iter().map(|target| target.name.as_str()).collect();
        output::line(&format!("  ledger {flow}/KEY: a record each, with a step for {}", steps.join(", ")))?;
        for (line, patience) in plan.waits() {
            let longest = table::duration(patience);
            output::line(&format!("  waiting {flow}: records that line {line} keeps, sealed, each up to {longest}"))?;
        }
        for target in plan.targets.iter().filter(|target| !target.natural_key.is_empty()) {
            let by = target.natural_key.join(", ");
            output::line(&format!(
                "  document {}.{} by {by}: what {} wrote last",
                target.connector, target.entity, target.name
            ))?;
        }
    }
    output::line("  dead letters, sealed; the audit trail; the levels of the quotas")
}
