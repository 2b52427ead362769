//! The paths below `/api/v1` and what answers there. A new part of TIMS is a file with its routes and a line in
//! `FAMILIES`.

use serde_json::Value;

use super::finance::{accounts, credit_notes, invoices, journals, payments, periods};
use super::problem::Problem;
use super::{Outcome, Tims, allocations, changes, customers, lookups, orders, prices, shipments, stock};
use crate::sandbox::call::Call;

/// A path and what answers there.
pub(super) struct Route {
    /// What the counters call it: `tims.`, the resource and what is done.
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    /// The segments below `/api/v1`; `{}` is any.
    pub(super) path: &'static [&'static str],
    pub(super) serve: Serve,
}

/// What answers.
pub(super) enum Serve {
    /// Only tells.
    Tell(fn(&Tims, &Call) -> Result<Value, Problem>),
    /// Changes something, by a body.
    Change(fn(&Tims, &Call, &Value) -> Result<Outcome, Problem>),
    /// Takes the document with the id at the end of the path away.
    Remove(fn(&Tims, &str) -> Result<Outcome, Problem>),
}

const FAMILIES: &[&[Route]] = &[
    allocations::ROUTES,
    changes::ROUTES,
    customers::ROUTES,
    lookups::ROUTES,
    orders::ROUTES,
    prices::ROUTES,
    shipments::ROUTES,
    stock::ROUTES,
    accounts::ROUTES,
    credit_notes::ROUTES,
    invoices::ROUTES,
    journals::ROUTES,
    payments::ROUTES,
    periods::ROUTES,
];

/// The route of a method and a path.
pub(super) fn find(method: &str, path: &[&str]) -> Option<&'static Route> {
    let fits = |route: &&Route| {
        route.method == method
            && route.path.len() == path.len()
            && route.path.iter().zip(path).all(|(wanted, given)| *wanted == "{}" || wanted == given)
    };
    // What is spelt out goes before what fits anything.
    let fitting = FAMILIES.iter().copied().flatten().filter(fits);
    fitting.min_by_key(|route| route.path.iter().filter(|segment| **segment == "{}").count())
}

impl Call {
    /// A segment of the path, counted from behind.
    pub(super) fn segment_from_end(&self, back: usize) -> &str {
        self.path.iter().rev().nth(back).map_or("", String::as_str)
    }
}
