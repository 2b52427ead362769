//! `flowrun map`: records through a flow, offline. One record is in memory at a time, so the input may be any size.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write as _};
use std::sync::Arc;

use super::args;
use super::exit::{Exit, Failure, Outcome};
use super::{check, output, project, stopped};
use crate::catalog::Base;
use crate::diag::Code;
use crate::lang::Environment;
use crate::plan::{EvalError, Next, Plan};
use crate::rehearse::{Mocks, rehearse};
use crate::value::json::Reader;
use crate::value::{Value, json};

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
    let mut input: Box<dyn BufRead> = if args.input.as_os_str() == "-" {
        Box::new(BufReader::with_capacity(1 << 16, std::io::stdin()))
    } else {
        let file = std::fs::File::open(&args.input)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", args.input.display())))?;
        Box::new(BufReader::with_capacity(1 << 16, file))
    };
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut reader = Reader::default();
    let mut line = Vec::new();
    let (mut number, mut rejected) = (0_u64, 0_u64);
    let told = |refused: Option<Refused>, number: u64| match refused {
        Some((key, error)) => {
            stopped::tell(&plan, key.as_deref(), &error, number, args.format);
            1
        }
        None => 0,
    };
    while next_line(&mut input, &mut line)? {
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // A document laid out over several lines is read whole: only a list of lines can be of any length.
        if number == 1 && matches!(line.trim_ascii_end(), [.., b'{' | b'[' | b',']) {
            rest(&mut input, &mut line)?;
        }
        match reader.parse(&line) {
            Ok(Value::List(records)) => {
                for record in records.iter() {
                    rejected += told(map(&plan, record.clone(), &params, &mocks, &mut out)?, number);
                }
            }
            Ok(record) => rejected += told(map(&plan, record, &params, &mocks, &mut out)?, number),
            Err(error) => {
                rejected += 1;
                let reason = format!("input line {number} is not JSON: {} at column {}", error.message, error.column);
                let error = EvalError::new(Code::E603, plan.key.at, reason);
                stopped::tell(&plan, None, &error, number, args.format);
            }
        }
    }
    output::finish(out.flush())?;
    Ok(if rejected > 0 { Exit::Attention } else { Exit::Done })
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

/// Why a record was refused, with its key where it has one.
type Refused = (Option<String>, EvalError);

/// Maps one record.
fn map(
    plan: &Plan,
    record: Value,
    params: &Arc<[Value]>,
    mocks: &Mocks,
    out: &mut impl std::io::Write,
) -> Result<Option<Refused>, Failure> {
    let done = rehearse(plan, record, Arc::clone(params), mocks);
    let key = match done.key {
        Ok(key) => key,
        Err(error) => return Ok(Some((None, error))),
    };
    if let Next::Rejected(error) = done.end {
        return Ok(Some((Some(key), error)));
    }
    let mut line = Vec::new();
    for write in &done.writes {
        let Some(target) = plan.targets.get(write.target) else { continue };
        line.clear();
        line.extend_from_slice(b"{\"key\":");
        json::write(&mut line, &Value::text(&key));
        line.extend_from_slice(b",\"target\":");
        json::write(&mut line, &Value::from(format!("{}.{}", target.connector, target.entity)));
        line.extend_from_slice(b",\"step\":");
        json::write(&mut line, &Value::from(format!("{}{}", target.name, write.item)));
        line.extend_from_slice(b",\"operation\":");
        json::write(&mut line, &Value::text(&target.verb));
        line.extend_from_slice(b",\"payload\":");
        json::write(&mut line, &write.payload);
        line.extend_from_slice(b"}\n");
        output::finish(out.write_all(&line))?;
    }
    Ok(None)
}
