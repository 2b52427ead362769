//! An id of the form that other systems ask for, the same for the same text, so that a repeat makes no second document.

use super::hash;
use super::param::{SALT, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "uuid_of",
    family: "hash",
    summary: "A UUID made of a text (version 8, from its SHA-256); the same text gives the same one. A salt is put before the text.",
    params: &[one("text", Params::TEXT), SALT],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"uuid_of("abc")"#, gives: r#""ba7816bf-8f01-8fea-8141-40de5dae2223""# },
        Example { call: r#"uuid_of("")"#, gives: r#""e3b0c442-98fc-8c14-9afb-f4c8996fb924""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let hex = hash::hex(hash::salt(args, 1)?, args.text(0)?);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // Version 8 and the variant of RFC 9562.
    let variant = u32::from_str_radix(part(16, 17), 16).unwrap_or_default() % 4 + 8;
    Ok(Value::from(format!(
        "{}-{}-8{}-{variant:x}{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )))
}
