//! What is certain before any record is there: calls and divisions that fail every time, a `catch` of what cannot fail,
//! and comparisons and dates that do not say what was meant.

use rust_decimal::Decimal;

use super::{Checker, Typed};
use crate::catalog::{Base, Function, Type};
use crate::diag::{Code, Diagnostic, Span};
use crate::plan::Node;
use crate::plan::expr::{Arithmetic, Comparison, Expr as Run};
use crate::value::{Currency, Money, Value};

impl Checker<'_> {
    /// Says of a division that its divisor is zero; false if it is.
    pub(super) fn divisor(&mut self, operation: Arithmetic, divisor: &Node) -> bool {
        let divides = matches!(operation, Arithmetic::Divide | Arithmetic::Remainder);
        let zero = |value: &Value| value.as_decimal().is_some_and(|number| number.is_zero());
        if divides && matches!(&divisor.expr, Run::Const(value) if zero(value)) {
            self.say_at(Code::E330, divisor.at, "this divides by zero", "ask first: `if n == 0 { … } else { a / n }`");
            return false;
        }
        true
    }

    /// Says of a call that it fails whatever the record is; false if it does. Arguments that are not known yet are
    /// tried with some values of their kind, and the call must fail for each of them.
    pub(super) fn may_succeed(&mut self, function: &Function, args: &[Typed], at: Span) -> bool {
        if self.caught > 0 || args.is_empty() {
            return true;
        }
        let given: Vec<Option<Value>> = args.iter().map(|arg| known(&arg.node)).collect();
        if given.iter().all(Option::is_none) {
            return true;
        }
        let mut failure = None;
        for round in 0..SAMPLES {
            let values: Option<Vec<Value>> =
                args.iter().zip(&given).map(|(arg, known)| known.clone().or_else(|| sample(&arg.ty, round))).collect();
            let Some(values) = values else { return true };
            match (function.eval)(&crate::catalog::Args { values: &values }) {
                Ok(_) => return true,
                Err(error) => failure = Some(error.message),
            }
        }
        let mut certain = args.iter().zip(&given).filter(|(_, known)| known.is_some()).map(|(arg, _)| arg.node.at);
        let place = match (certain.next(), certain.next()) {
            (Some(only), None) => only,
            _ => at,
        };
        let message = format!("`{}` fails here every time: {}", function.name, failure.unwrap_or_default());
        let help =
            format!("its form is `{}`; `flowrun functions {}` shows examples", function.signature(), function.name);
        self.say(Diagnostic::new(Code::E331, place, message).help(help));
        false
    }

    /// Says of a date that is taken of an instant that nobody has named the zone.
    pub(super) fn zone(&mut self, function: &Function, args: &[Typed], at: Span) {
        let zone = function.params.iter().position(|param| param.name == "zone");
        let instant = args.first().is_some_and(|arg| arg.ty.base == Base::Instant);
        if zone.is_some_and(|zone| args.len() <= zone) && instant {
            let message = format!("`{}` of an instant depends on the zone, and here it is UTC", function.name);
            let help = "name the zone: `…, \"Europe/Berlin\"`, or `…, \"UTC\"` where that is meant";
            self.say_at(Code::W926, at, message, help);
        }
    }

    /// Says of a `catch` that there is nothing to catch.
    pub(super) fn nothing_to_catch(&mut self, node: &Node) {
        if !may_fail(node) {
            let help = "remove `catch …`; for a value that may be absent, write `??`";
            self.say_at(Code::W913, node.at, "this cannot fail, so what follows `catch` is never taken", help);
        }
    }

    /// Says of an order between texts that one of them is a number.
    pub(super) fn order_of_texts(&mut self, comparison: Comparison, a: &Typed, b: &Typed) {
        if matches!(comparison, Comparison::Equal | Comparison::Unequal) {
            return;
        }
        for side in [a, b] {
            if let Run::Const(Value::Text(text)) = &side.node.expr
                && text.parse::<Decimal>().is_ok()
            {
                let message = "texts are compared letter by letter, so \"9\" comes after \"10\"";
                self.say_at(Code::W927, side.node.at, message, "compare numbers: `decimal(…) > 10`");
                return;
            }
        }
    }

    /// Says of two sets of words that they have none in common.
    pub(super) fn common_words(&mut self, a: &Type, b: &Type, at: Span) {
        let (Base::Enum(x), Base::Enum(y)) = (&a.base, &b.base) else { return };
        let sets = x.name != "text" && y.name != "text" && !x.open && !y.open;
        if sets && !x.values.iter().any(|word| y.values.contains(word)) {
            let message = format!("{} and {} have no word in common, so this is always the same", x.name, y.name);
            let help = format!("map one to the other first: {} against {}", x.values.join(", "), y.values.join(", "));
            self.say_at(Code::W914, at, message, help);
        }
    }
}

/// The value of an expression that is written down.
fn known(node: &Node) -> Option<Value> {
    match &node.expr {
        Run::Const(value) => Some(value.clone()),
        Run::List(items) => items.iter().map(known).collect::<Option<Vec<Value>>>().map(Value::list),
        _ => None,
    }
}

const SAMPLES: i64 = 3;

/// Some value of a type whose values a function can be told apart by: text, lists and objects can be anything.
fn sample(ty: &Type, round: i64) -> Option<Value> {
    let number = round * 6 + 1;
    Some(match &ty.base {
        _ if ty.nullable => return None,
        Base::Bool => Value::Bool(round % 2 == 0),
        Base::Int => Value::Int(number),
        Base::Decimal => Value::Decimal(Decimal::new(number * 5, 1)),
        Base::Date => Value::Date(jiff::civil::date(2026, 1, 31)),
        Base::Instant => Value::Instant(jiff::Timestamp::UNIX_EPOCH),
        Base::Duration => Value::Duration(jiff::SignedDuration::from_secs(number * 3_600)),
        Base::Money(currency) => {
            let currency = (*currency).or_else(|| Currency::new("EUR"))?;
            Value::Money(Money { amount: Decimal::from(number), currency })
        }
        _ => return None,
    })
}

/// Whether working an expression out could end in an error. Where that is not plain to see, it could.
fn may_fail(node: &Node) -> bool {
    match &node.expr {
        Run::Const(_) | Run::Record | Run::Slot(_) | Run::Param(_) => false,
        Run::Path { base, steps, read: None } => may_fail(base) || steps.iter().any(|step| !step.lenient),
        Run::List(items) => items.iter().any(may_fail),
        Run::Object(fields) => fields.iter().any(|(_, value)| may_fail(value)),
        Run::Coalesce(a, b) => may_fail(a) || may_fail(b),
        _ => true,
    }
}
