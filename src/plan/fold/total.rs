//! Adding up exactly: a whole number of the smallest unit that has come so far, so that no digit is ever rounded away
//! and most additions are one of integers.

use rust_decimal::Decimal;

use crate::catalog::Base;
use crate::plan::expr::{Expr, Node};
use crate::value::{Currency, Money, Value, json};

/// A number as digits and how many of them are decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    digits: i128,
    scale: u32,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// Nothing has come yet.
    #[default]
    Nothing,
    Int,
    Decimal,
    Money(Currency),
}

/// A sum.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Total {
    digits: i128,
    scale: u32,
    kind: Kind,
}

const LARGE: &str = "the sum has more digits than can be held";

impl Total {
    pub(super) fn add_value(&mut self, value: &Value) -> Result<(), String> {
        let (number, kind) = match value {
            Value::Int(int) => {
                return self.add(Exact { digits: i128::from(*int), scale: 0, kind: Kind::Int });
            }
            Value::Decimal(decimal) => (*decimal, Kind::Decimal),
            Value::Money(money) => (money.amount, Kind::Money(money.currency)),
            other => return Err(format!("{} cannot be added up", other.kind())),
        };
        self.add(Exact { digits: number.mantissa(), scale: number.scale(), kind })
    }

    pub(super) fn add(&mut self, number: Exact) -> Result<(), String> {
        if self.kind != number.kind {
            self.kind = match (self.kind, number.kind) {
                (Kind::Nothing, kind) => kind,
                (Kind::Int | Kind::Decimal, Kind::Int | Kind::Decimal) => Kind::Decimal,
                (Kind::Money(a), Kind::Money(b)) => return Err(format!("{a} + {b} mixes currencies")),
                _ => return Err("money and numbers cannot be added up together".to_owned()),
            };
        }
        let mut digits = number.digits;
        if self.scale != number.scale {
            if number.scale > self.scale {
                self.digits = shifted(self.digits, number.scale - self.scale)?;
                self.scale = number.scale;
            } else {
                digits = shifted(digits, self.scale - number.scale)?;
            }
        }
        self.digits = self.digits.checked_add(digits).ok_or(LARGE)?;
        Ok(())
    }

    pub(super) fn value(&self) -> Result<Value, String> {
        let decimal = || {
            let (mut digits, mut scale) = (self.digits, self.scale);
            loop {
                match Decimal::try_from_i128_with_scale(digits, scale) {
                    Ok(decimal) => return Ok(decimal),
                    // Zeros at the end say nothing, and there may be room without them.
                    Err(_) if scale > 0 && digits % 10 == 0 => {
                        digits /= 10;
                        scale -= 1;
                    }
                    Err(_) => return Err("the sum has more than 28 digits".to_owned()),
                }
            }
        };
        Ok(match self.kind {
            Kind::Nothing => Value::Int(0),
            Kind::Int => Value::Int(i64::try_from(self.digits).map_err(|_| LARGE)?),
            Kind::Decimal => Value::Decimal(decimal()?),
            Kind::Money(currency) => Value::Money(Money { amount: decimal()?, currency }),
        })
    }
}

fn shifted(digits: i128, places: u32) -> Result<i128, &'static str> {
    10_i128.checked_pow(places).and_then(|factor| digits.checked_mul(factor)).ok_or(LARGE)
}

/// The number in a column of decimals; nothing where it is another kind of column or no number.
pub(super) fn exact(text: &str, node: &Node) -> Option<Exact> {
    if !matches!(&node.expr, Expr::Path { read: Some(Base::Decimal), .. }) {
        return None;
    }
    short(text).or_else(|| {
        let decimal = json::decimal(text)?;
        Some(Exact { digits: decimal.mantissa(), scale: decimal.scale(), kind: Kind::Decimal })
    })
}

/// A number of at most 18 digits in plain writing; what is anything else is for the real reader to judge.
fn short(text: &str) -> Option<Exact> {
    let (negative, body) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    if body.len() > 18 || !body.first()?.is_ascii_digit() || !body.last()?.is_ascii_digit() {
        return None;
    }
    let (mut digits, mut scale, mut point) = (0_i64, 0_u32, false);
    for byte in body {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + i64::from(byte - b'0');
                scale += u32::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    let digits = i128::from(if negative { -digits } else { digits });
    Some(Exact { digits, scale, kind: Kind::Decimal })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[Value]) -> Result<String, String> {
        let mut total = Total::default();
        for value in values {
            total.add_value(value)?;
        }
        total.value().map(|value| value.display())
    }

    fn decimal(text: &str) -> Value {
        Value::Decimal(json::decimal(text).unwrap())
    }

    #[test]
    fn sums_are_exact_and_keep_the_decimals_that_came() {
        assert_eq!(sum(&[decimal("10.00"), decimal("-0.015")]), Ok("9.985".to_owned()));
        assert_eq!(sum(&[Value::Int(2), Value::Int(3)]), Ok("5".to_owned()));
        assert_eq!(sum(&[Value::Int(2), decimal("0.50")]), Ok("2.50".to_owned()));
        // 28 digits and one more, which rust_decimal alone would round.
        let (large, small) = (decimal("79228162514264337593543950335"), decimal("0.1"));
        assert_eq!(sum(&[large.clone(), small]), Err("the sum has more than 28 digits".to_owned()));
        assert_eq!(sum(&[large, decimal("0.10"), decimal("-0.10")]), Ok("79228162514264337593543950335".to_owned()));
    }

    #[test]
    fn what_is_of_different_kinds_is_not_added_up() {
        let money = |code| Value::Money(Money { amount: Decimal::ONE, currency: Currency::new(code).unwrap() });
        assert_eq!(sum(&[money("EUR"), money("USD")]), Err("EUR + USD mixes currencies".to_owned()));
        assert!(sum(&[money("EUR"), Value::Int(1)]).is_err());
        assert!(sum(&[Value::text("1")]).is_err());
    }

    #[test]
    fn plain_numbers_read_as_the_real_reader_reads_them() {
        for text in
            ["0", "-0.00", "12.50", "-1234567890.123456", "999999999999999999", "1.", ".5", "+1", "1e3", "1,5", "", "-"]
        {
            let real = json::decimal(text).map(|decimal| (decimal.mantissa(), decimal.scale()));
            if let Some(exact) = short(text) {
                assert_eq!(Some((exact.digits, exact.scale)), real, "{text}");
            }
        }
        assert!(short("12.50").is_some() && short("1.").is_none());
    }
}
