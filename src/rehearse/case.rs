//! The tests of a flow: runs one and tells what does not hold, at its place in the flow.

use std::sync::Arc;

use super::{Mocked, Mocks, Rehearsal, rehearse};
use crate::diag::{Code, Diagnostic, Span};
use crate::plan::eval::{shown, sides, truth};
use crate::plan::{Expectation, Next, Plan, TestPlan, Write};
use crate::value::{Value, json};

/// Runs a test; tells what of it does not hold.
#[must_use]
pub fn run(plan: &Plan, test: &TestPlan) -> Vec<Diagnostic> {
    let mut mocks = Mocks::default();
    for (lookup, keys, found) in &test.lookups {
        mocks.lookup(*lookup, keys, found.clone());
    }
    mocks.answers = test.answers.iter().cloned().collect();
    let mut params: Vec<Option<Value>> = plan.params.iter().map(|param| param.default.clone()).collect();
    for (index, value) in &test.params {
        if let Some(place) = params.get_mut(*index) {
            *place = Some(value.clone());
        }
    }
    let unset = plan.params.iter().zip(&params).find(|(_, value)| value.is_none());
    if let Some((param, _)) = unset {
        let message = format!("this test does not set `env.{}`, which has no default", param.name);
        let help = format!("write `with env.{} = …`", param.name);
        return vec![failure(test.at, message).label(param.at, "declared here").help(help)];
    }
    let params: Vec<Value> = params.into_iter().flatten().collect();
    let mut done = rehearse(plan, test.record.clone(), Arc::from(params), &mocks);
    let mut failures = Vec::new();
    if let Err(error) = &done.key {
        failures.push(failure(error.at, error.message.clone()));
    }
    let rejected = test.expectations.iter().any(|expected| matches!(expected, Expectation::Rejected { .. }));
    if let (Next::Rejected(error), false) = (&done.end, rejected) {
        let message = format!("the record was rejected: {} ({})", error.message, error.code.name());
        failures.push(Diagnostic::new(error.code, error.at, message).label(test.at, "in this test"));
        return failures;
    }
    for expected in &test.expectations {
        failures.extend(unmet(plan, expected, &mut done, &mocks));
    }
    failures
}

fn failure(at: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::E608, at, message)
}

fn unmet(plan: &Plan, expected: &Expectation, done: &mut Rehearsal, mocks: &Mocks) -> Option<Diagnostic> {
    let reason_fits =
        |wanted: &Option<String>, given: &str| wanted.as_ref().is_none_or(|part| given.contains(part.as_str()));
    match expected {
        Expectation::Skipped { reason, at } => match &done.end {
            Next::Skipped { reason: given, .. } if reason_fits(reason, given) => None,
            Next::Skipped { reason: given, .. } => Some(failure(*at, format!("it was skipped because {given:?}"))),
            end => Some(failure(*at, format!("it was not skipped, it {}", outcome(end)))),
        },
        Expectation::Rejected { reason, at } => match &done.end {
            Next::Rejected(error) if reason_fits(reason, &error.message) => None,
            Next::Rejected(error) => Some(failure(*at, format!("it was rejected because {:?}", error.message))),
            end => Some(failure(*at, format!("it was not rejected, it {}", outcome(end)))),
        },
        Expectation::Written { target, item, payload, at } => {
            let name = plan.targets.get(*target).map_or("", |target| target.name.as_str());
            let written = |write: &&Write| write.target == *target && (item.is_empty() || write.item == *item);
            let mut writes = done.writes.iter().filter(written);
            let Some(write) = writes.next() else {
                let message = format!("`{name}{item}` was not written; the record {}", outcome(&done.end));
                return Some(failure(*at, message));
            };
            let payload = payload.as_ref()?;
            // Where no item is named, that of any may be meant.
            if writes.any(|write| write.payload.same(payload)) {
                return None;
            }
            let mut differences = Vec::new();
            compare(name, payload, &write.payload, &mut differences);
            (!differences.is_empty())
                .then(|| failure(*at, format!("`{name}` got something else:\n{}", differences.join("\n"))))
        }
        Expectation::NotWritten { target, at } => {
            let write = done.writes.iter().find(|write| write.target == *target)?;
            Some(failure(*at, format!("it was written: {}", shown(false, &write.payload))))
        }
        Expectation::Holds { condition, at } => {
            let lookups = Mocked { plan, mocks };
            match truth(condition, done.progress.frame(), &lookups) {
                Ok(true) => None,
                Ok(false) => {
                    let detail = sides(condition, done.progress.frame(), &lookups);
                    Some(failure(*at, format!("this does not hold{detail}")))
                }
                Err(error) => Some(failure(*at, format!("this cannot be worked out: {}", error.message))),
            }
        }
    }
}

fn outcome(end: &Next) -> String {
    match end {
        Next::Skipped { reason, .. } => format!("was skipped because {reason:?}"),
        Next::Rejected(error) => format!("was rejected because {:?}", error.message),
        _ => "was delivered".to_owned(),
    }
}

/// The places in which a payload differs, each on a line.
fn compare(path: &str, wanted: &Value, given: &Value, out: &mut Vec<String>) {
    match (wanted, given) {
        (Value::Object(a), Value::Object(b)) => {
            for (name, value) in a.iter() {
                match b.get(name) {
                    Some(other) => compare(&format!("{path}.{name}"), value, other, out),
                    None => out.push(format!("  {path}.{name}: expected {}, not there", json::to_string(value))),
                }
            }
            for (name, value) in b.iter().filter(|(name, _)| a.get(name).is_none()) {
                out.push(format!("  {path}.{name}: not expected, got {}", json::to_string(value)));
            }
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                compare(&format!("{path}[{index}]"), a, b, out);
            }
        }
        _ if wanted.same(given) => {}
        _ => out.push(format!("  {path}: expected {}, got {}", json::to_string(wanted), json::to_string(given))),
    }
}
