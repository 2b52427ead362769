//! What operators do with two values: exact, and a refusal in words where the values do not go together.

use rust_decimal::Decimal;

use super::eval::MAX_TEXT;
use super::expr::{Arithmetic, Comparison};
use crate::value::{Money, Value};

/// Arithmetic on two values.
pub(super) fn arithmetic(operation: Arithmetic, a: &Value, b: &Value) -> Result<Value, String> {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    let symbol = match operation {
        Add => "+",
        Subtract => "-",
        Multiply => "*",
        Divide => "/",
        Remainder => "%",
    };
    let refuse = || format!("{} {symbol} {} has no meaning", a.kind(), b.kind());
    let overflow = || "the result is too large".to_owned();
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => match operation {
            Add => x.checked_add(*y).map(Value::Int).ok_or_else(overflow),
            Subtract => x.checked_sub(*y).map(Value::Int).ok_or_else(overflow),
            Multiply => x.checked_mul(*y).map(Value::Int).ok_or_else(overflow),
            Divide if *y != 0 && x % y == 0 => Ok(Value::Int(x / y)),
            Divide | Remainder => number(operation, Decimal::from(*x), Decimal::from(*y)).map(|result| match a {
                Value::Int(_) if operation == Remainder => {
                    i64::try_from(result).map_or(Value::Decimal(result), Value::Int)
                }
                _ => Value::Decimal(result),
            }),
        },
        (Value::Money(x), Value::Money(y)) => {
            if x.currency != y.currency {
                return Err(format!("{} {symbol} {} mixes currencies", x.currency, y.currency));
            }
            match operation {
                Add | Subtract => {
                    number(operation, x.amount, y.amount).map(|amount| Value::Money(Money { amount, ..*x }))
                }
                Divide => number(Divide, x.amount, y.amount).map(Value::Decimal),
                Multiply | Remainder => Err(refuse()),
            }
        }
        (Value::Money(money), factor) if matches!(operation, Multiply | Divide) => {
            let factor = factor.as_decimal().ok_or_else(refuse)?;
            number(operation, money.amount, factor).map(|amount| Value::Money(Money { amount, ..*money }))
        }
        (factor, Value::Money(money)) if operation == Multiply => {
            let factor = factor.as_decimal().ok_or_else(refuse)?;
            number(Multiply, factor, money.amount).map(|amount| Value::Money(Money { amount, ..*money }))
        }
        (Value::Text(x), Value::Text(y)) if operation == Add => {
            if x.len() + y.len() > MAX_TEXT {
                return Err(format!("a text of more than {MAX_TEXT} bytes"));
            }
            Ok(Value::from(format!("{x}{y}")))
        }
        (Value::Instant(at), Value::Duration(by)) if matches!(operation, Add | Subtract) => {
            let moved = if operation == Add { at.checked_add(*by) } else { at.checked_sub(*by) };
            moved.map(Value::Instant).map_err(|_| overflow())
        }
        (Value::Instant(x), Value::Instant(y)) if operation == Subtract => Ok(Value::Duration(x.duration_since(*y))),
        (Value::Duration(x), Value::Duration(y)) if matches!(operation, Add | Subtract) => {
            let sum = if operation == Add { x.checked_add(*y) } else { x.checked_sub(*y) };
            sum.map(Value::Duration).ok_or_else(overflow)
        }
        _ => match (a.as_decimal(), b.as_decimal()) {
            (Some(x), Some(y)) => number(operation, x, y).map(Value::Decimal),
            _ => Err(refuse()),
        },
    }
}

fn number(operation: Arithmetic, x: Decimal, y: Decimal) -> Result<Decimal, String> {
    if y.is_zero() && matches!(operation, Arithmetic::Divide | Arithmetic::Remainder) {
        return Err("division by zero".to_owned());
    }
    let result = match operation {
        Arithmetic::Add => x.checked_add(y),
        Arithmetic::Subtract => x.checked_sub(y),
        Arithmetic::Multiply => {
            // A product that needs more digits than there are would be rounded silently.
            return exact_product(x, y)
                .ok_or_else(|| "the product has more than 28 digits; round a factor first".into());
        }
        Arithmetic::Divide => x.checked_div(y).map(|quotient| quotient.normalize()),
        Arithmetic::Remainder => x.checked_rem(y),
    };
    result.ok_or_else(|| "the result is too large".to_owned())
}

fn exact_product(x: Decimal, y: Decimal) -> Option<Decimal> {
    let product = x.checked_mul(y)?;
    if product.scale() == x.scale() + y.scale() {
        return Some(product);
    }
    // rust_decimal dropped digits: they must all have been zeros.
    let (x, y) = (x.normalize(), y.normalize());
    let product = x.checked_mul(y)?;
    (product.scale() == x.scale() + y.scale() || product.is_zero()).then_some(product)
}

/// Whether a comparison of two values holds.
pub(super) fn compare(comparison: Comparison, a: &Value, b: &Value) -> Result<bool, String> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match comparison {
        Comparison::Equal => return Ok(a.same(b)),
        Comparison::Unequal => return Ok(!a.same(b)),
        _ => {}
    }
    if let (Value::Money(x), Value::Money(y)) = (a, b)
        && x.currency != y.currency
    {
        return Err(format!("{} and {} cannot be compared", x.currency, y.currency));
    }
    let order = a.order(b).ok_or_else(|| format!("{} and {} have no order", a.kind(), b.kind()))?;
    Ok(match comparison {
        Comparison::Less => order == Less,
        Comparison::LessOrEqual => order != Greater,
        Comparison::Greater => order == Greater,
        Comparison::GreaterOrEqual => order != Less,
        Comparison::Equal | Comparison::Unequal => order == Equal,
    })
}
