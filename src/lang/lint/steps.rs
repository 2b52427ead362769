//! Steps that are never reached, do nothing, or do the same twice.

use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Expr, ExprKind, Step};
use crate::value::Value;

pub(super) fn lint(steps: &[&Step], found: &mut Vec<Diagnostic>) {
    let mut ended = false;
    // Conditions under which a record goes no further, so that below they are false.
    let mut gone: Vec<&Expr> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if ended {
            let help = "the step above ends every record: give it a condition, or remove what follows";
            found.push(Diagnostic::new(Code::W915, place(step), "this step is never reached").help(help));
            break;
        }
        match step {
            Step::Skip { when, .. } | Step::Reject { when, .. } => {
                ended = matches!(when.kind, ExprKind::Literal(Value::Bool(true)));
                if let Some(first) = gone.iter().find(|first| first.alike(when)) {
                    found.push(
                        Diagnostic::new(Code::W915, when.span, "this never holds: such a record has gone already")
                            .label(first.span, "here")
                            .help("remove one of the two, or mend its condition"),
                    );
                }
                literal(when, Some(true), found);
                gone.push(when);
            }
            Step::Ensure { condition, .. } => literal(condition, None, found),
            Step::When { condition, then, .. } => {
                literal(condition, None, found);
                if then.is_empty() {
                    let message = "nothing is done under this condition";
                    let help = "write its steps between the braces, or remove it";
                    found.push(Diagnostic::new(Code::W917, condition.span, message).help(help));
                }
            }
            Step::Target(target) => {
                let again = steps.iter().take(index).find_map(|earlier| match earlier {
                    Step::Target(first)
                        if first.connector.text == target.connector.text
                            && first.entity.text == target.entity.text
                            && first.verb.text == target.verb.text
                            && first.payload.alike(&target.payload) =>
                    {
                        Some(first.span)
                    }
                    _ => None,
                });
                if let Some(first) = again {
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
