//! Working out an expression for one record: pure, without panics, and always at an end, because expressions have no
//! loops but over lists that are there.

use std::sync::Arc;

use smallvec::SmallVec;

use super::at_hand::{at_hand, found};
use super::budget::{self, Budget};
use super::expr::{Arithmetic, Expr, Fields, Node, PathStep};
use super::operate::{arithmetic, compare};
use super::walk::{reached, walk};
use super::{LookupId, Slot};
use crate::catalog::{Args, Base, Params, wire};
use crate::diag::{Code, Diagnostic, Span};
use crate::value::{Money, Object, Value, json, query};

/// How long a text may get that an expression builds, in bytes.
pub const MAX_TEXT: usize = 1 << 20;
/// How many items a list may get that an expression builds.
pub const MAX_ITEMS: usize = 100_000;

/// Where lookups are answered. Tables answer at once; a connector's entities only when someone has fetched them.
pub trait Lookups {
    /// What a lookup finds for these keys.
    fn find(&self, lookup: LookupId, keys: &[Value]) -> Answer;
    /// The lookup's name, for messages.
    fn name(&self, lookup: LookupId) -> String;
    /// What to say when there is nothing for these keys, which are given as they may be shown.
    fn miss(&self, lookup: LookupId, keys: &str) -> String {
        format!("`{}` has no entry for {keys}", self.name(lookup))
    }
}

/// What a lookup found.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// This.
    Found(Value),
    /// Nothing: there is none.
    Missing,
    /// Not known yet; it must be fetched.
    Unknown,
}

/// Something that must be looked up outside before an expression can be worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The lookup.
    pub lookup: LookupId,
    /// The keys.
    pub keys: Vec<Value>,
}

/// Why an expression has no value. It is one pointer, because every value that is worked out comes in a result beside
/// it.
#[derive(Debug, Clone, PartialEq)]
pub struct EvalError(Box<Cause>);

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The kind of error.
    pub code: Code,
    /// Where in the flow.
    pub at: Span,
    /// What is wrong, for a clerk. It shows no buyer data.
    pub message: String,
    /// Where the function was called in which this happened, and where the one that called it, from the inside out.
    pub calls: Vec<Span>,
    /// What must be looked up first; then it is no error but a pause.
    pub wanted: Vec<Wanted>,
    /// Where in the record it comes from, once the record has been rejected.
    pub found: Vec<super::trace::Found>,
}

impl EvalError {
    /// The same, having happened in a function that was called there.
    #[must_use]
    pub fn called(mut self, at: Span) -> Self {
        self.calls.push(at);
        self
    }

    /// What a person is told: the place in the flow, and those from where its function was called.
    #[must_use]
    pub fn told(&self, message: impl Into<String>) -> Diagnostic {
        let told = Diagnostic::new(self.code, self.at, message);
        self.calls.iter().fold(told, |told, call| told.label(*call, "called here"))
    }

    /// An error at a place.
    #[must_use]
    pub fn new(code: Code, at: Span, message: impl Into<String>) -> Self {
        Self(Box::new(Cause {
            code,
            at,
            message: message.into(),
            calls: Vec::new(),
            wanted: Vec::new(),
            found: Vec::new(),
        }))
    }

    /// A pause, until these are looked up.
    #[must_use]
    pub fn wanting(at: Span, wanted: Vec<Wanted>) -> Self {
        Self(Box::new(Cause {
            code: Code::E604,
            at,
            message: "not looked up yet".to_owned(),
            calls: Vec::new(),
            wanted,
            found: Vec::new(),
        }))
    }

    /// What is wrong, to take apart.
    #[must_use]
    pub fn into_cause(self) -> Cause {
        *self.0
    }
}

impl std::ops::Deref for EvalError {
    type Target = Cause;

    fn deref(&self) -> &Cause {
        &self.0
    }
}

impl std::ops::DerefMut for EvalError {
    fn deref_mut(&mut self) -> &mut Cause {
        &mut self.0
    }
}

/// The values that an expression can name.
#[derive(Debug, Clone)]
pub struct Frame {
    record: Value,
    params: Arc<[Value]>,
    slots: Vec<Value>,
    pub(super) budget: Budget,
}

impl Frame {
    /// A frame for a record.
    #[must_use]
    pub fn new(record: Value, params: Arc<[Value]>, slots: usize) -> Self {
        Self { record, params, slots: vec![Value::Null; slots], budget: Budget::default() }
    }

    /// Begins again with another record. Variables are set before they are read, so old ones need not go.
    pub fn restart(&mut self, record: Value) {
        self.record = record;
        self.budget = Budget::default();
    }

    /// Sets a variable.
    pub fn set(&mut self, slot: Slot, value: Value) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = value;
        }
    }

    /// A variable's value.
    #[must_use]
    pub fn get(&self, slot: Slot) -> &Value {
        self.slots.get(slot).unwrap_or(&Value::Null)
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Value {
        &self.record
    }
}

type Outcome = Result<Value, EvalError>;

/// The value of an expression.
pub fn evaluate(node: &Node, frame: &mut Frame, lookups: &dyn Lookups) -> Outcome {
    match &node.expr {
        Expr::Const(value) => Ok(value.clone()),
        Expr::Record => Ok(frame.record.clone()),
        Expr::Slot(slot) => Ok(frame.get(*slot).clone()),
        Expr::Param(index) => Ok(frame.params.get(*index).cloned().unwrap_or_default()),
        Expr::Path { base, steps, read } => match found(node, frame) {
            Some(value) => match read {
                Some(read) => read_as(node, value, read),
                None => Ok(value.clone()),
            },
            None => path(node, base, steps, read.as_ref(), frame, lookups),
        },
        Expr::Query { base, query, read } => {
            let base = evaluate(base, frame, lookups)?;
            let mut work = query::MAX_WORK;
            let found = query
                .run(&base, MAX_ITEMS, &mut work)
                .map_err(|error| EvalError::new(Code::E610, node.at, format!("the query was given up: {error}")))?;
            frame.budget.spend(node, usize::try_from(query::MAX_WORK - work).unwrap_or(usize::MAX))?;
            let found = found.into_iter().cloned();
            let values: Result<Vec<Value>, EvalError> = match read {
                Some(base) => found.map(|value| read_as(node, &value, base)).collect(),
                None => Ok(found.collect()),
            };
            values.map(Value::list)
        }
        Expr::Call { function, args } => {
            // Most functions take few arguments: those need no list.
            let mut few: [Value; 4] = Default::default();
            let Some(few) = few.get_mut(..args.len()) else {
                let values = all(args, frame, lookups)?;
                return counted(node, function, args, &values, frame);
            };
            for (place, arg) in few.iter_mut().zip(args) {
                *place = evaluate(arg, frame, lookups)?;
            }
            counted(node, function, args, few, frame)
        }
        Expr::Lookup { lookup, keys, otherwise } => {
            if let [key] = keys.as_slice()
                && let Some(key) = at_hand(key, frame)
                && let Answer::Found(value) = lookups.find(*lookup, std::slice::from_ref(key))
            {
                return Ok(value);
            }
            let values = all(keys, frame, lookups)?;
            match lookups.find(*lookup, &values) {
                Answer::Found(value) => Ok(value),
                Answer::Unknown => {
                    Err(EvalError::wanting(node.at, vec![Wanted { lookup: *lookup, keys: values.into_vec() }]))
                }
                Answer::Missing => match otherwise {
                    Some(otherwise) => evaluate(otherwise, frame, lookups),
                    None => {
                        let shown: Vec<String> =
                            keys.iter().zip(&values).map(|(node, value)| shown(node.pii, value)).collect();
                        Err(EvalError::new(Code::E604, node.at, lookups.miss(*lookup, &shown.join(", "))))
                    }
                },
            }
        }
        Expr::Has { lookup, keys, not } => {
            let values = all(keys, frame, lookups)?;
            match lookups.find(*lookup, &values) {
                Answer::Found(_) => Ok(Value::Bool(!not)),
                Answer::Missing => Ok(Value::Bool(*not)),
                Answer::Unknown => {
                    Err(EvalError::wanting(node.at, vec![Wanted { lookup: *lookup, keys: values.into_vec() }]))
                }
            }
        }
        Expr::Concat(parts) => {
            let mut text = String::new();
            for part in parts {
                push_text(&mut text, part, frame, lookups)?;
                limit_text(node, text.len())?;
            }
            frame.budget.spend(node, text.len() / 16)?;
            Ok(Value::from(text))
        }
        Expr::Template(template) => {
            let mut names = Vec::with_capacity(template.names.len());
            for (name, value) in &template.names {
                names.push((name.clone(), evaluate(value, frame, lookups)?));
            }
            let text = super::template::render(template, names)
                .map_err(|message| EvalError::new(Code::E609, node.at, message))?;
            limit_text(node, text.len())?;
            frame.budget.spend(node, budget::TEMPLATE + text.len() / 16)?;
            Ok(Value::from(text))
        }
        Expr::Arithmetic(operation, left, right) => {
            let a = evaluate(left, frame, lookups)?;
            let b = evaluate(right, frame, lookups)?;
            let value = arithmetic(*operation, &a, &b).map_err(|why| EvalError::new(Code::E605, node.at, why))?;
            frame.budget.spend(node, budget::size(&value))?;
            Ok(value)
        }
        Expr::Compare(comparison, left, right) => {
            if let (Some(a), Some(b)) = (at_hand(left, frame), at_hand(right, frame)) {
                let (size, holds) = (budget::size(a), compare(*comparison, a, b));
                frame.budget.spend(node, size)?;
                return holds.map(Value::Bool).map_err(|why| EvalError::new(Code::E603, node.at, why));
            }
            let a = evaluate(left, frame, lookups)?;
            let b = evaluate(right, frame, lookups)?;
            frame.budget.spend(node, budget::size(&a))?;
            compare(*comparison, &a, &b).map(Value::Bool).map_err(|why| EvalError::new(Code::E603, node.at, why))
        }
        Expr::In { item, list, not } => {
            let item = evaluate(item, frame, lookups)?;
            let list = evaluate(list, frame, lookups)?;
            frame.budget.spend(node, budget::size(&list))?;
            let found = match &list {
                Value::List(items) => items.iter().any(|other| other.same(&item)),
                other => return Err(mismatch(node, "list", other)),
            };
            Ok(Value::Bool(found != *not))
        }
        Expr::And(left, right) => Ok(Value::Bool(truth(left, frame, lookups)? && truth(right, frame, lookups)?)),
        Expr::Or(left, right) => Ok(Value::Bool(truth(left, frame, lookups)? || truth(right, frame, lookups)?)),
        Expr::Not(inner) => Ok(Value::Bool(!truth(inner, frame, lookups)?)),
        Expr::Negate(inner) => match evaluate(inner, frame, lookups)? {
            Value::Int(int) => int
                .checked_neg()
                .map(Value::Int)
                .ok_or_else(|| EvalError::new(Code::E605, node.at, "the number is too large")),
            Value::Decimal(decimal) => Ok(Value::Decimal(-decimal)),
            Value::Money(money) => Ok(Value::Money(Money { amount: -money.amount, ..money })),
            other => Err(mismatch(node, "number", &other)),
        },
        Expr::Coalesce(first, second) => match evaluate(first, frame, lookups)? {
            Value::Null => evaluate(second, frame, lookups),
            value => Ok(value),
        },
        Expr::Catch(first, second) => match evaluate(first, frame, lookups) {
            Err(error) if error.wanted.is_empty() => evaluate(second, frame, lookups),
            outcome => outcome,
        },
        Expr::If(condition, then, otherwise) => {
            if truth(condition, frame, lookups)? {
                evaluate(then, frame, lookups)
            } else {
                evaluate(otherwise, frame, lookups)
            }
        }
        Expr::Match { subject, arms, otherwise } => {
            if let Some((subject, slot)) = subject {
                let value = evaluate(subject, frame, lookups)?;
                frame.set(*slot, value);
            }
            for (condition, result) in arms {
                if truth(condition, frame, lookups)? {
                    return evaluate(result, frame, lookups);
                }
            }
            match (otherwise, subject) {
                (Some(otherwise), _) => evaluate(otherwise, frame, lookups),
                (None, Some((subject, slot))) => {
                    let value = shown(subject.pii, frame.get(*slot));
                    Err(EvalError::new(Code::E607, node.at, format!("no case of this match covers {value}")))
                }
                (None, None) => Err(EvalError::new(Code::E607, node.at, "no case of this match holds")),
            }
        }
        Expr::For { slot, list, filter, body } => each(node, *slot, list, filter.as_deref(), body, frame, lookups),
        Expr::List(items) => {
            let values = all(items, frame, lookups)?;
            frame.budget.spend(node, values.iter().map(budget::size).sum())?;
            Ok(Value::list(values.into_vec()))
        }
        Expr::Object(fields) => build(fields, frame, lookups),
        Expr::With(base, fields) => match evaluate(base, frame, lookups)? {
            Value::Object(object) => fill(Object::clone(&object), fields, frame, lookups),
            other => Err(mismatch(node, "object", &other)),
        },
        Expr::Inlined { args, body } => {
            for (slot, value) in args {
                let value = evaluate(value, frame, lookups)?;
                frame.set(*slot, value);
            }
            evaluate(body, frame, lookups).map_err(|error| error.called(node.at))
        }
        Expr::Block(lets, body) => {
            for (slot, value) in lets {
                let value = evaluate(value, frame, lookups)?;
                frame.set(*slot, value);
            }
            evaluate(body, frame, lookups)
        }
        Expr::Probe(probe, inner) => probe.evaluate(inner, frame, lookups),
    }
}

/// The truth of a condition. Only true and false have one.
pub fn truth(node: &Node, frame: &mut Frame, lookups: &dyn Lookups) -> Result<bool, EvalError> {
    match evaluate(node, frame, lookups)? {
        Value::Bool(bool) => Ok(bool),
        other => Err(mismatch(node, "bool", &other)),
    }
}

/// The value of an expression as text. Null, lists and objects have none.
pub fn text_of(node: &Node, frame: &mut Frame, lookups: &dyn Lookups) -> Result<String, EvalError> {
    match evaluate(node, frame, lookups)? {
        other @ (Value::Null | Value::List(_) | Value::Object(_)) => Err(mismatch(node, "text", &other)),
        value => Ok(value.display()),
    }
}

fn push_text(text: &mut String, part: &Node, frame: &mut Frame, lookups: &dyn Lookups) -> Result<(), EvalError> {
    if let Some(Value::Text(part)) = at_hand(part, frame) {
        text.push_str(part);
        return Ok(());
    }
    match evaluate(part, frame, lookups)? {
        Value::Text(part) => text.push_str(&part),
        other @ (Value::Null | Value::List(_) | Value::Object(_)) => return Err(mismatch(part, "text", &other)),
        value => text.push_str(&value.display()),
    }
    Ok(())
}

/// What stands on both sides of a comparison that did not hold, for the message of an assertion.
pub fn sides(node: &Node, frame: &mut Frame, lookups: &dyn Lookups) -> String {
    let Expr::Compare(_, left, right) = &node.bare().expr else { return String::new() };
    let (Ok(a), Ok(b)) = (evaluate(left, frame, lookups), evaluate(right, frame, lookups)) else {
        return String::new();
    };
    let difference = match arithmetic(Arithmetic::Subtract, &a, &b) {
        Ok(difference) if !node.pii => format!(", difference {}", difference.display()),
        _ => String::new(),
    };
    format!(" (left {}, right {}{difference})", shown(left.pii, &a), shown(right.pii, &b))
}

/// A value for a message: short, and hidden if it is buyer data.
#[must_use]
pub fn shown(pii: bool, value: &Value) -> String {
    if pii && !value.is_null() {
        return "[buyer data]".to_owned();
    }
    let text = json::to_string(value);
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or("")),
        None => text,
    }
}

pub(super) fn all(nodes: &[Node], frame: &mut Frame, lookups: &dyn Lookups) -> Result<SmallVec<[Value; 4]>, EvalError> {
    let mut values = SmallVec::with_capacity(nodes.len());
    for node in nodes {
        values.push(evaluate(node, frame, lookups)?);
    }
    Ok(values)
}

/// A new object. Its fields are worked out in order, and all that has to be fetched for them is collected, so that it
/// can be fetched in one call.
fn build(fields: &Fields, frame: &mut Frame, lookups: &dyn Lookups) -> Outcome {
    let mut values = SmallVec::with_capacity(fields.len());
    for (index, (_, node)) in fields.iter().enumerate() {
        match evaluate(node, frame, lookups) {
            Ok(value) => values.push(value),
            Err(error) if error.wanted.is_empty() => return Err(error),
            Err(error) => {
                let mut wanted = error.into_cause().wanted;
                let rest = fields.iter().skip(index + 1).filter_map(|(_, node)| evaluate(node, frame, lookups).err());
                wanted.extend(rest.flat_map(|error| error.into_cause().wanted));
                return Err(EvalError::wanting(Span::default(), wanted));
            }
        }
    }
    Ok(Value::object(Object::shaped(fields.names(), values)))
}

fn fill(mut object: Object, fields: &[(Arc<str>, Node)], frame: &mut Frame, lookups: &dyn Lookups) -> Outcome {
    let mut wanted = Vec::new();
    for (name, node) in fields {
        match evaluate(node, frame, lookups) {
            Ok(value) => object.set(Arc::clone(name), value),
            // Going on collects everything that has to be fetched, so that it can be fetched in one call.
            Err(error) if !error.wanted.is_empty() => wanted.extend(error.into_cause().wanted),
            Err(error) if wanted.is_empty() => return Err(error),
            Err(_) => {}
        }
    }
    if wanted.is_empty() {
        return Ok(Value::object(object));
    }
    Err(EvalError::wanting(Span::default(), wanted))
}

#[allow(clippy::too_many_arguments, reason = "the parts of a `for`, used once")]
fn each(
    node: &Node,
    slot: Slot,
    list: &Node,
    filter: Option<&Node>,
    body: &Node,
    frame: &mut Frame,
    lookups: &dyn Lookups,
) -> Outcome {
    let items = match evaluate(list, frame, lookups)? {
        Value::List(items) => items,
        other => return Err(mismatch(list, "list", &other)),
    };
    if items.len() > MAX_ITEMS {
        return Err(EvalError::new(Code::E610, node.at, format!("a list of more than {MAX_ITEMS} items")));
    }
    let mut out = Vec::with_capacity(items.len());
    let mut wanted = Vec::new();
    for item in items.iter() {
        frame.budget.spend(node, 1)?;
        frame.set(slot, item.clone());
        let outcome = match filter {
            Some(filter) => truth(filter, frame, lookups)
                .and_then(|keep| if keep { evaluate(body, frame, lookups).map(Some) } else { Ok(None) }),
            None => evaluate(body, frame, lookups).map(Some),
        };
        match outcome {
            Ok(Some(value)) => {
                frame.budget.spend(node, budget::size(&value))?;
                out.push(value);
            }
            Ok(None) => {}
            Err(error) if !error.wanted.is_empty() => wanted.extend(error.into_cause().wanted),
            Err(error) if wanted.is_empty() => return Err(error),
            Err(_) => {}
        }
    }
    if wanted.is_empty() {
        return Ok(Value::list(out));
    }
    Err(EvalError::wanting(node.at, wanted))
}

fn path(
    node: &Node,
    base: &Node,
    steps: &[PathStep],
    read: Option<&Base>,
    frame: &mut Frame,
    lookups: &dyn Lookups,
) -> Outcome {
    // The record and the variables are walked in place: only what is found is copied.
    match &base.expr {
        Expr::Record => reached(node, walk(node, &frame.record, steps)?, read),
        Expr::Slot(slot) => reached(node, walk(node, frame.get(*slot), steps)?, read),
        _ => {
            let base = evaluate(base, frame, lookups)?;
            reached(node, walk(node, &base, steps)?, read)
        }
    }
}

/// A value from outside, as its type.
pub(super) fn read_as(node: &Node, value: &Value, base: &Base) -> Outcome {
    wire::read(value, base).map_err(|wrong| {
        let place = if wrong.path.is_empty() { String::new() } else { format!("{} ", wrong.path) };
        EvalError::new(Code::E603, node.at, format!("{place}{} {}", shown(node.pii, value), wrong.message))
    })
}

/// A call, with what it is given and gives counted.
fn counted(
    node: &Node,
    function: &'static crate::catalog::Function,
    nodes: &[Node],
    values: &[Value],
    frame: &mut Frame,
) -> Outcome {
    frame.budget.spend(node, values.iter().map(budget::size).sum())?;
    let value = call(node, function, nodes, values)?;
    frame.budget.spend(node, budget::size(&value))?;
    Ok(value)
}

fn call(node: &Node, function: &'static crate::catalog::Function, nodes: &[Node], values: &[Value]) -> Outcome {
    for (index, value) in values.iter().enumerate() {
        let param = function.params.get(index).or(function.params.last());
        if let Some(param) = param
            && !param.takes.take(value)
            // A field that an integration calls a number may come as null only where the function takes null.
            && !(value.is_null() && param.takes.0 & Params::NULL.0 != 0)
        {
            let at = nodes.get(index).map_or(node.at, |arg| arg.at);
            let text = format!("`{}` takes {} for `{}`, not {}", function.name, param.takes, param.name, value.kind());
            return Err(EvalError::new(Code::E603, at, text));
        }
    }
    let value = (function.eval)(&Args { values }).map_err(|error| {
        let at = nodes.first().map_or(node.at, |first| first.at.to(node.at));
        EvalError::new(Code::E606, at, format!("`{}`: {}", function.name, error.message))
    })?;
    match &value {
        Value::Text(text) => limit_text(node, text.len())?,
        Value::List(items) if items.len() > MAX_ITEMS => {
            return Err(EvalError::new(Code::E610, node.at, format!("a list of more than {MAX_ITEMS} items")));
        }
        _ => {}
    }
    Ok(value)
}

fn limit_text(node: &Node, length: usize) -> Result<(), EvalError> {
    if length > MAX_TEXT {
        return Err(EvalError::new(Code::E610, node.at, format!("a text of more than {MAX_TEXT} bytes")));
    }
    Ok(())
}

fn mismatch(node: &Node, wanted: &str, found: &Value) -> EvalError {
    EvalError::new(Code::E603, node.at, format!("this must be {wanted}, not {}", found.kind()))
}
