//! For a spreadsheet: a row for each check, and one for each thing that does not tie.

use rust_decimal::Decimal;

use super::super::Report;
use super::word;

const COLUMNS: [&str; 8] = ["check", "state", "about", "rows", "settlement", "books", "difference", "says"];

/// The report as CSV with a line of columns.
#[must_use]
pub fn csv(report: &Report) -> String {
    let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory does not fail.
    let mut write = |cells: [String; 8]| drop(writer.write_record(cells));
    write(COLUMNS.map(str::to_owned));
    for check in &report.checks {
        let amounts = cells(check.settlement, check.books);
        let [settlement, books, difference] = amounts;
        let about = check.title.to_owned();
        let state = word(check.state).to_owned();
        write([
            check.id.to_owned(),
            state.clone(),
            about,
            String::new(),
            settlement,
            books,
            difference,
            check.says.clone(),
        ]);
        for item in &check.residue {
            let [settlement, books, difference] = cells(item.settlement, item.books);
            write([
                check.id.to_owned(),
                state.clone(),
                item.about.clone(),
                item.rows.clone(),
                settlement,
                books,
                difference,
                item.says.clone(),
            ]);
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cells(settlement: Option<Decimal>, books: Option<Decimal>) -> [String; 3] {
    let text = |amount: Option<Decimal>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    [text(settlement), text(books), text(settlement.zip(books).map(|(settlement, books)| settlement - books))]
}
