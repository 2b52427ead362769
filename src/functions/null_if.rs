//! Says which value stands for nothing, as remotes send "" or "N/A".

use super::param::{many, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "null_if",
    family: "object",
    summary: "Null where the value is the same as another, or else the value.",
    params: &[one("value", Params::ANY), many("nothing", Params::ANY).doc("What stands for nothing")],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"null_if("", "")"#, gives: "null" },
        Example { call: r#"null_if("N/A", "", "N/A")"#, gives: "null" },
        Example { call: r#"null_if("x", "")"#, gives: r#""x""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let nothing = args.values.iter().skip(1).any(|nothing| nothing.same(args.value(0)));
    Ok(if nothing { Value::Null } else { args.value(0).clone() })
}

fn work(types: &[Type]) -> Type {
    types.first().cloned().unwrap_or(Type::new(Base::Any)).or_null()
}
