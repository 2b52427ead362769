//! Records of a flow that groups them: into their groups, and each group through the rest of the flow.

use std::sync::Arc;

use super::{Mocked, Mocks, Rehearsal, rehearse};
use crate::plan::eval::EvalError;
use crate::plan::fold::{Folding, Grouped, Taken};
use crate::plan::{GroupPlan, Next, Plan, Progress};
use crate::value::Value;

/// Takes a group through the steps after it.
#[must_use]
pub fn rehearse_group(plan: &Plan, group: Grouped, params: Arc<[Value]>, mocks: &Mocks) -> Rehearsal {
    match group.refused {
        None => Rehearsal { key: Ok(group.key), ..rehearse(plan, group.value, params, mocks) },
        Some(error) => Rehearsal {
            key: Ok(group.key),
            writes: Vec::new(),
            end: Next::Rejected(error),
            progress: Progress::new(plan, group.value, params),
        },
    }
}

/// Takes what a test gives through a plan: one record, or in a flow that groups a list of them. The writes of all groups
/// follow each other; where one group does not go on to its end, it is told how that one ended.
#[must_use]
pub fn rehearse_all(plan: &Plan, given: Value, params: Arc<[Value]>, mocks: &Mocks) -> Rehearsal {
    let Some(group) = &plan.group else { return rehearse(plan, given, params, mocks) };
    match gathered(plan, group, given, &params, mocks) {
        Ok(rehearsal) => rehearsal,
        Err(end) => Rehearsal {
            key: Ok(String::new()),
            writes: Vec::new(),
            end,
            progress: Progress::new(plan, Value::Null, params),
        },
    }
}

fn gathered(
    plan: &Plan,
    group: &GroupPlan,
    given: Value,
    params: &Arc<[Value]>,
    mocks: &Mocks,
) -> Result<Rehearsal, Next> {
    let lookups = Mocked { plan, mocks };
    let mut folding = Folding::new(plan, group, Arc::clone(params));
    let records = given.as_list().map_or_else(|| vec![given.clone()], <[Value]>::to_vec);
    let mut end = Next::Finished;
    for record in records {
        match folding.take(record, &lookups) {
            Taken::Kept | Taken::Lookup(_) => {}
            Taken::Skipped { reason, at } => end = Next::Skipped { reason, at },
            Taken::Rejected(error) => end = Next::Rejected(error),
            Taken::Full(error) => return Err(Next::Rejected(error)),
        }
    }
    let mut whole: Option<Rehearsal> = None;
    for group in folding.groups() {
        let mut next = rehearse_group(plan, group, Arc::clone(params), mocks);
        if let Some(before) = whole.take() {
            next.writes.splice(0..0, before.writes);
            if !matches!(before.end, Next::Finished) {
                next.end = before.end;
            }
        }
        whole = Some(next);
    }
    whole.ok_or(end)
}

impl Rehearsal {
    /// Why it was rejected, where it was.
    #[must_use]
    pub fn rejected(&self) -> Option<&EvalError> {
        match &self.end {
            Next::Rejected(error) => Some(error),
            _ => None,
        }
    }
}
