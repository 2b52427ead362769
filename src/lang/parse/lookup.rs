//! Lookups and types: pairs to tree.

use pest::iterators::Pair;

use super::item::parts;
use super::{Builder, Rule};
use crate::lang::ast::{InlineRow, LookupFrom, LookupItem, Name, TableFrom, TableRows, TypeExpr, TypeKind};
use crate::value::Value;

impl Builder<'_> {
    pub(super) fn lookup(&mut self, pair: Pair<'_, Rule>) -> Option<LookupItem> {
        let mut inner = parts(pair);
        let name = self.name(inner.next()?)?;
        let from = inner.next()?;
        let from = match from.as_rule() {
            Rule::entity_from => {
                let mut inner = parts(from);
                let (connector, entity) = self.entity(inner.next()?)?;
                LookupFrom::Entity { connector, entity, by: self.name(inner.next()?)? }
            }
            Rule::source_from => {
                let by = parts(from.clone()).find(|part| part.as_rule() == Rule::by)?;
                let by = self.words(by)?;
                LookupFrom::Source(self.source(from)?, by)
            }
            Rule::reverse_from => LookupFrom::Reverse(self.name(parts(from).next()?)?),
            _ => LookupFrom::Table(self.table(from)?),
        };
        let (mut cache, mut otherwise) = (None, None);
        for clause in inner {
            let clause_rule = clause.as_rule();
            let value = parts(clause).next()?;
            if clause_rule == Rule::cache {
                cache = Some(self.duration(&value)?);
            } else {
                otherwise = Some(self.expr(value)?);
            }
        }
        Some(LookupItem { name, from, cache, otherwise })
    }

    fn table(&mut self, pair: Pair<'_, Rule>) -> Option<TableFrom> {
        let mut rules = false;
        let (mut rows, mut by, mut ignoring, mut give) = (None, Vec::new(), Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_rules => rules = true,
                Rule::string => rows = Some(TableRows::File(self.quoted(&part)?)),
                Rule::inline_table => rows = Some(TableRows::Inline(self.inline(part)?)),
                Rule::by => by = self.words(part)?,
                Rule::ignoring => ignoring = self.words(part)?,
                Rule::give => {
                    for column in parts(part) {
                        let mut inner = parts(column);
                        let name = self.name(inner.next()?)?;
                        let ty = match inner.next() {
                            Some(ty) => Some(self.written_type(ty)?),
                            None => None,
                        };
                        give.push((name, ty));
                    }
                }
                _ => {}
            }
        }
        Some(TableFrom { rows: rows?, rules, by, ignoring, give })
    }

    fn words(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Name>> {
        parts(pair).map(|word| self.name(word)).collect()
    }

    fn inline(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<InlineRow>> {
        let mut rows = Vec::new();
        for row in pair.into_inner() {
            let span = self.span(&row);
            let (mut keys, mut gives) = (Vec::new(), Vec::new());
            for part in row.into_inner() {
                match part.as_rule() {
                    Rule::string => keys.push(self.quoted(&part)?),
                    Rule::literals => {
                        for literal in part.into_inner() {
                            gives.push(self.literal(literal)?);
                        }
                    }
                    _ => gives.push(self.literal(part)?),
                }
            }
            rows.push(InlineRow { keys, gives, span });
        }
        Some(rows)
    }

    fn literal(&mut self, pair: Pair<'_, Rule>) -> Option<Value> {
        let mut negative = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::negate => negative = true,
                Rule::number => {
                    return Some(match self.number(&part)? {
                        Value::Int(int) if negative => Value::Int(-int),
                        Value::Decimal(decimal) if negative => Value::Decimal(-decimal),
                        value => value,
                    });
                }
                Rule::string => return Some(Value::from(self.quoted(&part)?.text)),
                Rule::true_ => return Some(Value::Bool(true)),
                Rule::false_ => return Some(Value::Bool(false)),
                _ => return Some(Value::Null),
            }
        }
        None
    }

    /// A type as it is written.
    pub(super) fn written_type(&mut self, pair: Pair<'_, Rule>) -> Option<TypeExpr> {
        let span = self.span(&pair);
        self.deeper(1, span, |builder| {
            let (mut kind, mut optional) = (None, false);
            for part in pair.into_inner() {
                match part.as_rule() {
                    Rule::optional => optional = true,
                    Rule::type_list => {
                        let item = builder.written_type(part.into_inner().next()?)?;
                        kind = Some(TypeKind::List(Box::new(item)));
                    }
                    _ => {
                        let mut path = Vec::new();
                        for step in part.into_inner() {
                            path.push(if step.as_rule() == Rule::type_item {
                                Name { text: "[]".to_owned(), span: builder.span(&step) }
                            } else {
                                builder.name(step)?
                            });
                        }
                        kind = Some(TypeKind::Path(path));
                    }
                }
            }
            Some(TypeExpr { kind: kind?, optional, span })
        })
    }
}
