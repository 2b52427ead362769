//! The question to ask before `unit_price`, for flows that send the line's total otherwise.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "divides_exactly",
    family: "money",
    summary: "Whether a line's total divides by the quantity into a unit price of at most 6 decimals.",
    params: &[one("total", Params::NUMBER.or(Params::MONEY)), one("quantity", Params::NUMBER)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"divides_exactly(money("25.00", "USD"), 2)"#, gives: "true" },
        Example { call: "divides_exactly(10, 3)", gives: "false" },
        Example { call: "divides_exactly(10, 0)", gives: "false" },
    ],
    eval,
};

use super::unit_price;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let total = match args.value(0) {
        Value::Money(money) => money.amount,
        _ => args.decimal(0)?,
    };
    Ok(Value::Bool(unit_price::exactly(total, args.decimal(1)?).is_some()))
}
