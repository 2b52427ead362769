//! `flowrun connectors`: what flows can read and write.

use super::args::Format;
use super::exit::{Exit, Failure, Outcome};
use super::{output, project};
use crate::catalog::{Base, ConnectorSpec, EntitySpec, Field, Idempotency, ObjectSpec};
use crate::diag::suggest;

pub(super) fn run(name: Option<&str>, format: Format) -> Outcome {
    let catalog = project::catalog(&[])?;
    let Some(name) = name else {
        for connector in &catalog.connectors {
            match format {
                Format::Json => output::line(&json(connector, &connector.entities))?,
                Format::Human => summary(connector)?,
            }
        }
        return Ok(Exit::Done);
    };
    let (connector, entity) =
        name.split_once('.').map_or((name, None), |(connector, entity)| (connector, Some(entity)));
    let Some(spec) = catalog.connector(connector) else {
        let names = catalog.connectors.iter().map(|spec| spec.name);
        return Err(unknown("connector", connector, names.collect()));
    };
    let entities = match entity {
        None => spec.entities.clone(),
        Some(entity) => match spec.entity(entity) {
            Some(found) => vec![found.clone()],
            None => {
                return Err(unknown("entity", entity, spec.entities.iter().map(|entity| entity.name).collect()));
            }
        },
    };
    if format == Format::Json {
        output::line(&json(spec, &entities))?;
        return Ok(Exit::Done);
    }
    if entity.is_none() {
        summary(spec)?;
        output::line("settings:")?;
        for setting in &spec.settings {
            let default = match setting.default {
                None => " (needed)".to_owned(),
                Some("") => String::new(),
                Some(default) => format!(" (default {default})"),
            };
            let secret = if setting.secret { " (secret)" } else { "" };
            output::line(&format!("  {:<16} {}{default}{secret}", setting.name, setting.doc))?;
        }
        output::line("")?;
    }
    for entity in &entities {
        describe(spec, entity)?;
    }
    Ok(Exit::Done)
}

fn unknown(what: &str, name: &str, names: Vec<&str>) -> Failure {
    let help = match suggest::nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    Failure::usage(format!("there is no {what} `{name}`; {help}"))
}

fn summary(spec: &ConnectorSpec) -> Result<(), Failure> {
    output::line(&format!("{} — {}", spec.name, spec.summary))?;
    for entity in &spec.entities {
        let mut can = Vec::new();
        if entity.source.is_some() {
            can.push("source".to_owned());
        }
        if let Some(lookup) = &entity.lookup {
            can.push(format!("lookup by {}", lookup.keys.join(", ")));
        }
        can.extend(entity.writes.iter().map(|write| write.verb.to_owned()));
        output::line(&format!("  {:<16} {} ({})", entity.name, entity.summary, can.join("; ")))?;
    }
    output::line("  limits:")?;
    for operation in &spec.operations {
        let limit = match operation.rate {
            Some(rate) => {
                let per_second = rust_decimal::Decimal::new(i64::try_from(rate.per_10_000_s).unwrap_or(i64::MAX), 4);
                format!("{} per second, burst {}", per_second.normalize(), rate.burst)
            }
            None => "as the remote says".to_owned(),
        };
        output::line(&format!("    {:<20} {:<52} {limit}", operation.name, operation.path))?;
    }
    output::line("")
}

fn describe(spec: &ConnectorSpec, entity: &EntitySpec) -> Result<(), Failure> {
    let full = format!("{}.{}", spec.name, entity.name);
    if let Some(source) = &entity.source {
        output::line(&format!("{full} as a source (key {}, by {})", source.key, source.operation))?;
        if !source.events.is_empty() {
            output::line(&format!("  events: {}", source.events.join(", ")))?;
        }
        let filters: Vec<&str> = source.filters.iter().map(|filter| filter.name).collect();
        if !filters.is_empty() {
            output::line(&format!("  filters: {}", filters.join(", ")))?;
        }
        fields(&source.record, 1)?;
    }
    if let Some(lookup) = &entity.lookup {
        output::line(&format!("{full} as a lookup by {}", lookup.keys.join(", ")))?;
        if entity.source.is_none() {
            fields(&lookup.record, 1)?;
        }
    }
    for write in &entity.writes {
        let repeat = repeat(write.idempotency);
        let bulk = write.bulk.map(|bulk| format!("; up to {} together by {}", bulk.most, bulk.operation));
        let bulk = bulk.unwrap_or_default();
        output::line(&format!(
            "{full} {} takes (by {}; a repeat is safe {repeat}{bulk})",
            write.verb, write.operation
        ))?;
        fields(&write.input, 1)?;
    }
    output::line("")
}

/// Why a write may be tried again when its outcome is not known.
fn repeat(idempotency: Idempotency) -> &'static str {
    match idempotency {
        Idempotency::Key => "under the same idempotency key",
        Idempotency::NaturalKey => "because it is the same document",
        Idempotency::ReadBack => "after reading what is there",
        Idempotency::None => "never",
    }
}

fn fields(spec: &ObjectSpec, depth: usize) -> Result<(), Failure> {
    for field in &spec.fields {
        let optional = if field.ty.nullable { "?" } else { "" };
        let pii = if field.ty.pii { " [buyer data]" } else { "" };
        let dataset = field.dataset.map(|dataset| format!(" [{dataset}]")).unwrap_or_default();
        let name = format!("{}{}{optional}", "  ".repeat(depth), field.name);
        output::line(&format!("{name:<34} {:<28} {}{pii}{dataset}", kind(field), field.doc))?;
        if let Some(inner) = inner(field) {
            fields(inner, depth + 1)?;
        }
    }
    Ok(())
}

fn inner(field: &Field) -> Option<&ObjectSpec> {
    let mut base = &field.ty.base;
    while let Base::List(item) = base {
        base = &item.base;
    }
    match base {
        Base::Object(spec) => Some(spec),
        _ => None,
    }
}

fn kind(field: &Field) -> String {
    match &field.ty.base {
        Base::Enum(words) if words.values.len() <= 4 => words.values.join(" | "),
        other => other.to_string(),
    }
}

fn json(spec: &ConnectorSpec, entities: &[EntitySpec]) -> String {
    let settings: Vec<_> = spec
        .settings
        .iter()
        .map(|s| serde_json::json!({"name": s.name, "doc": s.doc, "default": s.default, "secret": s.secret}))
        .collect();
    let operations: Vec<_> = spec
        .operations
        .iter()
        .map(|operation| {
            let rate = operation
                .rate
                .map(|rate| serde_json::json!({"per_10000_seconds": rate.per_10_000_s, "burst": rate.burst}));
            serde_json::json!({"name": operation.name, "path": operation.path, "rate": rate, "batch": operation.batch})
        })
        .collect();
    let entities: Vec<_> = entities
        .iter()
        .map(|entity| {
            let writes: Vec<_> = entity
                .writes
                .iter()
                .map(|write| {
                    serde_json::json!({
                        "verb": write.verb, "operation": write.operation,
                        "idempotency": format!("{:?}", write.idempotency), "input": object(&write.input),
                        "output": object(&write.output),
                        "batch": write.bulk.map(|bulk| {
                            serde_json::json!({"operation": bulk.operation, "most": bulk.most})
                        }),
                    })
                })
                .collect();
            serde_json::json!({
                "name": entity.name,
                "summary": entity.summary,
                "source": entity.source.as_ref().map(|source| serde_json::json!({
                    "key": source.key, "operation": source.operation, "events": source.events,
                    "filters": source.filters.iter().map(|filter| filter.name).collect::<Vec<_>>(),
                    "fields": object(&source.record),
                })),
                "lookup": entity.lookup.as_ref().map(|lookup| serde_json::json!({
                    "by": lookup.keys, "operation": lookup.operation, "fields": object(&lookup.record),
                })),
                "writes": writes,
            })
        })
        .collect();
    serde_json::json!({
        "name": spec.name, "summary": spec.summary, "settings": settings, "operations": operations, "entities": entities,
    })
    .to_string()
}

fn object(spec: &ObjectSpec) -> serde_json::Value {
    let fields = spec.fields.iter().map(|field| {
        let values = match &field.ty.base {
            Base::Enum(words) => Some(serde_json::json!({"values": words.values, "open": words.open})),
            _ => None,
        };
        serde_json::json!({
            "name": field.name, "type": field.ty.base.to_string(), "optional": field.ty.nullable,
            "buyer_data": field.ty.pii, "dataset": field.dataset, "enum": values, "doc": field.doc,
            "fields": inner(field).map(object),
        })
    });
    serde_json::Value::Array(fields.collect())
}
