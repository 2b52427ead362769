//! The flow as a whole: its source, lookups, parameters and steps.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::constant::constant;
use super::{Checked, Checker, case, function, group, joined, lookup, step, target::policy};
use crate::catalog::{Base, EntitySpec, Field, ObjectSpec, SourceSpec, Type, wire};
use crate::diag::{Code, Diagnostic, Source, Span, suggest};
use crate::lang::Files;
use crate::lang::ast::{Expr, ExprKind, File, ItemKind, Name, SourceItem, Step as AstStep, Trigger as AstTrigger};
use crate::lang::unit::Unit;
use crate::plan::cron::Cron;
use crate::plan::expr::Comparison;
use crate::plan::{
    AlertPlan, Expr as Run, Facts, LookupPlan, Node, ParamPlan, RetryPolicy, SourcePlan, TargetPlan, TestPlan, Trigger,
};
use crate::value::Value;
use crate::value::pick::Shape;

pub(super) fn check<'c>(
    checker: &mut Checker<'c>,
    unit: &'c Unit,
    files: &dyn Files,
    source_text: &mut Source,
) -> Option<Checked> {
    let mut facts = Facts::default();
    let mut used_files = unit.files.clone();
    let file = &unit.main().file;
    let shared = unit.shared();
    let head = head(checker, file, shared);
    params(checker, file);
    let source = head.source.and_then(|item| source(checker, item, &mut facts));
    if let Some((_, spec)) = &source {
        checker.record = Some(Arc::clone(&spec.record));
    }
    let lookups = lookup::lookups(checker, unit, files, &mut facts, &mut used_files, source_text);
    function::functions(checker, unit);
    let key = match head.key {
        Some(key) => checker.some(key).and_then(|typed| step::key(checker, typed)),
        None => None,
    };
    let mut targets = Vec::new();
    let mut steps = Vec::new();
    let mut sound = true;
    let mut group = None;
    for item in &file.items {
        match &item.kind {
            ItemKind::Step(step) => match step::step(checker, step, &mut targets, &mut facts) {
                Some(step) => steps.push(step),
                None => sound = false,
            },
            ItemKind::Group(item) if checker.grouped.is_none() => {
                group = checker.grouping(item, std::mem::take(&mut steps));
                sound &= group.is_some();
            }
            _ => {}
        }
    }
    let key = group.as_ref().map(group::key_of).or(key);
    let tests = case::tests(checker, file, &targets, lookups.as_deref().unwrap_or_default(), files);
    // Where something is wrong, its uses of names are not known; and the errors come first.
    let sound_so_far = !checker.found.iter().any(|found| found.severity() == crate::diag::Severity::Error);
    for (name, what) in checker.resolved.unused.iter().filter(|_| sound_so_far) {
        let help = "remove it, or let its name begin with `_`";
        checker.found.push(
            Diagnostic::new(Code::W901, name.span, format!("the {what} `{}` is never used", name.text)).help(help),
        );
    }
    if shared {
        let nothing = nothing(checker, lookups?, tests?, source_text, used_files);
        return sound.then_some(nothing);
    }
    let (mut source, spec) = source?;
    source.datasets = checker.datasets.iter().copied().collect();
    let record = |reads: &BTreeSet<String>| {
        reads.iter().filter(|read| !read.is_empty() && !read.starts_with('@')).cloned().collect::<Vec<String>>()
    };
    let (read, touched) = (record(&checker.reads), record(&checker.touched));
    source.reads = top_level(read.iter().chain(&touched), &source.record);
    source.shape = Shape::of(read.iter().map(String::as_str), touched.iter().map(String::as_str));
    if source.reads.is_empty() && spec.columns {
        source.reads = source.record.fields.iter().map(|field| field.name.clone()).collect();
    }
    let mut lookups = lookups?;
    joined::narrow(checker, &mut lookups);
    for target in &mut targets {
        target.keeps = keeps(target, checker.answers.get(&target.slot));
    }
    facts.datasets = checker.datasets.clone();
    facts.private_lookups = std::mem::take(&mut checker.private_lookups);
    facts.variables = checker.slots.iter().map(|(slot, (ty, _))| (*slot, ty.clone())).collect();
    note_reads(checker, &source, &mut facts);
    let plan = Checked {
        flow: head.name?.text.clone(),
        source,
        key: key?,
        group,
        lookups,
        params: std::mem::take(&mut checker.params),
        steps,
        targets,
        slots: checker.slot_count,
        retry: head.retry,
        alerts: head.alerts,
        tests: tests?,
        facts,
        files: used_files,
    };
    sound.then_some(plan)
}

/// A shared file as a flow that reads and writes nothing, so that its tests can run.
fn nothing(
    checker: &Checker<'_>,
    lookups: Vec<LookupPlan>,
    tests: Vec<TestPlan>,
    source: &Source,
    files: BTreeSet<String>,
) -> Checked {
    let name = source.name.rsplit('/').next().unwrap_or_default();
    let spec = ObjectSpec { name: String::new(), fields: Vec::new(), open: true };
    let none: [&str; 0] = [];
    Checked {
        flow: name.strip_suffix(".flow").unwrap_or(name).to_owned(),
        source: SourcePlan {
            connector: String::new(),
            entity: String::new(),
            filters: Vec::new(),
            datasets: Vec::new(),
            triggers: Vec::new(),
            since: None,
            holdback: None,
            again: Vec::new(),
            stamp: None,
            record: Arc::new(spec),
            shape: Shape::of(none, none),
            reads: Vec::new(),
        },
        key: Node { expr: Run::Const(Value::text("none")), at: Span::default(), pii: false },
        lookups,
        params: Vec::new(),
        group: None,
        steps: Vec::new(),
        targets: Vec::new(),
        slots: checker.slot_count,
        retry: RetryPolicy::default(),
        alerts: Vec::new(),
        tests,
        facts: Facts::default(),
        files,
    }
}

/// The declarations that stand once.
struct Head<'f> {
    name: Option<&'f Name>,
    source: Option<&'f SourceItem>,
    key: Option<&'f Expr>,
    retry: RetryPolicy,
    alerts: Vec<AlertPlan>,
}

fn head<'f>(checker: &mut Checker<'_>, file: &'f File, shared: bool) -> Head<'f> {
    let mut head = Head { name: None, source: None, key: None, retry: RetryPolicy::default(), alerts: Vec::new() };
    let mut seen: Vec<(&str, Span)> = Vec::new();
    let (mut targets, mut loops, mut waits) = (0, false, None);
    for item in &file.items {
        let what = match &item.kind {
            ItemKind::Flow(name) => {
                head.name = Some(name);
                "flow"
            }
            ItemKind::Source(source) => {
                head.source = Some(source);
                "source"
            }
            ItemKind::Key(key) => {
                head.key = Some(key);
                "key"
            }
            ItemKind::OnError(retry) => {
                head.retry = policy(*retry);
                "on error"
            }
            ItemKind::Alert { route, conditions } => {
                alerts(checker, route, conditions, &mut head.alerts);
                continue;
            }
            ItemKind::Group(_) => {
                if targets > 0 || loops {
                    let help = "move it below the group: what is written is made of a group there";
                    checker.say_at(Code::E520, item.span, "something is written before this group", help);
                }
                if let Some((_, at)) = head.source.and_then(|item| item.holdback.iter().chain(&item.again).next()) {
                    let help = "remove it: read the source when it is complete, as with `cron`";
                    checker.say_at(Code::E407, *at, "a group is made of all its records at once", help);
                }
                if let Some(at) = waits {
                    let help = "move it below the group: there a whole group waits";
                    checker.say_at(Code::E521, at, "one record of a group cannot wait", help);
                }
                "group"
            }
            ItemKind::Step(step) => {
                loops |= has_each(step);
                waits = waits.or(wait_in(step));
                targets += count_targets(step);
                continue;
            }
            _ => continue,
        };
        if let Some((_, earlier)) = seen.iter().find(|(known, _)| *known == what) {
            checker.say(
                Diagnostic::new(Code::E104, item.span, format!("a flow has one `{what}`"))
                    .label(*earlier, "here is the first")
                    .help("remove one of the two"),
            );
        }
        seen.push((what, item.span));
    }
    let grouped = seen.iter().any(|(what, _)| *what == "group");
    if let Some((_, at)) = seen.iter().find(|(what, _)| *what == "key" && grouped) {
        let help = "remove it: the keys of a group, which stand after `by`, are its record's key";
        checker.say_at(Code::E104, *at, "a flow that groups has no `key` of its own", help);
    }
    let start = Span::new(0, 0);
    // Where text did not parse at all, a missing declaration may be in there: one error is enough.
    if shared || checker.found.iter().any(|found| found.code.is_syntax()) {
        return head;
    }
    let (source, key, target) = examples(checker);
    for (missing, what, example) in [
        (head.name.is_none(), "flow", "flow order_sync".to_owned()),
        (head.source.is_none(), "source", source),
        (head.key.is_none() && !grouped, "key", key),
        (targets == 0, "target", target),
    ] {
        if missing {
            checker.say_at(Code::E105, start, format!("this file has no `{what}`"), format!("write `{example}`"));
        }
    }
    head
}

/// A source, a key and a target as they may be written here.
fn examples(checker: &Checker<'_>) -> (String, String, String) {
    let mut entities = Vec::new();
    for connector in &checker.catalog.connectors {
        entities.extend(connector.entities.iter().map(|entity| (connector.name, entity)));
    }
    let source = entities.iter().find_map(|(name, entity)| Some((name, entity.name, entity.source.as_ref()?.key)));
    let (name, entity, key) = source.unwrap_or((&"connector", "entity", "id"));
    // What is read in one system is written to another, where there is one.
    let writes = |other: bool| {
        let places = entities.iter().filter(|(to, _)| !other || to != name);
        places
            .filter(|(_, entity)| entity.write("upsert").is_some())
            .map(|(to, entity)| (to, entity.name, "upsert"))
            .next_back()
    };
    let target = writes(true).or_else(|| writes(false));
    let (to, document, verb) = target.unwrap_or((&"connector", "entity", "upsert"));
    (
        format!("source {name}.{entity} {{ on every 15m }}"),
        format!("key $.{key}"),
        format!("target {to}.{document} {verb} {{ … }}"),
    )
}

fn has_each(step: &AstStep) -> bool {
    match step {
        AstStep::Each(_) => true,
        AstStep::When { then, otherwise, .. } => then.iter().chain(otherwise).any(has_each),
        _ => false,
    }
}

/// Where a wait stands among steps that may be inside of each other.
fn wait_in(step: &AstStep) -> Option<Span> {
    match step {
        AstStep::Wait { when, .. } => Some(when.span),
        other => other.branches().into_iter().flatten().find_map(wait_in),
    }
}

fn count_targets(step: &AstStep) -> usize {
    match step {
        AstStep::Target(_) => 1,
        AstStep::When { then, otherwise, .. } => then.iter().chain(otherwise).map(count_targets).sum(),
        AstStep::Each(each) => each.steps.iter().map(count_targets).sum(),
        _ => 0,
    }
}

fn alerts(checker: &mut Checker<'_>, route: &Name, conditions: &[(Name, i64)], out: &mut Vec<AlertPlan>) {
    const MEASURES: [&str; 3] = ["dead_letters", "lag", "retries"];
    for (measure, above) in conditions {
        if MEASURES.contains(&measure.text.as_str()) {
            out.push(AlertPlan { route: route.text.clone(), measure: measure.text.clone(), above: *above });
        } else {
            let message = format!("`{}` is nothing that is measured", measure.text);
            checker.say_at(Code::E226, measure.span, message, format!("there are {}", MEASURES.join(", ")));
        }
    }
}

/// The source with the columns that the flow says it has.
fn columns(checker: &mut Checker<'_>, item: &SourceItem, spec: SourceSpec) -> Option<SourceSpec> {
    let name = format!("{}.{}", item.connector.text, item.entity.text);
    match (spec.columns, item.columns.first()) {
        (false, None) => return Some(spec),
        (false, Some(column)) => {
            let message = format!("`{name}` has a schema of its own");
            checker.say_at(Code::E406, column.name.span, message, "remove `columns`");
            return Some(spec);
        }
        (true, None) => {
            let help =
                "write `columns { name: text, amount: decimal? }` inside its braces, `?` for cells that may be blank";
            checker.say_at(Code::E105, item.entity.span, format!("`{name}` needs to know its columns"), help);
            return None;
        }
        (true, Some(_)) => {}
    }
    let mut fields = spec.record.fields.clone();
    for column in &item.columns {
        // Records of documents hold objects and lists, of which only the flow knows what is in them.
        let base = match column.ty.text.as_str() {
            "any" => Base::Any,
            _ => type_named(checker, &column.ty)?,
        };
        if fields.iter().any(|field| field.name == column.name.text) {
            let message = format!("the column `{}` is there already", column.name.text);
            checker.say_at(Code::E104, column.name.span, message, "remove one of the two");
            continue;
        }
        let ty = Type { nullable: column.blank, ..Type::new(base) };
        fields.push(Field { ty, ..Field::required(&column.name.text, Type::new(Base::Any)) });
    }
    let record = ObjectSpec { name: spec.record.name.clone(), fields, open: false };
    Some(SourceSpec { record: Arc::new(record), ..spec })
}

/// The type of a name, for a parameter or a column.
fn type_named(checker: &mut Checker<'_>, ty: &Name) -> Option<Base> {
    Some(match ty.text.as_str() {
        "text" => Base::Text,
        "int" => Base::Int,
        "decimal" => Base::Decimal,
        "bool" => Base::Bool,
        "date" => Base::Date,
        "instant" => Base::Instant,
        "duration" => Base::Duration,
        other => {
            let message = format!("there is no type `{other}`");
            let help = match other {
                "string" => "write `text`".to_owned(),
                "number" | "float" => "write `decimal`, or `int` for a whole number".to_owned(),
                _ => "text, int, decimal, bool, date, instant or duration".to_owned(),
            };
            checker.say_at(Code::E227, ty.span, message, help);
            return None;
        }
    })
}

fn params(checker: &mut Checker<'_>, file: &File) {
    for item in &file.items {
        let ItemKind::Param { name, ty, default } = &item.kind else { continue };
        let Some(base) = type_named(checker, ty) else {
            broken(checker, name);
            continue;
        };
        let default = match default {
            Some(default) => {
                let Some(value) = constant(checker, default) else {
                    broken(checker, name);
                    continue;
                };
                match wire::read(&value, &base) {
                    Ok(value) => Some(value),
                    Err(wrong) => {
                        checker.say_at(
                            Code::E335,
                            default.span,
                            format!("this {}", wrong.message),
                            format!("it must be {base}"),
                        );
                        broken(checker, name);
                        continue;
                    }
                }
            }
            None => None,
        };
        match (checker.environment.parameters.get(&name.text), &checker.environment.name) {
            (Some(value), environment) => {
                if let Err(wrong) = wire::read(value, &base) {
                    let environment = environment.clone().unwrap_or_default();
                    let message =
                        format!("the environment `{environment}` sets `{}`, which {}", name.text, wrong.message);
                    checker.say_at(Code::E229, name.span, message, format!("it must be {base}"));
                }
            }
            (None, Some(environment)) if default.is_none() => {
                let message = format!("the environment `{environment}` does not set `{}`", name.text);
                let help = format!("add `{}: …` under `parameters:` there, or a default here", name.text);
                checker.say_at(Code::E228, name.span, message, help);
            }
            _ => {}
        }
        checker.params.push(ParamPlan { name: name.text.clone(), ty: Type::new(base), default, at: name.span });
    }
}

/// Declares a parameter whose declaration is wrong, so that its uses are no errors of their own.
fn broken(checker: &mut Checker<'_>, name: &Name) {
    let ty = Type::new(Base::Any);
    checker.params.push(ParamPlan { name: name.text.clone(), ty, default: None, at: name.span });
}

fn source(checker: &mut Checker<'_>, item: &SourceItem, facts: &mut Facts) -> Option<(SourcePlan, SourceSpec)> {
    let (plan, spec) = source_of(checker, item, facts)?;
    if let Some(stamp) = spec.stamp {
        checker.reads.insert(stamp.to_owned());
    }
    Some((plan, spec))
}

/// A source of records: the flow's, or one that is joined to it.
pub(super) fn source_of(
    checker: &mut Checker<'_>,
    item: &SourceItem,
    facts: &mut Facts,
) -> Option<(SourcePlan, SourceSpec)> {
    let entity: EntitySpec = checker.entity(&item.connector, &item.entity)?;
    let Some(spec) = entity.source else {
        let message = format!("`{}.{}` cannot be read as a source", item.connector.text, item.entity.text);
        checker.say_at(Code::E223, item.entity.span, message, "`flowrun connectors` shows what can");
        return None;
    };
    let mut triggers = Vec::new();
    for (trigger, span) in &item.triggers {
        facts.triggers.push(*span);
        triggers.push(match trigger {
            AstTrigger::Event(name) => {
                if !spec.events.contains(&name.text.as_str()) {
                    let message =
                        format!("`{}.{}` has no event `{}`", item.connector.text, item.entity.text, name.text);
                    checker.say_at(Code::E405, name.span, message, format!("it has {}", spec.events.join(", ")));
                }
                Trigger::Event(name.text.clone())
            }
            AstTrigger::Every(every) => {
                if every.is_zero() {
                    checker.say_at(Code::E146, *span, "this never pauses", "write `every 15m`");
                }
                Trigger::Every(*every)
            }
            AstTrigger::Cron(schedule, zone) => {
                if let Err(wrong) = Cron::parse(schedule) {
                    let help = "minute, hour, day of month, month, day of week: \"0 6 * * 1-5\"";
                    checker.say_at(Code::E147, *span, wrong, help);
                }
                let zone = zone.clone().unwrap_or_else(|| "UTC".to_owned());
                if jiff::tz::TimeZone::get(&zone).is_err() {
                    checker.say_at(Code::E148, *span, format!("there is no zone {zone:?}"), "as in \"Europe/Berlin\"");
                }
                Trigger::Cron(schedule.clone(), zone)
            }
            AstTrigger::Webhook(name) => {
                let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                if name.text.is_empty() || !name.text.chars().all(word) {
                    let message = format!("a webhook cannot be called {:?}", name.text);
                    let help = "its name is the end of an address: small letters, digits and `-`";
                    checker.say_at(Code::E171, name.span, message, help);
                }
                Trigger::Webhook(name.text.clone())
            }
            AstTrigger::Manual => Trigger::Manual,
        });
    }
    let mut filters = Vec::new();
    if let Some(filter) = &item.filter {
        self::filter(checker, filter, &spec, &mut filters);
    }
    let spec = columns(checker, item, spec)?;
    let again = late(checker, item, &spec);
    facts.operations.insert(format!("{}.{}", item.connector.text, spec.operation));
    let plan = SourcePlan {
        connector: item.connector.text.clone(),
        entity: item.entity.text.clone(),
        filters,
        datasets: Vec::new(),
        triggers,
        since: item.since,
        holdback: item.holdback.map(|(holdback, _)| holdback),
        again,
        stamp: spec.stamp,
        record: Arc::clone(&spec.record),
        shape: Shape::whole(),
        reads: Vec::new(),
    };
    Some((plan, spec))
}

/// What a source says of data that come late, or change for a while: only where records tell when they changed.
fn late(checker: &mut Checker<'_>, item: &SourceItem, spec: &SourceSpec) -> Vec<Duration> {
    const LONGEST: Duration = Duration::from_secs(366 * 86_400);
    let mut again = Vec::new();
    for (after, at) in item.holdback.iter().chain(&item.again) {
        if after.is_zero() || *after > LONGEST {
            let help = "write how long: `holdback 48h`, `again after 14d, 30d`";
            checker.say_at(Code::E146, *at, "this takes more than nothing and up to 366 days", help);
        }
    }
    again.extend(item.again.iter().map(|(after, _)| *after));
    again.sort();
    again.dedup();
    let first = item.holdback.iter().chain(&item.again).next();
    if let (Some((_, at)), None) = (first, spec.stamp) {
        let message =
            format!("a record of `{}.{}` does not tell when it changed", item.connector.text, item.entity.text);
        checker.say_at(Code::E407, *at, message, "remove this; what is not there yet can `wait`");
    }
    again
}

/// A filter: conditions joined by `and`, each on a field that the remote can filter by.
fn filter(checker: &mut Checker<'_>, expr: &Expr, spec: &SourceSpec, out: &mut Vec<(String, Vec<Value>)>) {
    let (name, values) = match &expr.kind {
        ExprKind::And(a, b) => {
            filter(checker, a, spec, out);
            return filter(checker, b, spec, out);
        }
        ExprKind::Compare(Comparison::Equal, name, value) => (name, vec![&**value]),
        ExprKind::In(name, list, false) => match &list.kind {
            ExprKind::List(items) => (name, items.iter().collect()),
            _ => (name, vec![&**list]),
        },
        _ => {
            let help = "only `field == value` and `field in [values]`, joined by `and`; use `skip when` for the rest";
            return checker.say_at(Code::E404, expr.span, "the source cannot filter by this", help);
        }
    };
    let ExprKind::Variable(field) = &name.kind else {
        let help = "name the field alone, without `$.`";
        return checker.say_at(Code::E404, name.span, "the source cannot filter by this", help);
    };
    let Some(known) = spec.filters.iter().find(|known| known.name == field.text) else {
        let names: Vec<&str> = spec.filters.iter().map(|filter| filter.name).collect();
        let help = match suggest::nearest(&field.text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it can filter by {}; use `skip when` for the rest", names.join(", ")),
        };
        return checker.say_at(Code::E404, field.span, format!("the source cannot filter by `{}`", field.text), help);
    };
    if values.len() > 1 && !known.many {
        return checker.say_at(Code::E404, expr.span, format!("`{}` takes one value", known.name), "use `==`");
    }
    let mut given = Vec::new();
    for value in values {
        let Some(constant) = constant(checker, value) else { return };
        match (&known.value.base, &constant) {
            (Base::Enum(words), Value::Text(word)) if !words.values.iter().any(|value| **value == **word) => {
                let near = suggest::nearest(word, words.values.iter().map(String::as_str)).map(str::to_owned);
                return checker.unknown_word(words, word, near, value.span);
            }
            (base, constant) if wire::read(constant, base).is_err() => {
                return checker.say_at(
                    Code::E404,
                    value.span,
                    format!("this is {}", constant.kind()),
                    format!("it must be {base}"),
                );
            }
            _ => given.push(constant),
        }
    }
    out.push((field.text.clone(), given));
}

/// The top-level fields that are read; empty for all of them.
fn top_level<'r>(reads: impl Iterator<Item = &'r String>, record: &ObjectSpec) -> Vec<String> {
    let mut fields = BTreeSet::new();
    for read in reads {
        let first = read.split(['.', '[']).next().unwrap_or("");
        if first == "*" || record.field(first).is_none() {
            return Vec::new();
        }
        fields.insert(first.to_owned());
    }
    fields.into_iter().collect()
}

fn note_reads(checker: &Checker<'_>, source: &SourcePlan, facts: &mut Facts) {
    // What only got a name is read as far as that it is there.
    let named = checker.touched.iter().map(|touched| touched.trim_end_matches("[]")).filter(|touched| {
        !checker.reads.iter().any(|read| read.strip_prefix(touched).is_some_and(|rest| rest.starts_with(['.', '['])))
    });
    for read in checker.reads.iter().map(String::as_str).chain(named) {
        let (entity, field) = match read.strip_prefix('@') {
            Some(rest) => {
                let mut parts = rest.splitn(3, '.');
                // What is joined is a list of records.
                let (connector, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
                let entity = format!("{connector}.{}", name.trim_end_matches("[]"));
                (entity, parts.next().unwrap_or("").to_owned())
            }
            None => (format!("{}.{}", source.connector, source.entity), read.to_owned()),
        };
        if !field.is_empty() {
            facts.reads.entry(entity).or_default().insert(field);
        }
    }
}

/// What is kept of an answer: the fields that later steps read.
fn keeps(target: &TargetPlan, read: Option<&BTreeSet<String>>) -> Vec<String> {
    let read = read.into_iter().flatten();
    read.filter(|name| target.output.field(name).is_some()).cloned().collect()
}
