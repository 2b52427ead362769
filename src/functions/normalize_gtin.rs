//! One form for EANs and UPCs, so that both sides find the same product.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "normalize_gtin",
    family: "codes",
    summary: "A GTIN (EAN, UPC, ISBN-13) as 14 digits, with zeros in front; an error if its check digit is wrong.",
    params: &[one("gtin", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"normalize_gtin("036000291452")"#, gives: r#""00036000291452""# },
        Example { call: r#"normalize_gtin("978-3-16-148410-0")"#, gives: r#""09783161484100""# },
        Example { call: r#"normalize_gtin("4006381333932")"#, gives: "error: check digit" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let digits: String = args.text(0)?.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if check_digits::gtin(&digits) {
        return Ok(Value::from(format!("{digits:0>14}")));
    }
    Err(FunctionError::new(
        "that is no GTIN of 8, 12, 13 or 14 digits with a right check digit; check how it was typed",
    ))
}
