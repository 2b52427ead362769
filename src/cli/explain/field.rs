//! `flowrun explain FLOW FIELD`: which name of the flow is meant, and what is told of it.

mod human;
mod json;

use std::path::Path as File;
use std::sync::Arc;

use super::super::args::Format;
use super::super::exit::{Exit, Failure, Outcome};
use super::super::{check, output, project};
use crate::catalog::{Base, Type};
use crate::diag::{Span, suggest};
use crate::plan::lineage::{self, Built, Origin, Path, Tracer, ends};
use crate::plan::{Plan, Slot, TargetId};

/// How many fields of one thing are listed.
const FIELDS: usize = 400;

/// What is explained.
struct Asked<'p> {
    /// Its name, without the path.
    name: String,
    /// The path in it.
    path: Path,
    /// The slot of a let or transform.
    slot: Option<Slot>,
    /// The target whose payload it is.
    target: Option<TargetId>,
    /// What it is built by.
    value: Built<'p>,
    /// The type of the whole, where it is known.
    ty: Type,
}

/// What is told of it.
struct Told<'p> {
    plan: &'p Plan,
    asked: Asked<'p>,
    /// Its parts, where it is an object: each with where it comes from.
    parts: Vec<(Path, Origin)>,
    origin: Origin,
    /// Where it ends: target, field, and whether it only decides about that.
    ends: Vec<(TargetId, Path, bool)>,
}

pub(super) fn run(flow: &File, field: Option<&str>, format: Format) -> Outcome {
    let plan = project::plan(flow, &check::environment(flow, None)?)?;
    let tracer = Tracer::new(&plan);
    let Some(field) = field else { return list(&tracer, format) };
    let asked = asked(&tracer, field)?;
    let parts = match lineage::find(&asked.ty, &asked.path) {
        Some(ty) if is_built(ty) => {
            let below = lineage::fields(ty, FIELDS).into_iter();
            below
                .map(|rest| {
                    let path: Path = asked.path.iter().cloned().chain(rest).collect();
                    let origin = tracer.origin_of(asked.value, &path);
                    (path, origin)
                })
                .collect()
        }
        _ => Vec::new(),
    };
    let ends = match (asked.slot, asked.target) {
        (Some(slot), _) => ends::ends(&tracer, slot, &asked.path),
        (None, Some(target)) => vec![(target, asked.path.clone(), false)],
        (None, None) => Vec::new(),
    };
    let origin = tracer.origin_of(asked.value, &asked.path);
    let told = Told { plan: &plan, parts, origin, ends, asked };
    match format {
        Format::Human => human::tell(&told)?,
        Format::Json => output::line(&json::tell(&told).to_string())?,
    }
    Ok(Exit::Done)
}

fn is_built(ty: &Type) -> bool {
    match &ty.base {
        Base::List(item) => is_built(item),
        Base::Object(spec) => !spec.fields.is_empty(),
        _ => false,
    }
}

/// The names of a flow that can be explained.
fn list(tracer: &Tracer<'_>, format: Format) -> Outcome {
    let plan = tracer.plan();
    let lets = tracer.built().map(|(name, _, built)| {
        let what = match built {
            Built::Value(_) => "let",
            Built::Group(..) => "group",
        };
        (name, what, built.at())
    });
    let targets = plan.targets.iter().map(|target| (target.name.as_str(), "target", target.at));
    for (name, what, at) in lets.chain(targets) {
        let (file, line, _) = plan.place(at);
        output::line(&match format {
            Format::Human => format!("{name:<28} {what:<8} {file}:{line}"),
            Format::Json => serde_json::json!({"name": name, "what": what, "file": &*file, "line": line}).to_string(),
        })?;
    }
    Ok(Exit::Done)
}

/// What the words mean: a let or transform, or what a target is given.
fn asked<'p>(tracer: &Tracer<'p>, field: &str) -> Result<Asked<'p>, Failure> {
    let plan = tracer.plan();
    let text = field.trim().replace("[*]", "").replace("[]", "");
    // Targets without a name of their own are called by their entity, which has a dot in it.
    let target = plan.targets.iter().enumerate().filter_map(|(id, target)| {
        let rest = text.strip_prefix(&target.name)?;
        (rest.is_empty() || rest.starts_with('.')).then_some((id, target, rest))
    });
    let target = target.max_by_key(|(_, target, _)| target.name.len());
    if let Some((id, target, rest)) = target {
        let ty = plan.facts.payloads.get(&target.slot).cloned().unwrap_or(Type::new(Base::Any));
        let path = path(rest);
        known(&ty, &path, &target.name)?;
        let name = target.name.clone();
        return Ok(Asked { name, path, slot: None, target: Some(id), value: Built::Value(&target.payload), ty });
    }
    let (name, rest) = text.split_once('.').unwrap_or((&text, ""));
    let Some((_, slot, value)) = tracer.built().find(|(known, ..)| *known == name) else {
        let names = tracer.built().map(|(name, ..)| name).chain(plan.targets.iter().map(|target| target.name.as_str()));
        let help = match suggest::nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`flowrun explain FLOW` lists what can be explained".to_owned(),
        };
        return Err(Failure::usage(format!("{} has nothing called `{name}`; {help}", plan.source_text.name)));
    };
    let ty = plan.facts.variables.get(&slot).cloned().unwrap_or(Type::new(Base::Any));
    let path = path(rest);
    known(&ty, &path, name)?;
    Ok(Asked { name: name.to_owned(), path, slot: Some(slot), target: None, value, ty })
}

/// The fields of a path; indexes mean every item.
fn path(text: &str) -> Path {
    let name = |part: &str| part.split('[').next().unwrap_or_default().trim_end_matches('?').to_owned();
    text.split('.').map(name).filter(|part| !part.is_empty()).map(Arc::from).collect()
}

/// Whether a type has such a path.
fn known(ty: &Type, path: &[Arc<str>], name: &str) -> Result<(), Failure> {
    for (index, field) in path.iter().enumerate() {
        let way = path.get(..index).unwrap_or_default();
        let Some(mut at) = lineage::find(ty, way) else { return Ok(()) };
        while let Base::List(item) = &at.base {
            at = item;
        }
        let shown = if way.is_empty() { name.to_owned() } else { format!("{name}.{}", lineage::print(ty, way)) };
        match &at.base {
            Base::Any | Base::Money(_) => return Ok(()),
            Base::Object(spec) if spec.field(field).is_some() || spec.open => {}
            Base::Object(spec) => {
                let names: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
                let help = match suggest::nearest(field, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", names.join(", ")),
                };
                return Err(Failure::usage(format!("`{shown}` has no field `{field}`; {help}")));
            }
            other => return Err(Failure::usage(format!("`{shown}` is {other} and has no field `{field}`"))),
        }
    }
    Ok(())
}

impl Told<'_> {
    /// Its name as it is written: `order.lines[].unit_price`.
    fn title(&self) -> String {
        self.full(&self.asked.path)
    }

    fn full(&self, path: &[Arc<str>]) -> String {
        let path = lineage::print(&self.asked.ty, path);
        if path.is_empty() { self.asked.name.clone() } else { format!("{}.{path}", self.asked.name) }
    }

    fn place(&self, at: Span) -> String {
        let (file, line, _) = self.plan.place(at);
        format!("{file}:{line}")
    }
}
