//! `flowrun map`: records through a flow, offline. One record is in memory at a time, or where the flow groups them its
//! groups, so the input may be any size.

mod grouped;
mod rows;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Read as _, StdoutLock, Write as _};
use std::sync::Arc;

use super::args;
use super::exit::{Exit, Failure, Outcome};
use super::{check, output, project};
use crate::catalog::Base;
use crate::diag::Code;
use crate::lang::Environment;
use crate::plan::{EvalError, Next, Plan};
use crate::rehearse::{Mocks, Rehearsal, rehearse};
use crate::value::json::Reader;
use crate::value::{Value, json};
use grouped::Gathering;

/// How long one record may be, in bytes.
const MAX_RECORD: usize = 16 << 20;

pub(super) fn run(args: &args::Map) -> Outcome {
    let environment = match &args.env {
        Some(name) => check::environment(&args.flow, Some(name))?,
        None => Environment { name: None, buyer_data_allowed: true, parameters: BTreeMap::new() },
    };
    let plan = project::plan(&args.flow, &environment)?;
    let mocks = match &args.with {
        Some(path) => mocks(path, &plan)?,
        None => Mocks::default(),
    };
    let params = params(&plan, &environment)?;
    let input: Box<dyn BufRead + Send> = if args.input.as_os_str() == "-" {
        Box::new(BufReader::with_capacity(1 << 16, std::io::stdin()))
    } else {
        let file = std::fs::File::open(&args.input)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", args.input.display())))?;
        Box::new(BufReader::with_capacity(1 << 16, file))
    };
    let out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut mapping = Mapping { plan: &plan, params, mocks: &mocks, out, rejected: 0 };
    let format = rows::format(args.input_format, &args.input);
    let mut gathering = plan.group.as_ref().map(|group| Gathering::new(&mapping, group));
    match (format, &mut gathering) {
        (Some(format), None) => return rows::run(&mut mapping, input, format),
        (Some(format), Some(gathering)) => gathering.rows(&mut mapping, input, format)?,
        (None, gathering) => documents(&mut mapping, input, gathering.as_mut())?,
    }
    match gathering {
        Some(gathering) => gathering.end(&mut mapping),
        None => mapping.end(),
    }
}

/// Maps JSON documents: one per line, or one that is laid out over several.
fn documents<'m>(
    mapping: &mut Mapping<'m>,
    mut input: Box<dyn BufRead + Send>,
    mut gathering: Option<&mut Gathering<'m>>,
) -> Result<(), Failure> {
    let mut reader = Reader::default();
    let mut line = Vec::new();
    let mut number = 0_u64;
    while next_line(&mut input, &mut line)? {
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // A document laid out over several lines is read whole: only a list of lines can be of any length.
        if number == 1 && matches!(line.trim_ascii_end(), [.., b'{' | b'[' | b',']) {
            rest(&mut input, &mut line)?;
        }
        let records = match reader.parse(&line) {
            Ok(Value::List(records)) => records.to_vec(),
            Ok(record) => vec![record],
            Err(error) => {
                let reason = format!("input line {number} is not JSON: {} at column {}", error.message, error.column);
                let error = EvalError::new(Code::E603, mapping.plan.key.at, reason);
                match &mut gathering {
                    Some(gathering) => gathering.unreadable(mapping, error, number),
                    None => mapping.refuse(None, &error, number),
                }
                continue;
            }
        };
        for record in records {
            match &mut gathering {
                Some(gathering) => gathering.record(mapping, record, number)?,
                None => mapping.record(record, number)?,
            }
        }
    }
    Ok(())
}

/// Reads one line of bounded length; false at the end.
fn next_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<bool, Failure> {
    line.clear();
    let limit = MAX_RECORD as u64 + 1;
    std::io::Read::take(&mut *input, limit).read_until(b'\n', line)?;
    if line.len() > MAX_RECORD {
        return Err(Failure::usage(format!(
            "a record is longer than {MAX_RECORD} bytes; records are one JSON object per line"
        )));
    }
    Ok(!line.is_empty())
}

/// Reads on to the end of the input.
fn rest(input: &mut dyn BufRead, text: &mut Vec<u8>) -> Result<(), Failure> {
    std::io::Read::take(&mut *input, MAX_RECORD as u64 + 1).read_to_end(text)?;
    if text.len() > MAX_RECORD {
        let help = "give more records as one JSON object per line";
        return Err(Failure::usage(format!("a document over several lines is longer than {MAX_RECORD} bytes; {help}")));
    }
    Ok(())
}

fn mocks(path: &std::path::Path, plan: &Plan) -> Result<Mocks, Failure> {
    let refuse = |why: String| Failure::usage(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let document = json::parse(&bytes).map_err(|error| refuse(error.to_string()))?;
    Mocks::from_document(&document, plan).map_err(refuse)
}

/// The values of a plan's parameters: the environment's, or the default. Text that nobody sets is a placeholder; for
/// anything else there is none that would not be taken for a value.
fn params(plan: &Plan, environment: &Environment) -> Result<Arc<[Value]>, Failure> {
    plan.params
        .iter()
        .map(|param| {
            let set = environment.parameters.get(&param.name);
            let set = set.and_then(|value| crate::catalog::wire::read(value, &param.ty.base).ok());
            let placeholder = (param.ty.base == Base::Text).then(|| Value::from(format!("<env.{}>", param.name)));
            set.or_else(|| param.default.clone()).or(placeholder).ok_or_else(|| {
                Failure::usage(format!(
                    "the parameter `{}` has no default; choose an environment that sets it: --env NAME",
                    param.name
                ))
            })
        })
        .collect()
}

/// What is mapped with, and how it goes.
struct Mapping<'m> {
    plan: &'m Plan,
    params: Arc<[Value]>,
    mocks: &'m Mocks,
    out: BufWriter<StdoutLock<'static>>,
    rejected: u64,
}

impl Mapping<'_> {
    /// Maps one record.
    fn record(&mut self, record: Value, number: u64) -> Result<(), Failure> {
        let done = rehearse(self.plan, record, Arc::clone(&self.params), self.mocks);
        self.done(done, number)
    }

    /// Writes what became of a record, or that it was rejected.
    fn done(&mut self, done: Rehearsal, number: u64) -> Result<(), Failure> {
        let key = match &done.key {
            Ok(key) => key,
            Err(error) => {
                self.refuse(None, error, number);
                return Ok(());
            }
        };
        if let Next::Rejected(error) = &done.end {
            self.refuse(Some(key), error, number);
            return Ok(());
        }
        let mut line = Vec::new();
        for write in &done.writes {
            let Some(target) = self.plan.targets.get(write.target) else { continue };
            line.clear();
            line.extend_from_slice(b"{\"key\":");
            json::write(&mut line, &Value::text(key));
            line.extend_from_slice(b",\"target\":");
            json::write(&mut line, &Value::from(format!("{}.{}", target.connector, target.entity)));
            line.extend_from_slice(b",\"step\":");
            json::write(&mut line, &Value::from(format!("{}{}", target.name, write.item)));
            line.extend_from_slice(b",\"operation\":");
            json::write(&mut line, &Value::text(&target.verb));
            line.extend_from_slice(b",\"payload\":");
            json::write(&mut line, &write.payload);
            line.extend_from_slice(b"}\n");
            output::finish(self.out.write_all(&line))?;
        }
        Ok(())
    }

    /// Tells a record that was rejected.
    fn refuse(&mut self, key: Option<&str>, error: &EvalError, number: u64) {
        self.rejected += 1;
        let (file, line, column) = self.plan.place(error.at);
        let number = (number > 0).then_some(number);
        let rejected = serde_json::json!({
            "key": key, "reason": error.message, "code": error.code.name(), "file": &*file, "line": line,
            "column": column, "input_line": number,
        });
        output::note(&rejected.to_string());
    }

    fn end(&mut self) -> Outcome {
        output::finish(self.out.flush())?;
        Ok(if self.rejected > 0 { Exit::Attention } else { Exit::Done })
    }
}
