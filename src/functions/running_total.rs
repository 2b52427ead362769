//! Sums as they grow, for balances line by line.

use super::either;
use super::param::one;
use super::total;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "running_total",
    family: "list",
    summary: "The total up to each item of a list of numbers, or of money in one currency.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "running_total([1, 2, 3.5])", gives: "[1,3,6.5]" },
        Example { call: "running_total([])", gives: "[]" },
        Example { call: r#"running_total([1, "2"])"#, gives: "error: is text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut totals: Vec<Value> = Vec::new();
    for item in args.list(0)? {
        let total = match totals.last() {
            Some(before) => total::of(&[before.clone(), item.clone()])?,
            None => total::of(std::slice::from_ref(item))?,
        };
        totals.push(total.value());
    }
    Ok(Value::list(totals))
}

fn work(types: &[Type]) -> Type {
    either::list(either::present_item(types.first()))
}
