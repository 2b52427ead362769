//! Lists whose items are all text, as names of fields and patterns are.

use crate::catalog::{Args, FunctionError};

/// The texts of the list at `index`.
pub(super) fn read<'a>(args: &'a Args<'_>, index: usize) -> Result<Vec<&'a str>, FunctionError> {
    args.list(index)?
        .iter()
        .map(|item| {
            item.as_text().ok_or_else(|| {
                FunctionError::new(format!("the list must have texts only, and an item of it is {}", item.kind()))
            })
        })
        .collect()
}
