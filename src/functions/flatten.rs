//! Makes one list of lists, as charges per item are lists in a list.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "flatten",
    family: "list",
    summary: "The list with items that are lists replaced by their items, one level deep.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "flatten([[1, 2], [3]])", gives: "[1,2,3]" },
        Example { call: "flatten([[[1]], 2])", gives: "[[1],2]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut flat = Vec::new();
    for item in args.list(0)? {
        match item {
            Value::List(items) => flat.extend(items.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Ok(Value::list(flat))
}

fn work(types: &[Type]) -> Type {
    let item = either::item(types.first());
    match &item.base {
        Base::List(_) if !item.nullable => either::list(either::item(Some(&item))),
        Base::List(_) | Base::Any => either::list(Type::new(Base::Any).with_pii(item.carries_pii())),
        _ => either::list(item),
    }
}
