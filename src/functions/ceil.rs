//! Rounds up to a whole number, for packs that must hold all.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "ceil",
    family: "number",
    summary: "The smallest whole number that is not below the number.",
    params: &[one("number", Params::NUMBER)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[Example { call: "ceil(2.1)", gives: "3" }, Example { call: "ceil(-2.9)", gives: "-2" }],
    eval,
};

use super::int;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    int::whole(args.decimal(0)?.ceil())
}
