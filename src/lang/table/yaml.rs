//! Tables in YAML: a list of rows, or a mapping from keys. Each cell keeps its own text, so `1.10` stays `1.10` and `NO`
//! stays `NO`. The library tells places only for errors, so where rows begin is taken from the text itself.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::sheet::{Broken, Builder, Sheet};

/// How many rows a table may have once its aliases are resolved.
const MAX_ROWS: usize = 2_000_000;

/// Reads a table.
pub(super) fn read(text: &str, key: &str, given: &str) -> Result<Sheet, Broken> {
    let rows = match serde_yaml::from_str::<Rows<Named>>(text) {
        Ok(rows) => rows.0,
        // A mapping from keys to single values.
        Err(error) => match serde_yaml::from_str::<Rows<Cell>>(text) {
            Ok(rows) => {
                let named = |(key, Cell(value))| (key, Named(vec![(given.to_owned(), value)]));
                rows.0.into_iter().map(named).collect()
            }
            Err(_) => return Err(broken(text, &error)),
        },
    };
    let list = rows.first().is_some_and(|(key, _)| key.is_none());
    let mut places = places(text, list).into_iter();
    let mut builder = Builder::default();
    for (name, Named(cells)) in rows {
        let before = name.map(|name| (key.to_owned(), Some(name)));
        builder.row(before.into_iter().chain(cells).collect(), places.next().unwrap_or(0..0));
    }
    Ok(builder.sheet)
}

fn broken(text: &str, error: &serde_yaml::Error) -> Broken {
    let place = error.location().map(|place| {
        let start: usize = text.split_inclusive('\n').take(place.line().saturating_sub(1)).map(str::len).sum();
        let length = text.get(start..).map_or(0, |rest| rest.lines().next().unwrap_or("").trim_end().len());
        start..start + length
    });
    Broken::new(error.to_string(), place)
}

/// Where rows begin: the lines with the least indent, which in a list are those with a dash.
fn places(text: &str, list: bool) -> Vec<Range<usize>> {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        let says = line.trim();
        if !says.is_empty() && !says.starts_with('#') && says != "---" && (!list || says.starts_with('-')) {
            found.push((start, at + start..at + start + says.len()));
        }
        at += line.len();
    }
    let least = found.iter().map(|(indent, _)| *indent).min().unwrap_or(0);
    found.into_iter().filter(|(indent, _)| *indent == least).map(|(_, at)| at).collect()
}

/// Rows with their keys, where those stand before them.
struct Rows<R>(Vec<(Option<String>, R)>);

/// A row's cells with their names.
struct Named(Vec<(String, Option<String>)>);

/// The text of one value, as it is written.
struct Cell(Option<String>);

impl<'de, R: Deserialize<'de>> Deserialize<'de> for Rows<R> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Outer<R>(PhantomData<R>);
        impl<'de, R: Deserialize<'de>> Visitor<'de> for Outer<R> {
            type Value = Rows<R>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows, or a mapping from keys to rows")
            }

            fn visit_unit<E>(self) -> Result<Rows<R>, E> {
                Ok(Rows(Vec::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows<R>, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = items.next_element()? {
                    rows.push((None, row));
                    few(rows.len())?;
                }
                Ok(Rows(rows))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Rows<R>, A::Error> {
                let mut rows = Vec::new();
                while let Some((Cell(key), row)) = entries.next_entry()? {
                    rows.push((Some(key.unwrap_or_default()), row));
                    few(rows.len())?;
                }
                Ok(Rows(rows))
            }
        }
        from.deserialize_any(Outer(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Cells;
        impl<'de> Visitor<'de> for Cells {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row: a mapping from columns to cells")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Named, A::Error> {
                let mut cells = Vec::new();
                while let Some((Cell(name), Cell(value))) = entries.next_entry()? {
                    let name = name.unwrap_or_default();
                    if cells.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format!("the column `{name}` is there twice")));
                    }
                    cells.push((name, value));
                    few(cells.len())?;
                }
                Ok(Named(cells))
            }
        }
        from.deserialize_map(Cells)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Cell(Option::<String>::deserialize(from)?))
    }
}

/// Aliases can make a small file a large table.
fn few<E: Error>(count: usize) -> Result<(), E> {
    if count > MAX_ROWS { Err(E::custom("there are too many rows")) } else { Ok(()) }
}
