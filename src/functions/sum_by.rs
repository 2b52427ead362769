//! The total of one field, as of the quantities of all lines.

use super::fields;
use super::param::{FIELD, one};
use super::total;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sum_by",
    family: "list",
    summary: "The total of a field of all objects of the list, numbers or money in one currency; 0 for an empty list.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"sum_by([{ q = 1 }, { q = 2.50 }], "q")"#, gives: "3.50" },
        Example { call: r#"sum_by([], "q")"#, gives: "0" },
        Example { call: r#"sum_by([{ q = 1 }, { r = 2 }], "q")"#, gives: "error: does not have the field" },
        Example {
            call: r#"sum_by([{ q = money(1, "USD") }, { q = money(1, "EUR") }], "q")"#,
            gives: "error: two currencies",
        },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    let values: Result<Vec<Value>, FunctionError> =
        args.list(0)?.iter().map(|item| fields::of(item, field).cloned()).collect();
    Ok(total::of(&values?)?.value())
}

fn work(types: &[Type]) -> Type {
    Type { nullable: false, ..fields::in_items(types, 0, 1) }
}
