//! A fingerprint that joins records of one buyer without telling who it is. E-mail addresses can be guessed, so give a
//! salt where the result leaves the company.

use sha2::Digest;
use sha2::Sha256;

use super::param::{SALT, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "hash",
    family: "hash",
    summary: "The SHA-256 of the text, in 64 hexadecimal digits; a salt is put before the text.",
    params: &[one("text", Params::TEXT), SALT],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example {
            call: r#"hash("abc")"#,
            gives: r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
        },
        Example {
            call: r#"hash("bc", "a")"#,
            gives: r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
        },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(hex(salt(args, 1)?, args.text(0)?)))
}

/// The salt at `index`; none if it was left out.
pub(super) fn salt<'a>(args: &'a Args<'_>, index: usize) -> Result<&'a str, FunctionError> {
    if args.given(index) { args.text(index) } else { Ok("") }
}

/// The SHA-256 of both texts one after the other.
pub(super) fn hex(salt: &str, text: &str) -> String {
    let mut sha = Sha256::new();
    sha.update(salt.as_bytes());
    sha.update(text.as_bytes());
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
