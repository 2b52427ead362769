//! Reports of the model 2021-06-30. Settlement reports are Amazon's to make, one for each settlement that has ended;
//! who asks for one to be made is refused, as Amazon refuses it.

use std::io::Write as _;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Done, Operation, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::documents;
use crate::sandbox::faults::ReportFault;
use crate::sandbox::journal::Entry;
use crate::sandbox::key;
use crate::sandbox::ledger::{self, ACCOUNTS, Charset, Ledger, Settlement};
use crate::sandbox::quota::Plan;
use crate::sandbox::reply::Reply;
use crate::sandbox::world::{World, locked};

/// The type of settlement report that is offered.
pub(super) const SETTLEMENT: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
/// Types that only Amazon makes.
const NOT_ON_REQUEST: [&str; 4] = [
    SETTLEMENT,
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE",
    "GET_V2_SETTLEMENT_REPORT_DATA_XML",
    "GET_DATE_RANGE_FINANCIAL_HOLDS_DATA",
];
/// Types that can be asked for. The sandbox has nothing for any of them, and Amazon's word for that is CANCELLED.
const ON_REQUEST: [&str; 8] = [
    "FEE_DISCOUNTS_REPORT",
    "GET_AFN_INVENTORY_DATA",
    "GET_FBA_FULFILLMENT_CUSTOMER_TAXES_DATA",
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FLAT_FILE_OPEN_LISTINGS_DATA",
    "GET_MERCHANT_LISTINGS_ALL_DATA",
    "GET_SALES_AND_TRAFFIC_REPORT",
];
/// How long a report that was asked for waits, and how long it takes.
const QUEUED: SignedDuration = SignedDuration::from_secs(30);
const WORKED_ON: SignedDuration = SignedDuration::from_secs(30);
/// How long reports are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
const STATUSES: [&str; 5] = ["CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"];

const REPORTS: &[&str] = &["reports", "2021-06-30", "reports"];

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "amazon.getReports",
        method: Method::GET,
        path: REPORTS,
        plan: Plan::new("0.0222", 22_200, 10),
        serve: list,
    },
    Operation {
        name: "amazon.createReport",
        method: Method::POST,
        path: REPORTS,
        plan: Plan::new("0.0167", 16_700, 15),
        serve: create,
    },
    Operation {
        name: "amazon.getReport",
        method: Method::GET,
        path: &["reports", "2021-06-30", "reports", "{}"],
        plan: Plan::new("2.0", 2_000_000, 15),
        serve: get,
    },
    Operation {
        name: "amazon.cancelReport",
        method: Method::DELETE,
        path: &["reports", "2021-06-30", "reports", "{}"],
        plan: Plan::new("0.0222", 22_200, 10),
        serve: cancel,
    },
    Operation {
        name: "amazon.getReportDocument",
        method: Method::GET,
        path: &["reports", "2021-06-30", "documents", "{}"],
        plan: Plan::new("0.0167", 16_700, 15),
        serve: get_document,
    },
];

/// What the published examples answer to a request that is not in order.
fn invalid(details: &'static str, reason: impl Into<String>) -> Refusal {
    Refusal { status: 400, code: "400", message: "Invalid input", details: Some(details), reason: reason.into() }
}

fn broken(cause: &str) -> Refusal {
    Refusal {
        status: 500,
        code: "InternalFailure",
        message: "We encountered an internal error. Please try again.",
        details: Some(""),
        reason: format!("the sandbox's journal: {cause}"),
    }
}

/// A report as it is told of, with the time it was made.
fn told(settlement: &Settlement) -> (Timestamp, Value) {
    let made = settlement.created;
    let second = SignedDuration::from_secs(1);
    // Every report names every marketplace; which one it is of is in the file alone.
    let markets: Vec<&str> = ACCOUNTS.iter().map(|account| account.marketplace).collect();
    let report = json!({
        "reportType": SETTLEMENT,
        "processingEndTime": made.to_string(),
        "processingStatus": "DONE",
        "marketplaceIds": markets,
        "reportDocumentId": settlement.document_id,
        "reportId": settlement.report_id,
        "dataEndTime": settlement.end.to_string(),
        "createdTime": made.to_string(),
        "processingStartTime": (made - second).to_string(),
        "dataStartTime": settlement.start.to_string(),
    });
    (made, report)
}

/// A report that was asked for here, as far as it has come. One that was brought in from outside stays as it is.
fn as_of(report: &Value, made: Timestamp, now: Timestamp) -> Value {
    let mut report = report.clone();
    let Some(fields) = report.as_object_mut() else { return report };
    if fields.shift_remove("asked_for").is_none() {
        return report;
    }
    let (begun, ended) = (made + QUEUED, made + QUEUED + WORKED_ON);
    if now >= begun {
        fields.insert("processingStatus".to_owned(), "IN_PROGRESS".into());
        fields.insert("processingStartTime".to_owned(), begun.to_string().into());
    }
    if now >= ended {
        fields.insert("processingStatus".to_owned(), "CANCELLED".into());
        fields.insert("processingEndTime".to_owned(), ended.to_string().into());
    }
    report
}

/// Every report, the newest first.
fn all(world: &World, now: Timestamp) -> Result<Vec<(Timestamp, Value)>, Refusal> {
    ledger::close(world).map_err(|cause| broken(&cause))?;
    let ledger = locked(&world.ledger);
    let mut reports: Vec<(Timestamp, Value)> = ledger.settlements().iter().map(told).collect();
    reports.extend(ledger.brought().iter().filter(|one| one["reportId"].is_string()).map(|report| {
        let made = report["createdTime"].as_str().and_then(|text| text.parse().ok()).unwrap_or(Timestamp::MIN);
        (made, as_of(report, made, now))
    }));
    let id = |report: &Value| report["reportId"].as_str().unwrap_or_default().to_owned();
    reports.sort_by_key(|(made, report)| std::cmp::Reverse((*made, id(report))));
    Ok(reports)
}

fn list(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let search = Search::read(world, call, now)?;
    let oldest = now - KEPT;
    let fits = |(made, report): &(Timestamp, Value)| {
        let takes =
            |wanted: &[String], value: &Value| wanted.is_empty() || wanted.iter().any(|one| *value == one.as_str());
        let markets = report["marketplaceIds"].as_array();
        *made >= search.since.max(oldest)
            && *made <= search.until
            && takes(&search.types, &report["reportType"])
            && takes(&search.statuses, &report["processingStatus"])
            && (search.markets.is_empty()
                || markets.is_some_and(|markets| markets.iter().any(|market| takes(&search.markets, market))))
    };
    let mut found = all(world, now)?.into_iter().filter(fits).map(|(_, report)| report);
    let page: Vec<Value> = found.by_ref().skip(search.from).take(search.page_size).collect();
    let mut body = json!({"reports": page});
    if found.next().is_some() {
        body["nextToken"] = search.token(world).into();
    }
    Ok(Done::told(body))
}

/// What getReports is asked for.
#[derive(Debug)]
struct Search {
    types: Vec<String>,
    statuses: Vec<String>,
    markets: Vec<String>,
    page_size: usize,
    since: Timestamp,
    until: Timestamp,
    /// How many of the found are on earlier pages.
    from: usize,
}

impl Search {
    fn read(world: &World, call: &Call, now: Timestamp) -> Result<Self, Refusal> {
        const NAMES: [&str; 7] = [
            "reportTypes",
            "processingStatuses",
            "marketplaceIds",
            "pageSize",
            "createdSince",
            "createdUntil",
            "nextToken",
        ];
        for (place, (name, value)) in call.query.iter().enumerate() {
            if !NAMES.contains(&name.as_str()) {
                return Err(invalid("Invalid input", format!("getReports has no parameter {name}")));
            }
            if value.is_empty() || call.query.iter().take(place).any(|(earlier, _)| earlier == name) {
                return Err(invalid(
                    "Invalid input",
                    format!("{name} is empty or given twice; lists are joined by commas"),
                ));
            }
        }
        if let Some(token) = call.parameter("nextToken") {
            if call.query.len() > 1 {
                return Err(invalid("Invalid input", "nextToken must be the only parameter"));
            }
            return Self::of_token(world, token).ok_or_else(|| {
                invalid("Invalid input", "the nextToken was not given out here; was it percent-encoded?")
            });
        }
        let list = |name: &str, most: usize| -> Result<Vec<String>, Refusal> {
            let values: Vec<String> =
                call.parameter(name).map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default();
            if values.len() > most || values.iter().any(String::is_empty) {
                return Err(invalid("Invalid input", format!("{name} takes 1 to {most} values")));
            }
            Ok(values)
        };
        let types = list("reportTypes", 10)?;
        if types.is_empty() {
            return Err(invalid("Invalid input", "either reportTypes or nextToken is required"));
        }
        let statuses = list("processingStatuses", 5)?;
        if let Some(odd) = statuses.iter().find(|status| !STATUSES.contains(&status.as_str())) {
            return Err(invalid("Invalid input in processing status", format!("there is no processing status {odd}")));
        }
        let page_size = match call.parameter("pageSize").map(str::parse::<usize>) {
            None => 10,
            Some(Ok(size)) if (1..=100).contains(&size) => size,
            Some(_) => return Err(invalid("Invalid input", "pageSize is a number from 1 to 100")),
        };
        let instant = |name: &str, default: Timestamp| match call.parameter(name).map(str::parse::<Timestamp>) {
            None => Ok(default),
            Some(Ok(at)) => Ok(at),
            Some(Err(_)) => Err(invalid("Invalid input", format!("{name} is no ISO 8601 date-time"))),
        };
        let since = instant("createdSince", now - KEPT)?;
        // A window that is computed a moment before it is sent lies a moment before the limit.
        if since < now - KEPT {
            return Err(invalid("Invalid input", "createdSince is more than 90 days ago"));
        }
        let until = instant("createdUntil", now)?;
        Ok(Self { types, statuses, markets: list("marketplaceIds", 10)?, page_size, since, until, from: 0 })
    }

    /// The token of the next page: the whole search, so that nothing else has to be sent with it.
    fn token(&self, world: &World) -> String {
        let content = json!([
            self.types,
            self.statuses,
            self.markets,
            self.page_size,
            self.since.to_string(),
            self.until.to_string(),
            self.from + self.page_size
        ])
        .to_string();
        let seal = key::hex(&["reports page", &world.credentials.amazon.client_secret, &content], 16);
        STANDARD.encode(format!("{seal}{content}"))
    }

    fn of_token(world: &World, token: &str) -> Option<Self> {
        let bytes = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
        let (seal, content) = bytes.split_at_checked(16)?;
        if key::hex(&["reports page", &world.credentials.amazon.client_secret, content], 16) != seal {
            return None;
        }
        let (types, statuses, markets, page_size, since, until, from): (_, _, _, _, String, String, _) =
            serde_json::from_str(content).ok()?;
        Some(Self { types, statuses, markets, page_size, since: since.parse().ok()?, until: until.parse().ok()?, from })
    }
}

fn get(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let id = call.path.last().map_or("", String::as_str);
    let found = all(world, now)?.into_iter().find(|(_, report)| report["reportId"] == id);
    found
        .map(|(_, report)| Done::told(report))
        .ok_or_else(|| invalid("Invalid input", format!("there is no report {id}")))
}

fn create(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let body: Value = serde_json::from_slice(&call.body)
        .map_err(|cause| invalid("Invalid input", format!("the body is no JSON: {cause}")))?;
    let kind = body["reportType"].as_str().unwrap_or_default();
    let markets = body["marketplaceIds"].as_array().map_or(0, Vec::len);
    if kind.is_empty() || !(1..=25).contains(&markets) {
        return Err(invalid("Invalid input", "reportType and 1 to 25 marketplaceIds are wanted"));
    }
    if NOT_ON_REQUEST.contains(&kind) {
        return Err(Refusal {
            status: 400,
            code: "InvalidInput",
            message: "Request for report type 1118 is not allowed at this time.",
            details: Some(""),
            reason: "Amazon makes settlement reports by itself; getReports lists them".to_owned(),
        });
    }
    if !ON_REQUEST.contains(&kind) {
        return Err(invalid("Invalid input", format!("there is no report type {kind}")));
    }
    let mut ledger = locked(&world.ledger);
    let place = ledger.brought().len();
    let id = (50_000_000_000 + key::number(&["asked report", kind, &place.to_string()]) % 9_000_000_000).to_string();
    let created = Timestamp::from_second(now.as_second()).unwrap_or(now).to_string();
    let mut report = json!({"reportId": id, "reportType": kind, "marketplaceIds": body["marketplaceIds"],
        "createdTime": created, "processingStatus": "IN_QUEUE", "asked_for": true});
    for name in ["dataStartTime", "dataEndTime"] {
        match body.get(name).map(|at| at.as_str().and_then(|text| text.parse::<Timestamp>().ok())) {
            None => report[name] = created.as_str().into(),
            Some(Some(at)) if at <= now => report[name] = at.to_string().into(),
            Some(_) => return Err(invalid("Invalid input", format!("{name} is no instant until now"))),
        }
    }
    keep(world, &mut ledger, &report)?;
    Ok(Done { status: 202, body: Some(json!({"reportId": id})), wrote: true })
}

fn keep(world: &World, ledger: &mut Ledger, report: &Value) -> Result<(), Refusal> {
    let entry = Entry::Report { text: report.to_string().into() };
    world.journal.write(std::slice::from_ref(&entry)).map_err(|cause| broken(&cause))?;
    ledger.apply(&entry);
    Ok(())
}

/// Only a report that still waits can be cancelled.
fn cancel(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let id = call.path.last().map_or("", String::as_str);
    let found = all(world, now)?.into_iter().find(|(_, report)| report["reportId"] == id);
    let Some((_, mut report)) = found.filter(|(_, report)| report["processingStatus"] == "IN_QUEUE") else {
        return Err(invalid("Invalid input", format!("there is no report {id} that waits")));
    };
    report["processingStatus"] = "CANCELLED".into();
    report["processingEndTime"] = now.to_string().into();
    keep(world, &mut locked(&world.ledger), &report)?;
    Ok(Done { status: 200, body: None, wrote: true })
}

fn get_document(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let id = call.path.last().map_or("", String::as_str);
    let readable = match call.parameter("enableContentEncodingUrlHeader") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(invalid("Invalid input", "enableContentEncodingUrlHeader is true or false")),
    };
    all(world, now)?;
    let ledger = locked(&world.ledger);
    let Some(settlement) = ledger.settlements().iter().find(|one| one.document_id == id) else {
        return match ledger.brought_document(id) {
            Some(document) => Ok(Done::told(document)),
            None => Err(invalid("Invalid input", format!("there is no document {id}"))),
        };
    };
    let gzip = settlement.account().gzip;
    let flags = if gzip && readable { "gzip" } else { "identity" };
    let mut body = json!({"reportDocumentId": id, "url": documents::url(world, id, flags, now)});
    if gzip {
        body["compressionAlgorithm"] = "GZIP".into();
    }
    Ok(Done::told(body))
}

/// The bytes of a report, as the storage hands them out; `gzip` in the flags lets the client's HTTP unpack them.
pub(in crate::sandbox) fn document(world: &World, id: &str, flags: &str) -> Option<Reply> {
    let (account, text) = {
        let ledger = locked(&world.ledger);
        let settlement = ledger.settlements().iter().find(|one| one.document_id == id)?;
        (settlement.account(), settlement.text())
    };
    let text = spoilt(locked(&world.faults).reports, text);
    let content_type = match account.charset {
        Charset::Utf8 => "text/plain;charset=utf-8",
        Charset::Windows1252 => "text/plain; charset=Cp1252",
        Charset::ShiftJis => "text/plain; charset=Shift_JIS",
    };
    let body = if account.gzip { packed(&text)? } else { text };
    let reply = Reply { body: body.into(), ..Reply::text(200, content_type, String::new()) };
    Some(if flags == "gzip" { reply.with("content-encoding", "gzip") } else { reply })
}

/// Packed with gzip.
pub(super) fn packed(text: &[u8]) -> Option<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).ok()?;
    packer.finish().ok()
}

/// The report with what is to be wrong with it: an amount that is a minor unit off, or a row that nobody knows.
fn spoilt(wanted: Option<ReportFault>, text: Vec<u8>) -> Vec<u8> {
    let Some(wanted) = wanted else { return text };
    let mut lines: Vec<Vec<u8>> = text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    // Below the columns and the totals; there is always one, the reserve or a fee.
    let Some(line) = lines.get_mut(2) else { return text };
    let mut cells: Vec<Vec<u8>> = line.split(|&byte| byte == b'\t').map(<[u8]>::to_vec).collect();
    match wanted {
        ReportFault::Unbalanced => {
            // The last digit of the amount becomes another.
            if let Some(last) = cells.get_mut(14).and_then(|amount| amount.last_mut()) {
                *last = if *last == b'9' { b'8' } else { *last + 1 };
            }
        }
        ReportFault::UnknownCode => {
            for (place, name) in [(6, "Lunar Fee"), (12, "Lunar Fee"), (13, "Tidal surcharge")] {
                if let Some(cell) = cells.get_mut(place) {
                    *cell = name.as_bytes().to_vec();
                }
            }
        }
    }
    *line = cells.join(&b'\t');
    lines.join(&b'\n')
}
