//! What flows share: `use` and users' own functions, pairs to tree.

use pest::iterators::Pair;

use super::item::parts;
use super::{Builder, Rule};
use crate::lang::ast::{FunctionItem, UseItem};

impl Builder<'_> {
    pub(super) fn used(&mut self, pair: Pair<'_, Rule>) -> Option<UseItem> {
        let (mut names, mut path) = (Vec::new(), None);
        for part in parts(pair) {
            if part.as_rule() == Rule::string {
                path = Some(self.quoted(&part)?);
                continue;
            }
            let mut inner = parts(part);
            let name = self.name(inner.next()?)?;
            let called = match inner.next() {
                Some(called) => Some(self.name(called)?),
                None => None,
            };
            names.push((name, called));
        }
        Some(UseItem { names, path: path? })
    }

    pub(super) fn function(&mut self, pair: Pair<'_, Rule>) -> Option<FunctionItem> {
        let mut inner = parts(pair);
        let name = self.name(inner.next()?)?;
        let (mut params, mut returns, mut body) = (Vec::new(), None, None);
        for part in inner {
            match part.as_rule() {
                Rule::parameter => {
                    let mut inner = parts(part);
                    params.push((self.name(inner.next()?)?, self.written_type(inner.next()?)?));
                }
                Rule::type_ => returns = Some(self.written_type(part)?),
                _ => body = Some(self.block(part)?),
            }
        }
        Some(FunctionItem { name, params, returns, body: body? })
    }
}
