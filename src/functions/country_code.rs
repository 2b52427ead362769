//! Countries as systems name them: by code, by number, by name.

use super::blank;
use super::countries;
use super::normalize;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "country_code",
    family: "codes",
    summary: "The code of two letters of a country by its code of three letters, its number of three digits or its English name.",
    params: &[one("country", Params::TEXT).doc("Such as \"DEU\", \"276\" or \"Germany\"; a code of two letters stays")],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"country_code("DEU")"#, gives: r#""DE""# },
        Example { call: r#"country_code("germany")"#, gives: r#""DE""# },
        Example { call: r#"country_code("826")"#, gives: r#""GB""# },
        Example { call: r#"country_code("Atlantis")"#, gives: "error: no country" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = blank::trim(args.text(0)?);
    let folded = normalize::fold(text);
    let common = COMMON.iter().find(|(name, _)| *name == folded).map(|(_, code)| *code);
    let found = countries::all().iter().find(|country| {
        common == Some(country.code)
            || country.code.eq_ignore_ascii_case(text)
            || country.alpha3.eq_ignore_ascii_case(text)
            || text.len() == 3 && text.parse() == Ok(country.number)
            || normalize::fold(country.name) == folded
    });
    found.map(|country| Value::text(country.code)).ok_or_else(|| {
        FunctionError::new(
            "that is no country by a code, number or English name of ISO 3166; map other names with a table",
        )
    })
}

/// Names in use that the standard does not have.
const COMMON: &[(&str, &str)] = &[
    ("uk", "GB"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("usa", "US"),
    ("united states of america", "US"),
    ("holland", "NL"),
    ("the netherlands", "NL"),
    ("czech republic", "CZ"),
    ("south korea", "KR"),
    ("russia", "RU"),
    ("turkey", "TR"),
];
