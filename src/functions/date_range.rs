//! The days of a period, one by one.

use super::calendar;
use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "date_range",
    family: "date",
    summary: "The dates from one to another, both included; none if the second is before. At most 10000.",
    params: &[one("from", Params::DATE), one("to", Params::DATE)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Date))),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"date_range(date("2026-02-27"), date("2026-03-01"))"#,
            gives: r#"["2026-02-27","2026-02-28","2026-03-01"]"#,
        },
        Example { call: r#"date_range(date("2026-03-01"), date("2026-02-27"))"#, gives: "[]" },
        Example { call: r#"date_range(date("1900-01-01"), date("2026-01-01"))"#, gives: "error: at most 10000" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (from, to) = (calendar::read(args, 0, 2)?, calendar::read(args, 1, 2)?);
    let days = from.duration_until(to).as_hours() / 24;
    if days >= 10_000 {
        return Err(FunctionError::new("a range has at most 10000 dates; take a smaller one"));
    }
    let dates: Result<Vec<Value>, FunctionError> =
        (0..=days).map(|day| calendar::later(from, day).map(Value::Date)).collect();
    dates.map(Value::list)
}
