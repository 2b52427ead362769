//! Rounds down to a whole number, for packs that must be full.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "floor",
    family: "number",
    summary: "The largest whole number that is not above the number.",
    params: &[one("number", Params::NUMBER)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[Example { call: "floor(2.9)", gives: "2" }, Example { call: "floor(-2.1)", gives: "-3" }],
    eval,
};

use super::int;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    int::whole(args.decimal(0)?.floor())
}
