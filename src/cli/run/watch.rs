//! Listens to a run: shows how far it is, prints what a dry run would write, and remembers what the summary tells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::super::args::Format;
use super::super::exit::Failure;
use super::super::output;
use super::progress::{Display, Progress};
use crate::clock::SharedClock;
use crate::connectors::Connection;
use crate::engine::{Event, Shared};
use crate::value::{Value, json};

/// Dead letters that a summary lists; the rest are counted.
const LISTED: usize = 1000;
/// How often the display changes.
const EVERY: Duration = Duration::from_millis(200);

/// What is needed to listen.
pub(super) struct Watch {
    pub(super) connections: BTreeMap<String, Connection>,
    pub(super) shared: Arc<Shared>,
    pub(super) clock: SharedClock,
    pub(super) dry_run: bool,
    pub(super) format: Format,
}

/// What was heard.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The dead letters, up to a number of them.
    pub(super) letters: Vec<Letter>,
    /// How many by cause, and why the latest of them.
    pub(super) causes: BTreeMap<String, (u64, String)>,
    /// How often each connection had to be left alone for a while.
    pub(super) paused: BTreeMap<String, u64>,
    /// What went wrong last, by connection.
    pub(super) errors: BTreeMap<String, String>,
}

/// A dead letter of this run.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) cause: String,
    pub(super) reason: String,
}

impl Watch {
    /// Listens until the run is over.
    pub(super) async fn until_over(self, mut events: UnboundedReceiver<Event>) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let mut progress = Progress::default();
        let display = Display::new();
        let mut beat = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => {
                        progress.take(&event);
                        self.take(event, &mut seen, &display)?;
                    }
                    None => break,
                },
                _ = beat.tick() => display.show(&progress, &self.waits_for(&progress)),
            }
        }
        display.end();
        Ok(seen)
    }

    fn take(&self, event: Event, seen: &mut Seen, display: &Display) -> Result<(), Failure> {
        match event {
            Event::WouldWrite { key, target, step, operation, payload } => {
                let shown = match self.format {
                    Format::Json => line(&[
                        ("key", Value::from(key)),
                        ("target", Value::from(target)),
                        ("step", Value::from(step)),
                        ("operation", Value::from(operation)),
                        ("payload", payload),
                    ]),
                    Format::Human => {
                        format!("{key} → {operation} {target} ({step})\n{}", json::to_string_pretty(&payload))
                    }
                };
                display.without(|| output::line(&shown))
            }
            Event::DeadLettered { id, key, cause, reason } => {
                let group = seen.causes.entry(cause.clone()).or_default();
                *group = (group.0 + 1, reason.clone());
                let shown = match (self.dry_run, self.format) {
                    (true, Format::Json) => Some(line(&[
                        ("key", Value::text(&key)),
                        ("cause", Value::text(&cause)),
                        ("reason", Value::text(&reason)),
                    ])),
                    (true, Format::Human) => Some(format!("{key} ✗ {cause}: {reason}")),
                    (false, _) => None,
                };
                if seen.letters.len() < LISTED {
                    seen.letters.push(Letter { id, key, cause, reason });
                }
                shown.map_or(Ok(()), |shown| display.without(|| output::line(&shown)))
            }
            Event::Retrying { connection, error, .. } | Event::StillPaused { connection, error, .. } => {
                seen.errors.insert(connection, error);
                Ok(())
            }
            Event::Paused { connection, error } => {
                *seen.paused.entry(connection.clone()).or_default() += 1;
                seen.errors.insert(connection, error);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What everything waits for now, where it waits.
    fn waits_for(&self, progress: &Progress) -> String {
        if let Some(away) = self.shared.paused().first() {
            return format!("{away} does not answer");
        }
        for (name, connection) in &self.connections {
            if let Some(usage) = connection.usage().iter().find(|usage| usage.waiting > 0) {
                return format!("the quota of {name}.{}", usage.operation);
            }
        }
        match &progress.retry {
            Some((step, next)) if *next > self.clock.now() => format!("the next try of {step}"),
            _ => String::new(),
        }
    }
}

/// One line of JSON.
fn line(fields: &[(&str, Value)]) -> String {
    json::to_string(&Value::object(fields.iter().map(|(name, value)| (*name, value.clone())).collect()))
}
