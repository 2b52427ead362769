//! Names: parameters that nothing reads, and names that only their case tells apart.

use std::collections::HashMap;

use super::expressions;
use crate::diag::{Code, Diagnostic};
use crate::lang::ast::{Access, Expr, ExprKind, File, ItemKind, Name, Step};

pub(super) fn lint(file: &File, found: &mut Vec<Diagnostic>) {
    let mut names: Vec<&Name> = Vec::new();
    for item in &file.items {
        match &item.kind {
            ItemKind::Lookup(lookup) => names.push(&lookup.name),
            ItemKind::Function(function) => names.push(&function.name),
            ItemKind::Param { name, .. } => {
                names.push(name);
                unused(file, name, found);
            }
            ItemKind::Step(step) => declared(step, &mut names),
            _ => {}
        }
    }
    let mut seen: HashMap<String, &Name> = HashMap::new();
    for name in names {
        match seen.insert(name.text.to_lowercase(), name) {
            Some(first) if first.text != name.text => found.push(
                Diagnostic::new(
                    Code::W920,
                    name.span,
                    format!("only its case tells `{}` from `{}`", name.text, first.text),
                )
                .label(first.span, "the other one")
                .help("give one of them another name"),
            ),
            _ => {}
        }
    }
}

fn declared<'f>(step: &'f Step, names: &mut Vec<&'f Name>) {
    match step {
        Step::Let { name, .. } => names.push(name),
        Step::Target(target) => names.extend(&target.name),
        _ => step.branches().into_iter().flatten().for_each(|step| declared(step, names)),
    }
}

/// A parameter that no expression reads.
fn unused(file: &File, param: &Name, found: &mut Vec<Diagnostic>) {
    let reads = |expr: &Expr| match &expr.kind {
        ExprKind::Access(base, Access::Field(field)) => {
            field.text == param.text && matches!(&base.kind, ExprKind::Variable(name) if name.text == "env")
        }
        ExprKind::Template(text) => text.contains(&param.text),
        _ => false,
    };
    let lookups = file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Lookup(lookup) => lookup.otherwise.as_ref(),
        ItemKind::Source(source) => source.filter.as_ref(),
        _ => None,
    });
    if !param.text.starts_with('_') && !expressions(file).into_iter().chain(lookups).any(|expr| expr.any(&reads)) {
        let message = format!("the parameter `{}` is never used", param.text);
        let help = "remove it, or let its name begin with `_`";
        found.push(Diagnostic::new(Code::W901, param.span, message).help(help));
    }
}
