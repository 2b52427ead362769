//! Conditions that are the same for every record.

use crate::diag::{Code, Diagnostic};
use crate::lang::ast::{Expr, ExprKind};
use crate::plan::expr::Comparison;
use crate::value::Value;

pub(super) fn lint(expr: &Expr, found: &mut Vec<Diagnostic>) {
    let mut say = |at: &Expr, message: &str, help: &str| {
        found.push(Diagnostic::new(Code::W914, at.span, message).help(help));
    };
    match &expr.kind {
        ExprKind::Compare(comparison, a, b) => {
            let holds = !matches!(comparison, Comparison::Unequal | Comparison::Less | Comparison::Greater);
            if a.alike(b) {
                let message = format!("both sides are the same, so this is always {holds}");
                say(expr, &message, "one of the sides was probably meant to be another value");
            } else if let (ExprKind::Literal(_), ExprKind::Literal(_)) = (&a.kind, &b.kind) {
                say(
                    expr,
                    "this compares what is written down, so it is always the same",
                    "compare a value of the record",
                );
            } else if let Some((call, word)) = never_so(a, b).or_else(|| never_so(b, a)) {
                let message = format!("`{call}(…)` is never \"{word}\"");
                say(expr, &message, "write the word as the function gives it");
            }
        }
        ExprKind::Or(a, b) => {
            if let Some((x, y)) = two_words(a, b, Comparison::Unequal) {
                let message = "a value is always different from one of two words, so this is always true";
                let help = format!("write `… not in [{x}, {y}]`");
                say(expr, message, &help);
            }
        }
        ExprKind::And(a, b) => {
            if let Some((x, y)) = two_words(a, b, Comparison::Equal) {
                let help = format!("write `… in [{x}, {y}]`");
                say(expr, "a value is never two words at once, so this is always false", &help);
            }
        }
        ExprKind::In(_, list, not) => match &list.kind {
            ExprKind::List(items) if items.is_empty() => {
                let message = format!("nothing is in an empty list, so this is always {not}");
                say(expr, &message, "write the values between the brackets");
            }
            ExprKind::List(items) => twice(items, found),
            _ => {}
        },
        ExprKind::If(condition, then, otherwise) => {
            if let ExprKind::Literal(Value::Bool(bool)) = condition.kind {
                say(condition, &format!("this condition is always {bool}"), "write the value of that branch alone");
            }
            if then.alike(otherwise) {
                let message = "both branches are the same, so the condition decides nothing";
                found.push(
                    Diagnostic::new(Code::W924, expr.span, message).help("write the value alone, or mend one branch"),
                );
            }
        }
        _ => {}
    }
}

/// `upper(x)` against a word with small letters, `lower(x)` against one with capitals.
fn never_so<'e>(call: &'e Expr, word: &'e Expr) -> Option<(&'e str, &'e str)> {
    let (ExprKind::Call(name, _), ExprKind::Literal(value)) = (&call.kind, &word.kind) else { return None };
    let word = value.as_text()?;
    let never = match name.text.as_str() {
        "upper" => word.to_uppercase() != word,
        "lower" => word.to_lowercase() != word,
        "trim" => word.trim() != word,
        _ => false,
    };
    never.then_some((name.text.as_str(), word))
}

/// The same value compared in the same way with two different literals.
fn two_words(a: &Expr, b: &Expr, wanted: Comparison) -> Option<(String, String)> {
    let (ExprKind::Compare(x, left, first), ExprKind::Compare(y, again, second)) = (&a.kind, &b.kind) else {
        return None;
    };
    let (ExprKind::Literal(one), ExprKind::Literal(other)) = (&first.kind, &second.kind) else { return None };
    let fits = *x == wanted && *y == wanted && left.alike(again) && !first.alike(second);
    fits.then(|| (shown(one), shown(other)))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(_) => format!("\"{}\"", value.display()),
        Value::Null => "null".to_owned(),
        other => other.display(),
    }
}

fn twice(items: &[Expr], found: &mut Vec<Diagnostic>) {
    for (index, item) in items.iter().enumerate() {
        if let Some(first) = items.get(..index).and_then(|before| before.iter().find(|other| other.alike(item))) {
            found.push(
                Diagnostic::new(Code::W916, item.span, "this value stands in the list already")
                    .label(first.span, "here")
                    .help("remove it, or write the value that was meant"),
            );
        }
    }
}
