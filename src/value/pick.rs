//! Reads of a JSON document what someone looks at, and of the rest only where it ends.
//!
//! A [`Shape`] says which fields are looked at. Documents of one source have the same fields in nearly the same order,
//! so a [`Picker`] remembers for each object of the shape which names came after which: the next name is then one
//! comparison of bytes, and objects with the same fields share their names. What does not follow the expectation is
//! found by searching, and learned.
//!
//! Of an object that nobody looks at as a whole only the values that are read are kept, in a row whose places the shape
//! knows: [`Object::is_flat`]. What a path finds is then one step away, however deep it stood, and nothing was built on
//! the way there. What such a row does not have may be null or absent; who has to know reads the whole document.
//!
//! This reader knows only how good documents look. Whatever else it meets, such as a name with an escape, a field that
//! is there twice, or text that is no JSON, it hands to [`json`], which reads the whole document or says what is wrong with it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::json::{self, MAX_DEPTH};
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
    /// Whether it has a name of its own, and so must be there as an object.
    named: bool,
    /// Its place in the row of the object around it; for objects without a row of their own, there is none.
    place: Option<usize>,
    /// The names of its row: the paths from here.
    row: Names,
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
                node.named |= !whole;
            }
        }
        for node in 0..shape.nodes.len() {
            if node == 0 || !shape.nodes.get(node).is_some_and(Node::passes) {
                shape.lay_out(node);
            }
        }
        shape
    }

    /// Gives everything that is read inside of an object its place in the object's row.
    fn lay_out(&mut self, of: usize) {
        let mut row: Vec<Text> = Vec::new();
        let mut open = vec![(of, String::new())];
        while let Some((node, path)) = open.pop() {
            let fields = self.nodes.get(node).map(|node| node.fields.clone()).unwrap_or_default();
            for (name, inner) in fields {
                let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                match self.nodes.get_mut(inner) {
                    Some(node) if node.passes() => open.push((inner, path)),
                    Some(node) => {
                        node.place = Some(row.len());
                        row.push(Text::from(path));
                    }
                    None => {}
                }
            }
        }
        if let Some(node) = self.nodes.get_mut(of) {
            node.row = Arc::new(row);
        }
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
        self.nodes.push(Node { named: true, ..Node::default() });
        new
    }
}

impl Node {
    /// Whether its parts go into the row of the object around it.
    fn passes(&self) -> bool {
        !self.whole && !self.named && self.items.is_none() && !self.fields.is_empty()
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
    raw: RawName,
    name: Text,
    /// Where its value belongs, if it is looked at.
    to: Option<usize>,
    /// The place of the value in the row of the object around it.
    place: Option<usize>,
}

/// A name as it stands in the document: `"orderId":`. Most are compared by their first and last eight bytes.
#[derive(Debug)]
struct RawName {
    bytes: Box<[u8]>,
    first: u64,
    last: u64,
}

impl RawName {
    fn new(name: &str) -> Self {
        let bytes = format!("\"{name}\":").into_bytes().into_boxed_slice();
        let (first, last) = (eight(&bytes, 0), eight(&bytes, bytes.len().saturating_sub(8)));
        Self { first: first.unwrap_or(0), last: last.unwrap_or(0), bytes }
    }

    /// Whether it begins there; gives where it ends.
    fn ends(&self, text: &[u8], at: usize) -> Option<usize> {
        let end = at + self.bytes.len();
        let same = match self.bytes.len() {
            8..=16 => eight(text, at) == Some(self.first) && eight(text, end - 8) == Some(self.last),
            _ => text.get(at..end) == Some(&*self.bytes),
        };
        same.then_some(end)
    }
}

/// The eight bytes that begin there, as a number.
fn eight(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

/// A reader for documents of one shape. It learns from each document, so it serves one thread.
#[derive(Debug)]
pub struct Picker {
    objects: Vec<Learned>,
}

/// A step that was met, where its value belongs, and the place of that in a row.
type Met = (usize, Option<usize>, Option<usize>);

/// The quick reader has met something that it does not know.
struct Unknown;

impl Picker {
    /// A reader for a shape.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        let objects = shape.nodes.iter().map(|node| {
            // Names of its own: threads that count how often the same names are shared wait for each other.
            let row = Arc::new(Vec::clone(&node.row));
            Learned { node: Node { row, ..node.clone() }, ..Learned::default() }
        });
        Self { objects: objects.collect() }
    }

    /// What is looked at of a document that is an object; nothing where the document must be read as a whole to know. Of
    /// what stands in parts that nobody looks at only quotes and brackets count.
    pub fn pick(&mut self, bytes: &[u8]) -> Option<Value> {
        let text = simdutf8::basic::from_utf8(bytes).ok()?;
        self.document(text).ok().filter(|value| matches!(value, Value::Object(_)))
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
            b'"' => cursor.text().map(Value::Text),
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
        let Some(learned) = self.objects.get(node) else { return Err(Unknown) };
        if learned.node.items.is_some() {
            return Err(Unknown);
        }
        if learned.node.whole {
            return self.whole_object(cursor, node, depth);
        }
        let row = Arc::clone(&learned.node.row);
        let mut values: SmallVec<[Value; 4]> = smallvec::smallvec![Value::Null; row.len()];
        self.fill(cursor, node, &mut values, depth)?;
        Ok(Value::object(Object::flat(&row, values)))
    }

    /// Puts what is read of an object into its places of a row.
    fn fill(&mut self, cursor: &mut Cursor<'_>, node: usize, row: &mut [Value], depth: usize) -> Result<(), Unknown> {
        if depth > MAX_DEPTH {
            return Err(Unknown);
        }
        let (mut met, mut next) = (0_u64, 0_usize);
        let mut more = cursor.begin()?;
        while more {
            let (at, to, place) = self.step(cursor, node, next)?;
            cursor.blank();
            match to {
                Some(to) => {
                    let bit = bit(at)?;
                    if met & bit != 0 {
                        return Err(Unknown);
                    }
                    met |= bit;
                    match place {
                        Some(place) => {
                            let value = self.value(cursor, to, depth)?;
                            *row.get_mut(place).ok_or(Unknown)? = value;
                        }
                        None if cursor.peek() == b'{' => self.fill(cursor, to, row, depth + 1)?,
                        None => cursor.word(b"null")?,
                    }
                }
                None => cursor.skip()?,
            }
            next = at + 1;
            more = cursor.more()?;
        }
        Ok(())
    }

    /// An object of which all is kept.
    fn whole_object(&mut self, cursor: &mut Cursor<'_>, node: usize, depth: usize) -> Result<Value, Unknown> {
        if depth > MAX_DEPTH {
            return Err(Unknown);
        }
        let mut values: SmallVec<[Value; 4]> = SmallVec::new();
        // The steps that were met, as bits; and their names, where they did not come in the order of the steps.
        let (mut met, mut next) = (0_u64, 0_usize);
        let mut unordered: Option<Vec<Text>> = None;
        let mut more = cursor.begin()?;
        while more {
            let (at, to, _) = self.step(cursor, node, next)?;
            let bit = bit(at)?;
            cursor.blank();
            if met & bit != 0 {
                return Err(Unknown);
            }
            if at < next && unordered.is_none() {
                unordered = Some(self.names(node, met).to_vec());
            }
            if let Some(names) = &mut unordered {
                names.extend(self.name(node, at));
            }
            met |= bit;
            values.push(self.value(cursor, to.ok_or(Unknown)?, depth)?);
            next = at + 1;
            more = cursor.more()?;
        }
        let names = match unordered {
            Some(names) => Arc::new(names),
            None => self.names(node, met),
        };
        Ok(Value::object(Object::shaped(&names, values)))
    }

    /// Reads a name and its colon. Gives the step that it is, which is `next` most of the time; where its value belongs, if
    /// anybody looks at it; and the place of the value in a row.
    #[inline]
    fn step(&mut self, cursor: &mut Cursor<'_>, node: usize, next: usize) -> Result<Met, Unknown> {
        if let Some(expected) = self.objects.get(node).and_then(|learned| learned.steps.get(next))
            && let Some(end) = expected.raw.ends(cursor.bytes, cursor.at)
        {
            cursor.at = end;
            return Ok((next, expected.to, expected.place));
        }
        self.other_step(cursor, node, next)
    }

    /// The same for a name that is not the next.
    fn other_step(&mut self, cursor: &mut Cursor<'_>, node: usize, next: usize) -> Result<Met, Unknown> {
        let Some(learned) = self.objects.get(node) else { return Err(Unknown) };
        let name = cursor.string()?;
        cursor.blank();
        if cursor.take() != b':' {
            return Err(Unknown);
        }
        let later = learned.steps.iter().skip(next).position(|step| step.name == name).map(|at| at + next);
        let at = match later.or_else(|| learned.steps.iter().position(|step| step.name == name)) {
            Some(at) => at,
            None => self.learn(node, next, name)?,
        };
        let step = self.objects.get(node).and_then(|learned| learned.steps.get(at)).ok_or(Unknown)?;
        Ok((at, step.to, step.place))
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
        let at = at.min(learned.steps.len());
        learned.names.clear();
        let whole = learned.node.whole;
        let place = to.and_then(|to| self.objects.get(to)).and_then(|inner| inner.node.place);
        if let Some(learned) = self.objects.get_mut(node) {
            learned.steps.insert(at, Step { raw: RawName::new(name), name: Text::new(name), to, place });
        }
        if let (true, Some(to)) = (whole, to) {
            // What is inside a part that is looked at as a whole is looked at too.
            if grow {
                self.objects.push(Learned { node: Node { whole: true, ..Node::default() }, ..Learned::default() });
            } else if let Some(inner) = self.objects.get_mut(to) {
                inner.node.whole = true;
            }
        }
        Ok(at)
    }

    fn name(&self, node: usize, step: usize) -> Option<Text> {
        Some(self.objects.get(node)?.steps.get(step)?.name.clone())
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
    #[inline]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn take(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    /// Goes into an object; tells whether it has a field.
    fn begin(&mut self) -> Result<bool, Unknown> {
        self.at += 1;
        self.blank();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Goes behind a field; tells whether another one follows.
    #[inline]
    fn more(&mut self) -> Result<bool, Unknown> {
        self.blank();
        match self.take() {
            b',' => {
                self.blank();
                Ok(true)
            }
            b'}' => Ok(false),
            _ => Err(Unknown),
        }
    }

    #[inline]
    fn blank(&mut self) {
        // Most documents have no blanks between their parts.
        if self.peek() > b' ' {
            return;
        }
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

    /// Text, perhaps with escapes.
    fn text(&mut self) -> Result<Text, Unknown> {
        let start = self.at;
        if let Ok(text) = self.string() {
            return Ok(Text::new(text));
        }
        self.at = start + 1;
        self.behind_text()?;
        let raw = self.text.get(start..self.at).ok_or(Unknown)?;
        serde_json::from_str::<String>(raw).map(Text::from).map_err(|_| Unknown)
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
                b'"' => {
                    self.behind_text()?;
                    // What follows a name or a value among others.
                    if depth > 0 && matches!(self.peek(), b':' | b',') {
                        self.at += 1;
                        continue;
                    }
                }
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

/// The bit of a step.
fn bit(step: usize) -> Result<u64, Unknown> {
    u32::try_from(step).ok().and_then(|step| 1_u64.checked_shl(step)).ok_or(Unknown)
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

    fn picked(paths: &[&str], touched: &[&str], text: &str) -> String {
        let mut picker = Picker::new(&Shape::of(paths.iter().copied(), touched.iter().copied()));
        let first = picker.pick(text.as_bytes()).map(|value| json::to_string(&value));
        let again = picker.pick(text.as_bytes()).map(|value| json::to_string(&value));
        assert_eq!(first, again, "what was learned changes nothing");
        first.unwrap_or_else(|| "nothing".to_owned())
    }

    #[test]
    fn only_what_is_looked_at_is_read_and_stands_in_its_place() {
        assert_eq!(
            picked(&["id", "buyer.name", "lines[].sku", "lines[].n", "none"], &[], ORDER),
            r#"{"id":"A","lines":[{"sku":"a","n":1},{"sku":"b","n":2.50}],"none":null,"buyer.name":"Ann"}"#
        );
        assert_eq!(
            picked(&["buyer.name", "t"], &["buyer"], ORDER),
            r#"{"buyer":{"name":"Ann"},"t":true}"#,
            "what has a name is there"
        );
        assert_eq!(
            picked(&["buyer", "buyer.name", "t"], &[], ORDER),
            r#"{"buyer":{"name":"Ann","mail":null},"t":true}"#
        );
        assert_eq!(picked(&["lines"], &[], ORDER), r#"{"lines":[{"sku":"a","n":1,"q":{}},{"n":2.50,"sku":"b"}]}"#);
        assert_eq!(picked(&[], &["lines[]"], ORDER), r#"{"lines":[{},{}]}"#);
        assert_eq!(picked(&["*"], &[], ORDER), json::to_string(&json::parse(ORDER.as_bytes()).unwrap()));
    }

    #[test]
    fn documents_of_other_shapes_follow_each_other() {
        let mut whole = Picker::new(&Shape::whole());
        let mut part = Picker::new(&Shape::of(["a", "c.d"], []));
        for text in [
            r#"{"a":1,"c":{"d":2}}"#,
            r#"{"a":1,"b":2,"c":{"d":2}}"#,
            r#"{"b":2,"z":0,"a":1}"#,
            r#"{ "a" : 1 , "c" : { "d" : "x" } }"#,
            r#"{"c":null}"#,
            r#"{}"#,
            r#"{"a":1,"c":{"d":2}}"#,
        ] {
            let strict = json::parse(text.as_bytes()).unwrap();
            assert_eq!(whole.pick(text.as_bytes()).unwrap(), strict, "{text}");
            let picked = part.pick(text.as_bytes()).unwrap();
            let d = strict.get("c").and_then(|c| c.get("d")).cloned().unwrap_or_default();
            assert_eq!(picked.get("a").cloned().unwrap_or_default(), strict.get("a").cloned().unwrap_or_default());
            assert_eq!(picked.get("c.d").cloned().unwrap_or_default(), d, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_the_strict_reader() {
        for text in [
            r#"{"id":"A""#,
            r#"{"id":"A"} x"#,
            r#"{"id":01}"#,
            r#"{"id":+1}"#,
            r#"{"id":1,"id":2}"#,
            r#"{"id":tru}"#,
            r#"{"x":[}"#,
            r#"{"id":"A\ud800"}"#,
            "",
            "[",
            "[1]",
        ] {
            assert_eq!(picked(&["id"], &[], text), "nothing", "{text}");
        }
    }
}
