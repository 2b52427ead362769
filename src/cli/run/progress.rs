//! How far a run is: one line that changes, where someone watches; a line now and then, where a log is kept.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::super::output;
use crate::engine::{Event, Settled};

/// How often a log gets a line.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// How much was done.
#[derive(Debug, Default)]
pub(super) struct Progress {
    read: u64,
    settled: u64,
    delivered: u64,
    dead: u64,
    writes: u64,
    /// The step that is tried again, and when.
    pub(super) retry: Option<(String, Timestamp)>,
}

impl Progress {
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Page { records, .. } => self.read += *records as u64,
            Event::Settled { how, .. } => {
                self.settled += 1;
                self.delivered += u64::from(*how == Settled::Delivered);
                self.dead += u64::from(*how == Settled::DeadLettered);
            }
            Event::Written { .. } | Event::WouldWrite { .. } => self.writes += 1,
            Event::Retrying { step, next, .. } => self.retry = Some((step.clone(), *next)),
            _ => {}
        }
    }
}

/// Where progress is shown.
pub(super) struct Display {
    bar: Option<ProgressBar>,
    began: Instant,
    logged: Cell<Instant>,
}

impl Display {
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        let began = Instant::now();
        Self { bar, began, logged: Cell::new(began) }
    }

    pub(super) fn show(&self, progress: &Progress, waits_for: &str) {
        let text = || {
            let Progress { read, settled, delivered, dead, writes, .. } = progress;
            let waiting = read.saturating_sub(*settled);
            let rate = *settled as f64 / self.began.elapsed().as_secs_f64().max(0.1);
            let waits = if waits_for.is_empty() { String::new() } else { format!(" · waits for {waits_for}") };
            format!(
                "{read} read · {delivered} delivered · {waiting} waiting · {dead} dead · {writes} writes · {rate:.0}/s{waits}"
            )
        };
        match &self.bar {
            Some(bar) => {
                bar.set_message(text());
                bar.tick();
            }
            None if self.logged.get().elapsed() >= LOG_EVERY => {
                self.logged.set(Instant::now());
                output::note(&text());
            }
            None => {}
        }
    }

    /// Prints without the moving line in between.
    pub(super) fn without<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
