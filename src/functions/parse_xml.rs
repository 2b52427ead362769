//! Reads XML that arrives inside a field. What its schema would say, the author says: which names are always lists.

use std::sync::Arc;

use super::blank;
use super::groups;
use super::param::{one, optional};
use super::shape;
use super::texts;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "parse_xml",
    family: "format",
    summary: "An XML text as objects: elements and `@attributes` by name, several of one name as a list, `#text` beside them; an element with text alone is that text.",
    params: &[
        one("text", Params::TEXT),
        optional("lists", Params::LIST).doc("Names of elements that are lists even where there is only one"),
    ],
    returns: Returns::Worked(|_| shape::open()),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_xml("<o id='1'><sku>A</sku><n>2</n><n>3</n></o>")"#,
            gives: r#"{"o":{"@id":"1","sku":"A","n":["2","3"]}}"#,
        },
        Example { call: r#"parse_xml("<o><n>2</n></o>", ["n"])"#, gives: r#"{"o":{"n":["2"]}}"# },
        Example { call: r#"parse_xml("<o/>")"#, gives: r#"{"o":""}"# },
        Example { call: r#"parse_xml("<o>")"#, gives: "error: not XML" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let lists = if args.given(1) { texts::read(args, 1)? } else { Vec::new() };
    let text = args.text(0)?;
    let options = roxmltree::ParsingOptions { nodes_limit: 200_000, ..roxmltree::ParsingOptions::default() };
    if too_deep(text) {
        return Err(FunctionError::new(format!("the XML is nested deeper than {DEPTH} elements")));
    }
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        // The reader's own message may repeat a part of the text.
        let at = error.pos();
        FunctionError::new(format!(
            "the text is not XML that can be read (no document types, at most 200000 parts); see line {} column {} of it",
            at.row, at.col
        ))
    })?;
    let root = document.root_element();
    let mut out = Object::new();
    out.push(Arc::from(root.tag_name().name()), element(root, &lists));
    Ok(Value::object(out))
}

/// How deep elements may stand in each other.
const DEPTH: usize = 100;

/// Whether elements may be nested too deep, told by the marks alone, before anything walks them.
fn too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    for part in text.split('<').skip(1) {
        if part.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if part.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':')
            && !part.split('>').next().unwrap_or_default().ends_with('/')
        {
            depth += 1;
            if depth > DEPTH {
                return true;
            }
        }
    }
    false
}

fn element(node: roxmltree::Node<'_, '_>, lists: &[&str]) -> Value {
    let mut fields: Vec<(String, Value)> = Vec::new();
    for attribute in node.attributes() {
        fields.push((format!("@{}", attribute.name()), Value::text(attribute.value())));
    }
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            fields.push((child.tag_name().name().to_owned(), element(child, lists)));
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    let text = blank::trim(&text);
    if fields.is_empty() {
        return Value::text(text);
    }
    if !text.is_empty() {
        fields.push(("#text".to_owned(), Value::text(text)));
    }
    let names: Vec<Value> = fields.iter().map(|(name, _)| Value::text(name)).collect();
    let grouped = groups::by(names.iter().zip(fields.iter().map(|(_, value)| value)));
    let named = grouped.into_iter().map(|(name, values)| {
        let name = name.as_text().unwrap_or_default();
        let value = match values.as_slice() {
            [value] if !lists.contains(&name) => Value::clone(value),
            values => Value::list(values.iter().copied().cloned().collect()),
        };
        (Arc::from(name), value)
    });
    Value::object(named.collect())
}
