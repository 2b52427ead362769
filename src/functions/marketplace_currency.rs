//! In what a marketplace sells, for records that name no currency.

use super::marketplaces;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_currency",
    family: "codes",
    summary: "The currency of an Amazon marketplace by its id.",
    params: &[marketplaces::PARAM],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_currency("A2NODRKZP88ZB9")"#, gives: r#""SEK""# },
        Example { call: r#"marketplace_currency("A28R8C7NBKEWEA")"#, gives: r#""EUR""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(marketplaces::read(args, 0)?.currency))
}
