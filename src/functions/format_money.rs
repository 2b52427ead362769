//! Money for people, in one plain form.

use super::amount;
use super::format_number;
use super::param::{one, optional};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "format_money",
    family: "money",
    summary: "Money as text with the decimals and the code of its currency, with a decimal mark and a mark between thousands.",
    params: &[
        one("money", Params::MONEY),
        optional("mark", Params::TEXT).doc("The decimal mark, \".\" if left out"),
        optional("group", Params::TEXT).doc("The mark between thousands, none if left out"),
    ],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"format_money(money("1234.5", "EUR"), ",", ".")"#, gives: r#""1.234,50 EUR""# },
        Example { call: r#"format_money(money("1000", "JPY"), ".", ",")"#, gives: r#""1,000 JPY""# },
        Example { call: "format_money(5)", gives: "error: must be money" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let money = amount::read(args, 0)?.rounded(Rounding::HalfUp);
    let mut number = money.amount;
    number.rescale(money.currency.decimals());
    let mark = if args.given(1) { args.text(1)? } else { "." };
    let group = if args.given(2) { args.text(2)? } else { "" };
    Ok(Value::from(format!("{} {}", format_number::written(&number.to_string(), mark, group), money.currency)))
}
