//! The tests of a flow: runs one and tells what does not hold, with the field, what it should be, and where in the flow it
//! is set.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::difference::{self, Difference, differences};
use super::origin::Origins;
use super::{Mocked, Mocks, Rehearsal, rehearse_all, through};
use crate::diag::{Code, Diagnostic, Span};
use crate::plan::eval::{Answer, Lookups, evaluate, shown, sides, truth};
use crate::plan::{Expectation, Expected, Expr, LookupId, Next, Node, Plan, RowPlace, TargetId, TestPlan, Write};
use crate::value::{Object, Value, json};

/// How many differences of one expectation are shown in the flow's text; the rest is a list.
const SHOWN: usize = 12;

/// What became of a test.
#[derive(Debug, Default)]
pub struct Ran {
    /// What does not hold.
    pub failures: Vec<Failure>,
    /// The files that it was compared with.
    pub goldens: Vec<Compared>,
}

/// One thing that does not hold.
#[derive(Debug)]
pub struct Failure {
    /// What and where.
    pub told: Diagnostic,
    /// The fields that differ, where it is about a payload.
    pub fields: Vec<FieldDiffers>,
    /// The file that it differs from.
    pub golden: Option<String>,
}

/// A field that differs.
#[derive(Debug)]
pub struct FieldDiffers {
    /// Which: `sale.lines[0].quantity`.
    pub field: String,
    /// What it should be and what it is.
    pub difference: Difference,
    /// Where in the flow it is set.
    pub at: Option<Span>,
}

/// A file that a test was compared with.
#[derive(Debug)]
pub struct Compared {
    /// The file, as the flow names it.
    pub path: String,
    /// What it held, if it held anything.
    pub was: Option<Value>,
    /// What the flow gives now.
    pub now: Value,
    /// Whether the two are the same.
    pub same: bool,
}

/// Runs a test.
#[must_use]
pub fn run(plan: &Plan, test: &TestPlan) -> Ran {
    let mut ran = Ran::default();
    let params = match params(plan, test) {
        Ok(params) => params,
        Err(told) => {
            ran.failures.push(failure(*told));
            return ran;
        }
    };
    let mut mocks = Mocks::default();
    for (lookup, keys, found) in &test.lookups {
        mocks.lookup(*lookup, keys, found.clone());
    }
    mocks.answers = test.answers.iter().cloned().collect();
    mocks.refusals = test.refusals.iter().cloned().collect();
    let asked = Asked { inner: Mocked { plan, mocks: &mocks }, keys: RefCell::default() };
    let mut done = match test.alone {
        true => Rehearsal::nothing(plan, params),
        // Each group goes its own way, so what was asked for is not followed there.
        false if plan.group.is_some() => rehearse_all(plan, test.record.clone(), params, &mocks),
        false => through(plan, test.record.clone(), params, &mocks, &asked),
    };
    if let Some(row) = &test.row {
        done.progress.frame().set(row.slot, row.value.clone());
    }
    if let Err(error) = &done.key {
        ran.failures.push(failure(Diagnostic::new(Code::E608, error.at, error.message.clone())));
    }
    let rejected = test.expectations.iter().any(|expected| matches!(expected, Expectation::Rejected { .. }));
    if let (Next::Rejected(error), false) = (&done.end, rejected) {
        let message = format!("the record was rejected: {} ({})", error.message, error.code.name());
        ran.failures.push(failure(error.told(message).label(test.at, "in this test")));
    } else {
        for expected in &test.expectations {
            unmet(plan, expected, &mut done, &asked, &mut ran);
        }
    }
    let idle = if plan.group.is_none() { asked.idle(test) } else { String::new() };
    if let (Some(failure), false) = (ran.failures.first_mut(), idle.is_empty()) {
        failure.told.message.push_str(&idle);
    }
    if let Some(row) = &test.row {
        for failure in &mut ran.failures {
            match &row.at {
                RowPlace::Flow(at) => failure.told = failure.told.clone().label(*at, "with this row"),
                RowPlace::File { path, line } => failure.told.message.push_str(&format!(" (row at {path}:{line})")),
            }
        }
    }
    ran
}

fn params(plan: &Plan, test: &TestPlan) -> Result<Arc<[Value]>, Box<Diagnostic>> {
    let mut params = Vec::with_capacity(plan.params.len());
    for (index, param) in plan.params.iter().enumerate() {
        let set = test.params.iter().rev().find(|(set, _)| *set == index).map(|(_, value)| value);
        let Some(value) = set.or(param.default.as_ref()) else {
            let message = format!("this test does not set `env.{}`, which has no default", param.name);
            let help = format!("write `with env.{} = …`", param.name);
            let told = Diagnostic::new(Code::E608, test.at, message).label(param.at, "declared here");
            return Err(Box::new(told.help(help)));
        };
        params.push(value.clone());
    }
    Ok(Arc::from(params))
}

fn failure(told: Diagnostic) -> Failure {
    Failure { told, fields: Vec::new(), golden: None }
}

fn unmet(plan: &Plan, expected: &Expectation, done: &mut Rehearsal, lookups: &dyn Lookups, ran: &mut Ran) {
    let reason_fits =
        |wanted: &Option<String>, given: &str| wanted.as_ref().is_none_or(|part| given.contains(part.as_str()));
    let mut say = |at: Span, message: String| ran.failures.push(failure(Diagnostic::new(Code::E608, at, message)));
    match expected {
        Expectation::Skipped { reason, at } => match &done.end {
            Next::Skipped { reason: given, .. } if reason_fits(reason, given) => {}
            Next::Skipped { reason: given, .. } => say(*at, format!("it was skipped because {given:?}")),
            end => say(*at, format!("it was not skipped, it {}", outcome(end))),
        },
        Expectation::Rejected { reason, at } => match &done.end {
            Next::Rejected(error) if reason_fits(reason, &error.message) => {}
            Next::Rejected(error) => say(*at, format!("it was rejected because {:?}", error.message)),
            end => say(*at, format!("it was not rejected, it {}", outcome(end))),
        },
        Expectation::Waits { reason, at } => match &done.end {
            Next::Waiting { reason: given, .. } if reason_fits(reason, given) => {}
            Next::Waiting { reason: given, .. } => say(*at, format!("it waits because {given:?}")),
            end => say(*at, format!("it does not wait, it {}", outcome(end))),
        },
        Expectation::Written { target, item, payload, at } => {
            let name = plan.targets.get(*target).map_or("", |target| target.name.as_str());
            let written = |write: &&Write| write.target == *target && (item.is_empty() || write.item == *item);
            let writes: Vec<&Write> = done.writes.iter().filter(written).collect();
            let Some(first) = writes.first() else {
                return say(*at, format!("`{name}{item}` was not written; the record {}", outcome(&done.end)));
            };
            if let Some(wanted) = payload {
                // Where no item is named, that of any may be meant: the one that is right, or the nearest to it.
                let by_distance = |write: &&&Write| match wanted.value() {
                    Some(value) => differences(value, &write.payload).len(),
                    None => 0,
                };
                let write = writes.iter().min_by_key(by_distance).copied().unwrap_or(first);
                let places = |path: &[difference::Step]| Origins::of(plan).place(*target, path);
                compared(&format!("{name}{}", write.item), wanted, &write.payload, *at, places, ran);
            }
        }
        Expectation::NotWritten { target, at } => {
            if let Some(write) = done.writes.iter().find(|write| write.target == *target) {
                say(*at, format!("it was written: {}", shown(false, &write.payload)));
            }
        }
        Expectation::Writes { wanted, at } => {
            let writes = Value::list(done.writes.iter().map(|write| written(plan, write)).collect());
            let places = |path: &[difference::Step]| {
                let (first, rest) = path.split_first()?;
                let target = target_of(plan, &done.writes, first)?;
                // Behind the item stands `.payload`.
                Origins::of(plan).place(target, rest.get(1..).unwrap_or_default())
            };
            compared("targets", wanted, &writes, *at, places, ran);
        }
        Expectation::Holds { condition, at } => {
            match truth(condition, done.progress.frame(), lookups) {
                Ok(true) => {}
                Ok(false) => {
                    let (part, detail) = why_not(condition, done, lookups);
                    // The part that fails is underlined, not the whole of a longer condition.
                    let part = if part == condition.at { *at } else { part };
                    say(part, format!("this does not hold{detail}"));
                }
                Err(error) => say(*at, format!("this cannot be worked out: {}", error.message)),
            }
        }
    }
}

/// Lookups that remember what they were asked for, so that a mock of which nothing asks can be told: its key is wrong more
/// often than not.
struct Asked<'a> {
    inner: Mocked<'a>,
    keys: RefCell<BTreeSet<(LookupId, String)>>,
}

impl Asked<'_> {
    fn shown(keys: &[Value]) -> String {
        keys.iter().map(json::to_string).collect::<Vec<_>>().join(", ")
    }

    /// The mocks of which nothing has asked, each on a line with what was asked for instead.
    fn idle(&self, test: &TestPlan) -> String {
        let asked = self.keys.borrow();
        let mut out = String::new();
        for (lookup, keys, _) in &test.lookups {
            let key = Self::shown(keys);
            if asked.contains(&(*lookup, key.clone())) {
                continue;
            }
            let others: Vec<&str> =
                asked.iter().filter(|(other, _)| other == lookup).map(|(_, key)| key.as_str()).take(3).collect();
            let name = self.inner.name(*lookup);
            let instead = if others.is_empty() { "nothing at all".to_owned() } else { others.join(" and ") };
            out.push_str(&format!("\n`{name}[{key}]` is mocked, and `{name}` was asked for {instead}"));
        }
        out
    }
}

impl Lookups for Asked<'_> {
    fn find(&self, lookup: LookupId, keys: &[Value]) -> Answer {
        self.keys.borrow_mut().insert((lookup, Self::shown(keys)));
        self.inner.find(lookup, keys)
    }

    fn name(&self, lookup: LookupId) -> String {
        self.inner.name(lookup)
    }

    fn miss(&self, lookup: LookupId, keys: &str) -> String {
        self.inner.miss(lookup, keys)
    }
}

/// Compares what was sent with what was expected.
fn compared(
    name: &str,
    wanted: &Expected,
    sent: &Value,
    at: Span,
    place: impl Fn(&[difference::Step]) -> Option<Span>,
    ran: &mut Ran,
) {
    let (expected, golden) = match wanted {
        Expected::Value(value) => (value, None),
        Expected::Golden(golden) => match &golden.found {
            Ok(found) => (found, Some(golden)),
            Err(why) => {
                let now = sent.clone();
                ran.goldens.push(Compared { path: golden.path.clone(), was: None, now, same: false });
                let message = format!("{:?} cannot be read: {why}", golden.path);
                let told = Diagnostic::new(Code::E608, at, message);
                let told = told.help("`flowrun test --update` writes it; look at what it writes");
                ran.failures.push(Failure { told, fields: Vec::new(), golden: Some(golden.path.clone()) });
                return;
            }
        },
    };
    let found = differences(expected, sent);
    if let Some(golden) = golden {
        ran.goldens.push(Compared {
            path: golden.path.clone(),
            was: Some(expected.clone()),
            now: sent.clone(),
            same: found.is_empty(),
        });
    }
    if found.is_empty() {
        return;
    }
    let many = match found.len() {
        1 => "one place".to_owned(),
        n => format!("{n} places"),
    };
    let file = golden.map(|golden| format!("what {:?} has", golden.path));
    let wanted = file.unwrap_or_else(|| "what the test expects".to_owned());
    let fields: Vec<FieldDiffers> = found
        .into_iter()
        .map(|difference| FieldDiffers { field: difference.place(name), at: place(&difference.path), difference })
        .collect();
    let mut told = Diagnostic::new(Code::E608, at, format!("`{name}` differs from {wanted} in {many}"));
    for (index, field) in fields.iter().enumerate() {
        let line = format!("{}: {}", field.field, field.difference.sides());
        match field.at {
            Some(at) if index < SHOWN => told = told.label(at, line),
            _ => told.message.push_str(&format!("\n{line}")),
        }
    }
    if golden.is_some() {
        told = told.help("if the flow is right, `flowrun test --update` rewrites the file");
    }
    ran.failures.push(Failure { told, fields, golden: golden.map(|golden| golden.path.clone()) });
}

/// A write as `expect targets` shows it.
fn written(plan: &Plan, write: &Write) -> Value {
    let mut out = Object::new();
    let name = plan.targets.get(write.target).map_or("", |target| target.name.as_str());
    out.set("target", Value::text(format!("{name}{}", write.item)));
    out.set("payload", write.payload.clone());
    Value::object(out)
}

/// The target that an item of a list of writes is about.
fn target_of(plan: &Plan, writes: &[Write], item: &difference::Step) -> Option<TargetId> {
    match item {
        difference::Step::Item(index) => writes.get(*index).map(|write| write.target),
        difference::Step::Named(_, name) => {
            let name = name.display();
            let called = |write: &&Write| {
                plan.targets.get(write.target).is_some_and(|target| format!("{}{}", target.name, write.item) == name)
            };
            writes.iter().find(called).map(|write| write.target)
        }
        difference::Step::Field(_) => None,
    }
}

/// The part of a condition that fails, and what stands in it.
fn why_not(condition: &Node, done: &mut Rehearsal, lookups: &dyn Lookups) -> (Span, String) {
    match &condition.expr {
        Expr::And(a, b) => match truth(a, done.progress.frame(), lookups) {
            Ok(true) => why_not(b, done, lookups),
            _ => why_not(a, done, lookups),
        },
        Expr::In { item, list, .. } => {
            let value = |node: &Node, done: &mut Rehearsal| {
                let value = evaluate(node, done.progress.frame(), lookups);
                value.map_or_else(|_| "?".to_owned(), |value| shown(node.pii, &value))
            };
            let (item, list) = (value(item, done), value(list, done));
            (condition.at, format!(" (left {item}, right {list})"))
        }
        _ => (condition.at, sides(condition, done.progress.frame(), lookups)),
    }
}

fn outcome(end: &Next) -> String {
    match end {
        Next::Skipped { reason, .. } => format!("was skipped because {reason:?}"),
        Next::Rejected(error) => format!("was rejected because {:?}", error.message),
        Next::Waiting { reason, .. } => format!("waits because {reason:?}"),
        _ => "was delivered".to_owned(),
    }
}
