//! What a tree of origins amounts to: every leaf once for each place, with what it does for the value and whether buyer
//! data is still in it.

use super::{Named, Origin, Role, What};
use crate::diag::Span;

/// What takes the label of buyer data off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleared {
    /// A function whose result tells nothing of the buyer.
    Function(&'static str, Span),
    /// A comparison: what is left is true or false.
    Condition(Span),
    /// It only decides which value is taken, or what is looked up.
    Decides,
}

/// One thing that a value comes from.
#[derive(Debug)]
pub struct Use<'o> {
    /// What.
    pub what: &'o What,
    /// Where it stands.
    pub at: Span,
    /// What it does for the value.
    pub role: Role,
    /// Whether it is only taken where something else is absent or fails.
    pub default: bool,
    /// What cleared it on its way into the value, where something did.
    pub cleared: Option<Cleared>,
}

/// All that a value comes from.
#[derive(Debug, Default)]
pub struct Uses<'o> {
    /// Fields, what is found, answers, parameters and values that stand in the flow.
    pub leaves: Vec<Use<'o>>,
    /// Functions that it goes through.
    pub functions: Vec<(&'static str, Span)>,
    /// Names that it goes through, with whether they only decide.
    pub names: Vec<(&'o Named, bool)>,
    /// Conditions that decide which value it is or which items are taken.
    pub conditions: Vec<(Role, Span)>,
    /// Whether the tree was cut because the flow goes back too far.
    pub cut: bool,
}

impl<'o> Uses<'o> {
    /// Of a tree.
    #[must_use]
    pub fn of(origin: &'o Origin) -> Self {
        let mut uses = Self::default();
        uses.visit(origin, Role::Value, false, None);
        uses
    }

    /// Whether buyer data is in the value.
    #[must_use]
    pub fn carries_buyer_data(&self) -> bool {
        self.buyer_data().any(|used| used.cleared.is_none())
    }

    /// The uses of buyer data.
    pub fn buyer_data(&self) -> impl Iterator<Item = &Use<'o>> {
        self.leaves.iter().filter(|used| {
            matches!(
                used.what,
                What::Field { pii: true, .. } | What::Found { pii: true, .. } | What::Answer { pii: true, .. }
            )
        })
    }

    fn visit(&mut self, origin: &'o Origin, role: Role, default: bool, cleared: Option<Cleared>) {
        let mut below = cleared;
        match &origin.what {
            What::Field { .. } | What::Found { .. } | What::Answer { .. } | What::Param(_) | What::Constant(_) => {
                let known = self
                    .leaves
                    .iter()
                    .any(|used| used.at == origin.at && *used.what == origin.what && used.cleared == cleared);
                if !known {
                    self.leaves.push(Use { what: &origin.what, at: origin.at, role, default, cleared });
                }
            }
            What::Named(named) => self.names.push((named, role.decides())),
            What::Function { name, clears } => {
                if !self.functions.contains(&(name, origin.at)) {
                    self.functions.push((name, origin.at));
                }
                if *clears {
                    below = below.or(Some(Cleared::Function(name, origin.at)));
                }
            }
            What::Condition => below = below.or(Some(Cleared::Condition(origin.at))),
            What::Parts => {}
            What::Cut => self.cut = true,
        }
        for (own, part) in &origin.parts {
            if matches!(own, Role::Test | Role::Filter) && !self.conditions.contains(&(*own, part.at)) {
                self.conditions.push((*own, part.at));
            }
            // Below something that decides, all only decides.
            let role = if role.decides() { role } else { *own };
            let below = if own.decides() { below.or(Some(Cleared::Decides)) } else { below };
            self.visit(part, role, default || *own == Role::Default, below);
        }
    }
}
