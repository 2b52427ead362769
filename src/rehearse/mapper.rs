//! Many records through one plan, as `map` does it: from a line of JSON to the lines of what would be written. Only the
//! fields that the flow reads are made into values, the record's variables are used again for the next record, and
//! payloads become text without a document in between.

mod payloads;

use std::sync::Arc;

use super::{Mocked, Mocks, answer_to};
use crate::catalog::wire;
use crate::diag::{Code, Span};
use crate::plan::fold::Grouped;
use crate::plan::progress::misfit;
use crate::plan::{EvalError, Next, Otherwise, Plan, Progress, TargetPlan};
use crate::value::Value;
use crate::value::json::{self, Reader};
use crate::value::pick::Picker;
use payloads::Payloads;

/// Takes records through a plan, one after the other. It learns from each how the next is likely to look, so each
/// thread has its own.
#[derive(Debug)]
pub struct Mapper<'p> {
    plan: &'p Plan,
    lookups: Mocked<'p>,
    progress: Progress,
    picker: Picker,
    reader: Reader,
    /// What stands between the key and the verb of each target's lines: `,"target":"tims.customers","step":"account"`.
    heads: Vec<Vec<u8>>,
    payloads: Payloads<'p>,
}

/// A record that cannot be mapped.
#[derive(Debug)]
pub struct Refused {
    /// Its key, where it has one.
    pub key: Option<String>,
    /// Why.
    pub error: EvalError,
    /// The input line that it stands in, from 1; 0 for a group, which stands in many.
    pub line: u64,
}

impl<'p> Mapper<'p> {
    /// A mapper with the values of the plan's parameters, and what lookups and targets answer.
    #[must_use]
    pub fn new(plan: &'p Plan, params: Arc<[Value]>, mocks: &'p Mocks) -> Self {
        let heads = plan.targets.iter().map(|target| {
            let mut head = b",\"target\":".to_vec();
            json::write(&mut head, &Value::from(format!("{}.{}", target.connector, target.entity)));
            head.extend_from_slice(b",\"step\":");
            json::write(&mut head, &Value::text(&target.name));
            head
        });
        Self {
            plan,
            lookups: Mocked { plan, mocks },
            progress: Progress::new(plan, Value::Null, params).without_payloads(),
            picker: Picker::new(&plan.source.shape),
            reader: Reader::default(),
            heads: heads.collect(),
            payloads: Payloads::new(plan, mocks),
        }
    }

    /// Maps the record, or the list of records, of one line of JSON, and appends a line for each write.
    pub fn line(&mut self, text: &[u8], line: u64, out: &mut Vec<u8>, refused: &mut Vec<Refused>) {
        if let Some(record) = self.picker.pick(text)
            && self.record(record, line, out).is_ok()
        {
            return;
        }
        // What goes wrong is said of the whole record.
        match self.reader.parse(text) {
            Ok(Value::List(records)) => {
                for record in records.iter() {
                    refused.extend(self.record(record.clone(), line, out).err());
                }
            }
            Ok(record) => refused.extend(self.record(record, line, out).err()),
            Err(error) => {
                let why = format!("input line {line} is not JSON: {} at column {}", error.message, error.column);
                refused.push(Refused { key: None, error: EvalError::new(Code::E603, self.plan.key.at, why), line });
            }
        }
    }

    /// Maps a record, and appends a line for each write; nothing where it is refused.
    pub fn record(&mut self, record: Value, line: u64, out: &mut Vec<u8>) -> Result<(), Refused> {
        let start = out.len();
        self.progress.restart(self.plan, record);
        let key = match self.progress.key(self.plan, &self.lookups) {
            Ok(key) => key,
            Err(error) => return Err(Refused { key: None, error, line }),
        };
        self.writes(&key, out).map_err(|error| {
            out.truncate(start);
            Refused { key: Some(key), error, line }
        })
    }

    /// Takes a group through the rest of the flow, and appends a line for each write; nothing where it is refused.
    pub fn group(&mut self, group: Grouped, out: &mut Vec<u8>) -> Result<(), Refused> {
        let start = out.len();
        let done = match group.refused {
            Some(error) => Err(error),
            None => {
                self.progress.restart(self.plan, group.value);
                self.writes(&group.key, out)
            }
        };
        done.map_err(|error| {
            out.truncate(start);
            Refused { key: Some(group.key), error, line: 0 }
        })
    }

    fn writes(&mut self, key: &str, out: &mut Vec<u8>) -> Result<(), EvalError> {
        loop {
            let write = match self.progress.advance_with(self.plan, &self.lookups, &mut self.payloads) {
                Next::Write(write) => write,
                Next::Rejected(error) => return Err(error),
                Next::Finished | Next::Skipped { .. } | Next::Waiting { .. } => return Ok(()),
                Next::Lookup(_) => return Err(unknown()),
            };
            let Some(target) = self.plan.targets.get(write.target) else { return Ok(()) };
            if let Some(refusal) = self.lookups.mocks.refusals.get(&write.target) {
                // What is refused was worked out.
                self.built(target)?;
                match target.otherwise {
                    Otherwise::DeadLetter => {
                        return Err(EvalError::new(refusal.code, target.at, refusal.message.clone()));
                    }
                    Otherwise::Skip => return Ok(()),
                    Otherwise::Continue => {
                        self.progress.answer(self.plan, Value::Null);
                        continue;
                    }
                }
            }
            out.extend_from_slice(b"{\"key\":");
            json::write_text(out, key);
            out.extend_from_slice(self.heads.get(write.target).map_or(&[], Vec::as_slice));
            if !write.item.is_empty() {
                out.pop();
                let mut item = Vec::new();
                json::write_text(&mut item, &write.item);
                out.extend_from_slice(item.get(1..).unwrap_or_default());
            }
            out.extend_from_slice(b",\"operation\":");
            json::write_text(out, &target.verb);
            out.extend_from_slice(b",\"payload\":");
            if self.payloads.write(write.target, out, self.progress.frame(), &self.lookups) {
                out.extend_from_slice(b"}\n");
                self.progress.answer(self.plan, Value::Null);
                continue;
            }
            let built = self.built(target)?;
            let (Value::Object(built), Some(writer)) = (&built, self.payloads.writer(write.target)) else {
                return Ok(());
            };
            writer.write(out, built).map_err(|wrong| misfit(target, &wrong))?;
            out.extend_from_slice(b"}\n");
            let answer = match target.keeps.is_empty() {
                // Nobody reads it.
                true => Value::Null,
                false => {
                    let payload = wire::write(built, &target.input).map_err(|wrong| misfit(target, &wrong))?;
                    answer_to(self.plan, self.lookups.mocks, write.target, &payload)
                }
            };
            self.progress.answer(self.plan, answer);
        }
    }

    /// The payload of the write that is due.
    fn built(&mut self, target: &TargetPlan) -> Result<Value, EvalError> {
        let built = self.progress.payload(self.plan, target, &self.lookups);
        built.map_err(|error| if error.wanted.is_empty() { error } else { unknown() })
    }
}

/// Something is not known that only a connector knows.
fn unknown() -> EvalError {
    EvalError::new(Code::E604, Span::default(), "this cannot be looked up without a connection")
}
