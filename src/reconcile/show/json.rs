//! For programs. Amounts are texts, as everywhere.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::{Line, Report, Residue};
use super::word;

/// The report as one JSON object.
#[must_use]
pub fn json(report: &Report) -> Value {
    let head = &report.head;
    let checks = report.checks.iter().map(|check| {
        json!({
            "id": check.id,
            "title": check.title,
            "state": word(check.state),
            "settlement": amount(check.settlement),
            "books": amount(check.books),
            "says": check.says,
            "residue": check.residue.iter().map(residue).collect::<Vec<_>>(),
        })
    });
    let aged = report.aged.iter().map(|order| {
        json!({"order_id": order.order_id, "number": order.number, "days": order.days, "bucket": order.bucket(),
            "placed": order.placed.map(|day| day.to_string()), "amount": order.amount.to_string()})
    });
    json!({
        "settlement": {
            "id": head.id,
            "start": head.start.map(|at| at.to_string()),
            "end": head.end.map(|at| at.to_string()),
            "deposit_date": head.deposit.map(|day| day.to_string()),
            "total": head.total.to_string(),
            "currency": head.currency,
            "file": head.file,
            "sha256": head.sha256,
            "rows": report.rows,
        },
        "ties": report.ties(),
        "needs_a_look": report.needs_a_look(),
        "checks": checks.collect::<Vec<_>>(),
        "lines": report.lines.iter().map(line).collect::<Vec<_>>(),
        "unsettled": aged.collect::<Vec<_>>(),
    })
}

fn residue(item: &Residue) -> Value {
    json!({"about": item.about, "rows": item.rows, "settlement": amount(item.settlement), "books": amount(item.books),
        "says": item.says})
}

fn line(line: &Line) -> Value {
    let samples = line.samples.iter().map(|sample| {
        json!({"row": sample.number, "posted": sample.posted.map(|day| day.to_string()), "order_id": sample.order_id,
            "sku": sample.sku, "amount": sample.amount.to_string()})
    });
    json!({
        "number": line.number,
        "journal": line.journal,
        "line": line.line,
        "account": line.account,
        "debit": line.debit.to_string(),
        "credit": line.credit.to_string(),
        "memo": line.memo,
        "class": line.class,
        "rows": line.rows,
        "first_row": line.span.0,
        "last_row": line.span.1,
        "amount": line.amount.to_string(),
        "first_rows": samples.collect::<Vec<_>>(),
    })
}

fn amount(amount: Option<Decimal>) -> Value {
    amount.map_or(Value::Null, |amount| amount.to_string().into())
}
