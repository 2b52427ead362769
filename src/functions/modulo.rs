//! Remainders, for packs and rotas.

use super::either;
use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "mod",
    family: "number",
    summary: "What is left of a number after taking away another as often as it fits; it has the sign of the second.",
    params: &[one("number", Params::NUMBER), one("by", Params::NUMBER)],
    returns: Returns::Worked(|types| {
        types.iter().take(2).cloned().reduce(|a, b| either::of(&a, &b)).unwrap_or(Type::new(Base::Decimal))
    }),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "mod(7, 3)", gives: "1" },
        Example { call: "mod(-7, 3)", gives: "2" },
        Example { call: "mod(7.5, 2)", gives: "1.5" },
        Example { call: "mod(1, 0)", gives: "error: by zero" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let by_zero = || FunctionError::new("a remainder by zero; test the second number with `if` first");
    if let (Value::Int(number), Value::Int(by)) = (args.value(0), args.value(1)) {
        if *by == 0 {
            return Err(by_zero());
        }
        let rest = number.wrapping_rem(*by);
        return Ok(Value::Int(if rest != 0 && (rest < 0) != (*by < 0) { rest + by } else { rest }));
    }
    let (number, by) = (args.decimal(0)?, args.decimal(1)?);
    if by.is_zero() {
        return Err(by_zero());
    }
    let rest = number.checked_rem(by).ok_or_else(exact::too_many_digits)?;
    if !rest.is_zero() && rest.is_sign_negative() != by.is_sign_negative() {
        return exact::plus(rest, by).map(Value::Decimal).ok_or_else(exact::too_many_digits);
    }
    Ok(Value::Decimal(rest))
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn the_sign_is_that_of_the_second() {
        assert_eq!(run("mod(7, -3)"), Ok("-2".into()));
        assert_eq!(run("mod(-6, 3)"), Ok("0".into()));
        assert_eq!(run("mod(-0.5, 2)"), Ok("1.5".into()));
        assert_eq!(run("mod(-9223372036854775808, -1)"), Ok("0".into()));
    }
}
