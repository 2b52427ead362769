//! How far the settlements have been read: which reports are done, which wait, and how far the one at hand is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::connectors::contract::{ConnectorError, ErrorKind};

/// A position, as it is stored between reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Position {
    /// When each report that is done was made, by its number. Those that Amazon does not list any more are forgotten.
    pub(super) done: BTreeMap<String, Timestamp>,
    /// The digest of each settlement's file, so that a settlement which comes in a second report is not booked twice.
    pub(super) settlements: BTreeMap<String, Taken>,
    /// The reports that wait, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) waiting: Vec<Waiting>,
    /// The file at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at_hand: Option<AtHand>,
}

/// A settlement that was taken from a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taken {
    pub(super) sha256: String,
    /// When its report was made.
    pub(super) created: Timestamp,
}

/// A report that is listed and not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    pub(super) report_id: String,
    pub(super) document_id: String,
    pub(super) created: Timestamp,
}

/// The file that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AtHand {
    pub(super) report: Waiting,
    /// The archived file.
    pub(super) file: String,
    /// How many of its records were given.
    pub(super) given: u64,
}

impl Position {
    pub(super) fn read(text: Option<&str>) -> Result<Self, ConnectorError> {
        let Some(text) = text else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|error| {
            let message =
                format!("the stored position of settlements cannot be read ({error}); reset it to read again");
            ConnectorError::new(ErrorKind::Bug, message)
        })
    }

    pub(super) fn write(&self) -> Result<String, ConnectorError> {
        serde_json::to_string(self).map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))
    }

    /// A report is done, with all that was in it.
    pub(super) fn finish(&mut self, report: &Waiting) {
        self.waiting.retain(|other| other.report_id != report.report_id);
        self.done.insert(report.report_id.clone(), report.created);
        self.at_hand = None;
    }

    /// Forgets what Amazon cannot list any more.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.done.retain(|_, created| *created >= before);
        self.settlements.retain(|_, taken| taken.created >= before);
    }
}
