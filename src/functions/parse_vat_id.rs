//! VAT numbers as the member states shape them, for reports of sales within the European Union. Whether a number is
//! given out only its register knows.

use super::countries;
use super::param::{one, optional};
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_vat_id",
    family: "codes",
    summary: "A VAT id as { id, country, prefix, number }; an error if it does not have the shape of its country.",
    params: &[
        one("text", Params::TEXT),
        optional("country", Params::TEXT).doc("The country, where the text has no prefix"),
    ],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_vat_id("de 123.456.789")"#,
            gives: r#"{"id":"DE123456789","country":"DE","prefix":"DE","number":"123456789"}"#,
        },
        Example { call: r#"get(parse_vat_id("EL123456789"), "country")"#, gives: r#""GR""# },
        Example {
            call: r#"parse_vat_id("U12345678", "AT")"#,
            gives: r#"{"id":"ATU12345678","country":"AT","prefix":"AT","number":"U12345678"}"#,
        },
        Example { call: r#"parse_vat_id("DE12345")"#, gives: "error: shape" },
        Example { call: r#"parse_vat_id("123456789")"#, gives: "error: country" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = if args.given(1) { Some(countries::read(args, 1)?.code) } else { None };
    let (prefix, number) = read(args.text(0)?, country)?;
    Ok(shape::object([
        ("id", Value::from(format!("{prefix}{number}"))),
        ("country", Value::text(country_of(prefix))),
        ("prefix", Value::text(prefix)),
        ("number", Value::from(number)),
    ]))
}

/// The shapes by prefix: `9` is a digit, `A` a letter, `*` either; all else stands as it is.
const SHAPES: &[(&str, &[&str])] = &[
    ("AT", &["U99999999"]),
    ("BE", &["0999999999", "1999999999"]),
    ("BG", &["999999999", "9999999999"]),
    ("CH", &["E999999999", "E999999999MWST", "E999999999TVA", "E999999999IVA"]),
    ("CY", &["99999999A"]),
    ("CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", &["999999999"]),
    ("DK", &["99999999"]),
    ("EE", &["999999999"]),
    ("EL", &["999999999"]),
    ("ES", &["A9999999*", "99999999A"]),
    ("FI", &["99999999"]),
    ("FR", &["**999999999"]),
    ("GB", &["999999999", "999999999999", "GD999", "HA999"]),
    ("HR", &["99999999999"]),
    ("HU", &["99999999"]),
    ("IE", &["9999999A", "9999999AA", "9A99999A"]),
    ("IT", &["99999999999"]),
    ("LT", &["999999999", "999999999999"]),
    ("LU", &["99999999"]),
    ("LV", &["99999999999"]),
    ("MT", &["99999999"]),
    ("NL", &["999999999B99"]),
    ("NO", &["999999999", "999999999MVA"]),
    ("PL", &["9999999999"]),
    ("PT", &["999999999"]),
    ("RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", &["999999999999"]),
    ("SI", &["99999999"]),
    ("SK", &["9999999999"]),
    ("XI", &["999999999", "999999999999", "GD999", "HA999"]),
];

/// The country that a prefix stands for.
fn country_of(prefix: &'static str) -> &'static str {
    match prefix {
        "EL" => "GR",
        "XI" => "GB",
        prefix => prefix,
    }
}

/// The prefix and the number of a VAT id.
pub(super) fn read(text: &str, country: Option<&str>) -> Result<(&'static str, String), FunctionError> {
    let signs: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let known = |prefix: &str| SHAPES.iter().find(|(known, _)| *known == prefix);
    let of_country = country.and_then(|code| known(if code == "GR" { "EL" } else { code }));
    // A prefix that is written counts, unless the number of the country begins with such letters by itself.
    let (shapes, number) = match (of_country, signs.get(..2).and_then(known)) {
        (Some(shapes), _) if shapes.1.iter().any(|shape| fits(&signs, shape)) => (shapes, signs.as_str()),
        (_, Some(shapes)) => (shapes, signs.get(2..).unwrap_or_default()),
        (Some(shapes), None) => (shapes, signs.as_str()),
        (None, None) => {
            return Err(FunctionError::new(
                "the VAT id does not begin with the letters of a country that is known; give the country as second argument",
            ));
        }
    };
    if shapes.1.iter().any(|shape| fits(number, shape)) {
        return Ok((shapes.0, number.to_owned()));
    }
    Err(FunctionError::new("the VAT id does not have the shape that its country gives them; check how it was typed"))
}

fn fits(number: &str, shape: &str) -> bool {
    number.len() == shape.len()
        && number.chars().zip(shape.chars()).all(|(sign, place)| match place {
            '9' => sign.is_ascii_digit(),
            'A' => sign.is_ascii_uppercase(),
            '*' => sign.is_ascii_alphanumeric(),
            other => sign == other,
        })
}

fn work(_: &[Type]) -> Type {
    let text = || Type::new(Base::Text);
    let fields = vec![
        Field::required("id", text()).doc("the whole, without spaces and marks"),
        Field::required("country", text()).doc("the country by ISO 3166: GR for EL, GB for XI"),
        Field::required("prefix", text()).doc("the letters in front of the number"),
        Field::required("number", text()).doc("what follows them"),
    ];
    shape::of("VAT id", fields)
}
