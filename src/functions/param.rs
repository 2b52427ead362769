//! Parameters in one line each, so that the head of a function's file reads like its signature.

use crate::catalog::function::Arity;
use crate::catalog::{Param, Params};

/// A parameter that must be given.
pub(super) const fn one(name: &'static str, takes: Params) -> Param {
    Param { name, takes, arity: Arity::One, doc: "", names: None }
}

/// A parameter that may be left out.
pub(super) const fn optional(name: &'static str, takes: Params) -> Param {
    Param { name, takes, arity: Arity::Optional, doc: "", names: None }
}

/// A parameter that is given once or more.
pub(super) const fn many(name: &'static str, takes: Params) -> Param {
    Param { name, takes, arity: Arity::Many, doc: "", names: None }
}

/// The time zone in which an instant is read.
pub(super) const ZONE: Param =
    optional("zone", Params::TEXT).doc("A zone of the IANA table such as \"Europe/Berlin\"; UTC if left out");

/// How ties go when something is rounded.
pub(super) const MODE: Param =
    optional("mode", Params::TEXT).doc("How ties go: half_up (if left out), half_even, half_down, up, down");

/// How many decimals a result has.
pub(super) const DECIMALS: Param = optional("decimals", Params::INT).doc("How many decimals the result has, 0 to 28");

/// A country.
pub(super) const COUNTRY: Param = one("country", Params::TEXT).doc("Two capital letters by ISO 3166, such as \"DE\"");

/// A currency.
pub(super) const CURRENCY: Param =
    one("currency", Params::TEXT).doc("Three capital letters by ISO 4217, such as \"EUR\"");

/// What is given where nothing is found.
pub(super) const DEFAULT: Param =
    optional("default", Params::ANY).doc("What is given instead of an error where there is none");

/// A field of the objects of the first argument, which is a list.
pub(super) const FIELD: Param = one("field", Params::TEXT).doc("A field that all objects of the list have").names(0);

/// Fields by which objects of the first argument, which is a list, are ordered.
pub(super) const SORTED_BY: Param = many("fields", Params::TEXT)
    .doc("Fields that all objects of the list have, the most important first; `\"price desc\"` for the largest first")
    .names(0);

/// Days that are no business days.
pub(super) const HOLIDAYS: Param =
    optional("holidays", Params::LIST).doc("Dates that are no business days besides Saturdays and Sundays");

/// What is put before a text that is hashed.
pub(super) const SALT: Param = optional("salt", Params::TEXT)
    .doc("A text that differs by environment and is hard to guess, so that nobody finds the text by trying");
