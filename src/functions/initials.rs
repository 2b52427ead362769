//! A name as its initials, which is enough to tell two cases apart on a list.

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "initials",
    family: "hash",
    summary: "The first letters of the words of a name, in capitals.",
    params: &[one("name", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"initials("Ann Marie lee")"#, gives: r#""AML""# },
        Example { call: r#"initials(" ")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let name = blank::squeeze(args.text(0)?);
    let letters = name.split(' ').filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    Ok(Value::from(letters.flat_map(char::to_uppercase).collect::<String>()))
}
