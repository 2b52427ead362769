//! Many records to one: pairs to tree.

use pest::iterators::Pair;

use super::item::parts;
use super::{Builder, Rule};
use crate::lang::ast::{Aggregate, Column, Expr, GroupItem, Grouping, Name};

impl Builder<'_> {
    pub(super) fn column(&mut self, pair: Pair<'_, Rule>) -> Option<Column> {
        let mut inner = parts(pair);
        let (name, ty) = (self.name(inner.next()?)?, self.name(inner.next()?)?);
        Some(Column { name, ty, blank: inner.next().is_some() })
    }

    pub(super) fn grouping(&mut self, pair: Pair<'_, Rule>) -> Option<GroupItem> {
        let span = self.span(&pair);
        let mut inner = parts(pair);
        let name = self.name(inner.next()?)?;
        Some(GroupItem { name, group: self.group_of(inner, span)? })
    }

    fn group_of<'p>(
        &mut self,
        pairs: impl Iterator<Item = Pair<'p, Rule>>,
        span: crate::diag::Span,
    ) -> Option<Grouping> {
        let mut group = Grouping { by: Vec::new(), filter: None, fields: Vec::new(), span };
        for pair in pairs {
            match pair.as_rule() {
                Rule::group_by => {
                    for key in parts(pair) {
                        let mut inner = parts(key);
                        group.by.push((self.name(inner.next()?)?, self.expr(inner.next()?)?));
                    }
                }
                Rule::only => group.filter = Some(self.expr(parts(pair).next()?)?),
                _ => {
                    for field in parts(pair) {
                        let mut inner = parts(field);
                        let name = self.name(inner.next()?)?;
                        group.fields.push((name, self.aggregate(inner.next()?)?));
                    }
                }
            }
        }
        Some(group)
    }

    fn aggregate(&mut self, pair: Pair<'_, Rule>) -> Option<Aggregate> {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::subgroup {
            return self.group_of(parts(pair), span).map(Aggregate::Group);
        }
        let mut inner = parts(pair);
        let name: Name = self.name(inner.next()?)?;
        let (mut args, mut filter): (Vec<Expr>, _) = (Vec::new(), None);
        for part in inner {
            match part.as_rule() {
                Rule::only => filter = Some(self.expr(parts(part).next()?)?),
                _ => args.push(self.expr(part)?),
            }
        }
        Some(Aggregate::Fold { name, args, filter, span })
    }
}
