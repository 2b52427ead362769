//! One record on its way through a plan. Evaluation is pure and never waits: where it needs something from outside, it
//! stops with what it needs, and goes on when it has been given it. So the same code serves a run, a dry run, `map`
//! and the tests in a flow.

use std::collections::HashSet;

use super::budget;
use super::eval::{EvalError, Frame, Lookups, MAX_ITEMS, Wanted, evaluate, sides, text_of};
use super::trace::trace;
use super::{EachPlan, Plan, Slot, Step, TargetId, TargetPlan};
use crate::catalog::wire;
use crate::diag::{Code, Span};
use crate::value::Value;

/// A record on its way.
#[derive(Debug)]
pub struct Progress {
    frame: Frame,
    /// Which step is next at each level of nesting.
    at: Vec<Position>,
    waiting: Option<Write>,
    /// The write that was answered last, where what takes it back is not worked out yet.
    answered: Option<Write>,
    /// What takes back what was written, in the order of the writes.
    undos: Vec<Undo>,
    /// Whether payloads are left to be worked out by one who writes them.
    without_payloads: bool,
}

#[derive(Debug)]
struct Position {
    step: usize,
    /// What of that step the level above runs; [`Inside::Nothing`] at the innermost level.
    inside: Inside,
}

#[derive(Debug)]
enum Inside {
    Nothing,
    /// A branch of a `when`.
    Branch(bool),
    /// The items of an `each` with what they are called, and which of them it is at.
    Items(Vec<(String, Value)>, usize),
}

impl Position {
    fn start() -> Self {
        Self { step: 0, inside: Inside::Nothing }
    }
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// Nothing; all is done.
    Finished,
    /// Nothing, because the flow says so.
    Skipped {
        /// Why.
        reason: String,
        /// Where it says so.
        at: Span,
    },
    /// Nothing yet: what the record needs is not there.
    Waiting {
        /// Why.
        reason: String,
        /// Where the flow says so.
        at: Span,
        /// How long at most.
        patience: std::time::Duration,
    },
    /// The record cannot go on.
    Rejected(EvalError),
    /// A write is due. Go on with [`Progress::answer`].
    Write(Write),
    /// Things must be looked up first. Ask again when [`Lookups`] knows them.
    Lookup(Vec<Wanted>),
}

/// A write that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The target.
    pub target: TargetId,
    /// The items that it is for, inside of `each`: `[key]`, and `[outer][inner]` where they are nested; else empty. With
    /// the target's name in front it is the name of the step.
    pub item: String,
    /// The payload in wire form.
    pub payload: Value,
}

/// Someone who works variables out in a way of his own.
pub trait Variables {
    /// Works a variable out; tells whether it did. Then the variable itself is not set.
    fn work_out(&mut self, slot: Slot, frame: &mut Frame, lookups: &dyn Lookups) -> bool;
}

impl Variables for () {
    /// Leaves it to the plan.
    fn work_out(&mut self, _: Slot, _: &mut Frame, _: &dyn Lookups) -> bool {
        false
    }
}

/// What takes a write back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// The write that was made.
    pub of: Write,
    /// The write that takes it back.
    pub by: Write,
}

/// What to say of a payload that does not fit its target.
#[must_use]
pub fn misfit(target: &TargetPlan, wrong: &wire::Mismatch) -> EvalError {
    let place = if wrong.path.is_empty() { &target.name } else { &wrong.path };
    EvalError::new(Code::E505, target.at, format!("`{place}` {}", wrong.message))
}

impl Progress {
    /// A record at the start; in a flow that groups, a group, which is its record from there on. `params` are the values of [`Plan::params`], in order.
    #[must_use]
    pub fn new(plan: &Plan, record: Value, params: std::sync::Arc<[Value]>) -> Self {
        let mut progress = Self {
            frame: Frame::new(Value::Null, params, plan.slots),
            at: Vec::new(),
            waiting: None,
            answered: None,
            undos: Vec::new(),
            without_payloads: false,
        };
        progress.restart(plan, record);
        progress
    }

    /// The same, leaving payloads to be worked out: [`Write::payload`] is null. See [`Progress::payload`] and
    /// [`super::straight`].
    #[must_use]
    pub fn without_payloads(mut self) -> Self {
        self.without_payloads = true;
        self
    }

    /// Begins again with another record of the same plan.
    pub fn restart(&mut self, plan: &Plan, record: Value) {
        match &plan.group {
            None => self.frame.restart(record),
            Some(group) => self.frame.set(group.slot, record),
        }
        self.at.clear();
        self.at.push(Position::start());
        self.waiting = None;
        self.answered = None;
        self.undos.clear();
    }

    /// The record's key as text.
    pub fn key(&mut self, plan: &Plan, lookups: &dyn Lookups) -> Result<String, EvalError> {
        let unusable = |why: &str| EvalError::new(Code::E613, plan.key.at, format!("the record's key is {why}"));
        let key = evaluate(&plan.key, &mut self.frame, lookups).and_then(|key| name(&key).map_err(unusable));
        key.map_err(|mut error| {
            error.found = trace(plan, &error, &self.frame);
            error
        })
    }

    /// Goes on to the next thing that is needed from outside, or to the end.
    pub fn advance(&mut self, plan: &Plan, lookups: &dyn Lookups) -> Next {
        self.advance_with(plan, lookups, &mut ())
    }

    /// The same with someone who works some variables out in a way of his own.
    pub fn advance_with(&mut self, plan: &Plan, lookups: &dyn Lookups, variables: &mut dyn Variables) -> Next {
        // While the answer is fresh and an item is still the one that it is of.
        if let Some(next) = self.note_undo(plan, lookups) {
            return next;
        }
        loop {
            let Some(step) = self.current(plan) else {
                if self.at.len() <= 1 {
                    return Next::Finished;
                }
                self.leave(plan);
                continue;
            };
            if let Step::Let { slot, .. } = step
                && variables.work_out(*slot, &mut self.frame, lookups)
            {
                self.pass();
                continue;
            }
            match self.run(step, plan, lookups) {
                Ok(Some(next)) => return next,
                Ok(None) => {}
                Err(error) if !error.wanted.is_empty() => return Next::Lookup(error.into_cause().wanted),
                Err(error) => return Next::Rejected(self.placed(plan, error)),
            }
        }
    }

    /// The payload of the write that is due, masked where it must be, as it is built and before it is brought into wire
    /// form.
    pub fn payload(&mut self, plan: &Plan, target: &TargetPlan, lookups: &dyn Lookups) -> Result<Value, EvalError> {
        let built = built(target, &mut self.frame, lookups).map_err(|error| self.placed(plan, error));
        built.map(|built| masked(target, built))
    }

    /// An error with what it comes from, and the item that it happened in.
    fn placed(&self, plan: &Plan, mut error: EvalError) -> EvalError {
        error.found = trace(plan, &error, &self.frame);
        let item = self.item();
        if !item.is_empty() {
            error.message.push_str(&format!(" (item {item})"));
        }
        error
    }

    /// Gives the answer to the write that was due, as a document with the fields that the target keeps.
    pub fn answer(&mut self, plan: &Plan, document: Value) {
        if let Some(write) = self.waiting.take()
            && let Some(target) = plan.targets.get(write.target)
        {
            // Null is no answer: nothing was written.
            self.answered = (target.undo.is_some() && !document.is_null()).then_some(write);
            self.frame.set(target.slot, document);
            self.pass();
        }
    }

    /// What takes back what was written for a record that is refused now, the latest write first.
    #[must_use]
    pub fn undos(&mut self) -> Vec<Undo> {
        let mut undos = std::mem::take(&mut self.undos);
        undos.reverse();
        undos
    }

    /// Works out what would take back the write that was answered last.
    fn note_undo(&mut self, plan: &Plan, lookups: &dyn Lookups) -> Option<Next> {
        let of = self.answered.take()?;
        let undo = plan.targets.get(of.target)?.undo?;
        match wired(plan.targets.get(undo)?, &mut self.frame, lookups) {
            Ok(payload) => {
                let by = Write { target: undo, item: of.item.clone(), payload };
                self.undos.push(Undo { of, by });
                None
            }
            Err(error) if !error.wanted.is_empty() => {
                self.answered = Some(of);
                Some(Next::Lookup(error.into_cause().wanted))
            }
            Err(mut error) => {
                error.found = trace(plan, &error, &self.frame);
                Some(Next::Rejected(error))
            }
        }
    }

    /// The value in a slot, for tests of a flow.
    #[must_use]
    pub fn frame(&mut self) -> &mut Frame {
        &mut self.frame
    }

    /// The items that are gone through, as [`Write::item`] has them.
    fn item(&self) -> String {
        let items = self.at.iter().filter_map(|position| match &position.inside {
            Inside::Items(items, at) => items.get(*at),
            _ => None,
        });
        items.map(|(key, _)| item(key)).collect()
    }

    /// The steps of a level are done: the next item, or the step after it.
    fn leave(&mut self, plan: &Plan) {
        self.at.pop();
        let each = match self.current(plan) {
            Some(Step::Each(each)) => Some(each),
            _ => None,
        };
        let Some(position) = self.at.last_mut() else { return };
        if let (Some(each), Inside::Items(items, at)) = (each, &mut position.inside) {
            *at += 1;
            if let Some((_, value)) = items.get(*at) {
                self.frame.set(each.slot, value.clone());
                self.at.push(Position::start());
                return;
            }
        }
        position.inside = Inside::Nothing;
        position.step += 1;
    }

    fn pass(&mut self) {
        if let Some(last) = self.at.last_mut() {
            last.step += 1;
        }
    }

    fn enter(&mut self, inside: Inside) {
        if let Some(last) = self.at.last_mut() {
            last.inside = inside;
        }
        self.at.push(Position::start());
    }

    fn current<'p>(&self, plan: &'p Plan) -> Option<&'p Step> {
        let mut steps = &plan.steps;
        let (last, outer) = self.at.split_last()?;
        for position in outer {
            match steps.get(position.step)? {
                Step::When { then, otherwise, .. } => match position.inside {
                    Inside::Branch(true) => steps = then,
                    _ => steps = otherwise,
                },
                Step::Each(each) => steps = &each.steps,
                _ => return None,
            }
        }
        steps.get(last.step)
    }

    fn run(&mut self, step: &Step, plan: &Plan, lookups: &dyn Lookups) -> Result<Option<Next>, EvalError> {
        match step {
            Step::Skip { .. } | Step::Reject { .. } | Step::Wait { .. } | Step::Ensure { .. } | Step::Let { .. } => {
                if let Some(next) = plain(step, &mut self.frame, lookups)? {
                    return Ok(Some(next));
                }
            }
            Step::When { condition, .. } => {
                let branch = truth(condition, &mut self.frame, lookups)?;
                self.enter(Inside::Branch(branch));
                return Ok(None);
            }
            Step::Each(each) => {
                let items = items(each, &mut self.frame, lookups)?;
                if let Some((_, value)) = items.first() {
                    self.frame.set(each.slot, value.clone());
                    self.enter(Inside::Items(items, 0));
                    return Ok(None);
                }
            }
            Step::Target(id) => {
                let Some(target) = plan.targets.get(*id) else { return Ok(None) };
                let payload = match self.without_payloads {
                    true => Value::Null,
                    false => wired(target, &mut self.frame, lookups)?,
                };
                let write = Write { target: *id, item: self.item(), payload };
                // Only what can be taken back is needed once more.
                self.waiting = Some(match target.undo {
                    Some(_) => write.clone(),
                    None => Write { target: *id, item: String::new(), payload: Value::Null },
                });
                return Ok(Some(Next::Write(write)));
            }
        }
        self.pass();
        Ok(None)
    }
}

/// What a target gets, as it is built.
fn built(target: &TargetPlan, frame: &mut Frame, lookups: &dyn Lookups) -> Result<Value, EvalError> {
    let built = evaluate(&target.payload, frame, lookups)?;
    if budget::larger(&built, budget::MAX_PARTS) {
        let message = format!("`{}` gets more than {} fields and items", target.name, budget::MAX_PARTS);
        return Err(EvalError::new(Code::E610, target.at, message));
    }
    if built.as_object().is_none() {
        return Err(no_object(target, &built));
    }
    Ok(built)
}

/// What a target gets, in wire form.
fn wired(target: &TargetPlan, frame: &mut Frame, lookups: &dyn Lookups) -> Result<Value, EvalError> {
    let built = built(target, frame, lookups)?;
    let object = built.as_object().ok_or_else(|| no_object(target, &built))?;
    Ok(masked(target, wire::write(object, &target.input).map_err(|wrong| misfit(target, &wrong))?))
}

fn masked(target: &TargetPlan, payload: Value) -> Value {
    if target.mask.is_empty() { payload } else { target.mask.over(payload) }
}

fn no_object(target: &TargetPlan, built: &Value) -> EvalError {
    EvalError::new(Code::E505, target.at, format!("`{}` gets {}, not an object", target.name, built.kind()))
}

/// A step that needs nothing but the record: a condition, or something that is worked out. Gives what comes next where
/// the record does not go on.
pub(super) fn plain(step: &Step, frame: &mut Frame, lookups: &dyn Lookups) -> Result<Option<Next>, EvalError> {
    match step {
        Step::Skip { when, because } => {
            if truth(when, frame, lookups)? {
                let reason = match because {
                    Some(because) => text_of(because, frame, lookups)?,
                    None => "the flow skips it".to_owned(),
                };
                return Ok(Some(Next::Skipped { reason, at: when.at }));
            }
        }
        Step::Reject { when, because } => {
            if truth(when, frame, lookups)? {
                let reason = text_of(because, frame, lookups)?;
                return Err(EvalError::new(Code::E601, when.at, reason));
            }
        }
        Step::Wait { when, patience, because } => {
            if truth(when, frame, lookups)? {
                let reason = text_of(because, frame, lookups)?;
                return Ok(Some(Next::Waiting { reason, at: when.at, patience: *patience }));
            }
        }
        Step::Ensure { condition, because } => {
            if !truth(condition, frame, lookups)? {
                let reason = match because {
                    Some(because) => text_of(because, frame, lookups)?,
                    None => "what the flow ensures does not hold".to_owned(),
                };
                let detail = sides(condition, frame, lookups);
                return Err(EvalError::new(Code::E608, condition.at, format!("{reason}{detail}")));
            }
        }
        Step::Let { slot, value, .. } => {
            let value = evaluate(value, frame, lookups)?;
            frame.set(*slot, value);
        }
        Step::When { .. } | Step::Each(_) | Step::Target(_) => {}
    }
    Ok(None)
}

/// What a key names, or why it names nothing.
fn name(key: &Value) -> Result<String, &'static str> {
    match key {
        Value::Text(_) | Value::Int(_) | Value::Date(_) => match key.display() {
            text if text.trim().is_empty() => Err("empty"),
            text => Ok(text),
        },
        other => Err(other.kind()),
    }
}

/// What an item's key adds to the name of a step. A bracket in it is doubled, so that no two keys add the same.
#[must_use]
pub fn item(key: &str) -> String {
    format!("[{}]", key.replace(']', "]]"))
}

/// The items of an `each` with what they are called. That is known before the first of them is dealt with, so that a
/// record with two items of one name has no half of its writes made.
fn items(each: &EachPlan, frame: &mut Frame, lookups: &dyn Lookups) -> Result<Vec<(String, Value)>, EvalError> {
    let list = evaluate(&each.list, frame, lookups)?;
    let wrong = || EvalError::new(Code::E603, each.list.at, format!("this must be list, not {}", list.kind()));
    let list = list.as_list().ok_or_else(wrong)?;
    if list.len() > MAX_ITEMS {
        return Err(EvalError::new(Code::E610, each.list.at, format!("a list of more than {MAX_ITEMS} items")));
    }
    let (mut items, mut names, mut wanted) = (Vec::new(), HashSet::new(), Vec::new());
    for (index, value) in list.iter().enumerate() {
        frame.set(each.slot, value.clone());
        let key = match &each.filter {
            Some(filter) => truth(filter, frame, lookups)
                .and_then(|keep| if keep { evaluate(&each.key, frame, lookups).map(Some) } else { Ok(None) }),
            None => evaluate(&each.key, frame, lookups).map(Some),
        };
        let key = match key {
            Ok(Some(key)) => key,
            Ok(None) => continue,
            // Going on collects everything that has to be fetched, so that it can be fetched in one call.
            Err(error) if !error.wanted.is_empty() => {
                wanted.extend(error.into_cause().wanted);
                continue;
            }
            Err(error) => return Err(error),
        };
        let refuse = |why: String| EvalError::new(Code::E614, each.key.at, format!("the key of item {index} {why}"));
        let key = name(&key).map_err(|why| refuse(format!("is {why}")))?;
        if !names.insert(key.clone()) {
            return Err(refuse(format!("is {key:?}, as that of an item before it")));
        }
        items.push((key, value.clone()));
    }
    if wanted.is_empty() {
        return Ok(items);
    }
    Err(EvalError::wanting(each.key.at, wanted))
}

fn truth(node: &super::Node, frame: &mut Frame, lookups: &dyn Lookups) -> Result<bool, EvalError> {
    super::eval::truth(node, frame, lookups)
}
