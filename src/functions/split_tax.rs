//! Net and tax of a gross amount that add up to it, however they are rounded.

use super::amount;
use super::exact;
use super::param::{MODE, one};
use super::shape;
use super::tax_in;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "split_tax",
    family: "money",
    summary: "A gross amount as { net, tax, gross } at a percentage; the tax is rounded to the smallest unit and the net is what is left.",
    params: &[one("gross", Params::MONEY), one("percent", Params::NUMBER), MODE],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"split_tax(money("10.00", "GBP"), 20)"#,
            gives: r#"{"net":{"amount":"8.33","currency":"GBP"},"tax":{"amount":"1.67","currency":"GBP"},"gross":{"amount":"10.00","currency":"GBP"}}"#,
        },
        Example {
            call: r#"get(split_tax(money("5.00", "EUR"), 0), "net")"#,
            gives: r#"{"amount":"5.00","currency":"EUR"}"#,
        },
        Example { call: r#"split_tax(money("1.00", "EUR"), -1)"#, gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let gross = amount::read(args, 0)?;
    let tax = tax_in::contained(args)?;
    let net = exact::plus(gross.amount, -tax.amount).ok_or_else(exact::too_many_digits)?;
    let net = Money { amount: net, currency: gross.currency };
    Ok(shape::object([("net", Value::Money(net)), ("tax", Value::Money(tax)), ("gross", Value::Money(gross))]))
}

fn work(types: &[Type]) -> Type {
    let money = types.first().cloned().filter(|ty| matches!(ty.base, Base::Money(_)));
    let money = || money.clone().unwrap_or(Type::new(Base::Money(None)));
    let fields = vec![
        Field::required("net", money()).doc("without tax"),
        Field::required("tax", money()).doc("the tax"),
        Field::required("gross", money()).doc("with tax"),
    ];
    shape::of("tax", fields)
}
