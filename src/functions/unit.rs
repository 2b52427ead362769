//! One spelling for units, which the remotes write in words and in capitals.

use super::measure;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "unit",
    family: "units",
    summary: "The short name of a unit of measure that is written in some way: \"POUNDS\" is lb.",
    params: &[one("unit", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"unit("POUNDS")"#, gives: r#""lb""# },
        Example { call: r#"unit("centimetres")"#, gives: r#""cm""# },
        Example { call: r#"unit("furlong")"#, gives: "error: no unit" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    measure::read(args, 0).map(|unit| Value::text(unit.name))
}
