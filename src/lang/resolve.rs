//! Names to numbers: which variable, lookup or parameter each name means, and which slot each variable has. Reports
//! names that nobody declared, that are declared twice, or that are used before they are there.

mod foreign;
mod shared;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::ast::{
    Aggregate, Expect, Expr, ExprKind, Given, Grouping, ItemKind, Name, Pattern, Rows, Step, TestItem, With,
};
use super::unit::Unit;
use crate::catalog::Catalog;
use crate::diag::{Code, Diagnostic, Span, suggest};
use crate::plan::{LookupId, Slot};

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// A variable.
    Slot(Slot),
    /// A lookup.
    Lookup(LookupId),
    /// A user's function.
    Function(FunctionId),
    /// `env`, whose fields are the parameters.
    Env,
}

/// Which function: the functions of all files in their order.
pub type FunctionId = usize;

/// A file whose names are known. Places in the text stand for the expressions and declarations at them.
#[derive(Debug, Default)]
pub struct Resolved {
    /// What each use of a name means.
    pub names: HashMap<Span, Binding>,
    /// The slot of each declared variable, and of each `match` that keeps its subject.
    pub slots: HashMap<Span, Slot>,
    /// The names in scope at each template that has statements.
    pub scopes: HashMap<Span, BTreeMap<String, Binding>>,
    /// How many slots there are.
    pub slot_count: usize,
    /// Variables and lookups that nothing uses, with what they are called.
    pub unused: Vec<(Name, &'static str)>,
    /// How many slots each function has; those of its variables count from 0.
    pub function_slots: Vec<usize>,
    /// The functions in an order in which each stands behind those that it calls. Those that call themselves are not
    /// among them.
    pub callable: Vec<FunctionId>,
    /// The lookups that the flow reaches, itself or through functions.
    pub reached: HashSet<LookupId>,
}

/// Resolves the names of a flow and of the files that it uses.
pub(super) fn resolve(unit: &Unit, catalog: &Catalog, found: &mut Vec<Diagnostic>) -> Resolved {
    let mut resolver = Resolver::new(catalog, found);
    resolver.shared_files(unit);
    let file = &unit.main().file;
    resolver.later = file
        .items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Step(Step::Let { name, .. }) => Some((name.text.clone(), name.span)),
            ItemKind::Group(group) => Some((group.name.text.clone(), group.name.span)),
            ItemKind::Step(Step::Target(target)) => target.name.as_ref().map(|name| (name.text.clone(), name.span)),
            _ => None,
        })
        .collect();
    resolver.broken(file);
    resolver.elses(file);
    resolver.bodies(file);
    for item in &file.items {
        match &item.kind {
            ItemKind::Key(key) => resolver.expr(key),
            ItemKind::Param { default, .. } => resolver.optional(default.as_ref()),
            ItemKind::Step(step) => resolver.step(step),
            ItemKind::Group(group) => {
                resolver.grouping(&group.group);
                resolver.variable(&group.name, "group");
            }
            // Tests come after everything else, wherever they stand; a source's filter names fields of its own.
            _ => {}
        }
    }
    for item in &file.items {
        if let ItemKind::Test(test) = &item.kind {
            resolver.test(test);
        }
    }
    resolver.reach();
    resolver.finish()
}

/// Resolves the names of an expression that stands alone.
pub(super) fn resolve_expression(expr: &Expr, catalog: &Catalog, found: &mut Vec<Diagnostic>) -> Resolved {
    let mut resolver = Resolver::new(catalog, found);
    resolver.expr(expr);
    resolver.finish()
}

struct Resolver<'c> {
    catalog: &'c Catalog,
    found: &'c mut Vec<Diagnostic>,
    resolved: Resolved,
    scopes: Vec<Vec<Declared>>,
    /// Where in the scopes each name is, so that a file of many names is not searched for each.
    visible: HashMap<String, Vec<(usize, usize)>>,
    /// How often a near name was looked for.
    guesses: usize,
    /// Whether this is the `else` of a lookup.
    in_else: bool,
    /// Names that are declared further down.
    later: HashMap<String, Span>,
    used: HashSet<Span>,
    /// The function whose body this is.
    inside: Option<FunctionId>,
    /// What each function uses, and under `None` what the flow does.
    uses: HashMap<Option<FunctionId>, BTreeSet<Use>>,
    /// The names of the functions.
    functions: Vec<Name>,
    /// What each file lets others use.
    exports: Vec<BTreeMap<String, Binding>>,
}

/// What a function or the flow uses of what is declared once for all, with the first place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Function(FunctionId, Span),
    Lookup(LookupId),
}

struct Declared {
    name: Name,
    binding: Binding,
    what: &'static str,
}

impl<'c> Resolver<'c> {
    fn new(catalog: &'c Catalog, found: &'c mut Vec<Diagnostic>) -> Self {
        Self {
            catalog,
            found,
            resolved: Resolved::default(),
            scopes: vec![Vec::new()],
            visible: HashMap::new(),
            guesses: 0,
            in_else: false,
            later: HashMap::new(),
            used: HashSet::new(),
            inside: None,
            uses: HashMap::new(),
            functions: Vec::new(),
            exports: Vec::new(),
        }
    }

    fn finish(mut self) -> Resolved {
        while !self.scopes.is_empty() {
            self.close();
        }
        self.resolved.unused.sort_by_key(|(name, _)| name.span.start);
        self.resolved
    }

    /// What a name was declared as, innermost first.
    fn visible(&self, name: &str) -> Option<&Declared> {
        let (scope, at) = self.visible.get(name)?.last()?;
        self.scopes.get(*scope)?.get(*at)
    }

    fn declare(&mut self, name: &Name, binding: Binding, what: &'static str) {
        if let Some(earlier) = self.visible(&name.text).map(|earlier| earlier.name.span) {
            self.found.push(
                Diagnostic::new(Code::E205, name.span, format!("`{}` is declared already", name.text))
                    .label(earlier, "declared here")
                    .help("give one of them another name"),
            );
        } else if name.text == "env" {
            self.found.push(
                Diagnostic::new(Code::E205, name.span, "`env` holds the parameters of the environment")
                    .help("choose another name"),
            );
        }
        if self.inside.is_none() {
            self.later.remove(&name.text);
        }
        let depth = self.scopes.len().saturating_sub(1);
        if let Some(scope) = self.scopes.last_mut() {
            self.visible.entry(name.text.clone()).or_default().push((depth, scope.len()));
            scope.push(Declared { name: name.clone(), binding, what });
        }
    }

    fn slot(&mut self, at: Span) -> Slot {
        let slot = self.resolved.slot_count;
        self.resolved.slot_count += 1;
        self.resolved.slots.insert(at, slot);
        slot
    }

    fn variable(&mut self, name: &Name, what: &'static str) {
        let slot = self.slot(name.span);
        self.declare(name, Binding::Slot(slot), what);
    }

    fn close(&mut self) {
        for declared in self.scopes.pop().unwrap_or_default() {
            if let Some(places) = self.visible.get_mut(&declared.name.text) {
                places.pop();
            }
            let quiet = declared.name.text.starts_with('_') || matches!(declared.what, "target" | "");
            if !self.used.contains(&declared.name.span) && !quiet {
                self.resolved.unused.push((declared.name, declared.what));
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Skip { when, because } => {
                self.expr(when);
                self.optional(because.as_ref());
            }
            Step::Reject { when, because } | Step::Wait { when, because, .. } => {
                self.expr(when);
                self.expr(because);
            }
            Step::Ensure { condition, because } => {
                self.expr(condition);
                self.optional(because.as_ref());
            }
            Step::Let { name, value } => {
                self.expr(value);
                self.variable(name, "name");
            }
            Step::When { condition, then, otherwise } => {
                self.expr(condition);
                for branch in [then, otherwise] {
                    self.scopes.push(Vec::new());
                    branch.iter().for_each(|step| self.step(step));
                    self.close();
                }
            }
            Step::Each(each) => {
                self.expr(&each.list);
                self.scopes.push(Vec::new());
                self.variable(&each.name, "name");
                self.expr(&each.key);
                self.optional(each.filter.as_ref());
                each.steps.iter().for_each(|step| self.step(step));
                self.close();
            }
            Step::Target(target) => {
                self.expr(&target.payload);
                match &target.name {
                    Some(name) => self.variable(name, "target"),
                    None => drop(self.slot(target.span)),
                }
                // What takes it back may name its answer.
                if let Some(undo) = &target.undo {
                    self.expr(&undo.payload);
                    self.slot(undo.span);
                }
            }
        }
    }

    fn grouping(&mut self, group: &Grouping) {
        group.by.iter().for_each(|(_, key)| self.expr(key));
        self.optional(group.filter.as_ref());
        for (_, aggregate) in &group.fields {
            match aggregate {
                Aggregate::Group(group) => self.grouping(group),
                Aggregate::Fold { args, filter, .. } => {
                    args.iter().for_each(|arg| self.expr(arg));
                    self.optional(filter.as_ref());
                }
            }
        }
    }

    fn test(&mut self, test: &TestItem) {
        if let Some((_, Rows::List(rows))) = &test.rows {
            self.expr(rows);
        }
        self.scopes.push(Vec::new());
        if let Some((name, _)) = &test.rows {
            self.variable(name, "name");
        }
        self.expr(&test.name);
        if let Some(Given::Value(given) | Given::File(given)) = &test.given {
            self.expr(given);
        }
        for with in &test.with {
            match with {
                With::Env(_, value) | With::Answer(_, value) | With::Refusal(_, _, value) => self.expr(value),
                With::Lookup(_, keys, value) => {
                    keys.iter().for_each(|key| self.expr(key));
                    self.expr(value);
                }
            }
        }
        for expect in &test.expect {
            match expect {
                Expect::Holds(expr) | Expect::Targets(expr, _) => self.expr(expr),
                Expect::Target(_, keys, payload) => {
                    keys.iter().for_each(|key| self.expr(key));
                    if let Some(Given::Value(payload) | Given::File(payload)) = payload {
                        self.expr(payload);
                    }
                }
                Expect::Skip(reason, _) | Expect::Reject(reason, _) | Expect::Wait(reason, _) => {
                    self.optional(reason.as_ref());
                }
                Expect::NoTarget(_) => {}
            }
        }
        self.close();
    }

    fn optional(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Record | ExprKind::Query(_) if self.inside.is_some() => self.no_record(expr.span),
            ExprKind::Literal(_) | ExprKind::Record | ExprKind::Query(_) => {}
            ExprKind::Template(text) => self.template(expr.span, text),
            ExprKind::Variable(name) => self.name(name),
            ExprKind::Interpolated(parts) | ExprKind::List(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Access(base, _) | ExprKind::Not(base) | ExprKind::Negate(base) => self.expr(base),
            ExprKind::Index(base, keys) => {
                self.expr(base);
                keys.iter().for_each(|key| self.expr(key));
            }
            ExprKind::Call(name, args) => {
                self.function(name);
                args.iter().for_each(|arg| self.expr(arg));
            }
            ExprKind::Arithmetic(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::In(a, b, _)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Coalesce(a, b)
            | ExprKind::Catch(a, b)
            | ExprKind::With(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::If(a, b, c) => {
                self.expr(a);
                self.expr(b);
                self.expr(c);
            }
            ExprKind::Match(subject, arms) => {
                if let Some(subject) = subject {
                    self.expr(subject);
                    self.slot(expr.span);
                }
                for arm in arms {
                    for pattern in &arm.patterns {
                        let (Pattern::Value(value) | Pattern::Compare(_, value)) = pattern;
                        self.expr(value);
                    }
                    self.expr(&arm.result);
                }
            }
            ExprKind::For(name, list, filter, body) => {
                self.expr(list);
                self.scopes.push(Vec::new());
                self.variable(name, "name");
                self.optional(filter.as_deref());
                self.expr(body);
                self.close();
            }
            ExprKind::Object(lets, fields) => {
                self.scopes.push(Vec::new());
                self.bindings(lets);
                fields.iter().for_each(|(_, value)| self.expr(value));
                self.close();
            }
            ExprKind::Block(lets, body) => {
                self.scopes.push(Vec::new());
                self.bindings(lets);
                self.expr(body);
                self.close();
            }
        }
    }

    fn bindings(&mut self, lets: &[(Name, Expr)]) {
        for (name, value) in lets {
            self.expr(value);
            self.variable(name, "name");
        }
    }

    fn name(&mut self, name: &Name) {
        if name.text == "env" && self.inside.is_some() {
            let help = "give it the parameter as an argument: `name(…, env.rate)`";
            self.found.push(
                Diagnostic::new(Code::E257, name.span, "a function sees no parameters of the environment").help(help),
            );
            return;
        }
        if name.text == "env" {
            self.resolved.names.insert(name.span, Binding::Env);
            return;
        }
        let declared = self.visible(&name.text);
        if let Some(Declared { binding: Binding::Lookup(_), name: lookup, .. }) = declared
            && self.in_else
        {
            let at = lookup.span;
            self.used.insert(at);
            self.found.push(
                Diagnostic::new(Code::E207, name.span, "the `else` of a lookup cannot look something up itself")
                    .label(at, "this lookup")
                    .help(format!("where it is used, write `a[key] catch {}[key]`", name.text)),
            );
            return;
        }
        if let Some((span, binding)) = declared.map(|declared| (declared.name.span, declared.binding)) {
            self.used.insert(span);
            self.resolved.names.insert(name.span, binding);
            self.note(binding, name.span);
            return;
        }
        if let Some(later) = self.later.get(&name.text).filter(|_| self.inside.is_some()) {
            let message = format!("a function does not see `{}`, which is worked out for each record", name.text);
            let help = "give it the value as an argument";
            self.found.push(Diagnostic::new(Code::E257, name.span, message).label(*later, "declared here").help(help));
            return;
        }
        if let Some(later) = self.later.get(&name.text) {
            self.found.push(
                Diagnostic::new(Code::E207, name.span, format!("`{}` is used before it is there", name.text))
                    .label(*later, "declared here")
                    .help(if self.in_else {
                        "what a lookup's `else` names must be known everywhere: a value, `$` or `env`"
                    } else {
                        "move the declaration up, above its first use"
                    }),
            );
            return;
        }
        // A file of thousands of unknown names is no slip of the pen.
        self.guesses += 1;
        let scopes = if self.guesses > 100 { &[] } else { self.scopes.as_slice() };
        let names = scopes.iter().flatten().map(|declared| declared.name.text.as_str());
        let near = suggest::nearest(&name.text, names).map(str::to_owned);
        let diagnostic = Diagnostic::new(Code::E201, name.span, format!("nothing is called `{}`", name.text));
        self.found.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if foreign::meant(&name.text).is_some() => {
                Diagnostic::new(Code::E230, name.span, format!("`{}` is no word of this language", name.text))
                    .help(foreign::meant(&name.text).unwrap_or_default())
            }
            None if self.catalog.function(&name.text).is_some() => {
                Diagnostic::new(Code::E231, name.span, format!("`{}` is a function and no value", name.text))
                    .help(format!("write `{0}(…)`; `flowrun functions {0}` shows its arguments", name.text))
            }
            None => {
                diagnostic.help(format!("for a field of the record write `$.{0}`; for text write \"{0}\"", name.text))
            }
        });
    }

    fn function(&mut self, name: &Name) {
        if self.catalog.function(&name.text).is_some() {
            return;
        }
        let declared = self.visible(&name.text);
        if let Some(Declared { binding: binding @ Binding::Function(_), name: function, .. }) = declared {
            let (binding, at) = (*binding, function.span);
            self.used.insert(at);
            self.resolved.names.insert(name.span, binding);
            return self.note(binding, name.span);
        }
        // What a used file should have given was said already.
        if let Some(Declared { what: "", binding: Binding::Slot(_), name: missing }) = declared {
            let at = missing.span;
            self.used.insert(at);
            return;
        }
        if let Some(Declared { binding: Binding::Lookup(_), name: lookup, .. }) = declared {
            let at = lookup.span;
            self.used.insert(at);
            self.found.push(
                Diagnostic::new(Code::E232, name.span, format!("`{}` is a lookup and no function", name.text))
                    .label(at, "declared here")
                    .help(format!("write `{}[key]`", name.text)),
            );
            return;
        }
        let diagnostic = Diagnostic::new(Code::E202, name.span, format!("there is no function `{}`", name.text));
        let own = self.functions.iter().map(|function| function.text.as_str());
        let own = suggest::nearest(&name.text, own).map(str::to_owned);
        self.found.push(match own.as_deref().or(self.catalog.nearest_function(&name.text)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`flowrun functions` lists them all"),
        });
    }

    /// What a template could name of what is in scope: the words in it.
    fn template(&mut self, at: Span, text: &str) {
        let mut scope = BTreeMap::new();
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            let Some((span, binding)) = self.visible(word).map(|declared| (declared.name.span, declared.binding))
            else {
                continue;
            };
            self.used.insert(span);
            scope.insert(word.to_owned(), binding);
        }
        self.resolved.scopes.insert(at, scope);
    }
}
