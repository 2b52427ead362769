//! One amount over so many, without losing a cent.

use super::allocate;
use super::chunk;
use super::param::{one, optional};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "split_evenly",
    family: "money",
    summary: "An amount in so many parts that add up to it exactly and differ by at most one smallest unit; the first ones have more.",
    params: &[
        one("total", Params::NUMBER.or(Params::MONEY)),
        one("parts", Params::INT),
        optional("decimals", Params::INT).doc("How many decimals the parts of a number have, 0 if left out"),
    ],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"split_evenly(money("10.00", "USD"), 3)"#,
            gives: r#"[{"amount":"3.34","currency":"USD"},{"amount":"3.33","currency":"USD"},{"amount":"3.33","currency":"USD"}]"#,
        },
        Example { call: "split_evenly(7, 2)", gives: "[4,3]" },
        Example { call: "split_evenly(1, 0)", gives: "error: at least 1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let parts = chunk::length(args, 1)?;
    if parts > 10_000 {
        return Err(FunctionError::new("an amount is split into at most 10000 parts"));
    }
    let mut given = vec![args.value(0).clone(), Value::list(vec![Value::Int(1); parts])];
    given.extend(args.values.get(2).cloned());
    allocate::allocate(&Args { values: &given })
}

fn work(types: &[Type]) -> Type {
    allocate::work(types)
}
