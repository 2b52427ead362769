//! What files offer to flows, as data.

use std::sync::Arc;

use crate::catalog::build::{may, must, object};
use crate::catalog::{
    Base, ConnectorSpec, EntitySpec, FilterSpec, Idempotency, ObjectSpec, OperationSpec, Setting, SourceSpec, Type,
    WriteSpec,
};

/// Rows of one page.
pub(super) const PAGE: usize = 1000;

/// The descriptor of the connector `files`.
#[must_use]
pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "files",
        summary: "Files: tables as CSV or TSV, records as JSON, NDJSON or XML, read and written",
        settings: settings(),
        entities: vec![
            EntitySpec {
                name: "documents",
                summary: "Whole files, each replaced at once; JSON, NDJSON, CSV, TSV, XML or text by the ending of the path",
                source: None,
                lookup: None,
                writes: vec![
                    write("delete", "remove", vec![path()], Idempotency::NaturalKey, &["path"]),
                    write(
                        "upsert",
                        "replace",
                        vec![
                            path(),
                            must(
                                "content",
                                Base::Any,
                                "What it holds: any value for .json, a list of objects for .csv, .tsv and .ndjson, an object with one field for .xml, text for others",
                            ),
                            columns(),
                        ],
                        Idempotency::NaturalKey,
                        &["path"],
                    ),
                ],
            },
            EntitySpec {
                name: "lines",
                summary: "Lines that are added to a file, each once; .ndjson, .csv or .tsv",
                source: None,
                lookup: None,
                writes: vec![write(
                    "create",
                    "append",
                    vec![
                        path(),
                        must("row", Base::Any, "What the line holds: an object for a table, any value for .ndjson"),
                        columns(),
                        may(
                            "key",
                            Base::Text,
                            "What the line is known by: a second one of that key is not written. Without it each version of a record has its line",
                        ),
                    ],
                    Idempotency::Key,
                    &[],
                )],
            },
            EntitySpec {
                name: "records",
                summary: "The records of JSON, NDJSON and XML files; the flow says which fields it reads",
                source: Some(source("Record", "Which record of the file it is, from 1 on", true)),
                lookup: None,
                writes: Vec::new(),
            },
            EntitySpec {
                name: "rows",
                summary: "The rows of a table, CSV or TSV; the flow says which columns it reads",
                source: Some(source("Row", "Which row of the file it is, from 1 on, not counting the header", false)),
                lookup: None,
                writes: Vec::new(),
            },
        ],
        operations: ["append", "read", "remove", "replace"]
            .map(|name| OperationSpec { name, path: "", rate: None, batch: if name == "read" { PAGE } else { 1 } })
            .to_vec(),
    }
}

fn settings() -> Vec<Setting> {
    let setting = |name, doc, default| Setting { name, doc, default: Some(default), secret: false };
    vec![
        setting("path", "The file to read, where it is one", ""),
        setting("folder", "The folder that files are read from and written to; nothing outside of it is touched", ""),
        setting("pattern", "Which files of the folder are read, where the flow does not say: `in/*.csv`", "*"),
        setting(
            "format",
            "`csv`, with quotes, `tsv`, without, `json`, `ndjson` or `xml`; by the file's ending where it is not said",
            "",
        ),
        setting(
            "records",
            "Where the records of a document are: `$.data.orders[*]` of JSON, `orders/order` of XML",
            "",
        ),
        setting(
            "charset",
            "What the files are written in: utf-8, windows-1252, iso-8859-15, shift_jis, …; UTF-8 or UTF-16 where it is not said",
            "",
        ),
        setting("quiet", "How long a file of the folder must not have changed before it is read", "10s"),
        setting("largest", "How many MiB a file may have that is read", "4096"),
    ]
}

fn source(name: &str, row: &'static str, nested: bool) -> SourceSpec {
    let filter = |name| FilterSpec { name, value: Type::new(Base::Text), many: false };
    let mut filters = vec![filter("charset"), filter("file"), filter("format")];
    if nested {
        filters.push(filter("records"));
    }
    SourceSpec {
        record: Arc::new(ObjectSpec {
            name: name.to_owned(),
            fields: vec![must("file", Base::Text, "The file's name in its folder"), must("row", Base::Int, row)],
            open: true,
        }),
        key: "row",
        stamp: None,
        events: Vec::new(),
        filters,
        operation: "read",
        fetch: None,
        columns: true,
    }
}

fn path() -> crate::catalog::Field {
    must("path", Base::Text, "The file in the folder: `orders/17.json`")
}

fn columns() -> crate::catalog::Field {
    may(
        "columns",
        Base::List(Box::new(Type::new(Base::Text))),
        "The columns of a table in their order; those of the rows where it is not said",
    )
}

fn write(
    verb: &'static str,
    operation: &'static str,
    fields: Vec<crate::catalog::Field>,
    idempotency: Idempotency,
    natural_key: &'static [&'static str],
) -> WriteSpec {
    let output = vec![
        must("path", Base::Text, "The file in the folder"),
        must("written", Base::Bool, "Whether something was written; false where it was there already"),
    ];
    WriteSpec {
        verb,
        input: Arc::new(object("File", fields)),
        output: Arc::new(object("WrittenFile", output)),
        operation,
        idempotency,
        natural_key,
        bulk: None,
    }
}
