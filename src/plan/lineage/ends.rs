//! Which fields of which targets a value ends in, and under which conditions a target is written at all.

use std::sync::Arc;

use super::{Path, Tracer, Uses, fields, print};
use crate::catalog::{Base, Type};
use crate::diag::Span;
use crate::plan::{Plan, Slot, Step, TargetId, TargetPlan};

/// How many fields of one target are looked at.
pub const FIELDS: usize = 4_000;

/// A condition under which a target is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// What it does.
    pub kind: GuardKind,
    /// Where the condition stands.
    pub at: Span,
}

/// What a condition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardKind {
    /// The record is skipped where it holds.
    Skip,
    /// The record is rejected where it holds.
    Reject,
    /// The record waits while it holds.
    Wait,
    /// The record is rejected where it does not hold.
    Ensure,
    /// The target is written only where it holds.
    When,
    /// The target is written only where it does not hold.
    Unless,
    /// The target is written for each item of this list.
    Each,
}

impl GuardKind {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            GuardKind::Skip => "skip when",
            GuardKind::Reject => "reject when",
            GuardKind::Wait => "wait when",
            GuardKind::Ensure => "ensure",
            GuardKind::When => "when",
            GuardKind::Unless => "unless",
            GuardKind::Each => "each of",
        }
    }
}

/// The fields that a target is given, as paths.
#[must_use]
pub fn written(plan: &Plan, target: &TargetPlan) -> Vec<Path> {
    plan.facts.payloads.get(&target.slot).map(|ty| fields(ty, FIELDS)).unwrap_or_default()
}

/// A path of a target's field as it is written.
#[must_use]
pub fn remote(target: &TargetPlan, path: &[Arc<str>]) -> String {
    print(&Type::new(Base::Object(Arc::clone(&target.input))), path)
}

/// The fields of targets in which a path of a let or transform ends; the last says whether it only decides about them.
#[must_use]
pub fn ends(tracer: &Tracer<'_>, slot: Slot, path: &[Arc<str>]) -> Vec<(TargetId, Path, bool)> {
    let mut found = Vec::new();
    for (id, target) in tracer.plan().targets.iter().enumerate() {
        for field in written(tracer.plan(), target) {
            let origin = tracer.origin(&target.payload, &field);
            let uses = Uses::of(&origin);
            let mut decides = None;
            for (named, only_decides) in &uses.names {
                let meant = named.slot == Some(slot) && named.path.iter().zip(path).all(|(a, b)| a == b);
                if meant {
                    decides = Some(decides.unwrap_or(true) && *only_decides);
                }
            }
            if let Some(decides) = decides {
                found.push((id, field, decides));
            }
        }
    }
    found
}

/// The conditions under which a target is written, in the order of the flow.
#[must_use]
pub fn guards(plan: &Plan, target: TargetId) -> Vec<Guard> {
    let mut guards = Vec::new();
    // A record that is skipped is in no group; one that is rejected takes its group with it.
    let before = plan.group.as_ref().map(|group| group.before.as_slice()).unwrap_or_default();
    if collect(before, target, &mut guards) || collect(&plan.steps, target, &mut guards) { guards } else { Vec::new() }
}

/// Adds what stands before the target; whether the target is among these steps.
fn collect(steps: &[Step], target: TargetId, guards: &mut Vec<Guard>) -> bool {
    for step in steps {
        match step {
            Step::Skip { when, .. } => guards.push(Guard { kind: GuardKind::Skip, at: when.at }),
            Step::Reject { when, .. } => guards.push(Guard { kind: GuardKind::Reject, at: when.at }),
            Step::Wait { when, .. } => guards.push(Guard { kind: GuardKind::Wait, at: when.at }),
            Step::Ensure { condition, .. } => guards.push(Guard { kind: GuardKind::Ensure, at: condition.at }),
            Step::Let { .. } => {}
            Step::When { condition, then, otherwise } => {
                for (kind, steps) in [(GuardKind::When, then), (GuardKind::Unless, otherwise)] {
                    let before = guards.len();
                    guards.push(Guard { kind, at: condition.at });
                    if collect(steps, target, guards) {
                        return true;
                    }
                    guards.truncate(before);
                }
            }
            Step::Each(each) => {
                let before = guards.len();
                guards.push(Guard { kind: GuardKind::Each, at: each.list.at });
                if collect(&each.steps, target, guards) {
                    return true;
                }
                guards.truncate(before);
            }
            Step::Target(id) => {
                if *id == target {
                    return true;
                }
            }
        }
    }
    false
}
