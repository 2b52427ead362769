//! The functions of the language, one file each, listed here in one table. They are pure: no clock, environment, file
//! or chance, so that the same record gives the same bytes on every machine.
#![deny(clippy::disallowed_methods)]

// What several functions read or know.
mod blank;
mod calendar;
mod cluster;
mod countries;
mod currency_code;
mod either;
mod exact;
mod fallback;
mod identity;
mod limit;
mod marketplaces;
mod order;
mod param;
mod plain_number;
mod rounding_mode;
mod total;
mod zone;

// The functions.
mod abs;
mod add;
mod add_days;
mod add_months;
mod after;
mod allocate;
mod amount;
mod average;
mod base64_decode;
mod base64_encode;
mod before;
mod ceil;
mod compact;
mod concat;
mod concat_lists;
mod contains;
mod count;
mod country_name;
mod currency;
mod currency_of_country;
mod date;
mod day;
mod days_between;
mod decimal;
mod distinct;
mod divide;
mod divides_exactly;
mod duration;
mod end_of_month;
mod ends_with;
mod epoch_seconds;
mod exchange;
mod find;
mod first;
mod flatten;
mod floor;
mod format_date;
mod get;
mod has;
mod hash;
mod initials;
mod instant;
mod int;
mod is_country;
mod is_empty;
mod is_null;
mod join;
mod join_name;
mod keys;
mod kind;
mod last;
mod length;
mod local_datetime;
mod lower;
mod marketplace_country;
mod marketplace_currency;
mod marketplace_name;
mod marketplace_tax_inclusive;
mod mask;
mod mask_email;
mod matches;
mod max;
mod merge;
mod min;
mod minor_units;
mod modulo;
mod money;
mod month;
mod normalize;
mod normalize_email;
mod normalize_postcode;
mod nth;
mod pad_left;
mod pad_right;
mod parse_date;
mod parse_instant;
mod parse_json;
mod percent_of;
mod pluck;
mod query_string;
mod range;
mod redact;
mod replace;
mod require_currency;
mod reverse;
mod round;
mod round_money;
mod short_hash;
mod sign;
mod simplify;
mod sort;
mod sort_by;
mod split;
mod split_name;
mod squeeze;
mod start_of_month;
mod starts_with;
mod substring;
mod sum;
mod sum_money;
mod tax_in;
mod tax_on;
mod text;
mod to_json;
mod trim;
mod truncate;
mod unit_price;
mod upper;
mod url_encode;
mod values;
mod weekday;
mod without;
mod year;

#[cfg(test)]
mod examples;

use crate::catalog::Function;

/// All functions, sorted by name.
#[must_use]
pub fn all() -> Vec<&'static Function> {
    TABLE.to_vec()
}

static TABLE: &[&Function] = &[
    &abs::FUNCTION,
    &add::FUNCTION,
    &add_days::FUNCTION,
    &add_months::FUNCTION,
    &after::FUNCTION,
    &allocate::FUNCTION,
    &amount::FUNCTION,
    &average::FUNCTION,
    &base64_decode::FUNCTION,
    &base64_encode::FUNCTION,
    &before::FUNCTION,
    &ceil::FUNCTION,
    &compact::FUNCTION,
    &concat::FUNCTION,
    &concat_lists::FUNCTION,
    &contains::FUNCTION,
    &count::FUNCTION,
    &country_name::FUNCTION,
    &currency::FUNCTION,
    &currency_of_country::FUNCTION,
    &date::FUNCTION,
    &day::FUNCTION,
    &days_between::FUNCTION,
    &decimal::FUNCTION,
    &distinct::FUNCTION,
    &divide::FUNCTION,
    &divides_exactly::FUNCTION,
    &duration::FUNCTION,
    &end_of_month::FUNCTION,
    &ends_with::FUNCTION,
    &epoch_seconds::FUNCTION,
    &exchange::FUNCTION,
    &find::FUNCTION,
    &first::FUNCTION,
    &flatten::FUNCTION,
    &floor::FUNCTION,
    &format_date::FUNCTION,
    &get::FUNCTION,
    &has::FUNCTION,
    &hash::FUNCTION,
    &initials::FUNCTION,
    &instant::FUNCTION,
    &int::FUNCTION,
    &is_country::FUNCTION,
    &is_empty::FUNCTION,
    &is_null::FUNCTION,
    &join::FUNCTION,
    &join_name::FUNCTION,
    &keys::FUNCTION,
    &kind::FUNCTION,
    &last::FUNCTION,
    &length::FUNCTION,
    &local_datetime::FUNCTION,
    &lower::FUNCTION,
    &marketplace_country::FUNCTION,
    &marketplace_currency::FUNCTION,
    &marketplace_name::FUNCTION,
    &marketplace_tax_inclusive::FUNCTION,
    &mask::FUNCTION,
    &mask_email::FUNCTION,
    &matches::FUNCTION,
    &max::FUNCTION,
    &merge::FUNCTION,
    &min::FUNCTION,
    &minor_units::FUNCTION,
    &modulo::FUNCTION,
    &money::FUNCTION,
    &month::FUNCTION,
    &normalize::FUNCTION,
    &normalize_email::FUNCTION,
    &normalize_postcode::FUNCTION,
    &nth::FUNCTION,
    &pad_left::FUNCTION,
    &pad_right::FUNCTION,
    &parse_date::FUNCTION,
    &parse_instant::FUNCTION,
    &parse_json::FUNCTION,
    &percent_of::FUNCTION,
    &pluck::FUNCTION,
    &query_string::FUNCTION,
    &range::FUNCTION,
    &redact::FUNCTION,
    &replace::FUNCTION,
    &require_currency::FUNCTION,
    &reverse::FUNCTION,
    &round::FUNCTION,
    &round_money::FUNCTION,
    &short_hash::FUNCTION,
    &sign::FUNCTION,
    &simplify::FUNCTION,
    &sort::FUNCTION,
    &sort_by::FUNCTION,
    &split::FUNCTION,
    &split_name::FUNCTION,
    &squeeze::FUNCTION,
    &start_of_month::FUNCTION,
    &starts_with::FUNCTION,
    &substring::FUNCTION,
    &sum::FUNCTION,
    &sum_money::FUNCTION,
    &tax_in::FUNCTION,
    &tax_on::FUNCTION,
    &text::FUNCTION,
    &to_json::FUNCTION,
    &trim::FUNCTION,
    &truncate::FUNCTION,
    &unit_price::FUNCTION,
    &upper::FUNCTION,
    &url_encode::FUNCTION,
    &values::FUNCTION,
    &weekday::FUNCTION,
    &without::FUNCTION,
    &year::FUNCTION,
];

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test looks at the files of this very folder")]
mod tests {
    use std::path::Path;

    use super::examples::{conforms, run_typed};
    use super::*;
    use crate::catalog::function::Arity;
    use crate::value::json;

    #[test]
    fn the_table_is_sorted_and_names_are_unique() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} and {}", pair[0].name, pair[1].name);
        }
        assert_eq!(all().len(), TABLE.len());
    }

    #[test]
    fn every_file_with_a_function_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/functions");
        let mut found = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            if let Some((_, rest)) = text.split_once("static FUNCTION: Function = Function {\n    name: \"") {
                let name = rest.split('"').next().unwrap();
                assert!(TABLE.iter().any(|function| function.name == name), "{name} is not in the table");
                found += 1;
            }
        }
        assert_eq!(found, TABLE.len());
    }

    #[test]
    fn every_function_says_what_it_does() {
        let families = ["text", "number", "money", "date", "list", "object", "format", "hash", "names"];
        for function in TABLE {
            assert!(families.contains(&function.family), "{}: {}", function.name, function.family);
            assert!(function.summary.ends_with('.') && function.summary.len() > 10, "{}", function.name);
            assert!(function.examples.len() >= 2, "{} needs two examples", function.name);
            assert!(!function.params.is_empty(), "{} takes nothing", function.name);
            let (fixed, rest): (Vec<_>, Vec<_>) = function.params.iter().partition(|param| param.arity == Arity::One);
            assert_eq!(
                function.params[..fixed.len()].iter().filter(|param| param.arity == Arity::One).count(),
                fixed.len(),
                "{}: what must be given comes first",
                function.name
            );
            assert!(rest.len() < 2 || rest.iter().all(|param| param.arity == Arity::Optional), "{}", function.name);
            assert!(
                function.examples.iter().any(|example| example.call.contains(&format!("{}(", function.name))),
                "{}: no example calls it",
                function.name
            );
        }
    }

    #[test]
    fn examples_hold_and_results_are_of_the_type_that_is_promised() {
        let mut wrong = Vec::new();
        for function in TABLE {
            for example in function.examples {
                let got = run_typed(example.call);
                match (example.gives.strip_prefix("error: "), got) {
                    (Some(part), Err(message)) if message.contains(part) => {}
                    (None, Ok((value, ty))) => {
                        let wanted = json::parse(example.gives.as_bytes()).map(|value| json::to_string(&value));
                        if wanted != Ok(json::to_string(&value)) {
                            wrong.push(format!("{} gives {}", example.call, json::to_string(&value)));
                        }
                        if !conforms(&value, &ty) {
                            wrong.push(format!("{} is no {ty}", example.call));
                        }
                    }
                    (_, got) => wrong.push(format!("{} gives {:?}", example.call, got.map(|(value, _)| value))),
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn wrong_kinds_are_errors_and_never_panics() {
        let odd = [
            "null",
            "true",
            "-1",
            "9223372036854775807",
            "0.5",
            "\"\"",
            "\"é\"",
            "[]",
            "[1, null]",
            "{ a = 1 }",
            "date(\"9999-12-31\")",
            "instant(\"2026-01-31T10:00:00Z\")",
            "duration(\"1h\")",
            "money(1, \"JPY\")",
        ];
        let values: Vec<_> = odd.iter().map(|text| run_typed(text).unwrap().0).collect();
        for function in TABLE {
            for a in &values {
                for b in &values {
                    for c in &values {
                        for list in [vec![a.clone()], vec![a.clone(), b.clone()], vec![a.clone(), b.clone(), c.clone()]]
                        {
                            let result = (function.eval)(&crate::catalog::Args { values: &list });
                            if let Err(error) = result {
                                assert!(error.message.len() > 10, "{}", function.name);
                            }
                        }
                    }
                }
            }
        }
    }
}
