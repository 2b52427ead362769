//! Where in the record a failure comes from: `$.orderItems[1].product.price is "1,50"`. It is worked out afterwards, for
//! the few records that stop, so that it costs those that go through nothing. That is possible because evaluation is
//! pure: the record and the variables are as they were when it failed, and of equal items the first one fails first.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::eval::{EvalError, Frame, shown};
use super::expr::{Access, Expr, Node, PathStep};
use super::{Plan, Slot, Step};
use crate::diag::{Code, Diagnostic, Span};
use crate::value::Value;

/// A place in the record, and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The way to it: `$.orderItems[1].product.price`.
    pub path: String,
    /// Its value for a message, hidden where it is buyer data; nothing where there is none.
    pub value: Option<String>,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} is {value}", self.path),
            None => write!(f, "{} is not there", self.path),
        }
    }
}

/// A record that stopped, as findings are shown: the place in the flow, which record it was, what it has there, and what
/// can be done about it.
#[must_use]
pub fn told(code: Code, at: Span, message: &str, record: String, found: &[Found]) -> Diagnostic {
    let mut told = Diagnostic::new(code, at, message).note(record);
    told.notes.extend(found.iter().map(Found::to_string));
    match cure(code) {
        Some(cure) => told.help(cure),
        None => told,
    }
}

impl EvalError {
    /// The same of the record that this has stopped, with the places from where its function was called.
    #[must_use]
    pub fn stopped(&self, record: String) -> Diagnostic {
        let told = told(self.code, self.at, &self.message, record, &self.found);
        self.calls.iter().fold(told, |told, call| told.label(*call, "called here"))
    }
}

/// How many places are told of one failure.
const MOST: usize = 3;

/// The places in the record that the expression looks at that has failed.
pub(super) fn trace(plan: &Plan, error: &EvalError, frame: &Frame) -> Vec<Found> {
    let mut search = Search { at: error.at, calls: error.calls.clone(), slots: HashMap::new(), best: None };
    search.node(&plan.key);
    search.steps(plan, &plan.steps);
    let Search { slots, best, .. } = search;
    let mut found = Vec::new();
    if let Some(best) = best {
        Places { slots, frame }.inside(best, &mut found);
    }
    found
}

/// What an author or clerk can do about a record that stopped.
fn cure(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::E602 => "if it may be absent, end the path with `?` and say what to take instead: `path? ?? default`",
        Code::E603 => "mend the record at its source, or convert the value by name: `decimal(…)`, `text(…)`, `date(…)`",
        Code::E604 => {
            "add the row or document, or say what a miss gives: `else` at the lookup, `catch` where it is used"
        }
        Code::E605 => "ask first (`if n == 0 { … } else { … }`), or round before multiplying",
        Code::E606 => "mend the record at its source, or say what to take instead: `… catch default`",
        Code::E607 => "decide what this word means, and add its case",
        Code::E613 => "name a field that is always there: `key $.id`",
        _ => return None,
    })
}

/// What a variable has.
#[derive(Clone, Copy)]
enum Origin<'p> {
    Value(&'p Node),
    ItemOf(&'p Node),
}

/// Looks for the smallest expression around a place of the flow.
struct Search<'p> {
    at: Span,
    /// The calls of users' functions that the place is in.
    calls: Vec<Span>,
    slots: HashMap<Slot, Origin<'p>>,
    best: Option<&'p Node>,
}

impl<'p> Search<'p> {
    fn steps(&mut self, plan: &'p Plan, steps: &'p [Step]) {
        for step in steps {
            match step {
                Step::Skip { when, because } | Step::Ensure { condition: when, because } => {
                    self.node(when);
                    because.iter().for_each(|because| self.node(because));
                }
                Step::Reject { when, because } | Step::Wait { when, because, .. } => {
                    self.node(when);
                    self.node(because);
                }
                Step::Let { slot, value, .. } => {
                    self.node(value);
                    self.slots.insert(*slot, Origin::Value(value));
                }
                Step::When { condition, then, otherwise } => {
                    self.node(condition);
                    self.steps(plan, then);
                    self.steps(plan, otherwise);
                }
                Step::Each(each) => {
                    self.node(&each.list);
                    self.slots.insert(each.slot, Origin::ItemOf(&each.list));
                    self.node(&each.key);
                    each.filter.iter().for_each(|filter| self.node(filter));
                    self.steps(plan, &each.steps);
                }
                Step::Target(target) => {
                    if let Some(target) = plan.targets.get(*target) {
                        self.node(&target.payload);
                    }
                }
            }
        }
    }

    fn node(&mut self, node: &'p Node) {
        let around = node.at.start <= self.at.start && node.at.end >= self.at.end;
        let width = |span: Span| span.end - span.start;
        if around && self.best.is_none_or(|best| width(node.at) < width(best.at)) {
            self.best = Some(node);
        }
        match &node.expr {
            Expr::For { slot, list, .. } => drop(self.slots.insert(*slot, Origin::ItemOf(list))),
            Expr::Block(lets, _) | Expr::Inlined { args: lets, .. } => {
                self.slots.extend(lets.iter().map(|(slot, value)| (*slot, Origin::Value(value))));
            }
            Expr::Match { subject: Some((subject, slot)), .. } => {
                self.slots.insert(*slot, Origin::Value(subject));
            }
            _ => {}
        }
        if let Expr::Inlined { args, .. } = &node.expr
            && !self.calls.is_empty()
            && !self.calls.contains(&node.at)
        {
            // The body of a function stands in it for each call: only that of the call in question is looked at.
            return args.iter().for_each(|(_, value)| self.node(value));
        }
        node.parts().into_iter().for_each(|part| self.node(part));
    }
}

/// Ways through the record.
struct Places<'p, 'f> {
    slots: HashMap<Slot, Origin<'p>>,
    frame: &'f Frame,
}

impl Places<'_, '_> {
    /// The places that an expression looks at, in the order of the text.
    fn inside(&self, node: &Node, found: &mut Vec<Found>) {
        if found.len() >= MOST {
            return;
        }
        let node = node.bare();
        if let Some((path, value)) = self.place(node) {
            let value = value.filter(|value| !value.is_null()).map(|value| told_value(node.pii, &value));
            let place = Found { path, value };
            if place.path != "$" && !found.contains(&place) {
                found.push(place);
            }
            return;
        }
        node.parts().into_iter().for_each(|part| self.inside(part, found));
    }

    /// The way to what an expression gives, and what is there, if it is a part of the record.
    fn place(&self, node: &Node) -> Option<(String, Option<Value>)> {
        match &node.bare().expr {
            Expr::Record => Some(("$".to_owned(), Some(self.frame.record().clone()))),
            Expr::Path { base, steps, .. } => {
                let (mut path, value) = self.place(base)?;
                for step in steps {
                    match &step.to {
                        Access::Field(name) => field(&mut path, name),
                        Access::Index(index) => drop(write!(path, "[{index}]")),
                        Access::All => path.push_str("[*]"),
                    }
                }
                Some((path, value.and_then(|value| walk(&value, steps))))
            }
            Expr::Slot(slot) => match self.slots.get(slot)? {
                Origin::Value(value) => self.place(value),
                Origin::ItemOf(list) => {
                    let (path, list) = self.place(list)?;
                    let item = self.frame.get(*slot);
                    let index = list?.as_list()?.iter().position(|other| other.same(item))?;
                    Some((format!("{path}[{index}]"), Some(item.clone())))
                }
            },
            Expr::Coalesce(first, _) | Expr::Catch(first, _) => self.place(first),
            _ => None,
        }
    }
}

/// What is there at the end of a way; of a list the items that are there.
fn walk(value: &Value, steps: &[PathStep]) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value.clone()) };
    match &step.to {
        Access::Field(name) => walk(value.as_object()?.get(name)?, rest),
        Access::Index(index) => walk(&nth(value, *index)?, rest),
        Access::All => Some(Value::list(value.as_list()?.iter().filter_map(|item| walk(item, rest)).collect())),
    }
}

/// A value for a message. Of what has buyer data in it only its size is told.
fn told_value(pii: bool, value: &Value) -> String {
    match value.as_list() {
        Some(items) if pii => format!("a list of {} item{}", items.len(), if items.len() == 1 { "" } else { "s" }),
        _ => shown(pii, value),
    }
}

fn field(path: &mut String, name: &str) {
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    let _ = if word { write!(path, ".{name}") } else { write!(path, "[{name:?}]") };
}

fn nth(list: &Value, index: i64) -> Option<Value> {
    let items = list.as_list()?;
    let at = if index < 0 { i64::try_from(items.len()).ok()? + index } else { index };
    items.get(usize::try_from(at).ok()?).cloned()
}
