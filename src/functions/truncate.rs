//! Cuts to the width of a target's field; accents stay with their letters, and joined emoji whole.

use super::cluster;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "truncate",
    family: "text",
    summary: "The text, cut to at most so many characters, and never inside a character with its accents.",
    params: &[one("text", Params::TEXT), one("max", Params::INT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"truncate("Musterstrasse", 6)"#, gives: r#""Muster""# },
        Example { call: r#"truncate("ae\u0301", 2)"#, gives: r#""a""# },
        Example { call: r#"truncate("abc", -1)"#, gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let max = usize::try_from(args.int(1)?)
        .map_err(|_| FunctionError::new("the number of characters must not be negative"))?;
    Ok(Value::text(cluster::head(args.text(0)?, max)))
}
