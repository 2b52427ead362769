//! Records of XML files, one at a time, and XML as text. Elements and `@attributes` become fields by their names without
//! prefixes, several of one name a list, text beside them `#text`; an element with text alone is that text. That is how
//! the functions `parse_xml` and `to_xml` have it too.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::documents::MAX_RECORD;
use super::input::{Counted, Input};
use super::{Bad, Records};
use crate::value::{Object, Value};

/// How deep elements may stand in each other.
const MAX_DEPTH: usize = 100;
/// How many values a record may have.
const MAX_PARTS: usize = 200_000;

/// Elements that are a record each.
pub(super) struct Elements {
    reader: Reader<Counted>,
    buffer: Vec<u8>,
    /// The names of the elements that lead to a record, and its own.
    path: Vec<String>,
    /// The names of the elements that are open.
    open: Vec<String>,
    ended: bool,
}

/// An element that is being read.
#[derive(Default)]
struct Part {
    fields: Vec<(String, Value)>,
    text: String,
}

impl Elements {
    /// `path` is like `orders/order`.
    pub(super) fn new(input: Input, path: &str) -> Self {
        let path = path.split('/').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut reader = Reader::from_reader(Counted::new(input));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), path, open: Vec::new(), ended: false }
    }

    fn bad(&self, message: impl Into<String>) -> Bad {
        let at = self.reader.get_ref();
        Bad { line: at.line, column: at.column, message: message.into() }
    }

    /// The next event, without its borrow of the buffer.
    fn event(&mut self) -> Result<Event<'static>, Bad> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event.into_owned()),
            Err(error) => Err(self.bad(format!("this is not XML that can be read: {error}"))),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<Part, Bad> {
        self.open.push(start.local_name().as_ref().to_owned());
        if self.open.len() > MAX_DEPTH {
            return Err(self.bad(format!("elements stand in each other deeper than {MAX_DEPTH}")));
        }
        let mut part = Part::default();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.bad(error.to_string()))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let name = format!("@{}", attribute.key.local_name().as_ref());
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| self.bad(error.to_string()))?;
            part.fields.push((name, Value::text(value)));
        }
        Ok(part)
    }

    /// Reads the record whose element has just begun.
    fn record(&mut self, first: Part) -> Result<Value, Bad> {
        let from = self.reader.buffer_position();
        let mut parts = vec![first];
        let mut count = 0_usize;
        loop {
            count += 1;
            if count > MAX_PARTS || self.reader.buffer_position() - from > MAX_RECORD as u64 {
                let message = format!("a record is larger than {MAX_RECORD} bytes or {MAX_PARTS} parts");
                return Err(self.bad(message));
            }
            match self.event()? {
                Event::Start(start) => {
                    let part = self.start(&start)?;
                    parts.push(part);
                }
                Event::End(_) => {
                    let name = self.open.pop().unwrap_or_default();
                    let Some(part) = parts.pop() else { return Err(self.bad("an element ends that did not begin")) };
                    let value = part.value();
                    match parts.last_mut() {
                        Some(around) => around.fields.push((name, value)),
                        None => return Ok(value),
                    }
                }
                Event::Text(text) => {
                    if let Some(part) = parts.last_mut() {
                        part.text.push_str(&text);
                    }
                }
                Event::CData(text) => {
                    if let Some(part) = parts.last_mut() {
                        part.text.push_str(&text);
                    }
                }
                Event::GeneralRef(name) => {
                    let sign = match name.resolve_char_ref() {
                        Ok(Some(sign)) => sign.to_string(),
                        Ok(None) => {
                            let known = resolve_predefined_entity(&name).map(str::to_owned);
                            known.ok_or_else(|| self.bad("this entity is not known; document types are not read"))?
                        }
                        Err(error) => return Err(self.bad(error.to_string())),
                    };
                    if let Some(part) = parts.last_mut() {
                        part.text.push_str(&sign);
                    }
                }
                Event::Eof => return Err(self.bad("the document ends too early; was it cut off?")),
                Event::DocType(_) => return Err(self.bad("document types are not read")),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Empty(_) => {}
            }
        }
    }
}

impl Records for Elements {
    fn next(&mut self) -> Result<Option<Value>, Bad> {
        while !self.ended {
            match self.event()? {
                Event::Start(start) => {
                    let part = self.start(&start)?;
                    if self.open == self.path {
                        return self.record(part).map(Some);
                    }
                    if self.open.len() == 1 && self.path.first() != self.open.first() {
                        let (is, wanted) = (self.open.concat(), self.path.first().cloned().unwrap_or_default());
                        return Err(
                            self.bad(format!("the document is a `{is}`, and records are looked for in `{wanted}`"))
                        );
                    }
                }
                Event::End(_) => {
                    self.open.pop();
                }
                Event::DocType(_) => return Err(self.bad("document types are not read")),
                Event::Eof if !self.open.is_empty() => {
                    return Err(self.bad("the document ends too early; was it cut off?"));
                }
                Event::Eof => self.ended = true,
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Part {
    fn value(mut self) -> Value {
        let text = self.text.trim();
        if self.fields.is_empty() {
            return Value::text(text);
        }
        if !text.is_empty() {
            self.fields.push(("#text".to_owned(), Value::text(text)));
        }
        let mut order: Vec<String> = Vec::new();
        let mut grouped: HashMap<String, Vec<Value>> = HashMap::new();
        for (name, value) in self.fields {
            let values = grouped.entry(name.clone()).or_default();
            if values.is_empty() {
                order.push(name);
            }
            values.push(value);
        }
        let mut object = Object::new();
        for name in order {
            let mut values = grouped.remove(&name).unwrap_or_default();
            let value = match values.len() {
                1 => values.pop().unwrap_or_default(),
                _ => Value::list(values),
            };
            object.push(name, value);
        }
        Value::object(object)
    }
}

/// The charset that a document says it is in, in its first line, where it is not UTF-8.
pub(super) fn declared(path: &std::path::Path) -> Option<String> {
    let mut input = std::io::BufReader::with_capacity(256, std::fs::File::open(path).ok()?);
    let head = String::from_utf8_lossy(input.fill_buf().ok()?).into_owned();
    let head = head.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split_once("?>")?.0.to_owned();
    let (_, rest) = head.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
    rest.get(1..)?.split_once(quote).map(|(name, _)| name.to_owned())
}

/// An object with one field as an XML document.
pub(super) fn write(value: &Value) -> Result<String, String> {
    let mut fields = value.as_object().into_iter().flat_map(Object::iter);
    let (Some((name, value)), None) = (fields.next(), fields.next()) else {
        return Err("an XML document has one element that holds all others: { name = { … } }".to_owned());
    };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut out, name, value, 0)?;
    out.push('\n');
    Ok(out)
}

fn element(out: &mut String, name: &str, value: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("elements would stand in each other deeper than {MAX_DEPTH}"));
    }
    let object = match value {
        Value::Null => return Ok(()),
        Value::List(items) => return items.iter().try_for_each(|item| element(out, name, item, depth + 1)),
        Value::Object(object) => Some(object),
        _ => None,
    };
    let name = sound(name)?;
    out.push('<');
    out.push_str(name);
    let mut inside = String::new();
    match object {
        None => inside = escaped(&value.display()),
        Some(object) => {
            for (field, value) in object.iter().filter(|(_, value)| !value.is_null()) {
                let single = || match value {
                    Value::List(_) | Value::Object(_) => Err(format!("`{field}` must be a single value")),
                    value => Ok(escaped(&value.display())),
                };
                if let Some(attribute) = field.strip_prefix('@') {
                    out.push_str(&format!(" {}=\"{}\"", sound(attribute)?, single()?));
                } else if **field == *"#text" {
                    inside.push_str(&single()?);
                } else {
                    element(&mut inside, field, value, depth + 1)?;
                }
            }
        }
    }
    match inside.is_empty() {
        true => out.push_str("/>"),
        false => out.push_str(&format!(">{inside}</{name}>")),
    }
    Ok(())
}

/// A name that XML allows.
fn sound(name: &str) -> Result<&str, String> {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if begins && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')) {
        return Ok(name);
    }
    Err("the name of a field is no name of an element: it begins with a letter and has no spaces".to_owned())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            // XML 1.0 has no way to write other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn read(text: &str, path: &str) -> Result<Vec<String>, String> {
        let mut elements = Elements::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), path);
        let mut out = Vec::new();
        while let Some(value) =
            elements.next().map_err(|bad| format!("{}:{}: {}", bad.line, bad.column, bad.message))?
        {
            out.push(json::to_string(&value));
        }
        Ok(out)
    }

    #[test]
    fn elements_become_records() {
        let text = "<?xml version='1.0'?>\n<s:orders xmlns:s='urn:x' date='d'><s:order id='1'><sku>A &amp; B&#33;</sku><n>1</n><n>2</n></s:order>\
            <!-- no --><other/><order><![CDATA[<x>]]></order><order/></s:orders>";
        assert_eq!(
            read(text, "orders/order").unwrap(),
            [r#"{"@id":"1","sku":"A & B!","n":["1","2"]}"#, r#""<x>""#, r#""""#]
        );
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        assert!(read("<a>\n<b>x", "a/b").unwrap_err().starts_with("2:"));
        assert!(read("<a>\n<b>x</c></a>", "a/b").unwrap_err().starts_with("2:"));
        assert!(read("<z/>", "a/b").unwrap_err().contains("the document is a `z`"));
        assert!(read("<!DOCTYPE a [<!ENTITY x 'y'>]><a><b>&x;</b></a>", "a/b").unwrap_err().contains("document types"));
        assert!(read("<a><b>&x;</b></a>", "a/b").unwrap_err().contains("entity"));
        let deep = format!("<a><b>{}</b></a>", "<c>".repeat(200));
        assert!(read(&deep, "a/b").unwrap_err().contains("deeper"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let record = r#"{"@id":"1","sku":"A & <B>","n":["1","2"],"deep":{"x":"\"y\""}}"#;
        let value = json::parse(format!(r#"{{"orders":{{"order":[{record}]}}}}"#).as_bytes()).unwrap();
        let text = write(&value).unwrap();
        assert_eq!(read(&text, "orders/order").unwrap(), [record]);
        assert!(write(&json::parse(b"{\"a\":1,\"b\":2}").unwrap()).is_err());
        assert!(write(&json::parse(b"{\"a b\":1}").unwrap()).is_err());
    }
}
