//! Names and titles that arrive in capitals.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "title_case",
    family: "text",
    summary: "The text with each word in small letters after a capital.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"title_case("ANN-MARIE o'neill")"#, gives: r#""Ann-Marie O'Neill""# },
        Example { call: r#"title_case("12 HIGH street")"#, gives: r#""12 High Street""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric();
    }
    limit::text(out)
}
