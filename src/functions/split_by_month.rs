//! Fees and subscriptions over months, because accounts are closed at month ends.

use super::calendar;
use super::either;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "split_by_month",
    family: "date",
    summary: "A span of dates, both included, cut at month ends: a list of { from, to, days }, at most 1200.",
    params: &[one("from", Params::DATE), one("to", Params::DATE)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"split_by_month(date("2026-01-30"), date("2026-02-02"))"#,
            gives: r#"[{"from":"2026-01-30","to":"2026-01-31","days":2},{"from":"2026-02-01","to":"2026-02-02","days":2}]"#,
        },
        Example {
            call: r#"split_by_month(date("2026-01-05"), date("2026-01-05"))"#,
            gives: r#"[{"from":"2026-01-05","to":"2026-01-05","days":1}]"#,
        },
        Example { call: r#"split_by_month(date("2026-02-01"), date("2026-01-01"))"#, gives: "error: ends before" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (mut from, to) = (calendar::read(args, 0, 2)?, calendar::read(args, 1, 2)?);
    if to < from {
        return Err(FunctionError::new("the span ends before it begins; give the earlier date first"));
    }
    let mut parts = Vec::new();
    loop {
        let end = from.last_of_month().min(to);
        let days = from.duration_until(end).as_hours() / 24 + 1;
        parts.push(shape::object([("from", Value::Date(from)), ("to", Value::Date(end)), ("days", Value::Int(days))]));
        if end == to {
            return Ok(Value::list(parts));
        }
        if parts.len() == 1200 {
            return Err(FunctionError::new("a span is cut into at most 1200 months; take a shorter one"));
        }
        from = calendar::later(end, 1)?;
    }
}

fn work(_: &[Type]) -> Type {
    let fields = vec![
        Field::required("from", Type::new(Base::Date)).doc("the first day"),
        Field::required("to", Type::new(Base::Date)).doc("the last day"),
        Field::required("days", Type::new(Base::Int)).doc("how many days, both included"),
    ];
    either::list(shape::of("part of a span", fields))
}
