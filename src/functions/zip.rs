//! Two lists side by side.

use super::either;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "zip",
    family: "list",
    summary: "The items of two lists in pairs: a list of { left, right }; lists of different lengths are an error.",
    params: &[one("left", Params::LIST), one("right", Params::LIST)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"zip(["a", "b"], [1, 2])"#, gives: r#"[{"left":"a","right":1},{"left":"b","right":2}]"# },
        Example { call: "zip([], [])", gives: "[]" },
        Example { call: "zip([1], [])", gives: "error: 1 and 0 items" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (left, right) = (args.list(0)?, args.list(1)?);
    if left.len() != right.len() {
        return Err(FunctionError::new(format!(
            "the lists have {} and {} items, and pairs need as many on both sides",
            left.len(),
            right.len()
        )));
    }
    let pairs = left.iter().zip(right);
    Ok(Value::list(pairs.map(|(a, b)| shape::object([("left", a.clone()), ("right", b.clone())])).collect()))
}

fn work(types: &[Type]) -> Type {
    let fields = vec![
        Field::required("left", either::item(types.first())).doc("of the first list"),
        Field::required("right", either::item(types.get(1))).doc("of the second list"),
    ];
    either::list(shape::of("pair", fields))
}
