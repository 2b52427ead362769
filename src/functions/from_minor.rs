//! Money out of cents.

use rust_decimal::Decimal;

use super::currency_code;
use super::exact;
use super::fields;
use super::param::{CURRENCY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Currency, Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "from_minor",
    family: "money",
    summary: "Money from a whole number of the smallest units of a currency.",
    params: &[one("units", Params::INT), CURRENCY],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"from_minor(1250, "EUR")"#, gives: r#"{"amount":"12.50","currency":"EUR"}"# },
        Example { call: r#"from_minor(100, "JPY")"#, gives: r#"{"amount":"100","currency":"JPY"}"# },
        Example { call: r#"from_minor(1, "euro")"#, gives: "error: three capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let currency = currency_code::read(args, 1)?;
    let amount = Decimal::try_new(args.int(0)?, currency.decimals()).map_err(|_| exact::too_many_digits())?;
    Ok(Value::Money(Money { amount, currency }))
}

fn work(types: &[Type]) -> Type {
    Type::new(Base::Money(fields::word(types.get(1)).and_then(Currency::new)))
}
