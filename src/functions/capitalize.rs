//! The start of a sentence.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "capitalize",
    family: "text",
    summary: "The text with its first letter as a capital; the others stay as they are.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"capitalize("new customer")"#, gives: r#""New customer""# },
        Example { call: r#"capitalize("éclair")"#, gives: r#""Éclair""# },
        Example { call: r#"capitalize("")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut chars = args.text(0)?.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    limit::text(first.chain(chars.clone()).collect())
}
