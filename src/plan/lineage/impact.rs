//! What of a flow hangs on a field of a system or on a column of a table: every place that reads or writes it, and the
//! fields of targets that are made of it.

use std::sync::Arc;

use super::{Path, Tracer, Uses, What, ends};
use crate::diag::Span;
use crate::plan::{GroupPlan, LookupKind, Node, Plan, Step, TargetId};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A field of an entity, or all of it where the path is empty.
    Entity {
        /// The connector.
        connector: String,
        /// The entity.
        entity: String,
        /// The field, without `[]`.
        path: Path,
    },
    /// A column of a table, or all of it.
    Table {
        /// The file, or the name of the lookup where the table stands in the flow.
        file: String,
        /// The column.
        column: Option<String>,
    },
}

/// How a place has to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The key of the record is made of it.
    Key,
    /// The source is filtered by it.
    Filter,
    /// It orders the versions of a record.
    Stamp,
    /// A lookup finds by it.
    By(String),
    /// A let or transform reads it.
    Let(String),
    /// A step other than a target reads it: `skip when`.
    Step(&'static str),
    /// A target reads it for its payload.
    Payload(String),
    /// A target writes it.
    Writes(String),
}

impl How {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            How::Key => "makes the record's key".to_owned(),
            How::Filter => "filters the source".to_owned(),
            How::Stamp => "orders the versions of a record".to_owned(),
            How::By(lookup) => format!("is what lookup `{lookup}` finds by"),
            How::Let(name) => format!("read by `{name}`"),
            How::Step(word) => format!("read by `{word}`"),
            How::Payload(target) => format!("read by target `{target}`"),
            How::Writes(target) => format!("written by target `{target}`"),
        }
    }
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What happens there.
    pub how: How,
    /// Where.
    pub at: Span,
    /// The field that is meant there, as it is written in the schema.
    pub field: String,
    /// Whether there is a default in case that it is absent.
    pub default: bool,
}

/// A field of a target that is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaks {
    /// The target.
    pub target: TargetId,
    /// The field.
    pub path: Path,
    /// Whether it only decides which value the field gets.
    pub decides: bool,
}

/// All of it for one flow.
#[derive(Debug, Default)]
pub struct Impact {
    /// The places.
    pub places: Vec<Place>,
    /// The fields of targets.
    pub breaks: Vec<Breaks>,
    /// Conditions before targets that hang on it: what they do, and where they stand.
    pub guards: Vec<(&'static str, Span)>,
}

impl Impact {
    /// Whether the flow has nothing to do with it.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.places.is_empty() && self.breaks.is_empty()
    }
}

/// What of a flow hangs on it.
#[must_use]
pub fn impact(tracer: &Tracer<'_>, subject: &Subject) -> Impact {
    let plan = tracer.plan();
    let mut found = Impact::default();
    look(tracer, subject, &plan.key, &How::Key, &mut found);
    source(plan, subject, &mut found);
    lookups(plan, subject, &mut found);
    if let Some(group) = &plan.group {
        grouped(tracer, subject, group, &mut found);
    }
    steps(tracer, subject, &plan.steps, &mut found);
    for (id, target) in plan.targets.iter().enumerate() {
        for path in ends::written(plan, target) {
            let origin = tracer.origin(&target.payload, &path);
            let uses = Uses::of(&origin);
            let mut decides: Option<bool> = None;
            for used in uses.leaves.iter().filter(|used| meant(plan, subject, used.what).is_some()) {
                decides = Some(decides.unwrap_or(true) && used.role.decides());
            }
            if let Some(decides) = decides {
                found.breaks.push(Breaks { target: id, path: path.clone(), decides });
            }
            writes(plan, subject, id, &path, origin.at, &mut found);
        }
    }
    found.places.sort_by_key(|place| place.at);
    found.places.dedup();
    found
}

/// The field that a leaf is, if it is what is asked about, a part of it, or the whole that it is part of.
fn meant(plan: &Plan, subject: &Subject, what: &What) -> Option<String> {
    match (what, subject) {
        (What::Field { path, .. }, Subject::Entity { connector, entity, path: wanted }) => {
            let same = plan.source.connector == *connector && plan.source.entity == *entity;
            (same && related(path, wanted)).then(|| path.clone())
        }
        (What::Found { lookup, path, .. }, subject) => match (&plan.lookups.get(*lookup)?.kind, subject) {
            (
                LookupKind::Entity { connector: of, entity: kind, .. },
                Subject::Entity { connector, entity, path: wanted },
            ) => (of == connector && kind == entity && related(path, wanted)).then(|| path.clone()),
            (LookupKind::Table(table), Subject::Table { file, column }) => {
                let name = if table.path.is_empty() { &plan.lookups.get(*lookup)?.name } else { &table.path };
                let fits = match column {
                    Some(column) => path.split(", ").any(|given| given == column),
                    None => true,
                };
                (name == file && fits).then(|| path.clone())
            }
            (LookupKind::Join(join), Subject::Entity { connector, entity, path: wanted }) => {
                let same = join.source.connector == *connector && join.source.entity == *entity;
                (same && related(path, wanted)).then(|| path.clone())
            }
            (LookupKind::Join(_), Subject::Table { .. })
            | (LookupKind::Entity { .. }, Subject::Table { .. })
            | (LookupKind::Table(_), Subject::Entity { .. }) => None,
        },
        (What::Answer { target, path, .. }, Subject::Entity { connector, entity, path: wanted }) => {
            let target = plan.targets.get(*target)?;
            let same = target.connector == *connector && target.entity == *entity;
            (same && related(path, wanted)).then(|| path.clone())
        }
        _ => None,
    }
}

/// Whether one path leads to or through the other.
fn related(path: &str, wanted: &[Arc<str>]) -> bool {
    let path = path.replace("[]", "");
    path.split('.').filter(|name| !name.is_empty()).zip(wanted).all(|(a, b)| a == &**b)
}

fn look(tracer: &Tracer<'_>, subject: &Subject, node: &Node, how: &How, found: &mut Impact) {
    let origin = tracer.origin(node, &[]);
    let uses = Uses::of(&origin);
    let own = node.at;
    for used in &uses.leaves {
        let Some(field) = meant(tracer.plan(), subject, used.what) else { continue };
        // What stands in another let is told there; a name for a part of the record stands where it is used.
        let within = own.start <= used.at.start && used.at.end <= own.end;
        if within {
            found.places.push(Place { how: how.clone(), at: used.at, field, default: used.default });
        }
        if let How::Step(word) = how
            && !found.guards.contains(&(*word, own))
        {
            found.guards.push((*word, own));
        }
    }
}

fn source(plan: &Plan, subject: &Subject, found: &mut Impact) {
    let Subject::Entity { connector, entity, path } = subject else { return };
    if plan.source.connector != *connector || plan.source.entity != *entity {
        return;
    }
    let at = plan.facts.triggers.first().copied().unwrap_or(plan.key.at);
    if let Some(stamp) = plan.source.stamp.filter(|stamp| related(stamp, path)) {
        found.places.push(Place { how: How::Stamp, at, field: stamp.to_owned(), default: false });
    }
    for (name, _) in plan.source.filters.iter().filter(|(name, _)| path.iter().any(|part| **part == **name)) {
        found.places.push(Place { how: How::Filter, at, field: name.clone(), default: false });
    }
}

fn lookups(plan: &Plan, subject: &Subject, found: &mut Impact) {
    for lookup in &plan.lookups {
        let by: &[String] = match (&lookup.kind, subject) {
            (
                LookupKind::Entity { connector: of, entity: kind, key, .. },
                Subject::Entity { connector, entity, path },
            ) if of == connector && kind == entity && related(key, path) => std::slice::from_ref(key),
            (LookupKind::Join(join), Subject::Entity { connector, entity, path })
                if join.source.connector == *connector
                    && join.source.entity == *entity
                    && join.by.iter().any(|key| related(key, path)) =>
            {
                &join.by
            }
            (LookupKind::Table(table), Subject::Table { file, column })
                if file == if table.path.is_empty() { &lookup.name } else { &table.path } =>
            {
                match column {
                    Some(column) if table.by.contains(column) => std::slice::from_ref(column),
                    Some(_) => &[],
                    None => &table.by,
                }
            }
            _ => &[],
        };
        for key in by {
            let how = How::By(lookup.name.clone());
            found.places.push(Place { how, at: lookup.at, field: key.clone(), default: false });
        }
    }
}

fn grouped(tracer: &Tracer<'_>, subject: &Subject, group: &GroupPlan, found: &mut Impact) {
    steps(tracer, subject, &group.before, found);
    group.group.by.iter().for_each(|(_, key)| look(tracer, subject, key, &How::Key, found));
    group.group.filter.iter().for_each(|filter| look(tracer, subject, filter, &How::Step("where"), found));
    group.group.worked(&mut |node| look(tracer, subject, node, &How::Let(group.name.clone()), found));
}

fn steps(tracer: &Tracer<'_>, subject: &Subject, list: &[Step], found: &mut Impact) {
    for step in list {
        match step {
            Step::Skip { when, because } => {
                look(tracer, subject, when, &How::Step("skip when"), found);
                because.iter().for_each(|because| look(tracer, subject, because, &How::Step("because"), found));
            }
            Step::Reject { when, because } => {
                look(tracer, subject, when, &How::Step("reject when"), found);
                look(tracer, subject, because, &How::Step("because"), found);
            }
            Step::Wait { when, because, .. } => {
                look(tracer, subject, when, &How::Step("wait when"), found);
                look(tracer, subject, because, &How::Step("because"), found);
            }
            Step::Ensure { condition, because } => {
                look(tracer, subject, condition, &How::Step("ensure"), found);
                because.iter().for_each(|because| look(tracer, subject, because, &How::Step("because"), found));
            }
            Step::Let { name, value, .. } => look(tracer, subject, value, &How::Let(name.clone()), found),
            Step::When { condition, then, otherwise } => {
                look(tracer, subject, condition, &How::Step("when"), found);
                steps(tracer, subject, then, found);
                steps(tracer, subject, otherwise, found);
            }
            Step::Each(each) => {
                look(tracer, subject, &each.list, &How::Step("each"), found);
                look(tracer, subject, &each.key, &How::Step("each"), found);
                each.filter.iter().for_each(|filter| look(tracer, subject, filter, &How::Step("where"), found));
                steps(tracer, subject, &each.steps, found);
            }
            Step::Target(id) => {
                if let Some(target) = tracer.plan().targets.get(*id) {
                    look(tracer, subject, &target.payload, &How::Payload(target.name.clone()), found);
                }
            }
        }
    }
}

fn writes(plan: &Plan, subject: &Subject, id: TargetId, path: &[Arc<str>], at: Span, found: &mut Impact) {
    let (Some(target), Subject::Entity { connector, entity, path: wanted }) = (plan.targets.get(id), subject) else {
        return;
    };
    let same = target.connector == *connector && target.entity == *entity;
    if same && path.iter().zip(wanted).all(|(a, b)| a == b) {
        let (how, field) = (How::Writes(target.name.clone()), ends::remote(target, path));
        found.places.push(Place { how, at, field, default: false });
    }
}
