//! Tests of a flow that test nothing, or that nobody can tell apart.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic};
use crate::lang::ast::{Expect, Expr, ExprKind, File, ItemKind};

pub(super) fn lint(file: &File, found: &mut Vec<Diagnostic>) {
    let mut names: HashMap<String, &Expr> = HashMap::new();
    for item in &file.items {
        let ItemKind::Test(test) = &item.kind else { continue };
        let first = names.entry(test.name.spelled()).or_insert(&test.name);
        if first.span != test.name.span {
            found.push(
                Diagnostic::new(Code::W918, test.name.span, "another test has this name")
                    .label(first.span, "this one")
                    .help("say in its name what is different"),
            );
        }
        for expect in &test.expect {
            if let Expect::Holds(condition) = expect
                && !condition.any(&|expr| of_the_flow(expr) || calls(file, expr))
            {
                found.push(
                    Diagnostic::new(
                        Code::W919,
                        condition.span,
                        "this does not depend on the flow, so no change can make it fail",
                    )
                    .help("expect something of what the flow has named: `order.total == 12`"),
                );
            }
        }
    }
}

/// Whether an expression calls a function of the file, or one that it takes from another.
fn calls(file: &File, expr: &Expr) -> bool {
    let ExprKind::Call(name, _) = &expr.kind else { return false };
    file.items.iter().any(|item| match &item.kind {
        ItemKind::Function(function) => function.name.text == name.text,
        ItemKind::Use(used) => used.names.iter().any(|(n, called)| called.as_ref().unwrap_or(n).text == name.text),
        _ => false,
    })
}

/// Whether an expression looks at something that the flow has worked out.
fn of_the_flow(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Variable(_) | ExprKind::Template(_))
}
