//! Parameters in one line each, so that the head of a function's file reads like its signature.

use crate::catalog::function::Arity;
use crate::catalog::{Param, Params};

/// A parameter that must be given.
pub(super) const fn one(name: &'static str, takes: Params) -> Param {
    Param { name, takes, arity: Arity::One }
}

/// A parameter that may be left out.
pub(super) const fn optional(name: &'static str, takes: Params) -> Param {
    Param { name, takes, arity: Arity::Optional }
}

/// A parameter that is given once or more.
pub(super) const fn many(name: &'static str, takes: Params) -> Param {
    Param { name, takes, arity: Arity::Many }
}
