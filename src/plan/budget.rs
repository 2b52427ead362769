//! How much may be worked out for one record. Every expression ends, but loops in loops multiply: three of 100 000 items
//! each would end in a year. So what depends on the size of data is counted, and a record that needs too much is refused.

use super::eval::EvalError;
use super::expr::Node;
use crate::diag::Code;
use crate::value::Value;

/// How many steps the expressions of one record may take together: a turn of a loop, an item or 16 bytes of text that a
/// function is given or gives.
pub const MAX_STEPS: u64 = 10_000_000;
/// How many parts, fields and items of all levels together, what is written to a target may have.
pub const MAX_PARTS: usize = 1_000_000;
/// What rendering a template costs, beside the text that comes out.
pub(super) const TEMPLATE: usize = 100;

/// The steps that are left for a record.
#[derive(Debug, Clone)]
pub(super) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_STEPS)
    }
}

impl Budget {
    /// Takes steps. Fails, at the place of what needs them, where there are not so many left.
    #[inline]
    pub(super) fn spend(&mut self, node: &Node, steps: usize) -> Result<(), EvalError> {
        match self.0.checked_sub(steps as u64) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => {
                self.0 = 0;
                Err(EvalError::new(Code::E610, node.at, format!("one record takes more than {MAX_STEPS} steps")))
            }
        }
    }
}

/// What it costs to go through a value: its items, and the items of lists that are its fields. What is deeper was counted
/// when it was made.
#[inline]
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::List(items) => items.len(),
        Value::Object(object) => object
            .iter()
            .map(|(_, field)| match field {
                Value::List(items) => 1 + items.len(),
                _ => 1,
            })
            .sum(),
        other => other.as_text().map_or(0, |text| text.len() / 16),
    }
}

/// Whether a value has more than so many parts, counting what is shared as often as it will be written.
pub(super) fn larger(value: &Value, most: usize) -> bool {
    let mut left = most;
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::List(items) => {
                if items.len() > left {
                    return true;
                }
                left -= items.len();
                waiting.extend(items.iter().filter(|item| matches!(item, Value::List(_) | Value::Object(_))));
            }
            Value::Object(object) => {
                if object.len() > left {
                    return true;
                }
                left -= object.len();
                let fields = object.iter().map(|(_, field)| field);
                waiting.extend(fields.filter(|field| matches!(field, Value::List(_) | Value::Object(_))));
            }
            _ => {}
        }
    }
    false
}
