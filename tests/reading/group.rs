//! Flows that make one record of many.

use std::path::Path;

use serde_json::Value;

use crate::support::flowrun_in;

const FLOW: &str = r#"flow journal

source files.rows {
  on every 1h
  columns { settlement_id: text, posted: date, kind: text, amount: decimal?, account: text }
}

lookup book = tims.customers by external_ref cache 10m

let booked = $.amount? ?? 0

skip when $.kind == "head"

group settlement by id = $.settlement_id {
  total  = sum(booked)
  rows   = count() where $.kind == "fee"
  months = group by month = start_of_month($.posted) where $.account != "test" {
    net = sum(booked)
  }
}

each part in settlement.months key part.month {
  target tims.customers as entry upsert {
    external_ref = "{{ settlement.id }}/{{ part.month }}"
    company_name = text(part.net)
    payment_terms = book[settlement.id]?.company_name? ?? text(settlement.rows)
  }
}
"#;

fn within(words: &str, test: impl Fn(crate::support::Said)) {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("journal.flow"), FLOW).unwrap();
    std::fs::create_dir(place.path().join("environments")).unwrap();
    std::fs::write(place.path().join("environments/dev.yaml"), "buyer_data: allowed\n").unwrap();
    test(flowrun_in(Path::new(place.path()), words));
}

/// The fields that a value is made of, and those that decide about it.
fn reads(told: &Value) -> (Vec<&str>, Vec<&str>) {
    let (mut made, mut decided) = (Vec::new(), Vec::new());
    for used in told["uses"].as_array().unwrap().iter().filter(|used| used["kind"] == "field") {
        let list = if matches!(used["role"].as_str(), Some("value" | "default")) { &mut made } else { &mut decided };
        list.push(used["field"].as_str().unwrap());
    }
    for list in [&mut made, &mut decided] {
        list.sort_unstable();
        list.dedup();
    }
    (made, decided)
}

#[test]
fn a_total_is_followed_to_the_records_that_it_adds_up_and_to_what_chooses_them() {
    within("explain journal.flow settlement.months.net --format json", |said| {
        let told = said.expect(0).json();
        assert_eq!(reads(&told), (vec!["amount"], vec!["account", "posted", "settlement_id"]), "{told:#}");
        assert!(told["functions"].to_string().contains("\"sum\""), "{told:#}");
        let ends: Vec<&str> =
            told["ends"].as_array().unwrap().iter().map(|end| end["field"].as_str().unwrap()).collect();
        assert!(ends.contains(&"company_name"), "{ends:?}");
    });
    within("explain journal.flow entry.external_ref --format json", |said| {
        let told = said.expect(0).json();
        assert_eq!(reads(&told).0, ["posted", "settlement_id"], "{told:#}");
        let guards: Vec<&str> =
            told["guards"].as_array().unwrap().iter().map(|guard| guard["text"].as_str().unwrap()).collect();
        assert_eq!(guards, ["$.kind == \"head\"", "settlement.months"]);
    });
    within("explain journal.flow", |said| {
        let said = said.expect(0);
        assert!(
            said.out.lines().any(|line| line.starts_with("settlement ") && line.contains(" group ")),
            "{}",
            said.out
        );
    });
}

#[test]
fn a_column_s_impact_goes_through_groups() {
    let broken = |field: &str, decides: bool, wanted: &[&str]| {
        within(&format!("impact {field} journal.flow --format json"), |said| {
            let told = said.expect(1).json();
            let breaks = told["breaks"].as_array().unwrap().iter().filter(|breaks| breaks["decides"] == decides);
            let breaks: Vec<&str> = breaks.map(|breaks| breaks["field"].as_str().unwrap()).collect();
            assert_eq!(breaks, wanted, "{field}: {told:#}");
        });
    };
    broken("files.rows.amount", false, &["company_name"]);
    broken("files.rows.settlement_id", false, &["external_ref"]);
    broken("files.rows.kind", true, &["payment_terms"]);
    within("impact files.rows.settlement_id journal.flow --format json", |said| {
        let told = said.expect(1).json();
        assert!(told["places"].as_array().unwrap().iter().any(|place| place["how"] == "makes the record's key"));
    });
}

#[test]
fn what_follows_a_group_costs_once_for_all_its_records() {
    within("plan journal.flow --env dev --per-hour 1000 --per-group 100 --hits 0 --format json", |said| {
        let told = said.expect(0).json();
        let flow = &told["flows"][0];
        // Ten groups of two months: twenty writes, and ten keys looked up.
        let calls = |name: &str| flow["per_hour"][name]["typical"].as_f64();
        let [look] = flow["lookups"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
        assert!((look["per_record"]["worst"].as_f64().unwrap() - 0.01).abs() < 1e-9, "{told:#}");
        let all: f64 = flow["per_hour"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|k| k.starts_with("tims."))
            .filter_map(|k| calls(k))
            .sum();
        assert!((all - 30.0).abs() < 1e-9, "{flow:#}");
        assert!(told["assumed"].to_string().contains("100 records for each group"), "{told:#}");
    });
}
