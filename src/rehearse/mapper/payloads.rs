//! How the payloads of a plan become text. One that is only sent, and as it is, is written while it is worked out. Where it
//! stands in a variable of which nobody else has need, as that of a `transform`, that is when the variable is: the text is
//! kept for the target, and the variable is left as it was.

use crate::catalog::send::Writer;
use crate::plan::eval::Frame;
use crate::plan::eval::Lookups;
use crate::plan::progress::Variables;
use crate::plan::straight::Straight;
use crate::plan::{Expr, LookupId, LookupKind, Node, Plan, Slot, Step, TargetId, TargetPlan};
use crate::rehearse::Mocks;

/// The payloads of a plan.
#[derive(Debug)]
pub(super) struct Payloads<'p> {
    writers: Vec<Writer>,
    ways: Vec<Way<'p>>,
}

/// How a payload becomes text.
#[derive(Debug)]
enum Way<'p> {
    /// It is built, because someone looks at it.
    Built,
    /// It is written when it is due.
    Straight(Straight<'p>),
    /// It is written when the variable is worked out that it stands in.
    Kept { slot: Slot, straight: Straight<'p>, text: Vec<u8>, there: bool },
}

impl<'p> Payloads<'p> {
    /// Makes the payloads of a plan ready.
    pub(super) fn new(plan: &'p Plan, mocks: &Mocks) -> Self {
        let tables = |lookup: LookupId| match &plan.lookups.get(lookup)?.kind {
            LookupKind::Table(table) if !mocks.lookups.contains_key(&lookup) => Some(&**table),
            _ => None,
        };
        let writers: Vec<Writer> = plan.targets.iter().map(|target| Writer::new(&target.input)).collect();
        let way = |(id, (target, writer)): (TargetId, (&'p TargetPlan, &Writer))| {
            let takes_back = plan.targets.iter().any(|other| other.undo == Some(id));
            let refused = mocks.refusals.contains_key(&id);
            if takes_back || refused || !target.keeps.is_empty() || !target.mask.is_empty() {
                return Way::Built;
            }
            match variable(plan, &target.payload) {
                Some((slot, value)) => {
                    let straight = Straight::new(value, writer, &tables);
                    Way::Kept { slot, straight, text: Vec::new(), there: false }
                }
                None => Way::Straight(Straight::new(&target.payload, writer, &tables)),
            }
        };
        let ways = plan.targets.iter().zip(&writers).enumerate().map(way).collect();
        Self { writers, ways }
    }

    /// The writer of a target's payloads.
    pub(super) fn writer(&self, target: TargetId) -> Option<&Writer> {
        self.writers.get(target)
    }

    /// Appends the payload that is due; tells whether it could, or it must be built. Then nothing is appended.
    pub(super) fn write(&self, target: TargetId, out: &mut Vec<u8>, frame: &mut Frame, lookups: &dyn Lookups) -> bool {
        match (self.ways.get(target), self.writers.get(target)) {
            (Some(Way::Straight(straight)), Some(writer)) => {
                let start = out.len();
                let written = straight.write(out, writer, frame, lookups).is_ok();
                if !written {
                    out.truncate(start);
                }
                written
            }
            (Some(Way::Kept { text, there: true, .. }), _) => {
                out.extend_from_slice(text);
                true
            }
            _ => false,
        }
    }
}

impl Variables for Payloads<'_> {
    fn work_out(&mut self, slot: Slot, frame: &mut Frame, lookups: &dyn Lookups) -> bool {
        for (way, writer) in self.ways.iter_mut().zip(&self.writers) {
            if let Way::Kept { slot: own, straight, text, there } = way
                && *own == slot
            {
                text.clear();
                *there = straight.write(text, writer, frame, lookups).is_ok();
                return *there;
            }
        }
        false
    }
}

/// The variable that a payload stands in, and its value, if nobody else has need of it.
fn variable<'p>(plan: &'p Plan, payload: &Node) -> Option<(Slot, &'p Node)> {
    let Expr::Slot(slot) = payload.expr else { return None };
    let mut value = None;
    let mut named = plan.key.names(slot);
    named += plan.targets.iter().map(|target| target.payload.names(slot)).sum::<usize>();
    in_steps(&plan.steps, &mut |step| match step {
        Step::Let { slot: set, value: own, .. } if *set == slot => value = Some(own),
        step => named += step.parts().into_iter().map(|node| node.names(slot)).sum::<usize>(),
    });
    value.filter(|_| named == 1).map(|value| (slot, value))
}

fn in_steps<'p>(steps: &'p [Step], see: &mut dyn FnMut(&'p Step)) {
    for step in steps {
        see(step);
        match step {
            Step::When { then, otherwise, .. } => {
                in_steps(then, see);
                in_steps(otherwise, see);
            }
            Step::Each(each) => in_steps(&each.steps, see),
            _ => {}
        }
    }
}
