//! A short fingerprint for references with a narrow field; few digits meet by chance, so 12 or more are wise for keys.

use super::param::{SALT, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "short_hash",
    family: "hash",
    summary: "The first so many hexadecimal digits of the SHA-256 of the text, 4 to 64; a salt is put before the text.",
    params: &[one("text", Params::TEXT), one("digits", Params::INT), SALT],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"short_hash("abc", 8)"#, gives: r#""ba7816bf""# },
        Example { call: r#"short_hash("abc", 2)"#, gives: "error: from 4 to 64" },
    ],
    eval,
};

use super::hash;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let digits = usize::try_from(args.int(1)?)
        .ok()
        .filter(|digits| (4..=64).contains(digits))
        .ok_or_else(|| FunctionError::new("the number of digits must be from 4 to 64"))?;
    Ok(Value::from(hash::hex(hash::salt(args, 2)?, args.text(0)?).chars().take(digits).collect::<String>()))
}
