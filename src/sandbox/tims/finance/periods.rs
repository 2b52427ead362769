//! Accounting periods: months. Those that lie more than three months before the shop's beginning are closed; whoever
//! keeps the books closes and opens others (the admin interface does it, since no client of TIMS may).

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::day;
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::tims::Tims;
use crate::sandbox::tims::listing::Listing;
use crate::sandbox::tims::problem::Problem;
use crate::sandbox::tims::routes::{Route, Serve};

/// The routes of periods.
pub(in crate::sandbox::tims) const ROUTES: &[Route] = &[
    Route { name: "tims.gl.periods.list", method: "GET", path: &["gl", "periods"], serve: Serve::Tell(list) },
    Route { name: "tims.gl.periods.get", method: "GET", path: &["gl", "periods", "{}"], serve: Serve::Tell(get) },
];

/// Months before the beginning that TIMS still knows.
const KNOWN: i64 = 18;
/// Months before the beginning that are still open.
const OPEN: i64 = 3;
/// Months after now that can be posted to.
const AHEAD: i64 = 1;

fn month_of(date: Date) -> Date {
    date.first_of_month()
}

fn plus(month: Date, months: i64) -> Date {
    Span::new().try_months(months).ok().and_then(|span| month.checked_add(span).ok()).unwrap_or(month)
}

fn id_of(month: Date) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

impl Tims {
    fn first_known(&self) -> Date {
        plus(month_of(day(self.began)), -KNOWN)
    }

    fn last_known(&self) -> Date {
        plus(month_of(day(self.now.max(self.began))), AHEAD)
    }

    fn months(&self) -> impl Iterator<Item = Date> {
        let last = self.last_known();
        std::iter::successors(Some(self.first_known()), |month| Some(plus(*month, 1))).take_while(move |m| *m <= last)
    }

    fn is_open(&self, month: Date) -> bool {
        match self.document(DocKind::Period, &id_of(month)) {
            Some(set) => set["status"] == "open",
            None => month >= plus(month_of(day(self.began)), -OPEN),
        }
    }

    fn period(&self, month: Date) -> Value {
        let status = if self.is_open(month) { "open" } else { "closed" };
        json!({"id": id_of(month), "start": month.to_string(), "end": month.last_of_month().to_string(),
            "status": status})
    }

    /// A closed period takes nothing, and says which day is the first that does.
    pub(super) fn check_open(&self, date: Date, path: &str) -> Result<(), Problem> {
        let month = month_of(date);
        if month > self.last_known() {
            return Err(Problem::field(path, "no_period", format!("there is no period for {date} yet")));
        }
        if month >= self.first_known() && self.is_open(month) {
            return Ok(());
        }
        let next = self.months().find(|later| *later > month && self.is_open(*later));
        let detail = format!("{path}: the period {} is closed", id_of(month));
        let problem = Problem::new(423, "period_closed", detail).with("period", id_of(month));
        Err(match next {
            Some(next) => problem.with("first_open_date", next.to_string()),
            None => problem,
        })
    }

    /// The entry that closes or opens a period.
    pub(in crate::sandbox) fn set_period(&self, id: &str, status: &str, now: Timestamp) -> Result<Entry, String> {
        let known = format!("{id}-01").parse::<Date>().is_ok_and(|month| month <= plus(month_of(day(now)), AHEAD));
        if !known || !["open", "closed"].contains(&status) {
            return Err(
                "a period is a month like 2026-02, up to the next one, and its status open or closed".to_owned()
            );
        }
        let text = json!({"id": id, "status": status}).to_string().into();
        Ok(Entry::Put { kind: DocKind::Period, id: id.to_owned(), text })
    }
}

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["id", "status"])?;
    let rows: Vec<Value> = tims.months().map(|month| tims.period(month)).filter(|row| listing.takes(row)).collect();
    Ok(listing.page(rows.iter().map(|row| (row["id"].as_str().unwrap_or_default(), row.clone()))))
}

fn get(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let id = call.segment_from_end(0);
    let month = tims.months().find(|month| id_of(*month) == id);
    month.map(|month| tims.period(month)).ok_or_else(|| super::super::no_such("period", id))
}
