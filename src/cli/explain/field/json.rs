//! What is told of a field, for programs.

use serde_json::{Value, json};

use super::Told;
use super::human::leaf;
use crate::diag::Span;
use crate::plan::lineage::{Cleared, Origin, Role, Uses, What, ends, find};
use crate::plan::{LookupKind, Plan};

pub(super) fn tell(told: &Told<'_>) -> Value {
    let uses = Uses::of(&told.origin);
    let plan = told.plan;
    let ends = told.ends.iter().filter_map(|(id, path, decides)| {
        let target = plan.targets.get(*id)?;
        Some(json!({
            "target": target.name,
            "entity": format!("{}.{}", target.connector, target.entity),
            "verb": target.verb,
            "field": ends::remote(target, path),
            "decides": decides,
            "at": place(plan, target.at),
        }))
    });
    let mut targets: Vec<usize> = told.ends.iter().map(|(id, ..)| *id).collect();
    targets.dedup();
    let guards = targets.iter().flat_map(|id| ends::guards(plan, *id).into_iter().map(move |guard| (*id, guard)));
    let guards = guards.filter_map(|(id, guard)| {
        let name = &plan.targets.get(id)?.name;
        Some(json!({
            "target": name, "kind": guard.kind.name(), "text": plan.snippet(guard.at), "at": place(plan, guard.at),
        }))
    });
    let functions = uses.functions.iter().map(|(name, at)| json!({"name": name, "at": place(plan, *at)}));
    let conditions = uses
        .conditions
        .iter()
        .map(|(role, at)| json!({"kind": role_name(*role), "text": plan.snippet(*at), "at": place(plan, *at)}));
    let fields = told.parts.iter().map(|(path, origin)| {
        let uses = Uses::of(origin);
        json!({
            "field": told.full(path),
            "buyer_data": uses.carries_buyer_data(),
            "at": place(plan, origin.at),
            "uses": leaves(plan, &uses),
        })
    });
    json!({
        "flow": plan.flow,
        "field": told.title(),
        "at": place(plan, told.origin.at),
        "type": find(&told.asked.ty, &told.asked.path).map(ToString::to_string),
        "buyer_data": uses.carries_buyer_data(),
        "uses": leaves(plan, &uses),
        "functions": functions.collect::<Vec<_>>(),
        "conditions": conditions.collect::<Vec<_>>(),
        "fields": fields.collect::<Vec<_>>(),
        "ends": ends.collect::<Vec<_>>(),
        "guards": guards.collect::<Vec<_>>(),
        "tree": if told.parts.is_empty() { tree(plan, &told.origin, Role::Value) } else { Value::Null },
    })
}

fn leaves(plan: &Plan, uses: &Uses<'_>) -> Vec<Value> {
    uses.leaves
        .iter()
        .map(|used| {
            let mut told = what(plan, used.what);
            if let Value::Object(told) = &mut told {
                told.insert("role".to_owned(), json!(role_name(used.role)));
                told.insert("default".to_owned(), json!(used.default));
                told.insert("at".to_owned(), place(plan, used.at));
                if let Some(cleared) = used.cleared {
                    told.insert("cleared".to_owned(), json!(cleared_by(cleared)));
                }
            }
            told
        })
        .collect()
}

fn tree(plan: &Plan, origin: &Origin, role: Role) -> Value {
    let parts: Vec<Value> = origin.parts.iter().map(|(role, part)| tree(plan, part, *role)).collect();
    json!({
        "role": role_name(role), "what": what(plan, &origin.what), "text": plan.snippet(origin.at),
        "at": place(plan, origin.at), "parts": parts,
    })
}

fn what(plan: &Plan, what: &What) -> Value {
    let shown = leaf(plan, what);
    match what {
        What::Field { path, pii } => json!({
            "kind": "field", "shown": shown, "entity": format!("{}.{}", plan.source.connector, plan.source.entity),
            "field": path, "pii": pii,
        }),
        What::Found { lookup, path, pii } => match plan.lookups.get(*lookup).map(|lookup| (&lookup.name, &lookup.kind))
        {
            Some((name, LookupKind::Table(table))) => json!({
                "kind": "table", "shown": shown, "lookup": name, "table": table.path, "by": table.by, "column": path,
                "pii": pii,
            }),
            Some((name, LookupKind::Entity { connector, entity, key, .. })) => json!({
                "kind": "lookup", "shown": shown, "lookup": name, "entity": format!("{connector}.{entity}"),
                "by": [key], "field": path, "pii": pii,
            }),
            Some((name, LookupKind::Join(join))) => json!({
                "kind": "join", "shown": shown, "lookup": name,
                "entity": format!("{}.{}", join.source.connector, join.source.entity),
                "by": join.by, "field": path, "pii": pii,
            }),
            None => json!({"kind": "lookup", "shown": shown}),
        },
        What::Answer { target, path, pii } => {
            let name = plan.targets.get(*target).map(|target| &target.name);
            json!({"kind": "answer", "shown": shown, "target": name, "field": path, "pii": pii})
        }
        What::Param(_) => json!({"kind": "parameter", "shown": shown}),
        What::Constant(_) => json!({"kind": "value", "shown": shown}),
        What::Named(named) => json!({"kind": "name", "shown": shown, "again": named.again}),
        What::Function { clears, .. } => json!({"kind": "function", "shown": shown, "clears_buyer_data": clears}),
        What::Condition => json!({"kind": "condition", "shown": shown}),
        What::Parts => json!({"kind": "parts", "shown": shown}),
        What::Cut => json!({"kind": "cut", "shown": shown}),
    }
}

fn cleared_by(cleared: Cleared) -> String {
    match cleared {
        Cleared::Function(name, _) => name.to_owned(),
        Cleared::Condition(_) => "comparison".to_owned(),
        Cleared::Decides => "decides only".to_owned(),
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Value => "value",
        Role::Default => "default",
        Role::Test => "test",
        Role::Filter => "filter",
        Role::Each => "each",
        Role::Key => "key",
        Role::Group => "group",
    }
}

fn place(plan: &Plan, at: Span) -> Value {
    let (file, line, column) = plan.place(at);
    json!({"file": &*file, "line": line, "column": column})
}
