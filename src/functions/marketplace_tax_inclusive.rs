//! Tells whether tax is in a price or comes on top. Where that is not established, the flow must say it.

use super::marketplaces;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_tax_inclusive",
    family: "codes",
    summary: "Whether item prices of an Amazon marketplace include tax, by its id.",
    params: &[marketplaces::PARAM],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_tax_inclusive("A1PA6795UKMFR9")"#, gives: "true" },
        Example { call: r#"marketplace_tax_inclusive("ATVPDKIKX0DER")"#, gives: "false" },
        Example { call: r#"marketplace_tax_inclusive("A2Q3Y263D00KWC")"#, gives: "error: not established" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    marketplaces::read(args, 0)?.tax_inclusive.map(Value::Bool).ok_or_else(|| {
        FunctionError::new(
            "whether prices of that marketplace include tax is not established; say it in the flow with a table",
        )
    })
}
