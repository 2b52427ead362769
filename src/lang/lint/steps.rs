//! Steps that are never reached, do nothing, or do the same twice.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Expr, ExprKind, Step};
use crate::value::Value;

pub(super) fn lint(steps: &[&Step], found: &mut Vec<Diagnostic>) {
    let mut ended = false;
    // Conditions under which a record goes no further, so that below they are false.
    let mut gone: HashMap<String, Span> = HashMap::new();
    let mut written: HashMap<String, Span> = HashMap::new();
    for step in steps {
        if ended {
            let help = "the step above ends every record: give it a condition, or remove what follows";
            found.push(Diagnostic::new(Code::W915, place(step), "this step is never reached").help(help));
            break;
        }
        match step {
            Step::Skip { when, .. } | Step::Reject { when, .. } => {
                ended = matches!(when.kind, ExprKind::Literal(Value::Bool(true)));
                let first = gone.entry(when.spelled()).or_insert(when.span);
                if *first != when.span {
                    found.push(
                        Diagnostic::new(Code::W915, when.span, "this never holds: such a record has gone already")
                            .label(*first, "here")
                            .help("remove one of the two, or mend its condition"),
                    );
                }
                literal(when, Some(true), found);
            }
            Step::Ensure { condition, .. } | Step::Wait { when: condition, .. } => literal(condition, None, found),
            Step::When { condition, then, .. } => {
                literal(condition, None, found);
                if then.is_empty() {
                    let message = "nothing is done under this condition";
                    let help = "write its steps between the braces, or remove it";
                    found.push(Diagnostic::new(Code::W917, condition.span, message).help(help));
                }
            }
            Step::Target(target) => {
                let names = [&target.connector.text, &target.entity.text, &target.verb.text];
                let first = *written.entry(format!("{names:?} {}", target.payload.spelled())).or_insert(target.span);
                if first != target.span {
                    found.push(
                        Diagnostic::new(Code::W925, target.span, "the same is written once more")
                            .label(first, "here already")
                            .help("remove one of the two, or mend what one of them writes"),
                    );
                }
            }
            Step::Let { .. } | Step::Each(_) => {}
        }
        for branch in step.branches() {
            lint(&branch.iter().collect::<Vec<_>>(), found);
        }
    }
}

/// A condition that is written down as true or false. What ends every record is told at the steps below it.
fn literal(condition: &Expr, but: Option<bool>, found: &mut Vec<Diagnostic>) {
    if let ExprKind::Literal(Value::Bool(bool)) = condition.kind
        && but != Some(bool)
    {
        let message = format!("this condition is always {bool}");
        found.push(
            Diagnostic::new(Code::W914, condition.span, message).help("ask something of the record, or remove it"),
        );
    }
}

fn place(step: &Step) -> Span {
    match step {
        Step::Target(target) => target.span,
        Step::Let { name, .. } => name.span,
        other => other.expressions().first().map(|expr| expr.span).unwrap_or_default(),
    }
}
