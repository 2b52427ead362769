//! What stands after a mark; a text without the mark is an error, because nothing is rarely what was meant.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "after",
    family: "text",
    summary: "The text after the first occurrence of a mark.",
    params: &[one("text", Params::TEXT), one("mark", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"after("shop:701-1", ":")"#, gives: r#""701-1""# },
        Example { call: r#"after("abc", ":")"#, gives: "error: does not have the mark" },
        Example { call: r#"after("abc", "")"#, gives: "error: the mark is empty" },
    ],
    eval,
};

use super::before;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(before::parted(args)?.1))
}
