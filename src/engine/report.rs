//! What a run says when it is over.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::event::Settled;
use crate::store::StoreError;

/// How many reasons are told apart in a report; the rest are counted together, because a reason may name what it is
/// about and a run may have millions of records.
const REASONS: usize = 100;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// The run's id.
    pub run: String,
    /// The flow.
    pub flow: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How much was done.
    pub counts: Counts,
    /// Records skipped or dead-lettered, by reason.
    pub by_reason: BTreeMap<String, u64>,
    /// What was done at each target, by its name.
    pub targets: BTreeMap<String, TargetCounts>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The source had nothing more, or the limit was reached.
    Done,
    /// It was told to stop.
    Stopped,
    /// A remote was away for longer than the run's patience.
    RemoteFailed {
        /// The connection.
        connection: String,
        /// What it said last.
        message: String,
    },
    /// A login was refused; someone must act.
    AuthFailed {
        /// The connection.
        connection: String,
        /// What it said.
        message: String,
    },
    /// The source refuses to be read in this way.
    SourceFailed {
        /// The connection.
        connection: String,
        /// What it said.
        message: String,
    },
    /// The connection's settings are wrong, or the connector is; a person must look.
    ConnectionBroken {
        /// The connection.
        connection: String,
        /// What it said.
        message: String,
    },
    /// The store could not keep what was done.
    StoreFailed(StoreError),
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Outcome::Done => f.write_str("done"),
            Outcome::Stopped => f.write_str("stopped"),
            Outcome::RemoteFailed { connection, message } => write!(f, "`{connection}` is away: {message}"),
            Outcome::AuthFailed { connection, message } => write!(f, "`{connection}` refused the login: {message}"),
            Outcome::SourceFailed { connection, message } => write!(f, "`{connection}` cannot be read: {message}"),
            Outcome::ConnectionBroken { connection, message } => write!(f, "`{connection}` is not usable: {message}"),
            Outcome::StoreFailed(error) => error.fmt(f),
        }
    }
}

/// How much was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that came from the source, or dead letters that were taken up again.
    pub read: u64,
    /// Records that all targets have now.
    pub delivered: u64,
    /// Records as they were when last settled.
    pub unchanged: u64,
    /// Records of which the flow says that they need nothing.
    pub skipped: u64,
    /// Records of which a newer version was handled already.
    pub superseded: u64,
    /// Records that wait for something that is not there yet.
    pub waiting: u64,
    /// Records that stopped.
    pub dead_lettered: u64,
    /// Writes that a remote took; in a dry run those that were due.
    pub writes: u64,
    /// Tries after a failed one.
    pub retries: u64,
    /// Calls made for lookups.
    pub lookups: u64,
    /// Times that something waited for a paused connection or because the remote said to.
    pub waits: u64,
    /// Dead letters to replay that are not there or not open.
    pub missing: u64,
}

impl Counts {
    /// By name, as the run entry keeps them.
    #[must_use]
    pub fn named(&self) -> BTreeMap<String, u64> {
        [
            ("read", self.read),
            ("delivered", self.delivered),
            ("unchanged", self.unchanged),
            ("skipped", self.skipped),
            ("superseded", self.superseded),
            ("waiting", self.waiting),
            ("dead_lettered", self.dead_lettered),
            ("writes", self.writes),
            ("retries", self.retries),
            ("lookups", self.lookups),
            ("waits", self.waits),
        ]
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count))
        .collect()
    }

    /// Records that are settled.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.delivered + self.unchanged + self.skipped + self.superseded + self.waiting + self.dead_lettered
    }
}

/// What was done at one target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TargetCounts {
    /// Writes that the remote took.
    pub writes: u64,
    /// Writes that were not needed, because the remote has that payload already.
    pub unchanged: u64,
    /// Tries after a failed one.
    pub retries: u64,
    /// Writes that ended in a dead letter.
    pub failed: u64,
}

/// The counts of a run that is under way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    pub(super) by_reason: BTreeMap<String, u64>,
    pub(super) targets: BTreeMap<String, TargetCounts>,
}

impl Tally {
    pub(super) fn settled(&mut self, how: Settled) {
        let count = match how {
            Settled::Delivered => &mut self.counts.delivered,
            Settled::Unchanged => &mut self.counts.unchanged,
            Settled::Skipped => &mut self.counts.skipped,
            Settled::Superseded => &mut self.counts.superseded,
            Settled::Waiting => &mut self.counts.waiting,
            Settled::DeadLettered => &mut self.counts.dead_lettered,
        };
        *count += 1;
    }

    pub(super) fn reason(&mut self, reason: &str) {
        let reason = if self.by_reason.len() < REASONS || self.by_reason.contains_key(reason) {
            reason
        } else {
            "other reasons"
        };
        *self.by_reason.entry(reason.to_owned()).or_default() += 1;
    }

    pub(super) fn target(&mut self, name: &str) -> &mut TargetCounts {
        self.targets.entry(name.to_owned()).or_default()
    }
}
