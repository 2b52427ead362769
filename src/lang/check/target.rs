//! Targets: what a flow hands over fits what the remote takes, field by field, before anything runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Checker, Typed};
use crate::catalog::{Base, EntitySpec, Idempotency, ObjectSpec, Type, WriteSpec};
use crate::diag::{Code, Diagnostic, Span, suggest};
use crate::lang::ast::{Batch, Name, Retry, TargetStep};
use crate::plan::mask::Mask;
use crate::plan::{BatchPlan, Facts, Otherwise, RetryPolicy, TargetPlan, undo_of};

impl Checker<'_> {
    /// The entity that two names mean; says which does not exist.
    pub(super) fn entity(&mut self, connector: &Name, entity: &Name) -> Option<EntitySpec> {
        let Some(spec) = self.catalog.connector(&connector.text).cloned() else {
            let names: Vec<&str> = self.catalog.connectors.iter().map(|spec| spec.name).collect();
            let help = match suggest::nearest(&connector.text, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names.join(", ")),
            };
            self.say_at(Code::E204, connector.span, format!("there is no connector `{}`", connector.text), help);
            return None;
        };
        if let Some(found) = spec.entity(&entity.text) {
            return Some(found.clone());
        }
        let names: Vec<&str> = spec.entities.iter().map(|entity| entity.name).collect();
        let help = match suggest::nearest(&entity.text, names.iter().copied()) {
            Some(near) => format!("did you mean `{}.{near}`?", connector.text),
            None => format!("it has {}", names.join(", ")),
        };
        self.say_at(Code::E220, entity.span, format!("`{}` has no `{}`", connector.text, entity.text), help);
        None
    }

    /// A target; and what takes it back, which is a target of its own.
    pub(super) fn target(&mut self, step: &TargetStep, facts: &mut Facts) -> Option<(TargetPlan, Option<TargetPlan>)> {
        let name = match &step.name {
            Some(name) => name.text.clone(),
            None => format!("{}.{}", step.connector.text, step.entity.text),
        };
        let plan = self.single(step, name, step.name.as_ref().map_or(step.span, |name| name.span), facts);
        let Some(undo) = &step.undo else { return Some((plan?, None)) };
        let name = undo_of(&plan.as_ref().map(|plan| plan.name.clone()).unwrap_or_default());
        let entity = self.catalog.connector(&step.connector.text).and_then(|spec| spec.entity(&step.entity.text));
        let write = entity.and_then(|entity| entity.write(&undo.verb.text));
        let step = TargetStep {
            name: None,
            verb: undo.verb.clone(),
            payload: undo.payload.clone(),
            once: step.once.filter(|_| write.is_some_and(|write| write.idempotency == Idempotency::None)),
            batch: None,
            otherwise: None,
            undo: None,
            twice: Vec::new(),
            span: undo.span,
            ..step.clone()
        };
        let undone = self.single(&step, name, undo.span, facts);
        Some((plan?, Some(undone?)))
    }

    fn single(&mut self, step: &TargetStep, name: String, at: Span, facts: &mut Facts) -> Option<TargetPlan> {
        let entity = self.entity(&step.connector, &step.entity);
        let payload = self.expr(&step.payload);
        let entity = entity?;
        let Some(write) = entity.write(&step.verb.text).cloned() else {
            let verbs: Vec<&str> = entity.writes.iter().map(|write| write.verb).collect();
            let help = match verbs.as_slice() {
                [] => "it can only be read".to_owned(),
                verbs => format!("it takes {}", verbs.join(", ")),
            };
            let message = format!("`{}.{}` does not take `{}`", step.connector.text, step.entity.text, step.verb.text);
            self.say_at(Code::E221, step.verb.span, message, help);
            return None;
        };
        let slot = self.slot_at(at)?;
        let otherwise = step.otherwise.map(|(otherwise, _)| otherwise).unwrap_or_default();
        // Where the record goes on without the answer, the answer may be absent.
        let nullable = otherwise == Otherwise::Continue;
        let output = Type { nullable, ..Type::new(Base::Object(Arc::clone(&write.output))) };
        self.slots.insert(slot, (output, None));
        self.answers.insert(slot, BTreeSet::new());
        let payload = payload?;
        facts.payloads.insert(slot, payload.ty.clone());
        if !self.fits(&payload, &write, &name, facts) {
            return None;
        }
        for at in &step.twice {
            self.say_at(Code::E104, *at, "a target has this once", "remove one of the two");
        }
        self.can_settle(step, &write)?;
        let batch = match &step.batch {
            Some(batch) => Some(self.batch(step, batch, &write)?),
            None => None,
        };
        let inside = |path: &String| match path.strip_prefix(&name)? {
            "" => Some(String::new()),
            path => path.strip_prefix('.').map(str::to_owned),
        };
        let masked: Vec<String> = match self.environment.buyer_data_masked {
            true => facts.buyer_data.iter().filter_map(inside).collect(),
            false => Vec::new(),
        };
        facts.operations.insert(format!("{}.{}", step.connector.text, write.operation));
        facts.operations.extend(batch.iter().map(|batch| batch.operation.clone()));
        Some(TargetPlan {
            name,
            connector: step.connector.text.clone(),
            entity: step.entity.text.clone(),
            verb: step.verb.text.clone(),
            operation: format!("{}.{}", step.connector.text, write.operation),
            payload: payload.node,
            mask: Mask::new(masked.iter().map(String::as_str)),
            input: write.input,
            output: write.output,
            slot,
            keeps: Vec::new(),
            idempotency: write.idempotency,
            natural_key: write.natural_key,
            retry: step.retry.map(policy),
            batch,
            once: step.once.map(|(once, _)| once).unwrap_or_default(),
            otherwise,
            undo: None,
            at: step.span,
        })
    }

    /// Whether it is said what to do with an outcome that nobody knows, where that has to be said.
    fn can_settle(&mut self, step: &TargetStep, write: &WriteSpec) -> Option<()> {
        let verb = &step.verb.text;
        match (write.idempotency, step.once) {
            (Idempotency::None, None) => {
                let message = format!("nobody can tell whether a `{verb}` that got no answer has happened");
                let help = "say what to do then: `at_most_once` makes a dead letter of the record, `at_least_once` writes \
                    again, perhaps twice; or use a verb of this entity that can be repeated";
                self.say_at(Code::E503, step.span, message, help);
                None
            }
            (Idempotency::None, Some(_)) | (_, None) => Some(()),
            (_, Some((_, at))) => {
                let message = format!("a `{verb}` of `{}` can be repeated, so it happens once", step.entity.text);
                self.say_at(Code::W928, at, message, "remove this word");
                Some(())
            }
        }
    }

    fn batch(&mut self, step: &TargetStep, batch: &Batch, write: &WriteSpec) -> Option<BatchPlan> {
        let what = format!("`{}` of `{}.{}`", step.verb.text, step.connector.text, step.entity.text);
        let Some(bulk) = write.bulk else {
            self.say_at(Code::E506, batch.span, format!("{what} takes one at a time"), "remove `batch`");
            return None;
        };
        if batch.most < 2 || batch.most > bulk.most {
            let message = format!("{what} takes 2 to {} together", bulk.most);
            self.say_at(Code::E506, batch.span, message, format!("write `batch {}`", bulk.most));
            return None;
        }
        let operation = format!("{}.{}", step.connector.text, bulk.operation);
        let within = batch.within.unwrap_or(BatchPlan::WITHIN);
        Some(BatchPlan { most: batch.most as usize, within, operation })
    }

    fn fits(&mut self, payload: &Typed, write: &WriteSpec, name: &str, facts: &mut Facts) -> bool {
        let before = self.found.len();
        self.buyer_data(payload, name, facts);
        let broken = |found: &[Diagnostic]| found.iter().any(|found| found.severity() == crate::diag::Severity::Error);
        let spec = match &payload.ty.base {
            Base::Object(spec) => Arc::clone(spec),
            Base::Any => return !broken(self.found.get(before..).unwrap_or_default()),
            _ => {
                self.wrong(payload.node.at, "an object", &payload.ty);
                return false;
            }
        };
        let mut written = BTreeSet::new();
        self.object_fits(&spec, &write.input, "", payload.node.at, &mut written);
        facts.writes.insert(name.to_owned(), written);
        !broken(self.found.get(before..).unwrap_or_default())
    }

    fn object_fits(
        &mut self,
        given: &Arc<ObjectSpec>,
        wanted: &ObjectSpec,
        path: &str,
        at: Span,
        written: &mut BTreeSet<String>,
    ) {
        let places = self.places.get(&(Arc::as_ptr(given) as usize)).cloned().unwrap_or_default();
        let place = |name: &str| places.get(name).copied().unwrap_or(at);
        let full = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        // A field that is misspelt is one mistake: it is told as such, and not as a missing one too.
        let names: Vec<&str> = wanted.fields.iter().map(|field| field.name.as_str()).collect();
        let unknown = given.fields.iter().filter(|field| wanted.field(&field.name).is_none());
        let meant: BTreeSet<&str> =
            unknown.filter_map(|field| suggest::nearest(&field.name, names.iter().copied())).collect();
        for field in &wanted.fields {
            if meant.contains(field.name.as_str()) && !wanted.open {
                continue;
            }
            if field.ty.nullable || given.field(&field.name).is_some() {
                continue;
            }
            if given.open {
                continue;
            }
            let message = format!("{} needs `{}`, and it is not set", wanted.name, field.name);
            self.say_at(Code::E501, at, message, format!("add `{} = …` ({})", field.name, field.ty.base));
        }
        for field in &given.fields {
            let Some(target_field) = wanted.field(&field.name) else {
                if !wanted.open {
                    let names: Vec<&str> = wanted.fields.iter().map(|field| field.name.as_str()).collect();
                    let help = match suggest::nearest(&field.name, names.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it takes {}", names.join(", ")),
                    };
                    let message = format!("{} has no field `{}`", wanted.name, field.name);
                    self.say_at(Code::E502, place(&field.name), message, help);
                    continue;
                }
                let (full, at) = (full(&field.name), place(&field.name));
                written.insert(full.clone());
                self.value_fits(&field.ty, &Type::new(Base::Any), &full, at, written);
                continue;
            };
            let full = full(&field.name);
            let at = place(&field.name);
            if (field.ty.nullable || field.ty.base == Base::Null) && !target_field.ty.nullable {
                let message = format!("`{}` may be absent, and {} needs it", field.name, wanted.name);
                self.say_at(Code::E302, at, message, "give it a default: `… ?? default`");
                continue;
            }
            written.insert(full.clone());
            self.value_fits(&field.ty, &target_field.ty, &full, at, written);
        }
    }

    fn value_fits(&mut self, given: &Type, wanted: &Type, path: &str, at: Span, written: &mut BTreeSet<String>) {
        match (&given.base, &wanted.base) {
            (Base::Object(given_spec), Base::Object(wanted_spec)) => {
                let wanted_spec = Arc::clone(wanted_spec);
                return self.object_fits(&Arc::clone(given_spec), &wanted_spec, path, at, written);
            }
            (Base::List(given_item), Base::List(wanted_item)) => {
                let path = format!("{path}[]");
                return self.value_fits(given_item, wanted_item, &path, at, written);
            }
            _ => {}
        }
        let fits = match (&given.base, &wanted.base) {
            (Base::Any | Base::Null, _)
            | (_, Base::Any)
            | (Base::Int | Base::Money(_), Base::Decimal)
            | (Base::Enum(_) | Base::Date | Base::Instant, Base::Text)
            | (Base::Text, Base::Enum(_)) => true,
            (Base::Enum(words), Base::Enum(spec)) if !spec.open => {
                match words.values.iter().find(|word| !spec.values.contains(word)) {
                    Some(word) if words.name == "text" => {
                        let near = suggest::nearest(word, spec.values.iter().map(String::as_str)).map(str::to_owned);
                        let (spec, word) = (spec.clone(), word.clone());
                        self.unknown_word(&spec, &word, near, at);
                        return;
                    }
                    Some(word) => {
                        let message = format!("`{path}` may become \"{word}\", which {} does not have", spec.name);
                        let help = format!("map it with `match` or a table to one of {}", spec.values.join(", "));
                        self.say_at(Code::E505, at, message, help);
                        return;
                    }
                    None => true,
                }
            }
            (Base::Enum(_), Base::Enum(_)) => true,
            (Base::Money(_), Base::Money(None)) => true,
            (x, y) => x == y,
        };
        if !fits {
            let help = match (&given.base, &wanted.base) {
                (Base::Text | Base::Enum(_), Base::Decimal) => "make a number of it: `decimal(…)`",
                (Base::Text | Base::Enum(_), Base::Int) => "make a whole number of it: `int(…)`",
                (Base::Text | Base::Enum(_), Base::Date | Base::Instant) => {
                    "make a date of it: `date(…)` or `instant(…)`"
                }
                (_, Base::Text | Base::Enum(_)) => "make text of it: `text(…)`",
                (Base::Instant, Base::Date) => "take the date in a zone: `date(…, \"Europe/Berlin\")`",
                _ => "see `flowrun connectors` for what it takes",
            };
            let diagnostic =
                Diagnostic::new(Code::E505, at, format!("`{path}` must be {}, and it is {}", wanted.base, given));
            self.say(diagnostic.help(help));
        }
    }
}

/// A retry clause with the defaults filled in.
pub(super) fn policy(retry: Retry) -> RetryPolicy {
    let default = RetryPolicy::default();
    let (first, longest) = retry.backoff.unwrap_or((default.first, default.longest));
    RetryPolicy { retries: retry.retries, first, longest }
}
