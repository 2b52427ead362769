//! Where a value of a flow comes from, worked out from the plan and not from the text: the fields of the record, rows of
//! tables, what is looked up, what targets answer, the parameters and values that are written down, and the conditions
//! that decide between them.
//!
//! [`Tracer::origin`] follows one path through one expression and gives a tree. Lists are transparent on the way: the
//! path `lines.unit_price` means that field of every line. What was told once in a tree is told again only by name. All
//! kinds of expressions are in one match (`Tracer::walk`), so that the compiler points at what is new; [`uses`] and
//! [`ends`] only read the trees.

pub mod ends;
mod group;
pub mod impact;
mod shape;
pub mod uses;

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

pub use ends::{Guard, GuardKind};
pub use shape::{exists, fields, find, names, print};
pub use uses::{Cleared, Use, Uses};

use super::expr::{Access, Expr, Node};
use super::group::Grouping;
use super::{LookupId, LookupKind, Plan, Slot, Step, TargetId};
use crate::catalog::{Pii, Returns};
use crate::diag::Span;
use crate::value::Value;

/// How many steps back a value is followed; a flow that goes back further is told up to here.
const DEEPEST: usize = 300;

/// A path of fields through objects and lists.
pub type Path = Vec<Arc<str>>;

/// Where a value comes from: what it is, where that stands, and what that comes from.
#[derive(Debug)]
pub struct Origin {
    /// What it is.
    pub what: What,
    /// Where it stands in the flow.
    pub at: Span,
    /// What it comes from.
    pub parts: Vec<(Role, Origin)>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A field of the record.
    Field {
        /// Its path; empty for the whole record.
        path: String,
        /// Whether it is buyer data.
        pii: bool,
    },
    /// What a lookup finds.
    Found {
        /// The lookup.
        lookup: LookupId,
        /// The field of it, or the table's column; empty for all of it.
        path: String,
        /// Whether it is buyer data.
        pii: bool,
    },
    /// What a target answers.
    Answer {
        /// The target.
        target: TargetId,
        /// The field of it; empty for all of it.
        path: String,
        /// Whether it is buyer data.
        pii: bool,
    },
    /// A parameter of the environment.
    Param(usize),
    /// A value that stands in the flow.
    Constant(Value),
    /// Something that has a name in the flow.
    Named(Named),
    /// What a function gives.
    Function {
        /// The function.
        name: &'static str,
        /// Whether its result tells nothing of the buyer any more.
        clears: bool,
    },
    /// A comparison or condition, whose result is true or false.
    Condition,
    /// Put together from its parts, without a name of its own.
    Parts,
    /// The flow goes back further than is followed.
    Cut,
}

/// A name of the flow, with the path that is meant of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// The slot, for a `let` or transform of the flow itself.
    pub slot: Option<Slot>,
    /// Its name, as it is written where it is used.
    pub name: String,
    /// The path.
    pub path: Path,
    /// Whether the tree has told before where it comes from.
    pub again: bool,
}

/// What a part does for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It is the value, or goes into it.
    Value,
    /// It is the value where nothing else is there, or where something failed.
    Default,
    /// It decides which value it is.
    Test,
    /// It decides which items of a list are taken.
    Filter,
    /// There is one item for each of its items.
    Each,
    /// What is looked up by it.
    Key,
    /// It decides which records are made into one.
    Group,
}

impl Role {
    /// Whether the part only decides, and nothing of it is in the value.
    #[must_use]
    pub fn decides(self) -> bool {
        match self {
            Role::Value | Role::Default => false,
            Role::Test | Role::Filter | Role::Each | Role::Key | Role::Group => true,
        }
    }

    fn carried(self, whole: Carried) -> Carried {
        match self {
            Role::Value | Role::Default => whole,
            Role::Each => Carried::Counts,
            Role::Test | Role::Filter | Role::Key | Role::Group => Carried::Decides,
        }
    }
}

/// What a name outside of expressions stands for.
#[derive(Debug, Clone, Copy)]
enum Definition<'p> {
    Let(&'p Node),
    Item(&'p Node),
    Answer(TargetId),
    Group(&'p Grouping),
}

/// What a value is built by.
#[derive(Debug, Clone, Copy)]
pub enum Built<'p> {
    /// An expression.
    Value(&'p Node),
    /// Records that are made into one.
    Group(Slot, &'p Grouping),
}

impl Built<'_> {
    /// Where it stands.
    #[must_use]
    pub fn at(self) -> Span {
        match self {
            Built::Value(node) => node.at,
            Built::Group(_, group) => group.at,
        }
    }
}

/// Names that stand within an expression, from the inside out.
type Scope<'p> = Option<Rc<Inner<'p>>>;

#[derive(Debug)]
struct Inner<'p> {
    slot: Slot,
    value: &'p Node,
    /// Whether it is only another name for a part of something: the item of a list, the subject of a `match`.
    transparent: bool,
    outer: Scope<'p>,
    /// The names that its value sees.
    seen: Scope<'p>,
}

/// Follows values through one plan.
pub struct Tracer<'p> {
    plan: &'p Plan,
    names: BTreeMap<Slot, (String, Definition<'p>)>,
}

/// Finds its way back through one value.
struct Trail {
    told: HashSet<(usize, Path, Carried)>,
}

/// Whether buyer data would still be in the value, seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Carried {
    Whole,
    Cleared,
    Decides,
    /// Only how many items there are matters.
    Counts,
}

impl<'p> Tracer<'p> {
    /// For a plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        let mut tracer = Self { plan, names: BTreeMap::new() };
        if let Some(group) = &plan.group {
            tracer.define(&group.before);
            tracer.names.insert(group.slot, (group.name.clone(), Definition::Group(&group.group)));
        }
        tracer.define(&plan.steps);
        tracer
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// The names of the flow's own lets, transforms and group, with their slots, in the order of the flow.
    pub fn built(&self) -> impl Iterator<Item = (&str, Slot, Built<'p>)> {
        self.names.iter().filter_map(|(slot, (name, definition))| {
            let built = match *definition {
                Definition::Let(value) => Built::Value(value),
                Definition::Group(group) => Built::Group(*slot, group),
                Definition::Item(_) | Definition::Answer(_) => return None,
            };
            Some((name.as_str(), *slot, built))
        })
    }

    /// Where the value at a path of something that is built comes from.
    #[must_use]
    pub fn origin_of(&self, built: Built<'p>, path: &[Arc<str>]) -> Origin {
        let (slot, group) = match built {
            Built::Value(node) => return self.origin(node, path),
            Built::Group(slot, group) => (slot, group),
        };
        let mut trail = Trail { told: HashSet::new() };
        self.group(slot, group, path, Carried::Whole, &mut trail, 0)
            .or_else(|| self.group(slot, group, &[], Carried::Whole, &mut trail, 0))
            .unwrap_or(Origin { what: What::Parts, at: group.at, parts: Vec::new() })
    }

    /// Where the value at a path of an expression comes from.
    #[must_use]
    pub fn origin(&self, node: &'p Node, path: &[Arc<str>]) -> Origin {
        let mut trail = Trail { told: HashSet::new() };
        self.walk(node, path, &None, Carried::Whole, &mut trail, 0)
            .or_else(|| self.walk(node, &[], &None, Carried::Whole, &mut trail, 0))
            .unwrap_or(Origin { what: What::Parts, at: node.at, parts: Vec::new() })
    }

    fn define(&mut self, steps: &'p [Step]) {
        for step in steps {
            match step {
                Step::Skip { .. } | Step::Reject { .. } | Step::Wait { .. } | Step::Ensure { .. } => {}
                Step::Let { name, slot, value } => {
                    self.names.insert(*slot, (name.clone(), Definition::Let(value)));
                }
                Step::When { then, otherwise, .. } => {
                    self.define(then);
                    self.define(otherwise);
                }
                Step::Each(each) => {
                    self.names.insert(each.slot, (String::new(), Definition::Item(&each.list)));
                    self.define(&each.steps);
                }
                Step::Target(id) => {
                    if let Some(target) = self.plan.targets.get(*id) {
                        self.names.insert(target.slot, (target.name.clone(), Definition::Answer(*id)));
                    }
                }
            }
        }
    }

    /// `None` where the expression has nothing at that path.
    fn walk(
        &self,
        node: &'p Node,
        path: &[Arc<str>],
        scope: &Scope<'p>,
        carried: Carried,
        trail: &mut Trail,
        depth: usize,
    ) -> Option<Origin> {
        if depth > DEEPEST {
            return Some(Origin { what: What::Cut, at: node.at, parts: Vec::new() });
        }
        let mut parts: Vec<(Role, Origin)> = Vec::new();
        // What goes into the value as a whole, what is the value itself, and what decides about it.
        macro_rules! whole {
            ($role:expr, $carried:expr, $part:expr) => {{
                let carried = $role.carried($carried);
                if let Some(origin) = self.walk($part, &[], scope, carried, trail, depth + 1) {
                    parts.push(($role, origin));
                }
            }};
        }
        macro_rules! itself {
            ($role:expr, $part:expr, $path:expr, $scope:expr) => {
                if let Some(origin) = self.walk($part, $path, $scope, carried, trail, depth + 1) {
                    parts.push(($role, origin));
                }
            };
        }
        if carried == Carried::Counts && is_single(&node.expr) {
            return Some(Origin { what: What::Parts, at: node.at, parts });
        }
        // Text and conditions have no fields.
        if !path.is_empty()
            && matches!(
                node.expr,
                Expr::Concat(_)
                    | Expr::Template(_)
                    | Expr::Compare(..)
                    | Expr::In { .. }
                    | Expr::And(..)
                    | Expr::Or(..)
                    | Expr::Not(_)
                    | Expr::Has { .. }
            )
        {
            return None;
        }
        let cleared = if carried == Carried::Whole { Carried::Cleared } else { carried };
        let mut at = node.at;
        let what = match &node.expr {
            Expr::Const(value) => {
                let mut value = value;
                for name in path {
                    value = value.get(name)?;
                }
                What::Constant(value.clone())
            }
            Expr::Record => {
                let (path, pii) = shape::record(&self.plan.source.record, path)?;
                What::Field { path, pii }
            }
            Expr::Param(index) => What::Param(*index),
            Expr::Slot(slot) => return self.variable(node, *slot, path, scope, carried, trail, depth),
            Expr::Path { base, steps, .. } => {
                let fields = steps.iter().filter_map(|step| match &step.to {
                    Access::Field(name) => Some(Arc::clone(name)),
                    Access::Index(_) | Access::All => None,
                });
                let whole = path.is_empty();
                let path: Path = fields.chain(path.iter().cloned()).collect();
                let mut origin = self.walk(base, &path, scope, carried, trail, depth + 1);
                if origin.is_none() && whole {
                    origin = self.walk(base, &[], scope, carried, trail, depth + 1);
                }
                // The whole path is the place, not only its start.
                return origin.map(|origin| moved(origin, node.at));
            }
            Expr::Query { query, .. } => What::Field { path: shape::query(query), pii: node.pii },
            Expr::Call { function, args } => {
                let clears = function.pii == Pii::Clears;
                let passed = if clears { cleared } else { carried };
                for (index, arg) in args.iter().enumerate() {
                    let hands_on = match &function.returns {
                        Returns::Same(at) | Returns::Item(at) | Returns::ListOf(at) => *at == index,
                        Returns::Worked(_) => true,
                        Returns::Fixed(_) | Returns::Nullable(_) => false,
                    };
                    let at_path = if hands_on && !path.is_empty() {
                        self.walk(arg, path, scope, passed, trail, depth + 1)
                    } else {
                        None
                    };
                    match at_path {
                        Some(origin) => {
                            // What is built within the call is told by its own text.
                            if origin.what == What::Parts {
                                at = origin.at;
                            }
                            parts.push((Role::Value, origin));
                        }
                        None => whole!(Role::Value, passed, arg),
                    }
                }
                What::Function { name: function.name, clears }
            }
            Expr::Lookup { lookup, keys, otherwise } => {
                for key in keys {
                    whole!(Role::Key, carried, key);
                }
                if let Some(otherwise) = otherwise {
                    itself!(Role::Default, otherwise, path, scope);
                }
                let (path, pii) = self.found(*lookup, path)?;
                What::Found { lookup: *lookup, path, pii }
            }
            Expr::Has { lookup, keys, .. } => {
                for key in keys {
                    whole!(Role::Key, cleared, key);
                }
                let found = Origin {
                    what: What::Found { lookup: *lookup, path: String::new(), pii: false },
                    at: node.at,
                    parts,
                };
                return Some(Origin { what: What::Condition, at, parts: vec![(Role::Test, found)] });
            }
            Expr::Concat(list) => {
                list.iter().for_each(|part| whole!(Role::Value, carried, part));
                What::Parts
            }
            Expr::Template(template) => {
                template.names.iter().for_each(|(_, part)| whole!(Role::Value, carried, part));
                What::Parts
            }
            Expr::Arithmetic(_, a, b) => {
                [a, b].into_iter().for_each(|part| whole!(Role::Value, carried, part));
                What::Parts
            }
            Expr::Negate(inner) => {
                whole!(Role::Value, carried, inner);
                What::Parts
            }
            Expr::Compare(_, a, b) | Expr::In { item: a, list: b, .. } | Expr::And(a, b) | Expr::Or(a, b) => {
                [a, b].into_iter().for_each(|part| whole!(Role::Value, cleared, part));
                What::Condition
            }
            Expr::Not(inner) => {
                whole!(Role::Value, cleared, inner);
                What::Condition
            }
            Expr::Coalesce(first, second) | Expr::Catch(first, second) => {
                itself!(Role::Value, first, path, scope);
                itself!(Role::Default, second, path, scope);
                none_of(&parts)?;
                What::Parts
            }
            Expr::If(condition, then, otherwise) => {
                itself!(Role::Value, then, path, scope);
                itself!(Role::Value, otherwise, path, scope);
                none_of(&parts)?;
                whole!(Role::Test, carried, condition);
                What::Parts
            }
            Expr::Match { subject, arms, otherwise } => {
                let within = match subject {
                    Some((subject, slot)) => &inner(*slot, subject, true, scope, scope),
                    None => scope,
                };
                for (_, result) in arms {
                    itself!(Role::Value, result, path, within);
                }
                if let Some(otherwise) = otherwise {
                    itself!(Role::Value, otherwise, path, within);
                }
                none_of(&parts)?;
                // What the cases compare with is told by the text; what is compared decides.
                match subject {
                    Some((subject, _)) => whole!(Role::Test, carried, subject),
                    None => arms.iter().for_each(|(condition, _)| whole!(Role::Test, carried, condition)),
                }
                What::Parts
            }
            Expr::For { slot, list, filter, body } => {
                let within = inner(*slot, list, true, scope, scope);
                itself!(Role::Value, body, path, &within);
                none_of(&parts)?;
                if let (false, Some((_, origin))) = (path.is_empty(), parts.first()) {
                    at = origin.at;
                }
                if let Some(filter) = filter {
                    let found = self.walk(filter, &[], &within, Carried::Decides, trail, depth + 1);
                    parts.extend(found.map(|origin| (Role::Filter, origin)));
                }
                whole!(Role::Each, carried, list);
                What::Parts
            }
            Expr::List(items) => {
                for item in items {
                    itself!(Role::Value, item, path, scope);
                }
                if !items.is_empty() {
                    none_of(&parts)?;
                }
                What::Parts
            }
            Expr::Object(fields) => match path.split_first() {
                None => {
                    fields.iter().for_each(|(_, field)| itself!(Role::Value, field, &[], scope));
                    What::Parts
                }
                Some((name, rest)) => {
                    let (_, field) = fields.iter().find(|(field, _)| field == name)?;
                    return self.walk(field, rest, scope, carried, trail, depth + 1);
                }
            },
            Expr::With(base, fields) => match path.split_first() {
                None => {
                    itself!(Role::Value, base, &[], scope);
                    fields.iter().for_each(|(_, field)| itself!(Role::Value, field, &[], scope));
                    What::Parts
                }
                Some((name, rest)) => match fields.iter().find(|(field, _)| field == name) {
                    Some((_, field)) => return self.walk(field, rest, scope, carried, trail, depth + 1),
                    None => return self.walk(base, path, scope, carried, trail, depth + 1),
                },
            },
            Expr::Block(lets, body) => {
                let mut within = scope.clone();
                for (slot, value) in lets {
                    within = inner(*slot, value, false, &within, &within);
                }
                return self.walk(body, path, &within, carried, trail, depth + 1);
            }
            Expr::Inlined { args, body } => {
                // A parameter is only another name for its argument, which sees nothing of the function.
                let mut within = None;
                for (slot, value) in args {
                    within = inner(*slot, value, true, &within, scope);
                }
                return self.walk(body, path, &within, carried, trail, depth + 1);
            }
            Expr::Probe(_, body) => return self.walk(body, path, scope, carried, trail, depth),
        };
        Some(Origin { what, at, parts })
    }

    #[allow(clippy::too_many_arguments, reason = "the state of one walk")]
    fn variable(
        &self,
        node: &'p Node,
        slot: Slot,
        path: &[Arc<str>],
        scope: &Scope<'p>,
        carried: Carried,
        trail: &mut Trail,
        depth: usize,
    ) -> Option<Origin> {
        let mut at = scope;
        while let Some(known) = at {
            if known.slot == slot {
                if known.transparent {
                    return self.walk(known.value, path, &known.seen, carried, trail, depth + 1);
                }
                return self.named(node, None, known.value, path, &known.seen, carried, trail, depth);
            }
            at = &known.outer;
        }
        match self.names.get(&slot)?.1 {
            Definition::Let(value) => self.named(node, Some(slot), value, path, &None, carried, trail, depth),
            Definition::Item(list) => self.walk(list, path, &None, carried, trail, depth + 1),
            Definition::Group(group) => self.group(slot, group, path, carried, trail, depth),
            Definition::Answer(target) => {
                let output = &self.plan.targets.get(target)?.output;
                let (path, pii) = shape::record(output, path)?;
                Some(Origin { what: What::Answer { target, path, pii }, at: node.at, parts: Vec::new() })
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the state of one walk")]
    fn named(
        &self,
        node: &'p Node,
        slot: Option<Slot>,
        value: &'p Node,
        path: &[Arc<str>],
        scope: &Scope<'p>,
        carried: Carried,
        trail: &mut Trail,
        depth: usize,
    ) -> Option<Origin> {
        let name = match slot.and_then(|slot| self.names.get(&slot)) {
            Some((name, _)) => name.clone(),
            None => self.plan.snippet(node.at),
        };
        let key = (std::ptr::from_ref(value) as usize, path.to_vec(), carried);
        let again = !is_alias(value) && !trail.told.insert(key.clone());
        let named = Named { slot, name, path: path.to_vec(), again };
        if again {
            return Some(Origin { what: What::Named(named), at: value.at, parts: Vec::new() });
        }
        let Some(origin) = self.walk(value, path, scope, carried, trail, depth + 1) else {
            trail.told.remove(&key);
            return None;
        };
        let at = origin.at;
        Some(Origin { what: What::Named(named), at, parts: vec![(Role::Value, origin)] })
    }

    fn found(&self, lookup: LookupId, path: &[Arc<str>]) -> Option<(String, bool)> {
        match &self.plan.lookups.get(lookup)?.kind {
            LookupKind::Table(table) => Some(match (path, table.give.as_slice()) {
                ([], [only]) => (only.clone(), false),
                ([], columns) => (columns.join(", "), false),
                (path, _) => (path.join("."), false),
            }),
            LookupKind::Entity { record, .. } => shape::record(record, path),
            LookupKind::Join(join) => shape::record(&join.source.record, path),
        }
    }
}

/// Whether an expression is one value and no list: how many there are is known then.
fn is_single(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Const(_)
            | Expr::Param(_)
            | Expr::Object(_)
            | Expr::With(..)
            | Expr::Concat(_)
            | Expr::Template(_)
            | Expr::Arithmetic(..)
            | Expr::Negate(_)
            | Expr::Compare(..)
            | Expr::In { .. }
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Not(_)
    )
}

/// Whether an expression is only a place in the record.
fn is_alias(node: &Node) -> bool {
    match &node.bare().expr {
        Expr::Record => true,
        Expr::Path { base, .. } => is_alias(base),
        _ => false,
    }
}

/// A leaf that is reached by a path stands where the path is written, also where the path begins with a name for a part
/// of the record.
fn moved(mut origin: Origin, to: Span) -> Origin {
    let mut at = &mut origin;
    loop {
        match &at.what {
            What::Field { .. } | What::Found { .. } | What::Answer { .. } => {
                at.at = to;
                return origin;
            }
            What::Named(_) => match at.parts.as_mut_slice() {
                [(_, only)] => at = only,
                _ => return origin,
            },
            _ => return origin,
        }
    }
}

/// `None` where nothing was found on any of the ways.
fn none_of(parts: &[(Role, Origin)]) -> Option<()> {
    (!parts.is_empty()).then_some(())
}

fn inner<'p>(slot: Slot, value: &'p Node, transparent: bool, outer: &Scope<'p>, seen: &Scope<'p>) -> Scope<'p> {
    Some(Rc::new(Inner { slot, value, transparent, outer: outer.clone(), seen: seen.clone() }))
}
