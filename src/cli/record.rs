//! `flowrun record`: what was done for one record, step by step.

use serde_json::{Value, json};

use super::args::{At, Format};
use super::exit::{Exit, Failure, Outcome};
use super::ledger::Ledger;
use super::{environment, output, project, runtime, table};
use crate::engine::inspect::{self, RecordHistory};
use crate::store::{HistoryEntry, HistoryEvent, RecordEntry, RecordStatus, StepEntry, StepState};

pub(super) fn run(flow: &str, key: &str, at: &At, format: Format) -> Outcome {
    let settings = environment::load(project::file(Some(flow)), at)?;
    let flow = project::name(flow)?;
    let found = runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let found = inspect::record(&*ledger.store, &flow, key)?;
        ledger.close().await?;
        Ok(found)
    })?;
    if found.record.is_none() && found.history.is_empty() {
        return Err(Failure::usage(format!("`{flow}` has not seen a record `{key}` in `{}`", settings.name)));
    }
    match format {
        Format::Human => human(&flow, key, &found)?,
        Format::Json => output::line(&whole(&flow, key, &found).to_string())?,
    }
    Ok(Exit::Done)
}

/// For a person. Times have all their digits, so that columns stand where they stood the last time.
fn human(flow: &str, key: &str, found: &RecordHistory) -> Result<(), Failure> {
    if let Some(RecordEntry { status, at, version, flow_version, stamp, .. }) = &found.record {
        output::line(&format!("{key} of {flow}: {} since {at:.9}", status_words(status)))?;
        let stamp = stamp.map(|stamp| format!(", changed at the source {stamp}")).unwrap_or_default();
        output::line(&format!("version {version}{stamp}; flow version {flow_version}"))?;
    }
    if !found.steps.is_empty() {
        let rows: Vec<Vec<String>> = found
            .steps
            .iter()
            .map(|(name, step)| {
                let state = match step.state {
                    StepState::Intended if step.digest == StepEntry::NOT_THERE => "refused, or taken back",
                    StepState::Intended => "intended, outcome not known",
                    StepState::Done { .. } => "done",
                };
                vec![name.clone(), state.to_owned(), format!("{:.9}", step.at), step.idempotency_key.clone()]
            })
            .collect();
        output::line(&format!("\n{}", table::render(&["step", "state", "since", "idempotency key"], &rows)))?;
    }
    let mut run = "";
    for entry in &found.history {
        if entry.run != run {
            run = &entry.run;
            output::line(&format!("\n{}", if run.is_empty() { "by an operator" } else { run }))?;
        }
        let step = entry.step.as_ref().map(|step| format!("{step}: ")).unwrap_or_default();
        output::line(&format!("  {:.9}  {step}{}", entry.at, words(&entry.event)))?;
    }
    Ok(())
}

fn status_words(status: &RecordStatus) -> String {
    match status {
        RecordStatus::Open => "begun and not ended".to_owned(),
        RecordStatus::Delivered => "delivered".to_owned(),
        RecordStatus::Skipped { reason } => format!("skipped ({reason})"),
        RecordStatus::Waiting { reason, next } => format!("waiting ({reason}), next try from {next:.0} on,"),
        RecordStatus::DeadLettered { id } => format!("stopped, dead letter {id}"),
        RecordStatus::Discarded { reason } => format!("discarded ({reason})"),
    }
}

fn words(event: &HistoryEvent) -> String {
    match event {
        HistoryEvent::Read { version, stamp } => {
            let stamp = stamp.map(|stamp| format!(", changed at {stamp}")).unwrap_or_default();
            format!("read, version {version}{stamp}")
        }
        HistoryEvent::Superseded => "an older version came late; nothing done".to_owned(),
        HistoryEvent::Skipped { reason } => format!("skipped: {reason}"),
        HistoryEvent::Waiting { reason, next } => format!("waits, next try from {next:.0} on: {reason}"),
        HistoryEvent::Unchanged => "the remote has this payload already; not written".to_owned(),
        HistoryEvent::Intended { operation, .. } => format!("about to {operation}"),
        HistoryEvent::Done { operation, request_id, attempts } => {
            let plural = if *attempts == 1 { "" } else { "s" };
            let request = request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default();
            format!("{operation} done, {attempts} attempt{plural}{request}")
        }
        HistoryEvent::GivenUp { reason } => format!("failed, and the flow goes on without it: {reason}"),
        HistoryEvent::Retrying { error, next } => format!("failed, next try at {next}: {error}"),
        HistoryEvent::DeadLettered { id, reason } => format!("stopped: {reason} (dead letter {id})"),
        HistoryEvent::Delivered => "delivered".to_owned(),
        HistoryEvent::Operator { action, reason } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("{action}{reason}")
        }
    }
}

fn whole(flow: &str, key: &str, found: &RecordHistory) -> Value {
    let history: Vec<Value> = found
        .history
        .iter()
        .map(|HistoryEntry { at, run, step, event }| {
            json!({"at": at.to_string(), "run": run, "step": step, "event": event, "text": words(event)})
        })
        .collect();
    let steps: serde_json::Map<String, Value> = found
        .steps
        .iter()
        .map(|(name, step)| {
            let done = matches!(step.state, StepState::Done { .. });
            let shown = json!({"done": done, "at": step.at.to_string(), "digest": step.digest,
                "idempotency_key": step.idempotency_key});
            (name.clone(), shown)
        })
        .collect();
    let record = found.record.as_ref();
    json!({
        "flow": flow,
        "key": key,
        "status": record.map(|record| status_words(&record.status)),
        "at": record.map(|record| record.at.to_string()),
        "version": record.map(|record| &record.version),
        "stamp": record.and_then(|record| record.stamp).map(|stamp| stamp.to_string()),
        "flow_version": record.map(|record| &record.flow_version),
        "steps": steps,
        "history": history,
    })
}
