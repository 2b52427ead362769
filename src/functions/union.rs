//! What is in one list or the other.

use super::either;
use super::identity;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "union",
    family: "list",
    summary: "The items of both lists, each once, at its first place.",
    params: &[one("list", Params::LIST), one("other", Params::LIST)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "union([1, 2], [2, 3, 3])", gives: "[1,2,3]" },
        Example { call: "union([], [])", gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut seen = std::collections::HashSet::new();
    let both = args.list(0)?.iter().chain(args.list(1)?);
    Ok(Value::list(both.filter(|item| seen.insert(identity::of(item))).cloned().collect()))
}

fn work(types: &[Type]) -> Type {
    let item = types.iter().map(|ty| either::item(Some(ty))).reduce(|a, b| either::of(&a, &b));
    either::list(item.unwrap_or(Type::new(Base::Any)))
}
