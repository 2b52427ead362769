//! Dates of sources that write them in several ways; the first pattern that fits counts, so put the strictest first.

use super::param::one;
use super::parse_date;
use super::texts;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_date_any",
    family: "date",
    summary: "The date that a text writes by the first pattern of a list that fits it.",
    params: &[
        one("text", Params::TEXT),
        one("patterns", Params::LIST).doc("Patterns such as `%d.%m.%Y`, in the order in which they are tried"),
    ],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"parse_date_any("17.07.2026", ["%Y-%m-%d", "%d.%m.%Y"])"#, gives: r#""2026-07-17""# },
        Example { call: r#"parse_date_any("2026-07-17", ["%Y-%m-%d", "%d.%m.%Y"])"#, gives: r#""2026-07-17""# },
        Example { call: r#"parse_date_any("July", ["%Y-%m-%d"])"#, gives: "error: none of the patterns" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let patterns = texts::read(args, 1)?;
    let text = args.value(0);
    let found = patterns.into_iter().find_map(|pattern| {
        parse_date::parse(&Args { values: &[text.clone(), Value::text(pattern)] }).ok()?.to_date().ok()
    });
    found.map(Value::Date).ok_or_else(|| {
        FunctionError::new("the text fits none of the patterns; add one for the form that it has, or use `catch`")
    })
}
