//! One space between words, because addresses arrive with tabs, line ends and double spaces.

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "squeeze",
    family: "text",
    summary: "The text with each run of white space as one space, and none around it.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"squeeze("  12  High\tStreet ")"#, gives: r#""12 High Street""# },
        Example { call: r#"squeeze(" ")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(blank::squeeze(args.text(0)?)))
}
