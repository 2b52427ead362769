//! Paths through types: how they are written, which there are, and where one leads.

use std::sync::Arc;

use super::Path;
use crate::catalog::{Base, ObjectSpec, Type};
use crate::value::query::Query;
use crate::value::query::form::Selector;

/// The path as it is written, with `[]` behind lists that it leads through, and whether what it leads to is buyer data.
/// `None` where the schema has no such path.
pub(super) fn record(spec: &Arc<ObjectSpec>, path: &[Arc<str>]) -> Option<(String, bool)> {
    let ty = Type::new(Base::Object(Arc::clone(spec)));
    let (found, pii) = step_through(&ty, path)?;
    Some((print(&ty, path), pii || found.is_none_or(|ty| ty.carries_pii())))
}

/// The type at a path; `None` where there is no such path, or where its type is not known.
#[must_use]
pub fn find<'t>(ty: &'t Type, path: &[Arc<str>]) -> Option<&'t Type> {
    step_through(ty, path)?.0
}

/// Whether a type has such a path, as far as it is known.
#[must_use]
pub fn exists(ty: &Type, path: &[Arc<str>]) -> bool {
    step_through(ty, path).is_some()
}

/// The names of the fields at a path.
#[must_use]
pub fn names<'t>(ty: &'t Type, path: &[Arc<str>]) -> Vec<&'t str> {
    match find(ty, path).map(|ty| &item(ty).base) {
        Some(Base::Object(spec)) => spec.fields.iter().map(|field| field.name.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// The type at the end, where it is known, and whether the way there is buyer data already.
fn step_through<'t>(ty: &'t Type, path: &[Arc<str>]) -> Option<(Option<&'t Type>, bool)> {
    let (mut ty, mut pii) = (ty, ty.pii);
    for name in path {
        ty = item(ty);
        pii |= ty.pii;
        ty = match &ty.base {
            Base::Object(spec) => match spec.field(name) {
                Some(field) => &field.ty,
                None if spec.open => return Some((None, pii)),
                None => return None,
            },
            Base::Any => return Some((None, pii)),
            // Money has an amount and a currency.
            Base::Money(_) => return Some((Some(ty), pii)),
            _ => return None,
        };
        pii |= ty.pii;
    }
    Some((Some(ty), pii))
}

/// A path as it is written: `lines[].unit_price`.
#[must_use]
pub fn print(ty: &Type, path: &[Arc<str>]) -> String {
    let mut out = String::new();
    let mut at = Some(ty);
    for (index, name) in path.iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        out.push_str(name);
        at = at.map(item).and_then(|ty| match &ty.base {
            Base::Object(spec) => spec.field(name).map(|field| &field.ty),
            _ => None,
        });
        let mut list = at;
        while let Some(Base::List(inner)) = list.map(|ty| &ty.base) {
            if index + 1 < path.len() {
                out.push_str("[]");
            }
            list = Some(inner);
        }
    }
    out
}

/// The paths of a type that lead to single values, in its order; at most `most`.
#[must_use]
pub fn fields(ty: &Type, most: usize) -> Vec<Path> {
    let mut out = Vec::new();
    collect(ty, &mut Vec::new(), &mut out, most);
    out
}

fn collect(ty: &Type, path: &mut Path, out: &mut Vec<Path>, most: usize) {
    match &item(ty).base {
        Base::Object(spec) if !spec.fields.is_empty() => {
            for field in &spec.fields {
                path.push(Arc::from(field.name.as_str()));
                collect(&field.ty, path, out, most);
                path.pop();
            }
        }
        _ if out.len() < most && !path.is_empty() => out.push(path.clone()),
        _ => {}
    }
}

fn item(ty: &Type) -> &Type {
    match &ty.base {
        Base::List(inner) => item(inner),
        _ => ty,
    }
}

/// The fields by which a query begins; it may look at all that is below them.
pub(super) fn query(query: &Query) -> String {
    let mut out = String::new();
    for segment in query.segments() {
        match (segment.deep, segment.selectors.as_slice()) {
            (false, [Selector::Name(name)]) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            (false, [Selector::Index(_) | Selector::Slice { .. } | Selector::Filter(_)]) => out.push_str("[]"),
            _ => break,
        }
    }
    out
}
