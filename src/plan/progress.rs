//! One record on its way through a plan. Evaluation is pure and never waits: where it needs something from outside, it
//! stops with what it needs, and goes on when it has been given it. So the same code serves a run, a dry run, `map`
//! and the tests in a flow.

use super::eval::{EvalError, Frame, Lookups, Wanted, evaluate, text_of};
use super::{Plan, Step, TargetId};
use crate::catalog::wire;
use crate::diag::{Code, Span};
use crate::value::Value;

/// A record on its way.
#[derive(Debug)]
pub struct Progress {
    frame: Frame,
    /// Which step is next at each level of nesting: step index and, inside a `when`, which branch.
    at: Vec<Position>,
    waiting: Option<TargetId>,
}

#[derive(Debug, Clone, Copy)]
struct Position {
    step: usize,
    /// The branch of the `when` at `step` that the level above runs; unused at the innermost level.
    branch: bool,
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
    /// The payload in wire form.
    pub payload: Value,
}

impl Progress {
    /// A record at the start. `params` are the values of [`Plan::params`], in order.
    #[must_use]
    pub fn new(plan: &Plan, record: Value, params: std::sync::Arc<[Value]>) -> Self {
        Self {
            frame: Frame::new(record, params, plan.slots),
            at: vec![Position { step: 0, branch: false }],
            waiting: None,
        }
    }

    /// The record's key as text.
    pub fn key(&mut self, plan: &Plan, lookups: &dyn Lookups) -> Result<String, EvalError> {
        let unusable = |why: &str| EvalError::new(Code::E613, plan.key.at, format!("the record's key is {why}"));
        match evaluate(&plan.key, &mut self.frame, lookups)? {
            Value::Text(text) if !text.trim().is_empty() => Ok(text.to_string()),
            Value::Int(int) => Ok(int.to_string()),
            Value::Text(_) => Err(unusable("empty")),
            other => Err(unusable(other.kind())),
        }
    }

    /// Goes on to the next thing that is needed from outside, or to the end.
    pub fn advance(&mut self, plan: &Plan, lookups: &dyn Lookups) -> Next {
        loop {
            let Some(step) = self.current(plan) else {
                if self.at.len() <= 1 {
                    return Next::Finished;
                }
                self.at.pop();
                self.pass();
                continue;
            };
            match self.run(step, plan, lookups) {
                Ok(Some(next)) => return next,
                Ok(None) => {}
                Err(error) if !error.wanted.is_empty() => return Next::Lookup(error.into_cause().wanted),
                Err(error) => return Next::Rejected(error),
            }
        }
    }

    /// Gives the answer to the write that was due, as a document with the fields that the target keeps.
    pub fn answer(&mut self, plan: &Plan, document: Value) {
        if let Some(target) = self.waiting.take()
            && let Some(target) = plan.targets.get(target)
        {
            self.frame.set(target.slot, document);
            self.pass();
        }
    }

    /// The value in a slot, for tests of a flow.
    #[must_use]
    pub fn frame(&mut self) -> &mut Frame {
        &mut self.frame
    }

    fn pass(&mut self) {
        if let Some(last) = self.at.last_mut() {
            last.step += 1;
        }
    }

    fn current<'p>(&self, plan: &'p Plan) -> Option<&'p Step> {
        let mut steps = &plan.steps;
        let (last, outer) = self.at.split_last()?;
        for position in outer {
            match steps.get(position.step)? {
                Step::When { then, otherwise, .. } => steps = if position.branch { then } else { otherwise },
                _ => return None,
            }
        }
        steps.get(last.step)
    }

    fn run(&mut self, step: &Step, plan: &Plan, lookups: &dyn Lookups) -> Result<Option<Next>, EvalError> {
        match step {
            Step::Skip { when, because } => {
                if truth(when, &mut self.frame, lookups)? {
                    let reason = match because {
                        Some(because) => text_of(because, &mut self.frame, lookups)?,
                        None => "the flow skips it".to_owned(),
                    };
                    return Ok(Some(Next::Skipped { reason, at: when.at }));
                }
            }
            Step::Reject { when, because } => {
                if truth(when, &mut self.frame, lookups)? {
                    let reason = text_of(because, &mut self.frame, lookups)?;
                    return Err(EvalError::new(Code::E601, when.at, reason));
                }
            }
            Step::Ensure { condition, because } => {
                if !truth(condition, &mut self.frame, lookups)? {
                    let reason = match because {
                        Some(because) => text_of(because, &mut self.frame, lookups)?,
                        None => "what the flow ensures does not hold".to_owned(),
                    };
                    let detail = super::eval::sides(condition, &mut self.frame, lookups);
                    return Err(EvalError::new(Code::E608, condition.at, format!("{reason}{detail}")));
                }
            }
            Step::Let { slot, value, .. } => {
                let value = evaluate(value, &mut self.frame, lookups)?;
                self.frame.set(*slot, value);
            }
            Step::When { condition, .. } => {
                let branch = truth(condition, &mut self.frame, lookups)?;
                if let Some(last) = self.at.last_mut() {
                    last.branch = branch;
                }
                self.at.push(Position { step: 0, branch: false });
                return Ok(None);
            }
            Step::Target(id) => {
                let Some(target) = plan.targets.get(*id) else { return Ok(None) };
                let built = evaluate(&target.payload, &mut self.frame, lookups)?;
                let object = built.as_object().ok_or_else(|| {
                    EvalError::new(
                        Code::E505,
                        target.at,
                        format!("`{}` gets {}, not an object", target.name, built.kind()),
                    )
                })?;
                let payload = wire::write(object, &target.input).map_err(|wrong| {
                    let place = if wrong.path.is_empty() { target.name.clone() } else { wrong.path };
                    EvalError::new(Code::E505, target.at, format!("`{place}` {}", wrong.message))
                })?;
                self.waiting = Some(*id);
                return Ok(Some(Next::Write(Write { target: *id, payload })));
            }
        }
        self.pass();
        Ok(None)
    }
}

fn truth(node: &super::Node, frame: &mut Frame, lookups: &dyn Lookups) -> Result<bool, EvalError> {
    super::eval::truth(node, frame, lookups)
}
