//! Where buyer data goes. Its label is a part of the type, so what reaches a target, a lookup or a message is known before
//! anything runs; here it is noted, and refused where it must not be. What a label follows and what it does not is said in
//! docs/buyer-data.md.

use std::sync::Arc;

use super::{Checker, Typed};
use crate::catalog::{Base, Function, Type};
use crate::diag::{Code, Diagnostic, Span};
use crate::plan::Facts;
use crate::plan::expr::Expr as Run;

impl Checker<'_> {
    /// Notes the fields of a payload that are buyer data, and refuses them where the environment must not get any.
    pub(super) fn buyer_data(&mut self, payload: &Typed, target: &str, facts: &mut Facts) {
        self.buyer_fields(&payload.ty, false, target, "", payload.node.at, facts);
    }

    fn buyer_fields(&mut self, ty: &Type, inside: bool, target: &str, path: &str, at: Span, facts: &mut Facts) {
        let labelled = inside || ty.pii;
        match &ty.base {
            Base::Object(spec) if !spec.open || !labelled => {
                let places = self.places.get(&(Arc::as_ptr(spec) as usize)).cloned().unwrap_or_default();
                for field in &spec.fields {
                    let at = places.get(&field.name).copied().unwrap_or(at);
                    let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
                    self.buyer_fields(&field.ty, labelled, target, &path, at, facts);
                }
            }
            Base::List(item) => self.buyer_fields(item, labelled, target, &format!("{path}[]"), at, facts),
            Base::Null => {}
            _ if labelled => {
                let joint = if path.is_empty() { "" } else { "." };
                facts.buyer_data.insert(format!("{target}{joint}{path}"));
                let what = if path.is_empty() { "what is written".to_owned() } else { format!("`{path}`") };
                if self.environment.buyer_data_masked {
                    return;
                }
                self.forbidden(
                    &what,
                    at,
                    "mask it: `mask(…)`, `hash(…)`, `initials(…)`; or allow it with `buyer_data: allowed`; or have it masked with `buyer_data: masked`",
                );
            }
            _ => {}
        }
    }

    /// Notes that a connector's entity is looked up by buyer data, which goes to that system as its targets' fields do.
    pub(super) fn buyer_key(&mut self, lookup: &str, key: &Typed) {
        self.private_lookups.insert(lookup.to_owned());
        self.forbidden(
            &format!("the key of `{lookup}`"),
            key.node.at,
            "look it up by an id, or by `hash(…)` where the other system keeps that; or allow it with `buyer_data: allowed`",
        );
    }

    fn forbidden(&mut self, what: &str, at: Span, help: &str) {
        if !self.environment.buyer_data_allowed {
            let name = self.environment.name.clone().unwrap_or_default();
            self.say(
                Diagnostic::new(
                    Code::E504,
                    at,
                    format!("{what} is buyer data, and the environment `{name}` must not get any"),
                )
                .help(help),
            );
        }
    }

    /// Warns of a hash that can be undone by guessing, where the environment must not get buyer data: names, addresses and
    /// numbers of people are few enough to try them all, unless a salt that nobody else has is put before them.
    pub(super) fn guessable(&mut self, function: &Function, args: &[Typed], at: Span) {
        if self.environment.buyer_data_allowed {
            return;
        }
        let salt = function.params.iter().position(|param| param.name == "salt").filter(|_| function.family == "hash");
        let of_buyer = args.first().is_some_and(|text| text.ty.carries_pii());
        let empty = |salt: &Typed| matches!(&salt.node.expr, Run::Const(salt) if salt.as_text() == Some(""));
        let salted = salt.and_then(|at| args.get(at)).is_some_and(|salt| !empty(salt));
        if salt.is_some() && of_buyer && !salted {
            self.say_at(
                Code::W930,
                at,
                "whoever can guess the buyer's data can find it by this hash",
                format!(
                    "give it a salt that differs by environment: `{}(…, env.salt)`; or use `mask(…)`",
                    function.name
                ),
            );
        }
    }
}
