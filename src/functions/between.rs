//! What stands in brackets or between marks.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "between",
    family: "text",
    summary: "The text between the first occurrence of one mark and the next of another.",
    params: &[one("text", Params::TEXT), one("from", Params::TEXT), one("to", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"between("Order [A-1] shipped", "[", "]")"#, gives: r#""A-1""# },
        Example { call: r#"between("x=1;y=2", "y=", ";")"#, gives: "error: marks" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let found = args.text(0)?.split_once(args.text(1)?).and_then(|(_, rest)| {
        let to = args.text(2).ok()?;
        rest.split_once(to).map(|(inside, _)| inside)
    });
    found.map(Value::text).ok_or_else(|| {
        FunctionError::new("the two marks are not in the text in that order; say with `catch` what to use then")
    })
}
