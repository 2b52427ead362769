//! Adds to a list, as a line for shipping is added to the lines of goods.

use super::either;
use super::param::{many, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "append",
    family: "list",
    summary: "The list with more items at its end.",
    params: &[one("list", Params::LIST), many("items", Params::ANY)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "append([1], 2, 3)", gives: "[1,2,3]" },
        Example { call: "append([], null)", gives: "[null]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut items = args.list(0)?.to_vec();
    items.extend(args.values.iter().skip(1).cloned());
    Ok(Value::list(items))
}

/// The type of a list with more items.
pub(super) fn work(types: &[Type]) -> Type {
    let list = types.first();
    let of = match list.map(|ty| &ty.base) {
        Some(Base::List(item)) if item.base == Base::Null && !item.nullable => None,
        _ => Some(either::item(list)),
    };
    let item = of.into_iter().chain(types.iter().skip(1).cloned()).reduce(|a, b| either::of(&a, &b));
    either::list(item.unwrap_or(Type::new(Base::Any)))
}
