//! `flowrun explain CODE`: a section of docs/errors.md. `flowrun explain FLOW FIELD`: where a target field comes from.

mod field;

use std::path::Path;

use super::args::Format;
use super::exit::{Exit, Failure, Outcome};
use super::output;
use crate::diag::{Code, suggest};

const ERRORS: &str = include_str!("../../docs/errors.md");

pub(super) fn run(what: &str, field: Option<&str>, format: Format) -> Outcome {
    let flow = Path::new(what);
    if field.is_some() || flow.extension().is_some_and(|extension| extension == "flow") {
        return field::run(flow, field, format);
    }
    code(what)
}

fn code(code: &str) -> Outcome {
    let Some(known) = Code::named(code) else {
        let help = match suggest::nearest(code, Code::ALL.iter().map(|code| code.name())) {
            Some(near) => format!("; did you mean {near}?"),
            None => "; codes look like E302, and a flow's fields are explained by FLOW FIELD".to_owned(),
        };
        return Err(Failure::usage(format!("there is no code {code}{help}")));
    };
    output::line(section(known).unwrap_or(known.title()).trim_end())?;
    Ok(Exit::Done)
}

/// The section of a code, with its heading.
fn section(code: Code) -> Option<&'static str> {
    let start = ERRORS.find(&format!("## {}", code.name()))?;
    let rest = ERRORS.get(start..)?;
    let end = rest.get(3..)?.find("\n## ").map_or(rest.len(), |end| end + 3);
    rest.get(..end)
}
