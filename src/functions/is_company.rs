//! Tells companies from people, where one field holds both.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_company",
    family: "names",
    summary: "Whether a name has the legal form of a company in it, such as GmbH, Ltd or Inc.",
    params: &[one("name", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_company("Muster GmbH & Co. KG")"#, gives: "true" },
        Example { call: r#"is_company("Acme, Inc.")"#, gives: "true" },
        Example { call: r#"is_company("Ann Lee")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let forms = [
        "gmbh",
        "ug",
        "ag",
        "kg",
        "ohg",
        "ltd",
        "limited",
        "plc",
        "llp",
        "llc",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "sarl",
        "sas",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "oy",
        "aps",
        "as",
        "sl",
        "sa",
        "lda",
        "sro",
        "zoo",
        "kft",
        "pty",
        "gbr",
        "ev",
    ];
    let name: String = args.text(0)?.to_lowercase().chars().filter(|c| *c != '.').collect();
    let words: Vec<&str> = name.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    // A form never is all of the name, nor its first word.
    let named = words.iter().skip(1).any(|word| forms.contains(word));
    Ok(Value::Bool(named || ["株式会社", "有限会社", "有限公司", "주식회사"].iter().any(|form| name.contains(form))))
}
