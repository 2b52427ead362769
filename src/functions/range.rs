//! Numbers in a row, for lines that must be numbered; bounded, so that a slip cannot fill the memory.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "range",
    family: "list",
    summary: "The whole numbers from one to another, both included; none if the second is smaller. At most 10000.",
    params: &[one("from", Params::INT), one("to", Params::INT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Int))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "range(1, 3)", gives: "[1,2,3]" },
        Example { call: "range(3, 1)", gives: "[]" },
        Example { call: "range(1, 100000)", gives: "error: at most 10000" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (from, to) = (args.int(0)?, args.int(1)?);
    if i128::from(to) - i128::from(from) >= 10_000 {
        return Err(FunctionError::new("a range has at most 10000 numbers; take a smaller one"));
    }
    Ok(Value::list((from..=to).map(Value::Int).collect()))
}
