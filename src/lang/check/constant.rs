//! Values that must be known before there is a record: defaults, filters, and what tests are made of.

use std::sync::Arc;

use super::Checker;
use crate::catalog::Type;
use crate::diag::Code;
use crate::lang::ast::Expr;
use crate::plan::eval::{Answer, Frame, Lookups, evaluate};
use crate::plan::{Node, Slot};
use crate::value::Value;

/// The value of an expression that needs no record.
pub(super) fn constant(checker: &mut Checker<'_>, expr: &Expr) -> Option<Value> {
    let (node, _) = known(checker, expr, None)?;
    value(checker, &node, None)
}

/// An expression that needs no record, with its type. It may name one variable, whose values are known: a test's row.
pub(super) fn known(checker: &mut Checker<'_>, expr: &Expr, row: Option<&(Slot, Type)>) -> Option<(Node, Type)> {
    // What a record brings is not known here: neither the record nor the variables that are worked out from it.
    let (record, slots) = (checker.record.take(), std::mem::take(&mut checker.slots));
    if let Some((slot, ty)) = row {
        checker.slots.insert(*slot, (ty.clone(), None));
    }
    let said = checker.found.len();
    let typed = checker.expr(expr);
    (checker.record, checker.slots) = (record, slots);
    if typed.is_none() && checker.found.len() == said {
        checker.say_at(
            Code::E207,
            expr.span,
            "this must be known before there is a record",
            "write the value itself; names that a `let` gave are worked out for each record",
        );
    }
    typed.map(|typed| (typed.node, typed.ty))
}

/// What such an expression gives.
pub(super) fn value(checker: &mut Checker<'_>, node: &Node, row: Option<(Slot, &Value)>) -> Option<Value> {
    let mut frame = Frame::new(Value::Null, Arc::from([]), checker.slot_count);
    if let Some((slot, value)) = row {
        frame.set(slot, value.clone());
    }
    match evaluate(node, &mut frame, &NoLookups) {
        Ok(value) => Some(value),
        Err(error) => {
            checker.say_at(error.code, error.at, error.message.clone(), "this must be known before anything runs");
            None
        }
    }
}

struct NoLookups;

impl Lookups for NoLookups {
    fn find(&self, _: usize, _: &[Value]) -> Answer {
        Answer::Missing
    }

    fn name(&self, _: usize) -> String {
        "lookup".to_owned()
    }
}
