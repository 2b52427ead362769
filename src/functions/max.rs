//! The greatest of several values of one kind.

use std::cmp::Ordering;

use super::either;
use super::order;
use super::param::many;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "max",
    family: "number",
    summary: "The largest of the values, or of the items of a list: numbers, dates, instants, durations, or money in one currency.",
    params: &[many(
        "values",
        Params::NUMBER.or(Params::DATE).or(Params::INSTANT).or(Params::DURATION).or(Params::MONEY).or(Params::LIST),
    )],
    returns: Returns::Worked(either::any_of),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "max(3, 10, 2)", gives: "10" },
        Example {
            call: r#"max([money("1.50", "EUR"), money("2.00", "EUR")])"#,
            gives: r#"{"amount":"2.00","currency":"EUR"}"#,
        },
        Example { call: r#"max(1, money(1, "EUR"))"#, gives: "error: no order between them" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    order::outermost(args, Ordering::Greater)
}
