//! Numbers the items of a list, for line numbers.

use super::either;
use super::param::{one, optional};
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "enumerate",
    family: "list",
    summary: "The items with their numbers: a list of { number, item }, from 1 or another number.",
    params: &[one("list", Params::LIST), optional("from", Params::INT).doc("The first number; 1 if left out")],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"enumerate(["a", "b"])"#, gives: r#"[{"number":1,"item":"a"},{"number":2,"item":"b"}]"# },
        Example { call: r#"enumerate(["a"], 10)"#, gives: r#"[{"number":10,"item":"a"}]"# },
        Example { call: r#"enumerate(["a", "b"], 9223372036854775807)"#, gives: "error: too large" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let first = if args.given(1) { args.int(1)? } else { 1 };
    let numbered: Result<Vec<Value>, FunctionError> = args
        .list(0)?
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let number = i64::try_from(index).ok().and_then(|index| first.checked_add(index));
            let number = number.ok_or_else(|| FunctionError::new("the numbers become too large"))?;
            Ok(shape::object([("number", Value::Int(number)), ("item", item.clone())]))
        })
        .collect();
    numbered.map(Value::list)
}

fn work(types: &[Type]) -> Type {
    let fields = vec![
        Field::required("number", Type::new(Base::Int)).doc("its number"),
        Field::required("item", either::item(types.first())).doc("the item"),
    ];
    either::list(shape::of("numbered item", fields))
}
