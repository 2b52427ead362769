//! Which of the three endpoints serves a marketplace.

use super::marketplaces;
use super::shape;
use crate::catalog::{Args, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_region",
    family: "codes",
    summary: "The region of the Selling Partner API that serves an Amazon marketplace, by its id: na, eu or fe.",
    params: &[marketplaces::PARAM],
    returns: Returns::Worked(|_| shape::words("region", &["na", "eu", "fe"])),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_region("ATVPDKIKX0DER")"#, gives: r#""na""# },
        Example { call: r#"marketplace_region("A21TJRUUN4KGV")"#, gives: r#""eu""# },
        Example { call: r#"marketplace_region("X")"#, gives: "error: no Amazon marketplace" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let market = marketplaces::read(args, 0)?;
    Ok(Value::text(match market.country {
        "US" | "CA" | "MX" | "BR" => "na",
        "JP" | "AU" | "SG" => "fe",
        _ => "eu",
    }))
}
