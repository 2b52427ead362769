//! Fields of a group: a key, or what is worked out of its records. Which records those are decides about every field.

use std::sync::Arc;

use super::{Carried, Named, Origin, Role, Tracer, Trail, What};
use crate::plan::Slot;
use crate::plan::group::{Aggregate, Fold, Grouping};

impl<'p> Tracer<'p> {
    /// Where a path of the flow's group comes from, under the group's name.
    pub(super) fn group(
        &self,
        slot: Slot,
        group: &'p Grouping,
        path: &[Arc<str>],
        carried: Carried,
        trail: &mut Trail,
        depth: usize,
    ) -> Option<Origin> {
        let name = self.names.get(&slot).map(|(name, _)| name.clone()).unwrap_or_default();
        let key = (std::ptr::from_ref(group) as usize, path.to_vec(), carried);
        let again = !trail.told.insert(key.clone());
        let what = What::Named(Named { slot: Some(slot), name, path: path.to_vec(), again });
        if again {
            return Some(Origin { what, at: group.at, parts: Vec::new() });
        }
        let Some(origin) = self.grouped(group, path, carried, trail, depth + 1) else {
            trail.told.remove(&key);
            return None;
        };
        Some(Origin { what, at: origin.at, parts: vec![(Role::Value, origin)] })
    }

    /// A path of a group; groups inside of it are lists, which paths go through.
    fn grouped(
        &self,
        group: &'p Grouping,
        path: &[Arc<str>],
        carried: Carried,
        trail: &mut Trail,
        depth: usize,
    ) -> Option<Origin> {
        let mut parts = Vec::new();
        let mut at = group.at;
        let mut is_key = false;
        match path.split_first() {
            // How many groups there are is only a matter of their keys.
            None if carried == Carried::Counts => {}
            None => {
                for (_, key) in &group.by {
                    parts.extend(self.walk(key, &[], &None, carried, trail, depth + 1).map(|key| (Role::Value, key)));
                }
                for (_, field) in &group.fields {
                    parts.extend(self.aggregate(field, &[], carried, trail, depth + 1).map(|it| (Role::Value, it)));
                }
            }
            Some((name, rest)) => {
                let key = group.by.iter().find(|(known, _)| **known == **name);
                let origin = match key {
                    Some((_, key)) => {
                        is_key = true;
                        self.walk(key, rest, &None, carried, trail, depth + 1)?
                    }
                    None => {
                        let (_, field) = group.fields.iter().find(|(known, _)| **known == **name)?;
                        self.aggregate(field, rest, carried, trail, depth + 1)?
                    }
                };
                at = origin.at;
                parts.push((Role::Value, origin));
            }
        }
        let decides = Role::Group.carried(carried);
        if !is_key {
            for (_, key) in &group.by {
                parts.extend(self.walk(key, &[], &None, decides, trail, depth + 1).map(|key| (Role::Group, key)));
            }
        }
        if let Some(filter) = &group.filter {
            parts.extend(self.walk(filter, &[], &None, decides, trail, depth + 1).map(|it| (Role::Filter, it)));
        }
        Some(Origin { what: What::Parts, at, parts })
    }

    fn aggregate(
        &self,
        aggregate: &'p Aggregate,
        path: &[Arc<str>],
        carried: Carried,
        trail: &mut Trail,
        depth: usize,
    ) -> Option<Origin> {
        let (fold, of, filter, at) = match aggregate {
            Aggregate::Group(group) => return self.grouped(group, path, carried, trail, depth + 1),
            Aggregate::Fold { fold, of, filter, at } => (fold, of, filter, *at),
        };
        let mut parts = Vec::new();
        if let Some(of) = of {
            let value = self.walk(of, path, &None, carried, trail, depth + 1);
            // Money has an amount and a currency, also where what it is of is only known as money.
            let value = value.or_else(|| self.walk(of, &[], &None, carried, trail, depth + 1))?;
            parts.push((Role::Value, value));
        }
        if let Some(filter) = filter {
            let found = self.walk(filter, &[], &None, Role::Filter.carried(carried), trail, depth + 1);
            parts.extend(found.map(|origin| (Role::Filter, origin)));
        }
        Some(Origin { what: What::Function { name: name(*fold), clears: false }, at, parts })
    }
}

fn name(fold: Fold) -> &'static str {
    match fold {
        Fold::Count => "count",
        Fold::Sum => "sum",
        Fold::Min => "min",
        Fold::Max => "max",
        Fold::First => "first",
        Fold::Last => "last",
        Fold::Collect(_) => "collect",
    }
}
