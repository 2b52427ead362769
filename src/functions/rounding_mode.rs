//! The argument that names how the last digit is decided.

use crate::catalog::{Args, FunctionError};
use crate::value::Rounding;

/// The mode at `index`; half up, as invoices do it, if it was left out.
pub(super) fn read(args: &Args<'_>, index: usize) -> Result<Rounding, FunctionError> {
    if !args.given(index) {
        return Ok(Rounding::HalfUp);
    }
    Rounding::named(args.text(index)?).ok_or_else(|| {
        let names: Vec<&str> = Rounding::NAMES.iter().map(|(name, _)| *name).collect();
        FunctionError::new(format!("the rounding mode is not known; use one of {}", names.join(", ")))
    })
}
