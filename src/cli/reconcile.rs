//! `flowrun reconcile`: a settlement's archived file against the books, with everything that does not tie.

mod books;
mod files;

use std::io::Write as _;

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::args::{self, ReportFormat};
use super::exit::{Exit, Failure, Outcome};
use super::run::Outside;
use super::{environment, output, runtime};
use crate::reconcile::{self, Around, Report, show};

pub(super) fn run(args: &args::Reconcile) -> Outcome {
    let settings = environment::load(None, &args.at)?;
    let deposit = args.deposit.as_deref().map(amount).transpose()?;
    let archive = match &args.archive {
        Some(folder) => folder.clone(),
        None => super::run::archive(&settings),
    };
    let file = files::find(&archive, &args.settlement, args.file.as_deref())?;
    let tally = files::tally(&file)?;
    let neighbours = files::neighbours(&archive, &tally)?;
    let (books, now) = runtime::block_on(async {
        let outside = Outside::open(&settings, args.sandbox.as_deref(), &["tims"]).await?;
        let books = books::read(&outside, &tally).await;
        let now = outside.clock.now();
        outside.close().await?;
        Ok((books?, now))
    })?;
    let today = TimeZone::UTC.to_datetime(now).date();
    let around = Around { deposit, today, ..neighbours };
    let report = reconcile::reconcile(&tally, &books, &around);
    if let Some(number) = args.line {
        line(&report, number, args)?;
    } else {
        finish(&whole(&report, args.format), args)?;
    }
    let wanted = report.ties() && !(args.strict && report.needs_a_look());
    Ok(if wanted { Exit::Done } else { Exit::Attention })
}

fn whole(report: &Report, format: ReportFormat) -> String {
    match format {
        ReportFormat::Text => show::text(report),
        ReportFormat::Json => format!("{:#}\n", show::json(report)),
        ReportFormat::Csv => show::csv(report),
        ReportFormat::Html => show::html(report),
    }
}

fn line(report: &Report, number: usize, args: &args::Reconcile) -> Result<(), Failure> {
    let found = report.lines.iter().find(|line| line.number == number).ok_or_else(|| {
        let all = report.lines.len();
        Failure::usage(format!("--line {number}: the journals of this settlement have {all} lines"))
    })?;
    let text = match args.format {
        ReportFormat::Json => {
            let all = show::json(report);
            let one = all["lines"].as_array().and_then(|lines| lines.get(number.saturating_sub(1))).cloned();
            format!("{:#}\n", one.unwrap_or_default())
        }
        ReportFormat::Text => show::line_text(found),
        ReportFormat::Csv | ReportFormat::Html => {
            return Err(Failure::usage("--line is shown as text or json".to_owned()));
        }
    };
    finish(&text, args)
}

fn finish(text: &str, args: &args::Reconcile) -> Result<(), Failure> {
    let Some(path) = &args.output else {
        return output::finish(anstream::stdout().lock().write_all(text.as_bytes()));
    };
    let refuse = |error: std::io::Error| Failure::usage(format!("{} cannot be written: {error}", path.display()));
    std::fs::write(path, text).map_err(refuse)?;
    output::note(&format!("written to {}", path.display()));
    Ok(())
}

fn amount(text: &str) -> Result<Decimal, Failure> {
    text.parse().map_err(|_| Failure::usage(format!("--deposit {text}: it must be an amount such as 1234.56")))
}
