//! What a unit measures, to check dimensions before they are converted.

use super::measure;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "unit_kind",
    family: "units",
    summary: "What a unit measures: weight, length, area, volume or temperature.",
    params: &[one("unit", Params::TEXT)],
    returns: Returns::Worked(|_| shape::words("unit kind", &["weight", "length", "area", "volume", "temperature"])),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"unit_kind("ounces")"#, gives: r#""weight""# },
        Example { call: r#"unit_kind("m3")"#, gives: r#""volume""# },
        Example { call: r#"unit_kind("EUR")"#, gives: "error: no unit" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    measure::read(args, 0).map(|unit| Value::text(unit.kind))
}
