//! `match`: each pattern fits its subject, and every case is covered.

use std::collections::BTreeSet;

use super::{Checker, Typed, join, typed};
use crate::catalog::{Base, Type};
use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Arm, Expr, Pattern};
use crate::plan::expr::{Comparison, Expr as Run};
use crate::plan::{Node, Slot};
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn matching(&mut self, subject: Option<&Expr>, arms: &[Arm], at: Span) -> Option<Typed> {
        let subject = match subject {
            Some(expr) => {
                let slot = self.slot_at(at)?;
                Some((self.expr(expr)?, slot))
            }
            None => None,
        };
        let mut run: Vec<(Node, Node)> = Vec::new();
        let mut otherwise: Option<Node> = None;
        let mut covered: BTreeSet<String> = BTreeSet::new();
        let mut null_covered = false;
        let mut ty: Option<Type> = None;
        let mut sound = true;
        for arm in arms {
            if otherwise.is_some() {
                self.say_at(Code::W911, arm.span, "this case is never reached", "move it above `else`");
            }
            let mut condition: Option<Node> = None;
            for pattern in &arm.patterns {
                let Some(node) = self.pattern(pattern, subject.as_ref(), &mut covered, &mut null_covered) else {
                    sound = false;
                    continue;
                };
                condition = Some(match condition {
                    Some(first) => {
                        typed(Run::Or(Box::new(first), Box::new(node)), arm.span, Type::new(Base::Bool)).node
                    }
                    None => node,
                });
            }
            let Some(result) = self.expr(&arm.result) else {
                sound = false;
                continue;
            };
            ty = match ty {
                None => Some(result.ty.clone()),
                Some(ty) => match join::join(&ty, &result.ty) {
                    Some(joined) => Some(joined),
                    None => {
                        let message = format!("this case is {}, the ones before it are {ty}", result.ty);
                        self.say_at(Code::E307, arm.result.span, message, "make all cases the same kind");
                        sound = false;
                        Some(ty)
                    }
                },
            };
            match condition {
                Some(condition) => run.push((condition, result.node)),
                None if arm.patterns.is_empty() => otherwise = Some(result.node),
                None => {}
            }
        }
        if otherwise.is_none() && sound {
            sound = self.covers(subject.as_ref(), &covered, null_covered, at);
        }
        let ty = ty?;
        let subject = subject.map(|(subject, slot)| (Box::new(subject.node), slot));
        sound.then(|| typed(Run::Match { subject, arms: run, otherwise: otherwise.map(Box::new) }, at, ty))
    }

    fn pattern(
        &mut self,
        pattern: &Pattern,
        subject: Option<&(Typed, Slot)>,
        covered: &mut BTreeSet<String>,
        null_covered: &mut bool,
    ) -> Option<Node> {
        let (comparison, value) = match pattern {
            Pattern::Value(value) => (Comparison::Equal, value),
            Pattern::Compare(comparison, value) => (*comparison, value),
        };
        let Some((subject, slot)) = subject else {
            if let Pattern::Compare(..) = pattern {
                let help = "write `match value { > 10 => … }`, or a whole condition";
                self.say_at(Code::E301, value.span, "there is nothing to compare with", help);
                return None;
            }
            return self.condition(value);
        };
        let kept = typed(Run::Slot(*slot), value.span, subject.ty.clone());
        let value = self.expr(value)?;
        let equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        if !self.comparable(&kept, &value, equality, value.node.at) {
            return None;
        }
        if comparison == Comparison::Equal {
            match &value.node.expr {
                Run::Const(Value::Text(word)) => {
                    let first = covered.insert(word.to_string());
                    if !first {
                        let help = "remove one of the two";
                        self.say_at(Code::W912, value.node.at, "this case stands above already", help);
                    }
                }
                Run::Const(Value::Bool(bool)) => drop(covered.insert(bool.to_string())),
                Run::Const(Value::Null) => *null_covered = true,
                _ => {}
            }
        }
        if !equality && subject.ty.nullable {
            let help = "give the subject a default first: `match x ?? 0 { … }`";
            self.say_at(Code::E302, value.node.at, "the subject may be absent and then has no order", help);
            return None;
        }
        let at = value.node.at;
        Some(self.comparison(comparison, kept, value, at).node)
    }

    fn covers(
        &mut self,
        subject: Option<&(Typed, Slot)>,
        covered: &BTreeSet<String>,
        null_covered: bool,
        at: Span,
    ) -> bool {
        let missing: Option<Vec<String>> = match subject.map(|(subject, _)| &subject.ty.base) {
            Some(Base::Enum(spec)) if !spec.open => {
                Some(spec.values.iter().filter(|value| !covered.contains(*value)).cloned().collect())
            }
            Some(Base::Bool) => {
                Some(["true", "false"].iter().filter(|v| !covered.contains(**v)).map(|v| (*v).to_owned()).collect())
            }
            _ => None,
        };
        let nullable = subject.is_some_and(|(subject, _)| subject.ty.nullable) && !null_covered;
        let message = match missing {
            Some(missing) if missing.is_empty() && !nullable => return true,
            Some(mut missing) => {
                if nullable {
                    missing.push("null".to_owned());
                }
                format!("this match does not cover {}", missing.join(", "))
            }
            None => match subject.map(|(subject, _)| &subject.ty.base) {
                Some(Base::Enum(spec)) if spec.name != "text" => {
                    format!("{} may get words that are not known yet, and this match has no `else`", spec.name)
                }
                _ => "this match may find no case, and it has no `else`".to_owned(),
            },
        };
        self.say(
            Diagnostic::new(Code::E304, at, message)
                .help("add the cases, or `else => …`; `else` also covers words that are added later"),
        );
        false
    }
}
