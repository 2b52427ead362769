//! `flowrun dead-letters show`: all that is known of one record that stopped.

use std::path::Path;

use serde_json::{Value, json};

use super::super::args::{At, Format};
use super::super::exit::{Exit, Failure, Outcome};
use super::super::ledger::Ledger;
use super::super::{environment, output, project, runtime, sandbox_time};
use super::word;
use crate::diag::{Code, Span, text};
use crate::engine::inspect;
use crate::plan::trace::{Found, told};
use crate::store::{AuditEntry, Batch, DeadLetter, DeadLetterState, FoundPlace, Store, Table, key};
use crate::value::json as exact;

pub(super) fn run(id: &str, at: &At, with_record: bool, format: Format) -> Outcome {
    let settings = environment::load(None, at)?;
    let (letter, record) = runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let letter = inspect::dead_letter(&*ledger.store, id)?
            .ok_or_else(|| Failure::usage(format!("there is no dead letter `{id}` in `{}`", settings.name)))?;
        let record = if with_record {
            // Noted before it is shown: who has seen it cannot unsee it.
            note(&*ledger.store, id, sandbox_time::of(&settings, &*ledger.store)?.now()).await?;
            Some(inspect::open_record(&letter, &ledger.sealer)?)
        } else {
            None
        };
        ledger.close().await?;
        Ok((letter, record))
    })?;
    match format {
        Format::Human => {
            human(&letter)?;
            if let Some(record) = record {
                output::line(&format!("\n{}", exact::to_string_pretty(&record)))?;
            }
        }
        Format::Json => {
            // The record is put in as its own text, so that its numbers stay as they are.
            let mut text = whole(&letter).to_string();
            if let Some(record) = record {
                text.pop();
                text.push_str(&format!(",\"record\":{}}}", exact::to_string(&record)));
            }
            output::line(&text)?;
        }
    }
    Ok(Exit::Done)
}

/// Notes in the audit table that a record was shown.
async fn note(store: &dyn Store, id: &str, at: jiff::Timestamp) -> Result<(), Failure> {
    let mut number = u64::try_from(at.as_nanosecond()).unwrap_or_default();
    while store.get(Table::Audit, &key::numbered(&[], number))?.is_some() {
        number += 1;
    }
    let entry =
        AuditEntry { at, actor: runtime::user(), action: "show".to_owned(), subject: id.to_owned(), reason: None };
    let mut batch = Batch::default();
    batch.put(key::numbered(&[], number), &entry);
    Ok(store.commit(batch).await?)
}

fn whole(letter: &DeadLetter) -> Value {
    let attempts: Vec<Value> = letter
        .attempts
        .iter()
        .map(|attempt| {
            json!({"at": attempt.at.to_string(), "error": attempt.error, "status": attempt.status,
                "request_id": attempt.request_id})
        })
        .collect();
    let (closed, because) = match &letter.state {
        DeadLetterState::Open => (None, None),
        DeadLetterState::Resolved { at } => (Some(at), None),
        DeadLetterState::Discarded { at, reason } => (Some(at), Some(reason)),
    };
    json!({
        "id": letter.id,
        "flow": letter.flow,
        "flow_version": letter.flow_version,
        "key": letter.key,
        "version": letter.version,
        "stamp": letter.stamp.map(|stamp| stamp.to_string()),
        "state": word(&letter.state),
        "closed": closed.map(ToString::to_string),
        "closed_because": because,
        "cause": letter.cause,
        "reason": letter.reason,
        "step": letter.step,
        "file": letter.file,
        "line": letter.line,
        "column": letter.column,
        "source": source_line(letter),
        "span": letter.span,
        "found": letter.found.iter().map(|found| json!({"path": found.path, "value": found.value})).collect::<Vec<_>>(),
        "attempts": attempts,
        "at": letter.at.to_string(),
    })
}

fn human(letter: &DeadLetter) -> Result<(), Failure> {
    let say = |name: &str, what: &str| output::line(&format!("{name:<10} {what}"));
    say("id", &letter.id)?;
    say("record", &format!("{} of {}", letter.key, letter.flow))?;
    match &letter.state {
        DeadLetterState::Open => say("state", "open")?,
        DeadLetterState::Resolved { at } => say("state", &format!("resolved at {at}"))?,
        DeadLetterState::Discarded { at, reason } => say("state", &format!("discarded at {at}: {reason}"))?,
    }
    say("stopped", &letter.at.to_string())?;
    if let Some(stamp) = letter.stamp {
        say("changed", &format!("{stamp} at the source"))?;
    }
    say("cause", &format!("{}   (flowrun explain {})", letter.cause, letter.cause))?;
    say("reason", &letter.reason)?;
    if let Some(step) = &letter.step {
        say("step", step)?;
    }
    say("flow", &format!("{}:{}:{}, version {}", letter.file, letter.line, letter.column, letter.flow_version))?;
    for place in &letter.found {
        say("found", &found(place).to_string())?;
    }
    if let Some(shown) = underlined(letter) {
        output::line(&format!("\n{shown}"))?;
    } else if let Some(line) = source_line(letter) {
        output::line(&format!("\n{:>5} | {line}", letter.line))?;
    }
    if !letter.attempts.is_empty() {
        output::line("\nattempts")?;
    }
    for attempt in &letter.attempts {
        let status = attempt.status.map(|status| format!(" HTTP {status}")).unwrap_or_default();
        let request = attempt.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
        output::line(&format!("  {}{status}{request}  {}", attempt.at, attempt.error))?;
    }
    Ok(())
}

/// The place in the flow as `check` would show it, with what the record has there; only while the file still has that
/// place where it was.
fn underlined(letter: &DeadLetter) -> Option<String> {
    let source = project::read(Path::new(&letter.file)).ok()?;
    let (start, end) = letter.span?;
    let code = Code::named(&letter.cause)?;
    if source.place(start) != (letter.line, letter.column) {
        return None;
    }
    let found: Vec<Found> = letter.found.iter().map(found).collect();
    let record = format!("record {} of {}", letter.key, letter.flow);
    let told = told(code, Span { start, end }, &letter.reason, record, &found);
    Some(text::render(&source, &[told], output::colour_on_stdout()).trim_end().to_owned())
}

fn found(place: &FoundPlace) -> Found {
    Found { path: place.path.clone(), value: place.value.clone() }
}

/// The flow's line, as the file has it now.
fn source_line(letter: &DeadLetter) -> Option<String> {
    let source = project::read(Path::new(&letter.file)).ok()?;
    let index = usize::try_from(letter.line).ok()?.checked_sub(1)?;
    Some(source.text.lines().nth(index)?.trim_end().to_owned())
}
