//! `flowrun eval`: one expression against one document.

use std::io::Read;
use std::sync::Arc;

use super::args;
use super::exit::{Exit, Failure, Outcome};
use super::{output, project};
use crate::diag::{Diagnostic, Source, text};
use crate::lang;
use crate::plan::eval::{Answer, Frame, Lookups, evaluate};
use crate::value::{Value, json};

/// How large the document may be.
const MAX_INPUT: u64 = 256 << 20;

pub(super) fn run(args: &args::Eval) -> Outcome {
    if let Some(entity) = &args.type_of {
        return type_of(&args.expression, entity);
    }
    let document = match &args.input {
        None => Value::Null,
        Some(path) => {
            let bytes = input(path)?;
            json::parse(&bytes)
                .map_err(|error| Failure::usage(format!("{} is not JSON that can be read: {error}", path.display())))?
        }
    };
    let source = Source::new("expression", args.expression.as_str());
    let show = |found: &[Diagnostic]| output::note(text::render(&source, found, output::colour_on_stderr()).trim_end());
    let catalog = project::catalog(&[])?;
    let (node, slots) = match lang::expression(&args.expression, &catalog) {
        Ok(compiled) => compiled,
        Err(found) => {
            show(&found);
            return Ok(Exit::Flow);
        }
    };
    let mut frame = Frame::new(document, Arc::from([]), slots);
    match evaluate(&node, &mut frame, &NoLookups) {
        Ok(value) => {
            output::line(&json::to_string(&value))?;
            Ok(Exit::Done)
        }
        Err(error) => {
            show(&[error.told(error.message.clone())]);
            Ok(Exit::Attention)
        }
    }
}

/// What an expression is, where `$` is a record of an entity.
fn type_of(expression: &str, name: &str) -> Outcome {
    let catalog = project::catalog(&[])?;
    let known = name.split_once('.').and_then(|(connector, entity)| catalog.connector(connector)?.entity(entity));
    let entity = known.ok_or_else(|| {
        Failure::usage(format!("there is no `{name}`; `flowrun connectors` lists the entities, as in amazon.orders"))
    })?;
    let source = entity.source.as_ref().map(|source| &source.record);
    let record = source.or(entity.lookup.as_ref().map(|lookup| &lookup.record));
    let record =
        record.ok_or_else(|| Failure::usage(format!("`{name}` can only be written, so there is no record of it")))?;
    match lang::type_of(expression, record, &catalog) {
        Ok(ty) => {
            let label = if ty.carries_pii() { "  [buyer data]" } else { "" };
            output::line(&format!("{ty}{label}"))?;
            Ok(Exit::Done)
        }
        Err(found) => {
            let source = Source::new("expression", expression);
            output::note(text::render(&source, &found, output::colour_on_stderr()).trim_end());
            Ok(Exit::Flow)
        }
    }
}

fn input(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let refuse = |why: String| Failure::usage(format!("{} cannot be read: {why}", path.display()));
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_INPUT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_INPUT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| refuse(error.to_string()))?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(refuse(format!("it is larger than {MAX_INPUT} bytes")));
    }
    Ok(bytes)
}

struct NoLookups;

impl Lookups for NoLookups {
    fn find(&self, _: usize, _: &[Value]) -> Answer {
        Answer::Missing
    }

    fn name(&self, _: usize) -> String {
        String::new()
    }
}
