//! What a run did, for people and for programs.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::exit::Failure;
use super::super::{output, table};
use super::watch::Seen;
use super::{Job, Session};
use crate::clock::until;
use crate::engine::inspect;
use crate::engine::{Outcome, RunReport};

/// Causes that are shown to people.
const CAUSES: usize = 20;

/// All that can be told.
pub(super) struct Told<'a> {
    pub(super) session: &'a Session,
    pub(super) report: &'a RunReport,
    pub(super) seen: &'a Seen,
    pub(super) job: &'a Job<'a>,
    pub(super) took: Duration,
}

/// One line: the end and the counts that are not zero.
pub(super) fn line(told: &Told<'_>) -> String {
    let counts = &told.report.counts;
    let shown = [
        ("read", counts.read),
        ("delivered", counts.delivered),
        ("unchanged", counts.unchanged),
        ("skipped", counts.skipped),
        ("superseded", counts.superseded),
        ("waiting", counts.waiting),
        (if counts.dead_lettered == 1 { "dead letter" } else { "dead letters" }, counts.dead_lettered),
        (
            match (counts.writes, told.job.dry_run) {
                (1, true) => "write due",
                (_, true) => "writes due",
                (1, false) => "write",
                (_, false) => "writes",
            },
            counts.writes,
        ),
        (if counts.retries == 1 { "retry" } else { "retries" }, counts.retries),
        (if counts.lookups == 1 { "lookup" } else { "lookups" }, counts.lookups),
        ("not there or not open", counts.missing),
    ];
    let counts: Vec<String> =
        shown.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    let counts = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(" · ") };
    let dry = if told.job.dry_run { " (dry run: nothing was written)" } else { "" };
    let RunReport { flow, outcome, .. } = told.report;
    format!("{flow} in {}: {}{dry}: {counts}", told.session.environment(), word(outcome))
}

/// The summary for people.
pub(super) fn human(told: &Told<'_>, dry_run: bool) -> Result<(), Failure> {
    let Told { session, report, seen, .. } = told;
    output::line(&line(told))?;
    let targets: Vec<Vec<String>> = report
        .targets
        .iter()
        .map(|(name, target)| {
            let counts = [target.writes, target.unchanged, target.retries, target.failed];
            std::iter::once(name.clone()).chain(counts.iter().map(u64::to_string)).collect()
        })
        .collect();
    if !targets.is_empty() {
        let written = if dry_run { "would write" } else { "written" };
        block(&["target", written, "unchanged", "retries", "failed"], &targets)?;
    }
    let mut calls = Vec::new();
    for (name, connection) in &session.connections {
        for usage in connection.usage().iter().filter(|usage| usage.calls > 0 || usage.refused > 0) {
            calls.push(vec![
                format!("{name}.{}", usage.operation),
                usage.calls.to_string(),
                usage.waits.to_string(),
                table::duration(usage.waited),
                usage.refused.to_string(),
            ]);
        }
    }
    if !calls.is_empty() {
        block(&["operation", "calls", "waited", "for", "refused"], &calls)?;
    }
    let mut causes: Vec<_> = seen.causes.iter().collect();
    causes.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let rows: Vec<Vec<String>> = causes
        .iter()
        .take(CAUSES)
        .map(|(cause, (count, reason))| vec![(*cause).clone(), count.to_string(), reason.clone()])
        .collect();
    if !rows.is_empty() {
        block(&["cause", "dead letters", "the latest"], &rows)?;
        if !dry_run {
            let environment = session.environment();
            output::line(&format!(
                "\nflowrun dead-letters list --env {environment}   shows them; replay sends them again"
            ))?;
        }
    }
    for (connection, times) in &seen.paused {
        let error = seen.errors.get(connection).map(String::as_str).unwrap_or_default();
        let plural = if *times == 1 { "" } else { "s" };
        output::line(&format!(
            "\n{connection} did not answer {times} time{plural} for a while; the last it said: {error}"
        ))?;
    }
    let mut took = format!("\ntook {}", table::duration(told.took));
    if session.simulated {
        let passed = table::duration(until(report.started, report.ended));
        took.push_str(&format!("; simulated time that passed: {passed}"));
    }
    output::line(&took)
}

fn block(heading: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    output::line(&format!("\n{}", table::render(heading, rows)))
}

/// The summary for programs.
pub(super) fn json(told: &Told<'_>) -> Result<String, Failure> {
    let Told { session, report, seen, .. } = told;
    let mut calls = Map::new();
    for (name, connection) in &session.connections {
        for usage in connection.usage() {
            let counts = json!({"calls": usage.calls, "waits": usage.waits, "waited_ms": millis(usage.waited),
                "refused": usage.refused});
            calls.insert(format!("{name}.{}", usage.operation), counts);
        }
    }
    let mut letters = Vec::new();
    for letter in &seen.letters {
        let stored = inspect::dead_letter(&*session.ledger.store, &letter.id)?;
        letters.push(json!({
            "id": letter.id,
            "key": letter.key,
            "cause": letter.cause,
            "reason": letter.reason,
            "file": stored.as_ref().map(|stored| &stored.file),
            "line": stored.as_ref().map(|stored| stored.line),
        }));
    }
    let targets: Map<String, Value> = report
        .targets
        .iter()
        .map(|(name, target)| {
            let counts = json!({"writes": target.writes, "unchanged": target.unchanged, "retries": target.retries,
                "failed": target.failed});
            (name.clone(), counts)
        })
        .collect();
    let mut whole = json!({
        "run": report.run,
        "flow": report.flow,
        "flow_version": session.plan.version,
        "environment": session.environment(),
        "outcome": word(&report.outcome),
        "message": message(&report.outcome),
        "counts": counts(report),
        "by_reason": report.by_reason,
        "targets": targets,
        "calls": calls,
        "dead_letters": letters,
        "dead_letters_not_listed": report.counts.dead_lettered.saturating_sub(letters.len() as u64),
        "waits": {"count": report.counts.waits, "paused": seen.paused},
        "started": report.started.to_string(),
        "ended": report.ended.to_string(),
        "took_ms": millis(told.took),
    });
    if session.simulated
        && let Some(whole) = whole.as_object_mut()
    {
        whole.insert("simulated_ms".to_owned(), json!(millis(until(report.started, report.ended))));
    }
    Ok(whole.to_string())
}

fn counts(report: &RunReport) -> Value {
    let mut counts = report.counts.named();
    counts.insert("missing".to_owned(), report.counts.missing);
    json!(counts)
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// The end in one word.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Stopped => "stopped",
        Outcome::RemoteFailed { .. } => "remote_failed",
        Outcome::AuthFailed { .. } => "auth_failed",
        Outcome::SourceFailed { .. } => "source_failed",
        Outcome::ConnectionBroken { .. } => "connection_broken",
        Outcome::StoreFailed(_) => "store_failed",
    }
}

fn message(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Done | Outcome::Stopped => None,
        failed => Some(failed.to_string()),
    }
}
