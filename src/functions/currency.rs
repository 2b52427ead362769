//! The currency, for targets that keep it in a field of its own.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "currency",
    family: "money",
    summary: "The currency code of money.",
    params: &[one("money", Params::MONEY)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"currency(money("12.50", "USD"))"#, gives: r#""USD""# },
        Example { call: r#"currency("USD")"#, gives: "error: must be money" },
    ],
    eval,
};

use super::amount;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(amount::read(args, 0)?.currency.code()))
}
