//! Takes the house number out of a street line, for systems with a field for it. Where the number stands depends on the country.

use super::blank;
use super::countries;
use super::param::{one, optional};
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_street",
    family: "names",
    summary: "A street line as { street, house_number, addition }; a number or addition that it does not have is null.",
    params: &[
        one("line", Params::TEXT),
        optional("country", Params::TEXT)
            .doc("Where the number stands is a custom of the country; by the line itself if left out"),
    ],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_street("Hauptstr. 12a")"#,
            gives: r#"{"street":"Hauptstr.","house_number":"12","addition":"a"}"#,
        },
        Example {
            call: r#"parse_street("221B Baker Street", "GB")"#,
            gives: r#"{"street":"Baker Street","house_number":"221","addition":"B"}"#,
        },
        Example {
            call: r#"parse_street("Straße des 17. Juni 135", "DE")"#,
            gives: r#"{"street":"Straße des 17. Juni","house_number":"135","addition":null}"#,
        },
        Example {
            call: r#"parse_street("Calle Mayor, 5, 3º B", "ES")"#,
            gives: r#"{"street":"Calle Mayor","house_number":"5","addition":"3º B"}"#,
        },
        Example {
            call: r#"parse_street("Rosewood Lodge")"#,
            gives: r#"{"street":"Rosewood Lodge","house_number":null,"addition":null}"#,
        },
        Example { call: r#"parse_street(" ")"#, gives: "error: no street" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let line = blank::squeeze(args.text(0)?);
    let country = if args.given(1) { countries::read(args, 1)?.code } else { "" };
    if line.is_empty() {
        return Err(FunctionError::new("the text has no street in it; say with `if is_empty(…)` what to use then"));
    }
    let (street, number, addition) = parts(&line, country);
    Ok(shape::object([
        ("street", Value::text(street)),
        ("house_number", shape::text_or_null(number)),
        ("addition", shape::text_or_null(addition)),
    ]))
}

/// Countries in which the number stands in front of the street.
const NUMBER_FIRST: [&str; 12] = ["US", "CA", "GB", "IE", "AU", "NZ", "FR", "LU", "IN", "ZA", "SG", "MT"];

fn parts<'a>(line: &'a str, country: &str) -> (&'a str, &'a str, &'a str) {
    let first = || leading(line);
    let last = || trailing(line);
    let found = if NUMBER_FIRST.contains(&country) { first().or_else(last) } else { last().or_else(first) };
    found.unwrap_or((line, "", ""))
}

/// "12a Main Street"
fn leading(line: &str) -> Option<(&str, &str, &str)> {
    let (word, street) = line.split_once(' ')?;
    let (number, addition) = numbered(word.trim_end_matches(','))?;
    // "17. Juni" and "5th Avenue" are names.
    let name = addition.starts_with('.') || ["st", "nd", "rd", "th"].contains(&addition.to_lowercase().as_str());
    (!name).then(|| (street.trim_start_matches(','), number, addition))
}

/// "Main Street 12 a", "Calle Mayor, 5, 3º B"
fn trailing(line: &str) -> Option<(&str, &str, &str)> {
    let mut best = None;
    for (at, _) in line.match_indices(' ') {
        let (street, rest) = (line.get(..at)?, line.get(at + 1..)?);
        let word = rest.split([' ', ',']).next()?;
        let Some((number, addition)) = numbered(word) else { continue };
        let after = rest.strip_prefix(word)?.trim_start_matches([',', ' ']);
        // What follows must be short, or it is the name that goes on.
        if addition.starts_with('.') || after.chars().count() > 8 && !rest.starts_with(&format!("{word},")) {
            continue;
        }
        let addition = if addition.is_empty() { after } else { addition };
        best.get_or_insert((street.trim_end_matches([',', ' ']), number, addition));
    }
    best.filter(|(street, ..)| street.chars().any(char::is_alphabetic))
}

/// A word that begins with digits: them, with those of a span of numbers, and what is left.
fn numbered(word: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = digits(word);
    if end == 0 || end > 5 {
        return None;
    }
    if let Some(rest) = word.get(end..).and_then(|rest| rest.strip_prefix(['-', '/']))
        && digits(rest) > 0
    {
        end += 1 + digits(rest);
    }
    let (number, addition) = word.split_at(end);
    let addition = addition.trim_start_matches(['-', '/']);
    (addition.chars().count() <= 3).then_some((number, addition))
}

fn work(_: &[Type]) -> Type {
    let text = || Type::new(Base::Text);
    let fields = vec![
        Field::required("street", text()).doc("the name of the street, or all of the line"),
        Field::optional("house_number", text()).doc("12, or 12-14 for a span"),
        Field::optional("addition", text()).doc("a letter, a floor or a flat"),
    ];
    shape::of("street", fields)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn streets_as_they_come() {
        for (line, country, wanted) in [
            ("1600 Pennsylvania Avenue NW", "US", ("Pennsylvania Avenue NW", "1600", "")),
            ("5th Avenue 12", "US", ("5th Avenue", "12", "")),
            ("12-14 rue de Rivoli", "FR", ("rue de Rivoli", "12-14", "")),
            ("12 bis rue X", "FR", ("bis rue X", "12", "")),
            ("Dorfstr. 7/9", "DE", ("Dorfstr.", "7/9", "")),
            ("Am Markt 3 b", "DE", ("Am Markt", "3", "b")),
            ("Via Roma, 10", "IT", ("Via Roma", "10", "")),
            ("Main Street", "US", ("Main Street", "", "")),
            ("12", "DE", ("12", "", "")),
            ("Keizersgracht 174-176", "NL", ("Keizersgracht", "174-176", "")),
        ] {
            assert_eq!(parts(line, country), wanted, "{line}");
        }
    }
}
