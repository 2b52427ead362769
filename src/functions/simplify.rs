//! A label without its spelling, because the same settlement code arrives as `Other-Transaction` and `other-transaction`.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "simplify",
    family: "text",
    summary: "The letters and digits of the text only, in one case; for labels that are spelt in several ways.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"simplify("Other-Transaction")"#, gives: r#""othertransaction""# },
        Example { call: r#"simplify("FBA Pick & Pack Fee")"#, gives: r#""fbapickpackfee""# },
    ],
    eval,
};

use super::normalize;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let folded = normalize::fold(args.text(0)?);
    Ok(Value::from(folded.chars().filter(|c| c.is_alphanumeric()).collect::<String>()))
}
