//! Which parts of a plan were reached. Where it is asked for, the compiler puts probes around what counts: each step, each
//! field, both sides of each decision. A plan that was compiled without has none, and pays nothing.
//!
//! A probe counts and gives on what it got, so a plan with probes works out the same as one without.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::eval::{EvalError, Frame, Lookups, evaluate};
use super::expr::{Expr, Node};
use super::group::{Aggregate, Grouping};
use super::{GroupPlan, LookupId, LookupKind, LookupPlan, Step, TargetPlan};
use crate::diag::Span;
use crate::value::Value;

/// What of a plan counts, and how often each of it was reached.
#[derive(Debug, Default)]
pub struct Coverage {
    /// What is worked out, by its place.
    pub parts: Vec<Part>,
    /// Sides of decisions.
    pub sides: Vec<Side>,
    /// How often each row of each table was found, by lookup.
    rows: Vec<Vec<AtomicU64>>,
}

impl Coverage {
    /// Counts that a table's row was found.
    pub fn found(&self, lookup: LookupId, row: usize) {
        if let Some(count) = self.rows.get(lookup).and_then(|rows| rows.get(row)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often a table's row was found.
    #[must_use]
    pub fn row(&self, lookup: LookupId, row: usize) -> u64 {
        self.rows.get(lookup).and_then(|rows| rows.get(row)).map_or(0, |count| count.load(Ordering::Relaxed))
    }
}

/// Something that is worked out.
#[derive(Debug)]
pub struct Part {
    /// Where it stands.
    pub at: Span,
    hits: Arc<Hits>,
}

impl Part {
    /// How often it was reached.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.hits.reached.load(Ordering::Relaxed)
    }
}

/// One side of a decision.
#[derive(Debug)]
pub struct Side {
    /// What stands where this side is decided: its case, or the condition.
    pub at: Span,
    /// What to say where it never came to this side.
    pub missed: &'static str,
    hits: Arc<Hits>,
    taken: Taken,
}

/// Which count tells that a side was taken.
#[derive(Debug)]
enum Taken {
    Yes,
    No,
    Reached,
    /// Reached, and this was not.
    ReachedWithout(Arc<Hits>),
}

impl Side {
    /// How often it was taken.
    #[must_use]
    pub fn count(&self) -> u64 {
        let reached = self.hits.reached.load(Ordering::Relaxed);
        match &self.taken {
            Taken::Yes => self.hits.yes.load(Ordering::Relaxed),
            Taken::No => self.hits.no.load(Ordering::Relaxed),
            Taken::Reached => reached,
            Taken::ReachedWithout(other) => reached.saturating_sub(other.reached.load(Ordering::Relaxed)),
        }
    }
}

/// How often something was reached, and how it came out.
#[derive(Debug, Default)]
struct Hits {
    reached: AtomicU64,
    yes: AtomicU64,
    no: AtomicU64,
}

/// What a probe looks at besides that it is reached.
#[derive(Debug, Clone, Copy)]
enum Watch {
    Nothing,
    /// True or false.
    Truth,
    /// There or null.
    Presence,
    /// Worked out or failed.
    Success,
}

/// Counts how often what it is around is worked out, and how that comes out.
#[derive(Debug, Clone)]
pub struct Probe {
    watch: Watch,
    hits: Arc<Hits>,
}

impl Probe {
    /// Works out what the probe is around, and counts.
    pub(super) fn evaluate(&self, inner: &Node, frame: &mut Frame, lookups: &dyn Lookups) -> Result<Value, EvalError> {
        self.hits.reached.fetch_add(1, Ordering::Relaxed);
        let outcome = evaluate(inner, frame, lookups);
        let yes = match (self.watch, &outcome) {
            (Watch::Nothing, _) | (Watch::Truth | Watch::Presence, Err(_)) => return outcome,
            (Watch::Truth, Ok(value)) => *value == Value::Bool(true),
            (Watch::Presence, Ok(value)) => !value.is_null(),
            (Watch::Success, outcome) => outcome.is_ok(),
        };
        let side = if yes { &self.hits.yes } else { &self.hits.no };
        side.fetch_add(1, Ordering::Relaxed);
        outcome
    }
}

/// Puts probes into what a flow does. Gives what they count.
pub(crate) fn instrument(
    key: &mut Node,
    group: Option<&mut GroupPlan>,
    steps: &mut [Step],
    targets: &mut [TargetPlan],
    lookups: &[LookupPlan],
) -> Coverage {
    let rows = |lookup: &LookupPlan| match &lookup.kind {
        LookupKind::Table(table) => table.rows().iter().map(|_| AtomicU64::new(0)).collect(),
        LookupKind::Entity { .. } | LookupKind::Join(_) => Vec::new(),
    };
    let mut coverage = Coverage { rows: lookups.iter().map(rows).collect(), ..Coverage::default() };
    match group {
        None => coverage.part(key),
        Some(group) => {
            coverage.steps(&mut group.before);
            coverage.group(&mut group.group);
        }
    }
    coverage.steps(steps);
    for target in targets {
        let at = target.at;
        coverage.inside(&mut target.payload);
        let hits = wrap(&mut target.payload, Watch::Nothing);
        coverage.parts.push(Part { at, hits });
    }
    coverage
}

fn wrap(node: &mut Node, watch: Watch) -> Arc<Hits> {
    let hits = Arc::new(Hits::default());
    let empty = Node { expr: Expr::Const(Value::Null), at: node.at, pii: node.pii };
    let inner = std::mem::replace(node, empty);
    node.expr = Expr::Probe(Probe { watch, hits: Arc::clone(&hits) }, Box::new(inner));
    hits
}

impl Coverage {
    fn steps(&mut self, steps: &mut [Step]) {
        for step in steps {
            match step {
                Step::Skip { when, because } => {
                    self.decision(when, "never skips", "always skips");
                    because.iter_mut().for_each(|because| self.inside(because));
                }
                Step::Reject { when, because } => {
                    self.decision(when, "never rejects", "always rejects");
                    self.inside(because);
                }
                Step::Wait { when, because, .. } => {
                    self.decision(when, "never waits", "always waits");
                    self.inside(because);
                }
                Step::Ensure { condition, because } => {
                    self.decision(condition, "never holds", "always holds");
                    because.iter_mut().for_each(|because| self.inside(because));
                }
                Step::Let { value, .. } => self.part(value),
                Step::When { condition, then, otherwise } => {
                    self.decision(condition, "never holds", "always holds");
                    self.steps(then);
                    self.steps(otherwise);
                }
                Step::Each(each) => {
                    self.part(&mut each.list);
                    self.inside(&mut each.key);
                    each.filter.iter_mut().for_each(|filter| self.kept(filter));
                    self.steps(&mut each.steps);
                }
                // Its payload has a probe of its own.
                Step::Target(_) => {}
            }
        }
    }

    fn group(&mut self, group: &mut Grouping) {
        group.by.iter_mut().for_each(|(_, key)| self.part(key));
        group.filter.iter_mut().for_each(|filter| self.kept(filter));
        for (_, field) in &mut group.fields {
            match field {
                Aggregate::Group(group) => self.group(group),
                Aggregate::Fold { of, filter, .. } => {
                    of.iter_mut().for_each(|of| self.part(of));
                    filter.iter_mut().for_each(|filter| self.kept(filter));
                }
            }
        }
    }

    /// Something that is worked out at a place of its own.
    fn part(&mut self, node: &mut Node) {
        self.inside(node);
        let hits = wrap(node, Watch::Nothing);
        self.parts.push(Part { at: node.at, hits });
    }

    /// A condition that is a step's own, with what to say where it never or always holds.
    fn decision(&mut self, node: &mut Node, never: &'static str, always: &'static str) {
        let (at, hits) = (node.at, self.watched(node, Watch::Truth));
        self.parts.push(Part { at, hits: Arc::clone(&hits) });
        self.sides.push(Side { at, missed: never, hits: Arc::clone(&hits), taken: Taken::Yes });
        self.sides.push(Side { at, missed: always, hits, taken: Taken::No });
    }

    /// Which items of a list are kept.
    fn kept(&mut self, filter: &mut Node) {
        let hits = self.watched(filter, Watch::Truth);
        let (kept, dropped) = ("keeps no item", "keeps every item");
        self.sides.push(Side { at: filter.at, missed: kept, hits: Arc::clone(&hits), taken: Taken::Yes });
        self.sides.push(Side { at: filter.at, missed: dropped, hits, taken: Taken::No });
    }

    fn watched(&mut self, node: &mut Node, watch: Watch) -> Arc<Hits> {
        self.inside(node);
        wrap(node, watch)
    }

    /// What something is made of.
    fn inside(&mut self, node: &mut Node) {
        let at = node.at;
        match &mut node.expr {
            Expr::Const(_) | Expr::Record | Expr::Slot(_) | Expr::Param(_) | Expr::Template(_) | Expr::Probe(..) => {}
            Expr::Path { base, .. } | Expr::Query { base, .. } => self.inside(base),
            Expr::Call { args, .. } | Expr::Has { keys: args, .. } => self.all(args),
            Expr::Concat(parts) => self.all(parts),
            Expr::List(items) => items.iter_mut().for_each(|item| self.part(item)),
            Expr::Lookup { keys, otherwise, .. } => {
                self.all(keys);
                let missed = otherwise.as_deref_mut().map(|otherwise| self.watched(otherwise, Watch::Nothing));
                if let Some(missed) = missed {
                    let hits = wrap(node, Watch::Success);
                    let found = Taken::ReachedWithout(Arc::clone(&missed));
                    self.sides.push(Side { at, missed: "never finds anything", hits, taken: found });
                    let miss = "never misses: its `else` is not used";
                    self.sides.push(Side { at, missed: miss, hits: missed, taken: Taken::Reached });
                }
            }
            Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) | Expr::Or(a, b) => {
                self.inside(a);
                self.inside(b);
            }
            Expr::In { item, list, .. } => {
                self.inside(item);
                self.inside(list);
            }
            Expr::Not(inner) | Expr::Negate(inner) => self.inside(inner),
            Expr::Coalesce(first, second) => {
                let hits = self.watched(first, Watch::Presence);
                self.inside(second);
                let there = "is never there: its default is always taken";
                let absent = "is a default that is never taken";
                self.sides.push(Side { at: first.at, missed: there, hits: Arc::clone(&hits), taken: Taken::Yes });
                self.sides.push(Side { at: second.at, missed: absent, hits, taken: Taken::No });
            }
            Expr::Catch(first, second) => {
                let hits = self.watched(first, Watch::Success);
                self.inside(second);
                let done = "always fails and is caught";
                let failed = "is never used: nothing fails that is caught here";
                self.sides.push(Side { at: first.at, missed: done, hits: Arc::clone(&hits), taken: Taken::Yes });
                self.sides.push(Side { at: second.at, missed: failed, hits, taken: Taken::No });
            }
            Expr::If(condition, then, otherwise) => {
                let hits = self.watched(condition, Watch::Truth);
                self.part(then);
                self.part(otherwise);
                let (yes, no) =
                    ("is never taken: the condition never holds", "is never taken: the condition always holds");
                self.sides.push(Side { at: then.at, missed: yes, hits: Arc::clone(&hits), taken: Taken::Yes });
                self.sides.push(Side { at: otherwise.at, missed: no, hits, taken: Taken::No });
            }
            Expr::Match { subject, arms, otherwise } => {
                subject.iter_mut().for_each(|(subject, _)| self.inside(subject));
                for (condition, result) in arms {
                    self.inside(condition);
                    self.case(condition.at.to(result.at), result);
                }
                otherwise.iter_mut().for_each(|otherwise| self.case(otherwise.at, otherwise));
            }
            Expr::For { list, filter, body, .. } => {
                self.inside(list);
                if let Some(filter) = filter {
                    self.kept(filter);
                }
                self.part(body);
            }
            Expr::Object(fields) => fields.iter_mut().for_each(|(_, value)| self.part(value)),
            Expr::With(base, fields) => {
                self.inside(base);
                fields.iter_mut().for_each(|(_, value)| self.part(value));
            }
            Expr::Inlined { args, body } => {
                args.iter_mut().for_each(|(_, value)| self.part(value));
                self.part(body);
            }
            Expr::Block(lets, body) => {
                lets.iter_mut().for_each(|(_, value)| self.part(value));
                self.inside(body);
            }
        }
    }

    fn case(&mut self, at: Span, result: &mut Node) {
        let hits = self.watched(result, Watch::Nothing);
        self.parts.push(Part { at, hits: Arc::clone(&hits) });
        self.sides.push(Side { at, missed: "is a case that is never taken", hits, taken: Taken::Reached });
    }

    fn all(&mut self, nodes: &mut [Node]) {
        nodes.iter_mut().for_each(|node| self.inside(node));
    }
}
