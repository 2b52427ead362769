//! Settlements as a source: reports are listed, never requested, because Amazon makes them itself; each is downloaded,
//! archived, and only then looked into. A settlement whose file cannot be used is one record that says why, so that the
//! others are booked all the same.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::archive::{self, Archived, Draft};
use super::position::{AtHand, Position, Taken, Waiting};
use super::{Report, Rows};
use crate::catalog::{EntitySpec, OperationSpec, Rate, SourceSpec};
use crate::connectors::amazon::family::Family;
use crate::connectors::amazon::schema::settlement::settlement;
use crate::connectors::amazon::{Amazon, answer};
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest, Record};
use crate::connectors::http;
use crate::plan::fold::Row as _;
use crate::value::{Object, Value};

const TYPE: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
const REPORTS: [&str; 3] = ["reports", "2021-06-30", "reports"];
const DOCUMENTS: [&str; 3] = ["reports", "2021-06-30", "documents"];
/// How far back Amazon lists reports, less the time that a call may take: at the very end of it a call is refused.
const LOOK_BACK: SignedDuration = SignedDuration::from_mins(90 * 24 * 60 - 30);
/// How long a report that is done is remembered: longer than Amazon lists it.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 120);
/// Pages of one listing; more means that they go in a circle.
const PAGES: usize = 100;
/// Records of one page.
const RECORDS: usize = 1000;

/// Settlement reports.
pub(in crate::connectors::amazon) struct Settlements;

/// The reader where the last page ended, so that the next one goes on there and not from the beginning of the file.
#[derive(Default)]
pub(in crate::connectors::amazon) struct Ahead(Mutex<Option<(AtHand, Vec<String>, Rows)>>);

#[async_trait]
impl Family for Settlements {
    fn names(&self) -> &'static [&'static str] {
        &["settlements"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        vec![EntitySpec {
            name: "settlements",
            summary: "Settlement reports, amount by amount; a flow groups them by `settlement_id`",
            source: Some(SourceSpec {
                record: Arc::new(settlement()),
                key: "settlement_id",
                stamp: None,
                events: Vec::new(),
                filters: Vec::new(),
                operation: "getReports",
                fetch: None,
                columns: false,
            }),
            lookup: None,
            writes: Vec::new(),
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            OperationSpec {
                name: "getReports",
                path: "GET /reports/2021-06-30/reports",
                rate: Some(Rate { per_10_000_s: 222, burst: 10 }),
                batch: 100,
            },
            OperationSpec {
                name: "getReportDocument",
                path: "GET /reports/2021-06-30/documents/{reportDocumentId}",
                rate: Some(Rate { per_10_000_s: 167, burst: 15 }),
                batch: 1,
            },
        ]
    }

    async fn read(&self, amazon: &Amazon, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let mut position = Position::read(request.position.as_deref())?;
        let now = amazon.clock.now();
        if position.at_hand.is_none() && position.waiting.is_empty() {
            position.forget(now.checked_sub(REMEMBERED).unwrap_or(now));
            position.waiting = amazon.settlement_reports(&position, request.since, now).await?;
            if position.waiting.is_empty() {
                return page(Vec::new(), &position);
            }
        }
        if position.at_hand.is_none()
            && let Some(report) = position.waiting.first().cloned()
        {
            return amazon.take_up(position, report, request).await;
        }
        let Some(at_hand) = position.at_hand.clone() else { return page(Vec::new(), &position) };
        let held = amazon.settlements.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let rows = match held.filter(|(of, fields, _)| *of == at_hand && *fields == request.fields) {
            Some((_, _, rows)) => rows,
            None => amazon.reopened(&at_hand, request).await?,
        };
        amazon.rows(position, at_hand, rows, request)
    }
}

fn page(records: Vec<Record>, position: &Position) -> Result<Page, ConnectorError> {
    let drained = position.at_hand.is_none() && position.waiting.is_empty();
    Ok(Page { records, next: position.write()?, drained })
}

impl Amazon {
    /// The reports that are listed and not done, the oldest first.
    async fn settlement_reports(
        &self,
        position: &Position,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, ConnectorError> {
        let oldest = now.checked_sub(LOOK_BACK).unwrap_or(now).max(since);
        let mut found: Vec<Waiting> = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let mut url = http::join(&self.endpoint, &REPORTS)?;
            match &token {
                // Amazon takes it alone.
                Some(token) => url.query_pairs_mut().append_pair("nextToken", token),
                None => url
                    .query_pairs_mut()
                    .append_pair("reportTypes", TYPE)
                    .append_pair("processingStatuses", "DONE")
                    .append_pair("pageSize", "100")
                    .append_pair("createdSince", &oldest.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            };
            let answer = self.get("getReports", &url).await?;
            let body = answer::body(&answer, "getReports")?;
            let reports = body.get("reports").and_then(Value::as_list);
            for report in reports.ok_or_else(|| answer::garbled(&answer, "getReports"))? {
                let text = |name| report.get(name).and_then(Value::as_text).map(str::to_owned);
                // What was cancelled or failed has no document, or one that says why.
                let done = report.get("processingStatus").and_then(Value::as_text) == Some("DONE");
                if let (true, Some(report_id), Some(document_id), Some(created)) = (
                    done,
                    text("reportId"),
                    text("reportDocumentId"),
                    text("createdTime").and_then(|text| text.parse::<Timestamp>().ok()),
                ) && !position.done.contains_key(&report_id)
                    && !found.iter().any(|known| known.report_id == report_id)
                {
                    found.push(Waiting { report_id, document_id, created });
                }
            }
            let next = body.get("nextToken").and_then(Value::as_text).filter(|token| !token.is_empty());
            let next = next.map(str::to_owned);
            if next.is_none() {
                found.sort_by(|a, b| (a.created, &a.report_id).cmp(&(b.created, &b.report_id)));
                return Ok(found);
            }
            if next == token {
                break;
            }
            token = next;
        }
        Err(ConnectorError::new(ErrorKind::Transient, "Amazon's pages of reports go in a circle"))
    }

    /// Downloads and archives a report, and gives its first records.
    async fn take_up(
        &self,
        mut position: Position,
        report: Waiting,
        request: &ReadRequest,
    ) -> Result<Page, ConnectorError> {
        let (parsed, known) = self.download(&report).await?;
        let id = parsed.constant("settlement_id").unwrap_or_default().to_owned();
        let again = position.settlements.get(&id).map(|taken| taken.sha256.clone());
        if again.as_ref() == Some(&known.sha256) {
            // The very same file in another report.
            position.finish(&report);
            return page(Vec::new(), &position);
        }
        if again.is_some() {
            let why = format!(
                "settlement {id} has come before, in another report and with other bytes; {} is not used",
                known.file
            );
            position.finish(&report);
            return page(vec![problem(&id, &why, &known)], &position);
        }
        let taken = Taken { sha256: known.sha256.clone(), created: report.created };
        position.settlements.insert(id, taken);
        let at_hand = AtHand { report, file: known.file, given: 0 };
        let rows = parsed.rows(&fields(request)).map_err(|error| self.lost(&at_hand.file, &error))?;
        position.at_hand = Some(at_hand.clone());
        self.rows(position, at_hand, rows, request)
    }

    async fn download(&self, report: &Waiting) -> Result<(Report, Archived), ConnectorError> {
        if let Some(kept) = self.kept(report).await? {
            return Ok(kept);
        }
        // The address is good for five minutes, so it is asked for each time.
        let [a, b, c] = DOCUMENTS;
        let url = http::join(&self.endpoint, &[a, b, c, &report.document_id])?;
        let answer = self.get("getReportDocument", &url).await?;
        let body = answer::body(&answer, "getReportDocument")?;
        let address = body.get("url").and_then(Value::as_text);
        let address = address.ok_or_else(|| answer::garbled(&answer, "getReportDocument"))?;
        let mut draft = Draft::new(&self.archive()?)?;
        let downloaded = self.transport.download(address, draft.out()).await?;
        let (now, report) = (self.clock.now(), report.clone());
        let keep = move || draft.keep(&report.report_id, &report.document_id, downloaded.content_type, now);
        tokio::task::spawn_blocking(keep)
            .await
            .map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))?
    }

    /// A report that was archived before, by another flow or another run: it is not downloaded again.
    async fn kept(&self, report: &Waiting) -> Result<Option<(Report, Archived)>, ConnectorError> {
        let (archive, report) = (self.archive()?, report.clone());
        let find = move || -> std::io::Result<Option<(Report, Archived)>> {
            let same =
                |known: &Archived| known.report_id == report.report_id && known.document_id == report.document_id;
            let Some((_, known)) = archive::all(&archive)?.into_iter().rfind(|(_, known)| same(known)) else {
                return Ok(None);
            };
            let parsed = archive::open(&archive, &known)?;
            // What is not as it was kept is of no use.
            let whole = parsed.constant("sha256") == Some(known.sha256.as_str());
            Ok(whole.then_some((parsed, known)))
        };
        let found = tokio::task::spawn_blocking(find).await;
        let found = found.map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))?;
        found.map_err(|error| self.lost("settlements", &error))
    }

    /// An archived file, from where its last page ended.
    async fn reopened(&self, at_hand: &AtHand, request: &ReadRequest) -> Result<Rows, ConnectorError> {
        let archive = self.archive()?;
        let (file, fields, given) = (at_hand.file.clone(), fields(request), at_hand.given);
        let open = move || -> std::io::Result<Rows> {
            let known = archive::all(&archive)?.into_iter().find(|(_, known)| known.file == file);
            let gone = || std::io::Error::new(std::io::ErrorKind::NotFound, "it is not in the archive");
            let (_, known) = known.ok_or_else(gone)?;
            let mut rows = archive::open(&archive, &known)?.rows(&fields)?;
            for _ in 0..given {
                rows.next().map_err(std::io::Error::other)?;
            }
            Ok(rows)
        };
        let opened = tokio::task::spawn_blocking(open).await;
        let opened = opened.map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))?;
        opened.map_err(|error| self.lost(&at_hand.file, &error))
    }

    /// The next records of the file at hand.
    fn rows(
        &self,
        mut position: Position,
        mut at_hand: AtHand,
        mut rows: Rows,
        request: &ReadRequest,
    ) -> Result<Page, ConnectorError> {
        let mut records = Vec::with_capacity(RECORDS);
        while records.len() < RECORDS {
            let more = rows.next().map_err(|why| self.lost(&at_hand.file, &std::io::Error::other(why)))?;
            if !more {
                position.finish(&at_hand.report);
                return page(records, &position);
            }
            records.push(Record { value: rows.record() });
        }
        at_hand.given += records.len() as u64;
        position.at_hand = Some(at_hand.clone());
        let held = Some((at_hand, request.fields.clone(), rows));
        *self.settlements.0.lock().unwrap_or_else(PoisonError::into_inner) = held;
        page(records, &position)
    }

    fn archive(&self) -> Result<PathBuf, ConnectorError> {
        self.archive.clone().ok_or_else(|| {
            let message = "settlements are archived before they are read: set `archive`, the folder for that, at the \
                           connection `amazon`";
            ConnectorError::new(ErrorKind::Bug, message)
        })
    }

    fn lost(&self, file: &str, error: &std::io::Error) -> ConnectorError {
        let archive = self.archive.clone().unwrap_or_default();
        let message = format!("the archived settlement {} cannot be read: {error}", archive.join(file).display());
        ConnectorError::new(ErrorKind::Bug, message)
    }
}

/// The fields that are asked for; all where none is named.
fn fields(request: &ReadRequest) -> Vec<Arc<str>> {
    if request.fields.is_empty() {
        return settlement().fields.iter().map(|field| Arc::from(field.name.as_str())).collect();
    }
    request.fields.iter().map(|name| Arc::from(name.as_str())).collect()
}

/// A record that says why nothing of a file is used.
fn problem(settlement_id: &str, why: &str, known: &Archived) -> Record {
    let mut record = Object::new();
    record.set("settlement_id", Value::text(settlement_id));
    record.set("row", Value::text("1"));
    record.set("problem", Value::text(why));
    record.set("file", Value::text(&known.file));
    record.set("sha256", Value::text(&known.sha256));
    Record { value: Value::object(record) }
}
