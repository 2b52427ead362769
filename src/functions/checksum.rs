//! Whether two texts are the same, in few digits; no protection against anybody who wants to deceive.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "checksum",
    family: "hash",
    summary: "The CRC-32 of the UTF-8 of a text, in 8 hexadecimal digits.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"checksum("123456789")"#, gives: r#""cbf43926""# },
        Example { call: r#"checksum("")"#, gives: r#""00000000""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let crc = args.text(0)?.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    Ok(Value::from(format!("{:08x}", !crc)))
}
