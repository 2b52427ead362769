//! Lookup tables, checked as they are loaded: columns that are there, each key once, cells that are what the flow says
//! they are, and rules that can be told apart. What is wrong in a file is shown there, beside the place in the flow that
//! names it.

pub(super) mod listed;
mod reverse;
mod sheet;
mod yaml;

use std::ops::Range;

use super::Files;
use super::ast::{InlineRow, Name, TableFrom, TableRows};
use crate::catalog::{Base, Type, wire};
use crate::diag::{Code, Diagnostic, Source, Span, suggest};
use crate::plan::Table;
use crate::plan::table::Fold;
use crate::value::Value;

pub(super) use reverse::reverse;
use sheet::{Sheet, SheetRow};

/// How many findings one table may make. After those the table is what is wrong, and not its rows.
const MOST: usize = 12;

/// Loads a table. `types` are those of the columns given, where the flow says them; `path` is where the file is.
pub(super) fn load(
    from: &TableFrom,
    types: &[Option<Type>],
    path: &str,
    files: &dyn Files,
    source: &mut Source,
    found: &mut Vec<Diagnostic>,
) -> Option<Table> {
    let words = |names: &mut dyn Iterator<Item = &Name>| names.map(|name| name.text.clone()).collect::<Vec<_>>();
    let fold = fold(&from.ignoring, found)?;
    let by = words(&mut from.by.iter());
    let give = words(&mut from.give.iter().map(|(name, _)| name));
    let table = Table::new(path, by, give, fold, from.rules);
    match &from.rows {
        TableRows::File(name) => {
            let bytes = match files.read(path) {
                Ok(bytes) if bytes.len() <= sheet::MAX_BYTES => bytes,
                Ok(_) => return unreadable(name, &format!("it is larger than {} bytes", sheet::MAX_BYTES), found),
                Err(why) => return unreadable(name, &why, found),
            };
            let Ok(text) = std::str::from_utf8(&bytes) else {
                return unreadable(name, "it is not UTF-8 text", found);
            };
            let mut loading =
                Loading { from, types, name, text, source, table, places: Vec::new(), said: 0, warned: false, found };
            loading.file()
        }
        TableRows::Inline(rows) => inline(from, types, rows, table, found),
    }
}

fn unreadable(name: &Name, why: &str, found: &mut Vec<Diagnostic>) -> Option<Table> {
    found.push(
        Diagnostic::new(Code::E401, name.span, format!("the table {:?} cannot be read: {why}", name.text))
            .help("paths are relative to the file that names them; the first line of a table names its columns"),
    );
    None
}

fn fold(ignoring: &[Name], found: &mut Vec<Diagnostic>) -> Option<Fold> {
    let mut fold = Fold::default();
    for word in ignoring {
        match word.text.as_str() {
            "case" => fold.case = true,
            "punctuation" => fold.punctuation = true,
            other => {
                let message = format!("`{other}` is nothing that can be ignored");
                let help = "write `ignoring case`, `ignoring punctuation` (all but letters and digits), or both";
                found.push(Diagnostic::new(Code::E201, word.span, message).help(help));
                return None;
            }
        }
    }
    Some(fold)
}

/// A cell as the type of its column says. `None` is a cell that is not there.
fn cell(text: Option<&str>, ty: Option<&Type>) -> Result<Value, String> {
    let Some(ty) = ty else { return Ok(Value::text(text.unwrap_or(""))) };
    let blank = text.is_none_or(str::is_empty);
    if blank && ty.nullable {
        return Ok(Value::Null);
    }
    let Some(text) = text.filter(|text| !text.is_empty() || ty.base == Base::Text) else {
        return Err("is empty".to_owned());
    };
    let refuse = || format!("{text:?} is no {}", ty.base);
    match &ty.base {
        Base::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("{text:?} is neither true nor false")),
        },
        Base::Int => text.parse().map(Value::Int).map_err(|_| refuse()),
        base => wire::read(&Value::text(text), base).map_err(|_| refuse()),
    }
}

/// What is wrong with the key cells of rules.
fn pattern(keys: &[&str], from: &TableFrom) -> Result<(), (Code, String, &'static str)> {
    if !from.rules {
        return Ok(());
    }
    if let Some(cell) = keys.iter().find(|cell| cell.trim_end_matches('*').contains('*') || cell.ends_with("**")) {
        let message = format!("{cell:?} has a `*` that is not its end");
        return Err((Code::E431, message, "a cell is the whole text, `abc*` for what begins with abc, or `*` for any"));
    }
    if keys.iter().all(|cell| *cell == "*") {
        let message = "this rule fits every key, so nothing would ever be missing".to_owned();
        return Err((Code::E432, message, "say what a miss gives with `else` in the flow, where it is seen"));
    }
    Ok(())
}

/// A table's file while it is loaded.
struct Loading<'l> {
    from: &'l TableFrom,
    types: &'l [Option<Type>],
    name: &'l Name,
    text: &'l str,
    source: &'l mut Source,
    table: Table,
    /// Where the rows of the table stand.
    places: Vec<Range<usize>>,
    said: usize,
    warned: bool,
    found: &'l mut Vec<Diagnostic>,
}

impl Loading<'_> {
    fn file(&mut self) -> Option<Table> {
        let key = self.from.by.first().map_or("", |name| name.text.as_str());
        let given = self.from.give.first().map_or("", |(name, _)| name.text.as_str());
        let sheet = match sheet::read(&self.table.path, self.text, key, given) {
            Ok(sheet) => sheet,
            Err(sheet::Broken { code, why, at }) => {
                let message = format!("the table {:?} cannot be read: {why}", self.name.text);
                let help = "a cell with a comma in it stands in double quotes; a list of rows has one object for each";
                self.say(Diagnostic::new(code, self.name.span, message).help(help), at.as_slice(), "here");
                return None;
            }
        };
        let by = self.places(&sheet, &mut self.from.by.iter());
        let give = self.places(&sheet, &mut self.from.give.iter().map(|(name, _)| name));
        let (by, give) = (by?, give?);
        let mut lines = Lines { text: self.text, at: 0, line: 1 };
        for row in &sheet.rows {
            let line = lines.of(row.at.start);
            self.row(row, line, &by, &give);
            if self.said > MOST {
                break;
            }
        }
        (self.said == 0)
            .then(|| std::mem::replace(&mut self.table, Table::new("", vec![], vec![], Fold::default(), false)))
    }

    /// Where the named columns are.
    fn places(&mut self, sheet: &Sheet, names: &mut dyn Iterator<Item = &Name>) -> Option<Vec<usize>> {
        let mut places = Some(Vec::new());
        for name in names {
            match sheet.columns.iter().position(|column| *column == name.text) {
                Some(at) => {
                    if let Some(places) = &mut places {
                        places.push(at);
                    }
                }
                None => {
                    places = None;
                    let message = format!("{:?} has no column `{}`", self.name.text, name.text);
                    let diagnostic = Diagnostic::new(Code::E402, name.span, message);
                    let near = suggest::nearest(&name.text, sheet.columns.iter().map(String::as_str));
                    self.found.push(match near {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None => diagnostic.help(format!("its columns are {}", sheet.columns.join(", "))),
                    });
                }
            }
        }
        places
    }

    fn row(&mut self, row: &SheetRow, line: u32, by: &[usize], give: &[usize]) {
        let text = |at: &usize| row.cells.get(*at).and_then(Option::as_deref);
        let keys: Vec<&str> = by.iter().map(|at| text(at).unwrap_or("")).collect();
        let here = std::slice::from_ref(&row.at);
        if let Err((code, message, help)) = pattern(&keys, self.from) {
            let at = self.name.span;
            let message = format!("{:?} line {line}: {message}", self.name.text);
            return self.say(Diagnostic::new(code, at, message).help(help), here, "in this row");
        }
        if !self.from.rules && !self.warned && keys.iter().any(|key| key.ends_with('*')) {
            self.warned = true;
            let message = format!("{:?} line {line}: here `*` is a star and nothing more", self.name.text);
            let help = "write `rules` instead of `table`, so that `abc*` fits what begins with abc";
            self.show(Diagnostic::new(Code::W941, self.name.span, message).help(help), here, "in this row");
        }
        let mut given = Vec::new();
        for ((at, (name, written)), ty) in give.iter().zip(&self.from.give).zip(self.types) {
            match cell(text(at), ty.as_ref()) {
                Ok(value) => given.push(value),
                Err(why) => {
                    let span = written.as_ref().map_or(name.span, |written| written.span);
                    let message = format!("{:?} line {line}: `{}` {why}", self.name.text, name.text);
                    let help = "mend the cell; where it may be empty, give the type a `?`";
                    return self.say(Diagnostic::new(Code::E433, span, message).help(help), here, "in this row");
                }
            }
        }
        let owned = keys.iter().map(|key| (*key).to_owned()).collect();
        match self.table.insert(owned, given, line) {
            Ok(()) => self.places.push(row.at.clone()),
            Err(first) => self.twice(first, row, line, &keys.join(", ")),
        }
    }

    fn twice(&mut self, first: usize, row: &SheetRow, line: u32, shown: &str) {
        let first_line = self.table.rows().get(first).map_or(0, |row| row.line);
        let message =
            format!("{:?} has the key {shown:?} in line {first_line} and again in line {line}", self.name.text);
        let places = [self.places.get(first).cloned().unwrap_or_default(), row.at.clone()];
        let diagnostic = Diagnostic::new(Code::E403, self.name.span, message).help("remove one of the two rows");
        self.say(diagnostic, &places, "with this key");
    }

    /// Says something that is to be seen in the file.
    fn say(&mut self, diagnostic: Diagnostic, at: &[Range<usize>], label: &str) {
        self.said += 1;
        if self.said > MOST {
            let message = format!("{:?} has more rows like these; they are not told", self.name.text);
            return self.found.push(Diagnostic::new(diagnostic.code, self.name.span, message));
        }
        self.show(diagnostic, at, label);
    }

    fn show(&mut self, mut diagnostic: Diagnostic, at: &[Range<usize>], label: &str) {
        let shown = beside(&self.source.name, &self.table.path);
        if let Some(start) = self.source.add(&shown, self.text) {
            for at in at.iter().filter(|at| at.end <= self.text.len()) {
                diagnostic = diagnostic.label(Span::new(start + at.start, start + at.end), label);
            }
        }
        self.found.push(diagnostic);
    }
}

/// The path of a file that stands beside another, for messages.
pub(super) fn beside(file: &str, path: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{path}"),
        None => path.to_owned(),
    }
}

/// Line numbers of places that come in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u32 {
        if at < self.at {
            (self.at, self.line) = (0, 1);
        }
        let between = self.text.get(self.at..at).unwrap_or_default();
        self.line += u32::try_from(between.matches('\n').count()).unwrap_or(0);
        self.at = at;
        self.line
    }
}

fn inline(
    from: &TableFrom,
    types: &[Option<Type>],
    rows: &[InlineRow],
    mut table: Table,
    found: &mut Vec<Diagnostic>,
) -> Option<Table> {
    let before = found.len();
    for (number, row) in rows.iter().enumerate() {
        let expected = |what: &str, count: usize, wanted: usize| {
            let plural = if wanted == 1 { "" } else { "s" };
            let message = format!(
                "this row has {count} {what}, and there {} {wanted} column{plural}",
                if wanted == 1 { "is" } else { "are" }
            );
            let help = "a row is `\"key\" => value`, with several `\"a\", \"b\" => [1, 2]`";
            Diagnostic::new(Code::E303, row.span, message).help(help)
        };
        if row.keys.len() != from.by.len() {
            let what = if row.keys.len() == 1 { "key" } else { "keys" };
            found.push(expected(what, row.keys.len(), from.by.len()));
            continue;
        }
        if row.gives.len() != from.give.len() {
            let what = if row.gives.len() == 1 { "value" } else { "values" };
            found.push(expected(what, row.gives.len(), from.give.len()));
            continue;
        }
        let keys: Vec<&str> = row.keys.iter().map(|key| key.text.as_str()).collect();
        if let Err((code, message, help)) = pattern(&keys, from) {
            found.push(Diagnostic::new(code, row.span, message).help(help));
            continue;
        }
        let mut given = Vec::new();
        for ((value, (name, _)), ty) in row.gives.iter().zip(&from.give).zip(types) {
            match literal(value, ty.as_ref()) {
                Ok(value) => given.push(value),
                Err(why) => {
                    let message = format!("`{}` {why}", name.text);
                    let diagnostic = Diagnostic::new(Code::E433, row.span, message);
                    found.push(diagnostic.label(name.span, "declared here").help("mend the value, or the type"));
                }
            }
        }
        if given.len() != row.gives.len() {
            continue;
        }
        let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let owned = keys.iter().map(|key| (*key).to_owned()).collect();
        if let Err(first) = table.insert(owned, given, line) {
            let at = row
                .keys
                .first()
                .map_or(row.span, |key| key.span.to(row.keys.last().map_or(key.span, |last| last.span)));
            let first_line = table.rows().get(first).map_or(1, |row| row.line) as usize;
            let first = rows.get(first_line - 1).and_then(|row| row.keys.first()).map_or(at, |key| key.span);
            found.push(
                Diagnostic::new(Code::E403, at, format!("the key {:?} is there twice", keys.join(", ")))
                    .label(first, "here is the first")
                    .help("remove one of the two rows"),
            );
        }
    }
    (found.len() == before).then_some(table)
}

/// A value that stands in the flow as the type of its column says.
fn literal(value: &Value, ty: Option<&Type>) -> Result<Value, String> {
    match (value, ty) {
        (_, None) => Ok(value.clone()),
        (Value::Null, Some(ty)) if ty.nullable => Ok(Value::Null),
        (Value::Null, Some(_)) => Err("may not be null".to_owned()),
        (value, Some(ty)) => wire::read(value, &ty.base).map_err(|wrong| wrong.message),
    }
}

#[cfg(test)]
mod tests {
    use super::sheet::{self, read};

    fn rows(path: &str, text: &str) -> Vec<String> {
        let sheet = read(path, text, "key", "value").unwrap_or_else(|broken| panic!("{broken:?}"));
        let mut told = vec![sheet.columns.join("|")];
        for row in sheet.rows {
            let cells: Vec<&str> = row.cells.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect();
            told.push(format!("{} @ {}", cells.join("|"), &text[row.at]));
        }
        told
    }

    #[test]
    fn every_format_gives_the_same_rows_with_their_places() {
        let csv = "\u{feff}# a comment\na,b\n\n# another\n1.10,x\n\"2,5\",\n";
        assert_eq!(rows("t.csv", csv), ["a|b", "1.10|x @ 1.10,x", "2,5| @ \"2,5\","]);
        assert_eq!(rows("t.tsv", "a\tb\n1.10\tx\n"), ["a|b", "1.10|x @ 1.10\tx"]);
        let json = "[\n {\"a\": 1.10, \"b\": \"x\"},\n {\"a\": \"]\", \"c\": null}\n]";
        assert_eq!(
            rows("t.json", json),
            ["a|b|c", "1.10|x|- @ {\"a\": 1.10, \"b\": \"x\"}", "]|-|- @ {\"a\": \"]\", \"c\": null}"]
        );
        assert_eq!(rows("t.json", "{\"x\": 1,\n\"y\": 2}"), ["key|value", "x|1 @ \"x\": 1", "y|2 @ \"y\": 2"]);
        let yaml = "# all\n- a: 1.10\n  b: x\n- a: NO\n  b: ~\n";
        assert_eq!(rows("t.yaml", yaml), ["a|b", "1.10|x @ - a: 1.10", "NO|- @ - a: NO"]);
        assert_eq!(rows("t.yml", "x: 007\ny: 2\n"), ["key|value", "x|007 @ x: 007", "y|2 @ y: 2"]);
        let nested = "x:\n  b: 1\ny:\n  b: 2\n";
        assert_eq!(rows("t.yaml", nested), ["key|b", "x|1 @ x:", "y|2 @ y:"]);
    }

    #[test]
    fn what_is_no_table_is_told_with_its_place() {
        let broken = |path: &str, text: &str| {
            let sheet::Broken { why, at, .. } = read(path, text, "key", "value").unwrap_err();
            format!("{why} @ {}", at.map_or("", |at| &text[at]))
        };
        assert_eq!(broken("t.csv", "a,b\n1,2\n3\n"), "a row has 1 cell, and there are 2 columns @ 3");
        assert_eq!(broken("t.json", "[{\"a\": [1]}]"), "a cell is list, not one value @ {\"a\": [1]}");
        assert_eq!(broken("t.json", "[\n1]"), "a row is int, not an object @ 1");
        assert!(broken("t.json", "{\n\n  nope").ends_with("@   nope"));
        assert!(broken("t.yaml", "- a: 1\n- b: [1]\n").ends_with("@ - b: [1]"));
        assert!(broken("t.yaml", "3").contains("a list of rows"));
    }
}
