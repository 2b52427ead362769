//! One record through a plan without the outside: lookups and targets answer from mocks. Serves `map`, the tests of a
//! flow, and whoever wants to see what would be sent.

pub mod case;
pub mod coverage;
pub mod difference;
mod gather;
pub mod mapper;
mod origin;

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::Code;
use crate::plan::eval::{Answer, EvalError, Lookups};
use crate::plan::joined::Joined;
use crate::plan::{LookupId, LookupKind, Next, Otherwise, Plan, Progress, Refusal, TargetId, Write, answer};
use crate::value::{Object, Value};

/// What lookups and targets answer.
#[derive(Debug, Clone, Default)]
pub struct Mocks {
    /// What lookups find, by the text of their keys; null for a miss. A lookup that is not mentioned finds, in its
    /// table, what is there; in an entity that the flow itself writes, nothing; in any other, a placeholder.
    pub lookups: HashMap<LookupId, HashMap<Vec<String>, Value>>,
    /// The records of second sources.
    pub joined: HashMap<LookupId, Arc<Joined>>,
    /// What targets answer; the rest of an answer is an echo of the payload.
    pub answers: HashMap<TargetId, Value>,
    /// Targets that refuse what they get; the record goes no further then.
    pub refusals: HashMap<TargetId, Refusal>,
}

impl Mocks {
    /// Adds what a lookup finds.
    pub fn lookup(&mut self, lookup: LookupId, keys: &[Value], found: Value) {
        let keys = keys.iter().map(Value::display).collect();
        self.lookups.entry(lookup).or_default().insert(keys, found);
    }

    /// Reads mocks from a document: `{"item_of": {"SKU-1": {…}}, "targets": {"sale": {…}}}`. Keys of several columns
    /// are joined with a comma.
    pub fn from_document(document: &Value, plan: &Plan) -> Result<Self, String> {
        let mut mocks = Mocks::default();
        let object = document.as_object().ok_or("mocks are an object of lookups and `targets`")?;
        for (name, value) in object.iter() {
            let entries = value.as_object().ok_or_else(|| format!("`{name}` must be an object"))?;
            if &**name == "targets" {
                for (target, answer) in entries.iter() {
                    let id = plan
                        .targets
                        .iter()
                        .position(|known| known.name == **target)
                        .ok_or_else(|| format!("the flow has no target `{target}`"))?;
                    mocks.answers.insert(id, answer.clone());
                }
                continue;
            }
            let id = plan
                .lookups
                .iter()
                .position(|known| known.name == **name)
                .ok_or_else(|| format!("the flow has no lookup `{name}`"))?;
            let found = mocks.lookups.entry(id).or_default();
            for (key, value) in entries.iter() {
                let keys = key.split(',').map(|part| part.trim().to_owned()).collect();
                found.insert(keys, value.clone());
            }
        }
        Ok(mocks)
    }
}

pub use gather::{rehearse_all, rehearse_group};

/// What became of a record.
#[derive(Debug)]
pub struct Rehearsal {
    /// Its key, or why it has none.
    pub key: Result<String, EvalError>,
    /// The writes in order; where one was refused it is the last.
    pub writes: Vec<Write>,
    /// How it ended: finished, skipped or rejected.
    pub end: Next,
    /// The record with its variables, for expectations.
    pub progress: Progress,
}

impl Rehearsal {
    /// Nothing at all: for what is expected of functions and lookups alone.
    #[must_use]
    pub fn nothing(plan: &Plan, params: Arc<[Value]>) -> Self {
        let progress = Progress::new(plan, Value::Null, params);
        Self { key: Ok(String::new()), writes: Vec::new(), end: Next::Finished, progress }
    }
}

/// Takes a record through a plan.
#[must_use]
pub fn rehearse(plan: &Plan, record: Value, params: Arc<[Value]>, mocks: &Mocks) -> Rehearsal {
    through(plan, record, params, mocks, &Mocked { plan, mocks })
}

/// Takes a record through a plan with lookups that are answered elsewhere.
fn through(plan: &Plan, record: Value, params: Arc<[Value]>, mocks: &Mocks, lookups: &dyn Lookups) -> Rehearsal {
    let mut progress = Progress::new(plan, record, params);
    let key = progress.key(plan, lookups);
    let mut writes = Vec::new();
    let end = loop {
        match progress.advance(plan, lookups) {
            Next::Write(write) => {
                if let Some(refusal) = mocks.refusals.get(&write.target) {
                    let target = plan.targets.get(write.target);
                    writes.push(write);
                    let at = target.map(|target| target.at).unwrap_or_default();
                    match target.map(|target| target.otherwise).unwrap_or_default() {
                        Otherwise::DeadLetter => {
                            break Next::Rejected(EvalError::new(refusal.code, at, refusal.message.clone()));
                        }
                        Otherwise::Skip => break Next::Skipped { reason: refusal.message.clone(), at },
                        Otherwise::Continue => {
                            progress.answer(plan, Value::Null);
                            continue;
                        }
                    }
                }
                progress.answer(plan, answer_to(plan, mocks, write.target, &write.payload));
                writes.push(write);
            }
            end => break end,
        }
    };
    if let Next::Rejected(error) = &end
        && takes_back(error.code)
    {
        writes.extend(progress.undos().into_iter().map(|undo| undo.by));
    }
    Rehearsal { key, writes, end, progress }
}

/// Whether a record that stops for this has its writes taken back: not where nobody knows yet how it ends.
#[must_use]
pub fn takes_back(code: Code) -> bool {
    !matches!(code, Code::E612 | Code::E616)
}

/// What a target answers to a payload: an echo of it, but for what is mocked.
fn answer_to(plan: &Plan, mocks: &Mocks, target: TargetId, payload: &Value) -> Value {
    let mut answered = Object::new();
    if let Some(target) = plan.targets.get(target)
        && let Value::Object(echo) = answer::echo(target, payload)
    {
        answered = Object::clone(&echo);
    }
    if let Some(Value::Object(mocked)) = mocks.answers.get(&target) {
        for (name, value) in mocked.iter() {
            answered.set(name.clone(), value.clone());
        }
    }
    Value::object(answered)
}

/// Lookups that answer from mocks.
#[derive(Debug)]
pub struct Mocked<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The mocks.
    pub mocks: &'p Mocks,
}

impl Mocked<'_> {
    fn writes(&self, connector: &str, entity: &str) -> bool {
        self.plan.targets.iter().any(|target| target.connector == connector && target.entity == entity)
    }
}

impl Lookups for Mocked<'_> {
    fn find(&self, lookup: LookupId, keys: &[Value]) -> Answer {
        let Some(declared) = self.plan.lookups.get(lookup) else { return Answer::Missing };
        if !self.mocks.lookups.is_empty()
            && let Some(mocked) = self.mocks.lookups.get(&lookup)
        {
            let keys: Vec<String> = keys.iter().map(Value::display).collect();
            match (mocked.get(&keys), &declared.kind) {
                (Some(Value::Null), _) | (None, LookupKind::Entity { .. }) => return Answer::Missing,
                (Some(value), _) => return Answer::Found(value.clone()),
                (None, LookupKind::Table(_) | LookupKind::Join(_)) => {}
            }
        }
        match &declared.kind {
            LookupKind::Table(table) => match table.row(keys) {
                Some(row) => {
                    if let Some(coverage) = &self.plan.coverage {
                        coverage.found(lookup, row);
                    }
                    table.rows().get(row).map_or(Answer::Missing, |row| Answer::Found(row.gives.clone()))
                }
                None => Answer::Missing,
            },
            LookupKind::Join(_) => {
                let records = self.mocks.joined.get(&lookup).and_then(|joined| joined.find(keys));
                records.map_or(Answer::Missing, |records| Answer::Found(records.clone()))
            }
            // Where nothing is written, the flow's own documents are not there yet.
            LookupKind::Entity { connector, entity, .. } if self.writes(connector, entity) => Answer::Missing,
            LookupKind::Entity { key, record, .. } => {
                let mut known = Object::new();
                let value = keys.first().cloned().unwrap_or_default();
                known.set(key.as_str(), value.clone());
                let name = format!("{}[{}]", declared.name, value.display());
                Answer::Found(answer::placeholder(&name, record, &Value::object(known)))
            }
        }
    }

    fn name(&self, lookup: LookupId) -> String {
        self.plan.lookups.get(lookup).map(|lookup| lookup.name.clone()).unwrap_or_default()
    }

    fn miss(&self, lookup: LookupId, keys: &str) -> String {
        self.plan.miss(lookup, keys)
    }
}
