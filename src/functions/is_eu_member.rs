//! Whether a delivery is one within the European Union. For value added tax the United Kingdom counted as a member until
//! the end of 2020, which is a rule of its own.

use jiff::civil::Date;

use super::calendar;
use super::countries;
use super::param::{COUNTRY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_eu_member",
    family: "codes",
    summary: "Whether a country is a member of the European Union on a date.",
    params: &[COUNTRY, one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"is_eu_member("DE", date("2026-01-01"))"#, gives: "true" },
        Example { call: r#"is_eu_member("GB", date("2020-01-31"))"#, gives: "true" },
        Example { call: r#"is_eu_member("GB", date("2020-02-01"))"#, gives: "false" },
        Example { call: r#"is_eu_member("HR", date("2013-06-30"))"#, gives: "false" },
        Example { call: r#"is_eu_member("EU", date("2026-01-01"))"#, gives: "error: two capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (country, date) = (countries::read(args, 0)?, calendar::read(args, 1, 2)?);
    let member = MEMBERS.iter().any(|(code, from, until)| {
        *code == country.code
            && date >= Date::constant(from.0, from.1, from.2)
            && until.is_none_or(|(year, month, day)| date < Date::constant(year, month, day))
    });
    Ok(Value::Bool(member))
}

type Day = (i16, i8, i8);

/// The members with the day on which they joined, and the day from which they are none any more.
const MEMBERS: [(&str, Day, Option<Day>); 28] = [
    ("AT", (1995, 1, 1), None),
    ("BE", (1958, 1, 1), None),
    ("BG", (2007, 1, 1), None),
    ("CY", (2004, 5, 1), None),
    ("CZ", (2004, 5, 1), None),
    ("DE", (1958, 1, 1), None),
    ("DK", (1973, 1, 1), None),
    ("EE", (2004, 5, 1), None),
    ("ES", (1986, 1, 1), None),
    ("FI", (1995, 1, 1), None),
    ("FR", (1958, 1, 1), None),
    ("GB", (1973, 1, 1), Some((2020, 2, 1))),
    ("GR", (1981, 1, 1), None),
    ("HR", (2013, 7, 1), None),
    ("HU", (2004, 5, 1), None),
    ("IE", (1973, 1, 1), None),
    ("IT", (1958, 1, 1), None),
    ("LT", (2004, 5, 1), None),
    ("LU", (1958, 1, 1), None),
    ("LV", (2004, 5, 1), None),
    ("MT", (2004, 5, 1), None),
    ("NL", (1958, 1, 1), None),
    ("PL", (2004, 5, 1), None),
    ("PT", (1986, 1, 1), None),
    ("RO", (2007, 1, 1), None),
    ("SE", (1995, 1, 1), None),
    ("SI", (2004, 5, 1), None),
    ("SK", (2004, 5, 1), None),
];
