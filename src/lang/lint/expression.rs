//! Expressions that do something else than they seem to: the record instead of the item, amounts that are not rounded,
//! placeholders that stay as they stand.

use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Access, Expr, ExprKind};
use crate::plan::expr::Arithmetic;
use crate::value::Value;

pub(super) fn lint(expr: &Expr, found: &mut Vec<Diagnostic>) {
    match &expr.kind {
        ExprKind::For(name, list, filter, body) => {
            let list = bare(list);
            for part in filter.as_deref().into_iter().chain([&**body]) {
                part.visit(&mut |part| the_record(part, list, &name.text, found));
            }
        }
        ExprKind::Object(_, fields) => fields.iter().for_each(|(_, value)| unrounded(value, found)),
        ExprKind::Literal(Value::Text(_)) => {
            if let ExprKind::Literal(value) = &expr.kind {
                placeholder(value.as_text().unwrap_or(""), expr.span, found);
            }
        }
        ExprKind::Coalesce(_, second) if matches!(second.kind, ExprKind::Literal(Value::Null)) => {
            let message = "what is absent is null already";
            found.push(Diagnostic::new(Code::W910, second.span, message).help("remove `?? null`"));
        }
        _ => {}
    }
}

/// A list without the `?` and the default that it may have.
fn bare(list: &Expr) -> &Expr {
    match &list.kind {
        ExprKind::Coalesce(inner, _) | ExprKind::Access(inner, Access::Optional) => bare(inner),
        _ => list,
    }
}

/// Inside `for item in $.items`, `$.items[0].sku` is the same for every item.
fn the_record(part: &Expr, list: &Expr, item: &str, found: &mut Vec<Diagnostic>) {
    let ExprKind::Access(base, Access::Index(_) | Access::Field(_)) = &part.kind else { return };
    if base.alike(list) && !matches!(list.kind, ExprKind::Record) {
        found.push(
            Diagnostic::new(Code::W921, part.span, "this is the same for every item of the list")
                .help(format!("the item that the loop is at is `{item}`: write `{item}.…`")),
        );
    }
}

/// A field that is a quotient with up to 28 digits.
fn unrounded(value: &Expr, found: &mut Vec<Diagnostic>) {
    let ExprKind::Arithmetic(Arithmetic::Divide, _, by) = &value.kind else { return };
    let exact = match &by.kind {
        ExprKind::Literal(Value::Int(by)) => {
            let mut rest = by.unsigned_abs();
            while rest > 0 && (rest % 2 == 0 || rest % 5 == 0) {
                rest /= if rest % 2 == 0 { 2 } else { 5 };
            }
            rest == 1
        }
        ExprKind::Literal(Value::Duration(_)) => true,
        _ => false,
    };
    if !exact {
        found.push(
            Diagnostic::new(Code::W922, value.span, "this quotient may have 28 digits, and nothing rounds it")
                .help("say how many digits it keeps: `divide(a, b, 2)`, or `round_money(…)` for an amount"),
        );
    }
}

/// `${name}` and `{$.name}` in text stay as they stand.
fn placeholder(text: &str, at: Span, found: &mut Vec<Diagnostic>) {
    let Some((_, rest)) = ["${", "{$."].iter().find_map(|sign| text.split_once(sign)) else { return };
    let name = rest.split('}').next().unwrap_or("").trim();
    let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'));
    if word && rest.contains('}') {
        let name = if text.contains("{$.") { format!("$.{name}") } else { name.to_owned() };
        found.push(
            Diagnostic::new(Code::W923, at, "this text keeps its placeholder as it stands")
                .help(format!("a value inside text is written `{{{{ {name} }}}}`")),
        );
    }
}
