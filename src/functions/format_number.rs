//! Numbers for people and for files of fixed form.

use crate::value::money;

use super::exact;
use super::param::{one, optional};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "format_number",
    family: "number",
    summary: "A number with so many decimals as text, with a decimal mark and a mark between thousands; ties go half up.",
    params: &[
        one("number", Params::NUMBER),
        one("decimals", Params::INT),
        optional("mark", Params::TEXT).doc("The decimal mark, \".\" if left out"),
        optional("group", Params::TEXT).doc("The mark between thousands, none if left out"),
    ],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"format_number(1234567.891, 2, ",", ".")"#, gives: r#""1.234.567,89""# },
        Example { call: "format_number(5, 2)", gives: r#""5.00""# },
        Example { call: r#"format_number(-1234.5, 0, ".", ",")"#, gives: r#""-1,235""# },
        Example { call: "format_number(1, 99)", gives: "error: from 0 to 28" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let decimals = exact::decimals(args.int(1)?)?;
    let mut number = money::round(args.decimal(0)?, decimals, Rounding::HalfUp);
    number.rescale(decimals);
    let mark = if args.given(2) { args.text(2)? } else { "." };
    let group = if args.given(3) { args.text(3)? } else { "" };
    Ok(Value::from(written(&number.to_string(), mark, group)))
}

/// A number in plain notation with other marks.
pub(super) fn written(plain: &str, mark: &str, group: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push_str(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push_str(mark);
        out.push_str(fraction);
    }
    out
}
