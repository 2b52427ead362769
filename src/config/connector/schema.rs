//! Schemas of a described system: fields with their types, as short as they can be written.

use std::sync::Arc;

use super::super::read::{Fields, Item};
use crate::catalog::described::kept;
use crate::catalog::{Base, EnumSpec, Field, ObjectSpec, Type};
use crate::diag::suggest;

/// The words for types of single values.
const WORDS: &[(&str, Base)] = &[
    ("any", Base::Any),
    ("bool", Base::Bool),
    ("date", Base::Date),
    ("decimal", Base::Decimal),
    ("duration", Base::Duration),
    ("instant", Base::Instant),
    ("int", Base::Int),
    ("money", Base::Money(None)),
    ("text", Base::Text),
];
/// How deep objects may be written in each other.
const MAX_DEPTH: usize = 16;

/// The objects that have a name of their own.
pub(super) type Types = Vec<(String, Arc<ObjectSpec>)>;

/// Reads `types`; each may use those above it.
pub(super) fn types(item: Option<&Item<'_>>) -> Types {
    let fields = item.and_then(Item::entries);
    let mut types = Types::new();
    for (name, item) in fields.iter().flat_map(Fields::iter) {
        if WORDS.iter().any(|(word, _)| word == name) || name == "object" {
            item.wrong("is the name of a type that there is already");
            continue;
        }
        let spec = object(item, name, &types, 0);
        types.push((name.clone(), Arc::new(spec)));
    }
    types
}

/// The fields of an object.
pub(super) fn object(item: &Item<'_>, name: &str, types: &Types, depth: usize) -> ObjectSpec {
    let mut spec = ObjectSpec { name: name.to_owned(), fields: Vec::new(), open: false };
    if depth > MAX_DEPTH {
        item.wrong("objects stand in each other too deep; give some of them a name under `types`");
        return spec;
    }
    for (name, item) in item.entries().iter().flat_map(Fields::iter) {
        let letters = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '#'));
        if !letters {
            item.wrong("is no name of a field: letters, digits and _");
            continue;
        }
        spec.fields.extend(field(item, name, types, depth));
    }
    spec
}

/// A field: `text?`, or a block that says more.
fn field(item: &Item<'_>, name: &str, types: &Types, depth: usize) -> Option<Field> {
    if !item.is_block() {
        let ty = written(item, item.text()?, None, types)?;
        return Some(Field::required(name, ty));
    }
    let fields = item.fields(&["as_text", "buyer_data", "doc", "fields", "open", "type", "values"])?;
    let flag = |name: &str| fields.get(name).and_then(Item::flag).unwrap_or(false);
    let inner = fields.get("fields").map(|item| object(item, &titled(name), types, depth + 1));
    let default = if inner.is_some() { "object" } else { "text" };
    let text = fields.get("type").map_or(Some(default), Item::text)?;
    let mut ty = written(item, text, inner.map(Arc::new), types)?;
    if let Some(values) = fields.get("values") {
        let words = values.words()?;
        let spec = Arc::new(EnumSpec { name: titled(name), values: words, open: flag("open") });
        match &mut ty.base {
            Base::Text => ty.base = Base::Enum(spec),
            Base::List(inner) if inner.base == Base::Text => inner.base = Base::Enum(spec),
            _ => values.wrong("only text has `values`"),
        }
    }
    ty.pii = flag("buyer_data");
    let mut field = Field::required(name, ty);
    field.as_text = flag("as_text");
    field.doc = fields.get("doc").and_then(Item::text).map(kept).unwrap_or_default();
    Some(field)
}

/// A type as it is written: `text`, `int?`, `list of line`.
fn written(item: &Item<'_>, text: &str, inner: Option<Arc<ObjectSpec>>, types: &Types) -> Option<Type> {
    let text = text.trim();
    let (text, nullable) = match text.strip_suffix('?') {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    let (word, list) = match text.strip_prefix("list of ") {
        Some(word) => (word.trim(), true),
        None => (text, false),
    };
    let base = match (word, inner) {
        ("object", Some(spec)) => Base::Object(spec),
        ("object", None) => {
            item.wrong("must say with `fields` what is in the object; what is not known is `any`");
            return None;
        }
        (_, Some(_)) => {
            item.wrong("has `fields`, so its type is `object` or `list of object`");
            return None;
        }
        (word, None) => {
            let known = WORDS.iter().find(|(known, _)| *known == word).map(|(_, base)| base.clone());
            let named = || types.iter().find(|(name, _)| name == word).map(|(_, spec)| Base::Object(Arc::clone(spec)));
            match known.or_else(named) {
                Some(base) => base,
                None => {
                    let names =
                        || WORDS.iter().map(|(word, _)| *word).chain(types.iter().map(|(name, _)| name.as_str()));
                    let hint = match suggest::nearest(word, names()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
                    };
                    item.wrong(format!("there is no type `{word}`; {hint}"));
                    return None;
                }
            }
        }
    };
    let base = if list { Base::List(Box::new(Type::new(base))) } else { base };
    let ty = Type::new(base);
    Some(if nullable { ty.or_null() } else { ty })
}

/// The name of a field's object or words in messages: `ship_to` is `ShipTo`.
pub(super) fn titled(name: &str) -> String {
    let parts = name.split(['_', '-']).map(|part| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    parts.collect()
}
