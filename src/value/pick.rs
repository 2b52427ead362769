//! Reads of a JSON document what someone looks at, and of the rest only where it ends.
//!
//! A [`Shape`] says which fields are looked at. Documents of one source have the same fields in nearly the same order,
//! so a [`Picker`] remembers for each object of the shape which names came after which: the next name is then one
//! comparison of bytes, and objects with the same fields share their names. What does not follow the expectation is
//! found by searching, and learned.
//!
//! This reader knows only how good documents look. Whatever else it meets, such as a name with an escape, a field that
//! is there twice, or text that is no JSON, it hands to [`json`], which reads the whole document or says what is wrong with it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::json::{self, JsonError, MAX_DEPTH};
use super::{Names, Object, Text, Value};

/// Which parts of a document are looked at: a tree of nodes, the first of which is the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    nodes: Vec<Node>,
}

/// One value of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    /// Whether it is looked at as a whole.
    whole: bool,
    /// Its fields that are looked at.
    fields: Vec<(Text, usize)>,
    /// Its items, where they are looked at.
    items: Option<usize>,
}

impl Shape {
    /// The whole document.
    #[must_use]
    pub fn whole() -> Self {
        Self { nodes: vec![Node { whole: true, ..Node::default() }] }
    }

    /// Only these paths, written as `orderItems[].product.sellerSku`; `*` for the whole document. Of the parts that are
    /// only `touched` it matters that they are there, and how many items they have.
    #[must_use]
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p str>, touched: impl IntoIterator<Item = &'p str>) -> Self {
        let mut shape = Self { nodes: vec![Node::default()] };
        let paths = paths.into_iter().map(|path| (path, true));
        for (path, whole) in paths.chain(touched.into_iter().map(|path| (path, false))) {
            if path == "*" {
                return Self::whole();
            }
            let mut at = 0;
            for part in path.split('.') {
                let name = part.trim_end_matches("[]");
                let lists = (part.len() - name.len()) / 2;
                if !name.is_empty() {
                    at = shape.field(at, name);
                }
                for _ in 0..lists {
                    at = shape.item(at);
                }
            }
            if let Some(node) = shape.nodes.get_mut(at) {
                node.whole |= whole;
            }
        }
        shape
    }

    fn field(&mut self, of: usize, name: &str) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(of) else { return of };
        if let Some((_, known)) = node.fields.iter().find(|(field, _)| field == name) {
            return *known;
        }
        node.fields.push((Text::new(name), new));
        self.nodes.push(Node::default());
        new
    }

    fn item(&mut self, of: usize) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(of) else { return of };
        if let Some(known) = node.items {
            return known;
        }
        node.items = Some(new);
        self.nodes.push(Node::default());
        new
    }
}

/// How many names of one object are remembered, and how many objects in all.
const MAX_LEARNED: usize = 64;
const MAX_NODES: usize = 4096;

/// What is remembered of one object of the shape.
#[derive(Debug, Default)]
struct Learned {
    node: Node,
    /// The names in the order in which they come.
    steps: Vec<Step>,
    /// The names of objects that had just these steps, as bits.
    names: Vec<(u64, Names)>,
}

/// A name that comes in an object.
#[derive(Debug)]
struct Step {
    /// The name as it stands in the document: `"orderId":`.
    raw: Box<[u8]>,
    name: Text,
    /// Where its value belongs, if it is looked at.
    to: Option<usize>,
}

/// A reader for documents of one shape. It learns from each document, so it serves one thread.
#[derive(Debug)]
pub struct Picker {
    objects: Vec<Learned>,
    whole: json::Reader,
}

/// The quick reader has met something that it does not know.
struct Unknown;

impl Picker {
    /// A reader for a shape.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        let objects = shape.nodes.iter().map(|node| Learned { node: node.clone(), ..Learned::default() }).collect();
        Self { objects, whole: json::Reader::default() }
    }

    /// Reads a document. Fails as [`json::parse`] does, but for what stands in parts that nobody looks at: there only
    /// quotes and brackets count.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Value, JsonError> {
        if let Ok(text) = std::str::from_utf8(bytes)
            && let Ok(value) = self.document(text)
        {
            return Ok(value);
        }
        self.whole.parse(bytes)
    }

    fn document(&mut self, text: &str) -> Result<Value, Unknown> {
        let mut cursor = Cursor { text, bytes: text.as_bytes(), at: 0 };
        cursor.blank();
        let value = self.value(&mut cursor, 0, 0)?;
        cursor.blank();
        if cursor.at == cursor.bytes.len() { Ok(value) } else { Err(Unknown) }
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, node: usize, depth: usize) -> Result<Value, Unknown> {
        match cursor.peek() {
            b'"' => cursor.string().map(|text| Value::Text(Text::new(text))),
            b'{' => self.object(cursor, node, depth + 1),
            b'[' => self.list(cursor, node, depth + 1),
            b't' => cursor.word(b"true").map(|()| Value::Bool(true)),
            b'f' => cursor.word(b"false").map(|()| Value::Bool(false)),
            b'n' => cursor.word(b"null").map(|()| Value::Null),
            _ => number(cursor.number()?).ok_or(Unknown),
        }
    }

    fn list(&mut self, cursor: &mut Cursor<'_>, node: usize, depth: usize) -> Result<Value, Unknown> {
        let of_items = self.items(node, depth)?;
        cursor.at += 1;
        cursor.blank();
        let mut items = Vec::new();
        if cursor.peek() == b']' {
            cursor.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value(cursor, of_items, depth)?);
            cursor.blank();
            match cursor.take() {
                b',' => cursor.blank(),
                b']' => return Ok(Value::list(items)),
                _ => return Err(Unknown),
            }
        }
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, node: usize, depth: usize) -> Result<Value, Unknown> {
        match self.objects.get(node) {
            Some(object) if depth <= MAX_DEPTH && object.node.items.is_none() => {}
            _ => return Err(Unknown),
        }
        cursor.at += 1;
        cursor.blank();
        let mut values: SmallVec<[Value; 4]> = SmallVec::new();
        // The steps that were met, as bits; and their names, where they did not come in the order of the steps.
        let (mut met, mut next) = (0_u64, 0_usize);
        let mut unordered: Option<Vec<Text>> = None;
        if cursor.peek() == b'}' {
            cursor.at += 1;
            return Ok(Value::object(Object::new()));
        }
        loop {
            let at = self.step(cursor, node, next)?;
            let (Some(bit), Some(to)) = (1_u64.checked_shl(u32::try_from(at).unwrap_or(64)), self.target(node, at))
            else {
                return Err(Unknown);
            };
            cursor.blank();
            match to {
                Some((to, name)) => {
                    if met & bit != 0 {
                        return Err(Unknown);
                    }
                    if at < next && unordered.is_none() {
                        unordered = Some(self.names(node, met).to_vec());
                    }
                    if let Some(names) = &mut unordered {
                        names.push(name);
                    }
                    met |= bit;
                    values.push(self.value(cursor, to, depth)?);
                }
                None => cursor.skip()?,
            }
            next = at + 1;
            cursor.blank();
            match cursor.take() {
                b',' => cursor.blank(),
                b'}' => break,
                _ => return Err(Unknown),
            }
        }
        let names = match unordered {
            Some(names) => Arc::new(names),
            None => self.names(node, met),
        };
        Ok(Value::object(Object::shaped(&names, values)))
    }

    /// Reads a name and its colon; gives the step that it is, which is `next` most of the time.
    fn step(&mut self, cursor: &mut Cursor<'_>, node: usize, next: usize) -> Result<usize, Unknown> {
        let Some(learned) = self.objects.get(node) else { return Err(Unknown) };
        let rest = cursor.bytes.get(cursor.at..).unwrap_or_default();
        if let Some(expected) = learned.steps.get(next)
            && rest.starts_with(&expected.raw)
        {
            cursor.at += expected.raw.len();
            return Ok(next);
        }
        let name = cursor.string()?;
        cursor.blank();
        if cursor.take() != b':' {
            return Err(Unknown);
        }
        let later = learned.steps.iter().skip(next).position(|step| step.name == name).map(|at| at + next);
        match later.or_else(|| learned.steps.iter().position(|step| step.name == name)) {
            Some(at) => Ok(at),
            None => self.learn(node, next, name),
        }
    }

    /// Remembers a name where it has come.
    fn learn(&mut self, node: usize, at: usize, name: &str) -> Result<usize, Unknown> {
        let new = self.objects.len();
        let Some(learned) = self.objects.get_mut(node) else { return Err(Unknown) };
        if learned.steps.len() >= MAX_LEARNED {
            return Err(Unknown);
        }
        let known = learned.node.fields.iter().find(|(field, _)| field == name).map(|(_, to)| *to);
        let grow = known.is_none() && learned.node.whole && new < MAX_NODES;
        if known.is_none() && learned.node.whole && !grow {
            return Err(Unknown);
        }
        let to = known.or(grow.then_some(new));
        let raw = format!("\"{name}\":").into_bytes().into_boxed_slice();
        let at = at.min(learned.steps.len());
        learned.steps.insert(at, Step { raw, name: Text::new(name), to });
        learned.names.clear();
        if let (true, Some(to)) = (learned.node.whole, to) {
            // What is inside a part that is looked at as a whole is looked at too.
            if grow {
                self.objects.push(Learned { node: Node { whole: true, ..Node::default() }, ..Learned::default() });
            } else if let Some(inner) = self.objects.get_mut(to) {
                inner.node.whole = true;
            }
        }
        Ok(at)
    }

    /// Where the value of a step belongs, with its name.
    #[allow(clippy::option_option, reason = "no such step, and a step that nobody looks at")]
    fn target(&self, node: usize, step: usize) -> Option<Option<(usize, Text)>> {
        let step = self.objects.get(node)?.steps.get(step)?;
        Some(step.to.map(|to| (to, step.name.clone())))
    }

    /// The names of the steps that were met, shared by all objects that have just these.
    fn names(&mut self, node: usize, met: u64) -> Names {
        let Some(learned) = self.objects.get_mut(node) else { return Names::default() };
        if let Some((_, names)) = learned.names.iter().find(|(steps, _)| *steps == met) {
            return Arc::clone(names);
        }
        let chosen = learned.steps.iter().enumerate().filter(|(at, _)| met >> at & 1 == 1);
        let names: Names = Arc::new(chosen.map(|(_, step)| step.name.clone()).collect());
        if learned.names.len() < MAX_LEARNED {
            learned.names.push((met, Arc::clone(&names)));
        }
        names
    }

    /// The node of the items of a list.
    fn items(&mut self, node: usize, depth: usize) -> Result<usize, Unknown> {
        let new = self.objects.len();
        let Some(learned) = self.objects.get_mut(node) else { return Err(Unknown) };
        if depth > MAX_DEPTH {
            return Err(Unknown);
        }
        match learned.node.items {
            Some(items) => {
                if learned.node.whole
                    && let Some(inner) = self.objects.get_mut(items)
                {
                    inner.node.whole = true;
                }
                Ok(items)
            }
            None if learned.node.whole && new < MAX_NODES => {
                learned.node.items = Some(new);
                self.objects.push(Learned { node: Node { whole: true, ..Node::default() }, ..Learned::default() });
                Ok(new)
            }
            // A list of which nobody looks at an item is read like any other.
            None if learned.node.fields.is_empty() && new < MAX_NODES => {
                learned.node.items = Some(new);
                self.objects.push(Learned::default());
                Ok(new)
            }
            None => Err(Unknown),
        }
    }
}

/// A place in the text.
struct Cursor<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The byte here; 0 at the end, which no JSON has.
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn take(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn blank(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Unknown> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(());
        }
        Err(Unknown)
    }

    fn number(&mut self) -> Result<&'t str, Unknown> {
        let start = self.at;
        while matches!(self.peek(), b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') {
            self.at += 1;
        }
        self.text.get(start..self.at).ok_or(Unknown)
    }

    /// Text without escapes.
    fn string(&mut self) -> Result<&'t str, Unknown> {
        if self.take() != b'"' {
            return Err(Unknown);
        }
        let start = self.at;
        self.at += json::plain(self.bytes.get(start..).unwrap_or_default());
        let text = self.text.get(start..self.at).ok_or(Unknown)?;
        if self.take() == b'"' { Ok(text) } else { Err(Unknown) }
    }

    /// Goes behind a value that nobody looks at.
    fn skip(&mut self) -> Result<(), Unknown> {
        let mut depth = 0_usize;
        loop {
            match self.take() {
                b'"' => self.behind_text()?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Unknown)?;
                }
                0 => return Err(Unknown),
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => continue,
                b'0'..=b'9' | b'-' | b't' | b'f' | b'n' => {
                    while matches!(self.peek(), b'0'..=b'9' | b'a'..=b'z' | b'-' | b'+' | b'.' | b'E') {
                        self.at += 1;
                    }
                }
                _ => return Err(Unknown),
            }
            if depth == 0 {
                return Ok(());
            }
            if depth > MAX_DEPTH {
                return Err(Unknown);
            }
        }
    }

    /// Goes behind the text in which it stands.
    fn behind_text(&mut self) -> Result<(), Unknown> {
        loop {
            self.at += json::plain(self.bytes.get(self.at..).unwrap_or_default());
            match self.take() {
                b'"' => return Ok(()),
                b'\\' => self.at += 1,
                _ => return Err(Unknown),
            }
        }
    }
}

/// The number that a text writes as JSON wants it.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    match digits {
        [b'0', b'0'..=b'9', ..] | [] => None,
        [b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9'] => json::number_value(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = r#"{"id":"A","x":[1,{"y":"}]\""}],"buyer":{"name":"Ann","mail":null},"lines":[{"sku":"a","n":1,"q":{}},{"n":2.50,"sku":"b"}],"t":true}"#;

    fn picked(paths: &[&str], text: &str) -> String {
        let mut picker = Picker::new(&Shape::of(paths.iter().copied(), []));
        let first = picker.read(text.as_bytes()).map(|value| json::to_string(&value));
        let again = picker.read(text.as_bytes()).map(|value| json::to_string(&value));
        assert_eq!(first, again, "what was learned changes nothing");
        first.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn only_what_is_looked_at_is_read() {
        assert_eq!(
            picked(&["id", "buyer.name", "lines[].sku", "lines[].n", "none"], ORDER),
            r#"{"id":"A","buyer":{"name":"Ann"},"lines":[{"sku":"a","n":1},{"n":2.50,"sku":"b"}]}"#
        );
        assert_eq!(picked(&["buyer", "buyer.name", "t"], ORDER), r#"{"buyer":{"name":"Ann","mail":null},"t":true}"#);
        assert_eq!(picked(&["lines"], ORDER), r#"{"lines":[{"sku":"a","n":1,"q":{}},{"n":2.50,"sku":"b"}]}"#);
        assert_eq!(picked(&["*"], ORDER), json::to_string(&json::parse(ORDER.as_bytes()).unwrap()));
    }

    #[test]
    fn documents_of_other_shapes_follow_each_other() {
        let mut picker = Picker::new(&Shape::of(["a", "b", "c.d"], []));
        for text in [
            r#"{"a":1,"c":{"d":2}}"#,
            r#"{"a":1,"b":2,"c":{"d":2}}"#,
            r#"{"b":2,"z":0,"a":1}"#,
            r#"{ "a" : 1 , "c" : { "d" : "x" } }"#,
            r#"{}"#,
            r#"{"a":1,"c":{"d":2}}"#,
        ] {
            let value = picker.read(text.as_bytes()).unwrap();
            let mut whole = json::parse(text.as_bytes()).unwrap();
            if let Value::Object(object) = &mut whole {
                Arc::make_mut(object).remove("z");
            }
            assert_eq!(value, whole, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_as_the_strict_reader_says_it() {
        for text in [
            r#"{"id":"A""#,
            r#"{"id":"A"} x"#,
            r#"{"id":01}"#,
            r#"{"id":1,"id":2}"#,
            r#"{"id":tru}"#,
            "",
            "[",
            r#"{"x":[}"#,
        ] {
            let strict = json::parse(text.as_bytes()).unwrap_err();
            let mut picker = Picker::new(&Shape::of(["id"], []));
            assert_eq!(picker.read(text.as_bytes()).unwrap_err(), strict, "{text}");
        }
        let escaped = r#"{"id":"A\u00e9\n"}"#;
        assert_eq!(picked(&["id"], escaped), json::to_string(&json::parse(escaped.as_bytes()).unwrap()));
    }
}
