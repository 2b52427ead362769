//! How large a result may be, so that a slip in a flow ends in an error and not in a full memory.

use crate::catalog::FunctionError;
use crate::value::Value;

/// The longest text that a function makes, in bytes.
pub(super) const TEXT: usize = 16 * 1024 * 1024;

/// Whether a text of so many bytes may be made.
pub(super) fn check(bytes: usize) -> Result<(), FunctionError> {
    if bytes > TEXT {
        return Err(FunctionError::new("the result would be longer than 16 MiB; take a smaller part of the text"));
    }
    Ok(())
}

/// The text as a value, if it is not too long.
pub(super) fn text(text: String) -> Result<Value, FunctionError> {
    check(text.len())?;
    Ok(Value::from(text))
}
