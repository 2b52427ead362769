//! The average of one field, for reports that compare lines.

use super::average;
use super::fields;
use super::param::{DECIMALS, FIELD, MODE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "average_by",
    family: "list",
    summary: "The average of a field of all objects of the list, rounded to so many decimals; without them it must be exact.",
    params: &[one("list", Params::LIST), FIELD, DECIMALS, MODE],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"average_by([{ q = 1 }, { q = 2 }], "q")"#, gives: "1.5" },
        Example { call: r#"average_by([{ q = 1 }, { q = 1 }, { q = 2 }], "q", 2)"#, gives: "1.33" },
        Example { call: r#"average_by([{ q = "1" }], "q")"#, gives: "error: is text" },
        Example { call: r#"average_by([], "q")"#, gives: "error: empty" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    let values: Result<Vec<Value>, FunctionError> =
        args.list(0)?.iter().map(|item| fields::of(item, field).cloned()).collect();
    let mut rest = vec![Value::list(values?)];
    rest.extend(args.values.iter().skip(2).cloned());
    average::of(&Args { values: &rest })
}

fn work(types: &[Type]) -> Type {
    let ty = fields::in_items(types, 0, 1);
    Type { nullable: false, base: if ty.base == Base::Int { Base::Decimal } else { ty.base }, pii: ty.pii }
}
