//! Splits discounts, shipping and fees over lines by largest remainder, so that no cent is lost or made. The parts have
//! the decimals of the currency, or those that are given; among equal remainders the first part gets more.

use rust_decimal::Decimal;

use super::either;
use super::exact;
use super::param::{DECIMALS, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "allocate",
    family: "money",
    summary: "An amount split by weights into parts that add up to it exactly; what is left over goes where most was cut off.",
    params: &[one("total", Params::NUMBER.or(Params::MONEY)), one("weights", Params::LIST), DECIMALS],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"allocate(money("10.00", "USD"), [1, 1, 1])"#,
            gives: r#"[{"amount":"3.34","currency":"USD"},{"amount":"3.33","currency":"USD"},{"amount":"3.33","currency":"USD"}]"#,
        },
        Example { call: "allocate(100, [2, 1])", gives: "[67,33]" },
        Example { call: "allocate(-0.05, [1, 1], 2)", gives: "[-0.03,-0.02]" },
        Example { call: r#"allocate(money("0.001", "USD"), [1, 1])"#, gives: "error: round it first" },
        Example { call: "allocate(10, [0, 0])", gives: "error: all weights are zero" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    allocate(args)
}

/// The amount that is the first argument split by the weights that are the second.
pub(super) fn allocate(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (total, currency) = match args.value(0) {
        Value::Money(money) => (money.amount, Some(money.currency)),
        _ => (args.decimal(0)?, None),
    };
    let decimals =
        if args.given(2) { exact::decimals(args.int(2)?)? } else { currency.map_or(0, |currency| currency.decimals()) };
    if total.normalize().scale() > decimals {
        return Err(FunctionError::new(
            "the total has more decimals than its parts can have; round it first, or say how many decimals the parts have",
        ));
    }
    let total = exact::units(total, decimals).ok_or_else(exact::too_many_digits)?;
    let parts = split(total, &weights(args.list(1)?)?)?;
    let parts: Result<Vec<Value>, FunctionError> = parts
        .into_iter()
        .map(|part| {
            let amount = Decimal::try_from_i128_with_scale(part, decimals).map_err(|_| exact::too_many_digits())?;
            Ok(match (currency, args.value(0)) {
                (Some(currency), _) => Value::Money(Money { amount, currency }),
                (None, Value::Int(_)) if decimals == 0 => {
                    i64::try_from(part).map_or(Value::Decimal(amount), Value::Int)
                }
                _ => Value::Decimal(amount),
            })
        })
        .collect();
    parts.map(Value::list)
}

fn weights(values: &[Value]) -> Result<Vec<i128>, FunctionError> {
    let mut weights = Vec::with_capacity(values.len());
    let mut currency = None;
    for (index, value) in values.iter().enumerate() {
        let (weight, of) = match value {
            Value::Money(money) => (money.amount, Some(money.currency)),
            Value::Int(_) | Value::Decimal(_) => (value.as_decimal().unwrap_or_default(), None),
            other => {
                return Err(FunctionError::new(format!("a weight must be a number or money, not {}", other.kind())));
            }
        };
        if index > 0 && of != currency {
            return Err(FunctionError::new("the weights must all be numbers, or all money in one currency"));
        }
        currency = of;
        if weight.is_sign_negative() && !weight.is_zero() {
            return Err(FunctionError::new("a weight is negative; split by amounts that are zero or more"));
        }
        weights.push(weight.normalize());
    }
    let decimals = weights.iter().map(Decimal::scale).max().unwrap_or_default();
    weights.into_iter().map(|weight| exact::units(weight, decimals).ok_or_else(exact::too_many_digits)).collect()
}

fn split(total: i128, weights: &[i128]) -> Result<Vec<i128>, FunctionError> {
    let whole =
        weights.iter().try_fold(0i128, |sum, weight| sum.checked_add(*weight)).ok_or_else(exact::too_many_digits)?;
    if whole == 0 {
        return Err(FunctionError::new(
            "all weights are zero, or there are none; say with `if` where the total goes then",
        ));
    }
    let size = total.abs();
    let mut parts = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let share = size.checked_mul(*weight).ok_or_else(exact::too_many_digits)?;
        parts.push((index, share / whole, share % whole));
    }
    let given: i128 = parts.iter().map(|(_, part, _)| part).sum();
    parts.sort_by_key(|(_, _, rest)| std::cmp::Reverse(*rest));
    let left = usize::try_from(size - given).unwrap_or_default();
    for (_, part, _) in parts.iter_mut().take(left) {
        *part += 1;
    }
    parts.sort_by_key(|(index, _, _)| *index);
    Ok(parts.into_iter().map(|(_, part, _)| if total < 0 { -part } else { part }).collect())
}

/// The type of the parts.
pub(super) fn work(types: &[Type]) -> Type {
    let part = match (types.first().map(|ty| &ty.base), types.len()) {
        (Some(Base::Int), 3..) => Type::new(Base::Decimal),
        (Some(base), _) => Type::new(base.clone()),
        (None, _) => Type::new(Base::Any),
    };
    either::list(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::split;
    use crate::functions::examples::run;

    proptest! {
        #[test]
        fn parts_add_up_and_are_off_by_less_than_one(
            total in -1_000_000_000i64..1_000_000_000,
            weights in prop::collection::vec(0i64..1_000_000, 1..40),
        ) {
            let weights: Vec<i128> = weights.into_iter().map(i128::from).collect();
            let whole: i128 = weights.iter().sum();
            prop_assume!(whole > 0);
            let total = i128::from(total);
            let parts = split(total, &weights).unwrap();
            prop_assert_eq!(parts.iter().sum::<i128>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((part * whole - total * weight).abs() < whole);
            }
        }
    }

    #[test]
    fn odd_weights_are_errors() {
        assert!(run("allocate(10, [1, -1])").unwrap_err().contains("negative"));
        assert!(run("allocate(10, [])").unwrap_err().contains("none"));
        assert!(run("allocate(10, [1, null])").unwrap_err().contains("null"));
        assert!(run("allocate(10, [money(1, \"EUR\"), money(1, \"USD\")])").unwrap_err().contains("one currency"));
        assert!(run("allocate(10, [money(1, \"EUR\"), 1])").unwrap_err().contains("one currency"));
        assert!(run("allocate(10.5, [1, 1])").unwrap_err().contains("decimals"));
        assert_eq!(run("allocate(0, [1, 0.5])"), Ok("[0,0]".into()));
        assert!(run("allocate(79228162514264337593543950335.0, [79228162514264337593543950335.0])").is_err());
    }
}
