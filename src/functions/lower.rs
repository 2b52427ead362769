//! Lower case, for codes that are written in either case.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "lower",
    family: "text",
    summary: "The text in lower case.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"lower("ÄBC-1")"#, gives: r#""äbc-1""# },
        Example { call: "lower(1)", gives: "error: must be text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(args.text(0)?.to_lowercase()))
}
