//! Walking expressions without knowing what they mean: their parts, and whether two are written alike.

use super::{Access, Expr, ExprKind, Pattern, Step};

impl Expr {
    /// The expressions directly inside this one, in the order of the text.
    #[must_use]
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Template(_)
            | ExprKind::Record
            | ExprKind::Variable(_)
            | ExprKind::Query(_) => Vec::new(),
            ExprKind::Interpolated(parts) | ExprKind::List(parts) | ExprKind::Call(_, parts) => parts.iter().collect(),
            ExprKind::Access(inner, _) | ExprKind::Not(inner) | ExprKind::Negate(inner) => vec![inner],
            ExprKind::Index(base, keys) => std::iter::once(&**base).chain(keys).collect(),
            ExprKind::Arithmetic(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::In(a, b, _)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Coalesce(a, b)
            | ExprKind::Catch(a, b)
            | ExprKind::With(a, b) => vec![a, b],
            ExprKind::If(a, b, c) => vec![a, b, c],
            ExprKind::Match(subject, arms) => {
                let arms = arms.iter().flat_map(|arm| {
                    let patterns = arm.patterns.iter().map(|pattern| match pattern {
                        Pattern::Value(value) | Pattern::Compare(_, value) => value,
                    });
                    patterns.chain([&arm.result])
                });
                subject.as_deref().into_iter().chain(arms).collect()
            }
            ExprKind::For(_, list, filter, body) => {
                std::iter::once(&**list).chain(filter.as_deref()).chain([&**body]).collect()
            }
            ExprKind::Object(lets, fields) => lets.iter().chain(fields).map(|(_, value)| value).collect(),
            ExprKind::Block(lets, body) => lets.iter().map(|(_, value)| value).chain([&**body]).collect(),
        }
    }

    /// Calls `see` with this expression and everything inside it.
    pub fn visit<'e>(&'e self, see: &mut dyn FnMut(&'e Expr)) {
        see(self);
        for part in self.parts() {
            part.visit(see);
        }
    }

    /// Whether this holds an expression of which `wanted` is true.
    #[must_use]
    pub fn any(&self, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        wanted(self) || self.parts().into_iter().any(|part| part.any(wanted))
    }

    /// Whether two expressions are written alike, apart from spaces and comments.
    #[must_use]
    pub fn alike(&self, other: &Expr) -> bool {
        if std::mem::discriminant(&self.kind) != std::mem::discriminant(&other.kind) || self.own() != other.own() {
            return false;
        }
        let (mine, theirs) = (self.parts(), other.parts());
        mine.len() == theirs.len() && mine.into_iter().zip(theirs).all(|(a, b)| a.alike(b))
    }

    /// The expression in a spelling of its own: the same for what is written alike, so that many can be compared.
    #[must_use]
    pub fn spelled(&self) -> String {
        let own = self.own();
        let mut out = format!("{:?} {} {own}", std::mem::discriminant(&self.kind), own.len());
        for part in self.parts() {
            let part = part.spelled();
            out.push_str(&format!(" ({} {part})", part.len()));
        }
        out
    }

    /// What is written in the expression itself, without its parts.
    fn own(&self) -> String {
        let names = |fields: &[(super::Name, Expr)]| {
            fields.iter().map(|(name, _)| name.text.as_str()).collect::<Vec<_>>().join("\n")
        };
        match &self.kind {
            ExprKind::Literal(value) => format!("{} {}", value.kind(), value.display()),
            ExprKind::Template(text) | ExprKind::Query(text) => text.clone(),
            ExprKind::Variable(name) | ExprKind::Call(name, _) | ExprKind::For(name, ..) => name.text.clone(),
            ExprKind::Access(_, Access::Field(name)) => name.text.clone(),
            ExprKind::Access(_, access) => format!("{access:?}"),
            ExprKind::Arithmetic(operation, ..) => format!("{operation:?}"),
            ExprKind::Compare(comparison, ..) => format!("{comparison:?}"),
            ExprKind::In(_, _, not) => not.to_string(),
            ExprKind::Object(lets, fields) => format!("{}\n\n{}", names(lets), names(fields)),
            ExprKind::Block(lets, _) => names(lets),
            ExprKind::Match(subject, arms) => {
                let arms = arms.iter().map(|arm| {
                    let patterns = arm.patterns.iter().map(|pattern| match pattern {
                        Pattern::Value(_) => "value".to_owned(),
                        Pattern::Compare(comparison, _) => format!("{comparison:?}"),
                    });
                    patterns.collect::<Vec<_>>().join("|")
                });
                format!("{} {}", subject.is_some(), arms.collect::<Vec<_>>().join(","))
            }
            _ => String::new(),
        }
    }
}

impl Step {
    /// The expressions of this step, without those of steps inside it.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Step::Skip { when, because } | Step::Ensure { condition: when, because } => {
                std::iter::once(when).chain(because).collect()
            }
            Step::Reject { when, because } | Step::Wait { when, because, .. } => vec![when, because],
            Step::Let { value, .. } => vec![value],
            Step::When { condition, .. } => vec![condition],
            Step::Each(each) => [&each.list, &each.key].into_iter().chain(&each.filter).collect(),
            Step::Target(target) => {
                std::iter::once(&target.payload).chain(target.undo.iter().map(|undo| &undo.payload)).collect()
            }
        }
    }

    /// The steps inside this one, one list for each branch.
    #[must_use]
    pub fn branches(&self) -> Vec<&[Step]> {
        match self {
            Step::When { then, otherwise, .. } => vec![then, otherwise],
            Step::Each(each) => vec![&each.steps],
            _ => Vec::new(),
        }
    }
}
