//! Arithmetic that says when it would not be exact, where the decimal type would round without a word.

use rust_decimal::Decimal;

use crate::catalog::FunctionError;
use crate::value::Rounding;

/// The sum; `None` if it needs more digits than a decimal has.
pub(super) fn plus(a: Decimal, b: Decimal) -> Option<Decimal> {
    let sum = a.checked_add(b)?;
    let needed = a.normalize().scale().max(b.normalize().scale());
    (sum.scale() >= needed).then_some(sum)
}

/// The product; `None` if it needs more digits than a decimal has.
pub(super) fn times(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let product = a.checked_mul(b)?;
    (product.is_zero() || product.scale() == a.scale() + b.scale()).then_some(product)
}

/// The quotient; `None` if it has no end, or needs more digits than a decimal has.
pub(super) fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let quotient = a.checked_div(b)?.normalize();
    (times(quotient, b)? == a).then_some(quotient)
}

/// The quotient with so many decimals, rounded once from its exact value.
pub(super) fn rounded_quotient(
    a: Decimal,
    b: Decimal,
    decimals: u32,
    rounding: Rounding,
) -> Result<Decimal, FunctionError> {
    if b.is_zero() {
        return Err(FunctionError::new("division by zero; test the divisor with `if` first"));
    }
    let (a, b) = (a.normalize(), b.normalize());
    whole_quotient(a, b, decimals, rounding)
        .and_then(|units| Decimal::try_from_i128_with_scale(units, decimals).ok())
        .ok_or_else(too_many_digits)
}

fn whole_quotient(a: Decimal, b: Decimal, decimals: u32, rounding: Rounding) -> Option<i128> {
    let (mut over, mut under) = (a.mantissa(), b.mantissa());
    let shift = i64::from(decimals) + i64::from(b.scale()) - i64::from(a.scale());
    let power = 10i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    if shift < 0 {
        under = under.checked_mul(power)?;
    } else {
        over = over.checked_mul(power)?;
    }
    let negative = (over < 0) != (under < 0);
    let (over, under) = (over.checked_abs()?, under.checked_abs()?);
    let (units, rest) = (over.checked_div(under)?, over.checked_rem(under)?);
    let half = rest.checked_mul(2)?.cmp(&under);
    let up = match rounding {
        Rounding::Up => rest > 0,
        Rounding::Down => false,
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfDown => half.is_gt(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && units % 2 == 1),
    };
    let units = if up { units.checked_add(1)? } else { units };
    Some(if negative { -units } else { units })
}

/// The number as a count of its `decimals`-th parts; `None` if it has more decimals, or too many digits.
pub(super) fn units(number: Decimal, decimals: u32) -> Option<i128> {
    let number = number.normalize();
    let missing = decimals.checked_sub(number.scale())?;
    number.mantissa().checked_mul(10i128.checked_pow(missing)?)
}

/// The number of decimals at `index`.
pub(super) fn decimals(number: i64) -> Result<u32, FunctionError> {
    u32::try_from(number)
        .ok()
        .filter(|decimals| *decimals <= 28)
        .ok_or_else(|| FunctionError::new("the number of decimals must be from 0 to 28"))
}

/// A result that a decimal cannot hold.
pub(super) fn too_many_digits() -> FunctionError {
    FunctionError::new("the result has more digits than the 28 that are kept exactly; round what goes in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn what_does_not_fit_is_no_result() {
        assert_eq!(plus(number("79228162514264337593543950335"), number("0.1")), None);
        assert_eq!(plus(number("1.10"), number("2.2")), Some(number("3.30")));
        assert_eq!(times(number("0.123456789012345678"), number("0.123456789012345678")), None);
        assert_eq!(quotient(number("10"), number("3")), None);
        assert_eq!(quotient(number("10"), number("4")), Some(number("2.5")));
        assert_eq!(quotient(number("1"), number("0")), None);
    }

    #[test]
    fn a_quotient_is_rounded_once() {
        let modes =
            [("half_up", "0.13"), ("half_even", "0.12"), ("half_down", "0.12"), ("up", "0.13"), ("down", "0.12")];
        for (mode, wanted) in modes {
            let rounding = Rounding::named(mode).unwrap();
            assert_eq!(rounded_quotient(number("1"), number("8"), 2, rounding), Ok(number(wanted)), "{mode}");
            let negative = rounded_quotient(number("-1"), number("8"), 2, rounding);
            assert_eq!(negative, Ok(-number(wanted)), "{mode}");
        }
        // Rounding to 28 digits first would make a tie of it.
        let just_below = rounded_quotient(number("0.4999999999999999999999999999"), number("1"), 0, Rounding::HalfUp);
        assert_eq!(just_below, Ok(number("0")));
        assert!(rounded_quotient(number("1"), number("0"), 2, Rounding::HalfUp).is_err());
    }
}
