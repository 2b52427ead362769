//! Tables as the input of `flowrun map`: row by row, in bounded memory.

use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::batches::Mapped;
use super::{Failure, Told};
use crate::cli::args;
use crate::connectors::files::{Format, Rows, RowsError};
use crate::diag::Code;
use crate::plan::fold::Row as _;
use crate::plan::{EvalError, Plan};
use crate::rehearse::mapper::{Mapper, Refused};

/// How much is read at once.
const BUFFER: usize = 256 << 10;
/// How much is told at once.
const TELL: usize = 64 << 10;

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
    input: Box<dyn Read + Send>,
    format: Format,
    first: &[Arc<str>],
) -> Result<Rows, Failure> {
    let names = names(plan, first);
    let wanted = (!plan.source.reads.is_empty()).then_some(names.as_slice());
    let input = Box::new(BufReader::with_capacity(BUFFER, input));
    let rows = Rows::open(input, format, wanted).map_err(|error| Failure::usage(format!("the input: {error}")))?;
    let required = |name: &&str| plan.source.record.field(name).is_some_and(|field| !field.ty.nullable);
    if let Some(name) = rows.missing().find(required) {
        return Err(Failure::usage(format!("the input has no column `{name}`, which the flow reads")));
    }
    Ok(rows)
}

/// The fields that a plan reads; `first` are those that are asked for by number.
pub(super) fn names(plan: &Plan, first: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = first.to_vec();
    for read in &plan.source.reads {
        if !names.iter().any(|name| **name == **read) {
            names.push(Arc::from(read.as_str()));
        }
    }
    names
}

/// Maps each row of a table.
pub(super) fn map(
    plan: &Plan,
    input: Box<dyn Read + Send>,
    format: Format,
    mut mapper: Mapper<'_>,
    told: &mut Told<'_>,
) -> Result<(), Failure> {
    let mut rows = open(plan, input, format, &[])?;
    let mut mapped = Mapped { lines: Vec::new(), refused: Vec::new() };
    loop {
        match rows.next() {
            Ok(true) => {
                mapped.refused.extend(mapper.record(rows.record(), rows.number(), &mut mapped.lines).err());
                if mapped.lines.len() > TELL || !mapped.refused.is_empty() {
                    told.mapped(&mapped)?;
                    mapped.lines.clear();
                    mapped.refused.clear();
                }
            }
            Ok(false) => return told.mapped(&mapped),
            Err(error) => {
                mapped.refused.push(unreadable(plan, &error));
                return told.mapped(&mapped);
            }
        }
    }
}

/// A row that cannot be read. What comes after it could be anything.
pub(super) fn unreadable(plan: &Plan, error: &RowsError) -> Refused {
    let why = format!("{error}; nothing after it was read");
    Refused { key: None, error: EvalError::new(Code::E603, plan.key.at, why), line: error.row }
}
