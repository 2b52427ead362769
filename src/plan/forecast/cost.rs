//! What a record costs: a call for each write on its way and for each entity lookup with another key.

use std::collections::BTreeMap;

use super::{Calls, Load, LookupCost, Operation};
use crate::catalog::{Catalog, EntitySpec};
use crate::plan::lineage::{Origin, Role, Tracer, Uses, What};
use crate::plan::{LookupId, LookupKind, Node, Plan, Step};

/// The operation that reads the source.
pub(super) fn reading(plan: &Plan, catalog: &Catalog) -> Option<Operation> {
    let source = entity(catalog, &plan.source.connector, &plan.source.entity)?.source.as_ref()?;
    Some((plan.source.connector.clone(), source.operation.to_owned()))
}

/// The operation that reads one record, after an event.
pub(super) fn fetching(plan: &Plan, catalog: &Catalog) -> Option<Operation> {
    let source = entity(catalog, &plan.source.connector, &plan.source.entity)?.source.as_ref()?;
    Some((plan.source.connector.clone(), source.fetch?.to_owned()))
}

fn entity<'c>(catalog: &'c Catalog, connector: &str, name: &str) -> Option<&'c EntitySpec> {
    catalog.connector(connector)?.entity(name)
}

/// The calls of one record by operation, and how its lookups were counted.
pub(super) fn per_record(plan: &Plan, catalog: &Catalog, load: &Load) -> (BTreeMap<Operation, Calls>, Vec<LookupCost>) {
    let hits = load.hits / 100.0;
    let tracer = Tracer::new(plan);
    let mut counting = Counting {
        tracer: &tracer,
        catalog,
        hits,
        share: 1.0,
        each: 1.0,
        items: load.items.max(1.0),
        asked: BTreeMap::new(),
    };
    let mut key = BTreeMap::new();
    counting.lookups(&plan.key, &mut key);
    let mut calls = BTreeMap::new();
    if let Some(group) = &plan.group {
        calls = counting.steps(&group.before);
        group.group.nodes(&mut |node| counting.lookups(node, &mut calls));
    }
    // What follows a group is done once for all the records of it.
    counting.share = if plan.group.is_some() { 1.0 / load.per_group.max(1.0) } else { 1.0 };
    add(&mut calls, &counting.steps(&plan.steps));
    add(&mut calls, &key);
    let asked = counting.asked;
    let lookups = plan.lookups.iter().enumerate().filter_map(|(id, lookup)| {
        let LookupKind::Entity { connector, entity: name, cache, .. } = &lookup.kind else { return None };
        let operation = entity(catalog, connector, name)?.lookup.as_ref()?.operation.to_owned();
        let shares: Vec<f64> = asked.iter().filter(|((known, _), _)| *known == id).map(|(_, share)| *share).collect();
        let one = one(!cache.is_zero(), hits);
        Some(LookupCost {
            name: lookup.name.clone(),
            operation: (connector.clone(), operation),
            keys: shares.iter().sum(),
            cache: *cache,
            calls: one.times(shares.iter().sum()),
        })
    });
    (calls, lookups.collect())
}

fn one(cached: bool, hits: f64) -> Calls {
    Calls { typical: if cached { 1.0 - hits } else { 1.0 }, worst: 1.0 }
}

fn add(all: &mut BTreeMap<Operation, Calls>, more: &BTreeMap<Operation, Calls>) {
    for (operation, calls) in more {
        all.entry(operation.clone()).or_default().add(*calls);
    }
}

struct Counting<'t, 'p> {
    tracer: &'t Tracer<'p>,
    catalog: &'t Catalog,
    hits: f64,
    /// How often what is counted just now is done for each record of the source.
    share: f64,
    /// How many items of lists have it done, where it is written for each of them.
    each: f64,
    /// How many items a list is taken to have.
    items: f64,
    /// Lookups with the text of their keys, and how often each is asked: the same key is asked once for a record.
    asked: BTreeMap<(LookupId, String), f64>,
}

impl<'p> Counting<'_, 'p> {
    fn steps(&mut self, steps: &'p [Step]) -> BTreeMap<Operation, Calls> {
        let mut calls = BTreeMap::new();
        for step in steps {
            match step {
                Step::Skip { when, because } => {
                    self.lookups(when, &mut calls);
                    because.iter().for_each(|because| self.lookups(because, &mut calls));
                }
                Step::Reject { when, because } | Step::Wait { when, because, .. } => {
                    self.lookups(when, &mut calls);
                    self.lookups(because, &mut calls);
                }
                Step::Ensure { condition, because } => {
                    self.lookups(condition, &mut calls);
                    because.iter().for_each(|because| self.lookups(because, &mut calls));
                }
                Step::Let { value, .. } => self.lookups(value, &mut calls),
                Step::When { condition, then, otherwise } => {
                    self.lookups(condition, &mut calls);
                    let (then, otherwise) = (self.steps(then), self.steps(otherwise));
                    add(&mut calls, &longer(then, otherwise));
                }
                Step::Each(each) => {
                    self.lookups(&each.list, &mut calls);
                    let outside = self.each;
                    self.each *= self.items;
                    add(&mut calls, &self.steps(&each.steps));
                    self.each = outside;
                }
                Step::Target(id) => {
                    let Some(target) = self.tracer.plan().targets.get(*id) else { continue };
                    self.lookups(&target.payload, &mut calls);
                    let (operation, one) = match &target.batch {
                        // A batch may be full, or hold this one record.
                        Some(batch) => (&batch.operation, Calls { typical: 1.0 / batch.most as f64, worst: 1.0 }),
                        None => (&target.operation, Calls { typical: 1.0, worst: 1.0 }),
                    };
                    let name = operation.rsplit('.').next().unwrap_or_default().to_owned();
                    let one = one.times(self.share * self.each);
                    calls.entry((target.connector.clone(), name)).or_default().add(one);
                }
            }
        }
        calls
    }

    fn lookups(&mut self, node: &'p Node, calls: &mut BTreeMap<Operation, Calls>) {
        let origin = self.tracer.origin(node, &[]);
        self.found(&origin, calls);
    }

    fn found(&mut self, origin: &Origin, calls: &mut BTreeMap<Operation, Calls>) {
        let plan = self.tracer.plan();
        if let What::Found { lookup, .. } = &origin.what
            && let Some(LookupKind::Entity { connector, entity: name, cache, .. }) =
                plan.lookups.get(*lookup).map(|lookup| &lookup.kind)
        {
            let keys: Vec<&Origin> =
                origin.parts.iter().filter(|(role, _)| *role == Role::Key).map(|(_, key)| key).collect();
            let key: Vec<String> = keys.iter().map(|key| plan.snippet(key.at)).collect();
            // What comes out of a list of the record is another key for each item of it.
            let share = self.share * if keys.iter().any(|key| is_of_a_list(key)) { self.items } else { 1.0 };
            let operation = entity(self.catalog, connector, name).and_then(|entity| entity.lookup.as_ref());
            let asked = (*lookup, key.join(", "));
            if let (false, Some(spec)) = (self.asked.contains_key(&asked), operation) {
                self.asked.insert(asked, share);
                let one = one(!cache.is_zero(), self.hits).times(share);
                calls.entry((connector.clone(), spec.operation.to_owned())).or_default().add(one);
            }
        }
        for (_, part) in &origin.parts {
            self.found(part, calls);
        }
    }
}

fn is_of_a_list(key: &Origin) -> bool {
    Uses::of(key).leaves.iter().any(|used| {
        let (What::Field { path, .. } | What::Found { path, .. } | What::Answer { path, .. }) = used.what else {
            return false;
        };
        !used.role.decides() && path.contains("[]")
    })
}

/// Of two branches: usually the one with more calls; at worst the more of each.
fn longer(a: BTreeMap<Operation, Calls>, b: BTreeMap<Operation, Calls>) -> BTreeMap<Operation, Calls> {
    let total = |calls: &BTreeMap<Operation, Calls>| calls.values().map(|calls| calls.typical).sum::<f64>();
    let (mut more, less) = if total(&a) >= total(&b) { (a, b) } else { (b, a) };
    for (operation, calls) in less {
        let known = more.entry(operation).or_default();
        known.worst = known.worst.max(calls.worst);
    }
    more
}
