//! Tests of a flow: the record, what is mocked, and what is expected of it. Each expression of a test is checked once;
//! a test with rows is then made for each row.

use std::sync::Arc;

use super::constant::{known, value};
use super::{Checker, rows};
use crate::catalog::{Base, ObjectSpec, Type};
use crate::diag::{Code, Severity, Span, suggest};
use crate::lang::Files;
use crate::lang::ast::{Expect, Expr, ExprKind, File, Given, ItemKind, Name, TestItem, With};
use crate::lang::resolve::Binding;
use crate::plan::progress;
use crate::plan::{
    Expectation, Expected, Golden, LookupId, LookupPlan, Node, Refusal, RowPlan, Slot, TargetId, TargetPlan, TestPlan,
};
use crate::value::{Value, json};

pub(super) fn tests(
    checker: &mut Checker<'_>,
    file: &File,
    targets: &[TargetPlan],
    lookups: &[LookupPlan],
    files: &dyn Files,
) -> Option<Vec<TestPlan>> {
    // A flow that is wrong would make errors of its tests that are no news.
    if checker.found.iter().any(|found| found.severity() == Severity::Error) {
        return None;
    }
    let (reads, touched) = (checker.reads.clone(), checker.touched.clone());
    let datasets = checker.datasets.clone();
    let answers = checker.answers.clone();
    let mut plans = Vec::new();
    let mut sound = true;
    for item in &file.items {
        let ItemKind::Test(test) = &item.kind else { continue };
        let mut testing = Testing { checker: &mut *checker, targets, lookups, files, row: None, alone: false };
        match testing.test(test, item.span) {
            Some(cases) => plans.extend(cases),
            None => sound = false,
        }
    }
    // What only tests look at is nothing that the flow reads.
    (checker.reads, checker.touched) = (reads, touched);
    (checker.datasets, checker.answers) = (datasets, answers);
    sound.then_some(plans)
}

/// One test while it is checked.
struct Testing<'t, 'c> {
    checker: &'t mut Checker<'c>,
    targets: &'t [TargetPlan],
    lookups: &'t [LookupPlan],
    files: &'t dyn Files,
    /// The variable that has the row, and what a row is.
    row: Option<(Slot, Type)>,
    /// Whether the test has no record.
    alone: bool,
}

/// A checked test, of which a case is made for each row.
struct Parts {
    name: Node,
    given: Option<Source>,
    params: Vec<(usize, Node)>,
    lookups: Vec<(LookupId, Vec<Node>, Node)>,
    answers: Vec<(TargetId, Node)>,
    refusals: Vec<(TargetId, Code, Node)>,
    expectations: Vec<Wanted>,
    at: Span,
}

/// Where a value comes from.
enum Source {
    File(Node),
    Value(Node),
}

/// What is expected, before the row is known.
enum Wanted {
    Skipped(Option<Node>, Span),
    Rejected(Option<Node>, Span),
    Waits(Option<Node>, Span),
    Written(TargetId, Vec<Node>, Option<Source>, Span),
    NotWritten(TargetId, Span),
    Writes(Node, Span),
    Holds(Arc<Node>, Span),
}

impl<'t> Testing<'t, '_> {
    fn test(&mut self, test: &TestItem, at: Span) -> Option<Vec<TestPlan>> {
        let rows = match &test.rows {
            Some((name, rows)) => {
                let slot = self.checker.slot_at(name.span)?;
                let (ty, found) = rows::rows(self.checker, rows, self.files)?;
                self.checker.keep(slot, ty.clone(), None, name.span)?;
                self.row = Some((slot, ty));
                found.into_iter().map(|(value, at)| Some(RowPlan { slot, value, at })).collect()
            }
            None => vec![None],
        };
        let parts = self.parts(test, at)?;
        let mut cases = Vec::new();
        let mut sound = true;
        for row in rows {
            match self.case(&parts, row) {
                Some(case) => cases.push(case),
                None => sound = false,
            }
        }
        // Names that are the same for every row would not tell which one failed.
        let names: std::collections::HashSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        if names.len() < cases.len() {
            cases.iter_mut().enumerate().for_each(|(row, case)| case.name.push_str(&format!(" (row {})", row + 1)));
        }
        sound.then_some(cases)
    }

    fn parts(&mut self, test: &TestItem, at: Span) -> Option<Parts> {
        let name = self.text(&test.name);
        self.alone = test.given.is_none();
        let without = |expect: &Expect| matches!(expect, Expect::Holds(holds) if !self.needs_record(holds));
        if self.alone && !test.expect.iter().all(without) {
            let help =
                "write `given { … }` or `given file \"…\"`; without one a test may expect something of functions";
            self.checker.say_at(Code::E150, test.name.span, "this test has no record", help);
            return None;
        }
        if test.expect.is_empty() {
            let help = "write `expect target NAME { … }`, or a condition";
            self.checker.say_at(Code::E151, test.name.span, "this test expects nothing", help);
            return None;
        }
        let given = match &test.given {
            Some(given) => Some(self.source(given)?),
            None => None,
        };
        let mut parts = Parts {
            name: name?,
            given,
            params: Vec::new(),
            lookups: Vec::new(),
            answers: Vec::new(),
            refusals: Vec::new(),
            expectations: Vec::new(),
            at,
        };
        let mut sound = true;
        for with in &test.with {
            sound &= self.with(with, &mut parts).is_some();
        }
        for expect in &test.expect {
            match self.expect(expect) {
                Some(expect) => parts.expectations.push(expect),
                None => sound = false,
            }
        }
        sound.then_some(parts)
    }

    fn with(&mut self, with: &With, parts: &mut Parts) -> Option<()> {
        match with {
            With::Env(name, value) => {
                let params = &self.checker.params;
                let Some(index) = params.iter().position(|param| param.name == name.text) else {
                    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
                    let help = match suggest::nearest(&name.text, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "declare it with `param`".to_owned(),
                    };
                    let message = format!("no parameter is called `{}`", name.text);
                    self.checker.say_at(Code::E206, name.span, message, help);
                    return None;
                };
                let (node, _) = self.known(value)?;
                parts.params.push((index, node));
            }
            With::Lookup(name, keys, found) => {
                let Some(index) = self.lookups.iter().position(|lookup| lookup.name == name.text) else {
                    let names: Vec<&str> = self.lookups.iter().map(|lookup| lookup.name.as_str()).collect();
                    let help = match suggest::nearest(&name.text, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name one of this flow's".to_owned(),
                    };
                    let message = format!("there is no lookup `{}`", name.text);
                    self.checker.say_at(Code::E225, name.span, message, help);
                    return None;
                };
                let known = self.checker.lookups.get(index).and_then(Option::as_ref);
                let (wanted, gives) = known.map(|known| (known.keys, known.gives.clone()))?;
                if keys.len() != wanted {
                    let message = format!("`{}` is looked up by {wanted} keys, and here are {}", name.text, keys.len());
                    let help = "give one value for each column after `by`";
                    self.checker.say_at(Code::E303, name.span, message, help);
                    return None;
                }
                let keys: Option<Vec<Node>> = keys.iter().map(|key| Some(self.known(key)?.0)).collect();
                let (node, ty) = self.known(found)?;
                let what = format!("what `{}` finds", name.text);
                match (&gives.base, &ty.base) {
                    (Base::Object(spec), _) => self.answers(&ty, spec, &what, node.at)?,
                    (Base::List(record), Base::List(given)) => {
                        if let Base::Object(spec) = &record.base {
                            self.answers(given, spec, &what, node.at)?;
                        }
                    }
                    _ => {}
                }
                parts.lookups.push((index, keys?, node));
            }
            With::Answer(name, answer) => {
                let (target, plan) = self.target(name)?;
                let (node, ty) = self.known(answer)?;
                self.answers(&ty, &plan.output, &format!("the answer to `{}`", name.text), node.at)?;
                parts.answers.push((target, node));
            }
            With::Refusal(name, kind, message) => {
                let (target, _) = self.target(name)?;
                let code = match kind.text.as_str() {
                    "rejected" => Code::E611,
                    "unavailable" => Code::E612,
                    other => {
                        let message = format!("a target does not fail as `{other}`");
                        let help =
                            "`error rejected \"…\"`: it says no; `error unavailable \"…\"`: no try gets an answer";
                        self.checker.say_at(Code::E201, kind.span, message, help);
                        return None;
                    }
                };
                parts.refusals.push((target, code, self.text(message)?));
            }
        }
        Some(())
    }

    /// Whether what a test lets something answer has only fields and words that it can have.
    fn answers(&mut self, given: &Type, spec: &ObjectSpec, what: &str, at: Span) -> Option<()> {
        let Base::Object(given) = &given.base else { return Some(()) };
        let places = self.checker.places.get(&(Arc::as_ptr(given) as usize)).cloned().unwrap_or_default();
        let mut sound = true;
        for field in &given.fields {
            let at = places.get(&field.name).copied().unwrap_or(at);
            match (spec.field(&field.name).map(|known| &known.ty.base), &field.ty.base) {
                (Some(Base::Enum(known)), Base::Enum(words)) if !known.open => {
                    if let Some(word) = words.values.iter().find(|word| !known.values.contains(word)) {
                        let near = suggest::nearest(word, known.values.iter().map(String::as_str)).map(str::to_owned);
                        self.checker.unknown_word(known, word, near, at);
                        sound = false;
                    }
                }
                (None, _) if !spec.open => {
                    let message = format!("{what} has no field `{}`", field.name);
                    let names: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
                    let help = match suggest::nearest(&field.name, names.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it has {}", names.join(", ")),
                    };
                    self.checker.say_at(Code::E203, at, message, help);
                    sound = false;
                }
                _ => {}
            }
        }
        sound.then_some(())
    }

    fn expect(&mut self, expect: &Expect) -> Option<Wanted> {
        Some(match expect {
            Expect::Skip(reason, at) => Wanted::Skipped(self.reason(reason.as_ref())?, *at),
            Expect::Reject(reason, at) => Wanted::Rejected(self.reason(reason.as_ref())?, *at),
            Expect::Wait(reason, at) => Wanted::Waits(self.reason(reason.as_ref())?, *at),
            Expect::NoTarget(name) => Wanted::NotWritten(self.target(name)?.0, name.span),
            Expect::Target(name, keys, payload) => {
                let (target, _) = self.target(name)?;
                let keys: Option<Vec<Node>> = keys.iter().map(|key| Some(self.known(key)?.0)).collect();
                let payload = match payload {
                    Some(payload) => Some(self.source(payload)?),
                    None => None,
                };
                Wanted::Written(target, keys?, payload, name.span)
            }
            Expect::Targets(path, at) => Wanted::Writes(self.text(path)?, *at),
            Expect::Holds(condition) => {
                let node = self.checker.condition(condition)?;
                Wanted::Holds(Arc::new(node), condition.span)
            }
        })
    }

    /// Whether an expression looks at the record, or at what the flow works out from it.
    fn needs_record(&self, expr: &Expr) -> bool {
        let row = self.row.as_ref().map(|(slot, _)| *slot);
        expr.any(&|part| match &part.kind {
            ExprKind::Record | ExprKind::Query(_) | ExprKind::Template(_) => true,
            ExprKind::Variable(name) => match self.checker.binding(name.span) {
                // What only the expression itself declares has no type yet.
                Some(Binding::Slot(slot)) => Some(slot) != row && self.checker.slots.contains_key(&slot),
                _ => false,
            },
            _ => false,
        })
    }

    fn reason(&mut self, reason: Option<&Expr>) -> Option<Option<Node>> {
        match reason {
            Some(reason) => self.text(reason).map(Some),
            None => Some(None),
        }
    }

    fn source(&mut self, given: &Given) -> Option<Source> {
        Some(match given {
            Given::File(path) => Source::File(self.text(path)?),
            Given::Value(value) => Source::Value(self.known(value)?.0),
        })
    }

    fn known(&mut self, expr: &Expr) -> Option<(Node, Type)> {
        known(self.checker, expr, self.row.as_ref())
    }

    /// Text that is known before anything runs; all its `{{ … }}` are about the row.
    fn text(&mut self, expr: &Expr) -> Option<Node> {
        self.known(expr).map(|(node, _)| node)
    }

    fn target(&mut self, name: &Name) -> Option<(TargetId, &'t TargetPlan)> {
        let targets = self.targets;
        if let Some(found) = targets.iter().enumerate().find(|(_, target)| target.name == name.text) {
            return Some(found);
        }
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        let help = match suggest::nearest(&name.text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("give the target a name with `as`; there are {}", names.join(", ")),
        };
        self.checker.say_at(Code::E224, name.span, format!("no target is called `{}`", name.text), help);
        None
    }

    /// The test for one row, or the only one.
    fn case(&mut self, parts: &Parts, row: Option<RowPlan>) -> Option<TestPlan> {
        let mut made = Making { checker: &mut *self.checker, row: row.as_ref(), read: Vec::new(), from: self.files };
        let name = made.text(&parts.name)?;
        let record = match &parts.given {
            None => Value::Null,
            Some(Source::Value(node)) => made.value(node)?,
            Some(Source::File(path)) => {
                let Golden { path: name, found } = made.file(path)?;
                match found {
                    Ok(found) => found,
                    Err(why) => {
                        let message = format!("{name:?} cannot be read: {why}");
                        made.checker.say_at(Code::E422, path.at, message, "paths are relative to the flow");
                        return None;
                    }
                }
            }
        };
        let mut params = Vec::new();
        for (param, node) in &parts.params {
            params.push((*param, made.value(node)?));
        }
        let mut lookups = Vec::new();
        for (lookup, keys, found) in &parts.lookups {
            let keys: Option<Vec<Value>> = keys.iter().map(|key| made.value(key)).collect();
            lookups.push((*lookup, keys?, made.value(found)?));
        }
        let mut answers = Vec::new();
        for (target, answer) in &parts.answers {
            answers.push((*target, made.value(answer)?));
        }
        let mut refusals = Vec::new();
        for (target, code, message) in &parts.refusals {
            refusals.push((*target, Refusal { code: *code, message: made.text(message)? }));
        }
        let mut expectations = Vec::new();
        for wanted in &parts.expectations {
            expectations.push(made.expectation(wanted)?);
        }
        let files = made.read;
        let alone = parts.given.is_none();
        Some(TestPlan {
            name,
            record,
            alone,
            lookups,
            params,
            answers,
            refusals,
            expectations,
            row,
            files,
            at: parts.at,
        })
    }
}

/// One case while its values are worked out.
struct Making<'m, 'c> {
    checker: &'m mut Checker<'c>,
    row: Option<&'m RowPlan>,
    /// The files that were read.
    read: Vec<String>,
    from: &'m dyn Files,
}

impl Making<'_, '_> {
    fn value(&mut self, node: &Node) -> Option<Value> {
        value(self.checker, node, self.row.map(|row| (row.slot, &row.value)))
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        self.value(node).map(|value| value.display())
    }

    fn file(&mut self, path: &Node) -> Option<Golden> {
        let path = self.text(path)?;
        let bytes = self.from.read(&path);
        let found = bytes.and_then(|bytes| json::parse(&bytes).map_err(|error| error.to_string()));
        self.read.push(path.clone());
        Some(Golden { path, found })
    }

    fn expectation(&mut self, wanted: &Wanted) -> Option<Expectation> {
        Some(match wanted {
            Wanted::Skipped(reason, at) => Expectation::Skipped { reason: self.reason(reason.as_ref())?, at: *at },
            Wanted::Rejected(reason, at) => Expectation::Rejected { reason: self.reason(reason.as_ref())?, at: *at },
            Wanted::Waits(reason, at) => Expectation::Waits { reason: self.reason(reason.as_ref())?, at: *at },
            Wanted::Written(target, keys, payload, at) => {
                let mut item = String::new();
                for key in keys {
                    item.push_str(&progress::item(&self.text(key)?));
                }
                let payload = match payload {
                    Some(Source::Value(node)) => Some(Expected::Value(self.value(node)?)),
                    Some(Source::File(path)) => Some(Expected::Golden(self.file(path)?)),
                    None => None,
                };
                Expectation::Written { target: *target, item, payload, at: *at }
            }
            Wanted::NotWritten(target, at) => Expectation::NotWritten { target: *target, at: *at },
            Wanted::Writes(path, at) => Expectation::Writes { wanted: Expected::Golden(self.file(path)?), at: *at },
            Wanted::Holds(condition, at) => Expectation::Holds { condition: Arc::clone(condition), at: *at },
        })
    }

    fn reason(&mut self, reason: Option<&Node>) -> Option<Option<String>> {
        match reason {
            Some(reason) => self.text(reason).map(Some),
            None => Some(None),
        }
    }
}
