//! The functions of the language, one file each, listed here in one table. They are pure: no clock, environment, file
//! or chance, so that the same record gives the same bytes on every machine.
#![deny(clippy::disallowed_methods)]

// What several functions read or know.
mod blank;
mod calendar;
mod check_digits;
mod cluster;
mod countries;
mod currencies;
mod currency_code;
mod dialling;
mod either;
mod exact;
mod fallback;
mod fields;
mod groups;
mod identity;
mod limit;
mod marketplaces;
mod measure;
mod order;
mod param;
mod plain_number;
mod rounding_mode;
mod shape;
mod texts;
mod total;
mod zone;

// The functions.
mod abs;
mod add;
mod add_business_days;
mod add_days;
mod add_months;
mod after;
mod after_last;
mod all;
mod allocate;
mod amount;
mod any;
mod append;
mod at_time;
mod average;
mod average_by;
mod base64_decode;
mod base64_encode;
mod base64url_decode;
mod base64url_encode;
mod before;
mod before_last;
mod between;
mod business_days_between;
mod calling_code;
mod capitalize;
mod ceil;
mod checksum;
mod chunk;
mod clamp;
mod compact;
mod compact_deep;
mod concat;
mod concat_lists;
mod contains;
mod convert;
mod count;
mod count_by;
mod count_of;
mod country_alpha3;
mod country_code;
mod country_name;
mod country_number;
mod currency;
mod currency_name;
mod currency_number;
mod currency_of_country;
mod date;
mod date_of;
mod date_range;
mod day;
mod day_of_year;
mod days_between;
mod days_in_month;
mod decimal;
mod difference;
mod digits;
mod dimensional_weight;
mod discount;
mod distinct;
mod divide;
mod divides_exactly;
mod drop;
mod duration;
mod email_domain;
mod end_of_day;
mod end_of_month;
mod end_of_quarter;
mod end_of_week;
mod end_of_year;
mod ends_with;
mod entries;
mod enumerate;
mod epoch_millis;
mod epoch_seconds;
mod escape_html;
mod exchange;
mod extract;
mod find;
mod first;
mod flatten;
mod flatten_object;
mod floor;
mod floor_instant;
mod format_address;
mod format_date;
mod format_money;
mod format_number;
mod from_entries;
mod from_epoch_millis;
mod from_epoch_seconds;
mod from_minor;
mod get;
mod get_path;
mod gross;
mod group_by;
mod gtin_check_digit;
mod has;
mod hash;
mod hash_number;
mod hex_decode;
mod hex_encode;
mod hour;
mod index_by;
mod index_of;
mod initials;
mod instant;
mod int;
mod intersection;
mod is_asin;
mod is_business_day;
mod is_company;
mod is_country;
mod is_currency;
mod is_date;
mod is_digits;
mod is_email;
mod is_empty;
mod is_eu_member;
mod is_gtin;
mod is_iban;
mod is_isbn;
mod is_leap_year;
mod is_luhn;
mod is_null;
mod is_number;
mod is_phone;
mod is_po_box;
mod is_postcode;
mod is_subset;
mod is_vat_id;
mod is_weekend;
mod is_whole;
mod isbn13;
mod iso_week;
mod join;
mod join_name;
mod keys;
mod kind;
mod last;
mod length;
mod lines;
mod local_datetime;
mod lower;
mod margin;
mod marketplace_country;
mod marketplace_currency;
mod marketplace_id;
mod marketplace_known;
mod marketplace_name;
mod marketplace_region;
mod marketplace_tax_inclusive;
mod mask;
mod mask_email;
mod mask_phone;
mod mask_postcode;
mod matches;
mod max;
mod max_by;
mod median;
mod merge;
mod merge_deep;
mod min;
mod min_by;
mod minor;
mod minor_units;
mod minute;
mod modulo;
mod money;
mod month;
mod months_between;
mod name_order;
mod net;
mod next_weekday;
mod normalize;
mod normalize_email;
mod normalize_gtin;
mod normalize_iban;
mod normalize_phone;
mod normalize_postcode;
mod nth;
mod null_if;
mod pad_left;
mod pad_right;
mod parse_csv;
mod parse_date;
mod parse_date_any;
mod parse_fixed;
mod parse_instant;
mod parse_json;
mod parse_ndjson;
mod parse_phone;
mod parse_query;
mod parse_street;
mod parse_url;
mod parse_vat_id;
mod parse_xml;
mod partition;
mod percent_change;
mod percent_of;
mod pick;
mod pluck;
mod position_of;
mod power;
mod prepend;
mod price_ending;
mod quarter;
mod query_string;
mod quotient;
mod range;
mod redact;
mod region_code;
mod rename;
mod repeat;
mod repeat_item;
mod replace;
mod require_currency;
mod reverse;
mod round;
mod round_money;
mod round_to;
mod running_total;
mod salutation;
mod seconds;
mod short_hash;
mod sign;
mod simplify;
mod slice;
mod slug;
mod sort;
mod sort_by;
mod sort_by_descending;
mod sort_descending;
mod split;
mod split_by_month;
mod split_evenly;
mod split_name;
mod split_tax;
mod squeeze;
mod start_of_day;
mod start_of_month;
mod start_of_quarter;
mod start_of_week;
mod start_of_year;
mod starts_with;
mod strip_html;
mod strip_prefix;
mod strip_suffix;
mod substring;
mod sum;
mod sum_by;
mod sum_money;
mod take;
mod tax_in;
mod tax_on;
mod text;
mod time_of_day;
mod title_case;
mod to_csv;
mod to_json;
mod to_xml;
mod transliterate;
mod trim;
mod truncate;
mod try_decimal;
mod try_int;
mod union;
mod unique_by;
mod unit;
mod unit_kind;
mod unit_price;
mod upper;
mod url_decode;
mod url_encode;
mod uuid_of;
mod values;
mod variance;
mod weekday;
mod window;
mod without;
mod words;
mod wrap;
mod year;
mod years_between;
mod zip;
mod zone_offset;

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
    &add_business_days::FUNCTION,
    &add_days::FUNCTION,
    &add_months::FUNCTION,
    &after::FUNCTION,
    &after_last::FUNCTION,
    &all::FUNCTION,
    &allocate::FUNCTION,
    &amount::FUNCTION,
    &any::FUNCTION,
    &append::FUNCTION,
    &at_time::FUNCTION,
    &average::FUNCTION,
    &average_by::FUNCTION,
    &base64_decode::FUNCTION,
    &base64_encode::FUNCTION,
    &base64url_decode::FUNCTION,
    &base64url_encode::FUNCTION,
    &before::FUNCTION,
    &before_last::FUNCTION,
    &between::FUNCTION,
    &business_days_between::FUNCTION,
    &calling_code::FUNCTION,
    &capitalize::FUNCTION,
    &ceil::FUNCTION,
    &checksum::FUNCTION,
    &chunk::FUNCTION,
    &clamp::FUNCTION,
    &compact::FUNCTION,
    &compact_deep::FUNCTION,
    &concat::FUNCTION,
    &concat_lists::FUNCTION,
    &contains::FUNCTION,
    &convert::FUNCTION,
    &count::FUNCTION,
    &count_by::FUNCTION,
    &count_of::FUNCTION,
    &country_alpha3::FUNCTION,
    &country_code::FUNCTION,
    &country_name::FUNCTION,
    &country_number::FUNCTION,
    &currency::FUNCTION,
    &currency_name::FUNCTION,
    &currency_number::FUNCTION,
    &currency_of_country::FUNCTION,
    &date::FUNCTION,
    &date_of::FUNCTION,
    &date_range::FUNCTION,
    &day::FUNCTION,
    &day_of_year::FUNCTION,
    &days_between::FUNCTION,
    &days_in_month::FUNCTION,
    &decimal::FUNCTION,
    &difference::FUNCTION,
    &digits::FUNCTION,
    &dimensional_weight::FUNCTION,
    &discount::FUNCTION,
    &distinct::FUNCTION,
    &divide::FUNCTION,
    &divides_exactly::FUNCTION,
    &drop::FUNCTION,
    &duration::FUNCTION,
    &email_domain::FUNCTION,
    &end_of_day::FUNCTION,
    &end_of_month::FUNCTION,
    &end_of_quarter::FUNCTION,
    &end_of_week::FUNCTION,
    &end_of_year::FUNCTION,
    &ends_with::FUNCTION,
    &entries::FUNCTION,
    &enumerate::FUNCTION,
    &epoch_millis::FUNCTION,
    &epoch_seconds::FUNCTION,
    &escape_html::FUNCTION,
    &exchange::FUNCTION,
    &extract::FUNCTION,
    &find::FUNCTION,
    &first::FUNCTION,
    &flatten::FUNCTION,
    &flatten_object::FUNCTION,
    &floor::FUNCTION,
    &floor_instant::FUNCTION,
    &format_address::FUNCTION,
    &format_date::FUNCTION,
    &format_money::FUNCTION,
    &format_number::FUNCTION,
    &from_entries::FUNCTION,
    &from_epoch_millis::FUNCTION,
    &from_epoch_seconds::FUNCTION,
    &from_minor::FUNCTION,
    &get::FUNCTION,
    &get_path::FUNCTION,
    &gross::FUNCTION,
    &group_by::FUNCTION,
    &gtin_check_digit::FUNCTION,
    &has::FUNCTION,
    &hash::FUNCTION,
    &hash_number::FUNCTION,
    &hex_decode::FUNCTION,
    &hex_encode::FUNCTION,
    &hour::FUNCTION,
    &index_by::FUNCTION,
    &index_of::FUNCTION,
    &initials::FUNCTION,
    &instant::FUNCTION,
    &int::FUNCTION,
    &intersection::FUNCTION,
    &is_asin::FUNCTION,
    &is_business_day::FUNCTION,
    &is_company::FUNCTION,
    &is_country::FUNCTION,
    &is_currency::FUNCTION,
    &is_date::FUNCTION,
    &is_digits::FUNCTION,
    &is_email::FUNCTION,
    &is_empty::FUNCTION,
    &is_eu_member::FUNCTION,
    &is_gtin::FUNCTION,
    &is_iban::FUNCTION,
    &is_isbn::FUNCTION,
    &is_leap_year::FUNCTION,
    &is_luhn::FUNCTION,
    &is_null::FUNCTION,
    &is_number::FUNCTION,
    &is_phone::FUNCTION,
    &is_po_box::FUNCTION,
    &is_postcode::FUNCTION,
    &is_subset::FUNCTION,
    &is_vat_id::FUNCTION,
    &is_weekend::FUNCTION,
    &is_whole::FUNCTION,
    &isbn13::FUNCTION,
    &iso_week::FUNCTION,
    &join::FUNCTION,
    &join_name::FUNCTION,
    &keys::FUNCTION,
    &kind::FUNCTION,
    &last::FUNCTION,
    &length::FUNCTION,
    &lines::FUNCTION,
    &local_datetime::FUNCTION,
    &lower::FUNCTION,
    &margin::FUNCTION,
    &marketplace_country::FUNCTION,
    &marketplace_currency::FUNCTION,
    &marketplace_id::FUNCTION,
    &marketplace_known::FUNCTION,
    &marketplace_name::FUNCTION,
    &marketplace_region::FUNCTION,
    &marketplace_tax_inclusive::FUNCTION,
    &mask::FUNCTION,
    &mask_email::FUNCTION,
    &mask_phone::FUNCTION,
    &mask_postcode::FUNCTION,
    &matches::FUNCTION,
    &max::FUNCTION,
    &max_by::FUNCTION,
    &median::FUNCTION,
    &merge::FUNCTION,
    &merge_deep::FUNCTION,
    &min::FUNCTION,
    &min_by::FUNCTION,
    &minor::FUNCTION,
    &minor_units::FUNCTION,
    &minute::FUNCTION,
    &modulo::FUNCTION,
    &money::FUNCTION,
    &month::FUNCTION,
    &months_between::FUNCTION,
    &name_order::FUNCTION,
    &net::FUNCTION,
    &next_weekday::FUNCTION,
    &normalize::FUNCTION,
    &normalize_email::FUNCTION,
    &normalize_gtin::FUNCTION,
    &normalize_iban::FUNCTION,
    &normalize_phone::FUNCTION,
    &normalize_postcode::FUNCTION,
    &nth::FUNCTION,
    &null_if::FUNCTION,
    &pad_left::FUNCTION,
    &pad_right::FUNCTION,
    &parse_csv::FUNCTION,
    &parse_date::FUNCTION,
    &parse_date_any::FUNCTION,
    &parse_fixed::FUNCTION,
    &parse_instant::FUNCTION,
    &parse_json::FUNCTION,
    &parse_ndjson::FUNCTION,
    &parse_phone::FUNCTION,
    &parse_query::FUNCTION,
    &parse_street::FUNCTION,
    &parse_url::FUNCTION,
    &parse_vat_id::FUNCTION,
    &parse_xml::FUNCTION,
    &partition::FUNCTION,
    &percent_change::FUNCTION,
    &percent_of::FUNCTION,
    &pick::FUNCTION,
    &pluck::FUNCTION,
    &position_of::FUNCTION,
    &power::FUNCTION,
    &prepend::FUNCTION,
    &price_ending::FUNCTION,
    &quarter::FUNCTION,
    &query_string::FUNCTION,
    &quotient::FUNCTION,
    &range::FUNCTION,
    &redact::FUNCTION,
    &region_code::FUNCTION,
    &rename::FUNCTION,
    &repeat::FUNCTION,
    &repeat_item::FUNCTION,
    &replace::FUNCTION,
    &require_currency::FUNCTION,
    &reverse::FUNCTION,
    &round::FUNCTION,
    &round_money::FUNCTION,
    &round_to::FUNCTION,
    &running_total::FUNCTION,
    &salutation::FUNCTION,
    &seconds::FUNCTION,
    &short_hash::FUNCTION,
    &sign::FUNCTION,
    &simplify::FUNCTION,
    &slice::FUNCTION,
    &slug::FUNCTION,
    &sort::FUNCTION,
    &sort_by::FUNCTION,
    &sort_by_descending::FUNCTION,
    &sort_descending::FUNCTION,
    &split::FUNCTION,
    &split_by_month::FUNCTION,
    &split_evenly::FUNCTION,
    &split_name::FUNCTION,
    &split_tax::FUNCTION,
    &squeeze::FUNCTION,
    &start_of_day::FUNCTION,
    &start_of_month::FUNCTION,
    &start_of_quarter::FUNCTION,
    &start_of_week::FUNCTION,
    &start_of_year::FUNCTION,
    &starts_with::FUNCTION,
    &strip_html::FUNCTION,
    &strip_prefix::FUNCTION,
    &strip_suffix::FUNCTION,
    &substring::FUNCTION,
    &sum::FUNCTION,
    &sum_by::FUNCTION,
    &sum_money::FUNCTION,
    &take::FUNCTION,
    &tax_in::FUNCTION,
    &tax_on::FUNCTION,
    &text::FUNCTION,
    &time_of_day::FUNCTION,
    &title_case::FUNCTION,
    &to_csv::FUNCTION,
    &to_json::FUNCTION,
    &to_xml::FUNCTION,
    &transliterate::FUNCTION,
    &trim::FUNCTION,
    &truncate::FUNCTION,
    &try_decimal::FUNCTION,
    &try_int::FUNCTION,
    &union::FUNCTION,
    &unique_by::FUNCTION,
    &unit::FUNCTION,
    &unit_kind::FUNCTION,
    &unit_price::FUNCTION,
    &upper::FUNCTION,
    &url_decode::FUNCTION,
    &url_encode::FUNCTION,
    &uuid_of::FUNCTION,
    &values::FUNCTION,
    &variance::FUNCTION,
    &weekday::FUNCTION,
    &window::FUNCTION,
    &without::FUNCTION,
    &words::FUNCTION,
    &wrap::FUNCTION,
    &year::FUNCTION,
    &years_between::FUNCTION,
    &zip::FUNCTION,
    &zone_offset::FUNCTION,
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
        let families: Vec<&str> = crate::catalog::function::FAMILIES.iter().map(|(name, _)| *name).collect();
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
