//! Types as authors write them: words, places in a connector's schema, lists.

use std::sync::Arc;

use super::Checker;
use crate::catalog::{Base, Catalog, ConnectorSpec, EntitySpec, ObjectSpec, Type};
use crate::diag::{Code, Diagnostic, suggest};
use crate::lang::ast::{Name, TypeExpr, TypeKind};

/// The words for types.
const WORDS: [(&str, Base); 9] = [
    ("text", Base::Text),
    ("int", Base::Int),
    ("decimal", Base::Decimal),
    ("bool", Base::Bool),
    ("date", Base::Date),
    ("instant", Base::Instant),
    ("duration", Base::Duration),
    ("money", Base::Money(None)),
    ("any", Base::Any),
];

impl Checker<'_> {
    /// The type that a written one means.
    pub(super) fn written(&mut self, written: &TypeExpr) -> Option<Type> {
        match meaning(written, self.catalog) {
            Ok(ty) => Some(ty),
            Err(wrong) => {
                self.say(*wrong);
                None
            }
        }
    }
}

/// The type that a written one means, or what is wrong with it.
pub(in crate::lang) fn meaning(written: &TypeExpr, catalog: &Catalog) -> Result<Type, Box<Diagnostic>> {
    let ty = match &written.kind {
        TypeKind::List(item) => Type::new(Base::List(Box::new(meaning(item, catalog)?))),
        TypeKind::Path(path) => match path.as_slice() {
            [word] => Type::new(self::word(word, catalog)?),
            path => place(path, catalog)?,
        },
    };
    // Whether a place in a schema may be absent says the author, as for any other type.
    Ok(Type { nullable: written.optional, ..ty })
}

fn word(word: &Name, catalog: &Catalog) -> Result<Base, Box<Diagnostic>> {
    if let Some((_, base)) = WORDS.iter().find(|(name, _)| *name == word.text) {
        return Ok(base.clone());
    }
    let names = WORDS.map(|(name, _)| name);
    let help = match word.text.as_str() {
        "string" | "str" => "write `text`".to_owned(),
        "number" | "float" | "double" => "write `decimal`, or `int` for a whole number".to_owned(),
        "boolean" => "write `bool`".to_owned(),
        "list" | "array" => "write the type of its items in brackets: `[text]`".to_owned(),
        "object" => format!("name a place in a schema, such as `{}`, or write `any`", example(catalog)),
        other if catalog.connector(other).is_some() => format!("name one of its entities: `{other}.entity`"),
        other => match suggest::nearest(other, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let place = example(catalog);
                format!("there are {}, lists such as `[text]`, and places such as `{place}`", names.join(", "))
            }
        },
    };
    let diagnostic = Diagnostic::new(Code::E301, word.span, format!("there is no type `{}`", word.text));
    Err(Box::new(diagnostic.help(help)))
}

/// A place in a schema: a connector, an entity, and fields from there.
fn place(path: &[Name], catalog: &Catalog) -> Result<Type, Box<Diagnostic>> {
    let [connector, entity, fields @ ..] = path else { return Ok(Type::new(Base::Any)) };
    let wrong = |at: &Name, message: String, help: String| {
        Err(Box::new(Diagnostic::new(Code::E204, at.span, message).help(help)))
    };
    let Some(spec) = catalog.connector(&connector.text) else {
        let names: Vec<&str> = catalog.connectors.iter().map(|spec| spec.name).collect();
        let help = match suggest::nearest(&connector.text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        return wrong(connector, format!("there is no connector `{}`", connector.text), help);
    };
    let Some(record) = spec.entity(&entity.text).and_then(record) else {
        let names: Vec<&str> = readable(spec).map(|entity| entity.name).collect();
        let help = match suggest::nearest(&entity.text, names.iter().copied()) {
            Some(near) => format!("did you mean `{}.{near}`?", connector.text),
            None => format!("it has {}", names.join(", ")),
        };
        return wrong(entity, format!("`{}` has no `{}` with a schema", connector.text, entity.text), help);
    };
    let mut ty = Type::new(Base::Object(Arc::clone(record)));
    for name in fields {
        let pii = ty.pii;
        ty = match &ty.base {
            Base::List(item) if name.text == "[]" => Type::clone(item),
            Base::Object(spec) => match spec.field(&name.text) {
                Some(field) => field.ty.clone(),
                None => {
                    let title = if spec.name.is_empty() { "this object" } else { &spec.name };
                    let names = spec.fields.iter().map(|field| field.name.as_str());
                    let help = match suggest::nearest(&name.text, names.clone()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("its fields are {}", names.take(12).collect::<Vec<_>>().join(", ")),
                    };
                    let message = format!("{title} has no field `{}`", name.text);
                    return Err(Box::new(Diagnostic::new(Code::E203, name.span, message).help(help)));
                }
            },
            other => {
                let help = match other {
                    Base::List(_) => "write `[]` for the items of a list",
                    _ => "end the type here",
                };
                let message = format!("`{}` is looked for in {}", name.text, Type::new(other.clone()));
                return Err(Box::new(Diagnostic::new(Code::E301, name.span, message).help(help)));
            }
        }
        .with_pii(pii);
    }
    Ok(ty)
}

/// A place in a schema as it may be written.
fn example(catalog: &Catalog) -> String {
    let mut entities = catalog.connectors.iter().flat_map(|spec| readable(spec).map(|entity| (spec.name, entity.name)));
    entities.next().map_or_else(|| "connector.entity".to_owned(), |(connector, entity)| format!("{connector}.{entity}"))
}

/// What a record of an entity looks like when it is read or found.
fn record(entity: &EntitySpec) -> Option<&Arc<ObjectSpec>> {
    let read = entity.source.as_ref().map(|source| &source.record);
    read.or(entity.lookup.as_ref().map(|lookup| &lookup.record))
}

fn readable(spec: &ConnectorSpec) -> impl Iterator<Item = &EntitySpec> {
    spec.entities.iter().filter(|entity| record(entity).is_some())
}
