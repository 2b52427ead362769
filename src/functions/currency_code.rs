//! The argument that names a currency.

use crate::catalog::{Args, FunctionError};
use crate::value::Currency;

/// The currency whose code is at `index`.
pub(super) fn read(args: &Args<'_>, index: usize) -> Result<Currency, FunctionError> {
    Currency::new(args.text(index)?)
        .ok_or_else(|| FunctionError::new("the currency must be a code of three capital letters, such as \"USD\""))
}
