//! Makes money of what the remotes send. An amount keeps the decimals it came with.

use super::currency_code;
use super::param::{one, optional};
use super::plain_number;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "money",
    family: "money",
    summary: "Money from an object with an amount and a currency, or from a number or text and a currency.",
    params: &[
        one("value", Params::OBJECT.or(Params::NUMBER).or(Params::TEXT).or(Params::MONEY)),
        optional("currency", Params::TEXT),
    ],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"money({ amount = "12.50", currencyCode = "USD" })"#,
            gives: r#"{"amount":"12.50","currency":"USD"}"#,
        },
        Example { call: r#"money("12.50", "USD")"#, gives: r#"{"amount":"12.50","currency":"USD"}"# },
        Example { call: "money(5)", gives: "error: needs its currency" },
        Example { call: r#"money({ amount = "1", currency = "EUR" }, "USD")"#, gives: "error: is in EUR, not USD" },
        Example { call: r#"money("1,50", "EUR")"#, gives: "error: comma" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let currency = if args.given(1) { Some(currency_code::read(args, 1)?) } else { None };
    let amount = match args.value(0) {
        Value::Object(object) => {
            return crate::catalog::wire::read_money(object, currency)
                .map_err(|wrong| FunctionError::new(format!("the object {}", wrong.message)));
        }
        Value::Money(money) => {
            return match currency {
                Some(currency) if currency != money.currency => Err(FunctionError::new(format!(
                    "the money is in {}, not {currency}; change it with `exchange`",
                    money.currency
                ))),
                _ => Ok(Value::Money(*money)),
            };
        }
        Value::Text(text) => plain_number::parse(text)?,
        _ => args.decimal(0)?,
    };
    let currency = currency
        .ok_or_else(|| FunctionError::new("an amount needs its currency as second argument: money(12.50, \"USD\")"))?;
    Ok(Value::Money(Money { amount, currency }))
}

fn work(types: &[Type]) -> Type {
    match (types.first().map(|ty| &ty.base), types.get(1).map(|ty| &ty.base)) {
        (Some(Base::Money(currency)), _) => Type::new(Base::Money(*currency)),
        // A currency that is written down is a word known before running: then a mix of two is known too.
        (_, Some(Base::Enum(words))) if words.name == "text" && words.values.len() == 1 => {
            Type::new(Base::Money(words.values.first().and_then(|word| crate::value::Currency::new(word))))
        }
        _ => Type::new(Base::Money(None)),
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn objects_of_the_remotes_are_read() {
        let wanted = Ok(r#"{"amount":"-1.10","currency":"CAD"}"#.to_owned());
        assert_eq!(run(r#"money({ CurrencyAmount = -1.10, CurrencyCode = "CAD" })"#), wanted);
        assert!(run(r#"money({ amount = "x", currency = "CAD" })"#).unwrap_err().contains("amount"));
        assert!(run(r#"money({ amount = "1" })"#).unwrap_err().contains("currencyCode"));
        assert!(run(r#"money(1, "usd")"#).unwrap_err().contains("capital"));
        assert!(run(r#"money(money(1, "USD"), "EUR")"#).unwrap_err().contains("exchange"));
    }
}
