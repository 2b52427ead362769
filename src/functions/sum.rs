//! Totals a list. An empty list has no currency, so its total is the number 0: use `sum_money` where it may be empty.

use super::either;
use super::param::one;
use super::total;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sum",
    family: "number",
    summary: "The total of a list of numbers, or of money in one currency; 0 for an empty list.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Worked(|types| either::present_item(types.first())),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "sum([1, 2.50])", gives: "3.50" },
        Example { call: "sum([])", gives: "0" },
        Example {
            call: r#"sum([money("1.10", "USD"), money("2.20", "USD")])"#,
            gives: r#"{"amount":"3.30","currency":"USD"}"#,
        },
        Example { call: r#"sum([money(1, "USD"), money(1, "EUR")])"#, gives: "error: two currencies" },
        Example { call: "sum([1, null])", gives: "error: compact" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(total::of(args.list(0)?)?.value())
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn a_total_is_exact_or_an_error() {
        assert!(run("sum([9223372036854775807, 1])").unwrap_err().contains("too large"));
        assert!(run("sum([79228162514264337593543950335, 0.1])").unwrap_err().contains("28"));
        assert!(run("sum([1, money(1, \"EUR\")])").unwrap_err().contains("both"));
        assert!(run("sum([\"1\"])").unwrap_err().contains("text"));
        assert!(run("sum([{ a = 1 }])").unwrap_err().contains("pluck"));
    }
}
