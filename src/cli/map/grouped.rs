//! `flowrun map` for flows that group: all records into their groups, then each group through the rest of the flow.

use std::io::BufRead;
use std::sync::Arc;

use super::{Failure, Mapping, Outcome, rows};
use crate::connectors::files::Format;
use crate::plan::GroupPlan;
use crate::plan::fold::{Folding, Taken};
use crate::rehearse::{Mocked, rehearse_group};
use crate::value::Value;

/// Records on their way into groups.
pub(super) struct Gathering<'m> {
    folding: Folding<'m>,
    lookups: Mocked<'m>,
}

impl<'m> Gathering<'m> {
    pub(super) fn new(mapping: &Mapping<'m>, group: &'m GroupPlan) -> Self {
        Self {
            folding: Folding::new(mapping.plan, group, Arc::clone(&mapping.params)),
            lookups: Mocked { plan: mapping.plan, mocks: mapping.mocks },
        }
    }

    /// Takes a record.
    pub(super) fn record(&mut self, mapping: &mut Mapping<'m>, record: Value, number: u64) -> Result<(), Failure> {
        let taken = self.folding.take(record, &self.lookups);
        told(mapping, taken, number)
    }

    /// Takes a table.
    pub(super) fn rows(
        &mut self,
        mapping: &mut Mapping<'m>,
        input: Box<dyn BufRead + Send>,
        format: Format,
    ) -> Result<(), Failure> {
        let mut rows = rows::open(mapping.plan, input, format, self.folding.columns())?;
        loop {
            match rows.next() {
                Ok(true) => match self.folding.take_row(&rows, &self.lookups) {
                    Taken::Kept => {}
                    taken => told(mapping, taken, rows.number())?,
                },
                Ok(false) => return Ok(()),
                Err(error) => {
                    self.unreadable(mapping, rows::unreadable(mapping.plan, &error), error.row);
                    return Ok(());
                }
            }
        }
    }

    /// A record that cannot be read at all: it may belong to any group.
    pub(super) fn unreadable(&mut self, mapping: &mut Mapping<'m>, error: crate::plan::EvalError, number: u64) {
        mapping.refuse(None, &error, number);
        self.folding.unreadable(error);
    }

    /// Takes each group through the rest of the flow.
    pub(super) fn end(self, mapping: &mut Mapping<'m>) -> Outcome {
        for group in self.folding.groups() {
            let done = rehearse_group(mapping.plan, group, Arc::clone(&mapping.params), mapping.mocks);
            mapping.done(done, 0)?;
        }
        mapping.end()
    }
}

fn told(mapping: &mut Mapping<'_>, taken: Taken, number: u64) -> Result<(), Failure> {
    match taken {
        Taken::Rejected(error) => mapping.refuse(None, &error, number),
        Taken::Full(error) => return Err(Failure::usage(error.message.clone())),
        Taken::Kept | Taken::Skipped { .. } | Taken::Lookup(_) => {}
    }
    Ok(())
}
