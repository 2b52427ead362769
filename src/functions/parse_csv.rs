//! Reads a table that arrives in a field or file. Every row must have as many cells as the first.

use std::sync::Arc;

use super::either;
use super::param::{one, optional};
use super::shape;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_csv",
    family: "format",
    summary: "The rows of a CSV text as a list of objects of texts, named by its first row.",
    params: &[one("text", Params::TEXT), optional("delimiter", Params::TEXT).doc("One character, \",\" if left out")],
    returns: Returns::Worked(|_| either::list(shape::open())),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_csv("sku,n\nA,1\n\"B,2\",2\n")"#,
            gives: r#"[{"sku":"A","n":"1"},{"sku":"B,2","n":"2"}]"#,
        },
        Example { call: r#"parse_csv("a;b\n1;2", ";")"#, gives: r#"[{"a":"1","b":"2"}]"# },
        Example { call: r#"parse_csv("a,b\n1")"#, gives: "error: row 2" },
        Example { call: r#"parse_csv("a,a\n1,2")"#, gives: "error: two columns" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let delimiter = delimiter(args, 1)?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(args.text(0)?.as_bytes());
    let broken = |error: &csv::Error| {
        let row = error.position().map_or(1, csv::Position::line);
        FunctionError::new(format!("the text is no CSV table: row {row} is broken or has another number of cells"))
    };
    let names: Vec<Arc<str>> = reader.headers().map_err(|error| broken(&error))?.iter().map(Arc::from).collect();
    for (index, name) in names.iter().enumerate() {
        if names.iter().take(index).any(|other| other == name) {
            return Err(FunctionError::new("the table has two columns with the same name in its first row"));
        }
    }
    let rows: Result<Vec<Value>, FunctionError> = reader
        .records()
        .map(|row| {
            let row = row.map_err(|error| broken(&error))?;
            let cells = names.iter().zip(row.iter()).map(|(name, cell)| (Arc::clone(name), Value::text(cell)));
            Ok(Value::object(cells.collect()))
        })
        .collect();
    rows.map(Value::list)
}

/// The delimiter at `index`; a comma if it was left out.
pub(super) fn delimiter(args: &Args<'_>, index: usize) -> Result<u8, FunctionError> {
    if !args.given(index) {
        return Ok(b',');
    }
    match args.text(index)?.as_bytes() {
        [byte] if !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err(FunctionError::new("the delimiter must be one character of ASCII, such as \";\" or \"\\t\"")),
    }
}
