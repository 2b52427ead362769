//! The end of a path or code.

use super::before_last;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "after_last",
    family: "text",
    summary: "The text after the last occurrence of a mark.",
    params: &[one("text", Params::TEXT), one("mark", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"after_last("a/b/c.csv", "/")"#, gives: r#""c.csv""# },
        Example { call: r#"after_last("abc", "/")"#, gives: "error: mark" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    before_last::parts(args).map(|(_, after)| Value::text(after))
}
