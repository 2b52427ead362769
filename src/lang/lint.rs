//! Warnings: what can run, but says something else than was meant. Each rule reads the text as it was written, knows no
//! types, and is one function; rules that need types stand beside the types, in `check`. A flow with errors gets none
//! of these, because errors come first.

mod condition;
mod expression;
mod names;
mod steps;
mod tests;

use super::ast::{Expect, Expr, File, Given, ItemKind, Step, With};
use crate::diag::Diagnostic;

/// Adds the warnings of a file.
pub(super) fn lint(file: &File, found: &mut Vec<Diagnostic>) {
    names::lint(file, found);
    tests::lint(file, found);
    let mut steps_of_file = Vec::new();
    for item in &file.items {
        if let ItemKind::Step(step) = &item.kind {
            steps_of_file.push(step);
        }
    }
    steps::lint(&steps_of_file, found);
    for expr in expressions(file) {
        expr.visit(&mut |expr| {
            condition::lint(expr, found);
            expression::lint(expr, found);
        });
    }
}

/// Every expression of a file that is not inside another one.
fn expressions(file: &File) -> Vec<&Expr> {
    let mut all = Vec::new();
    for item in &file.items {
        match &item.kind {
            ItemKind::Key(key) => all.push(key),
            ItemKind::Function(function) => all.push(&function.body),
            ItemKind::Step(step) => of_step(step, &mut all),
            ItemKind::Test(test) => {
                if let Some(Given::Value(value)) = &test.given {
                    all.push(value);
                }
                for with in &test.with {
                    match with {
                        With::Env(_, value) | With::Answer(_, value) | With::Refusal(_, _, value) => all.push(value),
                        With::Lookup(_, keys, value) => all.extend(keys.iter().chain([value])),
                    }
                }
                for expect in &test.expect {
                    match expect {
                        Expect::Holds(condition) => all.push(condition),
                        Expect::Target(_, _, Some(Given::Value(value))) => all.push(value),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    all
}

fn of_step<'f>(step: &'f Step, all: &mut Vec<&'f Expr>) {
    all.extend(step.expressions());
    for inner in step.branches().into_iter().flatten() {
        of_step(inner, all);
    }
}
