//! jsonpath-rust's tree to our [`form`](super::form), with the checks that it leaves out: which functions there are, what
//! types they take and give (RFC 9535, 2.4.3), and numbers as they were written.

use std::sync::Arc;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model as tree;
use jsonpath_rust::parser::parse_json_path;

use super::form::{Comparison, Condition, Inner, Operand, Segment, Selector};
use super::pattern::{self, From, Pattern};
use super::{QueryError, number};
use crate::value::Value;

/// The segments of a query.
pub(super) fn segments(text: &str) -> Result<Vec<Segment>, QueryError> {
    let taken = number::take(text)?;
    let parsed = parse_json_path(&taken.text).map_err(|error| refused(&error))?;
    let mut builder = Builder { numbers: taken.numbers.into_iter() };
    let segments = builder.segments(&parsed.segments).map_err(|message| QueryError { message, at: 0 })?;
    match builder.numbers.next() {
        None => Ok(segments),
        Some(_) => Err(QueryError { message: "a number stands where none can".to_owned(), at: 0 }),
    }
}

fn refused(error: &JsonPathError) -> QueryError {
    let at = match error {
        JsonPathError::PestError(error) => match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        },
        _ => 0,
    };
    let message = match error {
        JsonPathError::InvalidJsonPath(why) => why.clone(),
        _ => "this does not fit here".to_owned(),
    };
    QueryError { message, at }
}

struct Builder {
    numbers: std::vec::IntoIter<Value>,
}

type Built<T> = Result<T, String>;

impl Builder {
    fn segments(&mut self, segments: &[tree::Segment]) -> Built<Vec<Segment>> {
        segments.iter().map(|segment| self.segment(segment)).collect()
    }

    fn segment(&mut self, segment: &tree::Segment) -> Built<Segment> {
        Ok(match segment {
            tree::Segment::Descendant(inner) => Segment { deep: true, ..self.segment(inner)? },
            tree::Segment::Selector(selector) => Segment { deep: false, selectors: vec![self.selector(selector)?] },
            tree::Segment::Selectors(all) => {
                let selectors: Built<Vec<Selector>> = all.iter().map(|selector| self.selector(selector)).collect();
                Segment { deep: false, selectors: selectors? }
            }
        })
    }

    fn selector(&mut self, selector: &tree::Selector) -> Built<Selector> {
        Ok(match selector {
            tree::Selector::Name(name) => Selector::Name(Arc::from(name.as_str())),
            tree::Selector::Wildcard => Selector::All,
            tree::Selector::Index(index) => Selector::Index(*index),
            tree::Selector::Slice(start, end, step) => {
                Selector::Slice { start: *start, end: *end, step: step.unwrap_or(1) }
            }
            tree::Selector::Filter(filter) => Selector::Filter(self.filter(filter)?),
        })
    }

    fn filter(&mut self, filter: &tree::Filter) -> Built<Condition> {
        let (tree::Filter::Or(parts) | tree::Filter::And(parts)) = filter else {
            let tree::Filter::Atom(atom) = filter else { return Err("an empty filter".to_owned()) };
            return self.atom(atom);
        };
        let parts: Built<Vec<Condition>> = parts.iter().map(|part| self.filter(part)).collect();
        Ok(if matches!(filter, tree::Filter::Or(_)) { Condition::Any(parts?) } else { Condition::All(parts?) })
    }

    fn atom(&mut self, atom: &tree::FilterAtom) -> Built<Condition> {
        let (condition, not) = match atom {
            tree::FilterAtom::Filter { expr, not } => (self.filter(expr)?, *not),
            tree::FilterAtom::Test { expr, not } => (self.test(expr)?, *not),
            tree::FilterAtom::Comparison(comparison) => (self.comparison(comparison)?, false),
        };
        Ok(if not { Condition::Not(Box::new(condition)) } else { condition })
    }

    fn test(&mut self, test: &tree::Test) -> Built<Condition> {
        match test {
            tree::Test::Function(function) => match &**function {
                tree::TestFunction::Match(text, pattern) => self.matches(text, pattern, true),
                tree::TestFunction::Search(text, pattern) => self.matches(text, pattern, false),
                other => {
                    let name = name(other)?;
                    Err(format!("`{name}` gives a value, so it must be compared with one"))
                }
            },
            query => Ok(Condition::Exists(self.inner(query)?)),
        }
    }

    fn inner(&mut self, test: &tree::Test) -> Built<Inner> {
        match test {
            tree::Test::RelQuery(segments) => Ok(Inner { absolute: false, segments: self.segments(segments)? }),
            tree::Test::AbsQuery(query) => Ok(Inner { absolute: true, segments: self.segments(&query.segments)? }),
            tree::Test::Function(function) => Err(format!("`{}` gives no values of the document", name(function)?)),
        }
    }

    fn matches(&mut self, text: &tree::FnArg, pattern: &tree::FnArg, whole: bool) -> Built<Condition> {
        let text = self.value(text)?;
        let from = match self.value(pattern)? {
            Operand::Literal(literal) => From::Query(match literal.as_text() {
                Some(literal) => pattern::compile(literal, whole)?,
                None => None,
            }),
            other => From::Document(Box::new(other)),
        };
        Ok(Condition::Matches(text, Pattern { whole, from }))
    }

    /// An argument that has to be a value.
    fn value(&mut self, argument: &tree::FnArg) -> Built<Operand> {
        match argument {
            tree::FnArg::Literal(literal) => self.literal(literal),
            tree::FnArg::Filter(_) => Err("a condition is no value that a function takes".to_owned()),
            tree::FnArg::Test(test) => match &**test {
                tree::Test::Function(function) => self.function(function),
                query => {
                    let inner = self.inner(query)?;
                    if inner.singular() {
                        Ok(Operand::Value(inner))
                    } else {
                        Err("a query that may find several values is no value; take it with `value(…)`".to_owned())
                    }
                }
            },
        }
    }

    /// An argument that has to be a query.
    fn nodes(&mut self, argument: &tree::FnArg, function: &str) -> Built<Inner> {
        match argument {
            tree::FnArg::Test(test) => self.inner(test),
            _ => Err(format!("`{function}` takes a query, such as `@.*`")),
        }
    }

    /// A function that gives a value.
    fn function(&mut self, function: &tree::TestFunction) -> Built<Operand> {
        match function {
            tree::TestFunction::Length(argument) => Ok(Operand::Length(Box::new(self.value(argument)?))),
            tree::TestFunction::Count(argument) => Ok(Operand::Count(self.nodes(argument, "count")?)),
            tree::TestFunction::Value(argument) => Ok(Operand::Value(self.nodes(argument, "value")?)),
            other => Err(format!("`{}` gives true or false, which is no value that can be compared", name(other)?)),
        }
    }

    fn comparison(&mut self, comparison: &tree::Comparison) -> Built<Condition> {
        let kind = match comparison {
            tree::Comparison::Eq(..) => Comparison::Equal,
            tree::Comparison::Ne(..) => Comparison::Unequal,
            tree::Comparison::Gt(..) => Comparison::Greater,
            tree::Comparison::Gte(..) => Comparison::GreaterOrEqual,
            tree::Comparison::Lt(..) => Comparison::Less,
            tree::Comparison::Lte(..) => Comparison::LessOrEqual,
        };
        let (left, right) = comparison.vals();
        Ok(Condition::Compare(kind, self.comparable(left)?, self.comparable(right)?))
    }

    fn comparable(&mut self, comparable: &tree::Comparable) -> Built<Operand> {
        match comparable {
            tree::Comparable::Literal(literal) => self.literal(literal),
            tree::Comparable::Function(function) => self.function(function),
            tree::Comparable::SingularQuery(query) => {
                let (absolute, steps) = match query {
                    tree::SingularQuery::Current(steps) => (false, steps),
                    tree::SingularQuery::Root(steps) => (true, steps),
                };
                let segment = |step: &tree::SingularQuerySegment| Segment {
                    deep: false,
                    selectors: vec![match step {
                        tree::SingularQuerySegment::Index(index) => Selector::Index(*index),
                        tree::SingularQuerySegment::Name(name) => Selector::Name(Arc::from(name.as_str())),
                    }],
                };
                Ok(Operand::Value(Inner { absolute, segments: steps.iter().map(segment).collect() }))
            }
        }
    }

    fn literal(&mut self, literal: &tree::Literal) -> Built<Operand> {
        Ok(Operand::Literal(match literal {
            tree::Literal::Int(_) | tree::Literal::Float(_) => {
                self.numbers.next().ok_or_else(|| "a number that was not seen".to_owned())?
            }
            tree::Literal::String(text) => Value::text(text),
            tree::Literal::Bool(bool) => Value::Bool(*bool),
            tree::Literal::Null => Value::Null,
        }))
    }
}

impl Inner {
    /// Whether it can find one value at most, by its form.
    pub(super) fn singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.deep && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
        })
    }
}

/// A function's name. Those that jsonpath-rust has of its own are not in RFC 9535.
fn name(function: &tree::TestFunction) -> Built<&'static str> {
    Ok(match function {
        tree::TestFunction::Length(_) => "length",
        tree::TestFunction::Value(_) => "value",
        tree::TestFunction::Count(_) => "count",
        tree::TestFunction::Search(..) => "search",
        tree::TestFunction::Match(..) => "match",
        tree::TestFunction::Custom(name, _) => return Err(format!("RFC 9535 has no function `{name}`")),
    })
}
