//! What people call a marketplace, for references and reports.

use super::marketplaces;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_name",
    family: "codes",
    summary: "The name of an Amazon marketplace by its id, as in `Amazon.de`.",
    params: &[marketplaces::PARAM],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_name("A1PA6795UKMFR9")"#, gives: r#""Amazon.de""# },
        Example { call: r#"marketplace_name("A1VC38T7YXB528")"#, gives: r#""Amazon.co.jp""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(marketplaces::read(args, 0)?.name))
}
