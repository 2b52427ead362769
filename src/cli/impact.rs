//! `flowrun impact ENTITY.FIELD`: the flows that read or write it, every place, and which fields of targets hang on it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{self, Format};
use super::exit::{Exit, Failure, Outcome};
use super::{check, output, project};
use crate::catalog::{Base, Catalog, EntitySpec, ObjectSpec, Type};
use crate::diag::suggest;
use crate::plan::lineage::impact::{Impact, Subject, impact};
use crate::plan::lineage::{self, Path, Tracer, ends};
use crate::plan::{LookupKind, Plan};

pub(super) fn run(args: &args::Impact) -> Outcome {
    let flows = project::flows(&args.flows)?;
    let catalog = project::catalog(&flows)?;
    // A name that is wrong is told before any flow is looked at.
    let known = match is_table(&args.field) {
        true => None,
        false => Some(entity(&catalog, &args.field)?),
    };
    let mut plans: Vec<(PathBuf, Plan)> = Vec::new();
    for flow in flows {
        if let Some(plan) = project::plan_of_flow(&flow, &check::environment(&flow, None)?)? {
            plans.push((flow, plan));
        }
    }
    let subject = match known {
        Some(subject) => subject,
        None => table(&plans, &args.field)?,
    };
    let mut hit = 0;
    for (path, plan) in &plans {
        let tracer = Tracer::new(plan);
        let found = impact(&tracer, &subject);
        if found.is_none() {
            continue;
        }
        hit += 1;
        match args.format {
            Format::Human => human(plan, &path.display().to_string(), &found)?,
            Format::Json => output::line(&told(plan, &path.display().to_string(), &found).to_string())?,
        }
    }
    if args.format == Format::Human {
        let flows = |n: usize| format!("{n} flow{}", if n == 1 { "" } else { "s" });
        output::note(&format!("{}: used by {} of {}", args.field, hit, flows(plans.len())));
    }
    Ok(if hit > 0 { Exit::Attention } else { Exit::Done })
}

/// Tables are named by their files.
fn is_table(field: &str) -> bool {
    field.contains('/') || [".csv", ".json", ".yaml", ".yml"].iter().any(|ending| field.contains(ending))
}

fn unknown(message: String, name: &str, known: &[&str]) -> Failure {
    let help = match suggest::nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    Failure::usage(format!("{message}; {help}"))
}

/// The field of an entity that the words mean, checked against the catalog.
fn entity(catalog: &Catalog, field: &str) -> Result<Subject, Failure> {
    let mut parts = field.split('.').map(|part| part.split('[').next().unwrap_or_default());
    let (connector, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(spec) = catalog.connector(connector) else {
        let names: Vec<&str> = catalog.connectors.iter().map(|spec| spec.name).collect();
        return Err(unknown(format!("there is no connector `{connector}`"), connector, &names));
    };
    let Some(found) = spec.entity(name) else {
        let names: Vec<&str> = spec.entities.iter().map(|entity| entity.name).collect();
        return Err(unknown(format!("`{connector}` has no `{name}`"), name, &names));
    };
    let path: Path = parts.filter(|part| !part.is_empty()).map(Arc::from).collect();
    let shapes = shapes(found);
    let has = |path: &[Arc<str>]| {
        shapes.iter().any(|shape| lineage::exists(&Type::new(Base::Object(Arc::clone(shape))), path))
    };
    for (index, part) in path.iter().enumerate() {
        if has(path.get(..=index).unwrap_or_default()) {
            continue;
        }
        let way = path.get(..index).unwrap_or_default();
        let types: Vec<Type> = shapes.iter().map(|shape| Type::new(Base::Object(Arc::clone(shape)))).collect();
        let mut names: Vec<&str> = types.iter().flat_map(|ty| lineage::names(ty, way)).collect();
        names.sort_unstable();
        names.dedup();
        let whole = [&[connector, name], &way.iter().map(|name| &**name).collect::<Vec<_>>()[..]].concat().join(".");
        return Err(match names.is_empty() {
            true => Failure::usage(format!("`{whole}` has no fields")),
            false => unknown(format!("`{whole}` has no field `{part}`"), part, &names),
        });
    }
    Ok(Subject::Entity { connector: connector.to_owned(), entity: name.to_owned(), path })
}

/// All shapes that an entity has: as a record, as it is found, as it is written and as it is answered.
fn shapes(entity: &EntitySpec) -> Vec<Arc<ObjectSpec>> {
    let source = entity.source.iter().map(|source| &source.record);
    let lookup = entity.lookup.iter().map(|lookup| &lookup.record);
    let writes = entity.writes.iter().flat_map(|write| [&write.input, &write.output]);
    source.chain(lookup).chain(writes).map(Arc::clone).collect()
}

/// The table that the words mean: its file, perhaps with a column behind it.
fn table(plans: &[(PathBuf, Plan)], field: &str) -> Result<Subject, Failure> {
    let mut files: Vec<&str> = Vec::new();
    let mut best: Option<(&str, &str)> = None;
    let mut columns: Vec<&str> = Vec::new();
    for lookup in plans.iter().flat_map(|(_, plan)| &plan.lookups) {
        let LookupKind::Table(table) = &lookup.kind else { continue };
        if table.path.is_empty() {
            continue;
        }
        files.push(&table.path);
        let rest = field.strip_prefix(table.path.as_str());
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(['.', ':'])) {
            best = Some((&table.path, rest.trim_start_matches(['.', ':'])));
            columns.extend(table.by.iter().chain(&table.give).map(String::as_str));
        }
    }
    files.sort_unstable();
    files.dedup();
    let Some((file, column)) = best else {
        if files.is_empty() {
            return Err(Failure::usage("these flows use no tables"));
        }
        return Err(unknown(format!("no flow uses a table `{field}`"), field, &files));
    };
    if !column.is_empty() && !columns.contains(&column) {
        return Err(unknown(format!("no flow uses a column `{column}` of {file}"), column, &columns));
    }
    Ok(Subject::Table { file: file.to_owned(), column: (!column.is_empty()).then(|| column.to_owned()) })
}

fn human(plan: &Plan, path: &str, found: &Impact) -> Result<(), Failure> {
    output::line(&format!("{} ({path})", plan.flow))?;
    for place in &found.places {
        let (file, line, column) = plan.place(place.at);
        let default = if place.default { ", has a default" } else { "" };
        output::line(&format!("  {file}:{line}:{column}  {} {}{default}", place.field, place.how.words()))?;
    }
    let (made, decided): (Vec<_>, Vec<_>) = found.breaks.iter().partition(|breaks| !breaks.decides);
    for (title, fields) in [("made of it", made), ("decided by it", decided)] {
        if fields.is_empty() {
            continue;
        }
        output::line(&format!("  {title}"))?;
        for breaks in fields {
            let Some(target) = plan.targets.get(breaks.target) else { continue };
            let remote = ends::remote(target, &breaks.path);
            output::line(&format!("    {}.{remote} → {}.{}", target.name, target.connector, target.entity))?;
        }
    }
    if !found.guards.is_empty() {
        output::line("  decides what is written")?;
        for (word, at) in &found.guards {
            let (file, line, _) = plan.place(*at);
            let text: String = plan.snippet(*at).chars().take(72).collect();
            output::line(&format!("    {file}:{line}  {word} {text}"))?;
        }
    }
    output::line("")
}

fn told(plan: &Plan, path: &str, found: &Impact) -> Value {
    let places = found.places.iter().map(|place| {
        let (file, line, column) = plan.place(place.at);
        json!({
            "field": place.field, "how": place.how.words(), "default": place.default, "file": &*file, "line": line,
            "column": column,
        })
    });
    let breaks = found.breaks.iter().filter_map(|breaks| {
        let target = plan.targets.get(breaks.target)?;
        Some(json!({
            "target": target.name, "entity": format!("{}.{}", target.connector, target.entity),
            "field": ends::remote(target, &breaks.path), "decides": breaks.decides,
        }))
    });
    let guards = found.guards.iter().map(|(word, at)| {
        let (file, line, _) = plan.place(*at);
        json!({"kind": word, "text": plan.snippet(*at), "file": &*file, "line": line})
    });
    json!({
        "flow": plan.flow, "path": path, "places": places.collect::<Vec<_>>(), "breaks": breaks.collect::<Vec<_>>(),
        "guards": guards.collect::<Vec<_>>(),
    })
}
