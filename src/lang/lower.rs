//! The checked flow as a plan: put together, and given the version by which the ledger and promotion know it.

use sha2::{Digest, Sha256};

use super::Files;
use super::check::Checked;
use crate::diag::Source;
use crate::plan::{Plan, coverage};

/// Puts the plan together. Its version is a hash of the flow's text and of every table that it uses, so that a changed
/// row is a changed flow. Where it is to be covered, probes are put in.
pub(super) fn plan(mut checked: Checked, source: &Source, files: &dyn Files, covered: bool) -> Plan {
    let mut hash = Sha256::new();
    hash.update(source.text.as_bytes());
    for path in &checked.files {
        hash.update(path.as_bytes());
        if let Ok(bytes) = files.read(path) {
            hash.update(Sha256::digest(&bytes));
        }
    }
    let version = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let coverage = covered.then(|| {
        let Checked { key, group, steps, targets, lookups, .. } = &mut checked;
        coverage::instrument(key, group.as_mut(), steps, targets, lookups)
    });
    Plan {
        flow: checked.flow,
        version,
        source_text: source.clone(),
        source: checked.source,
        key: checked.key,
        group: checked.group,
        lookups: checked.lookups,
        params: checked.params,
        steps: checked.steps,
        targets: checked.targets,
        slots: checked.slots,
        retry: checked.retry,
        alerts: checked.alerts,
        tests: checked.tests,
        facts: checked.facts,
        coverage,
    }
}
