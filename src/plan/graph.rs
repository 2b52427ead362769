//! The execution graph as a picture's data: what flows from where to where. The edges are the data dependencies that
//! decide what must wait for what.

use std::collections::{BTreeMap, BTreeSet};

use super::expr::{Expr, Node};
use super::{GroupPlan, LookupId, LookupKind, Plan, Slot, Step};

/// A node of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphNode {
    /// Its id, unique in the graph.
    pub id: String,
    /// What it is.
    pub kind: GraphKind,
    /// What stands in it.
    pub label: String,
    /// The line of the flow, from 1.
    pub line: u32,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphKind {
    /// Where records come from.
    Source,
    /// A table or a connector that is looked up.
    Lookup,
    /// A condition that ends or divides the way.
    Condition,
    /// Something worked out.
    Value,
    /// A write.
    Target,
}

impl GraphKind {
    /// Its name in machine forms.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            GraphKind::Source => "source",
            GraphKind::Lookup => "lookup",
            GraphKind::Condition => "condition",
            GraphKind::Value => "value",
            GraphKind::Target => "target",
        }
    }
}

/// An edge: the second needs the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphEdge {
    /// The id of what is needed.
    pub from: String,
    /// The id of what needs it.
    pub to: String,
    /// `yes` or `no` behind a condition; empty for data.
    pub label: String,
}

/// The picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// Its nodes, in the order of the flow.
    pub nodes: Vec<GraphNode>,
    /// Its edges.
    pub edges: Vec<GraphEdge>,
}

/// Draws a plan.
#[must_use]
pub fn graph(plan: &Plan) -> Graph {
    let mut drawing =
        Drawing { plan, graph: Graph::default(), slots: BTreeMap::new(), edges: BTreeSet::new(), count: 0 };
    let triggers: Vec<String> = plan.source.triggers.iter().map(trigger).collect();
    let label = format!("{}.{}\n{}", plan.source.connector, plan.source.entity, triggers.join(", "));
    drawing.add("source", GraphKind::Source, label, plan.key.at.start);
    for (index, lookup) in plan.lookups.iter().enumerate() {
        let from = match &lookup.kind {
            LookupKind::Table(table) if table.path.is_empty() => "table".to_owned(),
            LookupKind::Table(table) => table.path.clone(),
            LookupKind::Entity { connector, entity, key, .. } => format!("{connector}.{entity} by {key}"),
            LookupKind::Join(join) => {
                format!("{}.{} by {}", join.source.connector, join.source.entity, join.by.join(", "))
            }
        };
        drawing.add(&lookup_id(index), GraphKind::Lookup, format!("{}\n{from}", lookup.name), lookup.at.start);
    }
    if let Some(group) = &plan.group {
        drawing.steps(&group.before, None);
        drawing.group(group);
    }
    drawing.steps(&plan.steps, None);
    drawing.graph.edges = drawing.edges.into_iter().collect();
    drawing.graph
}

fn trigger(trigger: &super::Trigger) -> String {
    match trigger {
        super::Trigger::Event(name) => format!("on {name}"),
        super::Trigger::Every(every) => match every.as_secs() {
            seconds if seconds % 3600 == 0 => format!("every {}h", seconds / 3600),
            seconds if seconds % 60 == 0 => format!("every {}m", seconds / 60),
            seconds => format!("every {seconds}s"),
        },
        super::Trigger::Cron(schedule, zone) => format!("{schedule} {zone}"),
        super::Trigger::Webhook(name) => format!("on webhook {name}"),
        super::Trigger::Manual => "manual".to_owned(),
    }
}

fn lookup_id(lookup: LookupId) -> String {
    format!("lookup{lookup}")
}

struct Drawing<'p> {
    plan: &'p Plan,
    graph: Graph,
    /// Which node set each slot.
    slots: BTreeMap<Slot, String>,
    edges: BTreeSet<GraphEdge>,
    count: usize,
}

impl Drawing<'_> {
    fn add(&mut self, id: &str, kind: GraphKind, label: String, at: u32) {
        let (line, _) = self.plan.source_text.place(at);
        self.graph.nodes.push(GraphNode { id: id.to_owned(), kind, label, line });
    }

    fn next(&mut self, kind: GraphKind, label: String, at: u32) -> String {
        self.count += 1;
        let id = format!("n{}", self.count);
        self.add(&id, kind, label, at);
        id
    }

    fn edge(&mut self, from: &str, to: &str, label: &str) {
        self.edges.insert(GraphEdge { from: from.to_owned(), to: to.to_owned(), label: label.to_owned() });
    }

    fn needs(&mut self, id: &str, nodes: &[&Node], under: Option<&(String, &'static str)>) {
        let mut used = Used::default();
        nodes.iter().for_each(|node| used.walk(node));
        for slot in used.slots {
            if let Some(from) = self.slots.get(&slot).cloned() {
                self.edge(&from, id, "");
            }
        }
        for lookup in used.lookups {
            self.edge(&lookup_id(lookup), id, "");
        }
        if used.record {
            self.edge("source", id, "");
        }
        if let Some((condition, label)) = under {
            self.edge(condition, id, label);
        }
    }

    fn group(&mut self, group: &GroupPlan) {
        let by: Vec<&str> = group.group.by.iter().map(|(name, _)| &**name).collect();
        let label = format!("group {}\nby {}", group.name, by.join(", "));
        let id = self.next(GraphKind::Value, label, group.group.at.start);
        let mut nodes = Vec::new();
        group.group.nodes(&mut |node| nodes.push(node));
        self.needs(&id, &nodes, None);
        self.slots.insert(group.slot, id);
    }

    fn steps(&mut self, steps: &[Step], under: Option<&(String, &'static str)>) {
        for step in steps {
            match step {
                Step::Skip { when, because } => {
                    let id = self.next(GraphKind::Condition, "skip".to_owned(), when.at.start);
                    self.needs(&id, &std::iter::once(when).chain(because.as_ref()).collect::<Vec<_>>(), under);
                }
                Step::Reject { when, because } => {
                    let id = self.next(GraphKind::Condition, "reject".to_owned(), when.at.start);
                    self.needs(&id, &[when, because], under);
                }
                Step::Wait { when, because, .. } => {
                    let id = self.next(GraphKind::Condition, "wait".to_owned(), when.at.start);
                    self.needs(&id, &[when, because], under);
                }
                Step::Ensure { condition, .. } => {
                    let id = self.next(GraphKind::Condition, "ensure".to_owned(), condition.at.start);
                    self.needs(&id, &[condition], under);
                }
                Step::Let { name, slot, value } => {
                    let id = self.next(GraphKind::Value, name.clone(), value.at.start);
                    self.needs(&id, &[value], under);
                    self.slots.insert(*slot, id);
                }
                Step::When { condition, then, otherwise } => {
                    let text = self.plan.source_text.slice(condition.at);
                    let short: String =
                        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(48).collect();
                    let id = self.next(GraphKind::Condition, format!("when\n{short}"), condition.at.start);
                    self.needs(&id, &[condition], under);
                    self.steps(then, Some(&(id.clone(), "yes")));
                    self.steps(otherwise, Some(&(id, "no")));
                }
                Step::Each(each) => {
                    let text = self.plan.source_text.slice(each.list.at);
                    let short: String =
                        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(48).collect();
                    let id = self.next(GraphKind::Condition, format!("each\n{short}"), each.list.at.start);
                    self.needs(
                        &id,
                        &[&each.list, &each.key].into_iter().chain(&each.filter).collect::<Vec<_>>(),
                        under,
                    );
                    self.slots.insert(each.slot, id.clone());
                    self.steps(&each.steps, Some(&(id, "item")));
                }
                Step::Target(target) => {
                    let Some(target) = self.plan.targets.get(*target) else { continue };
                    let label = format!("{}\n{} {}.{}", target.name, target.verb, target.connector, target.entity);
                    let id = self.next(GraphKind::Target, label, target.at.start);
                    self.needs(&id, &[&target.payload], under);
                    self.slots.insert(target.slot, id);
                }
            }
        }
    }
}

/// The variables that an expression uses.
#[must_use]
pub fn slots(node: &Node) -> BTreeSet<Slot> {
    let mut used = Used::default();
    used.walk(node);
    used.slots
}

/// The lookups that an expression uses.
#[must_use]
pub fn lookups(node: &Node) -> BTreeSet<LookupId> {
    let mut used = Used::default();
    used.walk(node);
    used.lookups
}

/// What an expression uses.
#[derive(Default)]
struct Used {
    slots: BTreeSet<Slot>,
    lookups: BTreeSet<LookupId>,
    record: bool,
}

impl Used {
    fn walk(&mut self, node: &Node) {
        match &node.expr {
            Expr::Const(_) | Expr::Param(_) => {}
            Expr::Record => self.record = true,
            Expr::Slot(slot) => drop(self.slots.insert(*slot)),
            Expr::Path { base, .. }
            | Expr::Query { base, .. }
            | Expr::Not(base)
            | Expr::Negate(base)
            | Expr::Probe(_, base) => self.walk(base),
            Expr::Call { args, .. } | Expr::Concat(args) | Expr::List(args) => {
                args.iter().for_each(|arg| self.walk(arg))
            }
            Expr::Lookup { lookup, keys, otherwise } => {
                self.lookups.insert(*lookup);
                keys.iter().chain(otherwise.as_deref()).for_each(|key| self.walk(key));
            }
            Expr::Has { lookup, keys, .. } => {
                self.lookups.insert(*lookup);
                keys.iter().for_each(|key| self.walk(key));
            }
            Expr::Template(template) => template.names.iter().for_each(|(_, node)| self.walk(node)),
            Expr::Arithmetic(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::In { item: a, list: b, .. }
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Coalesce(a, b)
            | Expr::Catch(a, b) => [a, b].iter().for_each(|side| self.walk(side)),
            Expr::If(a, b, c) => [a, b, c].iter().for_each(|part| self.walk(part)),
            Expr::Match { subject, arms, otherwise } => {
                subject.iter().for_each(|(subject, _)| self.walk(subject));
                for (condition, result) in arms {
                    self.walk(condition);
                    self.walk(result);
                }
                otherwise.iter().for_each(|otherwise| self.walk(otherwise));
            }
            Expr::For { list, filter, body, .. } => {
                self.walk(list);
                filter.iter().for_each(|filter| self.walk(filter));
                self.walk(body);
            }
            Expr::Object(fields) => fields.iter().for_each(|(_, node)| self.walk(node)),
            Expr::With(base, fields) => {
                self.walk(base);
                fields.iter().for_each(|(_, node)| self.walk(node));
            }
            Expr::Block(lets, body) | Expr::Inlined { args: lets, body } => {
                lets.iter().for_each(|(_, node)| self.walk(node));
                self.walk(body);
            }
        }
    }
}
