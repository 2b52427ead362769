//! How long a find in a lookup table takes: exact keys, rules, and rules that ignore case and punctuation, for keys that
//! were seen before and for new ones.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and fails where it unwraps")]

use std::hint::black_box;
use std::time::Instant;

use flowrun::plan::Table;
use flowrun::plan::table::Fold;
use flowrun::value::Value;

const FINDS: usize = 1_000_000;

fn cells() -> Vec<[String; 3]> {
    let mut cells = Vec::new();
    for transaction in ["Order", "Refund", "other-transaction", "Order_Retrocharge", "FBAFees"] {
        for kind in ["ItemPrice", "ItemFees", "Promotion", "ItemWithheldTax", "Shipment-Fees", "other-transaction"] {
            for text in 0..10 {
                let description = format!("{} of the {text}. kind", ["Principal", "Commission"][text % 2]);
                cells.push([transaction.to_owned(), kind.to_owned(), description]);
            }
        }
    }
    cells
}

fn main() {
    let cells = cells();
    let keys: Vec<Vec<Value>> = cells.iter().map(|row| row.iter().map(Value::text).collect()).collect();
    let columns = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let all = Fold { case: true, punctuation: true };
    for (name, fold, rules) in
        [("table", Fold::default(), false), ("rules", Fold::default(), true), ("rules, ignoring", all, true)]
    {
        let mut table = Table::new("", columns(), vec!["d".to_owned()], fold, rules);
        for (at, row) in cells.iter().enumerate() {
            let mut key = row.to_vec();
            if rules && at % 4 == 0 {
                key[2] = format!("{}*", key[2].chars().take(14).collect::<String>());
            }
            // Of two rows that became one the first stays.
            let _ = table.insert(key, vec![Value::from(at as i64)], 0);
        }
        let time = |what: &str, keys: &[Vec<Value>], finds: usize| {
            let start = Instant::now();
            let hits = keys.iter().cycle().take(finds).filter(|key| table.find(black_box(key.as_slice())).is_some());
            let hits = hits.count();
            let each = start.elapsed().as_secs_f64() * 1e9 / finds as f64;
            println!("{name}, {what}: {each:.0} ns per find, {hits} of {finds} found");
        };
        time("first", &keys, keys.len());
        time("seen before", &keys, FINDS);
        let mut fresh = Vec::new();
        for at in 0..FINDS / 10 {
            let key = &keys[at % keys.len()];
            fresh.push(vec![key[0].clone(), key[1].clone(), Value::from(format!("{}{at}", key[2].display()))]);
        }
        time("new", &fresh, fresh.len());
    }
}
