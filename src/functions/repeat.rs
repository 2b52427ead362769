//! Lines of marks, and fillings.

use super::drop;
use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "repeat",
    family: "text",
    summary: "The text so many times, one after the other.",
    params: &[one("text", Params::TEXT), one("times", Params::INT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"repeat("ab", 3)"#, gives: r#""ababab""# },
        Example { call: r#"repeat("-", 0)"#, gives: r#""""# },
        Example { call: r#"repeat("x", -1)"#, gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    let times = drop::how_many(args, 1)?;
    limit::check(text.len().saturating_mul(times))?;
    Ok(Value::from(text.repeat(times)))
}
