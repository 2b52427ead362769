//! A name without its ending.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "before_last",
    family: "text",
    summary: "The text before the last occurrence of a mark.",
    params: &[one("text", Params::TEXT), one("mark", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"before_last("orders.2026.csv", ".")"#, gives: r#""orders.2026""# },
        Example { call: r#"before_last("abc", ".")"#, gives: "error: mark" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    parts(args).map(|(before, _)| Value::text(before))
}

/// What is before and after the last mark.
pub(super) fn parts<'a>(args: &'a Args<'_>) -> Result<(&'a str, &'a str), FunctionError> {
    let mark = args.text(1)?;
    args.text(0)?.rsplit_once(mark).filter(|_| !mark.is_empty()).ok_or_else(|| {
        FunctionError::new("the mark is not in the text; ask with `contains` first, or say with `catch` what to use")
    })
}
