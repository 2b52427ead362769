//! Reads dates in the forms that reports use. Day and month are told apart by the pattern, never by a guess.

use jiff::fmt::strtime;

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_date",
    family: "date",
    summary: "The date that a text writes by a pattern such as `%d/%m/%Y`.",
    params: &[one("text", Params::TEXT), one("pattern", Params::TEXT)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"parse_date("17.07.2026", "%d.%m.%Y")"#, gives: r#""2026-07-17""# },
        Example { call: r#"parse_date("09/06/25", "%m/%d/%y")"#, gives: r#""2025-09-06""# },
        Example { call: r#"parse_date("31.02.2026", "%d.%m.%Y")"#, gives: "error: no date" },
        Example { call: r#"parse_date("17.07.26", "%d.%m.%Y")"#, gives: "error: %y" },
        Example { call: r#"parse_date("2026-07-17", "%d.%m.%Y")"#, gives: "error: does not fit the pattern" },
    ],
    eval,
};

use jiff::fmt::strtime::BrokenDownTime;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    parse(args)?.to_date().map(Value::Date).map_err(|_| incomplete())
}

/// The parts that the text has by the pattern.
pub(super) fn parse(args: &Args<'_>) -> Result<BrokenDownTime, FunctionError> {
    let parsed = strtime::parse(args.text(1)?, args.text(0)?).map_err(|_| {
        FunctionError::new(
            "the text does not fit the pattern; its parts are %Y year, %m month, %d day, %H hour, %M minute, \
             %S second, %z offset, and all else must be there as written",
        )
    })?;
    // %Y reads "26" as the year 26, which nobody means.
    if parsed.year().is_some_and(|year| year < 1000) {
        return Err(FunctionError::new("the year has fewer than four digits; write %y for a year of two digits"));
    }
    Ok(parsed)
}

/// Parts that make no date or time.
pub(super) fn incomplete() -> FunctionError {
    FunctionError::new("the parts make no date or time that there is; check the pattern, and day against month")
}
