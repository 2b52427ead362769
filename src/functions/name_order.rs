//! Names for lists, by family name.

use super::blank;
use super::param::one;
use super::split_name;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "name_order",
    family: "names",
    summary: "A name with the family name first: \"Lee, Ann\".",
    params: &[one("name", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"name_order("Dr. Ludwig van Beethoven")"#, gives: r#""van Beethoven, Ludwig""# },
        Example { call: r#"name_order("Cher")"#, gives: r#""Cher""# },
        Example { call: r#"name_order(" ")"#, gives: "error: no name" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let split = split_name::split(args)?;
    let part = |name: &str| split.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
    let given = blank::squeeze(&format!("{} {}", part("first"), part("middle")));
    let last = part("last");
    Ok(Value::from(if given.is_empty() { last } else { format!("{last}, {given}") }))
}
