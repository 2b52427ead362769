//! YAML as a tree of our own. The only file that knows the YAML library.
//!
//! The library reads `1000.00` as binary floating point, which loses digits, and forgets places. So a text is read
//! again where that matters: once more for the exact text of such numbers, and once for each place that is asked for,
//! which only errors and secrets do. The files are small.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Place, Problem};

/// How many values a file may have once its aliases are resolved, so that a small file cannot become a large tree.
const MAX_NODES: u32 = 100_000;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number, in its own text.
    Number(String),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Named values in order.
    Map(Vec<(String, Node)>),
}

/// A text that was read.
#[derive(Debug)]
pub(super) struct Document<'t> {
    text: &'t str,
    /// Its content.
    pub(super) root: Node,
}

impl<'t> Document<'t> {
    /// Reads a text.
    pub(super) fn read(text: &'t str) -> Result<Self, Problem> {
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self { text, root: Node::Null });
        }
        let room = Cell::new(MAX_NODES);
        let mut root =
            Tree(&room).deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| problem(&error))?;
        Exact(&mut root).deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| problem(&error))?;
        Ok(Self { text, root })
    }

    /// Where the value at a path stands: names of fields, and numbers of list items from 0.
    pub(super) fn place(&self, path: &[String]) -> Place {
        self.find(Locate { path, key: false })
    }

    /// Where the name at the end of a path stands.
    pub(super) fn place_of_name(&self, path: &[String]) -> Place {
        self.find(Locate { path, key: true })
    }

    fn find(&self, wanted: Locate<'_>) -> Place {
        match wanted.deserialize(serde_yaml::Deserializer::from_str(self.text)) {
            Err(found) => place(&found),
            Ok(()) => Place { line: 1, column: 1 },
        }
    }
}

fn place(error: &serde_yaml::Error) -> Place {
    error
        .location()
        .map_or(Place { line: 1, column: 1 }, |at| Place { line: at.line().max(1), column: at.column().max(1) })
}

fn problem(error: &serde_yaml::Error) -> Problem {
    let place = place(error);
    let own = format!(" at line {} column {}", place.line, place.column);
    Problem { place, path: String::new(), message: error.to_string().replacen(&own, "", 1) }
}

/// Reads a tree; numbers with a fraction or an exponent are left empty.
#[derive(Clone, Copy)]
struct Tree<'a>(&'a Cell<u32>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom("there are too many values"))?;
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(i64::try_from(value).map_or_else(|_| Node::Number(String::new()), Node::Int))
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut map: Vec<(String, Node)> = Vec::new();
        while let Some(name) = fields.next_key_seed(Name { refused: &|name| known(&map, name) })? {
            let value = fields.next_value_seed(self)?;
            map.push((name, value));
        }
        Ok(Node::Map(map))
    }
}

fn known(map: &[(String, Node)], name: &str) -> Option<String> {
    map.iter().any(|(known, _)| known == name).then(|| format!("`{name}` is there twice"))
}

/// A field's name as it is written, unless it is refused.
struct Name<'a> {
    refused: &'a dyn Fn(&str) -> Option<String>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        match (self.refused)(text) {
            Some(why) => Err(E::custom(why)),
            None => Ok(text.to_owned()),
        }
    }
}

/// Fills in the text of numbers that were left empty.
struct Exact<'a>(&'a mut Node);

impl<'de> DeserializeSeed<'de> for Exact<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Node::Number(_) => deserializer.deserialize_str(self),
            Node::List(_) | Node::Map(_) => deserializer.deserialize_any(self),
            _ => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ()),
        }
    }
}

impl<'de> Visitor<'de> for Exact<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was there the first time")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 = Node::Number(text.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if let Node::List(list) = self.0 {
            for item in list {
                items.next_element_seed(Exact(item))?;
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        if let Node::Map(map) = self.0 {
            for (_, value) in map {
                fields.next_key::<IgnoredAny>()?;
                fields.next_value_seed(Exact(value))?;
            }
        }
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Fails at a place, so that the error tells where it is.
#[derive(Clone, Copy)]
struct Locate<'a> {
    path: &'a [String],
    /// Whether the name is wanted and not its value.
    key: bool,
}

impl<'de> DeserializeSeed<'de> for Locate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Locate<'_> {
    fn here<E: serde::de::Error>(self) -> Result<(), E> {
        if self.path.is_empty() { Err(E::custom("here")) } else { Ok(()) }
    }
}

impl<'de> Visitor<'de> for Locate<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.here()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.here()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.here()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.here()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.here()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.here()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.here()?;
        let wanted = self.path.first().and_then(|step| step.parse::<usize>().ok());
        let rest = Locate { path: self.path.get(1..).unwrap_or_default(), ..self };
        for index in 0.. {
            let more = if Some(index) == wanted {
                items.next_element_seed(rest)?.is_some()
            } else {
                items.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.here()?;
        let (wanted, rest) = self.path.split_first().map_or(("", self.path), |(first, rest)| (first.as_str(), rest));
        let at_name = self.key && rest.is_empty();
        let refused = |name: &str| (at_name && name == wanted).then(|| "here".to_owned());
        while let Some(name) = fields.next_key_seed(Name { refused: &refused })? {
            if name == wanted {
                fields.next_value_seed(Locate { path: rest, ..self })?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
