//! Many records to one: what makes a group, what is worked out of it, and what can still be named after it.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Checker, Typed, join};
use crate::catalog::{Base, Field, ObjectSpec, Type};
use crate::diag::{Code, Diagnostic, Span, suggest};
use crate::lang::ast::{self, Access, Expr, ExprKind, GroupItem, Name};
use crate::plan::expr::Comparison;
use crate::plan::group::{Aggregate, Fold, GroupPlan, Grouping};
use crate::plan::{Node, Slot, Step};
use crate::value::{Text, Value};

/// The most values that a `collect` may hold.
const MOST: usize = crate::plan::eval::MAX_ITEMS;

impl Checker<'_> {
    /// A flow's group. From here on there is no single record of the source any more.
    pub(super) fn grouping(&mut self, item: &GroupItem, before: Vec<Step>) -> Option<GroupPlan> {
        let slot = self.slot_at(item.name.span)?;
        let checked = self.group(&item.group, &item.name.text);
        self.grouped = Some(item.name.clone());
        variables(&before, &mut self.behind);
        let (group, spec) = checked?;
        let record = Arc::new(spec);
        self.keep(slot, Type::new(Base::Object(Arc::clone(&record))), None, item.name.span)?;
        Some(GroupPlan { name: item.name.text.clone(), slot, before, group, record })
    }

    /// Whether a name, or the record, is one of before the group; says so.
    pub(super) fn is_behind(&mut self, what: &str, at: Span) -> bool {
        let Some(group) = self.grouped.clone() else { return false };
        let name = &group.text;
        let first = if what == "$" { "$.field" } else { what };
        let message = format!("`{what}` is of one record, and here there are groups of them");
        let help = format!("take it into the group, as in `one = first({first})`, and write `{name}.one`");
        self.say(Diagnostic::new(Code::E208, at, message).label(group.span, "grouped here").help(help));
        true
    }

    fn group(&mut self, group: &ast::Grouping, name: &str) -> Option<(Grouping, ObjectSpec)> {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut sound = true;
        for field in group.by.iter().map(|(name, _)| name).chain(group.fields.iter().map(|(name, _)| name)) {
            if !seen.insert(&field.text) {
                let message = format!("`{}` is in this group already", field.text);
                self.say_at(Code::E104, field.span, message, "give one of them another name");
                sound = false;
            }
        }
        let (mut by, mut fields, mut specs) = (Vec::new(), Vec::new(), Vec::new());
        // The condition is asked first, so what it says of a record holds for all else.
        let filter = group.filter.as_ref().map(|filter| self.condition(filter));
        let whole = self.narrow(group.filter.as_ref());
        for (name, key) in &group.by {
            match self.some(key).and_then(|key| self.group_key(key)) {
                Some(key) => {
                    specs.push(Field::required(&name.text, key.ty.clone()));
                    by.push((Text::from(name.text.as_str()), key.node));
                }
                None => sound = false,
            }
        }
        for (name, aggregate) in &group.fields {
            match self.aggregate(name, aggregate) {
                Some((aggregate, ty)) => {
                    specs.push(Field { ty, ..Field::required(&name.text, Type::new(Base::Any)) });
                    fields.push((Text::from(name.text.as_str()), aggregate));
                }
                None => sound = false,
            }
        }
        self.record = whole;
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
        let spec = ObjectSpec { name: name.to_owned(), fields: specs, open: false };
        sound.then_some((Grouping { by, filter, fields, at: group.span }, spec))
    }

    /// Takes the fields as there of which a condition asks that they are: `$.amount? != null`. Gives the record as it was.
    fn narrow(&mut self, condition: Option<&Expr>) -> Option<Arc<ObjectSpec>> {
        let whole = self.record.clone();
        let mut there = Vec::new();
        if let Some(condition) = condition {
            asked(condition, &mut there);
        }
        if let (Some(spec), false) = (&whole, there.is_empty()) {
            let mut spec = ObjectSpec::clone(spec);
            for field in spec.fields.iter_mut().filter(|field| there.contains(&field.name.as_str())) {
                field.ty.nullable = false;
            }
            self.record = Some(Arc::new(spec));
        }
        whole
    }

    fn group_key(&mut self, key: Typed) -> Option<Typed> {
        let names = matches!(key.ty.base, Base::Text | Base::Int | Base::Bool | Base::Date | Base::Enum(_) | Base::Any);
        if !names {
            self.wrong(key.node.at, "text, a whole number, a date, true or false", &key.ty);
            return None;
        }
        if key.ty.carries_pii() {
            let help = "use an id; keys are shown in lists and logs";
            self.say_at(Code::E504, key.node.at, "buyer data cannot be the key of a group", help);
            return None;
        }
        Some(key)
    }

    fn aggregate(&mut self, field: &Name, aggregate: &ast::Aggregate) -> Option<(Aggregate, Type)> {
        let (name, args, filter, at) = match aggregate {
            ast::Aggregate::Group(inner) => {
                let (group, spec) = self.group(inner, &field.text)?;
                let list = Base::List(Box::new(Type::new(Base::Object(Arc::new(spec)))));
                return Some((Aggregate::Group(group), Type::new(list)));
            }
            ast::Aggregate::Fold { name, args, filter, span } => (name, args, filter, *span),
        };
        let narrowing = filter.as_ref();
        let filter = filter.as_ref().map(|filter| self.condition(filter));
        let fold = self.fold(name, args)?;
        let wanted = if fold == Fold::Count { 0 } else { 1 };
        let given = args.len() - usize::from(matches!(fold, Fold::Collect(_)));
        if given != wanted {
            let message = format!("`{}` takes {wanted} of each record, not {given}", name.text);
            let help = if wanted == 0 {
                "write `count()`; `where` says which".to_owned()
            } else {
                format!("write `{}($.field)`", name.text)
            };
            self.say_at(Code::E303, at, message, help);
            return None;
        }
        let of = match args.first() {
            Some(of) if wanted == 1 => {
                let whole = self.narrow(narrowing);
                let folded = self.folded(fold, of);
                self.record = whole;
                Some(folded?)
            }
            _ => None,
        };
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
        let ty = result(fold, of.as_ref().map(|of| &of.ty), filter.is_some());
        Some((Aggregate::Fold { fold, of: of.map(|of| of.node), filter, at }, ty))
    }

    /// What an aggregate is made of. A record in which it is absent adds nothing.
    fn folded(&mut self, fold: Fold, of: &Expr) -> Option<Typed> {
        let of = self.expr(of)?;
        let (fits, wanted) = match (fold, &of.ty.base) {
            (Fold::First | Fold::Last | Fold::Collect(_), _) => (true, ""),
            (_, Base::Any | Base::Int | Base::Decimal | Base::Money(_)) => (true, ""),
            (Fold::Sum, _) => (false, "a number or money"),
            (_, base) => {
                let ordered = matches!(base, Base::Text | Base::Enum(_) | Base::Date | Base::Instant | Base::Duration);
                (ordered, "something that has an order")
            }
        };
        if !fits {
            self.wrong(of.node.at, wanted, &of.ty);
            return None;
        }
        Some(of)
    }

    fn fold(&mut self, name: &Name, args: &[Expr]) -> Option<Fold> {
        Some(match name.text.as_str() {
            "count" => Fold::Count,
            "sum" => Fold::Sum,
            "min" => Fold::Min,
            "max" => Fold::Max,
            "first" => Fold::First,
            "last" => Fold::Last,
            "collect" => match args.get(1).map(|most| (&most.kind, most.span)) {
                Some((ExprKind::Literal(Value::Int(most)), _)) if (1..=MOST as i64).contains(most) => {
                    Fold::Collect(usize::try_from(*most).unwrap_or(MOST))
                }
                found => {
                    let at = found.map_or(name.span, |(_, at)| at);
                    let help = format!("write `collect($.field, 100)`, with at most {MOST}");
                    self.say_at(Code::E303, at, "`collect` needs to know how many values it may hold", help);
                    return None;
                }
            },
            other => {
                let near = suggest::nearest(other, Fold::NAMES).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| {
                    format!("there are {}; work anything else out of them after the group", Fold::NAMES.join(", "))
                });
                self.say_at(Code::E202, name.span, format!("a group has no `{other}`"), help);
                return None;
            }
        })
    }
}

/// The fields of the record of which a condition asks that they are there.
fn asked<'e>(condition: &'e Expr, out: &mut Vec<&'e str>) {
    match &condition.kind {
        ExprKind::And(a, b) => {
            asked(a, out);
            asked(b, out);
        }
        ExprKind::Compare(Comparison::Unequal, path, null) if matches!(null.kind, ExprKind::Literal(Value::Null)) => {
            if let ExprKind::Access(field, Access::Optional) = &path.kind
                && let ExprKind::Access(base, Access::Field(name)) = &field.kind
                && matches!(base.kind, ExprKind::Record)
            {
                out.push(&name.text);
            }
        }
        _ => {}
    }
}

/// The variables that steps set.
fn variables(steps: &[Step], out: &mut HashSet<Slot>) {
    for step in steps {
        match step {
            Step::Let { slot, .. } => drop(out.insert(*slot)),
            Step::When { then, otherwise, .. } => {
                variables(then, out);
                variables(otherwise, out);
            }
            _ => {}
        }
    }
}

/// What an aggregate gives. Of nothing at all there is no smallest, no first, and no currency of the sum.
fn result(fold: Fold, of: Option<&Type>, filtered: bool) -> Type {
    let Some(of) = of else { return Type::new(Base::Int) };
    let present = join::present(of);
    match fold {
        Fold::Count => Type::new(Base::Int),
        Fold::Collect(_) => Type::new(Base::List(Box::new(present))),
        Fold::Sum if !matches!(of.base, Base::Money(_)) => present,
        _ if filtered || of.nullable => present.or_null(),
        _ => present,
    }
}

/// The place of a group, for what is said of it as a record's key.
pub(super) fn key_of(group: &GroupPlan) -> Node {
    Node { expr: crate::plan::Expr::Const(Value::Null), at: group.group.at, pii: false }
}
