//! Running a query: depth first, so that nothing but what is found is kept, and in the order of RFC 9535. What lies
//! below a value is gone through with a list of what is still to be seen and not by recursion, so that no document is
//! too deep; every value that is looked at is counted, so that no query runs for ever.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::form::{Comparison, Condition, Inner, Operand, Segment, Selector};
use super::pattern::{self, From, Pattern};
use super::{MAX_WORK, QueryError};
use crate::value::Value;

/// What a query finds in a document.
pub(super) fn run<'v>(
    segments: &[Segment],
    document: &'v Value,
    most: usize,
    work: &mut u64,
) -> Result<Vec<&'v Value>, QueryError> {
    let mut walk = Walk { document, left: (*work).min(MAX_WORK) };
    let mut found = Vec::new();
    let walked = walk.from(segments, document, &mut |value| {
        found.push(value);
        if found.len() > most { Err(stop(format!("it finds more than {most} values"))) } else { Ok(true) }
    });
    *work = walk.left;
    walked.map(|_| found)
}

fn stop(message: String) -> QueryError {
    QueryError { message, at: 0 }
}

struct Walk<'v> {
    document: &'v Value,
    left: u64,
}

/// Whether to go on.
type Going = Result<bool, QueryError>;
/// Takes a value that was found.
type Take<'t, 'v> = &'t mut dyn FnMut(&'v Value) -> Going;

impl<'v> Walk<'v> {
    fn spend(&mut self, work: usize) -> Result<(), QueryError> {
        match self.left.checked_sub(work as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(stop(format!("it looks at more than {MAX_WORK} values"))),
        }
    }

    /// Goes through the segments from a value on.
    fn from(&mut self, segments: &[Segment], value: &'v Value, take: Take<'_, 'v>) -> Going {
        self.spend(1)?;
        let Some((segment, rest)) = segments.split_first() else { return take(value) };
        if !segment.deep {
            return self.select(segment, rest, value, take);
        }
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            if !self.select(segment, rest, value, take)? {
                return Ok(false);
            }
            let before = waiting.len();
            match value {
                Value::List(items) => waiting.extend(items.iter().rev()),
                Value::Object(object) => {
                    waiting.extend(object.iter().map(|(_, value)| value));
                    if let Some(new) = waiting.get_mut(before..) {
                        new.reverse();
                    }
                }
                _ => {}
            }
            self.spend(waiting.len() - before)?;
        }
        Ok(true)
    }

    fn select(&mut self, segment: &Segment, rest: &[Segment], value: &'v Value, take: Take<'_, 'v>) -> Going {
        for selector in &segment.selectors {
            if !self.apply(selector, rest, value, take)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn apply(&mut self, selector: &Selector, rest: &[Segment], value: &'v Value, take: Take<'_, 'v>) -> Going {
        match (selector, value) {
            (Selector::Name(name), Value::Object(object)) => {
                self.spend(object.len() / 16)?;
                match object.get(name) {
                    Some(found) => self.from(rest, found, take),
                    None => Ok(true),
                }
            }
            (Selector::Index(index), Value::List(items)) => match place(*index, items.len()) {
                Some(found) => match items.get(found) {
                    Some(found) => self.from(rest, found, take),
                    None => Ok(true),
                },
                None => Ok(true),
            },
            (Selector::Slice { start, end, step }, Value::List(items)) => {
                for at in slice(*start, *end, *step, items.len()) {
                    if let Some(item) = items.get(at)
                        && !self.from(rest, item, take)?
                    {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Selector::All, Value::List(items)) => self.each(items.iter(), None, rest, take),
            (Selector::All, Value::Object(object)) => {
                self.each(object.iter().map(|(_, value)| value), None, rest, take)
            }
            (Selector::Filter(filter), Value::List(items)) => self.each(items.iter(), Some(filter), rest, take),
            (Selector::Filter(filter), Value::Object(object)) => {
                self.each(object.iter().map(|(_, value)| value), Some(filter), rest, take)
            }
            _ => Ok(true),
        }
    }

    fn each(
        &mut self,
        values: impl Iterator<Item = &'v Value>,
        filter: Option<&Condition>,
        rest: &[Segment],
        take: Take<'_, 'v>,
    ) -> Going {
        for value in values {
            self.spend(1)?;
            let keep = match filter {
                Some(filter) => self.holds(filter, value)?,
                None => true,
            };
            if keep && !self.from(rest, value, take)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn holds(&mut self, condition: &Condition, value: &'v Value) -> Result<bool, QueryError> {
        self.spend(1)?;
        match condition {
            Condition::Any(parts) => {
                for part in parts {
                    if self.holds(part, value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::All(parts) => {
                for part in parts {
                    if !self.holds(part, value)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Not(inner) => Ok(!self.holds(inner, value)?),
            Condition::Exists(inner) => {
                let mut any = false;
                self.inner(inner, value, &mut |_| {
                    any = true;
                    Ok(false)
                })?;
                Ok(any)
            }
            Condition::Compare(comparison, left, right) => {
                let (left, right) = (self.operand(left, value)?, self.operand(right, value)?);
                self.compare(*comparison, left.as_deref(), right.as_deref())
            }
            Condition::Matches(text, pattern) => self.matches(text, pattern, value),
        }
    }

    fn inner(&mut self, inner: &Inner, value: &'v Value, take: Take<'_, 'v>) -> Going {
        let start = if inner.absolute { self.document } else { value };
        self.from(&inner.segments, start, take)
    }

    /// An operand's value, or nothing.
    fn operand<'o>(&mut self, operand: &'o Operand, value: &'v Value) -> Result<Option<Cow<'o, Value>>, QueryError>
    where
        'v: 'o,
    {
        Ok(match operand {
            Operand::Literal(literal) => Some(Cow::Borrowed(literal)),
            Operand::Value(inner) => {
                let mut found: Vec<&'v Value> = Vec::new();
                self.inner(inner, value, &mut |value| {
                    found.push(value);
                    Ok(found.len() < 2)
                })?;
                match found.as_slice() {
                    [one] => Some(Cow::Borrowed(*one)),
                    _ => None,
                }
            }
            Operand::Count(inner) => {
                let mut count = 0;
                self.inner(inner, value, &mut |_| {
                    count += 1;
                    Ok(true)
                })?;
                Some(Cow::Owned(Value::Int(count)))
            }
            Operand::Length(inner) => {
                let length = match self.operand(inner, value)?.as_deref() {
                    Some(Value::List(items)) => items.len(),
                    Some(Value::Object(object)) => object.len(),
                    Some(other) => match other.as_text() {
                        Some(text) => {
                            self.spend(text.len() / 64)?;
                            text.chars().count()
                        }
                        None => return Ok(None),
                    },
                    None => return Ok(None),
                };
                i64::try_from(length).ok().map(|length| Cow::Owned(Value::Int(length)))
            }
        })
    }

    fn compare(&mut self, how: Comparison, a: Option<&Value>, b: Option<&Value>) -> Result<bool, QueryError> {
        let (Some(x), Some(y)) = (a, b) else {
            let equal = a.is_none() && b.is_none();
            return Ok(match how {
                Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual => equal,
                Comparison::Unequal => !equal,
                Comparison::Less | Comparison::Greater => false,
            });
        };
        // RFC 9535 orders numbers and texts; dates and the like have the order that the language gives them.
        let order = if matches!((x, y), (Value::Bool(_), _)) { None } else { x.order(y) };
        Ok(match how {
            Comparison::Equal => self.equal(x, y)?,
            Comparison::Unequal => !self.equal(x, y)?,
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::LessOrEqual => order == Some(Ordering::Less) || self.equal(x, y)?,
            Comparison::GreaterOrEqual => order == Some(Ordering::Greater) || self.equal(x, y)?,
        })
    }

    /// Whether two values are the same, counted like everything that is looked at.
    fn equal(&mut self, a: &Value, b: &Value) -> Result<bool, QueryError> {
        let mut waiting = vec![(a, b)];
        while let Some((a, b)) = waiting.pop() {
            self.spend(1)?;
            match (a, b) {
                (Value::List(a), Value::List(b)) => {
                    if a.len() != b.len() {
                        return Ok(false);
                    }
                    waiting.extend(a.iter().zip(b.iter()));
                }
                (Value::Object(a), Value::Object(b)) => {
                    if a.len() != b.len() {
                        return Ok(false);
                    }
                    for (name, value) in a.iter() {
                        self.spend(b.len() / 16)?;
                        match b.get(name) {
                            Some(other) => waiting.push((value, other)),
                            None => return Ok(false),
                        }
                    }
                }
                (a, b) => {
                    if let Some(text) = a.as_text() {
                        self.spend(text.len() / 64)?;
                    }
                    if !a.same(b) {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    fn matches(&mut self, text: &Operand, pattern: &Pattern, value: &'v Value) -> Result<bool, QueryError> {
        let text = self.operand(text, value)?;
        let Some(text) = text.as_deref().and_then(Value::as_text) else { return Ok(false) };
        self.spend(text.len() / 16)?;
        match &pattern.from {
            From::Query(regex) => Ok(regex.as_ref().is_some_and(|regex| regex.is_match(text))),
            From::Document(operand) => {
                let found = self.operand(operand, value)?;
                let Some(found) = found.as_deref().and_then(Value::as_text) else { return Ok(false) };
                // Compiling costs as much as looking at some thousand values.
                self.spend(2_000 + found.len() * 16)?;
                let regex = pattern::compile(found, pattern.whole).map_err(stop)?;
                Ok(regex.is_some_and(|regex| regex.is_match(text)))
            }
        }
    }
}

/// Where an index is in a list of that length.
fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 { length.checked_add(index)? } else { index }).ok()
}

/// The places that a slice selects, as RFC 9535 works them out (2.3.4.2).
fn slice(start: Option<i64>, end: Option<i64>, step: i64, length: usize) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let normal = |index: i64| if index >= 0 { index } else { length.saturating_add(index) };
    let (from, to) = if step >= 0 {
        (normal(start.unwrap_or(0)).clamp(0, length), normal(end.unwrap_or(length)).clamp(0, length))
    } else {
        let from = start.map_or(length - 1, normal).clamp(-1, length - 1);
        (from, end.map_or(-1, normal).clamp(-1, length - 1))
    };
    let mut next = (step != 0).then_some(from);
    std::iter::from_fn(move || {
        let at = next?;
        if (step > 0 && at >= to) || (step < 0 && at <= to) {
            return None;
        }
        next = at.checked_add(step);
        usize::try_from(at).ok()
    })
}
