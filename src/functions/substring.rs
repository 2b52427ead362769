//! A part by its place, for ids with a fixed layout. It may be shorter at the end of the text, but not begin after it.

use super::param::{one, optional};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "substring",
    family: "text",
    summary: "The part of the text from a place, counted from 0, of at most a length.",
    params: &[one("text", Params::TEXT), one("start", Params::INT), optional("length", Params::INT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"substring("701-1234567", 4, 3)"#, gives: r#""123""# },
        Example { call: r#"substring("abc", 1)"#, gives: r#""bc""# },
        Example { call: r#"substring("abc", 4)"#, gives: "error: shorter than the place" },
        Example { call: r#"substring("abc", -1)"#, gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    let size = |index| {
        usize::try_from(args.int(index)?)
            .map_err(|_| FunctionError::new("the start and the length must not be negative; count from 0"))
    };
    let start = size(1)?;
    let length = if args.given(2) { size(2)? } else { usize::MAX };
    if start > text.chars().count() {
        return Err(FunctionError::new(
            "the text is shorter than the place at which the part begins; test `length` first",
        ));
    }
    Ok(Value::from(text.chars().skip(start).take(length).collect::<String>()))
}
