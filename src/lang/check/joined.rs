//! A second source that is joined to the flow's by key: what there is in it, and what of it is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Checker;
use super::access::visit;
use super::lookup::{Looked, looked};
use super::program::source_of;
use crate::catalog::{Base, ObjectSpec, Type};
use crate::diag::{Code, suggest};
use crate::lang::ast::{LookupItem, Name, SourceItem};
use crate::plan::joined::JoinPlan;
use crate::plan::{Facts, LookupKind, LookupPlan};

/// `lookup name = source connector.entity by field { … }`
pub(super) fn source(
    checker: &mut Checker<'_>,
    item: &LookupItem,
    (from, by): (&SourceItem, &[Name]),
    facts: &mut Facts,
) -> Looked {
    let (source, spec) = source_of(checker, from, facts)?;
    let mut sound = true;
    for name in by {
        let names = || spec.record.fields.iter().map(|field| field.name.as_str());
        match spec.record.field(&name.text).map(|field| &field.ty.base) {
            Some(Base::List(_) | Base::Object(_) | Base::Money(_)) => {
                let message = format!("`{}` is no text, number or date", name.text);
                checker.say_at(Code::E222, name.span, message, "join by a field that names a record");
                sound = false;
            }
            Some(_) => {}
            None => {
                let what = format!("a record of `{}.{}`", from.connector.text, from.entity.text);
                let help = match suggest::nearest(&name.text, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
                };
                checker.say_at(Code::E222, name.span, format!("{what} has no field `{}`", name.text), help);
                sound = false;
            }
        }
    }
    if item.cache.is_some() || item.otherwise.is_some() {
        let help = "remove `cache` and `else`: it is read once in a run, and gives an empty list where nothing fits";
        checker.say_at(Code::E408, item.name.span, "a second source is no place that is asked", help);
        sound = false;
    }
    let record = Type::new(Base::Object(Arc::clone(&spec.record)));
    let gives = Type::new(Base::List(Box::new(record)));
    let entity = format!("{}.{}", from.connector.text, from.entity.text);
    let plan = JoinPlan { source, by: by.iter().map(|name| name.text.clone()).collect() };
    let kind = sound.then(|| LookupKind::Join(Arc::new(plan)));
    let (plan, mut typed) = looked(item, kind, by.len(), gives, Some(entity))?;
    typed.lists = true;
    Some((plan, typed))
}

/// Only what the flow reads of a second source is asked for.
pub(super) fn narrow(checker: &Checker<'_>, lookups: &mut [LookupPlan]) {
    for lookup in lookups {
        let LookupKind::Join(join) = &lookup.kind else { continue };
        let mut join = JoinPlan::clone(join);
        let place = format!("@{}.{}", join.source.connector, join.source.entity);
        let inside = |read: &String| {
            let rest = read.strip_prefix(&place)?;
            let rest = rest.strip_prefix("[]").unwrap_or(rest);
            let first = rest.strip_prefix('.').map(|rest| rest.split(['.', '[']).next().unwrap_or_default());
            (rest.is_empty() || first.is_some()).then(|| first.unwrap_or_default().to_owned())
        };
        let mut fields: BTreeSet<String> = join.by.iter().cloned().collect();
        fields.extend(checker.touched.iter().filter_map(inside));
        // What is used as a list, or as a record, may be read anywhere.
        let read: BTreeSet<String> = checker.reads.iter().filter_map(inside).collect();
        let whole = read.iter().any(|field| join.source.record.field(field).is_none());
        fields.extend(read);
        let record = Arc::clone(&join.source.record);
        let read = |name: &str| whole || fields.contains(name);
        join.source.datasets = datasets(&record, &read);
        join.source.reads = record.fields.iter().map(|field| field.name.clone()).filter(|name| read(name)).collect();
        lookup.kind = LookupKind::Join(Arc::new(join));
    }
}

/// The blocks of a record in which the fields are.
fn datasets(record: &ObjectSpec, read: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let mut found = BTreeSet::new();
    for field in record.fields.iter().filter(|field| read(&field.name)) {
        found.extend(field.dataset);
        let mut base = &field.ty.base;
        while let Base::List(item) = base {
            base = &item.base;
        }
        if let Base::Object(inner) = base {
            visit(inner, &mut |_, dataset| found.extend(dataset));
        }
    }
    found.into_iter().collect()
}
