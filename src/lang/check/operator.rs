//! Arithmetic, comparisons and membership: which kinds go together.

use super::{Checker, Typed, join, typed};
use crate::catalog::{Base, EnumSpec, Params, Type};
use crate::diag::{Code, Span, suggest};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::resolve::Binding;
use crate::plan::expr::{Arithmetic, Comparison, Expr as Run};
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn arithmetic(&mut self, operation: Arithmetic, a: &Expr, b: &Expr, at: Span) -> Option<Typed> {
        let (a, b) = (self.some(a), self.some(b));
        let (a, b) = (a?, b?);
        let base = self.result(operation, &a, &b, at)?;
        if !self.divisor(operation, &b.node) {
            return None;
        }
        let ty = Type::new(base).with_pii(a.ty.pii || b.ty.pii);
        Some(typed(Run::Arithmetic(operation, Box::new(a.node), Box::new(b.node)), at, ty))
    }

    fn result(&mut self, operation: Arithmetic, a: &Typed, b: &Typed, at: Span) -> Option<Base> {
        use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
        let additive = matches!(operation, Add | Subtract);
        Some(match (&a.ty.base, &b.ty.base) {
            (Base::Int, Base::Int) if operation != Divide => Base::Int,
            (Base::Int | Base::Decimal, Base::Int | Base::Decimal) => Base::Decimal,
            (Base::Money(x), Base::Money(y)) if additive || operation == Divide => {
                if let (Some(x), Some(y)) = (x, y)
                    && x != y
                {
                    let help = "convert one of them at a rate that you name";
                    self.say_at(Code::E306, at, format!("{x} and {y} are different currencies"), help);
                    return None;
                }
                if operation == Divide { Base::Decimal } else { Base::Money(x.or(*y)) }
            }
            (Base::Money(currency), Base::Int | Base::Decimal) if matches!(operation, Multiply | Divide) => {
                Base::Money(*currency)
            }
            (Base::Int | Base::Decimal, Base::Money(currency)) if operation == Multiply => Base::Money(*currency),
            (Base::Text | Base::Enum(_), Base::Text | Base::Enum(_)) if operation == Add => Base::Text,
            (Base::Instant, Base::Duration) if additive => Base::Instant,
            (Base::Instant, Base::Instant) if operation == Subtract => Base::Duration,
            (Base::Duration, Base::Duration) if additive => Base::Duration,
            (Base::Any, _) | (_, Base::Any) => Base::Any,
            (x, y) => {
                let symbol = match operation {
                    Add => "+",
                    Subtract => "-",
                    Multiply => "*",
                    Divide => "/",
                    Remainder => "%",
                };
                let (code, help) = match (x, y) {
                    (Base::Date | Base::Instant, _) | (_, Base::Date | Base::Instant) => match operation {
                        Subtract => {
                            (Code::E325, "count the days with `days_between(from, to)`; make dates of text first")
                        }
                        _ => (Code::E325, "move a date with `add_days(date, n)`, an instant with a duration: `+ 2h`"),
                    },
                    (Base::Money(_), _) | (_, Base::Money(_)) => {
                        (Code::E324, "both must be money, `money(1, \"EUR\")`, or both numbers: take `.amount`")
                    }
                    (Base::Text | Base::Enum(_), _) | (_, Base::Text | Base::Enum(_)) if operation == Add => (
                        Code::E323,
                        "put text together with \"{{ a }}{{ b }}\"; make a number of text with `decimal(…)`",
                    ),
                    (Base::Text, _) | (_, Base::Text) => (Code::E322, "make a number of text first: `decimal(…)`"),
                    _ => (Code::E322, "both sides must be numbers, or money of one currency"),
                };
                self.say_at(code, at, format!("{} {symbol} {} has no meaning", a.ty, b.ty), help);
                return None;
            }
        })
    }

    pub(super) fn compare(&mut self, comparison: Comparison, a: &Expr, b: &Expr, at: Span) -> Option<Typed> {
        let equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        // Whether something is there is a question that null may be asked; an order it has none.
        let (a, b) = if equality { (self.expr(a), self.expr(b)) } else { (self.some(a), self.some(b)) };
        let (a, b) = (a?, b?);
        if !self.comparable(&a, &b, equality, at) {
            return None;
        }
        self.order_of_texts(comparison, &a, &b);
        self.common_words(&a.ty, &b.ty, at);
        Some(self.comparison(comparison, a, b, at))
    }

    /// A comparison whose sides are known to go together.
    pub(super) fn comparison(&mut self, comparison: Comparison, a: Typed, b: Typed, at: Span) -> Typed {
        let pii = a.node.pii || b.node.pii;
        let mut compared =
            typed(Run::Compare(comparison, Box::new(a.node), Box::new(b.node)), at, Type::new(Base::Bool));
        compared.node.pii = pii;
        compared
    }

    /// Whether two values can be compared; says so if not.
    pub(super) fn comparable(&mut self, a: &Typed, b: &Typed, equality: bool, at: Span) -> bool {
        if !self.enum_words(a, b) || !self.enum_words(b, a) {
            return false;
        }
        let alike = match (&a.ty.base, &b.ty.base) {
            (Base::Null, _) | (_, Base::Null) => equality,
            (Base::Money(Some(x)), Base::Money(Some(y))) if x != y => {
                self.say_at(Code::E306, at, format!("{x} and {y} cannot be compared"), "convert one of them first");
                return false;
            }
            (Base::Money(_), Base::Money(_)) => true,
            (Base::List(_) | Base::Object(_), _) | (_, Base::List(_) | Base::Object(_)) => {
                equality && join::join(&a.ty, &b.ty).is_some()
            }
            (x, y) => {
                let numbers = |base: &Base| matches!(base, Base::Int | Base::Decimal);
                let words = |base: &Base| matches!(base, Base::Text | Base::Enum(_));
                x == y
                    || matches!((x, y), (Base::Any, _) | (_, Base::Any))
                    || numbers(x) && numbers(y)
                    || words(x) && words(y)
            }
        };
        if !alike {
            let (code, help) = match (&a.ty.base, &b.ty.base) {
                (Base::Money(_), Base::Int | Base::Decimal) | (Base::Int | Base::Decimal, Base::Money(_)) => {
                    (Code::E324, "compare `.amount`, or write `money(1000, \"EUR\")`")
                }
                (Base::Text | Base::Enum(_), Base::Int | Base::Decimal) => {
                    (Code::E321, "make a number of it first: `decimal(…)`; or compare with text: \"1\"")
                }
                (Base::Text | Base::Enum(_), Base::Date) | (Base::Date, Base::Text | Base::Enum(_)) => {
                    (Code::E325, "make a date of the text: `date(\"2026-01-31\")`")
                }
                (Base::Text | Base::Enum(_), Base::Instant) | (Base::Instant, Base::Text | Base::Enum(_)) => {
                    (Code::E325, "make an instant of the text: `instant(\"2026-01-31T10:00:00Z\")`")
                }
                (Base::Instant, Base::Date) | (Base::Date, Base::Instant) => {
                    (Code::E325, "take the date in a zone: `date(…, \"Europe/Berlin\")`")
                }
                _ => (Code::E321, "compare values of one kind"),
            };
            self.say_at(code, at, format!("{} and {} cannot be compared", a.ty, b.ty), help);
        }
        alike
    }

    /// A literal compared with a closed enum must be one of its words.
    fn enum_words(&mut self, subject: &Typed, literal: &Typed) -> bool {
        let (Base::Enum(spec), Run::Const(Value::Text(word))) = (&subject.ty.base, &literal.node.expr) else {
            return true;
        };
        if spec.name == "text" || spec.values.iter().any(|value| **value == **word) {
            return true;
        }
        let near = suggest::nearest(word, spec.values.iter().map(String::as_str)).map(str::to_owned);
        if spec.open && near.is_none() {
            return true;
        }
        let spec = spec.clone();
        self.unknown_word(&spec, word, near, literal.node.at);
        false
    }

    pub(super) fn unknown_word(&mut self, spec: &EnumSpec, word: &str, near: Option<String>, at: Span) {
        let help = match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("it is one of {}", spec.values.join(", ")),
        };
        self.say_at(Code::E305, at, format!("{} is never \"{word}\"", spec.name), help);
    }

    pub(super) fn contained(&mut self, item: &Expr, list: &Expr, not: bool, at: Span) -> Option<Typed> {
        if let ExprKind::Variable(name) = &list.kind
            && let Some(Binding::Lookup(lookup)) = self.binding(name.span)
        {
            return self.has(lookup, item, not, at);
        }
        let (item, list) = (self.expr(item), self.some(list));
        let (item, list) = (item?, list?);
        match &list.ty.base {
            Base::List(inner) if inner.base != Base::Any => {
                let sample = typed(Run::Const(Value::Null), list.node.at, join::present(inner));
                if !self.comparable(&item, &sample, true, at) {
                    return None;
                }
                if let Run::List(items) = &list.node.expr {
                    let words: Vec<(String, Span)> = items
                        .iter()
                        .filter_map(|node| match &node.expr {
                            Run::Const(Value::Text(word)) => Some((word.to_string(), node.at)),
                            _ => None,
                        })
                        .collect();
                    for (word, at) in words {
                        let literal = typed(Run::Const(Value::from(word)), at, super::text_type());
                        if !self.enum_words(&item, &literal) {
                            return None;
                        }
                    }
                }
            }
            Base::List(_) | Base::Any => {}
            _ => {
                let help = if Params::TEXT.take_base(&list.ty.base) {
                    "for text inside text write `contains(text, part)`"
                } else {
                    "give it a list: `in [\"a\", \"b\"]`"
                };
                self.say_at(Code::E328, list.node.at, format!("`in` looks in lists, and this is {}", list.ty), help);
                return None;
            }
        }
        let run = Run::In { item: Box::new(item.node), list: Box::new(list.node), not };
        Some(typed(run, at, Type::new(Base::Bool)))
    }
}
