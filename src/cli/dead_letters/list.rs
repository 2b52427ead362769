//! `flowrun dead-letters list`: grouped by cause for people, one by one for programs.

use serde_json::json;

use super::super::args::{At, Format};
use super::super::exit::{Exit, Failure, Outcome};
use super::super::ledger::Ledger;
use super::super::{environment, output, project, runtime, table};
use super::word;
use crate::engine::inspect::{self, Which};
use crate::store::DeadLetter;

/// Dead letters of one cause that are shown.
const SHOWN: usize = 5;

pub(super) fn run(at: &At, flow: Option<&str>, all: bool, format: Format) -> Outcome {
    let settings = environment::load(project::file(flow), at)?;
    let flow = flow.map(project::name).transpose()?;
    let mut letters = runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let which = Which { flow, closed: all, ..Which::default() };
        let letters = inspect::dead_letters(&*ledger.store, &which)?;
        ledger.close().await?;
        Ok(letters)
    })?;
    letters.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
    match format {
        Format::Json => {
            for letter in &letters {
                output::line(&line(letter))?;
            }
        }
        Format::Human => human(&letters, &settings.name)?,
    }
    Ok(Exit::Done)
}

/// One dead letter as a line of JSON, without its record.
pub(super) fn line(letter: &DeadLetter) -> String {
    json!({
        "id": letter.id,
        "flow": letter.flow,
        "flow_version": letter.flow_version,
        "key": letter.key,
        "state": word(&letter.state),
        "cause": letter.cause,
        "reason": letter.reason,
        "step": letter.step,
        "file": letter.file,
        "line": letter.line,
        "column": letter.column,
        "attempts": letter.attempts.len(),
        "at": letter.at.to_string(),
    })
    .to_string()
}

fn human(letters: &[DeadLetter], environment: &str) -> Result<(), Failure> {
    if letters.is_empty() {
        return output::line("no dead letters");
    }
    let mut groups: Vec<Vec<&DeadLetter>> = Vec::new();
    for letter in letters {
        let same = |group: &&mut Vec<&DeadLetter>| {
            group.first().is_some_and(|first| {
                (&first.flow, &first.cause, &first.step, first.line)
                    == (&letter.flow, &letter.cause, &letter.step, letter.line)
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(letter),
            None => groups.push(vec![letter]),
        }
    }
    for group in &groups {
        let Some(latest) = group.first() else { continue };
        let DeadLetter { flow, cause, file, line, reason, .. } = latest;
        let step = latest.step.as_ref().map(|step| format!(", step {step}")).unwrap_or_default();
        output::line(&format!("{cause}  {} × {flow}{step}  {file}:{line}\n  {reason}", group.len()))?;
        let rows: Vec<Vec<String>> = group
            .iter()
            .take(SHOWN)
            .map(|letter| {
                let state = word(&letter.state).to_owned();
                vec![letter.id.clone(), letter.key.clone(), letter.at.strftime("%F %TZ").to_string(), state]
            })
            .collect();
        output::line(&indent(&table::render(&["id", "record", "stopped", "state"], &rows)))?;
        if group.len() > SHOWN {
            output::line(&format!("  and {} more; --format json lists all", group.len() - SHOWN))?;
        }
        output::line("")?;
    }
    output::line(&format!("flowrun dead-letters show ID --env {environment}   tells all about one"))
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
