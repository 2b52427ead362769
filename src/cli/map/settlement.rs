//! Settlement reports as the input of `flowrun map`: a file as Amazon gives it, packed or not, in any charset. It is looked
//! through once before its amounts are taken, so what comes through a pipe is kept in a temporary file.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::{Failure, Told, rows};
use crate::connectors::amazon::settlement::{Bytes, Known, Report, Rows};
use crate::diag::Code;
use crate::plan::{EvalError, Plan};
use crate::rehearse::mapper::Refused;

/// Whether a plan reads settlements, whose files are read like no other table.
pub(super) fn is_source(plan: &Plan) -> bool {
    plan.source.connector == "amazon" && plan.source.entity == "settlements"
}

/// Whether a file's ending says that it holds records as JSON and not a report.
pub(super) fn is_json(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["json", "ndjson", "jsonl"].iter().any(|json| ending.eq_ignore_ascii_case(json))
}

/// A report, and the file that a pipe was kept in for as long as it is read.
pub(super) struct Input {
    report: Report,
    _kept: Option<tempfile::NamedTempFile>,
}

/// Opens a report.
pub(super) fn open(path: &Path) -> Result<Input, Failure> {
    let refuse = |error: std::io::Error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
    let (bytes, kept, file) = if path.as_os_str() == "-" {
        let mut kept = tempfile::NamedTempFile::new()?;
        std::io::copy(&mut std::io::stdin().lock(), &mut kept)?;
        kept.flush()?;
        kept.seek(SeekFrom::Start(0))?;
        (Bytes::File(kept.path().to_path_buf()), Some(kept), "stdin".to_owned())
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (Bytes::File(path.to_path_buf()), None, name)
    };
    let known = Known { file, ..Known::default() };
    let report = Report::open(bytes, &known).map_err(refuse)?;
    Ok(Input { report, _kept: kept })
}

impl Input {
    /// The report's amounts, with the fields that a plan reads; `first` are those that are asked for by number.
    pub(super) fn rows(
        self,
        plan: &Plan,
        first: &[Arc<str>],
    ) -> Result<(Rows, Option<tempfile::NamedTempFile>), Failure> {
        let names = rows::names(plan, first);
        Ok((self.report.rows(&names)?, self._kept))
    }
}

/// Hands each amount of a report on; what cannot be read any more is told.
pub(super) fn each(
    rows: &mut Rows,
    plan: &Plan,
    told: &mut Told<'_>,
    mut take: impl FnMut(&Rows, &mut Told<'_>) -> Result<(), Failure>,
) -> Result<Option<EvalError>, Failure> {
    loop {
        match rows.next() {
            Ok(true) => take(rows, told)?,
            Ok(false) => return Ok(None),
            Err(why) => {
                let error = EvalError::new(Code::E603, plan.key.at, why);
                told.refused(&Refused { key: None, error: error.clone(), line: rows.number() });
                return Ok(Some(error));
            }
        }
    }
}
