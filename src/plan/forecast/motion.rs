//! Buyer data in motion: which field goes into which field of which target, as it is or cleared on its way.

use crate::plan::lineage::{Cleared, Path, Tracer, Uses, What, ends};
use crate::plan::{LookupKind, TargetId};

/// Buyer data that goes to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motion {
    /// The field, with its entity: `amazon.orders.buyer.buyerEmail`.
    pub from: String,
    /// The target.
    pub target: TargetId,
    /// The field of it.
    pub path: Path,
    /// The function that cleared it; `None` where it goes as it is.
    pub cleared: Option<&'static str>,
}

/// All buyer data that flows send.
#[must_use]
pub fn motion(tracer: &Tracer<'_>) -> Vec<Motion> {
    let plan = tracer.plan();
    let mut found: Vec<Motion> = Vec::new();
    for (target, to) in plan.targets.iter().enumerate() {
        for path in ends::written(plan, to) {
            let origin = tracer.origin(&to.payload, &path);
            let uses = Uses::of(&origin);
            for used in uses.buyer_data() {
                let cleared = match used.cleared {
                    None => None,
                    Some(Cleared::Function(name, _)) => Some(name),
                    // True or false, or which value: nothing of the buyer is in it.
                    Some(Cleared::Condition(_) | Cleared::Decides) => continue,
                };
                let from = match used.what {
                    What::Field { path, .. } => format!("{}.{}.{path}", plan.source.connector, plan.source.entity),
                    What::Found { lookup, path, .. } => match plan.lookups.get(*lookup).map(|lookup| &lookup.kind) {
                        Some(LookupKind::Entity { connector, entity, .. }) => format!("{connector}.{entity}.{path}"),
                        Some(LookupKind::Join(join)) => {
                            format!("{}.{}.{path}", join.source.connector, join.source.entity)
                        }
                        _ => continue,
                    },
                    What::Answer { target, path, .. } => match plan.targets.get(*target) {
                        Some(target) => format!("{}.{}.{path}", target.connector, target.entity),
                        None => continue,
                    },
                    _ => continue,
                };
                let motion = Motion { from, target, path: path.clone(), cleared };
                if !found.contains(&motion) {
                    found.push(motion);
                }
            }
        }
    }
    found
}
