//! Numbers that arrive with marks among them.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "digits",
    family: "text",
    summary: "The digits 0 to 9 of the text, without all else.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"digits("+49 (0)30 / 12-34")"#, gives: r#""490301234""# },
        Example { call: r#"digits("none")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(args.text(0)?.chars().filter(char::is_ascii_digit).collect::<String>()))
}
