//! Puts texts together where all must be there; `join` leaves absent ones out.

use super::limit;
use super::param::many;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "concat",
    family: "text",
    summary: "The parts one after another; null is an error.",
    params: &[many("parts", Params::SCALAR)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"concat("shop:", "701-1", "/", 2)"#, gives: r#""shop:701-1/2""# },
        Example { call: r#"concat("a", null)"#, gives: "error: not null" },
    ],
    eval,
};

use super::text;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut whole = String::new();
    for value in args.values {
        whole.push_str(&text::write(value)?);
        limit::check(whole.len())?;
    }
    Ok(Value::from(whole))
}
