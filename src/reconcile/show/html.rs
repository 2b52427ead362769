//! One page that holds everything: no script, no other file, nothing asked of any server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::super::tally::{counted, rows};
use super::super::{Check, Line, Report, State};
use super::word;

const STYLE: &str = include_str!("page.css");
/// Things that do not tie, shown of one check. The other forms have all of them.
const SHOWN: usize = 500;

/// The report as a page.
#[must_use]
pub fn html(report: &Report) -> String {
    let head = &report.head;
    let mut out = String::new();
    let (verdict, state) = match (report.ties(), report.needs_a_look()) {
        (false, _) => ("does not tie out", State::Differs),
        (true, true) => ("ties out; look at what is marked", State::Look),
        (true, false) => ("ties out", State::Ties),
    };
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>Settlement {id}</title><style>{STYLE}</style></head>\n\
         <body><main><header><h1>Settlement {id}</h1><p class=\"verdict {class}\">{verdict}</p></header>\n",
        id = escaped(&head.id),
        class = word(state),
    );
    let at =
        |at: Option<jiff::Timestamp>| at.map_or_else(|| "–".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string());
    let facts = [
        ("Paid out", format!("{} {}", amount(head.total), head.currency)),
        ("Deposit", head.deposit.map_or_else(|| "–".to_owned(), |day| day.to_string())),
        ("Period", format!("{} – {} UTC", at(head.start), at(head.end))),
        ("Rows", report.rows.to_string()),
        ("File", head.file.clone()),
        ("SHA-256", head.sha256.clone()),
    ];
    out.push_str("<dl>");
    for (name, value) in facts {
        let _ = write!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&value));
    }
    out.push_str("</dl>\n<h2>Checks</h2>\n<table class=\"checks\"><thead><tr><th></th><th>What</th><th class=\"n\">Settlement</th><th class=\"n\">Books</th><th class=\"n\">Difference</th><th>Outcome</th></tr></thead><tbody>\n");
    for check in &report.checks {
        row(&mut out, check);
    }
    out.push_str("</tbody></table>\n");
    for check in report.checks.iter().filter(|check| !check.residue.is_empty()) {
        residue(&mut out, check);
    }
    aging(&mut out, report);
    lines(&mut out, &report.lines);
    out.push_str("</main></body></html>\n");
    out
}

fn row(out: &mut String, check: &Check) {
    let difference = check.settlement.zip(check.books).map(|(settlement, books)| settlement - books);
    let says = escaped(&check.says);
    let says = if check.residue.is_empty() { says } else { format!("<a href=\"#{}\">{says}</a>", check.id) };
    let _ = writeln!(
        out,
        "<tr><td><span class=\"state {state}\">{state}</span></td><td>{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td>{says}</td></tr>",
        escaped(check.title),
        maybe(check.settlement),
        maybe(check.books),
        maybe(difference),
        state = word(check.state),
    );
}

fn residue(out: &mut String, check: &Check) {
    let _ = writeln!(
        out,
        "<details open id=\"{}\"><summary><span class=\"state {state}\">{state}</span> {} <em>{}</em></summary>\
         <table><thead><tr><th>About</th><th>Rows</th><th class=\"n\">Settlement</th><th class=\"n\">Books</th>\
         <th class=\"n\">Difference</th><th></th></tr></thead><tbody>",
        check.id,
        escaped(check.title),
        escaped(&check.says),
        state = word(check.state),
    );
    for item in check.residue.iter().take(SHOWN) {
        let difference = item.settlement.zip(item.books).map(|(settlement, books)| settlement - books);
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            escaped(&item.about),
            escaped(&item.rows),
            maybe(item.settlement),
            maybe(item.books),
            maybe(difference),
            escaped(&item.says),
        );
    }
    out.push_str("</tbody></table>");
    if check.residue.len() > SHOWN {
        let _ = write!(out, "<p>and {} more; the CSV has all of them</p>", check.residue.len() - SHOWN);
    }
    out.push_str("</details>\n");
}

fn aging(out: &mut String, report: &Report) {
    if report.aged.is_empty() {
        return;
    }
    let mut buckets: BTreeMap<&str, (i32, usize, Decimal)> = BTreeMap::new();
    for order in &report.aged {
        let bucket = buckets.entry(order.bucket()).or_insert((order.days, 0, Decimal::ZERO));
        bucket.0 = bucket.0.min(order.days);
        bucket.1 += 1;
        bucket.2 += order.amount;
    }
    let mut sorted: Vec<_> = buckets.into_iter().collect();
    sorted.sort_by_key(|(_, (days, ..))| *days);
    out.push_str("<h2>Shipped and not settled yet</h2>\n<table><thead><tr><th>Age</th><th class=\"n\">Orders</th><th class=\"n\">Amount</th></tr></thead><tbody>\n");
    for (name, (_, orders, sum)) in sorted {
        let _ =
            writeln!(out, "<tr><td>{name}</td><td class=\"n\">{orders}</td><td class=\"n\">{}</td></tr>", amount(sum));
    }
    out.push_str("</tbody></table>\n");
}

fn lines(out: &mut String, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    out.push_str("<h2>Journal lines and their rows</h2>\n<table class=\"lines\"><thead><tr><th class=\"n\">No.</th><th>Account</th><th class=\"n\">Debit</th><th class=\"n\">Credit</th><th>Made from</th></tr></thead><tbody>\n");
    let mut journal = "";
    for line in lines {
        if line.journal != journal {
            journal = &line.journal;
            let _ = writeln!(out, "<tr class=\"journal\"><th colspan=\"5\">{}</th></tr>", escaped(journal));
        }
        let side = |side: Decimal| if side.is_zero() { String::new() } else { amount(side) };
        let _ = write!(
            out,
            "<tr><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>",
            line.number,
            escaped(&line.account),
            side(line.debit),
            side(line.credit),
        );
        if line.code.is_none() {
            let _ = write!(out, "{}", escaped(&line.memo));
        } else {
            let _ = write!(
                out,
                "<details><summary>{} <em>{}, {}</em></summary><table><tbody>",
                escaped(&line.memo),
                counted(line.rows),
                rows(line.span),
            );
            for sample in &line.samples {
                let day = sample.posted.map(|day| day.to_string()).unwrap_or_default();
                let _ = write!(
                    out,
                    "<tr><td class=\"n\">{}</td><td>{day}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>",
                    sample.number,
                    escaped(&sample.order_id),
                    escaped(&sample.sku),
                    amount(sample.amount),
                );
            }
            out.push_str("</tbody></table>");
            let more = line.rows.saturating_sub(line.samples.len() as u64);
            if more > 0 {
                let _ = write!(out, "<p>and {more} more</p>");
            }
            out.push_str("</details>");
        }
        out.push_str("</td></tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

fn maybe(sum: Option<Decimal>) -> String {
    sum.map(amount).unwrap_or_default()
}

/// With a thin gap after every three digits, which no country takes for a decimal sign.
fn amount(sum: Decimal) -> String {
    let text = sum.abs().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = if sum.is_sign_negative() && !sum.is_zero() { "−".to_owned() } else { String::new() };
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
