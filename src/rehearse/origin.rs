//! Where in the flow a field of a payload is set: from the payload through variables, objects and lists to the expression
//! that gives the field its value.

use std::collections::HashMap;

use super::difference::Step;
use crate::diag::Span;
use crate::plan::expr::Access;
use crate::plan::{Expr, Node, Plan, Slot, Step as PlanStep, TargetId};

/// How many expressions are looked at for one field. Names may be used many times, so ways multiply.
const BUDGET: usize = 5_000;

/// The expressions behind the variables of a flow.
pub(super) struct Origins<'p> {
    plan: &'p Plan,
    slots: HashMap<Slot, Origin<'p>>,
}

/// What a variable has.
#[derive(Clone, Copy)]
enum Origin<'p> {
    /// The value of this.
    Value(&'p Node),
    /// An item of this list.
    ItemOf(&'p Node),
}

impl<'p> Origins<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut origins = Self { plan, slots: HashMap::new() };
        origins.steps(&plan.steps);
        plan.targets.iter().for_each(|target| origins.node(&target.payload));
        origins
    }

    /// Where the field of a payload is set, as near as that can be told.
    pub(super) fn place(&self, target: TargetId, path: &[Step]) -> Option<Span> {
        let payload = &self.plan.targets.get(target)?.payload;
        let path: Vec<&Step> = path.iter().collect();
        let mut budget = BUDGET;
        Some(self.find(payload, &path, &mut budget).unwrap_or_else(|| self.nearest(payload, &path)))
    }

    /// Where the field itself is set nowhere: what should hold it.
    fn nearest(&self, payload: &'p Node, path: &[&Step]) -> Span {
        let shorter = (0..path.len()).rev().find_map(|end| {
            let mut budget = BUDGET;
            self.find(payload, path.get(..end)?, &mut budget)
        });
        shorter.unwrap_or(payload.at)
    }

    fn find(&self, node: &'p Node, path: &[&Step], budget: &mut usize) -> Option<Span> {
        *budget = budget.checked_sub(1)?;
        match &node.expr {
            Expr::Probe(_, inner) | Expr::Block(_, inner) | Expr::Inlined { body: inner, .. } => {
                self.find(inner, path, budget)
            }
            Expr::Slot(slot) if !path.is_empty() => match self.slots.get(slot)? {
                Origin::Value(value) => self.find(value, path, budget).or(Some(node.at)),
                Origin::ItemOf(list) => {
                    let mut through = vec![&Step::Item(0)];
                    through.extend(path);
                    self.find(list, &through, budget).or(Some(node.at))
                }
            },
            Expr::Object(fields) => match path.split_first() {
                Some((Step::Field(name), rest)) => self.field(fields, name, rest, budget),
                Some(_) => None,
                None => Some(node.at),
            },
            Expr::With(base, fields) => match path.split_first() {
                Some((Step::Field(name), rest)) => {
                    self.field(fields, name, rest, budget).or_else(|| self.find(base, path, budget))
                }
                _ => Some(node.at),
            },
            Expr::For { body, .. } => match path.split_first() {
                Some((_, rest)) => self.find(body, rest, budget),
                None => Some(node.at),
            },
            Expr::List(items) => match path.split_first() {
                Some((Step::Item(index), rest)) => self.find(items.get(*index)?, rest, budget),
                _ => Some(node.at),
            },
            // Of several ways the one that has such a field; where more than one has it, the choice is the place.
            Expr::If(_, a, b) | Expr::Coalesce(a, b) | Expr::Catch(a, b) if !path.is_empty() => {
                self.either(node, &[a, b], path, budget)
            }
            Expr::Match { arms, otherwise, .. } if !path.is_empty() => {
                let mut ways: Vec<&Node> = arms.iter().map(|(_, result)| result).collect();
                ways.extend(otherwise.as_deref());
                self.either(node, &ways, path, budget)
            }
            Expr::Path { base, steps, .. } if !matches!(base.bare().expr, Expr::Record) && !path.is_empty() => {
                let steps: Vec<Step> = steps
                    .iter()
                    .map(|step| match &step.to {
                        Access::Field(name) => Step::Field(name.to_string()),
                        Access::Index(index) => Step::Item(usize::try_from(*index).unwrap_or(0)),
                        Access::All => Step::Item(0),
                    })
                    .collect();
                let through: Vec<&Step> = steps.iter().chain(path.iter().copied()).collect();
                self.find(base, &through, budget).or(Some(node.at))
            }
            _ => Some(node.at),
        }
    }

    fn field(
        &self,
        fields: &'p [(std::sync::Arc<str>, Node)],
        name: &str,
        rest: &[&Step],
        budget: &mut usize,
    ) -> Option<Span> {
        let (_, value) = fields.iter().find(|(known, _)| **known == *name)?;
        self.find(value, rest, budget).or(Some(value.at))
    }

    fn either(&self, node: &Node, ways: &[&'p Node], path: &[&Step], budget: &mut usize) -> Option<Span> {
        // What gives null or text has no fields.
        let simple = |node: &Node| matches!(node.bare().expr, Expr::Const(_));
        let found: Vec<Span> =
            ways.iter().filter(|way| !simple(way)).filter_map(|way| self.find(way, path, budget)).collect();
        match found.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => Some(node.at),
        }
    }

    fn steps(&mut self, steps: &'p [PlanStep]) {
        for step in steps {
            match step {
                PlanStep::Let { slot, value, .. } => {
                    self.slots.insert(*slot, Origin::Value(value));
                    self.node(value);
                }
                PlanStep::When { then, otherwise, .. } => {
                    self.steps(then);
                    self.steps(otherwise);
                }
                PlanStep::Each(each) => {
                    self.slots.insert(each.slot, Origin::ItemOf(&each.list));
                    self.node(&each.list);
                    self.steps(&each.steps);
                }
                PlanStep::Skip { .. }
                | PlanStep::Reject { .. }
                | PlanStep::Wait { .. }
                | PlanStep::Ensure { .. }
                | PlanStep::Target(_) => {}
            }
        }
    }

    /// Notes the variables inside an expression.
    fn node(&mut self, node: &'p Node) {
        match &node.expr {
            Expr::Block(lets, body) | Expr::Inlined { args: lets, body } => {
                for (slot, value) in lets {
                    self.slots.insert(*slot, Origin::Value(value));
                    self.node(value);
                }
                self.node(body);
            }
            Expr::For { slot, list, body, .. } => {
                self.slots.insert(*slot, Origin::ItemOf(list));
                self.node(list);
                self.node(body);
            }
            Expr::Object(fields) => fields.iter().for_each(|(_, value)| self.node(value)),
            Expr::With(base, fields) => {
                self.node(base);
                fields.iter().for_each(|(_, value)| self.node(value));
            }
            Expr::Call { args, .. } | Expr::List(args) => args.iter().for_each(|arg| self.node(arg)),
            Expr::If(_, a, b) | Expr::Coalesce(a, b) | Expr::Catch(a, b) => {
                self.node(a);
                self.node(b);
            }
            Expr::Match { arms, otherwise, .. } => {
                arms.iter().for_each(|(_, result)| self.node(result));
                otherwise.iter().for_each(|otherwise| self.node(otherwise));
            }
            Expr::Probe(_, inner) | Expr::Path { base: inner, .. } => self.node(inner),
            _ => {}
        }
    }
}
