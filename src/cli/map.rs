//! `flowrun map`: records through a flow, offline. A few batches of lines are in memory at a time, and where the flow
//! groups its records those groups; so the input may be any size.

mod batches;
mod grouped;
mod joined;
mod rows;
mod settlement;

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::sync::Arc;

use super::args::{self, Format};
use super::exit::{Exit, Failure, Outcome};
use super::{check, output, project, stopped};
use crate::catalog::Base;
use crate::lang::Environment;
use crate::plan::Plan;
use crate::plan::fold::Row as _;
use crate::rehearse::Mocks;
use crate::rehearse::mapper::{Mapper, Refused};
use crate::value::{Value, json};

use batches::Batches;
use grouped::Gathering;

pub(super) fn run(args: &args::Map) -> Outcome {
    let environment = match &args.env {
        Some(name) => check::environment(&args.flow, Some(name))?,
        None => {
            Environment { name: None, buyer_data_allowed: true, buyer_data_masked: false, parameters: BTreeMap::new() }
        }
    };
    let plan = project::plan(&args.flow, &environment)?;
    let mut mocks = match &args.with {
        Some(path) => mocks(path, &plan)?,
        None => Mocks::default(),
    };
    joined::read(&args.join, &plan, &mut mocks)?;
    let params = params(&plan, &environment)?;
    if settlement::is_source(&plan) && args.input_format.is_none() && !settlement::is_json(&args.input) {
        return of_settlement(args, &plan, params, &mocks);
    }
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
    let mut told = Told { plan: &plan, out: std::io::stdout().lock(), rejected: 0, format: args.format };
    let mapper = || Mapper::new(&plan, Arc::clone(&params), &mocks);
    match (rows::format(args.input_format, &args.input), &plan.group) {
        (None, None) => {
            let work = batches::Work { plan: &plan, params: &params, mocks: &mocks };
            batches::map(Batches::new(input), threads, &work, |mapped| told.mapped(mapped))?;
        }
        (Some(format), None) => rows::map(&plan, input, format, mapper(), &mut told)?,
        (format, Some(group)) => {
            let mut gathering = Gathering::new(&plan, group, Arc::clone(&params), &mocks);
            match format {
                Some(format) => gathering.rows(input, format, &mut told)?,
                None => gathering.documents(Batches::new(input), &mut told)?,
            }
            gathering.end(mapper(), &mut told)?;
        }
    }
    told.end()
}

/// A settlement report through a flow.
fn of_settlement(args: &args::Map, plan: &Plan, params: Arc<[Value]>, mocks: &Mocks) -> Outcome {
    let mut told = Told { plan, out: std::io::stdout().lock(), rejected: 0, format: args.format };
    let mut mapper = Mapper::new(plan, Arc::clone(&params), mocks);
    let input = settlement::open(&args.input)?;
    match &plan.group {
        Some(group) => {
            let mut gathering = Gathering::new(plan, group, params, mocks);
            gathering.settlement(input, &mut told)?;
            gathering.end(mapper, &mut told)?;
        }
        None => {
            let (mut rows, _kept) = input.rows(plan, &[])?;
            let mut mapped = batches::Mapped { lines: Vec::new(), refused: Vec::new() };
            settlement::each(&mut rows, plan, &mut told, |rows, told| {
                mapped.refused.extend(mapper.record(rows.record(), rows.number(), &mut mapped.lines).err());
                told.mapped(&mapped)?;
                mapped.lines.clear();
                mapped.refused.clear();
                Ok(())
            })?;
        }
    }
    told.end()
}

/// What is told: a line for each write, and the records that were refused.
struct Told<'p> {
    plan: &'p Plan,
    out: std::io::StdoutLock<'static>,
    rejected: u64,
    format: Format,
}

impl Told<'_> {
    /// Tells what became of some records.
    fn mapped(&mut self, mapped: &batches::Mapped) -> Result<(), Failure> {
        mapped.refused.iter().for_each(|refusal| self.refused(refusal));
        output::finish(self.out.write_all(&mapped.lines))
    }

    /// Tells a record that was refused.
    fn refused(&mut self, refusal: &Refused) {
        self.rejected += 1;
        let line = (refusal.line > 0).then_some(refusal.line);
        stopped::tell(self.plan, refusal.key.as_deref(), &refusal.error, line, self.format);
    }

    fn end(mut self) -> Outcome {
        output::finish(self.out.flush())?;
        Ok(if self.rejected > 0 { Exit::Attention } else { Exit::Done })
    }
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
