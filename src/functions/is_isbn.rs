//! Tells whether the number of a book was typed right.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_isbn",
    family: "codes",
    summary: "Whether a text is an ISBN of 10 or 13 digits whose check digit is right; hyphens and spaces do not count.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_isbn("978-3-16-148410-0")"#, gives: "true" },
        Example { call: r#"is_isbn("0-306-40615-2")"#, gives: "true" },
        Example { call: r#"is_isbn("0-306-40615-3")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text: String = args.text(0)?.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let book = text.len() == 13 && (text.starts_with("978") || text.starts_with("979"));
    Ok(Value::Bool(check_digits::isbn10(&text) || book && check_digits::gtin(&text)))
}
