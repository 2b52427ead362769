//! Expressions as they run.

use std::sync::{Arc, OnceLock};

use super::coverage::Probe;
use super::{LookupId, Slot};
use crate::catalog::{Base, Function};
use crate::diag::Span;
use crate::value::{Names, Object, Text, Value, money::Rounding, query::Query};

/// An expression with its place in the flow.
#[derive(Debug, Clone)]
pub struct Node {
    /// What to work out.
    pub expr: Expr,
    /// Where it stands.
    pub at: Span,
    /// Whether its value is buyer data, and so must not be shown in a message.
    pub pii: bool,
}

impl Node {
    /// The expression without a probe around it.
    #[must_use]
    pub fn bare(&self) -> &Node {
        match &self.expr {
            Expr::Probe(_, inner) => inner.bare(),
            _ => self,
        }
    }

    /// How often the expression names a variable.
    #[must_use]
    pub fn names(&self, slot: Slot) -> usize {
        let own = usize::from(matches!(self.expr, Expr::Slot(known) if known == slot));
        own + self.parts().into_iter().map(|part| part.names(slot)).sum::<usize>()
    }

    /// The expressions directly inside.
    #[must_use]
    pub fn parts(&self) -> Vec<&Node> {
        match &self.expr {
            Expr::Const(_) | Expr::Record | Expr::Slot(_) | Expr::Param(_) => Vec::new(),
            Expr::Path { base, .. } | Expr::Query { base, .. } => vec![base],
            Expr::Call { args, .. } => args.iter().collect(),
            Expr::Lookup { keys, otherwise, .. } => keys.iter().chain(otherwise.as_deref()).collect(),
            Expr::Has { keys, .. } => keys.iter().collect(),
            Expr::Concat(parts) | Expr::List(parts) => parts.iter().collect(),
            Expr::Template(template) => template.names.iter().map(|(_, value)| value).collect(),
            Expr::Arithmetic(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Coalesce(a, b)
            | Expr::Catch(a, b) => vec![a, b],
            Expr::In { item, list, .. } => vec![item, list],
            Expr::Not(inner) | Expr::Negate(inner) | Expr::Probe(_, inner) => vec![inner],
            Expr::If(a, b, c) => vec![a, b, c],
            Expr::Match { subject, arms, otherwise } => {
                let subject = subject.iter().map(|(subject, _)| &**subject);
                let arms = arms.iter().flat_map(|(condition, result)| [condition, result]);
                subject.chain(arms).chain(otherwise.as_deref()).collect()
            }
            Expr::For { list, filter, body, .. } => {
                std::iter::once(&**list).chain(filter.as_deref()).chain([&**body]).collect()
            }
            Expr::Object(fields) => fields.iter().map(|(_, value)| value).collect(),
            Expr::With(base, fields) => std::iter::once(&**base).chain(fields.iter().map(|(_, value)| value)).collect(),
            Expr::Block(lets, body) | Expr::Inlined { args: lets, body } => {
                lets.iter().map(|(_, value)| value).chain([&**body]).collect()
            }
        }
    }
}

/// What to work out.
#[derive(Debug, Clone)]
pub enum Expr {
    /// A value that is known.
    Const(Value),
    /// The record.
    Record,
    /// A variable.
    Slot(Slot),
    /// A parameter of the environment.
    Param(usize),
    /// Direct access along a path.
    Path {
        /// Where it starts.
        base: Box<Node>,
        /// The way.
        steps: Vec<PathStep>,
        /// What the schema says is found; text is read as this.
        read: Option<Base>,
    },
    /// A JSONPath query that is no plain path; gives a list.
    Query {
        /// Where it starts.
        base: Box<Node>,
        /// The query.
        query: Arc<Query>,
        /// What the schema says is found.
        read: Option<Base>,
    },
    /// A call.
    Call {
        /// The function.
        function: &'static Function,
        /// Its arguments.
        args: Vec<Node>,
    },
    /// A lookup.
    Lookup {
        /// Which.
        lookup: LookupId,
        /// The keys.
        keys: Vec<Node>,
        /// What a miss gives; without it a miss rejects the record.
        otherwise: Option<Box<Node>>,
    },
    /// Whether a lookup has an entry.
    Has {
        /// Which.
        lookup: LookupId,
        /// The keys.
        keys: Vec<Node>,
        /// Whether it must have none.
        not: bool,
    },
    /// Text put together from parts.
    Concat(Vec<Node>),
    /// A template with statements, rendered by minijinja.
    Template(Arc<Template>),
    /// Arithmetic.
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    /// A comparison.
    Compare(Comparison, Box<Node>, Box<Node>),
    /// Whether a value is in a list.
    In {
        /// The value.
        item: Box<Node>,
        /// The list.
        list: Box<Node>,
        /// Whether it must not be.
        not: bool,
    },
    /// Both.
    And(Box<Node>, Box<Node>),
    /// Either.
    Or(Box<Node>, Box<Node>),
    /// The opposite.
    Not(Box<Node>),
    /// The negative.
    Negate(Box<Node>),
    /// The first, or the second where the first is null.
    Coalesce(Box<Node>, Box<Node>),
    /// The first, or the second where the first fails.
    Catch(Box<Node>, Box<Node>),
    /// One of two.
    If(Box<Node>, Box<Node>, Box<Node>),
    /// The first arm that fits.
    Match {
        /// What is matched, kept in a slot; `None` where the arms are conditions.
        subject: Option<(Box<Node>, Slot)>,
        /// Conditions and results.
        arms: Vec<(Node, Node)>,
        /// The result where none fits; without it that is an error.
        otherwise: Option<Box<Node>>,
    },
    /// A list from a list.
    For {
        /// The slot of the item.
        slot: Slot,
        /// The list.
        list: Box<Node>,
        /// Which items.
        filter: Option<Box<Node>>,
        /// What each becomes.
        body: Box<Node>,
    },
    /// A list.
    List(Vec<Node>),
    /// An object.
    Object(Fields),
    /// An object with some fields set anew.
    With(Box<Node>, Vec<(Arc<str>, Node)>),
    /// A user's function where it is called: its parameters and variables have slots of their own here, so a call costs
    /// what its body costs. The node's place is that of the call.
    Inlined {
        /// The arguments, by the slots of the parameters.
        args: Vec<(Slot, Node)>,
        /// The body.
        body: Box<Node>,
    },
    /// Variables, then a value.
    Block(Vec<(Slot, Node)>, Box<Node>),
    /// The same, counted for the coverage of tests. Only plans that were compiled for it have any.
    Probe(Probe, Box<Node>),
}

/// The fields of an object that is built, and the names that all objects built here share.
#[derive(Debug, Default)]
pub struct Fields {
    nodes: Vec<(Arc<str>, Node)>,
    names: Names,
}

impl Fields {
    /// The names of the fields, in order.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }
}

impl Clone for Fields {
    /// The same fields, with names of their own.
    fn clone(&self) -> Self {
        Self { nodes: self.nodes.clone(), names: Arc::new(Vec::clone(&self.names)) }
    }
}

impl FromIterator<(Arc<str>, Node)> for Fields {
    fn from_iter<T: IntoIterator<Item = (Arc<str>, Node)>>(iter: T) -> Self {
        let nodes: Vec<(Arc<str>, Node)> = iter.into_iter().collect();
        let names = Arc::new(nodes.iter().map(|(name, _)| Text::new(name)).collect());
        Self { nodes, names }
    }
}

impl std::ops::Deref for Fields {
    type Target = [(Arc<str>, Node)];

    fn deref(&self) -> &Self::Target {
        &self.nodes
    }
}

impl std::ops::DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.nodes
    }
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathStep {
    /// Where to.
    pub to: Access,
    /// Whether the whole path gives null where this step finds nothing.
    pub lenient: bool,
    /// Where the field was found.
    near: Near,
}

impl PathStep {
    /// A step.
    #[must_use]
    pub fn new(to: Access, lenient: bool) -> Self {
        let near = match &to {
            Access::Field(name) => Near { name: Text::new(name), seen: OnceLock::new() },
            Access::Index(_) | Access::All => Near::default(),
        };
        Self { to, lenient, near }
    }
}

/// Where a step found its field in the first objects that it met. Objects of one shape share their names, so to see that
/// the names are the same is to know the place; only for other shapes is the name looked for.
#[derive(Debug, Default)]
pub struct Near {
    name: Text,
    seen: OnceLock<Seen>,
}

#[derive(Debug, Clone)]
struct Seen {
    /// Held, so that no other names can come to stand where these stood.
    names: Names,
    place: usize,
    /// How many steps of the path led there: more than one in a flat object.
    steps: usize,
}

impl PathStep {
    /// What this step, the first of `steps`, finds in an object, and how many of the steps led there.
    #[must_use]
    pub fn find<'o>(&self, object: &'o Object, steps: &[PathStep]) -> Option<(&'o Value, usize)> {
        if let Some(seen) = self.near.seen.get()
            && Arc::ptr_eq(&seen.names, object.names())
        {
            return object.values().get(seen.place).map(|value| (value, seen.steps));
        }
        self.search(object, steps)
    }

    fn search<'o>(&self, object: &'o Object, steps: &[PathStep]) -> Option<(&'o Value, usize)> {
        let mut path = self.near.name.to_string();
        let mut found = object.place(&self.near.name, 0).map(|place| (place, 1));
        if object.is_flat() {
            // The names are paths: the longest that these steps begin with is meant.
            for (index, step) in steps.iter().enumerate().skip(1) {
                let Access::Field(name) = &step.to else { break };
                path.push('.');
                path.push_str(name);
                found = object.place(&Text::new(&path), 0).map(|place| (place, index + 1)).or(found);
            }
        }
        let (place, steps) = found?;
        let _ = self.near.seen.set(Seen { names: Arc::clone(object.names()), place, steps });
        object.values().get(place).map(|value| (value, steps))
    }
}

impl Clone for Near {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), seen: OnceLock::new() }
    }
}

impl PartialEq for Near {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Access {
    /// A field.
    Field(Arc<str>),
    /// An item; from the end where negative.
    Index(i64),
    /// Every item.
    All,
}

/// An arithmetic operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`, also of text and of dates with durations.
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, exact to 28 digits.
    Divide,
    /// `%`
    Remainder,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    /// The template's text.
    pub source: String,
    /// The names it uses and what they are.
    pub names: Vec<(String, Node)>,
    /// minijinja with that one template in it.
    pub environment: minijinja::Environment<'static>,
}

/// The rounding of a division that has no exact result.
pub const DIVISION: Rounding = Rounding::HalfEven;
