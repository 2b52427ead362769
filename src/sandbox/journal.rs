//! What the sandbox remembers over a restart: every change is one line, written before it is acknowledged, so that a
//! killed sandbox comes back knowing all it ever answered for. The system's write buffer survives a killed process;
//! nothing here promises to survive a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SandboxError;
use super::amazon::inventory::AmazonStock;
use super::ledger::{RefundOrder, Settlement};
use super::quota::Level;

/// One thing that changed. The entries of one change share a line: they happened together or not at all.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Entry {
    /// Which shop this is the journal of.
    Shop {
        seed: u64,
        orders: usize,
        #[serde(default)]
        skus: usize,
        start: Timestamp,
    },
    /// A TIMS document as it is from now on.
    Put {
        kind: DocKind,
        id: String,
        #[serde(with = "text")]
        text: Arc<str>,
    },
    /// A TIMS document that is gone.
    Gone { kind: DocKind, id: String },
    /// What an `Idempotency-Key` was answered with.
    Answer(Answer),
    /// An Amazon order as it is from now on.
    Order {
        #[serde(with = "text")]
        text: Arc<str>,
    },
    /// A listing as it is from now on, by marketplace and SKU; without a text it is gone.
    Listing {
        market: String,
        sku: String,
        #[serde(with = "maybe_text")]
        text: Option<Arc<str>>,
    },
    /// A settlement as it was closed.
    Settled(Box<Settlement>),
    /// A refund that was asked for.
    Refund(RefundOrder),
    /// A report, or a report's document, that was brought in.
    Report {
        #[serde(with = "text")]
        text: Arc<str>,
    },
    /// What lies in Amazon's warehouses of a SKU, by marketplace.
    AmazonStock { market: String, sku: String, stock: AmazonStock },
    /// A delivery of the third system as it is from now on, with the idempotency key that it came under and the digest of
    /// what came.
    Delivery {
        id: String,
        #[serde(with = "text")]
        text: Arc<str>,
        #[serde(default)]
        key: Option<(String, String)>,
    },
    /// A document for a feed; without a text it has not been uploaded.
    Upload {
        id: String,
        content_type: String,
        #[serde(with = "maybe_text")]
        text: Option<Arc<str>>,
    },
    /// A feed as it is from now on.
    Feed {
        #[serde(with = "text")]
        text: Arc<str>,
    },
    /// How many batches of changes the shop has been through.
    Evolved { batches: u64 },
    /// What is left of a usage plan.
    Quota { operation: String, level: Level },
    /// Which generations of tokens are still good, and whether Amazon's secret has expired.
    Tokens { amazon: u64, tims: u64, secret_expired: bool },
}

/// The kinds of document TIMS keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DocKind {
    Customer,
    SalesOrder,
    Allocation,
    JournalEntry,
    Period,
    Invoice,
    Payment,
    CreditNote,
    /// What a location has of an item, once that was counted.
    Stock,
    /// A price that was set.
    Price,
    Shipment,
}

impl DocKind {
    /// All of them, each with the name of its resource.
    pub(super) const ALL: &[(Self, &'static str)] = &[
        (Self::Customer, "customers"),
        (Self::SalesOrder, "sales_orders"),
        (Self::Allocation, "allocations"),
        (Self::JournalEntry, "journal_entries"),
        (Self::Period, "periods"),
        (Self::Invoice, "invoices"),
        (Self::Payment, "payments"),
        (Self::CreditNote, "credit_notes"),
        (Self::Stock, "stock"),
        (Self::Price, "prices"),
        (Self::Shipment, "shipments"),
    ];
}

/// A remembered answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) key: String,
    pub(super) digest: String,
    pub(super) at: Timestamp,
    pub(super) status: u16,
    /// The document it was about.
    pub(super) about: Option<(DocKind, String)>,
    /// Its text; none where it has none, or where it is the text of the document in the same line.
    #[serde(with = "maybe_text")]
    pub(super) text: Option<Arc<str>>,
}

/// The file, or nothing where the sandbox forgets.
#[derive(Debug)]
pub(super) struct Journal {
    file: Option<Mutex<File>>,
}

impl Journal {
    /// A journal that writes nothing.
    pub(super) fn none() -> Self {
        Self { file: None }
    }

    /// Opens the journal in `dir` and gives what it holds, line by line. A last line that was cut off is removed.
    pub(super) fn open(dir: &Path) -> Result<(Self, Vec<Vec<Entry>>), SandboxError> {
        let path = dir.join("sandbox.journal");
        let failed = |cause: std::io::Error| broken(&path, cause.to_string());
        fs::create_dir_all(dir).map_err(failed)?;
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path).map_err(failed)?;
        file.try_lock().map_err(|_| broken(&path, "another sandbox is using it".to_owned()))?;
        let text = fs::read(&path).map_err(failed)?;
        let mut lines = Vec::new();
        let mut good = 0;
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            if line.last() != Some(&b'\n') {
                break;
            }
            let entries = serde_json::from_slice(line)
                .map_err(|cause| broken(&path, format!("line {} is damaged: {cause}", lines.len() + 1)))?;
            lines.push(entries);
            good += line.len();
        }
        file.set_len(good as u64).map_err(failed)?;
        file.flush().map_err(failed)?;
        Ok((Self { file: Some(Mutex::new(file)) }, lines))
    }

    /// Whether anything is written at all.
    pub(super) fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Writes one change down. A disk that takes no more is answered with an error, and the change does not happen.
    pub(super) fn write(&self, entries: &[Entry]) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut line = serde_json::to_vec(entries).map_err(|cause| cause.to_string())?;
        line.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file.metadata().map_err(|cause| cause.to_string())?.len();
        file.write_all(&line).map_err(|cause| {
            // A full disk may have taken a part; what is written next must not be glued to it.
            let mended =
                file.set_len(before).map_err(|again| format!("; and a part of it could not be removed: {again}"));
            format!("{cause}{}", mended.err().unwrap_or_default())
        })
    }
}

/// A journal that cannot be used.
pub(super) fn broken(path: &Path, cause: String) -> SandboxError {
    SandboxError::Journal { path: PathBuf::from(path), cause }
}

/// Shared texts are written as plain ones; serde's own support for them is a feature nobody else needs.
mod text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        Ok(String::deserialize(from)?.into())
    }
}

/// The same for a text that may be absent.
mod maybe_text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Option<Arc<str>>, to: S) -> Result<S::Ok, S::Error> {
        text.as_deref().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<str>>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Into::into))
    }
}
