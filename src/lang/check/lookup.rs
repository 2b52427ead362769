//! Lookups: where they find things, what they give, and what their tables hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Checker, LookupTyped, Typed, join, joined, text_type, typed};
use crate::catalog::{Base, Field, ObjectSpec, Type};
use crate::diag::{Code, Source, Span};
use crate::lang::ast::{Expr, ExprKind, ItemKind, LookupFrom, LookupItem, Name, TableFrom, TableRows};
use crate::lang::resolve::Binding;
use crate::lang::unit::{self, Unit};
use crate::lang::{Files, table};
use crate::plan::table::{Fold, Table};
use crate::plan::{Expr as Run, Facts, LookupId, LookupKind, LookupPlan, Node};
use crate::value::Value;

/// How long an answer of a connector is good for where the flow does not say.
const CACHE: Duration = Duration::from_secs(60);

pub(super) fn lookups(
    checker: &mut Checker<'_>,
    unit: &Unit,
    files: &dyn Files,
    facts: &mut Facts,
    used: &mut BTreeSet<String>,
    source: &mut Source,
) -> Option<Vec<LookupPlan>> {
    let mut plans: Vec<Option<LookupPlan>> = Vec::new();
    let items =
        unit.modules.iter().flat_map(|module| module.file.items.iter().map(|item| (module.path.as_str(), item)));
    for (folder, item) in items {
        let ItemKind::Lookup(lookup) = &item.kind else { continue };
        if !folder.is_empty() && !checker.resolved.reached.contains(&plans.len()) {
            // Of a shared file only what the flow reaches is read.
            let table = Table::new("", Vec::new(), Vec::new(), Fold::default(), false);
            let kind = LookupKind::Table(Arc::new(table));
            plans.push(Some(LookupPlan { name: lookup.name.text.clone(), kind, at: lookup.name.span }));
            checker.lookups.push(None);
            continue;
        }
        let checked = match &lookup.from {
            LookupFrom::Entity { connector, entity, by } => {
                self::entity(checker, lookup, (connector, entity, by), facts)
            }
            LookupFrom::Table(from) => {
                self::table(checker, lookup, from, &mut Around { folder, files, facts, used, source })
            }
            LookupFrom::Source(source, by) => joined::source(checker, lookup, (source, by), facts),
            LookupFrom::Reverse(of) => reverse(checker, lookup, of, &plans),
        };
        if lookup.cache.is_some() && !matches!(lookup.from, LookupFrom::Entity { .. } | LookupFrom::Source(..)) {
            let help = "remove `cache`";
            checker.say_at(Code::E421, lookup.name.span, "a table is in memory and needs no cache", help);
        }
        let (plan, typed) = checked.map_or((None, None), |(plan, typed)| (plan, Some(typed)));
        plans.push(plan);
        checker.lookups.push(typed);
    }
    plans.into_iter().collect()
}

/// What a table is loaded with.
struct Around<'a> {
    /// The file that names it, from the flow's folder; empty for the flow.
    folder: &'a str,
    files: &'a dyn Files,
    facts: &'a mut Facts,
    used: &'a mut BTreeSet<String>,
    source: &'a mut Source,
}

/// The plan of a lookup, unless its table is wrong; what it gives is known even then.
pub(super) type Looked = Option<(Option<LookupPlan>, LookupTyped)>;

pub(super) fn looked(
    item: &LookupItem,
    kind: Option<LookupKind>,
    keys: usize,
    gives: Type,
    entity: Option<String>,
) -> Looked {
    let table = match &kind {
        Some(LookupKind::Table(table)) => Some(Arc::clone(table)),
        _ => None,
    };
    let typed = LookupTyped {
        table,
        name: item.name.text.clone(),
        keys,
        gives,
        otherwise: item.otherwise.clone(),
        entity,
        lists: false,
    };
    let plan = kind.map(|kind| LookupPlan { name: item.name.text.clone(), kind, at: item.name.span });
    Some((plan, typed))
}

fn entity(
    checker: &mut Checker<'_>,
    item: &LookupItem,
    (connector, entity, by): (&Name, &Name, &Name),
    facts: &mut Facts,
) -> Looked {
    let found = checker.entity(connector, entity)?;
    let Some(spec) = found.lookup else {
        let message = format!("`{}.{}` cannot be looked up", connector.text, entity.text);
        checker.say_at(Code::E223, entity.span, message, "`flowrun connectors` shows what can");
        return None;
    };
    if !spec.keys.contains(&by.text.as_str()) {
        let message = format!("`{}.{}` cannot be found by `{}`", connector.text, entity.text, by.text);
        checker.say_at(Code::E222, by.span, message, format!("it can by {}", spec.keys.join(", ")));
        return None;
    }
    facts.operations.insert(format!("{}.{}", connector.text, spec.operation));
    let kind = LookupKind::Entity {
        connector: connector.text.clone(),
        entity: entity.text.clone(),
        key: by.text.clone(),
        cache: item.cache.unwrap_or(CACHE),
        record: Arc::clone(&spec.record),
    };
    let gives = Type::new(Base::Object(spec.record));
    looked(item, Some(kind), 1, gives, Some(format!("{}.{}", connector.text, entity.text)))
}

fn table(checker: &mut Checker<'_>, item: &LookupItem, from: &TableFrom, around: &mut Around<'_>) -> Looked {
    let mut types = Vec::new();
    let mut sound = true;
    for (_, written) in &from.give {
        types.push(match written {
            None => None,
            Some(written) => {
                let ty = checker.written(written).filter(|ty| {
                    let holds = !matches!(ty.base, Base::List(_) | Base::Object(_) | Base::Money(_) | Base::Any);
                    if !holds {
                        let help = "a cell is text, int, decimal, bool, date, instant or duration";
                        checker.say_at(Code::E301, written.span, format!("no cell of a table is {ty}"), help);
                    }
                    holds
                });
                sound &= ty.is_some();
                ty
            }
        });
    }
    let path = match &from.rows {
        TableRows::File(path) if around.folder.is_empty() => path.text.clone(),
        TableRows::File(path) => unit::beside(around.folder, &path.text).unwrap_or_else(|| path.text.clone()),
        TableRows::Inline(_) => String::new(),
    };
    if !path.is_empty() {
        around.used.insert(path.clone());
        around.facts.tables.insert(path.clone());
    }
    let loaded = table::load(from, &types, &path, around.files, around.source, checker.found);
    if !sound {
        return None;
    }
    let mut columns = Vec::new();
    for (at, ((name, _), ty)) in from.give.iter().zip(types).enumerate() {
        let ty = match (ty, &from.rows) {
            (Some(ty), _) => ty,
            (None, TableRows::File(_)) => text_type(),
            // What stands in the flow has the type of what stands there.
            (None, TableRows::Inline(rows)) => {
                let mut ty: Option<Type> = None;
                for value in rows.iter().filter_map(|row| row.gives.get(at)) {
                    let expr = Expr { kind: ExprKind::Literal(value.clone()), span: name.span };
                    let next = checker.expr(&expr)?.ty;
                    ty = Some(match ty {
                        Some(ty) => join::either(&ty, &next),
                        None => next,
                    });
                }
                ty.unwrap_or_else(text_type)
            }
        };
        columns.push(Field::required(&name.text, ty));
    }
    let gives = given(&item.name, columns);
    let kind = loaded.map(|table| LookupKind::Table(Arc::new(table)));
    looked(item, kind, from.by.len(), gives, None)
}

/// The type of what a row gives: its one column, or an object of several.
fn given(name: &Name, mut columns: Vec<Field>) -> Type {
    if columns.len() == 1
        && let Some(only) = columns.pop()
    {
        return only.ty;
    }
    let name = format!("row of {}", name.text);
    Type::new(Base::Object(Arc::new(ObjectSpec { name, fields: columns, open: false })))
}

fn reverse(checker: &mut Checker<'_>, item: &LookupItem, of: &Name, plans: &[Option<LookupPlan>]) -> Looked {
    let Some(Binding::Lookup(id)) = checker.binding(of.span) else {
        if checker.binding(of.span).is_some() {
            let message = format!("`{}` is no lookup", of.text);
            checker.say_at(Code::E301, of.span, message, "name a lookup whose table is to be turned round");
        }
        return None;
    };
    let Some(plan) = plans.get(id) else {
        let message = format!("`{}` is used before it is there", of.text);
        checker.say_at(Code::E207, of.span, message, "move its declaration up, above this one");
        return None;
    };
    let plan = plan.as_ref()?;
    let LookupKind::Table(table) = &plan.kind else {
        let help = "look the entity up by the other field, where it has one";
        let message = format!("`{}` asks a connector, and only tables can be turned round", of.text);
        checker.say_at(Code::E434, of.span, message, help);
        return None;
    };
    let turned = table::reverse(table, of, plan.at, checker.found)?;
    let columns = turned.give.iter().map(|name| Field::required(name, text_type())).collect();
    let gives = given(&item.name, columns);
    looked(item, Some(LookupKind::Table(Arc::new(turned))), 1, gives, None)
}

impl Checker<'_> {
    /// `name[keys]`
    pub(super) fn lookup(&mut self, lookup: LookupId, keys: &[Expr], at: Span) -> Option<Typed> {
        if self.in_else {
            let message = "what a miss gives may look nothing up, in functions either";
            self.say_at(Code::E207, at, message, "where the lookup is used, write `name[key] catch other[key]`");
            return None;
        }
        let keys = self.lookup_keys(lookup, keys, at, true)?;
        let known = self.lookups.get(lookup)?.as_ref()?;
        let (mut ty, otherwise) = (known.gives.clone(), known.otherwise.clone());
        let (entity, lists) = (known.entity.clone(), known.lists);
        let otherwise = match otherwise {
            // Where nothing fits there is nothing to go through, and that is no miss.
            _ if lists => Some(Box::new(typed(Run::Const(Value::list(Vec::new())), at, Type::new(Base::Any)).node)),
            Some(otherwise) => {
                // It stands at the lookup, and not in the function that uses it.
                let outside = (std::mem::replace(&mut self.base, 0), std::mem::replace(&mut self.in_else, true));
                let checked = self.expr(&otherwise);
                (self.base, self.in_else) = outside;
                let otherwise = checked?;
                ty = match join::join(&ty, &otherwise.ty) {
                    Some(joined) => joined,
                    None => {
                        let message = format!("a hit gives {}, a miss {}", ty, otherwise.ty);
                        self.say_at(Code::E307, otherwise.node.at, message, "make both the same kind");
                        return None;
                    }
                };
                Some(Box::new(otherwise.node))
            }
            None => None,
        };
        let origin = entity.map(|entity| format!("@{entity}"));
        let expr = Run::Lookup { lookup, keys, otherwise };
        Some(Typed { origin, ..typed(expr, at, ty) })
    }

    /// `key in name`, where that is a lookup: whether it has an entry, whatever its `else` says.
    pub(super) fn has(&mut self, lookup: LookupId, key: &Expr, not: bool, at: Span) -> Option<Typed> {
        let keys = match &key.kind {
            ExprKind::List(keys) => keys.as_slice(),
            _ => std::slice::from_ref(key),
        };
        let keys = self.lookup_keys(lookup, keys, at, false)?;
        Some(typed(Run::Has { lookup, keys, not }, at, Type::new(Base::Bool)))
    }

    /// Whether a table has a row for each word that its key can be, where those are all known and a miss is an error.
    fn words_covered(&mut self, lookup: LookupId, keys: &[Typed]) {
        let Some(known) = self.lookups.get(lookup).and_then(Option::as_ref) else { return };
        let (Some(table), [key], None, 0) = (&known.table, keys, &known.otherwise, self.caught) else { return };
        let Base::Enum(words) = &key.ty.base else { return };
        if words.open || words.name == "text" {
            return;
        }
        let missing: Vec<String> = words
            .values
            .iter()
            .filter(|word| table.find(&[Value::text(word)]).is_none())
            .map(|word| format!("\"{word}\""))
            .collect();
        if missing.is_empty() {
            return;
        }
        let message = format!("`{}` has no row for {}, which {} can be", known.name, missing.join(", "), words.name);
        let help = "add the rows, or say what a miss gives: `else` in the lookup, or `catch` here";
        self.say_at(Code::W929, key.node.at, message, help);
    }

    fn lookup_keys(&mut self, lookup: LookupId, keys: &[Expr], at: Span, found: bool) -> Option<Vec<Node>> {
        let checked: Vec<Option<Typed>> = keys.iter().map(|key| self.some(key)).collect();
        let checked: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
        if let Some(key) =
            checked.iter().find(|key| matches!(key.ty.base, Base::List(_) | Base::Object(_) | Base::Money(_)))
        {
            self.wrong(key.node.at, "text or a number", &key.ty);
            return None;
        }
        let known = self.lookups.get(lookup)?.as_ref()?;
        let sent_by = known.entity.is_some().then(|| known.name.clone());
        if known.keys != checked.len() {
            let wanted = if known.keys == 1 { "one key".to_owned() } else { format!("{} keys", known.keys) };
            let message = format!("`{}` is looked up by {wanted}, and here are {}", known.name, checked.len());
            self.say_at(Code::E303, at, message, "give one value for each column after `by`");
            return None;
        }
        if found {
            self.words_covered(lookup, &checked);
        }
        if let Some(name) = sent_by {
            for key in checked.iter().filter(|key| key.ty.carries_pii()) {
                self.buyer_key(&name, key);
            }
        }
        Some(checked.into_iter().map(|key| key.node).collect())
    }
}
