//! The area of a postcode, which is enough for statistics of deliveries and tells nobody's house.

use super::blank;
use super::cluster;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "mask_postcode",
    family: "hash",
    summary: "The first two characters of a postcode and stars for the others.",
    params: &[one("postcode", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"mask_postcode("10115")"#, gives: r#""10***""# },
        Example { call: r#"mask_postcode("SW1A 1AA")"#, gives: r#""SW***""# },
        Example { call: r#"mask_postcode("12")"#, gives: r#""***""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let postcode = blank::trim(args.text(0)?);
    let shown = if postcode.chars().count() > 3 { cluster::head(postcode, 2) } else { "" };
    Ok(Value::from(format!("{shown}***")))
}
