//! Reads lines of fixed widths, as banks and carriers write them.

use super::blank;
use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_fixed",
    family: "format",
    summary: "The parts of a line that have these widths, in characters and without the white space around them; what is left over is an error.",
    params: &[one("line", Params::TEXT), one("widths", Params::LIST)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"parse_fixed("A-1   0012EUR", [6, 4, 3])"#, gives: r#"["A-1","0012","EUR"]"# },
        Example { call: r#"parse_fixed("ab", [1, 3])"#, gives: r#"["a","b"]"# },
        Example { call: r#"parse_fixed("abc", [1])"#, gives: "error: longer" },
        Example { call: r#"parse_fixed("abc", ["1"])"#, gives: "error: whole numbers" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut chars = args.text(0)?.chars();
    let mut parts = Vec::new();
    for width in args.list(1)? {
        let width = match width {
            Value::Int(width) => usize::try_from(*width).ok(),
            _ => None,
        };
        let width =
            width.ok_or_else(|| FunctionError::new("the widths must be whole numbers that are not negative"))?;
        let part: String = chars.by_ref().take(width).collect();
        parts.push(Value::text(blank::trim(&part)));
    }
    if chars.all(blank::is_blank) {
        Ok(Value::list(parts))
    } else {
        Err(FunctionError::new("the line is longer than its parts together; add the width of what follows"))
    }
}
