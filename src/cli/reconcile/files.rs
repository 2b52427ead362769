//! The archived files of settlements: the one that is meant, summed up, and those beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::super::exit::Failure;
use crate::connectors::amazon::settlement::{self, Bytes, Known};
use crate::plan::fold::Row as _;
use crate::reconcile::{Around, Head, Neighbour, Row, Tally};

/// The columns that are read, in the order of [`Row`].
const FIELDS: [&str; 10] = [
    "transaction_type",
    "amount_type",
    "amount_description",
    "marketplace_name",
    "order_id",
    "order_item_code",
    "sku",
    "quantity_purchased",
    "amount",
    "posted_date",
];

/// A file of a settlement, looked through.
pub(super) struct File {
    report: settlement::Report,
    shown: PathBuf,
}

/// The file of a settlement: the one that is given, or the newest of the archive.
pub(super) fn find(archive: &Path, id: &str, given: Option<&Path>) -> Result<File, Failure> {
    if let Some(path) = given {
        let known = Known { file: name(path), ..Known::default() };
        let report = settlement::Report::open(Bytes::File(path.to_path_buf()), &known).map_err(|e| broken(path, &e))?;
        if report.settlement_id() != id {
            let other = report.settlement_id();
            return Err(Failure::usage(format!("{} is of settlement {other}, not {id}", path.display())));
        }
        return Ok(File { report, shown: path.to_path_buf() });
    }
    let found = settlement::archive::find(archive, id).map_err(|error| broken(archive, &error))?;
    let Some((path, known)) = found.into_iter().next_back() else {
        let all = settlement::archive::all(archive).map_err(|error| broken(archive, &error))?;
        let ids: Vec<&str> = all.iter().map(|(_, known)| known.settlement_id.as_str()).collect();
        let there = if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
        return Err(Failure::usage(format!(
            "settlement {id} is not in the archive {}, which holds {there}; run flows/settlements.flow, or name the file with --file",
            archive.display()
        )));
    };
    let report = settlement::archive::open(archive, &known).map_err(|error| broken(&path, &error))?;
    Ok(File { report, shown: path })
}

/// The file, summed up.
pub(super) fn tally(file: &File) -> Result<Tally, Failure> {
    summed(file)
}

/// The settlements before and after, of the same currency, and the orders that any of the archive has sold.
pub(super) fn neighbours(archive: &Path, mine: &Tally) -> Result<Around, Failure> {
    let all = settlement::archive::all(archive).map_err(|error| broken(archive, &error))?;
    let mut around = Around::default();
    let mut seen = std::collections::BTreeSet::from([mine.head.id.clone()]);
    let mut others: Vec<Neighbour> = Vec::new();
    // Of a settlement that Amazon gave out twice the newer file counts.
    for (path, known) in all.into_iter().rev() {
        if !seen.insert(known.settlement_id.clone()) {
            continue;
        }
        let report = settlement::archive::open(archive, &known).map_err(|error| broken(&path, &error))?;
        if report.constant("currency") != Some(mine.head.currency.as_str()) || report.problem().is_some() {
            continue;
        }
        let tally = summed(&File { report, shown: path })?;
        around.settled.extend(tally.sold_ids().map(str::to_owned));
        others.push(Neighbour {
            id: tally.head.id.clone(),
            start: tally.head.start,
            end: tally.head.end,
            total: tally.head.total,
            current_reserve: tally.current_reserve,
            previous_reserve: tally.previous_reserve,
            payable: tally.payable,
        });
    }
    let (start, end) = (mine.head.start, mine.head.end);
    around.before = others.iter().filter(|one| one.start < start).max_by_key(|one| one.start).cloned();
    around.after = others.iter().filter(|one| one.end > end).min_by_key(|one| one.end).cloned();
    Ok(around)
}

fn summed(file: &File) -> Result<Tally, Failure> {
    let report = &file.report;
    let text = |name: &str| report.constant(name).unwrap_or_default().to_owned();
    let instant = |name: &str| text(name).parse::<Timestamp>().ok();
    let mut tally = Tally::new(Head {
        id: text("settlement_id"),
        start: instant("settlement_start_date"),
        end: instant("settlement_end_date"),
        deposit: text("deposit_date").parse().ok(),
        total: text("total_amount").parse().unwrap_or_default(),
        currency: text("currency"),
        file: text("file"),
        sha256: text("sha256"),
        problem: report.problem(),
    });
    if tally.head.problem.is_some() {
        return Ok(tally);
    }
    let fields: Vec<Arc<str>> = FIELDS.iter().map(|name| Arc::from(*name)).collect();
    let mut rows = report.rows_again(&fields).map_err(|error| broken(&file.shown, &error))?;
    let changed = |why: String| Failure::usage(format!("{}: {why}", file.shown.display()));
    while rows.next().map_err(changed)? {
        let cell = |at: usize| rows.cell(at).unwrap_or_default();
        // The settlement itself has no amount.
        let Ok(amount) = cell(8).parse::<Decimal>() else { continue };
        tally.add(&Row {
            number: rows.number(),
            transaction_type: cell(0),
            amount_type: cell(1),
            description: cell(2),
            marketplace: cell(3),
            order_id: cell(4),
            item: cell(5),
            sku: cell(6),
            quantity: cell(7).parse().unwrap_or_default(),
            amount,
            posted: cell(9).parse().ok(),
        });
    }
    Ok(tally)
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn broken(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", path.display()))
}
