//! Reconciliation: files and books beside what comes of them, in every form; and the whole of it with the real program
//! against the simulated systems. `UPDATE=1` rewrites what stands beside the files.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use flowrun::connectors::amazon::settlement::{self, Bytes, Known};
use flowrun::plan::fold::Row as _;
use flowrun::reconcile::{
    Around, Books, Head, Invoice, Journal, JournalLine, Neighbour, Order, OrderLine, Payment, Report, Row, State,
    Tally, reconcile, show,
};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A settlement's file, summed up.
fn tally(path: &Path) -> Tally {
    let known = Known { file: path.file_name().unwrap().to_str().unwrap().to_owned(), ..Known::default() };
    let report = settlement::Report::open(Bytes::File(path.to_path_buf()), &known).unwrap();
    let text = |name: &str| report.constant(name).unwrap_or_default().to_owned();
    let mut tally = Tally::new(Head {
        id: text("settlement_id"),
        start: text("settlement_start_date").parse().ok(),
        end: text("settlement_end_date").parse().ok(),
        deposit: text("deposit_date").parse().ok(),
        total: text("total_amount").parse().unwrap(),
        currency: text("currency"),
        file: text("file"),
        sha256: text("sha256"),
        problem: report.problem(),
    });
    let names = ["transaction_type", "amount_type", "amount_description", "marketplace_name", "order_id"];
    let more = ["order_item_code", "sku", "quantity_purchased", "amount", "posted_date"];
    let fields: Vec<Arc<str>> = names.iter().chain(&more).map(|name| Arc::from(*name)).collect();
    let mut rows = report.rows(&fields).unwrap();
    while rows.next().unwrap() {
        let cell = |at: usize| rows.cell(at).unwrap_or_default();
        let Ok(amount) = cell(8).parse() else { continue };
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
    tally
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().into_iter().flatten().map(read).collect()
}

fn books(told: &Value) -> Books {
    let amount = |value: &Value| value.as_str().unwrap().parse().unwrap();
    let day = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let line = |line: &Value| OrderLine {
        reference: text(&line["reference"]),
        quantity: amount(&line["quantity"]),
        shipped: amount(&line["shipped"]),
        net: amount(&line["net"]),
    };
    let journal_line = |line: &Value| JournalLine {
        number: line["number"].as_u64().unwrap(),
        account: text(&line["account"]),
        debit: amount(&line["debit"]),
        credit: amount(&line["credit"]),
        memo: text(&line["memo"]),
        dimensions: line["dimensions"].as_object().unwrap().iter().map(|(k, v)| (k.clone(), text(v))).collect(),
    };
    Books {
        orders: list(&told["orders"], |order| Order {
            id: text(&order["id"]),
            number: text(&order["number"]),
            currency: text(&order["currency"]),
            status: text(&order["status"]),
            placed: day(&order["placed"]),
            changed: day(&order["changed"]),
            shipped: order["shipped"] == true,
            grand: amount(&order["grand"]),
            lines: list(&order["lines"], line),
        }),
        invoices: list(&told["invoices"], |invoice| Invoice {
            order_id: text(&invoice["order_id"]),
            number: text(&invoice["number"]),
            balance: amount(&invoice["balance"]),
            total: amount(&invoice["total"]),
        }),
        payments: list(&told["payments"], |payment| Payment {
            order_id: text(&payment["order_id"]),
            number: text(&payment["number"]),
            amount: amount(&payment["amount"]),
        }),
        journals: list(&told["journals"], |journal| Journal {
            reference: text(&journal["reference"]),
            number: text(&journal["number"]),
            status: text(&journal["status"]),
            date: day(&journal["date"]),
            month: day(&journal["month"]),
            currency: text(&journal["currency"]),
            lines: list(&journal["lines"], journal_line),
            digests: Vec::new(),
        }),
    }
}

fn report(case: &str) -> Report {
    let folder = root().join("tests/reconcile").join(case);
    let told: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("books.json")).unwrap()).unwrap();
    let mine = tally(&folder.join("settlement.tsv"));
    let before = tally(&folder.join("before.tsv"));
    let around = Around {
        settled: before.sold_ids().map(str::to_owned).collect(),
        before: Some(Neighbour {
            id: before.head.id.clone(),
            start: before.head.start,
            end: before.head.end,
            total: before.head.total,
            current_reserve: before.current_reserve,
            previous_reserve: before.previous_reserve,
            payable: before.payable,
        }),
        deposit: told["deposit"].as_str().map(|text| text.parse().unwrap()),
        today: told["today"].as_str().unwrap().parse().unwrap(),
        ..Around::default()
    };
    reconcile(&mine, &books(&told), &around)
}

#[test]
fn every_case_comes_out_as_it_stands_beside_it() {
    let mut wrong = Vec::new();
    for (case, ties) in [("ties", true), ("differs", false)] {
        let report = report(case);
        assert_eq!(report.ties(), ties, "{}", show::text(&report));
        let forms = [
            ("expected.txt", show::text(&report)),
            ("expected.json", format!("{:#}\n", show::json(&report))),
            ("expected.csv", show::csv(&report)),
            ("expected.html", show::html(&report)),
            ("expected.line.txt", show::line_text(&report.lines[1])),
        ];
        for (name, got) in forms {
            let path = root().join("tests/reconcile").join(case).join(name);
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &got).unwrap();
            }
            if std::fs::read_to_string(&path).unwrap_or_default() != got {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "not as it stands there, or UPDATE=1 is wanted: {wrong:?}");
}

#[test]
fn each_thing_that_is_wrong_is_found_by_its_check() {
    let report = report("differs");
    let state = |id: &str| report.checks.iter().find(|check| check.id == id).unwrap().state;
    for id in ["rows", "journals", "codes", "carried", "deposit", "reserve", "orders", "refunds", "payments"] {
        assert_eq!(state(id), State::Differs, "{id}");
    }
    for id in ["tax", "unmapped", "periods", "units", "invoices", "unsettled"] {
        assert_eq!(state(id), State::Look, "{id}");
    }
    let days: Vec<(&str, i32, &str)> =
        report.aged.iter().map(|order| (order.number.as_str(), order.days, order.bucket())).collect();
    assert_eq!(days, [("S4", 37, "more than 30 days"), ("S5", 18, "15 to 30 days")]);
}

#[test]
fn the_page_needs_nothing_else_and_shows_no_markup_of_others() {
    let report = {
        let mut report = report("ties");
        report.head.file = "<script>alert(1)</script>.tsv".to_owned();
        report
    };
    let page = show::html(&report);
    assert!(!page.contains("<script") && !page.contains("http"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;.tsv"));
    assert_eq!(page.matches("<details").count(), page.matches("</details>").count());
    assert_eq!(page.matches("<table").count(), page.matches("</table>").count());
}

/// The real program in a folder of its own.
fn flowrun(store: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowrun"));
    command.current_dir(root()).args(arguments).args(["--env", "sandbox", "--store"]).arg(store);
    command.env_remove("FLOWRUN_STORE").env_remove("FLOWRUN_ENVIRONMENTS").output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_settlements_of_the_sandbox_tie_out_and_what_is_tampered_with_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for flow in ["order_sync", "settlements", "settlement_payments"] {
        let flow = format!("flows/{flow}.flow");
        let done = flowrun(&store, &["run", &flow, "--orders", "200"]);
        // Some orders are of things that TIMS does not have.
        assert!(matches!(done.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let archive = folder.path().join("store-archive");
    let mut files = settlement::archive::all(&archive).unwrap();
    assert_eq!(files.len(), 10);
    files.sort_by_key(|(_, known)| std::cmp::Reverse(known.bytes));
    for (_, known) in &files {
        let done = flowrun(&store, &["reconcile", &known.settlement_id, "--format", "json"]);
        let report: Value = serde_json::from_str(&stdout(&done)).unwrap();
        // An order of something that TIMS does not have is not in the books, and is said to be missing.
        let strange = |check: &Value| {
            list(&check["residue"], |item| text(&item["says"])).iter().all(|says| says.contains("no such order"))
        };
        let ties = report["ties"] == true;
        assert_eq!(done.status.code(), Some(i32::from(!ties)));
        for check in report["checks"].as_array().unwrap().iter().filter(|check| check["state"] == "differs") {
            assert!(["orders", "refunds"].contains(&check["id"].as_str().unwrap()) && strange(check), "{check:#}");
        }
    }
    // Every line leads to its rows, and its rows come to it.
    let id = &files[0].1.settlement_id;
    let whole: Value = serde_json::from_str(&stdout(&flowrun(&store, &["reconcile", id, "--format", "json"]))).unwrap();
    assert!(whole["lines"].as_array().unwrap().len() > 10);
    for line in whole["lines"].as_array().unwrap().iter().filter(|line| line["rows"] != 0) {
        let amount = |name: &str| line[name].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
        assert_eq!(amount("credit") - amount("debit"), amount("amount"), "{line:#}");
    }
    let line = flowrun(&store, &["reconcile", id, "--line", "2"]);
    assert!(stdout(&line).starts_with("line 2: amazon-settlement:"), "{}", stdout(&line));
    assert_eq!(flowrun(&store, &["reconcile", id, "--line", "999"]).status.code(), Some(2));
    // Another sum at the bank, a file with another amount, a settlement that nobody knows.
    assert_eq!(flowrun(&store, &["reconcile", id, "--deposit", "1.00"]).status.code(), Some(1));
    assert_eq!(flowrun(&store, &["reconcile", "1"]).status.code(), Some(2));
    let (path, known) =
        files.iter().find(|(_, known)| known.content_type.as_deref().unwrap().contains("Cp1252")).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let shorter = folder.path().join("shorter.txt");
    std::fs::write(&shorter, [&lines[..lines.len() - 2], &[b"".as_slice()]].concat().join(&b'\n')).unwrap();
    let file = shorter.display().to_string();
    let done = flowrun(&store, &["reconcile", &known.settlement_id, "--file", &file]);
    assert_eq!(done.status.code(), Some(1));
    let said = stdout(&done);
    assert!(said.contains("differs  The rows come to the settlement's total"), "{said}");
    assert!(said.contains("another digest"), "{said}");
    let page = folder.path().join("page.html");
    let done = flowrun(&store, &["reconcile", id, "--format", "html", "--output", &page.display().to_string()]);
    assert!(matches!(done.status.code(), Some(0 | 1)));
    assert!(std::fs::read_to_string(page).unwrap().contains(id.as_str()));
}

/// Whether an answer is as the page says, line by line; `…` stands for what is different each time.
fn fits(wanted: &str, got: &str) -> bool {
    fn line(wanted: &str, got: &str) -> bool {
        let Some((start, rest)) = wanted.split_once('…') else { return wanted == got };
        let Some(got) = got.strip_prefix(start) else { return false };
        (0..=got.len()).filter(|at| got.is_char_boundary(*at)).any(|at| line(rest, &got[at..]))
    }
    wanted.lines().count() == got.lines().count()
        && wanted.lines().zip(got.lines()).all(|(wanted, got)| line(wanted.trim_end(), got.trim_end()))
}

#[test]
fn the_page_about_it_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string(root().join("docs/reconcile.md")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_flowrun")).parent().unwrap().to_path_buf();
    let paths = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let path = std::env::join_paths([program].into_iter().chain(paths)).unwrap();
    let shell = |command: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{command} 2>&1")]).current_dir(root()).env("PATH", &path).env_remove("CI");
        let done = shell.env("FLOWRUN_STORE", folder.path().join("store")).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let (mut asked, mut lines) = (0, page.lines());
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind == "sh" {
            block.iter().for_each(|command| drop(shell(command)));
            continue;
        }
        for part in block.join("\n").split("$ flowrun ").skip(1) {
            let (command, wanted) = part.split_once('\n').unwrap_or((part, ""));
            let got = shell(&format!("flowrun {command}"));
            assert!(fits(wanted, &got), "$ flowrun {command}\n{got}\n-- but the page says\n{wanted}");
            asked += 1;
        }
    }
    assert_eq!(asked, 7);
}
