//! Records of JSON and NDJSON files, one at a time: of a document only the record at hand is in memory, where the path to
//! the records is a plain one. A query that looks about in the document needs all of it.

use std::collections::VecDeque;
use std::io::{BufRead, Read};

use super::input::{Counted, Input};
use super::{Bad, Records};
use crate::value::query::form::{Segment, Selector};
use crate::value::query::{MAX_WORK, Query};
use crate::value::{Value, json};

/// How large a record may be, in bytes.
pub(super) const MAX_RECORD: usize = 16 << 20;
/// How large a document may be whose records are found by a query that needs all of it, in bytes.
const MAX_WHOLE: u64 = 64 << 20;
/// How many records such a query may find.
const MAX_FOUND: usize = 1_000_000;

/// Lines that are a record each.
pub(super) struct Ndjson {
    input: Input,
    line: usize,
    text: Vec<u8>,
    reader: json::Reader,
}

impl Ndjson {
    pub(super) fn new(input: Input) -> Self {
        Self { input, line: 0, text: Vec::new(), reader: json::Reader::default() }
    }
}

impl Records for Ndjson {
    fn next(&mut self) -> Result<Option<Value>, Bad> {
        loop {
            self.text.clear();
            self.line += 1;
            let bad = |column, message: String| Bad { line: self.line, column, message };
            let mut part = (&mut self.input).take(MAX_RECORD as u64 + 1);
            let read = part.read_until(b'\n', &mut self.text).map_err(|error| bad(1, error.to_string()))?;
            if read == 0 {
                return Ok(None);
            }
            if self.text.len() > MAX_RECORD {
                return Err(bad(1, format!("a record is longer than {MAX_RECORD} bytes")));
            }
            let text = self.text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let before = self.text.len() - self.text.trim_ascii_start().len();
            let parsed = self.reader.parse(text);
            return parsed.map(Some).map_err(|error| bad(before + error.column, error.message));
        }
    }
}

/// Records inside of one document.
pub(super) struct Document {
    input: Counted,
    way: Way,
    text: Vec<u8>,
    reader: json::Reader,
    /// How many objects are open around the list.
    open: usize,
    state: State,
    found: VecDeque<Value>,
}

/// Where the records are.
enum Way {
    /// The items of the list that these names lead to.
    Items(Vec<String>),
    /// The items where the document is a list, else the document itself.
    Whole,
    /// What a query finds.
    Query(Query),
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    First,
    Items,
    Ended,
}

impl Document {
    /// `records` says where the records are.
    pub(super) fn new(input: Input, records: Option<&Query>) -> Self {
        let way = records.map_or(Way::Whole, |query| plain(query).unwrap_or_else(|| Way::Query(query.clone())));
        Self {
            input: Counted::new(input),
            way,
            text: Vec::new(),
            reader: json::Reader::default(),
            open: 0,
            state: State::Start,
            found: VecDeque::new(),
        }
    }

    fn bad(&self, message: impl Into<String>) -> Bad {
        Bad { line: self.input.line, column: self.input.column, message: message.into() }
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Result<Option<u8>, Bad> {
        loop {
            let text = self.input.fill_buf();
            let text = match text {
                Ok(text) => text,
                Err(error) => return Err(self.bad(error.to_string())),
            };
            if text.is_empty() {
                return Ok(None);
            }
            match text.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(at) => {
                    let byte = text.get(at).copied();
                    self.input.consume(at);
                    return Ok(byte);
                }
                None => {
                    let all = text.len();
                    self.input.consume(all);
                }
            }
        }
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Bad> {
        match self.peek()? {
            Some(byte) if byte == wanted => {
                self.input.consume(1);
                Ok(())
            }
            None => Err(self.bad("the document ends too early; was it cut off?")),
            Some(_) => Err(self.bad(format!("`{}` is expected here", char::from(wanted)))),
        }
    }

    /// Goes over a value; its text is kept where it is wanted.
    fn value(&mut self, keep: bool) -> Result<(), Bad> {
        self.text.clear();
        let Some(first) = self.peek()? else {
            return Err(self.bad("the document ends too early; was it cut off?"));
        };
        let scalar = !matches!(first, b'{' | b'[' | b'"');
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        loop {
            let text = match self.input.fill_buf() {
                Ok(text) => text,
                Err(error) => return Err(self.bad(error.to_string())),
            };
            if text.is_empty() {
                return if scalar { Ok(()) } else { Err(self.bad("the document ends too early; was it cut off?")) };
            }
            let mut taken = 0;
            let mut over = false;
            for byte in text {
                if scalar && matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n') {
                    over = true;
                    break;
                }
                taken += 1;
                if quoted {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => quoted = false,
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => quoted = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
                if !scalar && depth == 0 && !quoted {
                    over = true;
                    break;
                }
            }
            if keep {
                self.text.extend_from_slice(text.get(..taken).unwrap_or_default());
            }
            self.input.consume(taken);
            if self.text.len() > MAX_RECORD {
                return Err(self.bad(format!("a record is longer than {MAX_RECORD} bytes")));
            }
            if over {
                return Ok(());
            }
        }
    }

    /// Reads the value that comes next.
    fn read(&mut self) -> Result<Value, Bad> {
        self.peek()?;
        let (line, column) = (self.input.line, self.input.column);
        self.value(true)?;
        self.reader.parse(&self.text).map_err(|error| Bad {
            line: line + error.line - 1,
            column: if error.line == 1 { column + error.column - 1 } else { error.column },
            message: error.message,
        })
    }

    /// Goes to the list; false where there is none because it is the document itself that is wanted.
    fn enter(&mut self) -> Result<bool, Bad> {
        let names = match &self.way {
            Way::Items(names) => names.clone(),
            _ => return Ok(self.peek()? == Some(b'[')),
        };
        for name in &names {
            self.expect(b'{')?;
            self.open += 1;
            loop {
                if self.peek()? == Some(b'}') {
                    return Err(self.bad(format!("there is no `{name}` in the document, where the records should be")));
                }
                let found = self.read()?;
                self.expect(b':')?;
                if found.as_text() == Some(name) {
                    break;
                }
                self.value(false)?;
                if self.peek()? == Some(b',') {
                    self.input.consume(1);
                }
            }
        }
        if self.peek()? == Some(b'[') {
            return Ok(true);
        }
        Err(self.bad("the records are no list"))
    }

    /// Goes over what stands behind the list, so that a document that was cut off is not taken for a whole one.
    fn leave(&mut self) -> Result<(), Bad> {
        while self.open > 0 {
            match self.peek()? {
                Some(b',') => {
                    self.input.consume(1);
                    self.read()?;
                    self.expect(b':')?;
                    self.value(false)?;
                }
                _ => {
                    self.expect(b'}')?;
                    self.open -= 1;
                }
            }
        }
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.bad("there is more behind the end of the document")),
        }
    }

    fn query(&mut self) -> Result<(), Bad> {
        let Way::Query(query) = &self.way else { return Ok(()) };
        let query = query.clone();
        let mut text = Vec::new();
        let read = (&mut self.input).take(MAX_WHOLE + 1).read_to_end(&mut text);
        read.map_err(|error| self.bad(error.to_string()))?;
        if text.len() as u64 > MAX_WHOLE {
            let message = format!(
                "the document is larger than {} MiB, and `{}` needs all of it; a path of names with [*] at its end does not",
                MAX_WHOLE >> 20,
                query.text()
            );
            return Err(self.bad(message));
        }
        let whole = self.reader.parse(&text);
        let whole =
            whole.map_err(|error| Bad { line: error.line, column: error.column, message: error.message.clone() })?;
        let mut work = MAX_WORK;
        let found = query.run(&whole, MAX_FOUND, &mut work).map_err(|error| self.bad(error.message))?;
        self.found = found.into_iter().cloned().collect();
        Ok(())
    }
}

impl Records for Document {
    fn next(&mut self) -> Result<Option<Value>, Bad> {
        if self.state == State::Start {
            if let Way::Query(_) = self.way {
                self.query()?;
                self.state = State::Ended;
            } else if self.enter()? {
                self.input.consume(1);
                self.state = State::First;
            } else {
                let whole = self.read()?;
                self.leave()?;
                self.state = State::Ended;
                return Ok(Some(whole));
            }
        }
        match (self.state, self.peek_item()?) {
            (State::Ended, _) => Ok(self.found.pop_front()),
            (_, Some(b']')) => {
                self.input.consume(1);
                self.leave()?;
                self.state = State::Ended;
                Ok(None)
            }
            (State::First, _) => {
                self.state = State::Items;
                self.read().map(Some)
            }
            _ => {
                self.expect(b',')?;
                self.read().map(Some)
            }
        }
    }
}

impl Document {
    fn peek_item(&mut self) -> Result<Option<u8>, Bad> {
        if self.state == State::Ended { Ok(None) } else { self.peek() }
    }
}

/// A query of names with `[*]` at its end.
fn plain(query: &Query) -> Option<Way> {
    let mut names = Vec::new();
    let (last, before) = query.segments().split_last()?;
    for segment in before {
        match single(segment)? {
            Selector::Name(name) => names.push(name.to_string()),
            _ => return None,
        }
    }
    matches!(single(last)?, Selector::All).then_some(Way::Items(names))
}

fn single(segment: &Segment) -> Option<&Selector> {
    match segment.selectors.as_slice() {
        [selector] if !segment.deep => Some(selector),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, records: Option<&str>) -> Result<Vec<String>, String> {
        let query = records.map(|text| Query::parse(text).unwrap());
        let input: Input = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        all(Document::new(input, query.as_ref()))
    }

    fn all(mut records: impl Records) -> Result<Vec<String>, String> {
        let mut out = Vec::new();
        while let Some(value) = records.next().map_err(|bad| format!("{}:{}: {}", bad.line, bad.column, bad.message))? {
            out.push(json::to_string(&value));
        }
        assert!(records.next().unwrap().is_none(), "the end stays the end");
        Ok(out)
    }

    #[test]
    fn records_are_found_where_the_path_says() {
        let text = r#" {"head": {"a": [1, "]}"]}, "data": {"orders": [ {"id": "1", "n": 1.10} , {"id": "2,\"]"}, 3 ]}, "tail": [] } "#;
        let wanted = [r#"{"id":"1","n":1.10}"#, r#"{"id":"2,\"]"}"#, "3"];
        assert_eq!(read(text, Some("$.data.orders[*]")).unwrap(), wanted);
        assert_eq!(read(text, Some("$.data.orders[?@.n > 1]")).unwrap(), wanted[..1]);
        assert_eq!(read("[1,[2],{}]", None).unwrap(), ["1", "[2]", "{}"]);
        assert_eq!(read("[]", Some("$[*]")).unwrap(), [""; 0]);
        assert_eq!(read(r#"{"a": 1}"#, None).unwrap(), [r#"{"a":1}"#]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let wrong = |text: &str, records: &str| read(text, Some(records)).unwrap_err();
        assert_eq!(wrong("{\"a\": [1, 2", "$.a[*]"), "1:12: the document ends too early; was it cut off?");
        assert_eq!(wrong("{\"a\": [1, 2]", "$.a[*]"), "1:13: the document ends too early; was it cut off?");
        assert_eq!(wrong("{\"a\": [1]} x", "$.a[*]"), "1:12: there is more behind the end of the document");
        assert_eq!(wrong("{\"b\": 1}", "$.a[*]"), "1:8: there is no `a` in the document, where the records should be");
        assert_eq!(wrong("{\"a\": 1}", "$.a[*]"), "1:7: the records are no list");
        let twice = wrong("[\n  {\"a\": 1,\n   \"a\": 2}\n]", "$[*]");
        assert!(twice.starts_with("3:"), "{twice}");
        let deep = format!("[{}{}]", "[".repeat(200), "]".repeat(200));
        assert!(
            wrong(&deep, "$[*]").contains("nest") || wrong(&deep, "$[*]").contains("deep"),
            "{}",
            wrong(&deep, "$[*]")
        );
    }

    #[test]
    fn lines_are_records() {
        let lines = |text: &str| all(Ndjson::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec()))));
        assert_eq!(lines("{\"a\":1}\r\n\n  {\"a\":2}\n{\"a\":3}").unwrap(), ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
        assert!(lines("{}\n  {\"a\":}\n").unwrap_err().starts_with("2:"), "{:?}", lines("{}\n  {\"a\":}\n"));
    }
}
