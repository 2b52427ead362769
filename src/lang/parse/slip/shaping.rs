//! Parts that are missing where one record becomes many, or many become one.

use super::{Found, Stop};
use crate::diag::Code;
use crate::lang::parse::Rule;

/// `each item in list { … }`.
pub(super) fn item_without_key(stop: &Stop<'_>) -> Found {
    let help = "say what each item is called, as the ledger knows it by that: `each line in list key line.id {`";
    (stop.wants(Rule::kw_key) && stop.seen == "{")
        .then(|| stop.say_here(Code::E170, "this `each` has no `key`", help))?
}
