//! The least of several values of one kind.

use std::cmp::Ordering;

use super::either;
use super::order;
use super::param::many;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "min",
    family: "number",
    summary: "The smallest of the values, or of the items of a list: numbers, dates, instants, durations, or money in one currency.",
    params: &[many(
        "values",
        Params::NUMBER.or(Params::DATE).or(Params::INSTANT).or(Params::DURATION).or(Params::MONEY).or(Params::LIST),
    )],
    returns: Returns::Worked(either::any_of),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "min(3, 1.5, 2)", gives: "1.5" },
        Example { call: r#"min([date("2026-03-01"), date("2026-01-31")])"#, gives: r#""2026-01-31""# },
        Example { call: "min([])", gives: "error: the list is empty" },
        Example { call: r#"min(money(1, "USD"), money(1, "EUR"))"#, gives: "error: two currencies" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    order::outermost(args, Ordering::Less)
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn what_has_no_order_is_an_error() {
        assert!(run("min([1, null])").unwrap_err().contains("compact"));
        assert!(run("min([null])").unwrap_err().contains("compact"));
        assert!(run("min(1, date(\"2026-01-31\"))").unwrap_err().contains("int"));
        assert!(run("min([1], [2])").unwrap_err().contains("no order"));
        assert_eq!(run("min(1.0, 1)"), Ok("1.0".into()));
    }
}
