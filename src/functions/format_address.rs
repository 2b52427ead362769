//! Addresses on labels and in fields of lines, in the order of the country.

use super::blank;
use super::countries;
use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "format_address",
    family: "names",
    summary: "An address { name, company, line1, line2, line3, city, region, postal_code, country } as its lines in the order of its country; what is null, blank or not there is left out.",
    params: &[one("address", Params::OBJECT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"format_address({ name = "Ann Lee", line1 = "12 Main St", city = "Springfield", region = "IL", postal_code = "62701", country = "US" })"#,
            gives: r#"["Ann Lee","12 Main St","Springfield, IL 62701","United States"]"#,
        },
        Example {
            call: r#"format_address({ line1 = "Hauptstr. 1", city = "Berlin", postal_code = "10115", country = "DE" })"#,
            gives: r#"["Hauptstr. 1","10115 Berlin","Germany"]"#,
        },
        Example {
            call: r#"format_address({ line1 = "1 High St", city = "Leeds", postal_code = "LS1 1AA", country = "GB" })"#,
            gives: r#"["1 High St","Leeds","LS1 1AA","United Kingdom"]"#,
        },
        Example { call: r#"format_address({ city = "Berlin" })"#, gives: "error: country" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let address = args.object(0)?;
    let part = |name: &str| match address.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(value) => value.as_text().map(blank::squeeze).ok_or_else(|| {
            FunctionError::new(format!("the field `{name}` of the address must be text, not {}", value.kind()))
        }),
    };
    let country = countries::named(&part("country")?)
        .ok_or_else(|| FunctionError::new("the address needs a `country` of two capital letters by ISO 3166"))?;
    let (city, region, code) = (part("city")?, part("region")?, part("postal_code")?);
    let joined =
        |parts: &[&str], by: &str| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(by);
    let place = match country.code {
        "US" | "CA" | "AU" | "IN" | "PR" => {
            let by = if country.code == "US" { ", " } else { " " };
            vec![joined(&[&city, &joined(&[&region, &code], " ")], by)]
        }
        "GB" | "IE" => vec![city, region, code],
        "JP" => vec![joined(&["〒", &code], ""), joined(&[&region, &city], " ")],
        "IT" | "ES" | "MX" => vec![joined(&[&joined(&[&code, &city], " "), &region], ", ")],
        "BR" => vec![joined(&[&city, &region], " - "), code],
        _ => vec![joined(&[&code, &city], " ")],
    };
    let mut lines = Vec::new();
    for name in ["name", "company", "line1", "line2", "line3"] {
        lines.push(part(name)?);
    }
    lines.extend(place);
    lines.push(country.name.to_owned());
    Ok(Value::list(lines.into_iter().filter(|line| !line.is_empty() && line != "〒").map(Value::from).collect()))
}
