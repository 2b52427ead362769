//! Reads the query of a URL; a name that is there several times has a list.

use std::sync::Arc;

use super::groups;
use super::param::one;
use super::shape;
use super::url_decode;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_query",
    family: "format",
    summary: "The names and values of a URL query as an object of texts; a name that is there several times gives a list of them.",
    params: &[one("query", Params::TEXT)],
    returns: Returns::Worked(|_| shape::open()),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"parse_query("?a=1&b=x+y%21&c")"#, gives: r#"{"a":"1","b":"x y!","c":""}"# },
        Example { call: r#"parse_query("id=1&id=2")"#, gives: r#"{"id":["1","2"]}"# },
        Example { call: r#"parse_query("a=%")"#, gives: "error: two hexadecimal digits" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut groups: Vec<(Value, Value)> = Vec::new();
    let query = args.text(0)?;
    for pair in query.strip_prefix('?').unwrap_or(query).split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        groups.push((url_decode::decode(&name.replace('+', " "))?, url_decode::decode(&value.replace('+', " "))?));
    }
    let grouped = groups::by(groups.iter().map(|(name, value)| (name, value)));
    let fields = grouped.into_iter().map(|(name, values)| {
        let value = match values.as_slice() {
            [value] => Value::clone(value),
            values => Value::list(values.iter().copied().cloned().collect()),
        };
        (Arc::from(name.as_text().unwrap_or_default()), value)
    });
    Ok(Value::object(fields.collect()))
}
