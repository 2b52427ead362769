//! JSONPath queries against the schema: what a query finds has a type where the schema tells, a name that is nowhere in it
//! is an error, and so is a comparison in a filter that could never hold because a query compares values as they came.

use std::sync::Arc;

use super::access::visit;
use super::{Checker, Typed, typed};
use crate::catalog::{Base, ObjectSpec, Type, wire};
use crate::diag::{Code, Diagnostic, Span, suggest};
use crate::lang::ast::Name;
use crate::plan::expr::Expr as Run;
use crate::value::Value;
use crate::value::query::Query;
use crate::value::query::form::{Condition, Inner, Operand, Segment, Selector};

/// How many different types are told apart at one point of a query; beyond, they are just any value.
const MAX_TYPES: usize = 64;

/// What may stand at a point of the record.
#[derive(Clone, PartialEq)]
struct Here {
    ty: Type,
    /// Whether a decimal is text there.
    as_text: bool,
}

impl Here {
    fn any(pii: bool) -> Self {
        Self { ty: Type::new(Base::Any).with_pii(pii), as_text: false }
    }
}

impl Checker<'_> {
    /// A JSONPath query that is no plain path.
    pub(super) fn query(&mut self, text: &str, span: Span) -> Option<Typed> {
        if self.is_behind("$", span) {
            return None;
        }
        let query = match Query::parse(text) {
            Ok(query) => query,
            Err(error) => {
                let start = span.start as usize + error.at.min(text.len());
                let at = if error.at == 0 { span } else { Span { start: Span::new(start, start).start, ..span } };
                self.say(
                    Diagnostic::new(Code::E107, at, format!("this is no JSONPath query: {error}"))
                        .help("RFC 9535: `$.items[?@.quantity > 0]`, `$..sku`, `$.items[0:2]`"),
                );
                return None;
            }
        };
        let root = match &self.record {
            Some(spec) => Here { ty: Type::new(Base::Object(Arc::clone(spec))), as_text: false },
            None => Here::any(false),
        };
        let known = self.record.is_some();
        let found = Walk { checker: self, span, root: root.clone() }.segments(query.segments(), vec![root])?;
        let mut ty = together(&found);
        ty.nullable = false;
        let pii = ty.carries_pii() || (known && ty.base == Base::Any);
        self.note_query(text, origin(query.segments()));
        let read = Some(ty.base.clone()).filter(|base| !wire::reads_as_is(base));
        let base = Box::new(typed(Run::Record, span, Type::new(Base::Any)).node);
        let expr = Run::Query { base, query: Arc::new(query), read };
        Some(typed(expr, span, Type::new(Base::List(Box::new(ty.with_pii(pii))))))
    }

    /// A query may look anywhere: what it could need is asked for.
    fn note_query(&mut self, text: &str, origin: String) {
        self.reads.insert(if origin.is_empty() { "*".to_owned() } else { origin });
        let everywhere = text.contains("..") || text.contains('*');
        if let Some(record) = self.record.clone() {
            visit(&record, &mut |name, dataset| {
                if everywhere || text.contains(name) {
                    self.datasets.extend(dataset);
                }
            });
        }
    }
}

/// The names that a query begins with.
fn origin(segments: &[Segment]) -> String {
    let names: Vec<&str> = segments
        .iter()
        .map_while(|segment| match segment.selectors.as_slice() {
            [Selector::Name(name)] if !segment.deep => Some(&**name),
            _ => None,
        })
        .collect();
    names.join(".")
}

/// One type for everything that is found.
fn together(found: &[Here]) -> Type {
    let pii = found.iter().any(|here| here.ty.carries_pii());
    match found {
        [one] => one.ty.clone(),
        [first, rest @ ..] if rest.iter().all(|here| here.ty.base == first.ty.base) => {
            Type::new(first.ty.base.clone()).with_pii(pii)
        }
        _ => Type::new(Base::Any).with_pii(pii),
    }
}

/// Goes through a query by types, as it will be gone through by values.
struct Walk<'w, 'c> {
    checker: &'w mut Checker<'c>,
    span: Span,
    root: Here,
}

impl Walk<'_, '_> {
    fn segments(&mut self, segments: &[Segment], from: Vec<Here>) -> Option<Vec<Here>> {
        let mut here = from;
        for segment in segments {
            if segment.deep {
                here = below(here);
            }
            let mut next = Vec::new();
            for selector in &segment.selectors {
                self.select(selector, &here, segment.deep, &mut next)?;
            }
            here = next;
        }
        Some(here)
    }

    fn select(&mut self, selector: &Selector, here: &[Here], deep: bool, next: &mut Vec<Here>) -> Option<()> {
        match selector {
            Selector::Name(name) => self.name(name, here, deep, next),
            Selector::All => {
                self.inside(here, deep, "everything", true)?.into_iter().for_each(|found| add(next, found));
                Some(())
            }
            Selector::Index(_) | Selector::Slice { .. } => {
                self.inside(here, deep, "items", false)?.into_iter().for_each(|found| add(next, found));
                Some(())
            }
            Selector::Filter(condition) => {
                let inside = self.inside(here, deep, "what a filter holds for", true)?;
                self.condition(condition, &inside)?;
                inside.into_iter().for_each(|found| add(next, found));
                Some(())
            }
        }
    }

    fn name(&mut self, name: &str, here: &[Here], deep: bool, next: &mut Vec<Here>) -> Option<()> {
        let before = next.len();
        let mut found = false;
        for part in here {
            match &part.ty.base {
                Base::Any => add(next, Here::any(part.ty.pii)),
                Base::Object(spec) => match spec.field(name) {
                    Some(field) => {
                        self.checker.datasets.extend(field.dataset);
                        add(next, Here { ty: field.ty.clone().with_pii(part.ty.pii), as_text: field.as_text });
                    }
                    None if spec.open => add(next, Here::any(part.ty.pii)),
                    None => continue,
                },
                // Money comes as an object.
                Base::Money(_) => add(next, Here::any(part.ty.pii)),
                _ => continue,
            }
            found = true;
        }
        if found || next.len() > before || here.is_empty() {
            return Some(());
        }
        let here_is = here.first().map(|part| part.ty.base.clone());
        let name = Name { text: name.to_owned(), span: self.span };
        match here_is {
            Some(Base::Object(spec)) if !deep => self.checker.field_of(&spec, &name).map(drop),
            Some(other) if !deep => {
                let help = match other {
                    Base::List(_) => format!("take it of every item with `[*].{}`, or of some with `[?@…]`", name.text),
                    _ => "only objects have fields".to_owned(),
                };
                let message = format!("`{}` is looked for in {}, which has no fields", name.text, Type::new(other));
                self.checker.say_at(Code::E301, self.span, message, help);
                None
            }
            _ => {
                let mut names = Vec::new();
                for part in here {
                    if let Base::Object(spec) = &part.ty.base {
                        names.extend(spec.fields.iter().map(|field| field.name.clone()));
                    }
                }
                let message = format!("nothing below here has a field `{}`", name.text);
                let diagnostic = Diagnostic::new(Code::E203, self.span, message);
                let near = suggest::nearest(&name.text, names.iter().map(String::as_str)).map(str::to_owned);
                self.checker.say(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help("it would never find anything"),
                });
                None
            }
        }
    }

    /// What is in lists, and in objects too where `fields`.
    fn inside(&mut self, here: &[Here], deep: bool, what: &str, fields: bool) -> Option<Vec<Here>> {
        let mut found = Vec::new();
        let mut any = false;
        for part in here {
            match &part.ty.base {
                Base::Any | Base::Money(_) => add(&mut found, Here::any(part.ty.pii)),
                Base::List(item) => {
                    add(&mut found, Here { ty: Type::clone(item).with_pii(part.ty.pii), as_text: false });
                }
                Base::Object(spec) if fields => each_field(spec, part.ty.pii, &mut |field| {
                    add(&mut found, field);
                }),
                _ => continue,
            }
            any = true;
        }
        if any || deep || here.is_empty() {
            return Some(found);
        }
        let other = here.first().map_or(Base::Any, |part| part.ty.base.clone());
        let message = format!("{what} of {} is looked for, which has no items", Type::new(other));
        self.checker.say_at(Code::E301, self.span, message, "only lists have items");
        None
    }

    fn condition(&mut self, condition: &Condition, here: &[Here]) -> Option<()> {
        match condition {
            Condition::Any(parts) | Condition::All(parts) => {
                parts.iter().try_for_each(|part| self.condition(part, here))
            }
            Condition::Not(inner) => self.condition(inner, here),
            Condition::Exists(inner) => self.inner(inner, here).map(drop),
            Condition::Compare(_, left, right) => {
                let (a, b) = (self.operand(left, here)?, self.operand(right, here)?);
                match (left, right) {
                    (Operand::Value(_), _) | (_, Operand::Value(_)) => self.comparable(&a, &b),
                    _ => Some(()),
                }
            }
            Condition::Matches(text, _) => {
                let kind = self.operand(text, here)?;
                match text {
                    Operand::Value(_) => self.comparable(&kind, &Kind::Text(String::new())),
                    _ => Some(()),
                }
            }
        }
    }

    fn inner(&mut self, inner: &Inner, here: &[Here]) -> Option<Vec<Here>> {
        let from = if inner.absolute { vec![self.root.clone()] } else { here.to_vec() };
        self.segments(&inner.segments, from)
    }

    fn operand(&mut self, operand: &Operand, here: &[Here]) -> Option<Kind> {
        Some(match operand {
            Operand::Literal(literal) => written(literal),
            Operand::Count(inner) => {
                self.inner(inner, here)?;
                Kind::Number
            }
            Operand::Length(inner) => {
                self.operand(inner, here)?;
                Kind::Number
            }
            Operand::Value(inner) => {
                let found = self.inner(inner, here)?;
                let mut kinds = found.iter().map(kind);
                let first = kinds.next().unwrap_or(Kind::Unknown);
                if kinds.all(|other| std::mem::discriminant(&other) == std::mem::discriminant(&first)) {
                    first
                } else {
                    Kind::Unknown
                }
            }
        })
    }

    /// Refuses a comparison whose sides can never be of one kind.
    fn comparable(&mut self, a: &Kind, b: &Kind) -> Option<()> {
        let said = match (a, b) {
            (Kind::Unknown, _) | (_, Kind::Unknown) | (Kind::Text(_), Kind::Text(_)) => return Some(()),
            (Kind::Text(what), Kind::Number) | (Kind::Number, Kind::Text(what)) if !what.is_empty() => {
                format!("{what} comes as text, and a query compares it as it came: with a number it never agrees")
            }
            (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => return Some(()),
            (a, b) => format!("{} and {} never agree", a.name(), b.name()),
        };
        let help = "go through the list with `for … in … where …`, which reads values as their types";
        self.checker.say_at(Code::E301, self.span, said, help);
        None
    }
}

/// What a value is when it is compared as it came.
enum Kind {
    Unknown,
    Bool,
    Number,
    /// Text, and what the schema says that it means where that is something else.
    Text(String),
    List,
    Object,
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::Unknown => "any value",
            Kind::Bool => "a bool",
            Kind::Number => "a number",
            Kind::Text(_) => "a text",
            Kind::List => "a list",
            Kind::Object => "an object",
        }
    }
}

fn written(literal: &Value) -> Kind {
    match literal {
        Value::Null => Kind::Unknown,
        Value::Bool(_) => Kind::Bool,
        Value::Int(_) | Value::Decimal(_) => Kind::Number,
        _ => Kind::Text(String::new()),
    }
}

fn kind(here: &Here) -> Kind {
    match &here.ty.base {
        Base::Any | Base::Null => Kind::Unknown,
        Base::Bool => Kind::Bool,
        Base::Decimal if here.as_text => Kind::Text("this decimal".to_owned()),
        Base::Int | Base::Decimal => Kind::Number,
        Base::Text | Base::Enum(_) => Kind::Text(String::new()),
        Base::Date | Base::Instant | Base::Duration => Kind::Text(format!("this {}", here.ty.base)),
        Base::List(_) => Kind::List,
        Base::Object(_) | Base::Money(_) => Kind::Object,
    }
}

fn each_field(spec: &ObjectSpec, pii: bool, see: &mut dyn FnMut(Here)) {
    for field in &spec.fields {
        see(Here { ty: field.ty.clone().with_pii(pii), as_text: field.as_text });
    }
    if spec.open {
        see(Here::any(pii));
    }
}

/// These types and all that are in them.
fn below(here: Vec<Here>) -> Vec<Here> {
    let mut found: Vec<Here> = Vec::new();
    let mut waiting = here;
    while let Some(part) = waiting.pop() {
        if found.contains(&part) {
            continue;
        }
        match &part.ty.base {
            Base::List(item) => waiting.push(Here { ty: Type::clone(item).with_pii(part.ty.pii), as_text: false }),
            Base::Object(spec) => each_field(spec, part.ty.pii, &mut |field| waiting.push(field)),
            Base::Money(_) => waiting.push(Here::any(part.ty.pii)),
            _ => {}
        }
        found.push(part);
    }
    found
}

/// Adds a type that is not there yet. Too many are no longer told apart.
fn add(found: &mut Vec<Here>, here: Here) {
    if found.contains(&here) {
        return;
    }
    if found.len() >= MAX_TYPES {
        let pii = here.ty.carries_pii() || found.iter().any(|here| here.ty.carries_pii());
        *found = vec![Here::any(pii)];
        return;
    }
    found.push(here);
}
