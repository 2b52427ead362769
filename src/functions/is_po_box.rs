//! Parcels cannot go to a box of the post.

use super::normalize;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_po_box",
    family: "names",
    summary: "Whether an address line names a box of the post, in the words of the larger languages.",
    params: &[one("line", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_po_box("P.O. Box 123")"#, gives: "true" },
        Example { call: r#"is_po_box("Postfach 10 11 12")"#, gives: "true" },
        Example { call: r#"is_po_box("12 Boxwood Road")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let line: String = normalize::fold(args.text(0)?).chars().filter(|c| *c != '.').collect();
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let phrases = [
        "po box",
        "p o box",
        "pobox",
        "post office box",
        "postfach",
        "bp",
        "boite postale",
        "boîte postale",
        "apartado",
        "casella postale",
        "postbus",
        "skrytka pocztowa",
        "postboks",
        "box postal",
        "caixa postal",
        "私書箱",
    ];
    Ok(Value::Bool(
        phrases.iter().any(|phrase| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            // "BP" alone is a name; with a number it is a box.
            words.windows(phrase.len()).enumerate().any(|(at, run)| {
                run == phrase
                    && (phrase != ["bp"]
                        || words.get(at + 1).is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())))
            })
        }) || line.contains("私書箱"),
    ))
}
