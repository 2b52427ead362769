//! Reads decimals without guessing: a comma is a decimal mark only where the author says so.

use super::param::{one, optional};
use super::plain_number;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "decimal",
    family: "number",
    summary: "A text or number as an exact decimal. The text is in plain notation, or in one with another decimal mark that is named.",
    params: &[one("value", Params::TEXT.or(Params::NUMBER)), optional("mark", Params::TEXT)],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"decimal("12.50")"#, gives: "12.50" },
        Example { call: r#"decimal("1,5")"#, gives: "error: comma" },
        Example { call: r#"decimal("1.141,18", ",")"#, gives: "1141.18" },
        Example { call: r#"decimal("1.234", ",")"#, gives: "1234" },
        Example { call: r#"decimal("12.34,5", ",")"#, gives: "error: no number with that decimal mark" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    if let Some(number) = args.value(0).as_decimal() {
        return Ok(Value::Decimal(number));
    }
    let text = args.text(0)?;
    if !args.given(1) {
        return plain_number::parse(text).map(Value::Decimal);
    }
    let mark = match args.text(1)? {
        "," => ',',
        "." => '.',
        _ => return Err(FunctionError::new("the decimal mark must be \",\" or \".\"")),
    };
    plain_number::parse_with_mark(text, mark).map(Value::Decimal)
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn marks_are_never_guessed() {
        assert_eq!(run(r#"decimal("-1 234 567,80", ",")"#), Ok("-1234567.80".into()));
        assert_eq!(run(r#"decimal("1,234.5", ".")"#), Ok("1234.5".into()));
        assert_eq!(run(r#"decimal("5,05", ",")"#), Ok("5.05".into()));
        for text in ["1.2.3", "1,2,3", "1 2345,0", ",5", "5,", "1.234 567,0", "", "-", "EUR 5", "1..234"] {
            assert!(run(&format!("decimal({text:?}, \",\")")).is_err(), "{text}");
        }
        assert!(run(r#"decimal("5", ";")"#).unwrap_err().contains("mark must be"));
        assert!(run(r#"decimal("0.12345678901234567890123456789")"#).unwrap_err().contains("28"));
        assert_eq!(run("decimal(3)"), Ok("3".into()));
    }
}
