//! Reading values out of a document, collecting all that is wrong instead of stopping at the first.

use std::cell::RefCell;

use rust_decimal::Decimal;

use super::given::{Given, Where};
use super::yaml::{Document, Node};
use super::{Place, Problem};
use crate::diag::suggest;
use crate::value::{Object, Value, json};

/// A document that is being read, and what was wrong so far.
pub(super) struct Reader<'d> {
    document: &'d Document<'d>,
    problems: RefCell<Vec<Problem>>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document<'d>) -> Self {
        Self { document, problems: RefCell::default() }
    }

    /// The whole document.
    pub(super) fn root(&self) -> Item<'_> {
        Item { reader: self, node: &self.document.root, path: Vec::new() }
    }

    /// What was wrong, in the order of the text.
    pub(super) fn problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.place);
        problems
    }
}

/// A value at its path.
#[derive(Clone)]
pub(super) struct Item<'r> {
    reader: &'r Reader<'r>,
    node: &'r Node,
    path: Vec<String>,
}

impl<'r> Item<'r> {
    /// Says what is wrong with it.
    pub(super) fn wrong(&self, message: impl Into<String>) {
        let problem = Problem { place: self.place(), path: self.path.join("."), message: message.into() };
        self.reader.problems.borrow_mut().push(problem);
    }

    pub(super) fn place(&self) -> Place {
        self.reader.document.place(&self.path)
    }

    /// The fields, after a complaint about those that are not among `known`.
    pub(super) fn fields(&self, known: &[&str]) -> Option<Fields<'r>> {
        let fields = self.entries()?;
        for (name, item) in &fields.0 {
            if !known.contains(&name.as_str()) {
                let hint = match suggest::nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", known.join(", ")),
                };
                let place = self.reader.document.place_of_name(&item.path);
                let message = format!("there is no such setting; {hint}");
                self.reader.problems.borrow_mut().push(Problem { place, path: item.path.join("."), message });
            }
        }
        Some(fields)
    }

    /// The fields, whatever their names. Nothing at all counts as none.
    pub(super) fn entries(&self) -> Option<Fields<'r>> {
        let child = |(name, node): &'r (String, Node)| {
            let path = self.path.iter().chain([name]).cloned().collect();
            (name.clone(), Item { reader: self.reader, node, path })
        };
        match self.node {
            Node::Map(fields) => Some(Fields(fields.iter().map(child).collect())),
            Node::Null => Some(Fields(Vec::new())),
            _ => {
                self.wrong("must be a block of names and values");
                None
            }
        }
    }

    /// Whether it is a block of names and values.
    pub(super) fn is_block(&self) -> bool {
        matches!(self.node, Node::Map(_))
    }

    /// A list of texts, or one text alone.
    pub(super) fn words(&self) -> Option<Vec<String>> {
        let word = |node: &Node| match node {
            Node::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            Node::Int(int) => Some(int.to_string()),
            _ => None,
        };
        let words = match self.node {
            Node::List(items) if !items.is_empty() => items.iter().map(word).collect(),
            Node::List(_) | Node::Map(_) => None,
            node => word(node).map(|word| vec![word]),
        };
        if words.is_none() {
            self.wrong("must be a list of words: [one, other]");
        }
        words
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.node {
            Node::Bool(flag) => Some(*flag),
            _ => {
                self.wrong("must be true or false");
                None
            }
        }
    }

    pub(super) fn text(&self) -> Option<&'r str> {
        match self.node {
            Node::Text(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.wrong("must be text");
                None
            }
        }
    }

    /// A whole number within limits.
    pub(super) fn count(&self, least: u64, most: u64) -> Option<u64> {
        let count = match self.node {
            Node::Int(int) => u64::try_from(*int).ok().filter(|count| (least..=most).contains(count)),
            _ => None,
        };
        if count.is_none() {
            self.wrong(format!("must be a whole number from {least} to {most}"));
        }
        count
    }

    pub(super) fn duration(&self) -> Option<std::time::Duration> {
        let duration = match self.node {
            Node::Text(text) => super::duration(text),
            _ => None,
        };
        if duration.is_none() {
            self.wrong("must be a length of time such as 500ms, 30s, 15m or 2h");
        }
        duration
    }

    /// A value, or where it is kept.
    pub(super) fn given(&self) -> Option<Given> {
        let at = match self.node {
            Node::Text(text) => Where::Here(text.clone()),
            Node::Number(text) => Where::Here(text.clone()),
            Node::Int(int) => Where::Here(int.to_string()),
            Node::Bool(flag) => Where::Here(flag.to_string()),
            Node::Map(_) => self.reference()?,
            Node::Null | Node::List(_) => {
                self.wrong("must be a value, or where it is kept: {env: NAME} or {file: PATH}");
                return None;
            }
        };
        Some(Given { at, place: self.place() })
    }

    fn reference(&self) -> Option<Where> {
        let fields = self.fields(&["env", "file", "default"])?;
        let default = match fields.get("default") {
            Some(item) => match item.given()?.at {
                Where::Here(text) => Some(text),
                _ => {
                    item.wrong("must be a value");
                    return None;
                }
            },
            None => None,
        };
        match (fields.get("env"), fields.get("file")) {
            (Some(name), None) => {
                let name = name.text()?.to_owned();
                Some(Where::Env { name, default })
            }
            (None, Some(path)) if default.is_none() => Some(Where::File(path.text()?.to_owned())),
            _ => {
                self.wrong("must be {env: NAME}, perhaps with a default, or {file: PATH}");
                None
            }
        }
    }

    /// The value as flows see it: numbers exactly as written.
    pub(super) fn value(&self) -> Option<Value> {
        Some(match self.node {
            Node::Null => Value::Null,
            Node::Bool(flag) => Value::Bool(*flag),
            Node::Int(int) => Value::Int(*int),
            Node::Text(text) => Value::text(text),
            Node::Number(text) => Value::Decimal(self.decimal(text)?),
            Node::List(items) => {
                let child = |(index, node): (usize, &'r Node)| {
                    let path = self.path.iter().cloned().chain([index.to_string()]).collect();
                    Item { reader: self.reader, node, path }.value()
                };
                Value::list(items.iter().enumerate().map(child).collect::<Option<_>>()?)
            }
            Node::Map(_) => {
                let mut object = Object::new();
                for (name, item) in self.entries()?.0 {
                    object.set(name, item.value()?);
                }
                Value::object(object)
            }
        })
    }

    fn decimal(&self, text: &str) -> Option<Decimal> {
        let plain = text.strip_prefix('+').unwrap_or(text);
        let digits = plain.strip_prefix('-').unwrap_or(plain);
        let decimal = if digits.starts_with('.') || digits.ends_with('.') { None } else { json::decimal(plain) };
        if decimal.is_none() {
            self.wrong("must be a number of at most 28 digits, such as 1000.00; put it in quotes if it is text");
        }
        decimal
    }
}

/// Fields in order.
pub(super) struct Fields<'r>(Vec<(String, Item<'r>)>);

impl<'r> Fields<'r> {
    pub(super) fn get(&self, name: &str) -> Option<&Item<'r>> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, item)| item)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, Item<'r>)> {
        self.0.iter()
    }
}
