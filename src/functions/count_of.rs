//! Counts one value in a list.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "count_of",
    family: "list",
    summary: "How many items of the list are the same as a value.",
    params: &[one("list", Params::LIST), one("value", Params::ANY)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Clears,
    examples: &[
        Example { call: "count_of([1, 2, 1.0], 1)", gives: "2" },
        Example { call: r#"count_of([], "x")"#, gives: "0" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let found = args.list(0)?.iter().filter(|item| item.same(args.value(1))).count();
    Ok(Value::Int(i64::try_from(found).unwrap_or(i64::MAX)))
}
