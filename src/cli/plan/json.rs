//! What flows cost and touch, for programs.

use serde_json::{Value, json};

use super::{Told, assumptions};
use crate::plan::forecast::{Calls, motion::motion};
use crate::plan::lineage::{Tracer, ends};

pub(super) fn tell(told: &Told<'_>) -> Value {
    let settings = told.settings;
    let flows = told.forecast.flows.iter().zip(told.plans).map(|(flow, plan)| {
        let triggers = flow.triggers.iter().map(|trigger| {
            json!({
                "trigger": trigger.text, "operation": named(&trigger.operation), "times_an_hour": trigger.fires,
                "calls_an_hour": trigger.calls,
            })
        });
        let per_record = flow.per_record.iter().map(|(operation, used)| (named(operation), calls(*used)));
        let per_hour = flow.per_hour.iter().map(|(operation, used)| (named(operation), calls(*used)));
        let lookups = flow.lookups.iter().map(|lookup| {
            json!({
                "lookup": lookup.name, "operation": named(&lookup.operation), "keys": lookup.keys,
                "cache_seconds": lookup.cache.as_secs(), "per_record": calls(lookup.calls),
            })
        });
        let tracer = Tracer::new(plan);
        let moved = motion(&tracer).into_iter().filter_map(|motion| {
            let target = plan.targets.get(motion.target)?;
            Some(json!({
                "from": motion.from, "target": target.name, "entity": format!("{}.{}", target.connector, target.entity),
                "field": ends::remote(target, &motion.path), "masked_by": motion.cleared,
            }))
        });
        let documents = plan.targets.iter().filter(|target| !target.natural_key.is_empty()).map(
            |target| json!({"entity": format!("{}.{}", target.connector, target.entity), "by": target.natural_key}),
        );
        json!({
            "flow": flow.flow,
            "triggers": triggers.collect::<Vec<_>>(),
            "per_record": per_record.collect::<serde_json::Map<_, _>>(),
            "per_hour": per_hour.collect::<serde_json::Map<_, _>>(),
            "lookups": lookups.collect::<Vec<_>>(),
            "reads": plan.facts.reads,
            "writes": plan.facts.writes,
            "tables": plan.facts.tables,
            "buyer_data": moved.collect::<Vec<_>>(),
            "state": {
                "cursor": plan.flow, "steps": plan.targets.iter().map(|target| &target.name).collect::<Vec<_>>(),
                "documents": documents.collect::<Vec<_>>(),
                "waiting": plan.waits().into_iter().map(|(line, patience)| json!({
                    "line": line, "seconds": patience.as_secs(),
                })).collect::<Vec<_>>(),
            },
        })
    });
    let quotas = told.forecast.quotas.iter().map(|quota| {
        json!({
            "quota": quota.name(), "allowed_an_hour": quota.allowed, "burst": quota.burst, "used": calls(quota.used),
            "reading": quota.reading, "records_an_hour": quota.records(),
            "backlog": quota.backlog.map(|backlog| json!({
                "calls": backlog.calls, "seconds": backlog.takes.map(|takes| takes.as_secs()),
            })),
        })
    });
    let bottleneck = told.forecast.bottleneck.and_then(|index| told.forecast.quotas.get(index));
    let refusals = told.refusals.iter().filter_map(|(index, refusal)| {
        let plan = told.plans.get(*index)?;
        let (file, line, column) = plan.place(refusal.span);
        Some(json!({
            "code": refusal.code.name(), "message": refusal.message, "help": refusal.help, "flow": plan.flow,
            "file": &*file, "line": line, "column": column,
        }))
    });
    let unlimited = told.forecast.unlimited.iter().map(|(operation, used)| (named(operation), calls(*used)));
    json!({
        "environment": settings.name,
        "production": settings.production,
        "buyer_data": settings.buyer_data.word(),
        "store": settings.store.display().to_string(),
        "assumed": assumptions(told),
        "flows": flows.collect::<Vec<_>>(),
        "quotas": quotas.collect::<Vec<_>>(),
        "unlimited": unlimited.collect::<serde_json::Map<_, _>>(),
        "bottleneck": bottleneck.map(|quota| quota.name()),
        "refusals": refusals.collect::<Vec<_>>(),
    })
}

fn named((connector, operation): &(String, String)) -> String {
    format!("{connector}.{operation}")
}

fn calls(calls: Calls) -> Value {
    json!({"typical": calls.typical, "worst": calls.worst})
}
