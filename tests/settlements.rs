//! Settlement reports through `flowrun map`: every oddity of real reports as a file, with the journals that become of it
//! written beside it as an accountant reads them, or the reason why it is not booked. `UPDATE=1` rewrites what stands
//! beside the files.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rust_decimal::Decimal;
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn reports() -> Vec<PathBuf> {
    let folder = root().join("flows/tests/settlements/reports");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending != "expected"));
    found.sort();
    assert!(found.len() > 40);
    found
}

fn map(arguments: &[&str], input: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flowrun"))
        .current_dir(root())
        .args(["map", "flows/settlements.flow", "--input"])
        .arg(input)
        .args(arguments)
        .output()
        .unwrap()
}

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

/// The journals of an output as text, once it is sure that they are journals: each line on one side and above zero, both
/// sides the same, the carried-forward pairs cancelling each other, and the last one with the whole deposit.
fn journals(output: &Output) -> String {
    let mut told = String::new();
    let (mut carried, mut deposit, mut total) = (Decimal::ZERO, Decimal::ZERO, None);
    for line in String::from_utf8(output.stdout.clone()).unwrap().lines() {
        let write: Value = serde_json::from_str(line).unwrap();
        let payload = &write["payload"];
        if write["operation"] != "upsert" {
            assert_eq!(write["operation"], "post");
            continue;
        }
        assert_eq!(write["target"], "tims.journal_entries");
        let field = |name: &str| payload[name].as_str().unwrap();
        writeln!(told, "{} on {} in {}: {}", field("external_ref"), field("date"), field("currency"), field("memo"))
            .unwrap();
        let metadata = &payload["metadata"];
        writeln!(
            told,
            "  {} rows, {} units, total {}",
            metadata["rows"].as_str().unwrap(),
            metadata["units"].as_str().unwrap(),
            metadata["total_amount"].as_str().unwrap()
        )
        .unwrap();
        total = Some(amount(&metadata["total_amount"]));
        let mut balance = Decimal::ZERO;
        for (at, line) in payload["lines"].as_array().unwrap().iter().enumerate() {
            assert_eq!(line["line_no"], at + 1);
            let (debit, credit) = (amount(&line["debit"]), amount(&line["credit"]));
            assert!((debit > Decimal::ZERO) != (credit > Decimal::ZERO), "{line}");
            balance += debit - credit;
            match line["dimensions"]["kind"].as_str() {
                Some("carried_forward") => carried += debit - credit,
                Some("deposit") => deposit += debit - credit,
                _ => {}
            }
            let side = if credit.is_zero() { format!("DR {debit:>10}") } else { format!("CR {credit:>10}") };
            let dimension = |name: &str| line["dimensions"][name].as_str().map(str::to_owned);
            let mut about = line["memo"].as_str().unwrap().to_owned();
            if let (Some(class), Some(rows)) = (dimension("class"), dimension("rows")) {
                let place = dimension("marketplace").unwrap_or("-".to_owned());
                let (first, last) = (dimension("first_row").unwrap(), dimension("last_row").unwrap());
                let s = if rows == "1" { "" } else { "s" };
                write!(about, " ({class}, {place}, {rows} row{s}: {first} to {last})").unwrap();
            }
            let tax = line["tax_code"].as_str().map(|code| format!(" [{code}]")).unwrap_or_default();
            writeln!(told, "  {:<4} {side}  {about}{tax}", line["account"].as_str().unwrap()).unwrap();
        }
        assert!(balance.is_zero(), "{told}");
    }
    assert!(carried.is_zero(), "{told}");
    assert!(total.is_none_or(|total| total == deposit), "{told}");
    told
}

fn told(output: &Output) -> String {
    match output.status.code() {
        Some(0) => journals(output),
        Some(1) => {
            assert!(output.stdout.is_empty(), "what is refused is not booked in part");
            let errors = String::from_utf8(output.stderr.clone()).unwrap();
            // The place in the flow is left out: it moves with every line that is added there.
            let why: Vec<&str> = errors.lines().filter(|line| line.starts_with("error")).collect();
            format!("not booked\n{}\n", why.join("\n"))
        }
        other => panic!("exit {other:?}: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn every_report_becomes_what_stands_beside_it() {
    let mut wrong = Vec::new();
    for path in reports() {
        let found = told(&map(&[], &path));
        let beside = PathBuf::from(format!("{}.expected", path.display()));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}\n--- expected\n{expected}\n--- found\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
