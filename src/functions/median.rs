//! The middle of numbers, which one wrong price does not move.

use super::average;
use super::either;
use super::order;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "median",
    family: "list",
    summary: "The middle one of the numbers or of the money in the list; of an even number of them, the average of the two in the middle.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "median([3, 1, 2])", gives: "2" },
        Example { call: "median([4, 1, 2, 3])", gives: "2.5" },
        Example { call: "median([])", gives: "error: empty" },
        Example { call: r#"median(["a", "b"])"#, gives: "error: is text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let sorted = order::sorted(args.list(0)?.to_vec(), |item| item)?;
    let middle = match sorted.len() {
        0 => return Err(FunctionError::new("an empty list has no middle; test it with `is_empty` first")),
        count if count % 2 == 1 => sorted.get(count / 2..=count / 2),
        count => sorted.get(count / 2 - 1..=count / 2),
    };
    average::of(&Args { values: &[Value::list(middle.unwrap_or_default().to_vec())] })
}

fn work(types: &[Type]) -> Type {
    match either::item(types.first()).base {
        Base::Int => Type::new(Base::Decimal),
        other => Type::new(other),
    }
}
