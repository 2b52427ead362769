//! Parts of codes by a pattern that everybody can read.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "extract",
    family: "text",
    summary: "The parts of the text at the `*` of a pattern such as `*-*.csv`, each as short as it can be; an error if the text is not as the pattern says.",
    params: &[one("text", Params::TEXT), one("pattern", Params::TEXT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"extract("report-2026-07.csv", "report-*-*.csv")"#, gives: r#"["2026","07"]"# },
        Example { call: r#"extract("abc", "*")"#, gives: r#"["abc"]"# },
        Example { call: r#"extract("abc", "x*")"#, gives: "error: not as the pattern says" },
        Example { call: r#"extract("abc", "**")"#, gives: "error: two stars" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (text, pattern) = (args.text(0)?, args.text(1)?);
    if pattern.contains("**") {
        return Err(FunctionError::new(
            "the pattern has two stars next to each other, and nothing says what goes in which",
        ));
    }
    let wrong = || FunctionError::new("the text is not as the pattern says; ask with `matches` first");
    let mut marks = pattern.split('*');
    let mut rest = text.strip_prefix(marks.next().unwrap_or_default()).ok_or_else(wrong)?;
    let mut marks = marks.peekable();
    let mut parts = Vec::new();
    while let Some(mark) = marks.next() {
        let (part, after) = match marks.peek() {
            Some(_) => rest.split_once(mark).ok_or_else(wrong)?,
            // The last mark stands at the end of the text.
            None => (rest.strip_suffix(mark).ok_or_else(wrong)?, ""),
        };
        parts.push(Value::text(part));
        rest = after;
    }
    if rest.is_empty() { Ok(Value::list(parts)) } else { Err(wrong()) }
}
