//! Keeps a number within what a target takes.

use std::cmp::Ordering;

use super::either;
use super::order;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "clamp",
    family: "number",
    summary: "The number or money, but not below one limit and not above another.",
    params: &[
        one("value", Params::NUMBER.or(Params::MONEY)),
        one("least", Params::NUMBER.or(Params::MONEY)),
        one("most", Params::NUMBER.or(Params::MONEY)),
    ],
    returns: Returns::Worked(either::any_of),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "clamp(12, 1, 10)", gives: "10" },
        Example { call: "clamp(-0.5, 0, 1)", gives: "0" },
        Example { call: "clamp(1, 5, 2)", gives: "error: the least is above the most" },
        Example { call: r#"clamp(1, money(1, "EUR"), 2)"#, gives: "error: no order" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let limits = |a: usize, b: usize, wanted| {
        order::outermost(&Args { values: &[args.value(a).clone(), args.value(b).clone()] }, wanted)
    };
    if !limits(1, 2, Ordering::Less)?.same(args.value(1)) {
        return Err(FunctionError::new("the least is above the most; change the two"));
    }
    let low = limits(0, 1, Ordering::Greater)?;
    order::outermost(&Args { values: &[low, args.value(2).clone()] }, Ordering::Less)
}
