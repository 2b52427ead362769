//! Old numbers of books in today's form, which is a GTIN.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "isbn13",
    family: "codes",
    summary: "An ISBN of 10 digits as one of 13; one of 13 stays. Hyphens and spaces are left out.",
    params: &[one("isbn", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"isbn13("0-306-40615-2")"#, gives: r#""9780306406157""# },
        Example { call: r#"isbn13("978-3-16-148410-0")"#, gives: r#""9783161484100""# },
        Example { call: r#"isbn13("0-306-40615-3")"#, gives: "error: check digit" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text: String = args.text(0)?.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if text.len() == 13 && (text.starts_with("978") || text.starts_with("979")) && check_digits::gtin(&text) {
        return Ok(Value::from(text));
    }
    let wrong =
        || FunctionError::new("that is no ISBN of 10 or 13 digits with a right check digit; check how it was typed");
    if !check_digits::isbn10(&text) {
        return Err(wrong());
    }
    let digits = format!("978{}", text.get(..9).ok_or_else(wrong)?);
    let check = check_digits::of_gtin(&digits).ok_or_else(wrong)?;
    Ok(Value::from(format!("{digits}{check}")))
}
