//! Writes JSON with every digit, for targets that keep a document in a field.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Value, json};

pub(super) static FUNCTION: Function = Function {
    name: "to_json",
    family: "format",
    summary: "The value as JSON text on one line.",
    params: &[one("value", Params::ANY)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "to_json({ a = [1, 2.50, null] })", gives: r#""{\"a\":[1,2.50,null]}""# },
        Example { call: r#"to_json("a\"b")"#, gives: r#""\"a\\\"b\"""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(json::to_string(args.value(0)))
}
