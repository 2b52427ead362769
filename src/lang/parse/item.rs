//! Declarations: pairs to tree.

use pest::iterators::Pair;

use super::{Builder, Rule};
use crate::diag::Code;
use crate::lang::ast::{
    Batch, EachStep, Item, ItemKind, Name, Retry, SourceItem, Step, TargetStep, Trigger, UndoClause,
};
use crate::plan::{Once, Otherwise};

/// The pairs inside a pair, without the keywords that were needed only to tell it from others.
pub(super) fn parts(pair: Pair<'_, Rule>) -> impl Iterator<Item = Pair<'_, Rule>> {
    pair.into_inner()
        .filter(|part| !format!("{:?}", part.as_rule()).starts_with("kw_") || part.as_rule() == Rule::kw_call)
}

impl Builder<'_> {
    pub(super) fn item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let declared = parts(pair).next()?;
        let kind = match declared.as_rule() {
            Rule::flow => ItemKind::Flow(self.name(parts(declared).next()?)?),
            Rule::source => ItemKind::Source(self.source(declared)?),
            Rule::key => ItemKind::Key(self.expr(parts(declared).next()?)?),
            Rule::use_ => ItemKind::Use(self.used(declared)?),
            Rule::function => ItemKind::Function(self.function(declared)?),
            Rule::lookup => ItemKind::Lookup(self.lookup(declared)?),
            Rule::param => {
                let mut inner = parts(declared);
                let (name, ty) = (self.name(inner.next()?)?, self.name(inner.next()?)?);
                let default = match inner.next() {
                    Some(default) => Some(self.expr(default)?),
                    None => None,
                };
                ItemKind::Param { name, ty, default }
            }
            Rule::on_error => ItemKind::OnError(self.retry(parts(declared).find(|p| p.as_rule() == Rule::retry)?)?),
            Rule::alert => {
                let mut inner = parts(declared);
                let route = self.name(inner.next()?)?;
                let conditions: Option<Vec<(Name, i64)>> = inner.map(|part| self.alert_condition(part)).collect();
                ItemKind::Alert { route, conditions: conditions? }
            }
            Rule::grouping => ItemKind::Group(self.grouping(declared)?),
            Rule::test => ItemKind::Test(self.test(declared)?),
            _ => ItemKind::Step(self.step(declared)?),
        };
        Some(Item { kind, span })
    }

    pub(super) fn source(&mut self, pair: Pair<'_, Rule>) -> Option<SourceItem> {
        let mut inner = parts(pair);
        let (connector, entity) = self.entity(inner.next()?)?;
        let mut source = SourceItem { connector, entity, ..SourceItem::default() };
        for clause in inner {
            match clause.as_rule() {
                Rule::trigger_on => {
                    for trigger in parts(clause) {
                        let span = self.span(&trigger);
                        source.triggers.push((self.trigger(trigger)?, span));
                    }
                }
                Rule::where_ => source.filter = Some(self.expr(parts(clause).next()?)?),
                Rule::columns => {
                    for column in parts(clause) {
                        source.columns.push(self.column(column)?);
                    }
                }
                Rule::by => {}
                Rule::holdback => {
                    let at = self.span(&clause);
                    source.holdback = Some((self.duration(&parts(clause).next()?)?, at));
                }
                Rule::again => {
                    for after in parts(clause) {
                        let at = self.span(&after);
                        source.again.push((self.duration(&after)?, at));
                    }
                }
                _ => source.since = Some(self.duration(&parts(clause).next()?)?),
            }
        }
        Some(source)
    }

    fn trigger(&mut self, pair: Pair<'_, Rule>) -> Option<Trigger> {
        let mut inner = parts(pair);
        let Some(first) = inner.next() else { return Some(Trigger::Manual) };
        Some(match first.as_rule() {
            Rule::ident => Trigger::Event(self.name(first)?),
            Rule::webhook => Trigger::Webhook(self.quoted(&parts(first).next()?)?),
            Rule::duration => Trigger::Every(self.duration(&first)?),
            _ => {
                let schedule = self.quoted(&first)?.text;
                let zone = match inner.next() {
                    Some(zone) => Some(self.quoted(&zone)?.text),
                    None => None,
                };
                Trigger::Cron(schedule, zone)
            }
        })
    }

    pub(super) fn entity(&mut self, pair: Pair<'_, Rule>) -> Option<(Name, Name)> {
        let mut inner = parts(pair);
        Some((self.name(inner.next()?)?, self.name(inner.next()?)?))
    }

    fn retry(&mut self, pair: Pair<'_, Rule>) -> Option<Retry> {
        let mut inner = parts(pair);
        let count = inner.next()?;
        let retries = match count.as_str().parse::<u32>() {
            Ok(retries) if retries <= 100 => retries,
            _ => {
                return self.bad(
                    Code::E149,
                    &count,
                    "a write is tried again at most 100 times",
                    "write a number up to 100",
                );
            }
        };
        let mut pauses = Vec::new();
        let inner: Vec<_> = inner.collect();
        let longest = inner.last().cloned();
        for pause in inner {
            pauses.push(self.duration(&pause)?);
        }
        let backoff = match pauses.as_slice() {
            [first, last] if first > last => {
                return self.bad(
                    Code::E149,
                    longest.as_ref().unwrap_or(&count),
                    "the first pause is longer than the longest",
                    "write the shorter one first: `backoff 1s..5m`",
                );
            }
            [first, longest] => Some((*first, *longest)),
            _ => None,
        };
        Some(Retry { retries, backoff })
    }

    fn alert_condition(&mut self, pair: Pair<'_, Rule>) -> Option<(Name, i64)> {
        let mut inner = parts(pair);
        let measure = self.name(inner.next()?)?;
        let limit = inner.next()?;
        let limit = match limit.as_rule() {
            Rule::duration => i64::try_from(self.duration(&limit)?.as_secs()).ok()?,
            _ => match limit.as_str().parse() {
                Ok(limit) => limit,
                Err(_) => {
                    return self.bad(Code::E106, &limit, "this number is too large", "write one of at most 18 digits");
                }
            },
        };
        Some((measure, limit))
    }

    fn step(&mut self, pair: Pair<'_, Rule>) -> Option<Step> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::when {
            return self.when(pair);
        }
        if rule == Rule::each {
            return self.each(pair);
        }
        if rule == Rule::target {
            return self.target(pair, span).map(Step::Target);
        }
        let mut inner = parts(pair);
        if matches!(rule, Rule::let_ | Rule::transform) {
            let name = self.name(inner.next()?)?;
            let value = inner.next()?;
            let value = if rule == Rule::transform { self.object(value)? } else { self.expr(value)? };
            return Some(Step::Let { name, value });
        }
        let condition = self.expr(inner.next()?)?;
        if rule == Rule::wait {
            let patience = inner.next()?;
            let patience_at = self.span(&patience);
            let patience = self.duration(&patience)?;
            let because = self.expr(parts(inner.next()?).next()?)?;
            return Some(Step::Wait { when: condition, patience, patience_at, because });
        }
        let because = match inner.next() {
            Some(because) => Some(self.expr(parts(because).next()?)?),
            None => None,
        };
        Some(match rule {
            Rule::skip => Step::Skip { when: condition, because },
            Rule::reject => Step::Reject { when: condition, because: because? },
            _ => Step::Ensure { condition, because },
        })
    }

    fn when(&mut self, pair: Pair<'_, Rule>) -> Option<Step> {
        let (mut condition, mut then, mut otherwise, mut second) = (None, Vec::new(), Vec::new(), false);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => condition = Some(self.expr(part)?),
                Rule::kw_else => second = true,
                Rule::inner => {
                    let step = self.step(part.into_inner().next()?)?;
                    if second { otherwise.push(step) } else { then.push(step) }
                }
                _ => {}
            }
        }
        Some(Step::When { condition: condition?, then, otherwise })
    }

    fn each(&mut self, pair: Pair<'_, Rule>) -> Option<Step> {
        let mut inner = parts(pair).peekable();
        let (name, list, key) = (self.name(inner.next()?)?, self.expr(inner.next()?)?, self.expr(inner.next()?)?);
        let filter = match inner.next_if(|part| part.as_rule() == Rule::expr) {
            Some(filter) => Some(self.expr(filter)?),
            None => None,
        };
        let mut steps = Vec::new();
        for part in inner {
            steps.push(self.step(part.into_inner().next()?)?);
        }
        Some(Step::Each(EachStep { name, list, key, filter, steps }))
    }

    fn target(&mut self, pair: Pair<'_, Rule>, span: crate::diag::Span) -> Option<TargetStep> {
        let mut inner = parts(pair).peekable();
        let (connector, entity) = self.entity(inner.next()?)?;
        let name = match inner.peek()?.as_rule() {
            Rule::ident => Some(self.name(inner.next()?)?),
            _ => None,
        };
        let verb = inner.next()?.into_inner().find(|part| part.as_rule() == Rule::ident)?;
        let verb = self.name(verb)?;
        let payload = self.expr(inner.next()?)?;
        let mut target = TargetStep {
            connector,
            entity,
            name,
            verb,
            payload,
            retry: None,
            batch: None,
            once: None,
            otherwise: None,
            undo: None,
            twice: Vec::new(),
            span,
        };
        for clause in inner {
            let at = self.span(&clause);
            let before = match clause.as_rule() {
                Rule::retry => target.retry.replace(self.retry(clause)?).is_some(),
                Rule::undo => {
                    let mut inner = parts(clause);
                    let verb = inner.next()?.into_inner().find(|part| part.as_rule() == Rule::ident)?;
                    let (verb, payload) = (self.name(verb)?, self.expr(inner.next()?)?);
                    target.undo.replace(Box::new(UndoClause { verb, payload, span: at })).is_some()
                }
                Rule::batch => target.batch.replace(self.batch(clause, at)?).is_some(),
                Rule::once => {
                    let once = if clause.as_str().starts_with("at_most") { Once::AtMost } else { Once::AtLeast };
                    target.once.replace((once, at)).is_some()
                }
                _ => {
                    let end = match clause.into_inner().find(|part| part.as_rule() == Rule::end_word)?.as_str() {
                        "skip" => Otherwise::Skip,
                        "continue" => Otherwise::Continue,
                        _ => Otherwise::DeadLetter,
                    };
                    target.otherwise.replace((end, at)).is_some()
                }
            };
            if before {
                target.twice.push(at);
            }
        }
        Some(target)
    }

    fn batch(&mut self, pair: Pair<'_, Rule>, span: crate::diag::Span) -> Option<Batch> {
        let mut inner = parts(pair);
        let count = inner.next()?;
        let Ok(most) = count.as_str().parse::<u32>() else {
            return self.bad(Code::E106, &count, "this number is too large", "write how many go out together");
        };
        let within = match inner.next() {
            Some(within) => Some(self.duration(&within)?),
            None => None,
        };
        Some(Batch { most, within, span })
    }
}
