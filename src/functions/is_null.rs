//! Asks for absence as a yes or no, which is never taken for false by itself.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_null",
    family: "object",
    summary: "Whether a value is null.",
    params: &[one("value", Params::ANY)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[Example { call: "is_null(null)", gives: "true" }, Example { call: r#"is_null("")"#, gives: "false" }],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(args.value(0).is_null()))
}
