//! Users' own functions. Each body is checked once by itself, with the types that its parameters say; then it is checked
//! and lowered anew for each call, with slots of its own, so that a call costs nothing at run time, `any` has the type of
//! what is given, and buyer data stays known as such.

use std::collections::HashSet;

use super::{Checker, Typed, typed};
use crate::catalog::{Base, Type, wire};
use crate::diag::{Code, Diagnostic, Severity, Span};
use crate::lang::MAX_DEPTH;
use crate::lang::ast::{Expr, FunctionItem, ItemKind};
use crate::lang::resolve::{Binding, FunctionId};
use crate::lang::unit::Unit;
use crate::plan::{Expr as Run, Node, Slot};
use crate::value::Value;

/// How many expressions all calls of a flow may put in place of themselves.
const MOST: usize = 200_000;
/// How many of the calls that lead to a place are shown with it.
const CALLS_TOLD: usize = 4;
/// How deep functions may call functions.
const DEEPEST: usize = 24;

/// A function whose types are known.
pub(super) struct FunctionTyped<'c> {
    item: &'c FunctionItem,
    params: Vec<Type>,
    returns: Option<Type>,
    /// How many slots a call needs.
    slots: usize,
    /// How many expressions are in it.
    size: usize,
    /// Whether it may be called; what is wrong with it was said.
    sound: bool,
}

/// Checks the functions of all files.
pub(super) fn functions<'c>(checker: &mut Checker<'c>, unit: &'c Unit) {
    let items = unit.modules.iter().flat_map(|module| &module.file.items).filter_map(|item| match &item.kind {
        ItemKind::Function(function) => Some(function),
        _ => None,
    });
    for (id, item) in items.enumerate() {
        let mut params = Vec::new();
        let mut sound = true;
        for (_, written) in &item.params {
            match checker.written(written) {
                Some(ty) => params.push(ty),
                None => sound = false,
            }
        }
        let returns = item.returns.as_ref().map(|written| checker.written(written));
        sound &= !matches!(returns, Some(None));
        let slots = checker.resolved.function_slots.get(id).copied().unwrap_or(0);
        let mut size = 0;
        item.body.visit(&mut |_| size += 1);
        checker.functions.push(FunctionTyped { item, params, returns: returns.flatten(), slots, size, sound });
    }
    let callable: HashSet<FunctionId> = checker.resolved.callable.iter().copied().collect();
    for (id, function) in checker.functions.iter_mut().enumerate() {
        function.sound &= callable.contains(&id);
    }
    for id in checker.resolved.callable.clone() {
        alone(checker, id);
    }
}

/// Checks a function by itself.
fn alone(checker: &mut Checker<'_>, id: FunctionId) {
    let Some(function) = checker.functions.get(id).filter(|function| function.sound) else { return };
    let args = function.params.iter().map(|ty| typed(Run::Const(Value::Null), function.item.name.span, ty.clone()));
    let args: Vec<Typed> = args.collect();
    // Nothing of this runs: what it reads and which slots it needs is known where it is called.
    let (reads, touched, datasets) = (checker.reads.clone(), checker.touched.clone(), checker.datasets.clone());
    let (slots, put) = (checker.slot_count, checker.put);
    let before = checker.found.len();
    let sound = checker.body(id, args).is_some();
    let broken = checker.found.iter().skip(before).any(|found| found.severity() == Severity::Error);
    (checker.reads, checker.touched, checker.datasets) = (reads, touched, datasets);
    (checker.slot_count, checker.put) = (slots, put);
    if let Some(function) = checker.functions.get_mut(id) {
        function.sound = sound && !broken;
    }
}

impl<'c> Checker<'c> {
    /// A call of a user's function.
    pub(super) fn own_call(&mut self, id: FunctionId, args: &[Expr], name: Span, at: Span) -> Option<Typed> {
        // Of a part of the record that is handed over only what the function reads is read.
        let checked: Vec<Option<Typed>> = args.iter().map(|arg| self.alias(arg)).collect();
        let args: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
        let function = self.functions.get(id).filter(|function| function.sound)?;
        let (item, params) = (function.item, function.params.clone());
        if args.len() != params.len() {
            let count = |n: usize| format!("{n} argument{}", if n == 1 { "" } else { "s" });
            let message = format!("`{}` takes {}, and here are {}", item.name.text, count(params.len()), args.len());
            let form = format!("its form is `{}`", signature(item, &params));
            let told = Diagnostic::new(Code::E303, name, message).label(item.name.span, "declared here").help(form);
            self.say(told);
            return None;
        }
        let mut given = Vec::new();
        for ((arg, ty), (param, _)) in args.into_iter().zip(&params).zip(&item.params) {
            given.push(self.argument(arg, ty, item, &param.text));
        }
        let given: Vec<Typed> = given.into_iter().collect::<Option<_>>()?;
        if self.calls.len() >= DEEPEST || self.put > MOST {
            let message = match self.put > MOST {
                true => format!("functions that call functions make more than {MOST} expressions of this flow"),
                false => format!("functions call each other more than {DEEPEST} levels deep"),
            };
            self.say_at(Code::E102, at, message, "work parts out once with `let`, and give them as arguments");
            return None;
        }
        let before = self.found.len();
        self.calls.push(at);
        let outcome = self.body(id, given);
        self.calls.pop();
        self.called(before, at);
        let (args, body, ty) = outcome?;
        Some(typed(Run::Inlined { args, body: Box::new(body) }, at, ty))
    }

    /// What was found in a body that was sound by itself comes from what is given to it here.
    fn called(&mut self, before: usize, at: Span) {
        let mut at_call = self.found.split_off(before.min(self.found.len()));
        at_call.retain(|found| found.severity() == Severity::Error);
        for mut found in at_call {
            // The innermost calls and the outermost tell the way; the others are a list without end.
            if found.labels.len() >= CALLS_TOLD {
                found.labels.pop();
            }
            self.found.push(found.label(at, "called here"));
        }
    }

    /// An argument as its parameter takes it.
    fn argument(&mut self, arg: Typed, param: &Type, item: &FunctionItem, name: &str) -> Option<Typed> {
        let at = arg.node.at;
        if (arg.ty.nullable || arg.ty.base == Base::Null) && !param.nullable {
            let message = format!("this may be absent, and `{}` needs `{name}`", item.name.text);
            let help = "say what to take instead: `… ?? default`; or let the parameter be absent: `name: type?`";
            self.say_at(Code::E302, at, message, help);
            return None;
        }
        if arg.ty.base != Base::Null && !fits(&arg.ty, param) {
            let message = format!("`{}` takes {param} for `{name}`, and this is {}", item.name.text, arg.ty);
            let told = Diagnostic::new(Code::E301, at, message).label(item.name.span, "declared here");
            self.say(told.help("make it what the function takes, or declare the parameter as what it gets"));
            return None;
        }
        let pii = arg.ty.carries_pii();
        let ty = match (&param.base, &arg.ty.base) {
            (Base::Any, Base::Null) => Type { nullable: true, ..Type::new(Base::Any) },
            (Base::Any, _) => arg.ty.clone(),
            // What is the same type has its labels field by field.
            (wanted, given) if wanted == given => arg.ty.clone(),
            (Base::Money(None), given @ Base::Money(_)) => Type::new(given.clone()).with_pii(pii),
            _ => param.clone().with_pii(pii),
        };
        let ty = Type { nullable: param.nullable || ty.nullable, ..ty };
        // What nobody knew the type of is read as what the parameter says.
        let read = arg.ty.base == Base::Any && !wire::reads_as_is(&param.base);
        let node = match read {
            true => Node {
                at,
                pii: arg.node.pii,
                expr: Run::Path { base: Box::new(arg.node), steps: Vec::new(), read: Some(param.base.clone()) },
            },
            false => arg.node,
        };
        Some(Typed { node, ty, origin: arg.origin })
    }

    /// A function's body with arguments: these by their slots, the lowered body, and what it gives.
    #[allow(clippy::type_complexity, reason = "the parts of a call")]
    fn body(&mut self, id: FunctionId, args: Vec<Typed>) -> Option<(Vec<(Slot, Node)>, Node, Type)> {
        let function = self.functions.get(id)?;
        let (item, returns, size) = (function.item, function.returns.clone(), function.size);
        let base = self.slot_count;
        self.slot_count += function.slots;
        self.put += size;
        let outside = (std::mem::replace(&mut self.base, base), self.record.take(), self.depth);
        let outcome = self.inside(item, args);
        (self.base, self.record, self.depth) = outside;
        let (args, mut body) = outcome?;
        if let Some(returns) = returns {
            let nullable = (body.ty.nullable || body.ty.base == Base::Null) && !returns.nullable;
            if nullable || body.ty.base != Base::Null && !fits(&body.ty, &returns) {
                let message = format!("`{}` says that it gives {returns}, and this is {}", item.name.text, body.ty);
                let at = item.returns.as_ref().map_or(item.name.span, |written| written.span);
                let told = Diagnostic::new(Code::E258, body.node.at, message).label(at, "said here");
                self.say(told.help("mend one of the two, or leave the type away"));
                return None;
            }
            if returns.base != Base::Any {
                body.ty = returns.with_pii(body.ty.carries_pii());
            }
        }
        Some((args, body.node, body.ty))
    }

    fn inside(&mut self, item: &FunctionItem, args: Vec<Typed>) -> Option<(Vec<(Slot, Node)>, Typed)> {
        let mut nodes = Vec::new();
        for ((name, _), arg) in item.params.iter().zip(args) {
            let slot = self.slot_at(name.span)?;
            self.keep(slot, arg.ty, arg.origin, name.span)?;
            nodes.push((slot, arg.node));
        }
        let body = self.expr(&item.body)?;
        Some((nodes, body))
    }

    /// The function that a name means.
    pub(super) fn own_function(&self, name: Span) -> Option<FunctionId> {
        match self.binding(name) {
            Some(Binding::Function(id)) => Some(id),
            _ => None,
        }
    }

    /// Goes one level down; says so where that is too deep for what walks the plan later.
    pub(super) fn deeper(&mut self, at: Span) -> bool {
        self.depth += 1;
        let fits = self.calls.is_empty() || self.depth <= 4 * MAX_DEPTH;
        if !fits && !self.found.iter().any(|found| found.code == Code::E102) {
            let help = "work parts out first with `let`";
            self.say_at(Code::E102, at, "with the functions that are called here this is nested too deep", help);
        }
        fits
    }
}

/// `net(gross: decimal, rate: decimal)`
fn signature(item: &FunctionItem, params: &[Type]) -> String {
    let params: Vec<String> =
        item.params.iter().zip(params).map(|((name, _), ty)| format!("{}: {ty}", name.text)).collect();
    format!("{}({})", item.name.text, params.join(", "))
}

/// Whether a value of one type can stand where another is wanted. Whether it may be absent is another question, but for
/// what is inside it.
fn fits(given: &Type, wanted: &Type) -> bool {
    let absent = |given: &Type, wanted: &Type| given.nullable && !wanted.nullable && wanted.base != Base::Any;
    match (&given.base, &wanted.base) {
        (Base::Any | Base::Null, _) | (_, Base::Any) => true,
        (Base::Int, Base::Decimal) | (Base::Enum(_), Base::Text) | (Base::Money(_), Base::Money(None)) => true,
        (Base::List(given), Base::List(wanted)) => !absent(given, wanted) && fits(given, wanted),
        (Base::Object(given), Base::Object(wanted)) => {
            given == wanted
                || wanted.fields.iter().all(|field| match given.field(&field.name) {
                    Some(found) => !absent(&found.ty, &field.ty) && fits(&found.ty, &field.ty),
                    None => field.ty.nullable || given.open,
                })
        }
        (given, wanted) => given == wanted,
    }
}
