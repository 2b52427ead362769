//! Names as parts of addresses and file names.

use super::limit;
use super::normalize;
use super::param::one;
use super::transliterate;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "slug",
    family: "text",
    summary: "The text in small letters a to z and digits with `-` between its words, for file names and addresses.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"slug("Größe & Café, 2. Wahl")"#, gives: r#""grosse-cafe-2-wahl""# },
        Example { call: r#"slug("--")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let plain = transliterate::plain(&normalize::fold(args.text(0)?), "", Some(""))?;
    let words: Vec<&str> = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    limit::text(words.join("-").to_lowercase())
}
