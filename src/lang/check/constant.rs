//! Values that must be known before there is a record: defaults, filters, and what tests are made of.

use std::sync::Arc;

use super::Checker;
use crate::diag::Code;
use crate::lang::ast::Expr;
use crate::plan::eval::{Answer, Frame, Lookups, evaluate};
use crate::value::Value;

struct NoLookups;

impl Lookups for NoLookups {
    fn find(&self, _: usize, _: &[Value]) -> Answer {
        Answer::Missing
    }

    fn name(&self, _: usize) -> String {
        "lookup".to_owned()
    }
}

/// The value of an expression that needs no record.
pub(super) fn constant(checker: &mut Checker<'_>, expr: &Expr) -> Option<Value> {
    // What a record brings is not known here: neither the record nor the variables that are worked out from it.
    let (record, slots) = (checker.record.take(), std::mem::take(&mut checker.slots));
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
    let mut frame = Frame::new(Value::Null, Arc::from([]), checker.resolved.slot_count);
    match evaluate(&typed?.node, &mut frame, &NoLookups) {
        Ok(value) => Some(value),
        Err(error) => {
            checker.say_at(error.code, error.at, error.message.clone(), "this must be known before anything runs");
            None
        }
    }
}
