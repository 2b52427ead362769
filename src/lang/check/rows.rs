//! The rows of a table test, from a list in the flow or from a table's file.

use std::sync::Arc;

use super::constant::{known, value};
use super::{Checker, text_type};
use crate::catalog::{Base, Field, ObjectSpec, Type};
use crate::diag::{Code, Diagnostic};
use crate::lang::Files;
use crate::lang::ast::{Expr, ExprKind, Name, Rows};
use crate::lang::table::listed;
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

/// The rows of a table's file. Every cell is text; one that is not there is null.
fn read(path: &Name, files: &dyn Files) -> Result<(Type, Vec<(Value, RowPlace)>), String> {
    let (columns, rows) = listed::list(&path.text, &files.read(&path.text)?)?;
    let fields = columns.iter().enumerate().map(|(at, column)| {
        let there = rows.iter().all(|row| matches!(row.cells.get(at), Some(Some(_))));
        if there { Field::required(column, text_type()) } else { Field::optional(column, text_type()) }
    });
    let spec = ObjectSpec { name: format!("row of {}", path.text), fields: fields.collect(), open: false };
    let found = rows.iter().map(|row| {
        let mut value = Object::new();
        for (column, cell) in columns.iter().zip(&row.cells) {
            value.set(column.as_str(), cell.as_ref().map_or(Value::Null, Value::text));
        }
        (Value::object(value), RowPlace::File { path: path.text.clone(), line: row.line })
    });
    let found = found.collect();
    Ok((Type::new(Base::Object(Arc::new(spec))), found))
}
