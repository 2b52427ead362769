//! One form for postcodes. Where a country's form is not known here, letters become capitals and nothing is judged.

use super::blank;
use super::countries;
use super::param::{COUNTRY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "normalize_postcode",
    family: "names",
    summary: "A postcode as the post of the country writes it; an error if it cannot be one there.",
    params: &[one("postcode", Params::TEXT), COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"normalize_postcode("sw1a1aa", "GB")"#, gives: r#""SW1A 1AA""# },
        Example { call: r#"normalize_postcode("100 0001", "JP")"#, gives: r#""100-0001""# },
        Example { call: r#"normalize_postcode("02139 4307", "US")"#, gives: r#""02139-4307""# },
        Example { call: r#"normalize_postcode("123", "DE")"#, gives: "error: no postcode" },
        Example { call: r#"normalize_postcode("12345", "XX")"#, gives: "error: two capital letters" },
    ],
    eval,
};

/// The forms by country: `9` is a digit, `A` a letter, `*` either; all else is written as it stands. The first with the
/// right number of signs is meant.
const FORMS: &[(&str, &[&str])] = &[
    ("AT", &["9999"]),
    ("AU", &["9999"]),
    ("BE", &["9999"]),
    ("BG", &["9999"]),
    ("BR", &["99999-999"]),
    ("CA", &["A9A 9A9"]),
    ("CH", &["9999"]),
    ("CN", &["999999"]),
    ("CY", &["9999"]),
    ("CZ", &["999 99"]),
    ("DE", &["99999"]),
    ("DK", &["9999"]),
    ("EE", &["99999"]),
    ("EG", &["99999"]),
    ("ES", &["99999"]),
    ("FI", &["99999"]),
    ("FR", &["99999"]),
    ("GR", &["999 99"]),
    ("HR", &["99999"]),
    ("HU", &["9999"]),
    ("IE", &["A** ****"]),
    ("IN", &["999999"]),
    ("IT", &["99999"]),
    ("JP", &["999-9999"]),
    ("KR", &["99999"]),
    ("LT", &["99999"]),
    ("LU", &["9999"]),
    ("MX", &["99999"]),
    ("NL", &["9999 AA"]),
    ("NO", &["9999"]),
    ("PL", &["99-999"]),
    ("PT", &["9999-999"]),
    ("RO", &["999999"]),
    ("SE", &["999 99"]),
    ("SG", &["999999"]),
    ("SI", &["9999"]),
    ("SK", &["999 99"]),
    ("TR", &["99999"]),
    ("US", &["99999", "99999-9999"]),
    ("ZA", &["9999"]),
    ("GB", &["A9 9AA", "A** 9AA", "AA** 9AA"]),
];

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    read(args)
}

/// The postcode that is the first argument as the country that is the second writes it.
pub(super) fn read(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = countries::read(args, 1)?;
    let text = blank::squeeze(args.text(0)?).to_uppercase();
    let Some((_, forms)) = FORMS.iter().find(|(code, _)| *code == country.code) else {
        if text.is_empty() {
            return Err(no_postcode());
        }
        return Ok(Value::from(text));
    };
    let signs: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-' | '‐' | '–' | '〒')).collect();
    forms.iter().find_map(|form| written(&signs, form)).map(Value::from).ok_or_else(no_postcode)
}

fn written(signs: &[char], form: &str) -> Option<String> {
    let mut signs = signs.iter();
    let mut out = String::with_capacity(form.len());
    for place in form.chars() {
        let fits: fn(&char) -> bool = match place {
            '9' => char::is_ascii_digit,
            'A' => char::is_ascii_alphabetic,
            '*' => char::is_ascii_alphanumeric,
            other => {
                out.push(other);
                continue;
            }
        };
        out.push(*signs.next().filter(|sign| fits(sign))?);
    }
    signs.next().is_none().then_some(out)
}

fn no_postcode() -> FunctionError {
    FunctionError::new("the text is no postcode of that country; check the address, or say with `catch` what to use")
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn postcodes_as_they_come() {
        for (text, country, wanted) in [
            ("m11ae", "GB", "M1 1AE"),
            ("EC1A1BB", "GB", "EC1A 1BB"),
            ("k1a0b1", "CA", "K1A 0B1"),
            ("1012ab", "NL", "1012 AB"),
            ("d02x285", "IE", "D02 X285"),
            ("〒1000001", "JP", "100-0001"),
            ("00950", "PL", "00-950"),
            ("ab 12", "FJ", "AB 12"),
        ] {
            assert_eq!(run(&format!("normalize_postcode({text:?}, {country:?})")), Ok(format!("{wanted:?}")));
        }
        for (text, country) in
            [("1234A", "DE"), ("", "DE"), ("", "FJ"), ("K1A", "CA"), ("1 1AE", "GB"), ("１２３４５", "DE")]
        {
            assert!(run(&format!("normalize_postcode({text:?}, {country:?})")).is_err(), "{text} {country}");
        }
    }
}
