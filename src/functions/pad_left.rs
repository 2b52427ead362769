//! Fills on the left, for codes whose leading zeros were lost.

use super::param::{one, optional};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "pad_left",
    family: "text",
    summary: "The text or whole number, filled on the left to a width.",
    params: &[one("text", Params::TEXT.or(Params::INT)), one("width", Params::INT), optional("with", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"pad_left(42, 6, "0")"#, gives: r#""000042""# },
        Example { call: r#"pad_left("abcdef", 3)"#, gives: r#""abcdef""# },
        Example { call: r#"pad_left("a", 3, "xy")"#, gives: "error: one character" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (text, fill) = filled(args)?;
    Ok(Value::from(fill + &text))
}

/// The text and what fills it up to the width.
pub(super) fn filled(args: &Args<'_>) -> Result<(String, String), FunctionError> {
    let text = match args.value(0) {
        Value::Int(int) => int.to_string(),
        _ => args.text(0)?.to_owned(),
    };
    let width = usize::try_from(args.int(1)?)
        .ok()
        .filter(|width| *width <= 10_000)
        .ok_or_else(|| FunctionError::new("the width must be from 0 to 10000"))?;
    let with = if args.given(2) { args.text(2)? } else { " " };
    let mut chars = with.chars();
    let (Some(with), None) = (chars.next(), chars.next()) else {
        return Err(FunctionError::new("what to fill with must be one character"));
    };
    let missing = width.saturating_sub(text.chars().count());
    Ok((text, std::iter::repeat_n(with, missing).collect()))
}
