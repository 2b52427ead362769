//! `flowrun map`: records through a flow, offline. A few batches of lines are in memory at a time, so the input may be
//! any size.

mod batches;

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::sync::Arc;

use super::args;
use super::exit::{Exit, Failure, Outcome};
use super::{check, output, project};
use crate::catalog::Base;
use crate::lang::Environment;
use crate::plan::Plan;
use crate::rehearse::Mocks;
use crate::rehearse::mapper::{Mapper, Refused};
use crate::value::{Value, json};

use batches::Batches;

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
    let input: Box<dyn Read + Send> = if args.input.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        let file = std::fs::File::open(&args.input)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", args.input.display())))?;
        Box::new(file)
    };
    let threads = match args.threads {
        Some(threads) => usize::from(threads.get()),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut out = std::io::stdout().lock();
    let mut rejected = 0_u64;
    batches::map(
        Batches::new(input),
        threads,
        || Mapper::new(&plan, Arc::clone(&params), &mocks),
        |mapped| {
            for refusal in &mapped.refused {
                rejected += 1;
                reject(&plan, refusal);
            }
            output::finish(out.write_all(&mapped.lines))
        },
    )?;
    output::finish(out.flush())?;
    Ok(if rejected > 0 { Exit::Attention } else { Exit::Done })
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

fn reject(plan: &Plan, refusal: &Refused) {
    let (error, number) = (&refusal.error, refusal.line);
    let (file, line, column) = plan.place(error.at);
    let rejected = serde_json::json!({
        "key": refusal.key, "reason": error.message, "code": error.code.name(),
        "file": &*file, "line": line, "column": column, "input_line": number,
    });
    let mut rejected = rejected;
    if !error.calls.is_empty() {
        let calls = error.calls.iter().map(|call| {
            let (file, line, column) = plan.place(*call);
            serde_json::json!({ "file": &*file, "line": line, "column": column })
        });
        rejected["called_at"] = calls.collect();
    }
    output::note(&rejected.to_string());
}
