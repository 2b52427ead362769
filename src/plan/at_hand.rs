//! Values that stand somewhere already, and so need no working out: what is written down, what a variable holds, what a
//! path finds. They can be looked at in place, where working out would copy them. Whatever is not as good as expected,
//! such as a part that is not there, is not at hand; [`super::eval`] finds out what is wrong with it.

use super::eval::Frame;
use super::expr::{Access, Expr, Node};
use crate::catalog::Base;
use crate::value::Value;

/// The value of an expression, if it is at hand.
pub(super) fn at_hand<'v>(node: &'v Node, frame: &'v Frame) -> Option<&'v Value> {
    match &node.expr {
        Expr::Const(value) => Some(value),
        Expr::Slot(slot) => Some(frame.get(*slot)),
        Expr::Coalesce(first, _) => at_hand(first, frame).filter(|value| !value.is_null()),
        Expr::Path { read, .. } => {
            found(node, frame).filter(|value| read.as_ref().is_none_or(|read| reads_as_itself(value, read)))
        }
        _ => None,
    }
}

/// What a path of fields finds, before it is read as its type; never null.
pub(super) fn found<'v>(node: &'v Node, frame: &'v Frame) -> Option<&'v Value> {
    let Expr::Path { base, steps, .. } = &node.expr else { return None };
    let mut value = match &base.expr {
        Expr::Record => frame.record(),
        Expr::Slot(slot) => frame.get(*slot),
        _ => return None,
    };
    let mut rest = steps.as_slice();
    while let Some(step) = rest.first() {
        let (Value::Object(object), Access::Field(_)) = (value, &step.to) else { return None };
        let (next, taken) = step.find(object, rest)?;
        if next.is_null() {
            return None;
        }
        value = next;
        rest = rest.get(taken..).unwrap_or_default();
    }
    Some(value)
}

/// Whether a value is what its type says, and needs no reading.
pub(super) fn reads_as_itself(value: &Value, base: &Base) -> bool {
    matches!(
        (base, value),
        (Base::Int, Value::Int(_))
            | (Base::Decimal, Value::Decimal(_) | Value::Int(_))
            | (Base::Bool, Value::Bool(_))
            | (Base::Text, Value::Text(_))
    )
}
