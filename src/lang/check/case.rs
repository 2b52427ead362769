//! Tests of a flow: the record, what is mocked, and what is expected of it.

use std::collections::BTreeSet;

use super::Checker;
use super::constant::constant;
use crate::diag::{Code, Span, suggest};
use crate::lang::Files;
use crate::lang::ast::{Expect, File, Given, ItemKind, Name, TestItem, With};
use crate::plan::progress;
use crate::plan::{Expectation, LookupPlan, TargetId, TargetPlan, TestPlan};
use crate::value::{Value, json};

pub(super) fn tests(
    checker: &mut Checker<'_>,
    file: &File,
    targets: &[TargetPlan],
    lookups: &[LookupPlan],
    files: &dyn Files,
    used: &mut BTreeSet<String>,
) -> Option<Vec<TestPlan>> {
    // A flow that is wrong would make errors of its tests that are no news.
    if checker.found.iter().any(|found| found.severity() == crate::diag::Severity::Error) {
        return None;
    }
    let (reads, datasets) = (checker.reads.clone(), checker.datasets.clone());
    let answers = checker.answers.clone();
    let mut plans = Vec::new();
    let mut sound = true;
    for item in &file.items {
        if let ItemKind::Test(test) = &item.kind {
            match self::test(checker, test, item.span, targets, lookups, files, used) {
                Some(plan) => plans.push(plan),
                None => sound = false,
            }
        }
    }
    // What only tests look at is nothing that the flow reads.
    (checker.reads, checker.datasets, checker.answers) = (reads, datasets, answers);
    sound.then_some(plans)
}

fn test(
    checker: &mut Checker<'_>,
    test: &TestItem,
    at: Span,
    targets: &[TargetPlan],
    lookups: &[LookupPlan],
    files: &dyn Files,
    used: &mut BTreeSet<String>,
) -> Option<TestPlan> {
    let Some(given) = &test.given else {
        checker.say_at(
            Code::E150,
            test.name.span,
            "this test has no record",
            "write `given { … }` or `given file \"…\"`",
        );
        return None;
    };
    let record = given_value(checker, given, files, used)?;
    let mut plan = TestPlan {
        name: test.name.text.clone(),
        record,
        lookups: Vec::new(),
        params: Vec::new(),
        answers: Vec::new(),
        expectations: Vec::new(),
        at,
    };
    for with in &test.with {
        match with {
            With::Env(name, value) => {
                let Some(index) = checker.params.iter().position(|param| param.name == name.text) else {
                    let message = format!("no parameter is called `{}`", name.text);
                    checker.say_at(Code::E206, name.span, message, "declare it with `param`");
                    return None;
                };
                plan.params.push((index, constant(checker, value)?));
            }
            With::Lookup(name, keys, value) => {
                let Some(index) = lookups.iter().position(|lookup| lookup.name == name.text) else {
                    checker.say_at(
                        Code::E201,
                        name.span,
                        format!("there is no lookup `{}`", name.text),
                        "name one of this flow's",
                    );
                    return None;
                };
                let keys: Option<Vec<Value>> = keys.iter().map(|key| constant(checker, key)).collect();
                plan.lookups.push((index, keys?, constant(checker, value)?));
            }
            With::Answer(name, value) => {
                let target = target_named(checker, name, targets)?;
                plan.answers.push((target, constant(checker, value)?));
            }
        }
    }
    if test.expect.is_empty() {
        let help = "write `expect target NAME { … }`, or a condition";
        checker.say_at(Code::E151, test.name.span, "this test expects nothing", help);
        return None;
    }
    for expect in &test.expect {
        plan.expectations.push(match expect {
            Expect::Skip(reason, at) => Expectation::Skipped { reason: reason.clone(), at: *at },
            Expect::Reject(reason, at) => Expectation::Rejected { reason: reason.clone(), at: *at },
            Expect::NoTarget(name) => {
                Expectation::NotWritten { target: target_named(checker, name, targets)?, at: name.span }
            }
            Expect::Target(name, keys, payload) => {
                let target = target_named(checker, name, targets)?;
                let mut item = String::new();
                for key in keys {
                    item.push_str(&progress::item(&constant(checker, key)?.display()));
                }
                let payload = match payload {
                    Some(payload) => Some(given_value(checker, payload, files, used)?),
                    None => None,
                };
                Expectation::Written { target, item, payload, at: name.span }
            }
            Expect::Holds(condition) => {
                Expectation::Holds { condition: checker.condition(condition)?, at: condition.span }
            }
        });
    }
    Some(plan)
}

fn target_named(checker: &mut Checker<'_>, name: &Name, targets: &[TargetPlan]) -> Option<TargetId> {
    if let Some(index) = targets.iter().position(|target| target.name == name.text) {
        return Some(index);
    }
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    let help = match suggest::nearest(&name.text, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("give the target a name with `as`; there are {}", names.join(", ")),
    };
    checker.say_at(Code::E201, name.span, format!("no target is called `{}`", name.text), help);
    None
}

fn given_value(
    checker: &mut Checker<'_>,
    given: &Given,
    files: &dyn Files,
    used: &mut BTreeSet<String>,
) -> Option<Value> {
    match given {
        Given::Value(expr) => constant(checker, expr),
        Given::File(path) => {
            used.insert(path.text.clone());
            let read = files.read(&path.text).and_then(|bytes| json::parse(&bytes).map_err(|error| error.to_string()));
            match read {
                Ok(value) => Some(value),
                Err(why) => {
                    checker.say_at(
                        Code::E401,
                        path.span,
                        format!("{:?} cannot be read: {why}", path.text),
                        "paths are relative to the flow",
                    );
                    None
                }
            }
        }
    }
}
