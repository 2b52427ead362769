//! The total of a list of numbers, or of money in one currency.

use rust_decimal::Decimal;

use super::exact;
use crate::catalog::{FunctionError, wire};
use crate::value::{Currency, Money, Value};

/// A total so far.
pub(super) enum Total {
    /// Of whole numbers.
    Int(i64),
    /// Of numbers.
    Decimal(Decimal),
    /// Of money.
    Money(Money),
}

impl Total {
    /// The total as a value.
    pub(super) fn value(self) -> Value {
        match self {
            Total::Int(int) => Value::Int(int),
            Total::Decimal(decimal) => Value::Decimal(decimal),
            Total::Money(money) => Value::Money(money),
        }
    }
}

/// The total; 0 for an empty list.
pub(super) fn of(items: &[Value]) -> Result<Total, FunctionError> {
    let Some((first, rest)) = items.split_first() else {
        return Ok(Total::Int(0));
    };
    rest.iter().try_fold(start(first)?, |total, item| add(total, start(item)?))
}

/// The total of money in a currency; none of it for an empty list. Objects with an amount and a currency count as money.
pub(super) fn of_money(items: &[Value], currency: Currency) -> Result<Money, FunctionError> {
    let nothing = Money { amount: Decimal::new(0, currency.decimals()), currency };
    items.iter().try_fold(nothing, |total, item| {
        let money = match item {
            Value::Money(money) if money.currency == currency => *money,
            Value::Money(_) => return Err(currencies()),
            Value::Object(object) => match wire::read_money(object, Some(currency)) {
                Ok(Value::Money(money)) => money,
                Ok(_) => return Err(kinds()),
                Err(wrong) => return Err(FunctionError::new(format!("an item of the list {}", wrong.message))),
            },
            other => return Err(no_amount(other)),
        };
        let amount = exact::plus(total.amount, money.amount).ok_or_else(exact::too_many_digits)?;
        Ok(Money { amount, currency })
    })
}

fn start(item: &Value) -> Result<Total, FunctionError> {
    match item {
        Value::Int(int) => Ok(Total::Int(*int)),
        Value::Decimal(decimal) => Ok(Total::Decimal(*decimal)),
        Value::Money(money) => Ok(Total::Money(*money)),
        other => Err(no_amount(other)),
    }
}

fn add(a: Total, b: Total) -> Result<Total, FunctionError> {
    let sum = |a, b| exact::plus(a, b).ok_or_else(exact::too_many_digits);
    match (a, b) {
        (Total::Int(a), Total::Int(b)) => a.checked_add(b).map(Total::Int).ok_or_else(|| {
            FunctionError::new("the total is too large for a whole number; make the items decimals first")
        }),
        (Total::Int(a), Total::Decimal(b)) | (Total::Decimal(b), Total::Int(a)) => {
            sum(Decimal::from(a), b).map(Total::Decimal)
        }
        (Total::Decimal(a), Total::Decimal(b)) => sum(a, b).map(Total::Decimal),
        (Total::Money(a), Total::Money(b)) if a.currency == b.currency => {
            Ok(Total::Money(Money { amount: sum(a.amount, b.amount)?, currency: a.currency }))
        }
        (Total::Money(_), Total::Money(_)) => Err(currencies()),
        _ => Err(kinds()),
    }
}

fn currencies() -> FunctionError {
    FunctionError::new("the amounts are in two currencies; bring them to one with `exchange` first")
}

fn kinds() -> FunctionError {
    FunctionError::new("the list has both money and numbers; make all of them money or all of them numbers")
}

fn no_amount(item: &Value) -> FunctionError {
    FunctionError::new(match item {
        Value::Null => "an item of the list is null; take absent items away with `compact` first".to_owned(),
        Value::Text(_) => "an item of the list is text; read it with `decimal` or `money` first".to_owned(),
        Value::Object(_) => "an item of the list is an object; take the amounts out with `pluck` first".to_owned(),
        other => format!("an item of the list is {}, which has no total", other.kind()),
    })
}
