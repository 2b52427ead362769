//! Expressions: pairs to tree, with the precedence of the operators.

use std::sync::LazyLock;

use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::{Builder, Rule};
use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Access, Arm, Expr, ExprKind, Name, Pattern};
use crate::plan::expr::{Arithmetic, Comparison};
use crate::value::Value;
use crate::value::query::Query;
use crate::value::query::form::Selector;

/// How deep the tree of an expression may get; later stages walk it by recursion.
const MAX_TREE: usize = 160;

static OPERATORS: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::and))
        .op(left(Rule::equal)
            | left(Rule::unequal)
            | left(Rule::below)
            | left(Rule::at_most)
            | left(Rule::above)
            | left(Rule::at_least)
            | left(Rule::in_)
            | left(Rule::not_in))
        .op(Op::infix(Rule::coalesce, Assoc::Right) | Op::infix(Rule::catch, Assoc::Right))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::multiply) | left(Rule::divide) | left(Rule::remainder))
        .op(left(Rule::pipe))
});

impl Builder<'_> {
    /// An `expr` or `pattern_expr`.
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let inner: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
        let length = inner.len() / 2 + 1;
        self.deeper(length, span, |builder| builder.chain(inner))
    }

    /// Builds something that adds `by` levels to the tree, if that is not too deep.
    pub(super) fn deeper<T>(&mut self, by: usize, span: Span, build: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += by;
        let built = if self.depth > MAX_TREE {
            if !self.found.iter().any(|finding| finding.code == Code::E102) {
                self.found.push(
                    Diagnostic::new(Code::E102, span, "this expression is too long or nested too deep")
                        .help("give inner parts names with `let`"),
                );
            }
            None
        } else {
            build(self)
        };
        self.depth -= by;
        built
    }

    fn chain(&mut self, pairs: Vec<Pair<'_, Rule>>) -> Option<Expr> {
        // Both closures need the builder, so operands are built first and the operators then join them.
        let mut operands: std::collections::VecDeque<Option<Expr>> =
            pairs.iter().filter(|pair| pair.as_rule() == Rule::unary).map(|pair| self.unary(pair.clone())).collect();
        let found = &mut *self.found;
        OPERATORS
            .map_primary(|_| operands.pop_front().flatten())
            .map_infix(|left, operator, right| infix(left?, operator.as_rule(), right?, found))
            .parse(pairs.into_iter())
    }

    fn unary(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut parts: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
        let operand = parts.pop()?;
        self.deeper(parts.len(), span, |builder| {
            let mut expr = builder.postfix(operand)?;
            for operator in parts.into_iter().rev() {
                let span = builder.span(&operator).to(expr.span);
                let kind = match (operator.as_rule(), &expr.kind) {
                    (Rule::negate, ExprKind::Literal(Value::Int(int))) => ExprKind::Literal(Value::Int(-int)),
                    (Rule::negate, ExprKind::Literal(Value::Decimal(d))) => ExprKind::Literal(Value::Decimal(-*d)),
                    (Rule::negate, _) => ExprKind::Negate(Box::new(expr)),
                    _ => ExprKind::Not(Box::new(expr)),
                };
                expr = Expr { kind, span };
            }
            Some(expr)
        })
    }

    fn postfix(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let whole = self.span(&pair);
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        let rest: Vec<Pair<'_, Rule>> = parts.collect();
        self.deeper(rest.len() + 1, whole, |builder| {
            let mut expr = builder.primary(first)?;
            for part in rest {
                let at = builder.span(&part);
                let span = expr.span.to(at);
                let base = Box::new(expr);
                let kind = match part.as_rule() {
                    Rule::field => ExprKind::Access(base, Access::Field(builder.name(part.into_inner().next()?)?)),
                    Rule::optional => ExprKind::Access(base, Access::Optional),
                    Rule::with_fields => {
                        let object = part.into_inner().find(|p| p.as_rule() == Rule::object)?;
                        ExprKind::With(base, Box::new(builder.object(object)?))
                    }
                    _ => builder.index(base, part.into_inner())?,
                };
                expr = Expr { kind, span };
            }
            Some(expr)
        })
    }

    fn index(&mut self, base: Box<Expr>, mut inner: Pairs<'_, Rule>) -> Option<ExprKind> {
        if inner.peek()?.as_rule() == Rule::all {
            return Some(ExprKind::Access(base, Access::All));
        }
        let keys: Option<Vec<Expr>> = inner.by_ref().map(|key| self.expr(key)).collect();
        Some(ExprKind::Index(base, keys?))
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::path => return self.path(pair),
            Rule::duration => ExprKind::Literal(Value::Duration(self.duration_value(&pair)?)),
            Rule::number => ExprKind::Literal(self.number(&pair)?),
            Rule::string => return self.text(&pair),
            Rule::null => ExprKind::Literal(Value::Null),
            Rule::true_ => ExprKind::Literal(Value::Bool(true)),
            Rule::false_ => ExprKind::Literal(Value::Bool(false)),
            Rule::variable => ExprKind::Variable(self.name(pair.into_inner().next()?)?),
            Rule::group => {
                let inner = self.expr(pair.into_inner().next()?)?;
                return Some(Expr { span, ..inner });
            }
            Rule::list => ExprKind::List(self.exprs(pair.into_inner())?),
            Rule::object => return self.object(pair),
            Rule::call => {
                let mut inner = pair.into_inner();
                let name = self.name(inner.next()?)?;
                ExprKind::Call(name, self.exprs(inner)?)
            }
            Rule::if_ => return self.if_(pair),
            Rule::match_ => self.match_(pair)?,
            Rule::for_ => self.for_(pair)?,
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    fn exprs(&mut self, pairs: Pairs<'_, Rule>) -> Option<Vec<Expr>> {
        pairs.map(|pair| self.expr(pair)).collect()
    }

    fn if_(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        self.deeper(1, span, |builder| {
            let mut inner = pair.into_inner().filter(|p| p.as_rule() != Rule::kw_if && p.as_rule() != Rule::kw_else);
            let condition = builder.expr(inner.next()?)?;
            let then = builder.block(inner.next()?)?;
            let last = inner.next()?;
            let otherwise = if last.as_rule() == Rule::if_ { builder.if_(last)? } else { builder.block(last)? };
            let kind = ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise));
            Some(Expr { kind, span })
        })
    }

    pub(super) fn block(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let Some(body) = pair.clone().into_inner().find(|part| part.as_rule() == Rule::expr) else {
            return self.object(pair);
        };
        let mut lets = Vec::new();
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::binding) {
            lets.push(self.binding(part)?);
        }
        let body = self.expr(body)?;
        if lets.is_empty() {
            return Some(body);
        }
        Some(Expr { kind: ExprKind::Block(lets, Box::new(body)), span })
    }

    /// An object. Its own `let`s come before its fields.
    pub(super) fn object(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let (mut lets, mut fields) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            if part.as_rule() == Rule::binding {
                lets.push(self.binding(part)?);
            } else {
                let mut inner = part.into_inner();
                let name = self.name(inner.next()?)?;
                fields.push((name, self.expr(inner.next()?)?));
            }
        }
        Some(Expr { kind: ExprKind::Object(lets, fields), span })
    }

    fn binding(&mut self, pair: Pair<'_, Rule>) -> Option<(Name, Expr)> {
        let mut inner = pair.into_inner().filter(|p| p.as_rule() != Rule::kw_let);
        let name = self.name(inner.next()?)?;
        Some((name, self.expr(inner.next()?)?))
    }

    fn match_(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let (mut subject, mut arms) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => subject = Some(Box::new(self.expr(part)?)),
                Rule::arm => arms.push(self.arm(part)?),
                _ => {}
            }
        }
        Some(ExprKind::Match(subject, arms))
    }

    fn arm(&mut self, pair: Pair<'_, Rule>) -> Option<Arm> {
        let span = self.span(&pair);
        let (mut patterns, mut result) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::pattern => {
                    let inner = part.into_inner().next()?;
                    patterns.push(if inner.as_rule() == Rule::comparison {
                        let mut inner = inner.into_inner();
                        let operator = comparison(inner.next()?.as_rule())?;
                        Pattern::Compare(operator, self.expr(inner.next()?)?)
                    } else {
                        Pattern::Value(self.expr(inner)?)
                    });
                }
                Rule::expr => result = Some(self.expr(part)?),
                _ => {}
            }
        }
        Some(Arm { patterns, result: result?, span })
    }

    fn for_(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let (mut name, mut list, mut filter, mut body) = (None, None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => name = Some(self.name(part)?),
                Rule::expr if list.is_none() => list = Some(Box::new(self.expr(part)?)),
                Rule::expr => filter = Some(Box::new(self.expr(part)?)),
                Rule::block => body = Some(Box::new(self.block(part)?)),
                _ => {}
            }
        }
        Some(ExprKind::For(name?, list?, filter, body?))
    }

    fn path(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let whole = self.span(&pair);
        let steps: Vec<Pair<'_, Rule>> = pair.clone().into_inner().collect();
        self.deeper(steps.len(), whole, |builder| builder.steps(pair.as_str(), whole, steps))
    }

    fn steps(&mut self, text: &str, whole: Span, steps: Vec<Pair<'_, Rule>>) -> Option<Expr> {
        let mut expr = Expr { kind: ExprKind::Record, span: Span { end: whole.start + 1, ..whole } };
        for part in steps {
            let span = Span { end: self.span(&part).end, ..whole };
            let base = Box::new(expr);
            let kind = match part.as_rule() {
                Rule::query_tail => ExprKind::Query(text.to_owned()),
                Rule::path_field => ExprKind::Access(base, Access::Field(self.name(part.into_inner().next()?)?)),
                Rule::path_quoted | Rule::path_index => ExprKind::Access(base, self.selector(&part)?),
                Rule::path_all => ExprKind::Access(base, Access::All),
                _ => ExprKind::Access(base, Access::Optional),
            };
            expr = Expr { kind, span };
        }
        Some(expr)
    }

    /// A name in quotes or an index, as RFC 9535 writes them.
    fn selector(&mut self, part: &Pair<'_, Rule>) -> Option<Access> {
        let span = self.span(part);
        let parsed = Query::parse(&format!("${}", part.as_str()));
        match parsed.as_ref().map(|query| query.segments().iter().flat_map(|segment| &segment.selectors).next()) {
            Ok(Some(Selector::Name(name))) => Some(Access::Field(Name { text: name.to_string(), span })),
            Ok(Some(Selector::Index(index))) => Some(Access::Index(*index)),
            _ => {
                let message = match part.as_rule() {
                    Rule::path_index => {
                        "this is no index: it is a whole number up to 9007199254740991 without leading zeros"
                    }
                    _ => "this is no name of RFC 9535: its quotes and escapes are those of JSON",
                };
                self.found
                    .push(Diagnostic::new(Code::E107, span, message).help("write `$.items[0]` or `$[\"a name\"]`"));
                None
            }
        }
    }
}

fn comparison(rule: Rule) -> Option<Comparison> {
    Some(match rule {
        Rule::equal => Comparison::Equal,
        Rule::unequal => Comparison::Unequal,
        Rule::below => Comparison::Less,
        Rule::at_most => Comparison::LessOrEqual,
        Rule::above => Comparison::Greater,
        Rule::at_least => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn infix(left: Expr, rule: Rule, right: Expr, found: &mut Vec<Diagnostic>) -> Option<Expr> {
    let span = left.span.to(right.span);
    let (a, b) = (Box::new(left), Box::new(right));
    let arithmetic = match rule {
        Rule::add => Some(Arithmetic::Add),
        Rule::subtract => Some(Arithmetic::Subtract),
        Rule::multiply => Some(Arithmetic::Multiply),
        Rule::divide => Some(Arithmetic::Divide),
        Rule::remainder => Some(Arithmetic::Remainder),
        _ => None,
    };
    let kind = match (rule, arithmetic, comparison(rule)) {
        (_, Some(operation), _) => ExprKind::Arithmetic(operation, a, b),
        (_, _, Some(comparison)) => {
            if matches!(a.kind, ExprKind::Compare(..)) {
                found.push(
                    Diagnostic::new(Code::E130, span, "comparisons do not chain").help("write `a < b and b < c`"),
                );
                return None;
            }
            ExprKind::Compare(comparison, a, b)
        }
        (Rule::or, ..) => ExprKind::Or(a, b),
        (Rule::and, ..) => ExprKind::And(a, b),
        (Rule::coalesce, ..) => ExprKind::Coalesce(a, b),
        (Rule::catch, ..) => ExprKind::Catch(a, b),
        (Rule::in_, ..) => ExprKind::In(a, b, false),
        (Rule::not_in, ..) => ExprKind::In(a, b, true),
        (Rule::pipe, ..) => match b.kind {
            // `x | f(y)` is `f(x, y)`.
            ExprKind::Call(name, mut args) => {
                args.insert(0, *a);
                ExprKind::Call(name, args)
            }
            ExprKind::Variable(name) => ExprKind::Call(name, vec![*a]),
            _ => {
                found.push(
                    Diagnostic::new(Code::E136, b.span, "after `|` comes the name of a function")
                        .help("write `value | trim | upper`, or `value ?? default` for a default"),
                );
                return None;
            }
        },
        _ => return None,
    };
    Some(Expr { kind, span })
}
