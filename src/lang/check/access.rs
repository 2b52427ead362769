//! Paths: from the record or a variable to a field, checked step by step against the schema. A field that may be
//! absent needs a `?` at it or after it.

use std::sync::Arc;

use super::{Checker, Typed, typed};
use crate::catalog::{Base, ObjectSpec, Type, wire};
use crate::diag::{Code, Diagnostic, Span, suggest};
use crate::lang::ast::{Access, Expr, ExprKind, Name};
use crate::lang::resolve::Binding;
use crate::plan::expr::{Access as RunAccess, Expr as Run, PathStep};
use crate::value::Value;

/// A step of a path with its place.
struct StepAt {
    access: Access,
    span: Span,
}

impl Checker<'_> {
    /// A path: an access, or a chain of them.
    pub(super) fn path(&mut self, expr: &Expr) -> Option<Typed> {
        let typed = self.along(expr)?;
        self.reads.extend(typed.origin.clone());
        Some(typed)
    }

    /// What a variable or the items of a list are another name for. A part of the record that gets a name is not read
    /// as a whole by that: what is read is what the name is used for.
    pub(super) fn alias(&mut self, expr: &Expr) -> Option<Typed> {
        let typed = match expr.kind {
            ExprKind::Access(..) => self.along(expr)?,
            _ => self.quietly(expr)?,
        };
        self.touched.extend(typed.origin.clone());
        Some(typed)
    }

    fn along(&mut self, expr: &Expr) -> Option<Typed> {
        let (base, steps) = self.flatten(expr);
        if let ExprKind::Variable(name) = &base.kind {
            match self.binding(name.span) {
                Some(Binding::Env) => return self.param(&steps, expr.span),
                Some(Binding::Lookup(_)) => {
                    let message = format!("`{}` is a lookup", name.text);
                    self.say_at(Code::E329, base.span, message, format!("write `{}[key]`", name.text));
                    return None;
                }
                _ => {}
            }
        }
        // The base is checked without noting it as read: what is read is the whole path.
        let start = self.quietly(base)?;
        self.walk(start, &steps, expr.span)
    }

    fn walk(&mut self, start: Typed, steps: &[StepAt], whole: Span) -> Option<Typed> {
        let mut ty = start.ty.clone();
        let mut origin = start.origin.clone();
        let mut run: Vec<PathStep> = Vec::new();
        let mut lists = 0_usize;
        let mut null = false;
        let mut told = false;
        for (index, step) in steps.iter().enumerate() {
            let covered = steps.get(index..).unwrap_or_default().iter().any(|s| matches!(s.access, Access::Optional));
            if ty.nullable && !matches!(step.access, Access::Optional) {
                if !covered && index == 0 {
                    self.absent(step.span, None);
                    told = true;
                }
                null = true;
            }
            match &step.access {
                Access::Optional => {
                    if !ty.nullable && !null && ty.base != Base::Any && index + 1 == steps.len() {
                        self.say_at(
                            Code::W902,
                            step.span,
                            "this is always there, so `?` does nothing",
                            "remove the `?`",
                        );
                    }
                    null |= ty.nullable || ty.base == Base::Any;
                    ty.nullable = false;
                    continue;
                }
                Access::Field(name) => {
                    let pii = ty.pii;
                    ty = self.field(&ty, name)?.with_pii(pii);
                    if name.text.contains(['.', '[', ']', '*']) && origin.is_some() {
                        // Such a name cannot be told from the path that it looks like.
                        self.whole_record();
                    }
                    push_origin(&mut origin, &name.text);
                    run.push(PathStep::new(RunAccess::Field(Arc::from(name.text.as_str())), covered));
                }
                Access::Index(at) => {
                    ty = self.item(&ty, step.span)?;
                    push_origin(&mut origin, "[]");
                    run.push(PathStep::new(RunAccess::Index(*at), covered));
                }
                Access::All => {
                    ty = match &ty.base {
                        Base::Object(spec) => every_field(spec, ty.pii),
                        _ => self.item(&ty, step.span)?,
                    };
                    ty.nullable = false;
                    lists += 1;
                    push_origin(&mut origin, "[]");
                    run.push(PathStep::new(RunAccess::All, covered));
                }
            }
            if ty.nullable && !covered {
                // One `?` covers the whole path before it, so one finding is enough.
                if !told {
                    self.absent(step.span, Some(&step.access));
                }
                told = true;
                ty.nullable = false;
            }
        }
        if let (Run::Slot(slot), Some(RunAccess::Field(first))) = (&start.node.expr, run.first().map(|step| &step.to))
            && let Some(read) = self.answers.get_mut(slot)
        {
            read.insert(first.to_string());
        }
        // A list of what is there has no gaps; a single value may be null where `?` allowed it.
        ty.nullable = null && lists == 0;
        let read = Some(ty.base.clone())
            .filter(|base| !wire::reads_as_is(base) && !matches!(base, Base::Text | Base::Enum(_)));
        let read = match (read, lists) {
            (Some(base), 1..) => Some(Base::List(Box::new(Type::new(base)))),
            (read, _) => read,
        };
        if lists > 0 {
            let pii = ty.pii;
            ty = Type::new(Base::List(Box::new(ty))).with_pii(pii);
        }
        let expr = Run::Path { base: Box::new(start.node), steps: run, read };
        Some(Typed { origin, ..typed(expr, whole, ty) })
    }

    fn absent(&mut self, span: Span, access: Option<&Access>) {
        let what = match access {
            Some(Access::Field(name)) => format!("`{}` may be absent", name.text),
            Some(Access::Index(_)) => "this item may be absent".to_owned(),
            _ => "this may be absent".to_owned(),
        };
        self.say_at(
            Code::E302,
            span,
            what,
            "end the path with `?`, which covers all of it, and say what to take instead: `path? ?? default`",
        );
    }

    /// The type of a field.
    pub(super) fn field(&mut self, ty: &Type, name: &Name) -> Option<Type> {
        match &ty.base {
            Base::Any => Some(Type::new(Base::Any)),
            Base::Money(currency) => match name.text.as_str() {
                "amount" => Some(Type::new(Base::Decimal)),
                "currency" => Some(Type::new(Base::Text)),
                _ => {
                    self.say_at(
                        Code::E203,
                        name.span,
                        format!("money has no field `{}`", name.text),
                        "it has `amount` and `currency`",
                    );
                    let _ = currency;
                    None
                }
            },
            Base::Object(spec) => {
                let spec = Arc::clone(spec);
                self.field_of(&spec, name)
            }
            other => {
                let help = match other {
                    Base::List(_) => format!(
                        "take one item with `[0]`, all with `[*].{0}`, or go through them with `for`",
                        name.text
                    ),
                    _ => "only objects have fields".to_owned(),
                };
                let message =
                    format!("`{}` is looked for in {}, which has no fields", name.text, Type::new(other.clone()));
                self.say_at(Code::E326, name.span, message, help);
                None
            }
        }
    }

    pub(super) fn field_of(&mut self, spec: &ObjectSpec, name: &Name) -> Option<Type> {
        if let Some(field) = spec.field(&name.text) {
            self.datasets.extend(field.dataset);
            return Some(field.ty.clone());
        }
        if spec.open {
            return Some(Type::new(Base::Any).or_null());
        }
        let title = if spec.name.is_empty() { "this object".to_owned() } else { spec.name.clone() };
        let diagnostic = Diagnostic::new(Code::E203, name.span, format!("{title} has no field `{}`", name.text));
        let names: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
        self.say(match suggest::nearest(&name.text, names.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => {
                let shown: Vec<&str> = names.iter().take(12).copied().collect();
                let more = if names.len() > 12 { ", …" } else { "" };
                diagnostic.help(format!("its fields are {}{more}", shown.join(", ")))
            }
        });
        None
    }

    fn item(&mut self, ty: &Type, span: Span) -> Option<Type> {
        match &ty.base {
            Base::Any => Some(Type::new(Base::Any)),
            Base::List(item) => Some(Type::clone(item).with_pii(ty.pii)),
            other => {
                let message = format!("items are taken of {}, which is no list", Type::new(other.clone()));
                self.say_at(Code::E327, span, message, "only lists have items; a field is taken with `.name`");
                None
            }
        }
    }

    fn param(&mut self, steps: &[StepAt], whole: Span) -> Option<Typed> {
        let Some(Access::Field(name)) = steps.first().map(|step| &step.access) else {
            self.say_at(Code::E206, whole, "`env` alone has no value", "write `env.name` for a parameter");
            return None;
        };
        let Some(index) = self.params.iter().position(|param| param.name == name.text) else {
            let names = self.params.iter().map(|param| param.name.as_str());
            let near = suggest::nearest(&name.text, names).map(str::to_owned);
            let help = match near {
                Some(near) => format!("did you mean `env.{near}`?"),
                None => format!("declare it: `param {}: text`", name.text),
            };
            self.say_at(Code::E206, name.span, format!("no parameter is called `{}`", name.text), help);
            return None;
        };
        let ty = self.params.get(index).map(|param| param.ty.clone())?;
        let start = typed(Run::Param(index), whole, ty);
        match steps.get(1..) {
            Some(rest) if !rest.is_empty() => self.walk(start, rest, whole),
            _ => Some(start),
        }
    }

    /// A path as its base and the steps from there. An index that is written down is a step, unless it is the key of
    /// a lookup.
    fn flatten<'e>(&self, expr: &'e Expr) -> (&'e Expr, Vec<StepAt>) {
        let mut steps = Vec::new();
        let mut base = expr;
        loop {
            let after = |inner: &Expr| Span { start: inner.span.end, end: base.span.end };
            base = match &base.kind {
                ExprKind::Access(inner, access) => {
                    let span = match access {
                        Access::Field(name) => name.span,
                        _ => after(inner),
                    };
                    steps.push(StepAt { access: access.clone(), span });
                    inner
                }
                ExprKind::Index(inner, keys) if !self.is_lookup(inner) => match keys.as_slice() {
                    [Expr { kind: ExprKind::Literal(Value::Int(at)), .. }] => {
                        steps.push(StepAt { access: Access::Index(*at), span: after(inner) });
                        inner
                    }
                    _ => break,
                },
                _ => break,
            };
        }
        steps.reverse();
        (base, steps)
    }

    fn is_lookup(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Variable(name) if matches!(self.binding(name.span), Some(Binding::Lookup(_))))
    }

    /// The record as a whole: every block of it is needed.
    pub(super) fn whole_record(&mut self) {
        self.reads.insert("*".to_owned());
        if let Some(record) = self.record.clone() {
            visit(&record, &mut |_, dataset| self.datasets.extend(dataset));
        }
    }
}

/// What the fields of an object are, taken together.
fn every_field(spec: &ObjectSpec, pii: bool) -> Type {
    let mut fields = spec.fields.iter().map(|field| &field.ty);
    let pii = pii || fields.clone().any(Type::carries_pii);
    let base = match fields.next() {
        Some(first) if !spec.open && fields.all(|other| other.base == first.base) => first.base.clone(),
        _ => Base::Any,
    };
    Type::new(base).with_pii(pii)
}

fn push_origin(origin: &mut Option<String>, part: &str) {
    if let Some(origin) = origin {
        if !origin.is_empty() && part != "[]" {
            origin.push('.');
        }
        origin.push_str(part);
    }
}

pub(super) fn visit(spec: &ObjectSpec, see: &mut dyn FnMut(&str, Option<&'static str>)) {
    for field in &spec.fields {
        see(&field.name, field.dataset);
        let mut base = &field.ty.base;
        while let Base::List(item) = base {
            base = &item.base;
        }
        if let Base::Object(inner) = base {
            visit(inner, see);
        }
    }
}
