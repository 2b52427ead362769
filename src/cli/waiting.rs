//! `flowrun waiting`: records that wait for something that is not there yet, those first that are tried first.

use serde_json::json;

use super::args::{At, Format};
use super::exit::{Exit, Outcome};
use super::ledger::Ledger;
use super::{environment, output, project, runtime, table};
use crate::engine::waiting;
use crate::store::WaitEntry;

/// Records that are shown to people; the rest are counted.
const SHOWN: usize = 50;

pub(super) fn run(at: &At, flow: Option<&str>, format: Format) -> Outcome {
    let settings = environment::load(project::file(flow), at)?;
    let flow = flow.map(project::name).transpose()?;
    let found = runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let found = waiting::list(&*ledger.store, flow.as_deref())?;
        ledger.close().await?;
        Ok(found)
    })?;
    match format {
        Format::Json => {
            for entry in &found {
                output::line(&line(entry))?;
            }
        }
        Format::Human if found.is_empty() => output::line("nothing waits")?,
        Format::Human => {
            let rows: Vec<Vec<String>> = found.iter().take(SHOWN).map(row).collect();
            let heading = ["flow", "record", "tries", "waits since", "next try from", "until", "because"];
            output::line(&table::render(&heading, &rows))?;
            if found.len() > SHOWN {
                output::line(&format!("and {} more; --format json lists all", found.len() - SHOWN))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn row(entry: &WaitEntry) -> Vec<String> {
    let time = |at: jiff::Timestamp| at.strftime("%F %TZ").to_string();
    vec![
        entry.flow.clone(),
        entry.key.clone(),
        entry.tries.to_string(),
        time(entry.since),
        time(entry.next),
        time(entry.until),
        entry.reason.clone(),
    ]
}

fn line(entry: &WaitEntry) -> String {
    json!({
        "flow": entry.flow,
        "flow_version": entry.flow_version,
        "key": entry.key,
        "reason": entry.reason,
        "line": entry.line,
        "since": entry.since.to_string(),
        "next": entry.next.to_string(),
        "until": entry.until.to_string(),
        "tries": entry.tries,
    })
    .to_string()
}
