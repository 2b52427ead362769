//! Puts lists together, as charges and fees of one order are.

use super::either;
use super::param::many;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "concat_lists",
    family: "list",
    summary: "The items of all the lists, one list after another.",
    params: &[many("lists", Params::LIST)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "concat_lists([1], [2, 3], [])", gives: "[1,2,3]" },
        Example { call: "concat_lists([1], 2)", gives: "error: must be list" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut all = Vec::new();
    for index in 0..args.values.len() {
        all.extend(args.list(index)?.iter().cloned());
    }
    Ok(Value::list(all))
}

fn work(types: &[Type]) -> Type {
    let item = types.iter().map(|ty| either::item(Some(ty))).reduce(|a, b| either::of(&a, &b));
    either::list(item.unwrap_or(Type::new(Base::Any)))
}
