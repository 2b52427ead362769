//! Puts a name together for targets that keep it whole.

use super::blank;
use super::limit;
use super::param::many;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "join_name",
    family: "names",
    summary: "The parts of a name with spaces between them; null and blank parts are left out, but one must be there.",
    params: &[many("parts", Params::NULL.or(Params::TEXT))],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"join_name("Ann", null, "Lee")"#, gives: r#""Ann Lee""# },
        Example { call: r#"join_name(" Ann  Marie ", "Lee")"#, gives: r#""Ann Marie Lee""# },
        Example { call: r#"join_name(null, "")"#, gives: "error: no part of the name" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut name = String::new();
    for (index, part) in args.values.iter().enumerate() {
        if !part.is_null() {
            name.push(' ');
            name.push_str(args.text(index)?);
        }
    }
    let name = blank::squeeze(&name);
    if name.is_empty() {
        return Err(FunctionError::new("no part of the name is there; say with `catch` what to use instead"));
    }
    limit::text(name)
}
