//! Tests: pairs to tree.

use pest::iterators::Pair;

use super::item::parts;
use super::{Builder, Rule};
use crate::diag::Span;
use crate::lang::ast::{Expect, Expr, Given, Name, Rows, TestItem, With};
use crate::plan::undo_of;

impl Builder<'_> {
    pub(super) fn test(&mut self, pair: Pair<'_, Rule>) -> Option<TestItem> {
        let mut inner = parts(pair);
        let name = self.text(&inner.next()?)?;
        let mut test = TestItem { name, rows: None, given: None, with: Vec::new(), expect: Vec::new() };
        for clause in inner {
            let span = self.span(&clause);
            let rule = clause.as_rule();
            let mut inner = parts(clause);
            let body = inner.next()?;
            match rule {
                Rule::rows => test.rows = Some((self.name(body)?, self.rows(inner.next()?)?)),
                Rule::given => test.given = Some(self.given(body)?),
                Rule::with => test.with.push(self.with(body)?),
                _ => test.expect.push(self.expect(body, span)?),
            }
        }
        Some(test)
    }

    fn rows(&mut self, pair: Pair<'_, Rule>) -> Option<Rows> {
        Some(match pair.as_rule() {
            Rule::rows_table => Rows::File(self.quoted(&parts(pair).next()?)?),
            _ => Rows::List(self.expr(pair)?),
        })
    }

    fn given(&mut self, pair: Pair<'_, Rule>) -> Option<Given> {
        Some(match pair.as_rule() {
            Rule::from_file => Given::File(self.text(&parts(pair).next()?)?),
            _ => Given::Value(self.expr(pair)?),
        })
    }

    fn with(&mut self, pair: Pair<'_, Rule>) -> Option<With> {
        let rule = pair.as_rule();
        let mut inner = parts(pair);
        let name = self.name(inner.next()?)?;
        if rule == Rule::with_refusal {
            let kind = self.name(inner.next()?)?;
            return Some(With::Refusal(name, kind, self.text(&inner.next()?)?));
        }
        let mut exprs: Vec<Expr> = Vec::new();
        for part in inner {
            exprs.push(self.expr(part)?);
        }
        let value = exprs.pop()?;
        Some(match rule {
            Rule::with_env => With::Env(name, value),
            Rule::with_lookup => With::Lookup(name, exprs, value),
            _ => With::Answer(name, value),
        })
    }

    fn expect(&mut self, pair: Pair<'_, Rule>, span: Span) -> Option<Expect> {
        let rule = pair.as_rule();
        if rule == Rule::expr {
            return Some(Expect::Holds(self.expr(pair)?));
        }
        let mut inner = parts(pair).peekable();
        let undoing = inner.next_if(|part| part.as_rule() == Rule::undoing).is_some();
        let first = inner.next();
        let named = |name: Name| if undoing { Name { text: undo_of(&name.text), ..name } } else { name };
        Some(match rule {
            Rule::expect_no => Expect::NoTarget(named(self.name(first?)?)),
            Rule::expect_targets => Expect::Targets(self.text(&parts(first?).next()?)?, span),
            Rule::expect_target => {
                let name = named(self.name(first?)?);
                let (mut keys, mut payload) = (Vec::new(), None);
                for part in inner {
                    match part.as_rule() {
                        Rule::item_key => keys.push(self.expr(parts(part).next()?)?),
                        _ => payload = Some(self.given(part)?),
                    }
                }
                Expect::Target(name, keys, payload)
            }
            _ => {
                let reason = match first {
                    Some(reason) => Some(self.text(&reason)?),
                    None => None,
                };
                match rule {
                    Rule::expect_skip => Expect::Skip(reason, span),
                    Rule::expect_wait => Expect::Wait(reason, span),
                    _ => Expect::Reject(reason, span),
                }
            }
        })
    }
}
