//! Steps: what is done with a record, one after the other.

use super::{Checker, Typed};
use crate::catalog::Base;
use crate::diag::Code;
use crate::lang::ast::{EachStep, Step as AstStep};
use crate::plan::{EachPlan, Facts, Node, Step, TargetPlan, undo_of, wait};

/// What names a record, or an item of one: text or a whole number, and nobody's data.
pub(super) fn key(checker: &mut Checker<'_>, key: Typed) -> Option<Node> {
    if matches!(key.ty.base, Base::Text | Base::Int | Base::Date | Base::Enum(_) | Base::Any) {
        if key.ty.carries_pii() {
            let help = "use the record's id; keys are shown in lists and logs";
            checker.say_at(Code::E504, key.node.at, "buyer data cannot be the key", help);
            return None;
        }
        return Some(key.node);
    }
    let message = format!("a key is text, a whole number or a date, and this is {}", key.ty);
    checker.say_at(Code::E334, key.node.at, message, "take the field that names it, such as its id");
    None
}

/// One step, with the steps inside it.
pub(super) fn step(
    checker: &mut Checker<'_>,
    step: &AstStep,
    targets: &mut Vec<TargetPlan>,
    facts: &mut Facts,
) -> Option<Step> {
    match step {
        AstStep::Skip { when, because } => {
            let when = checker.condition(when);
            let because = because.as_ref().map(|because| checker.message(because));
            Some(Step::Skip { when: when?, because: transpose(because)? })
        }
        AstStep::Reject { when, because } => {
            let (when, because) = (checker.condition(when), checker.message(because));
            Some(Step::Reject { when: when?, because: because? })
        }
        AstStep::Wait { when, patience, patience_at, because } => {
            let (when, because) = (checker.condition(when), checker.message(because));
            if *patience > wait::LONGEST || patience.is_zero() {
                let message = "a record waits for up to 366 days";
                checker.say_at(Code::E153, *patience_at, message, "write how long: `for 14d`");
                return None;
            }
            Some(Step::Wait { when: when?, patience: *patience, because: because? })
        }
        AstStep::Ensure { condition, because } => {
            let condition = checker.condition(condition);
            let because = because.as_ref().map(|because| checker.message(because));
            Some(Step::Ensure { condition: condition?, because: transpose(because)? })
        }
        AstStep::Let { name, value } => {
            let slot = checker.slot_at(name.span)?;
            let value = checker.alias(value)?;
            checker.keep(slot, value.ty, value.origin, name.span)?;
            Some(Step::Let { name: name.text.clone(), slot, value: value.node })
        }
        AstStep::When { condition, then, otherwise } => {
            let condition = checker.condition(condition);
            let then = steps(checker, then, targets, facts);
            let otherwise = steps(checker, otherwise, targets, facts);
            Some(Step::When { condition: condition?, then: then?, otherwise: otherwise? })
        }
        AstStep::Each(each) => self::each(checker, each, targets, facts).map(Step::Each),
        AstStep::Target(target) => {
            let (mut plan, undo) = checker.target(target, facts)?;
            // Unnamed targets of one entity get numbers, so that each has a ledger entry of its own.
            let base = plan.name.clone();
            let mut number = 1;
            while targets.iter().any(|other| other.name == plan.name) {
                number += 1;
                plan.name = format!("{base}#{number}");
            }
            let id = targets.len();
            if let Some(mut undo) = undo {
                undo.name = undo_of(&plan.name);
                plan.undo = Some(id + 1);
                targets.extend([plan, undo]);
            } else {
                targets.push(plan);
            }
            Some(Step::Target(id))
        }
    }
}

fn transpose(because: Option<Option<Node>>) -> Option<Option<Node>> {
    match because {
        Some(None) => None,
        Some(some) => Some(some),
        None => Some(None),
    }
}

/// Steps in order; the errors of all are said.
fn steps(
    checker: &mut Checker<'_>,
    steps: &[AstStep],
    targets: &mut Vec<TargetPlan>,
    facts: &mut Facts,
) -> Option<Vec<Step>> {
    let checked: Vec<Option<Step>> = steps.iter().map(|step| self::step(checker, step, targets, facts)).collect();
    checked.into_iter().collect()
}

fn each(
    checker: &mut Checker<'_>,
    each: &EachStep,
    targets: &mut Vec<TargetPlan>,
    facts: &mut Facts,
) -> Option<EachPlan> {
    let slot = checker.slot_at(each.name.span)?;
    let list = checker.listed(&each.list)?;
    let (item, origin) = checker.items(&list, "each")?;
    checker.keep(slot, item, origin, each.name.span)?;
    let key = checker.some(&each.key).and_then(|typed| self::key(checker, typed));
    let filter = each.filter.as_ref().map(|filter| checker.condition(filter));
    let steps = steps(checker, &each.steps, targets, facts);
    Some(EachPlan { slot, list: list.node, key: key?, filter: transpose(filter)?, steps: steps? })
}
