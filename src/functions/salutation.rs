//! How a letter begins where nothing is known of a person but the name.

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "salutation",
    family: "names",
    summary: "A greeting with the whole name in a language: en, de, fr, es, it, nl, pl, sv, pt, ja.",
    params: &[one("name", Params::TEXT), one("language", Params::TEXT).doc("Two small letters by ISO 639")],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"salutation("Ann Lee", "en")"#, gives: r#""Dear Ann Lee""# },
        Example { call: r#"salutation("Ann Lee", "de")"#, gives: r#""Guten Tag Ann Lee""# },
        Example { call: r#"salutation("山田", "ja")"#, gives: r#""山田 様""# },
        Example { call: r#"salutation("Ann", "xx")"#, gives: "error: language" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let name = blank::squeeze(args.text(0)?);
    let greeting = match args.text(1)? {
        "en" => "Dear",
        "de" => "Guten Tag",
        "fr" => "Bonjour",
        "es" => "Hola",
        "it" => "Gentile",
        "nl" => "Beste",
        "pl" => "Dzień dobry",
        "sv" => "Hej",
        "pt" => "Olá",
        "ja" => return Ok(Value::from(format!("{name} 様"))),
        _ => {
            return Err(FunctionError::new(
                "the language has no greeting here; there are en, de, fr, es, it, nl, pl, sv, pt and ja",
            ));
        }
    };
    Ok(Value::from(blank::squeeze(&format!("{greeting} {name}"))))
}
