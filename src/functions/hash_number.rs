//! A number for systems that take no text as a name, the same for the same text. It fits 32 bits, so two of a few dozen
//! texts meet once in millions of times; it is for names within one document, not for keys of a whole system.

use super::hash;
use super::param::{SALT, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "hash_number",
    family: "hash",
    summary: "A whole number from 1 to 2147483647 made of the text (from its SHA-256); a salt is put before the text.",
    params: &[one("text", Params::TEXT), SALT],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"hash_number("abc")"#, gives: "272572375" },
        Example { call: r#"hash_number("")"#, gives: "1174788682" },
    ],
    eval,
};

const MOST: u64 = 2_147_483_647;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let hex = hash::hex(hash::salt(args, 1)?, args.text(0)?);
    let head = hex.get(..15).and_then(|head| u64::from_str_radix(head, 16).ok()).unwrap_or_default();
    Ok(Value::Int(i64::try_from(head % MOST + 1).unwrap_or(1)))
}
