//! Tables as the input of `flowrun map`: row by row, in bounded memory.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use super::{Exit, Failure, Mapping, Outcome};
use crate::cli::args;
use crate::connectors::files::{Format, Rows};
use crate::diag::Code;
use crate::plan::fold::Row as _;
use crate::plan::{EvalError, Plan};

/// The table format of an input: as it is said, or by the file's ending.
pub(super) fn format(said: Option<args::InputFormat>, path: &Path) -> Option<Format> {
    match said {
        Some(args::InputFormat::Csv) => Some(Format::Csv),
        Some(args::InputFormat::Tsv) => Some(Format::Tsv),
        Some(args::InputFormat::Json) => None,
        None => Format::of(path),
    }
}

/// Opens a table for the fields that a plan reads; `first` are those that are asked for by number.
pub(super) fn open(
    plan: &Plan,
    input: Box<dyn BufRead + Send>,
    format: Format,
    first: &[Arc<str>],
) -> Result<Rows, Failure> {
    let mut names: Vec<Arc<str>> = first.to_vec();
    for read in &plan.source.reads {
        if !names.iter().any(|name| **name == **read) {
            names.push(Arc::from(read.as_str()));
        }
    }
    let wanted = (!plan.source.reads.is_empty()).then_some(names.as_slice());
    let rows = Rows::open(input, format, wanted).map_err(|error| Failure::usage(format!("the input: {error}")))?;
    let required = |name: &&str| plan.source.record.field(name).is_some_and(|field| !field.ty.nullable);
    if let Some(name) = rows.missing().find(required) {
        return Err(Failure::usage(format!("the input has no column `{name}`, which the flow reads")));
    }
    Ok(rows)
}

/// Maps each row of a table.
pub(super) fn run(mapping: &mut Mapping<'_>, input: Box<dyn BufRead + Send>, format: Format) -> Outcome {
    let mut rows = open(mapping.plan, input, format, &[])?;
    loop {
        match rows.next() {
            Ok(true) => mapping.record(rows.record(), rows.number())?,
            Ok(false) => return mapping.end(),
            // What comes after it could be anything.
            Err(error) => {
                mapping.refuse(None, &unreadable(mapping.plan, &error), error.row);
                mapping.end()?;
                return Ok(Exit::Attention);
            }
        }
    }
}

/// A row that cannot be read, as an error of a record.
pub(super) fn unreadable(plan: &Plan, error: &crate::connectors::files::RowsError) -> EvalError {
    EvalError::new(Code::E603, plan.key.at, format!("{error}; nothing after it was read"))
}
