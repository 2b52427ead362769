//! `map` takes short cuts: it reads only what a flow reads, keeps that in rows, and writes payloads as text at once. What it
//! says must be what the plain way says, to the byte: for the records of the flows' own tests, and for each of them with
//! a field taken away, set to null or made something else.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use std::sync::Arc;

use flowrun::plan::{Next, Plan};
use flowrun::rehearse::mapper::Mapper;
use flowrun::rehearse::{Mocks, rehearse};
use flowrun::value::{Object, Value, json};

/// What becomes of a record the plain way: the lines, or why there are none.
fn plainly(plan: &Plan, record: &Value, params: &Arc<[Value]>, mocks: &Mocks) -> Result<String, String> {
    let done = rehearse(plan, record.clone(), Arc::clone(params), mocks);
    let key = done.key.map_err(|error| format!("{:?} {}", error.at, error.message))?;
    if let Next::Rejected(error) = &done.end {
        return Err(format!("{:?} {}", error.at, error.message));
    }
    let mut lines = String::new();
    for write in &done.writes {
        let target = &plan.targets[write.target];
        let text = |text: String| json::to_string(&Value::from(text));
        lines.push_str(&format!(
            "{{\"key\":{},\"target\":{},\"step\":{},\"operation\":{},\"payload\":{}}}\n",
            text(key.clone()),
            text(format!("{}.{}", target.connector, target.entity)),
            text(format!("{}{}", target.name, write.item)),
            text(target.verb.clone()),
            json::to_string(&write.payload)
        ));
    }
    Ok(lines)
}

fn shortly(mapper: &mut Mapper<'_>, record: &Value) -> Result<String, String> {
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    mapper.line(json::to_string(record).as_bytes(), 1, &mut lines, &mut refused);
    match refused.pop() {
        Some(refused) => Err(format!("{:?} {}", refused.error.at, refused.error.message)),
        None => Ok(String::from_utf8(lines).unwrap()),
    }
}

/// The value with one part, counted through all levels, changed; nothing where it has not so many parts.
fn changed(value: &Value, part: &mut usize, change: &dyn Fn(&Value) -> Option<Value>) -> Option<Value> {
    match value {
        Value::Object(object) => {
            let mut out = Object::new();
            let mut done = false;
            for (name, inner) in object.iter() {
                if done {
                    out.set(name.clone(), inner.clone());
                    continue;
                }
                if *part == 0 {
                    done = true;
                    if let Some(other) = change(inner) {
                        out.set(name.clone(), other);
                    }
                    continue;
                }
                *part -= 1;
                let deeper = changed(inner, part, change);
                done = deeper.is_some();
                out.set(name.clone(), deeper.unwrap_or_else(|| inner.clone()));
            }
            done.then(|| Value::object(out))
        }
        Value::List(items) => {
            let mut out = items.to_vec();
            for item in &mut out {
                if let Some(deeper) = changed(item, part, change) {
                    *item = deeper;
                    return Some(Value::list(out));
                }
            }
            None
        }
        _ => None,
    }
}

/// What a part of a record becomes; nothing where it is taken away.
type Change<'c> = &'c dyn Fn(&Value) -> Option<Value>;

const CHANGES: [Change<'static>; 5] = [
    &|_| None,
    &|_| Some(Value::Null),
    &|_| Some(Value::text("x \"y\"")),
    &|old| Some(Value::list(vec![old.clone()])),
    &|old| Some(Value::object([("more", old.clone())].into_iter().collect())),
];

/// Compares both ways for records and for what they are with a part changed; `stride` tells for the number of a record and
/// of a change how many parts to go on. Gives how many were compared, and how many of those mapped to something.
fn compare(plan: &Plan, records: &[&Value], stride: impl Fn(usize, usize) -> usize) -> (usize, usize) {
    let params: Arc<[Value]> = plan.params.iter().map(|param| param.default.clone().unwrap_or_default()).collect();
    let mocks = Mocks::default();
    // One mapper for all, so that it has to unlearn what it learned.
    let mut mapper = Mapper::new(plan, Arc::clone(&params), &mocks);
    let (mut compared, mut mapped) = (0, 0);
    let mut check = |record: &Value| {
        let plain = plainly(plan, record, &params, &mocks);
        assert_eq!(shortly(&mut mapper, record), plain, "{} of {}", json::to_string(record), plan.flow);
        compared += 1;
        mapped += usize::from(plain.is_ok_and(|lines| !lines.is_empty()));
    };
    for (index, record) in records.iter().enumerate().filter(|(_, record)| record.as_object().is_some()) {
        check(record);
        for (number, change) in CHANGES.iter().enumerate() {
            let stride = stride(index, number);
            let parts = (index % stride..).step_by(stride);
            for other in parts.map_while(|part| changed(record, &mut part.clone(), change)) {
                check(&other);
            }
        }
    }
    (compared, mapped)
}

#[test]
fn short_cuts_lead_to_the_same_place() {
    let (mut compared, mut mapped) = (0, 0);
    let root = flows::root();
    let files = [root.join("flows"), root.join("tests/examples")].map(|folder| flows::files(&folder, "flow")).concat();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let Some(plan) = flows::compile(&text, path.parent().unwrap()).plan else { continue };
        if plan.group.is_some() {
            continue;
        }
        // Of a table test the record stands once for each row.
        let mut records: Vec<&Value> = plan.tests.iter().map(|test| &test.record).collect();
        records.dedup();
        // Every part of some records, and some parts of every record.
        let counts = compare(&plan, &records, |index, number| if index % 8 == number { 1 } else { 7 });
        (compared, mapped) = (compared + counts.0, mapped + counts.1);
    }
    assert!(compared > 2_000 && mapped > 500, "{compared} compared, {mapped} of them mapped");
}

/// All that a payload can be made of where it is written while it is worked out.
const WRITTEN: &str = r#"
flow written
source amazon.orders { on manual }
key $.orderId
lookup item_of = table {
  "A" => ["I-1", 4]
  "B" => ["I-2 with a name of more than twenty-three bytes", 2]
} by sku give id, weight
lookup channel_of = table { "M1" => ["web", "RETAIL"] } by marketplace give channel, price_list
lookup status_of = table { "SHIPPED" => "confirmed", "PENDING" => "draft" } by amazon give tims
function named(first: text, last: text) {
  let both = "{{ first }} {{ last }}"
  first_name = first
  full_name  = both
}
transform order {
  let sold_in  = channel_of[$.salesChannel.marketplaceId? ?? "M1"]
  let total    = $.proceeds.grandTotal.amount? ?? 0
  external_ref = "amazon \"{{ $.orderId }}\" {{ count($.orderItems) }}"
  status       = status_of[$.fulfillment.fulfillmentStatus? ?? "PENDING"]
  order_date   = $.createdTime
  customer_id  = "retail"
  currency     = $.proceeds.grandTotal.currencyCode? ?? "EUR"
  prices_include_tax = true
  channel      = sold_in.channel
  price_list   = if sold_in.channel == "web" { sold_in.price_list } else { "none" }
  lines        = for item in $.orderItems where item.quantityOrdered > 0 {
    let article = item_of[item.product.sellerSku? ?? "A"]
    line_ref    = item.orderItemId
    sku         = item.product.sellerSku? ?? ""
    item_id     = article.id
    quantity    = item.quantityOrdered * article.weight
    unit_price  = round(total / item.quantityOrdered, 2)
    line_amount = item.proceeds.proceedsTotal.amount? ?? 0
  }
  totals       = { goods = sum($.orderItems[*].proceeds.proceedsTotal.amount?), grand = total }
  hold_reason  = if total > 500 { "review" } else { null }
  metadata     = if total > 100 { named($.buyer.buyerName? ?? "no \\ name", "x") } else { { buyer = $.buyer.buyerName?, on = date($.createdTime, "UTC") } }
}
ensure $.orderId != "x" because "no order"
skip when $.proceeds.grandTotal.amount? == 0 because "nothing to pay"
target tims.sales_orders as sale upsert order
"#;

#[test]
fn what_is_written_while_it_is_worked_out_is_what_would_be_built() {
    let compiled = flows::compile(WRITTEN, &flows::root());
    assert!(!compiled.failed(), "{:?}", compiled.diagnostics);
    let plan = compiled.plan.unwrap();
    let records: Vec<Value> = [("600.10", 2), ("120", 1), ("12.50", 3), ("0", 1)]
        .map(|(total, quantity)| {
            let text = format!(
                r#"{{"orderId":"O-1 \"ü\"","createdTime":"2026-10-10T11:02:11Z","salesChannel":{{"marketplaceId":"M1"}},
                "buyer":{{"buyerName":"Ann \"the\" Lee"}},"proceeds":{{"grandTotal":{{"amount":"{total}","currencyCode":"EUR"}}}},
                "fulfillment":{{"fulfillmentStatus":"SHIPPED"}},"orderItems":[
                {{"orderItemId":"1","quantityOrdered":{quantity},"product":{{"sellerSku":"A"}},"proceeds":{{"proceedsTotal":{{"amount":"1.10"}}}}}},
                {{"orderItemId":"2","quantityOrdered":0,"product":{{"sellerSku":"C"}},"proceeds":{{"proceedsTotal":{{"amount":"2"}}}}}},
                {{"orderItemId":"3","quantityOrdered":1,"product":{{"sellerSku":"B"}},"proceeds":{{"proceedsTotal":{{"amount":"3.3"}}}}}}]}}"#
            );
            json::parse(text.replace('\n', " ").as_bytes()).unwrap()
        })
        .to_vec();
    let (compared, mapped) = compare(&plan, &records.iter().collect::<Vec<_>>(), |_, _| 1);
    assert!(compared > 400 && mapped > 100, "{compared} compared, {mapped} of them mapped");
}
