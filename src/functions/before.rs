//! What stands before a mark; a text without the mark is an error, because its whole is rarely what was meant.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "before",
    family: "text",
    summary: "The text before the first occurrence of a mark.",
    params: &[one("text", Params::TEXT), one("mark", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"before("SKU-1@DE", "@")"#, gives: r#""SKU-1""# },
        Example { call: r#"before("abc", "@")"#, gives: "error: does not have the mark" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(parted(args)?.0))
}

/// The text before and after the mark.
pub(super) fn parted<'a>(args: &'a Args<'_>) -> Result<(&'a str, &'a str), FunctionError> {
    let (text, mark) = (args.text(0)?, args.text(1)?);
    if mark.is_empty() {
        return Err(FunctionError::new("the mark is empty; write the text to look for"));
    }
    text.split_once(mark).ok_or_else(|| {
        FunctionError::new("the text does not have the mark; test it with `contains`, or say with `catch` what to use")
    })
}
