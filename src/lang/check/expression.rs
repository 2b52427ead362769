//! The type of each kind of expression.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Checker, Typed, join, typed};
use crate::catalog::function::Arity;
use crate::catalog::{Base, EnumSpec, Field, Function, ObjectSpec, Params, Type};
use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Access, Expr, ExprKind, Name};
use crate::lang::resolve::Binding;
use crate::plan::expr::{Expr as Run, Template};
use crate::plan::{Node, template};
use crate::value::Value;

impl Checker<'_> {
    /// An expression. What is wrong with it is said; then it has no type, and nothing that contains it has one.
    pub(super) fn expr(&mut self, expr: &Expr) -> Option<Typed> {
        let typed = self.quietly(expr)?;
        // A part of the record is read where it is used as a whole.
        match &typed.origin {
            Some(origin) if origin.is_empty() => self.whole_record(),
            Some(origin) if !matches!(expr.kind, ExprKind::Access(..)) => drop(self.reads.insert(origin.clone())),
            _ => {}
        }
        Some(typed)
    }

    /// An expression, without noting that a part of the record is read.
    pub(super) fn quietly(&mut self, expr: &Expr) -> Option<Typed> {
        // Checking goes down the tree by recursion, and a thread may have begun with little stack.
        stacker::maybe_grow(128 << 10, 2 << 20, || self.one(expr))
    }

    fn one(&mut self, expr: &Expr) -> Option<Typed> {
        let at = expr.span;
        if !self.deeper(at) {
            self.depth -= 1;
            return None;
        }
        let typed = self.kind(expr, at);
        self.depth -= 1;
        typed
    }

    fn kind(&mut self, expr: &Expr, at: Span) -> Option<Typed> {
        match &expr.kind {
            ExprKind::Literal(value) => Some(typed(Run::Const(value.clone()), at, type_of(value))),
            ExprKind::Record => {
                if self.is_behind("$", at) {
                    return None;
                }
                let base = self.record.as_ref().map_or(Base::Any, |spec| Base::Object(Arc::clone(spec)));
                Some(Typed { origin: Some(String::new()), ..typed(Run::Record, at, Type::new(base)) })
            }
            ExprKind::Variable(name) => self.variable(name, at),
            ExprKind::Access(..) => self.path(expr),
            ExprKind::Query(text) => self.query(text, at),
            ExprKind::Index(base, keys) => self.index(base, keys, at),
            ExprKind::Interpolated(parts) => self.interpolated(parts, at),
            ExprKind::Template(text) => self.template(text, at),
            ExprKind::Call(name, args) => self.call(name, args, at),
            ExprKind::Arithmetic(operation, a, b) => self.arithmetic(*operation, a, b, at),
            ExprKind::Compare(comparison, a, b) => self.compare(*comparison, a, b, at),
            ExprKind::In(item, list, not) => self.contained(item, list, *not, at),
            ExprKind::And(a, b) => {
                let (a, b) = (self.condition(a), self.condition(b));
                Some(typed(Run::And(Box::new(a?), Box::new(b?)), at, Type::new(Base::Bool)))
            }
            ExprKind::Or(a, b) => {
                let (a, b) = (self.condition(a), self.condition(b));
                Some(typed(Run::Or(Box::new(a?), Box::new(b?)), at, Type::new(Base::Bool)))
            }
            ExprKind::Not(inner) => {
                let said = self.found.len();
                let Some(inner) = self.condition(inner) else {
                    if let Some(found) = self.found.get_mut(said..).and_then(<[Diagnostic]>::last_mut)
                        && found.code == Code::E320
                        && found.span == inner.span
                    {
                        found.code = Code::E332;
                        found.help =
                            Some("`not` takes the nearest value: write `not (a == b)`, or `a != b`".to_owned());
                    }
                    return None;
                };
                Some(typed(Run::Not(Box::new(inner)), at, Type::new(Base::Bool)))
            }
            ExprKind::Negate(inner) => {
                let inner = self.some(inner)?;
                if !Params::NUMBER.or(Params::MONEY).take_base(&inner.ty.base) {
                    self.wrong(inner.node.at, "a number", &inner.ty);
                    return None;
                }
                Some(typed(Run::Negate(Box::new(inner.node)), at, inner.ty))
            }
            ExprKind::Coalesce(a, b) => self.coalesce(a, b, at),
            ExprKind::Catch(a, b) => {
                self.caught += 1;
                let first = self.expr(a);
                self.caught -= 1;
                let (a, b) = (first?, self.expr(b)?);
                self.nothing_to_catch(&a.node);
                let ty = self.joined(&a, &b, at)?;
                Some(typed(Run::Catch(Box::new(a.node), Box::new(b.node)), at, ty))
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                let (then, otherwise) = (self.expr(then), self.expr(otherwise));
                let (condition, then, otherwise) = (condition?, then?, otherwise?);
                let ty = self.joined(&then, &otherwise, at)?;
                Some(typed(Run::If(Box::new(condition), Box::new(then.node), Box::new(otherwise.node)), at, ty))
            }
            ExprKind::Match(subject, arms) => self.matching(subject.as_deref(), arms, at),
            ExprKind::For(name, list, filter, body) => self.each(name, list, filter.as_deref(), body, at),
            ExprKind::List(items) => self.list(items, at),
            ExprKind::Object(lets, fields) => self.object(lets, fields, at),
            ExprKind::With(base, fields) => self.with(base, fields, at),
            ExprKind::Block(lets, body) => {
                let lets = self.bindings(lets);
                let body = self.expr(body)?;
                let ty = body.ty.clone();
                Some(typed(Run::Block(lets?, Box::new(body.node)), at, ty))
            }
        }
    }

    /// An expression that must not be null here.
    pub(super) fn some(&mut self, expr: &Expr) -> Option<Typed> {
        let typed = self.expr(expr)?;
        self.present(typed, expr)
    }

    /// A list that is gone through: what is read of it is what is read of its items.
    pub(super) fn listed(&mut self, expr: &Expr) -> Option<Typed> {
        let typed = self.alias(expr)?;
        self.present(typed, expr)
    }

    fn present(&mut self, typed: Typed, expr: &Expr) -> Option<Typed> {
        if typed.ty.nullable {
            self.say_at(
                Code::E302,
                expr.span,
                "this may be absent",
                "say what to take instead: `… ?? default`, or ask first with `if … == null`",
            );
            return None;
        }
        Some(typed)
    }

    /// A condition: true or false, nothing else.
    pub(super) fn condition(&mut self, expr: &Expr) -> Option<Node> {
        let typed = self.some(expr)?;
        match typed.ty.base {
            Base::Bool | Base::Any => Some(typed.node),
            _ => {
                self.say_at(
                    Code::E320,
                    expr.span,
                    format!("a condition is true or false, and this is {}", typed.ty),
                    "compare it: `… == value`, `… != null`, `count(…) > 0`",
                );
                None
            }
        }
    }

    /// Text that stands in messages.
    pub(super) fn message(&mut self, expr: &Expr) -> Option<Node> {
        let typed = self.some(expr)?;
        if matches!(typed.ty.base, Base::List(_) | Base::Object(_)) {
            self.wrong(expr.span, "text", &typed.ty);
            return None;
        }
        if typed.ty.carries_pii() {
            self.say_at(
                Code::E504,
                expr.span,
                "a reason is shown in lists and logs, and this one would show buyer data",
                "mask it: `mask(…)`, `initials(…)`, or leave it out",
            );
            return None;
        }
        Some(typed.node)
    }

    pub(super) fn wrong(&mut self, span: Span, wanted: &str, ty: &Type) {
        self.say(Diagnostic::new(Code::E301, span, format!("this must be {wanted}, and it is {ty}")));
    }

    fn joined(&mut self, a: &Typed, b: &Typed, at: Span) -> Option<Type> {
        let joined = join::join(&a.ty, &b.ty);
        if joined.is_none() {
            self.say(
                Diagnostic::new(Code::E307, at, format!("one branch is {}, the other {}", a.ty, b.ty))
                    .label(a.node.at, format!("{}", a.ty))
                    .label(b.node.at, format!("{}", b.ty))
                    .help("make both the same kind"),
            );
        }
        joined
    }

    fn variable(&mut self, name: &Name, at: Span) -> Option<Typed> {
        match self.binding(name.span)? {
            Binding::Slot(slot) => {
                if self.behind.contains(&slot) && self.is_behind(&name.text, at) {
                    return None;
                }
                let (ty, origin) = self.slots.get(&slot).cloned()?;
                Some(Typed { origin, ..typed(Run::Slot(slot), at, ty) })
            }
            Binding::Lookup(_) => {
                let message = format!("`{}` is a lookup and needs a key", name.text);
                self.say_at(Code::E329, at, message, format!("write `{}[key]`", name.text));
                None
            }
            Binding::Function(_) => {
                let message = format!("`{}` is a function and no value", name.text);
                self.say_at(Code::E231, at, message, format!("write `{}(…)`", name.text));
                None
            }
            Binding::Env => {
                self.say_at(Code::E206, at, "`env` alone has no value", "write `env.name` for a parameter");
                None
            }
        }
    }

    fn index(&mut self, base: &Expr, keys: &[Expr], at: Span) -> Option<Typed> {
        if let ExprKind::Variable(name) = &base.kind
            && let Some(Binding::Lookup(lookup)) = self.binding(name.span)
        {
            return self.lookup(lookup, keys, at);
        }
        let [key] = keys else {
            self.say_at(Code::E327, at, "an item has one index", "only lookups take several keys");
            return None;
        };
        if let ExprKind::Literal(Value::Int(index)) = key.kind {
            let access = Expr { kind: ExprKind::Access(Box::new(base.clone()), Access::Index(index)), span: at };
            return self.path(&access);
        }
        let (list, key) = (self.some(base)?, self.some(key)?);
        let item = match &list.ty.base {
            Base::List(item) => Type::clone(item).with_pii(list.ty.pii),
            Base::Any => Type::new(Base::Any).with_pii(list.ty.pii),
            _ => {
                let help = "write `.name` for a field; `[…]` takes items of lists and answers of lookups";
                self.say_at(
                    Code::E327,
                    list.node.at,
                    format!("items are taken of {}, which is no list", list.ty),
                    help,
                );
                return None;
            }
        };
        let nth = self.catalog.function("nth")?;
        Some(typed(Run::Call { function: nth, args: vec![list.node, key.node] }, at, item))
    }

    fn interpolated(&mut self, parts: &[Expr], at: Span) -> Option<Typed> {
        let mut nodes = Vec::new();
        let mut pii = false;
        let mut sound = true;
        for part in parts {
            match self.some(part) {
                Some(part) if matches!(part.ty.base, Base::List(_) | Base::Object(_)) => {
                    let help = "name one part of it, or put a list together with `join(\", \", list)`";
                    let message = format!("{} has no form as text", part.ty);
                    self.say_at(Code::E333, part.node.at, message, help);
                    sound = false;
                }
                Some(part) => {
                    pii |= part.ty.carries_pii();
                    nodes.push(part.node);
                }
                None => sound = false,
            }
        }
        sound.then(|| typed(Run::Concat(nodes), at, Type::new(Base::Text).with_pii(pii)))
    }

    fn template(&mut self, text: &str, at: Span) -> Option<Typed> {
        let environment = match template::compile(text) {
            Ok(environment) => environment,
            Err((message, _)) => {
                self.say_at(
                    Code::E108,
                    at,
                    format!("this template is not well formed: {message}"),
                    "every `{% if … %}` ends with `{% endif %}`, every `{% for … %}` with `{% endfor %}`",
                );
                return None;
            }
        };
        let scope = self.resolved.scopes.get(&at).cloned().unwrap_or_default();
        let mut names = Vec::new();
        let mut pii = false;
        for name in template::names(&environment) {
            let Some(Binding::Slot(slot)) = scope.get(&name).map(|binding| self.here(*binding)) else {
                let known: Vec<&str> = scope.keys().map(String::as_str).collect();
                let help = match crate::diag::suggest::nearest(&name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("give it a name first: `let {name} = …`"),
                };
                self.say_at(Code::E201, at, format!("the template uses `{name}`, and nothing is called that"), help);
                return None;
            };
            if self.behind.contains(&slot) && self.is_behind(&name, at) {
                return None;
            }
            let (ty, origin) = self.slots.get(&slot).cloned()?;
            self.reads.extend(origin);
            pii |= ty.carries_pii();
            names.push((name, typed(Run::Slot(slot), at, ty).node));
        }
        let compiled = Template { source: text.to_owned(), names, environment };
        Some(typed(Run::Template(Arc::new(compiled)), at, Type::new(Base::Text).with_pii(pii)))
    }

    fn call(&mut self, name: &Name, args: &[Expr], at: Span) -> Option<Typed> {
        if let Some(own) = self.own_function(name.span) {
            return self.own_call(own, args, name.span, at);
        }
        let function = self.catalog.function(&name.text);
        let checked: Vec<Option<Typed>> = args.iter().map(|arg| self.expr(arg)).collect();
        let function = function?;
        let mut args: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
        if !self.arity(function, args.len(), name.span) || !self.arguments(function, &args) {
            return None;
        }
        if !self.named_fields(function, &mut args) {
            return None;
        }
        if !self.may_succeed(function, &args, at) {
            return None;
        }
        self.zone(function, &args, at);
        self.guessable(function, &args, at);
        let types: Vec<Type> = args.iter().map(|arg| arg.ty.clone()).collect();
        let ty = function.result(&types);
        let nodes = args.into_iter().map(|arg| arg.node).collect();
        Some(typed(Run::Call { function, args: nodes }, at, ty))
    }

    fn arity(&mut self, function: &Function, given: usize, at: Span) -> bool {
        let least = function.params.iter().filter(|param| param.arity != Arity::Optional).count();
        let many = function.params.iter().any(|param| param.arity == Arity::Many);
        let fits = given >= least && (many || given <= function.params.len());
        if !fits {
            let message =
                format!("`{}` does not take {given} argument{}", function.name, if given == 1 { "" } else { "s" });
            self.say_at(Code::E303, at, message, format!("its form is `{}`", function.signature()));
        }
        fits
    }

    fn arguments(&mut self, function: &Function, args: &[Typed]) -> bool {
        let mut sound = true;
        for (index, arg) in args.iter().enumerate() {
            let Some(param) = function.params.get(index).or(function.params.last()) else { continue };
            let takes_null = param.takes.0 & Params::NULL.0 != 0;
            if (arg.ty.nullable || arg.ty.base == Base::Null) && !takes_null {
                self.say_at(
                    Code::E302,
                    arg.node.at,
                    format!("this may be absent, and `{}` needs it", function.name),
                    "say what to take instead: `… ?? default`",
                );
                sound = false;
            } else if arg.ty.base != Base::Null && !param.takes.take_base(&arg.ty.base) {
                let message =
                    format!("`{}` takes {} for `{}`, and this is {}", function.name, param.takes, param.name, arg.ty);
                self.say_at(Code::E301, arg.node.at, message, format!("its form is `{}`", function.signature()));
                sound = false;
            }
        }
        sound
    }

    fn coalesce(&mut self, a: &Expr, b: &Expr, at: Span) -> Option<Typed> {
        let first = self.expr(a);
        let second = self.expr(b);
        let (first, second) = (first?, second?);
        if !first.ty.nullable && !matches!(first.ty.base, Base::Any | Base::Null) {
            self.say_at(
                Code::W910,
                first.node.at,
                "this is always there, so what follows `??` is never taken",
                "remove `?? …`; for a value that may fail, write `catch`",
            );
        }
        let present = Typed { ty: join::present(&first.ty), node: first.node, origin: None };
        let ty = self.joined(&present, &second, at)?;
        let ty = Type { nullable: second.ty.nullable || second.ty.base == Base::Null, ..ty };
        Some(typed(Run::Coalesce(Box::new(present.node), Box::new(second.node)), at, ty))
    }

    fn each(&mut self, name: &Name, list: &Expr, filter: Option<&Expr>, body: &Expr, at: Span) -> Option<Typed> {
        let slot = self.slot_at(name.span)?;
        let list = self.listed(list)?;
        let (item, origin) = self.items(&list, "for")?;
        self.keep(slot, item, origin, name.span)?;
        let filter = filter.map(|filter| self.condition(filter));
        let body = self.expr(body);
        let filter = match filter {
            Some(filter) => Some(Box::new(filter?)),
            None => None,
        };
        let body = body?;
        let pii = body.ty.pii;
        let ty = Type::new(Base::List(Box::new(body.ty))).with_pii(pii);
        Some(typed(Run::For { slot, list: Box::new(list.node), filter, body: Box::new(body.node) }, at, ty))
    }

    /// The type and origin of a list's items, for a word that goes through lists.
    pub(super) fn items(&mut self, list: &Typed, word: &str) -> Option<(Type, Option<String>)> {
        match &list.ty.base {
            Base::List(item) => {
                let origin = list.origin.as_ref().map(|origin| format!("{origin}[]"));
                self.touched.extend(origin.clone());
                Some((Type::clone(item).with_pii(list.ty.pii), origin))
            }
            Base::Any => Some((Type::new(Base::Any).with_pii(list.ty.pii), None)),
            _ => {
                let message = format!("`{word}` goes through lists, and this is {}", list.ty);
                let help = "give it a list; for an object take `values(…)` or `keys(…)`";
                self.say_at(Code::E327, list.node.at, message, help);
                None
            }
        }
    }

    fn list(&mut self, items: &[Expr], at: Span) -> Option<Typed> {
        let checked: Vec<Option<Typed>> = items.iter().map(|item| self.expr(item)).collect();
        let items: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
        let mut item: Option<Type> = None;
        for next in &items {
            item = Some(match item {
                Some(ty) => join::either(&ty, &next.ty),
                None => next.ty.clone(),
            });
        }
        let item = item.unwrap_or_else(|| Type::new(Base::Null));
        let nodes = items.into_iter().map(|item| item.node).collect();
        Some(typed(Run::List(nodes), at, Type::new(Base::List(Box::new(item)))))
    }

    fn bindings(&mut self, lets: &[(Name, Expr)]) -> Option<Vec<(usize, Node)>> {
        let mut nodes = Vec::new();
        let mut sound = true;
        for (name, value) in lets {
            match (self.slot_at(name.span), self.alias(value)) {
                (Some(slot), Some(value)) => {
                    if self.keep(slot, value.ty, value.origin, name.span).is_none() {
                        sound = false;
                    }
                    nodes.push((slot, value.node));
                }
                _ => sound = false,
            }
        }
        sound.then_some(nodes)
    }

    fn object(&mut self, lets: &[(Name, Expr)], fields: &[(Name, Expr)], at: Span) -> Option<Typed> {
        let lets = self.bindings(lets);
        let built = self.fields(fields, Vec::new(), HashMap::new())?;
        let (nodes, ty) = built;
        let object = Run::Object(nodes.into_iter().collect());
        let lets = lets?;
        if lets.is_empty() {
            return Some(typed(object, at, ty));
        }
        let body = typed(object, at, ty.clone()).node;
        Some(typed(Run::Block(lets, Box::new(body)), at, ty))
    }

    fn with(&mut self, base: &Expr, fields: &Expr, at: Span) -> Option<Typed> {
        let base = self.some(base);
        let ExprKind::Object(_, fields) = &fields.kind else { return None };
        let base = base?;
        let (known, places) = match &base.ty.base {
            Base::Object(spec) => {
                let places = self.places.get(&(Arc::as_ptr(spec) as usize)).cloned().unwrap_or_default();
                (spec.fields.clone(), places)
            }
            Base::Any => (Vec::new(), HashMap::new()),
            _ => {
                self.wrong(base.node.at, "an object", &base.ty);
                return None;
            }
        };
        let (nodes, ty) = self.fields(fields, known, places)?;
        let ty = if base.ty.base == Base::Any {
            Type::new(Base::Any).with_pii(ty.carries_pii() || base.ty.pii)
        } else {
            ty.with_pii(base.ty.pii)
        };
        Some(typed(Run::With(Box::new(base.node), nodes), at, ty))
    }

    /// Fields set on top of known ones; gives them with the type of the whole.
    #[allow(clippy::type_complexity, reason = "nodes and the type of their object")]
    fn fields(
        &mut self,
        fields: &[(Name, Expr)],
        mut known: Vec<Field>,
        mut places: HashMap<String, Span>,
    ) -> Option<(Vec<(Arc<str>, Node)>, Type)> {
        let mut nodes: Vec<(Arc<str>, Node)> = Vec::new();
        let mut sound = true;
        for (name, value) in fields {
            if let Some((_, earlier)) = nodes.iter().find(|(field, _)| **field == *name.text) {
                let earlier = earlier.at;
                self.say(
                    Diagnostic::new(Code::E104, name.span, format!("`{}` is set twice", name.text))
                        .label(earlier, "set here")
                        .help("remove one of the two"),
                );
            }
            let Some(value) = self.expr(value) else {
                sound = false;
                continue;
            };
            let field = Field::required(&name.text, value.ty);
            match known.iter_mut().find(|field| field.name == name.text) {
                Some(old) => *old = field,
                None => known.push(field),
            }
            places.insert(name.text.clone(), name.span);
            nodes.push((Arc::from(name.text.as_str()), value.node));
        }
        let spec = Arc::new(ObjectSpec { name: String::new(), fields: known, open: false });
        self.places.insert(Arc::as_ptr(&spec) as usize, places);
        self.built.push(Arc::clone(&spec));
        sound.then(|| (nodes, Type::new(Base::Object(spec))))
    }
}

/// The type of a literal. Text is an enum of that one word, so that targets can check it.
fn type_of(value: &Value) -> Type {
    let base = match value {
        Value::Null => return Type::new(Base::Null).or_null(),
        Value::Bool(_) => Base::Bool,
        Value::Int(_) => Base::Int,
        Value::Decimal(_) => Base::Decimal,
        Value::Text(text) => {
            Base::Enum(Arc::new(EnumSpec { name: "text".to_owned(), values: vec![text.to_string()], open: false }))
        }
        Value::Date(_) => Base::Date,
        Value::Instant(_) => Base::Instant,
        Value::Duration(_) => Base::Duration,
        Value::Money(money) => Base::Money(Some(money.currency)),
        Value::List(_) | Value::Object(_) => Base::Any,
    };
    Type::new(base)
}
