//! Nanoseconds per record in `map`: the order flow over orders of a few lines, on one core, beside what it costs only to
//! read the same JSON and write it again.
//!
//! `cargo bench --bench map -- [RECORDS]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its figures, and a broken one may stop")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use flowrun::catalog::Catalog;
use flowrun::connectors;
use flowrun::diag::Source;
use flowrun::lang::{self, Files};
use flowrun::rehearse::{Mocks, rehearse};
use flowrun::value::Value;
use flowrun::value::json::{self, Reader};

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        std::fs::read(Path::new("flows").join(path)).map(Arc::from).map_err(|error| error.to_string())
    }
}

fn main() {
    let records = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(20_000_usize);
    let text = std::fs::read_to_string("flows/order_sync.flow").unwrap();
    let source = Source::new("flows/order_sync.flow", text);
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: connectors::specs() };
    let environment = lang::Environment { buyer_data_allowed: true, ..lang::Environment::default() };
    let started = Instant::now();
    let plan = lang::compile(&source, &catalog, &Disk, &environment).plan.unwrap();
    println!("compile      {:>10.1?}", started.elapsed());
    let params: Arc<[Value]> = plan.params.iter().map(|param| param.default.clone().unwrap()).collect();
    let lines: Vec<String> = (0..records).map(order).collect();
    let bytes: usize = lines.iter().map(String::len).sum();

    let mut reader = Reader::default();
    let started = Instant::now();
    let mut out = Vec::new();
    for line in &lines {
        out.clear();
        json::write(&mut out, &reader.parse(line.as_bytes()).unwrap());
        black_box(&out);
    }
    let plain = started.elapsed();

    let mocks = Mocks::default();
    let started = Instant::now();
    let mut writes = 0;
    for line in &lines {
        let done = rehearse(&plan, reader.parse(line.as_bytes()).unwrap(), Arc::clone(&params), &mocks);
        for write in &done.writes {
            out.clear();
            json::write(&mut out, &write.payload);
            black_box(&out);
            writes += 1;
        }
    }
    let mapped = started.elapsed();
    let each = |elapsed: std::time::Duration| elapsed.as_nanos() as f64 / records as f64;
    println!("record       {:>10.0} bytes on average", bytes as f64 / records as f64);
    println!("read, write  {:>10.0} ns per record", each(plain));
    println!(
        "map          {:>10.0} ns per record ({writes} payloads, {:.2} times reading and writing)",
        each(mapped),
        mapped.as_secs_f64() / plain.as_secs_f64()
    );
}

/// An order of one to three lines.
fn order(index: usize) -> String {
    let items: Vec<String> = (0..=index % 3)
        .map(|line| {
            let (quantity, price) = (1 + (index + line) % 3, 995 + 100 * line);
            let total = quantity * price;
            format!(
                r#"{{"orderItemId":"{index:011}{line}","quantityOrdered":{quantity},"product":{{"asin":"B08C1W5N87","title":"Assam tea, 250 g, loose, in a tin","sellerSku":"TEA-{line}","condition":{{"conditionType":"NEW"}},"price":{{"unitPrice":{{"amount":"{}.{:02}","currencyCode":"EUR"}}}}}},"proceeds":{{"proceedsTotal":{{"amount":"{}.{:02}","currencyCode":"EUR"}},"breakdowns":[{{"type":"ITEM","subtotal":{{"amount":"{}.{:02}","currencyCode":"EUR"}}}}]}},"fulfillment":{{"quantityFulfilled":0,"quantityUnfulfilled":{quantity}}}}}"#,
                price / 100, price % 100, total / 100, total % 100, total / 100, total % 100
            )
        })
        .collect();
    let grand: usize = (0..=index % 3).map(|line| (1 + (index + line) % 3) * (995 + 100 * line)).sum();
    format!(
        r#"{{"orderId":"302-{index:07}-0000001","createdTime":"2026-11-01T10:00:00Z","lastUpdatedTime":"2026-11-01T11:00:00Z","salesChannel":{{"channelName":"AMAZON","marketplaceId":"A1PA6795UKMFR9","marketplaceName":"Amazon.de"}},"buyer":{{"buyerName":"Anna Lena Beispiel","buyerEmail":"x{index}@marketplace.amazon.de"}},"recipient":{{"deliveryAddress":{{"name":"Anna Lena Beispiel","addressLine1":"Musterweg 12","city":"Hamburg","postalCode":"20095","countryCode":"DE"}}}},"proceeds":{{"grandTotal":{{"amount":"{}.{:02}","currencyCode":"EUR"}}}},"fulfillment":{{"fulfillmentStatus":"UNSHIPPED","fulfilledBy":"MERCHANT","fulfillmentServiceLevel":"STANDARD"}},"orderItems":[{}]}}"#,
        grand / 100,
        grand % 100,
        items.join(",")
    )
}
