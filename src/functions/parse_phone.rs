//! Telephone numbers as people write them. The number of digits is checked by the country's plan; whether somebody has
//! the number nobody here knows.

use super::countries;
use super::dialling;
use super::param::{COUNTRY, one};
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_phone",
    family: "names",
    summary: "A telephone number as { e164, country, calling_code, national, extension }; one without `+` or 00 is of the country.",
    params: &[one("phone", Params::TEXT), COUNTRY],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_phone("+1 207-835-4259 ext. 12345", "US")"#,
            gives: r#"{"e164":"+12078354259","country":"US","calling_code":"1","national":"2078354259","extension":"12345"}"#,
        },
        Example { call: r#"get(parse_phone("030 / 1234-567", "DE"), "e164")"#, gives: r#""+49301234567""# },
        Example { call: r#"get(parse_phone("0044 20 7946 0958", "DE"), "country")"#, gives: r#""GB""# },
        Example { call: r#"parse_phone("123", "US")"#, gives: "error: too few" },
        Example { call: r#"parse_phone("+999 123", "US")"#, gives: "error: calling code" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = countries::read(args, 1)?;
    let phone = dialling::read(args.text(0)?, country.code)?;
    Ok(shape::object([
        ("e164", Value::from(format!("+{}{}", phone.plan.code, phone.national))),
        ("country", Value::text(phone.plan.country)),
        ("calling_code", Value::text(phone.plan.code)),
        ("national", Value::text(&phone.national)),
        ("extension", shape::text_or_null(&phone.extension)),
    ]))
}

fn work(_: &[Type]) -> Type {
    let text = || Type::new(Base::Text);
    let fields = vec![
        Field::required("e164", text()).doc("the whole number, such as +49301234567"),
        Field::required("country", text()).doc("the country of the calling code; of several the one that was given"),
        Field::required("calling_code", text()).doc("without the `+`"),
        Field::required("national", text()).doc("the digits after the calling code"),
        Field::optional("extension", text()).doc("what stands after ext. or x"),
    ];
    shape::of("phone", fields)
}
