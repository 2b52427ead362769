//! What TIMS says of a settlement: its journals and payments, the orders that it names with their invoices, and the
//! orders that were shipped in its currency.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::super::exit::{Exit, Failure};
use super::super::run::Outside;
use crate::clock::SharedClock;
use crate::connectors::{Connection, ConnectorError, ErrorKind, Fetch, ReadRequest};
use crate::reconcile::{Books, Invoice, Journal, JournalLine, Order, OrderLine, Payment, Tally};
use crate::value::Value;

/// How long before a settlement's beginning an order may have last changed to be found at once. Older ones are asked for
/// by their names.
const BEFORE: SignedDuration = SignedDuration::from_hours(24 * 60);
/// How often a question is asked.
const TRIES: u32 = 5;
/// What of an order a settlement pays: the sale, the refund, and what is taken back of either.
const PAYMENTS: [&str; 3] = ["", ":refund", ":correction"];
/// The states in which goods have left.
const SHIPPED: [&str; 4] = ["shipped", "partially_shipped", "invoiced", "closed"];

/// TIMS, asked a few times where it does not answer at once.
struct Asked<'a> {
    connection: &'a Connection,
    clock: &'a SharedClock,
}

impl Asked<'_> {
    async fn again<T, F>(&self, call: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, ConnectorError>>,
    {
        let mut wait = Duration::from_secs(1);
        for _ in 1..TRIES {
            match call().await {
                Err(error) if matches!(error.kind, ErrorKind::Transient | ErrorKind::Unreachable) => {}
                Err(ConnectorError { kind: ErrorKind::Throttled(told), .. }) => wait = told.unwrap_or(wait),
                done => return done.map_err(|error| remote(&error)),
            }
            self.clock.sleep(wait).await;
            wait *= 2;
        }
        call().await.map_err(|error| remote(&error))
    }
}

/// Asks TIMS.
pub(super) async fn read(outside: &Outside, tally: &Tally) -> Result<Books, Failure> {
    let connection = outside.connections.get("tims").ok_or_else(|| Failure::usage("there is no connection `tims`"))?;
    let tims = &Asked { connection, clock: &outside.clock };
    let id = &tally.head.id;
    let mut orders = changed(tims, tally).await?;
    orders.retain(|order| text(order, "currency") == tally.head.currency);
    let wanted: BTreeSet<&str> = tally.order_ids().collect();
    orders.extend(missing(tims, &orders, &wanted).await?);
    let named: Vec<String> = orders
        .iter()
        .map(|order| text(order, "external_ref").to_owned())
        .filter(|reference| wanted.contains(order_of(reference)))
        .collect();
    let invoices = fetch(tims, "invoices", &named).await?;
    let refs: Vec<String> =
        wanted.iter().flat_map(|order| PAYMENTS.map(|part| format!("amazon-settlement:{id}:{order}{part}"))).collect();
    let payments = fetch(tims, "payments", &refs).await?;
    let months: BTreeSet<Date> = tally.codes.keys().filter_map(|code| code.month).collect();
    let refs: Vec<String> =
        months.iter().map(|month| format!("amazon-settlement:{id}:{}", month.strftime("%Y-%m"))).collect();
    let journals = fetch(tims, "journal_entries", &refs).await?;
    Ok(Books {
        orders: orders.iter().map(order).collect(),
        invoices: invoices.iter().map(invoice).collect(),
        payments: payments.iter().filter(|payment| text(payment, "status") != "void").map(payment_of).collect(),
        journals: journals.iter().map(journal).collect(),
    })
}

/// The orders that changed since shortly before the settlement began.
async fn changed(tims: &Asked<'_>, tally: &Tally) -> Result<Vec<Value>, Failure> {
    let start = tally.head.start.or(tally.head.end).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut request = ReadRequest {
        entity: "sales_orders".to_owned(),
        position: None,
        since: start.checked_sub(BEFORE).unwrap_or(Timestamp::UNIX_EPOCH),
        filters: Vec::new(),
        datasets: Vec::new(),
        fields: Vec::new(),
    };
    let mut found: Vec<Value> = Vec::new();
    loop {
        let page = tims.again(|| tims.connection.read(&request)).await?;
        found.extend(page.records.into_iter().map(|record| record.value));
        if page.drained || request.position.as_ref() == Some(&page.next) {
            break;
        }
        request.position = Some(page.next);
    }
    // What changed while it was read is there twice; the later one counts.
    let mut seen = BTreeSet::new();
    let mut orders: Vec<Value> =
        found.into_iter().rev().filter(|one| seen.insert(text(one, "id").to_owned())).collect();
    orders.reverse();
    Ok(orders)
}

/// The orders that the settlement names and that were not among those, under the names that their fellows have.
async fn missing(tims: &Asked<'_>, orders: &[Value], wanted: &BTreeSet<&str>) -> Result<Vec<Value>, Failure> {
    let known: BTreeSet<&str> = orders.iter().map(|order| order_of(text(order, "external_ref"))).collect();
    let prefixes: BTreeSet<String> = orders
        .iter()
        .filter_map(|order| text(order, "external_ref").rsplit_once(':'))
        .map(|(prefix, _)| prefix.to_owned())
        .collect();
    let names: Vec<String> = wanted
        .iter()
        .filter(|id| !known.contains(**id))
        .flat_map(|id| prefixes.iter().map(move |prefix| format!("{prefix}:{id}")))
        .collect();
    fetch(tims, "sales_orders", &names).await
}

/// Documents by their external references; those that are not there are left out.
async fn fetch(tims: &Asked<'_>, entity: &str, references: &[String]) -> Result<Vec<Value>, Failure> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let request = Fetch {
        entity: entity.to_owned(),
        key: "external_ref".to_owned(),
        values: references.iter().map(Value::text).collect(),
        datasets: Vec::new(),
    };
    let found = tims.again(|| tims.connection.fetch(&request)).await?;
    Ok(found.into_iter().filter(|document| !matches!(document, Value::Null)).collect())
}

fn remote(error: &ConnectorError) -> Failure {
    Failure { exit: Exit::Remote, message: format!("tims: {error}") }
}

fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document.get(name).and_then(Value::as_text).unwrap_or_default()
}

fn number(document: &Value, name: &str) -> Decimal {
    let field = document.get(name);
    field
        .and_then(Value::as_decimal)
        .or_else(|| field.and_then(Value::as_text).and_then(|text| text.parse().ok()))
        .unwrap_or_default()
}

fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document.get(name).and_then(Value::as_list).unwrap_or_default()
}

/// A day, or the day of an instant.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// The marketplace's number of an order, which ends its external reference.
fn order_of(reference: &str) -> &str {
    reference.rsplit(':').next().unwrap_or(reference)
}

fn order(document: &Value) -> Order {
    let on_top = document.get("prices_include_tax") == Some(&Value::Bool(false));
    // What the buyer pays the seller for a line or a charge.
    let net = |part: &Value, amount: Decimal| {
        let discounts: Decimal = list(part, "discounts").iter().map(|one| number(one, "amount")).sum();
        let seller = list(part, "tax").iter().filter(|tax| on_top && text(tax, "collected_by") != "marketplace");
        amount - discounts + seller.map(|tax| number(tax, "amount")).sum::<Decimal>()
    };
    let lines = list(document, "lines").iter().map(|line| {
        let amount = match line.get("line_amount") {
            Some(Value::Null) | None => number(line, "quantity") * number(line, "unit_price"),
            Some(_) => number(line, "line_amount"),
        };
        let reference = text(line, "line_ref");
        let charges = list(document, "charges").iter().filter(|charge| text(charge, "line_ref") == reference);
        let charges: Decimal = charges.map(|charge| net(charge, number(charge, "amount"))).sum();
        OrderLine {
            reference: reference.to_owned(),
            quantity: number(line, "quantity"),
            shipped: number(line, "quantity_shipped"),
            net: net(line, amount) + charges,
        }
    });
    let status = text(document, "status");
    Order {
        id: order_of(text(document, "external_ref")).to_owned(),
        number: text(document, "number").to_owned(),
        currency: text(document, "currency").to_owned(),
        status: status.to_owned(),
        placed: day(text(document, "order_date")),
        changed: day(text(document, "updated_at")),
        shipped: SHIPPED.contains(&status),
        grand: document.get("totals").map(|totals| number(totals, "grand")).unwrap_or_default(),
        lines: lines.collect(),
    }
}

fn invoice(document: &Value) -> Invoice {
    Invoice {
        order_id: order_of(text(document, "external_ref")).to_owned(),
        number: text(document, "number").to_owned(),
        balance: number(document, "balance"),
        total: number(document, "total"),
    }
}

fn payment_of(document: &Value) -> Payment {
    let amount = number(document, "amount");
    Payment {
        order_id: text(document, "external_ref").split(':').nth(2).unwrap_or_default().to_owned(),
        number: text(document, "number").to_owned(),
        amount: if text(document, "direction") == "out" { -amount } else { amount },
    }
}

fn journal(document: &Value) -> Journal {
    let reference = text(document, "external_ref");
    let month = reference.rsplit(':').next().and_then(|month| format!("{month}-01").parse().ok());
    let lines = list(document, "lines").iter().enumerate().map(|(at, line)| {
        let dimensions = line.get("dimensions").and_then(Value::as_object);
        let dimensions = dimensions.map(|fields| {
            let pairs =
                fields.iter().map(|(name, value)| (name.to_string(), value.as_text().unwrap_or_default().to_owned()));
            pairs.collect()
        });
        JournalLine {
            number: u64::try_from(number(line, "line_no")).unwrap_or(at as u64 + 1),
            account: text(line, "account").to_owned(),
            debit: number(line, "debit"),
            credit: number(line, "credit"),
            memo: text(line, "memo").to_owned(),
            dimensions: dimensions.unwrap_or_default(),
        }
    });
    Journal {
        reference: reference.to_owned(),
        number: text(document, "number").to_owned(),
        status: text(document, "status").to_owned(),
        date: day(text(document, "date")),
        month,
        currency: text(document, "currency").to_owned(),
        lines: lines.collect(),
        digests: list(document, "attachments").iter().map(|file| text(file, "sha256").to_owned()).collect(),
    }
}
