//! Whether a list is covered by another, as the lines of a shipment by those of the order.

use super::difference;
use super::identity;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_subset",
    family: "list",
    summary: "Whether every item of the first list is in the second too.",
    params: &[one("list", Params::LIST), one("of", Params::LIST)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"is_subset(["a"], ["a", "b"])"#, gives: "true" },
        Example { call: r#"is_subset(["c"], ["a", "b"])"#, gives: "false" },
        Example { call: "is_subset([], [])", gives: "true" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let other = difference::known(args, 1)?;
    Ok(Value::Bool(args.list(0)?.iter().all(|item| other.contains(&identity::of(item)))))
}
