//! What is declared once and may be used from several files: functions and lookups. Each file sees its own and those that
//! it takes with `use`; a function sees these and its parameters, and nothing of the flow that calls it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Binding, FunctionId, Resolver, Use};
use crate::diag::{Code, Diagnostic, Span, suggest};
use crate::lang::ast::{File, ItemKind, LookupFrom, LookupItem, Name, UseItem};
use crate::lang::unit::{Module, Unit};

impl Resolver<'_> {
    /// Declares what the files declare, in their order, and resolves all files but the last, whose functions and lookups
    /// stay in scope.
    pub(super) fn shared_files(&mut self, unit: &Unit) {
        let (mut lookups, mut functions) = (0, 0);
        let shared = unit.shared();
        for (at, module) in unit.modules.iter().enumerate() {
            let last = at + 1 == unit.modules.len();
            if !last {
                self.scopes.push(Vec::new());
            }
            self.imports(module, unit);
            let mut exports = BTreeMap::new();
            // Whoever uses a shared file may use it.
            let quiet = !last || shared;
            for item in &module.file.items {
                let (name, binding, what) = match &item.kind {
                    ItemKind::Lookup(lookup) => {
                        lookups += 1;
                        (&lookup.name, Binding::Lookup(lookups - 1), "lookup")
                    }
                    ItemKind::Function(function) => {
                        self.functions.push(function.name.clone());
                        functions += 1;
                        (&function.name, Binding::Function(functions - 1), "function")
                    }
                    _ => continue,
                };
                if matches!(binding, Binding::Function(_)) && self.catalog.function(&name.text).is_some() {
                    let message = format!("`{}` is a built-in function", name.text);
                    let help = format!("choose another name; `flowrun functions {}` shows what it does", name.text);
                    self.found.push(Diagnostic::new(Code::E256, name.span, message).help(help));
                }
                self.declare(name, binding, if quiet { "" } else { what });
                exports.insert(name.text.clone(), binding);
            }
            self.exports.push(exports);
            if !last {
                self.broken(&module.file);
                self.elses(&module.file);
                self.bodies(&module.file);
                self.close();
            }
        }
    }

    fn imports(&mut self, module: &Module, unit: &Unit) {
        let uses = module.file.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Use(item) => Some(item),
            _ => None,
        });
        for (item, from) in uses.zip(&module.uses) {
            for (name, called) in &item.names {
                let here = called.as_ref().unwrap_or(name);
                let exported = from.and_then(|from| self.exports.get(from)?.get(&name.text).copied());
                match (exported, from.and_then(|from| unit.modules.get(from))) {
                    (Some(binding), _) => self.declare(here, binding, "import"),
                    (None, from) => {
                        // The name is known all the same, so that its uses are no errors of their own.
                        let slot = self.slot(here.span);
                        self.declare(here, Binding::Slot(slot), "");
                        if let Some(from) = from.filter(|from| !from.file.broken.iter().any(|b| b.text == name.text)) {
                            self.not_there(name, item, from);
                        }
                    }
                }
            }
        }
    }

    fn not_there(&mut self, name: &Name, item: &UseItem, from: &Module) {
        let names: Vec<&str> = from
            .file
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Lookup(lookup) => Some(lookup.name.text.as_str()),
                ItemKind::Function(function) => Some(function.name.text.as_str()),
                _ => None,
            })
            .collect();
        let taken = from.file.items.iter().any(|item| match &item.kind {
            ItemKind::Use(item) => item.names.iter().any(|(n, c)| c.as_ref().unwrap_or(n).text == name.text),
            _ => false,
        });
        let help = match suggest::nearest(&name.text, names.iter().copied()) {
            _ if taken => "that file uses it itself: take it from the file that declares it".to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "it declares nothing".to_owned(),
            None => format!("it has {}", names.join(", ")),
        };
        let message = format!("{:?} has no function or lookup `{}`", item.path.text, name.text);
        self.found.push(Diagnostic::new(Code::E253, name.span, message).help(help));
    }

    /// Declares what did not parse, so that its uses are no errors of their own.
    pub(super) fn broken(&mut self, file: &File) {
        for name in &file.broken {
            if self.scopes.iter().flatten().all(|declared| declared.name.text != name.text) {
                let slot = self.slot(name.span);
                self.declare(name, Binding::Slot(slot), "");
            }
        }
    }

    /// What misses give: the same wherever the lookup is used, so it may name nothing that is only there at some places;
    /// and no lookup, or two could ask each other for ever.
    pub(super) fn elses(&mut self, file: &File) {
        self.in_else = true;
        for item in &file.items {
            if let ItemKind::Lookup(lookup) = &item.kind {
                self.optional(lookup.otherwise.as_ref());
            }
        }
        self.in_else = false;
    }

    /// Resolves the functions of a file, and the lookups that are others turned round.
    pub(super) fn bodies(&mut self, file: &File) {
        for item in &file.items {
            match &item.kind {
                ItemKind::Lookup(LookupItem { from: LookupFrom::Reverse(of), .. }) => self.name(of),
                ItemKind::Function(function) => {
                    let id = self.resolved.function_slots.len();
                    let outside = std::mem::take(&mut self.resolved.slot_count);
                    self.inside = Some(id);
                    self.scopes.push(Vec::new());
                    function.params.iter().for_each(|(name, _)| self.variable(name, "parameter"));
                    self.expr(&function.body);
                    self.close();
                    self.inside = None;
                    let slots = std::mem::replace(&mut self.resolved.slot_count, outside);
                    self.resolved.function_slots.push(slots);
                }
                _ => {}
            }
        }
    }

    /// Says that a function has no record.
    pub(super) fn no_record(&mut self, at: Span) {
        let help = "give it what it needs as an argument: `function name(order: …)`, called with `name($)`";
        self.found.push(Diagnostic::new(Code::E257, at, "a function sees no record").help(help));
    }

    /// Notes a use of something that is declared once for all.
    pub(super) fn note(&mut self, binding: Binding, at: Span) {
        let used = match binding {
            Binding::Function(id) => Use::Function(id, at),
            Binding::Lookup(id) => Use::Lookup(id),
            _ => return,
        };
        self.uses.entry(self.inside).or_default().insert(used);
    }

    /// Finds out in which order functions can be checked, which of them call themselves, and which lookups are reached.
    pub(super) fn reach(&mut self) {
        let mut walk =
            Walk { uses: std::mem::take(&mut self.uses), open: Vec::new(), done: BTreeSet::new(), rings: Vec::new() };
        for id in 0..self.functions.len() {
            walk.function(id, Span::default(), &mut self.resolved.callable);
        }
        for ring in &walk.rings {
            let name = |id: FunctionId| self.functions.get(id).map_or("", |name| name.text.as_str());
            let Some(((first, _), (_, last))) = ring.first().zip(ring.last()) else { continue };
            let mut names: Vec<String> = ring.iter().map(|(id, _)| format!("`{}`", name(*id))).collect();
            names.push(format!("`{}`", name(*first)));
            let message = match ring.as_slice() {
                [_] => format!("`{}` calls itself", name(*first)),
                _ => format!("these functions call each other: {}", names.join(" calls ")),
            };
            let help = "every flow ends, so there is no recursion; a list is gone through with `for`";
            let mut told = Diagnostic::new(Code::E255, *last, message).help(help);
            for (_, call) in ring.iter().take(ring.len() - 1) {
                told = told.label(*call, "by this call");
            }
            self.found.push(told);
        }
        let mut reached = BTreeSet::from([None]);
        let mut todo = vec![None];
        while let Some(from) = todo.pop() {
            for used in walk.uses.get(&from).into_iter().flatten() {
                match used {
                    Use::Lookup(id) => drop(self.resolved.reached.insert(*id)),
                    Use::Function(id, _) if reached.insert(Some(*id)) => todo.push(Some(*id)),
                    Use::Function(..) => {}
                }
            }
        }
    }
}

/// Goes through the functions, each behind those that it calls.
struct Walk {
    uses: std::collections::HashMap<Option<FunctionId>, BTreeSet<Use>>,
    /// The functions that are open, each with the call in it that led on.
    open: Vec<(FunctionId, Span)>,
    done: BTreeSet<FunctionId>,
    /// Functions that call each other, each with its call.
    rings: Vec<Vec<(FunctionId, Span)>>,
}

impl Walk {
    /// Whether the function can be called: neither it nor what it calls is in a ring.
    fn function(&mut self, id: FunctionId, call: Span, order: &mut Vec<FunctionId>) -> bool {
        if let Some((_, out)) = self.open.last_mut() {
            *out = call;
        }
        if let Some(at) = self.open.iter().position(|(open, _)| *open == id) {
            self.rings.push(self.open.iter().skip(at).copied().collect());
            return false;
        }
        if !self.done.insert(id) {
            return order.contains(&id);
        }
        self.open.push((id, Span::default()));
        let mut sound = true;
        for used in self.uses.get(&Some(id)).cloned().unwrap_or_default() {
            if let Use::Function(called, at) = used {
                sound &= self.function(called, at, order);
            }
        }
        self.open.pop();
        if sound {
            order.push(id);
        }
        sound
    }
}
