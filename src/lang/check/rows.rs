//! The rows of a table test, from a list in the flow or from a CSV file.

use std::sync::Arc;

use super::constant::{known, value};
use super::{Checker, text_type};
use crate::catalog::{Base, Field, ObjectSpec, Type};
use crate::diag::{Code, Diagnostic};
use crate::lang::Files;
use crate::lang::ast::{Expr, ExprKind, Name, Rows};
use crate::plan::RowPlace;
use crate::value::{Object, Value};

/// How many rows a test may have.
const MAX_ROWS: usize = 10_000;

/// The rows of a test, and the type that each has.
pub(super) fn rows(
    checker: &mut Checker<'_>,
    rows: &Rows,
    files: &dyn Files,
) -> Option<(Type, Vec<(Value, RowPlace)>)> {
    let (ty, found, at) = match rows {
        Rows::List(list) => {
            let (ty, found) = listed(checker, list)?;
            (ty, found, list.span)
        }
        Rows::File(path) => match read(path, files) {
            Ok((ty, found)) => (ty, found, path.span),
            Err(why) => {
                let message = format!("the table {:?} cannot be read: {why}", path.text);
                let help = "paths are relative to the flow; the first line of a table names its columns";
                checker.say_at(Code::E401, path.span, message, help);
                return None;
            }
        },
    };
    if found.is_empty() {
        checker.say_at(Code::E105, at, "this test has no rows", "a test without rows tests nothing: add one");
        return None;
    }
    if found.len() > MAX_ROWS {
        checker.say_at(Code::E103, at, format!("a test has at most {MAX_ROWS} rows"), "make several tests of it");
        return None;
    }
    Some((ty, found))
}

fn listed(checker: &mut Checker<'_>, list: &Expr) -> Option<(Type, Vec<(Value, RowPlace)>)> {
    let (node, ty) = known(checker, list, None)?;
    let Base::List(item) = ty.base else {
        let message = format!("rows are a list, and this is {ty}");
        checker.say(Diagnostic::new(Code::E301, list.span, message).help("write `[{ … }, { … }]` or `table \"…\"`"));
        return None;
    };
    let found = value(checker, &node, None)?;
    let place = |index: usize| match &list.kind {
        ExprKind::List(items) => items.get(index).map_or(list.span, |item| item.span),
        _ => list.span,
    };
    let found = found.as_list().unwrap_or_default().iter().enumerate();
    Some((*item, found.map(|(index, row)| (row.clone(), RowPlace::Flow(place(index)))).collect()))
}

/// The rows of a CSV file; every cell is text.
fn read(path: &Name, files: &dyn Files) -> Result<(Type, Vec<(Value, RowPlace)>), String> {
    let bytes = files.read(&path.text)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let fields = header.iter().map(|column| Field::required(column, text_type())).collect();
    let name = format!("row of {}", path.text);
    let ty = Type::new(Base::Object(Arc::new(ObjectSpec { name, fields, open: false })));
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        let mut value = Object::new();
        header.iter().zip(row.iter()).for_each(|(column, cell)| value.set(column, Value::text(cell)));
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        found.push((Value::object(value), RowPlace::File { path: path.text.clone(), line }));
    }
    Ok((ty, found))
}
