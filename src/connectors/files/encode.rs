//! What a flow hands over as the content of a file: JSON, lines of JSON, tables with a header and XML.

use std::path::Path;

use super::xml;
use crate::value::{Object, Value, json};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Commas and quotes, as RFC 4180 says.
    Csv,
    /// Tabs and no quotes.
    Tsv,
    /// One JSON document.
    Json,
    /// A JSON document in each line.
    Ndjson,
    /// One XML document.
    Xml,
    /// Text as it is.
    Text,
}

/// The words for them in settings and filters.
pub(super) const SHAPES: &[(&str, Shape)] =
    &[("csv", Shape::Csv), ("json", Shape::Json), ("ndjson", Shape::Ndjson), ("tsv", Shape::Tsv), ("xml", Shape::Xml)];

impl Shape {
    /// The shape that a file's ending names.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "csv" => Shape::Csv,
            "tsv" | "txt" => Shape::Tsv,
            "json" => Shape::Json,
            "ndjson" | "jsonl" => Shape::Ndjson,
            "xml" => Shape::Xml,
            _ => return None,
        })
    }
}

/// The whole content of a file.
pub(super) fn document(shape: Shape, content: &Value, columns: Option<&[String]>) -> Result<Vec<u8>, String> {
    Ok(match (shape, content) {
        (Shape::Text, Value::Text(text)) => text.as_bytes().to_vec(),
        (Shape::Text, _) => return Err("the content must be text where the file's ending tells no format".to_owned()),
        (Shape::Json, content) => {
            let mut text = json::to_string_pretty(content).into_bytes();
            text.push(b'\n');
            text
        }
        (Shape::Xml, content) => xml::write(content)?.into_bytes(),
        (Shape::Ndjson, Value::List(items)) => {
            let mut out = Vec::new();
            for item in items.iter() {
                json::write(&mut out, item);
                out.push(b'\n');
            }
            out
        }
        (Shape::Csv | Shape::Tsv, Value::List(items)) => {
            let mut rows = Vec::with_capacity(items.len());
            for item in items.iter() {
                rows.push(item.as_object().ok_or("each row of a table must be an object")?);
            }
            let columns = match columns {
                Some(columns) => columns.to_vec(),
                None => names(&rows),
            };
            let mut out = header(shape, &columns)?;
            for item in rows {
                out.extend(row(shape, &columns, item)?);
            }
            out
        }
        _ => return Err("the content must be a list, of which each item is a line".to_owned()),
    })
}

/// All names of some rows, in the order in which they first come.
fn names(rows: &[&Object]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|row| row.iter().map(|(name, _)| name)) {
        if !names.iter().any(|known| **known == **name) {
            names.push(name.to_string());
        }
    }
    names
}

/// The first line of a table.
pub(super) fn header(shape: Shape, columns: &[String]) -> Result<Vec<u8>, String> {
    if columns.is_empty() {
        return Err("a table without columns cannot be written; say which there are with `columns`".to_owned());
    }
    line(shape, columns.iter().map(String::as_str), columns)
}

/// A line of a table.
pub(super) fn row(shape: Shape, columns: &[String], row: &Object) -> Result<Vec<u8>, String> {
    if let Some((name, _)) = row.iter().find(|(name, _)| !columns.iter().any(|column| **column == ***name)) {
        return Err(format!(
            "the row has a field `{name}`, and the table has only the columns {}; say with `columns` which there are",
            columns.join(", ")
        ));
    }
    let cells: Vec<String> = columns
        .iter()
        .map(|column| match row.get(column) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::List(_) | Value::Object(_)) => Err(format!("the cell `{column}` must be a single value")),
            Some(Value::Money(_)) => Err(format!("the cell `{column}` is money; write its amount and currency apart")),
            Some(value) => Ok(value.display()),
        })
        .collect::<Result<_, _>>()?;
    line(shape, cells.iter().map(String::as_str), columns)
}

fn line<'c>(shape: Shape, cells: impl Iterator<Item = &'c str> + Clone, columns: &[String]) -> Result<Vec<u8>, String> {
    if shape == Shape::Tsv {
        for (cell, column) in cells.clone().zip(columns) {
            if cell.contains(['\t', '\n', '\r']) {
                return Err(format!(
                    "the cell `{column}` has a tab or a line break in it, and TSV has no quotes for them; take them out, or write CSV"
                ));
            }
        }
        let mut text = cells.collect::<Vec<_>>().join("\t").into_bytes();
        text.push(b'\n');
        return Ok(text);
    }
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| error.to_string())?;
    writer.into_inner().map_err(|error| error.to_string())
}

/// The line that a record is in a file of lines.
pub(super) fn record(shape: Shape, columns: &[String], content: &Value) -> Result<Vec<u8>, String> {
    match (shape, content) {
        (Shape::Ndjson, content) => {
            let mut out = Vec::new();
            json::write(&mut out, content);
            out.push(b'\n');
            Ok(out)
        }
        (Shape::Csv | Shape::Tsv, Value::Object(object)) => row(shape, columns, object),
        (Shape::Csv | Shape::Tsv, _) => Err("a row of a table must be an object".to_owned()),
        _ => Err("lines are added to .ndjson, .csv and .tsv files only".to_owned()),
    }
}

/// The columns that an object has.
pub(super) fn columns(content: &Value) -> Vec<String> {
    content.as_object().map(|object| names(&[object])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shape: Shape, content: &str, columns: Option<&[&str]>) -> Result<String, String> {
        let columns: Option<Vec<String>> = columns.map(|all| all.iter().map(|name| (*name).to_owned()).collect());
        let content = json::parse(content.as_bytes()).unwrap();
        document(shape, &content, columns.as_deref()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn tables_have_a_header_and_quotes_where_they_need_them() {
        let rows = r#"[{"id": 1, "t": "a,\"b\"\nc"}, {"id": 2, "n": 1.10, "t": null}]"#;
        assert_eq!(written(Shape::Csv, rows, None).unwrap(), "id,t,n\n1,\"a,\"\"b\"\"\nc\",\n2,,1.10\n");
        assert_eq!(written(Shape::Csv, "[]", Some(&["id", "n"])).unwrap(), "id,n\n");
        assert_eq!(written(Shape::Tsv, r#"[{"a": "x\"y"}]"#, None).unwrap(), "a\nx\"y\n");
        assert!(written(Shape::Tsv, r#"[{"a": "x\ty"}]"#, None).unwrap_err().contains("`a` has a tab"));
        assert!(written(Shape::Csv, r#"[{"a": 1}]"#, Some(&["b"])).unwrap_err().contains("has only the columns b"));
        assert!(written(Shape::Csv, r#"[{"a": [1]}]"#, None).unwrap_err().contains("single value"));
        assert!(written(Shape::Csv, "[]", None).is_err());
    }

    #[test]
    fn documents_keep_their_digits() {
        assert_eq!(written(Shape::Json, r#"{"a": 1.10}"#, None).unwrap(), "{\n  \"a\": 1.10\n}\n");
        assert_eq!(written(Shape::Ndjson, r#"[{"a": 1.10}, 2]"#, None).unwrap(), "{\"a\":1.10}\n2\n");
        assert_eq!(written(Shape::Text, "\"x\"", None).unwrap(), "x");
        assert!(written(Shape::Text, "1", None).is_err());
    }
}
