//! `flowrun map` for flows that group: all records into their groups, then each group through the rest of the flow.

use std::io::Read;
use std::sync::Arc;

use super::batches::{Batches, Mapped};
use super::{Failure, Told, rows, settlement};
use crate::connectors::files::Format;
use crate::diag::Code;
use crate::plan::fold::{Folding, Taken};
use crate::plan::{EvalError, GroupPlan, Plan};
use crate::rehearse::mapper::{Mapper, Refused};
use crate::rehearse::{Mocked, Mocks};
use crate::value::Value;
use crate::value::json::Reader;
use crate::value::pick::{Picker, Shape};

/// Records on their way into groups.
pub(super) struct Gathering<'m> {
    plan: &'m Plan,
    folding: Folding<'m>,
    lookups: Mocked<'m>,
}

impl<'m> Gathering<'m> {
    pub(super) fn new(plan: &'m Plan, group: &'m GroupPlan, params: Arc<[Value]>, mocks: &'m Mocks) -> Self {
        Self { plan, folding: Folding::new(plan, group, params), lookups: Mocked { plan, mocks } }
    }

    /// Takes JSON documents.
    pub(super) fn documents(&mut self, mut batches: Batches, told: &mut Told<'_>) -> Result<(), Failure> {
        // What goes wrong is told of the whole record, so all of it is read.
        let (mut picker, mut reader) = (Picker::new(&Shape::whole()), Reader::default());
        while let Some(batch) = batches.next()? {
            for (line, text) in batch.lines() {
                match picker.pick(text).map_or_else(|| reader.parse(text), Ok) {
                    Ok(Value::List(records)) => {
                        for record in records.iter() {
                            taken(self.folding.take(record.clone(), &self.lookups), line, told)?;
                        }
                    }
                    Ok(record) => taken(self.folding.take(record, &self.lookups), line, told)?,
                    Err(error) => {
                        let why =
                            format!("input line {line} is not JSON: {} at column {}", error.message, error.column);
                        let error = EvalError::new(Code::E603, self.plan.key.at, why);
                        self.unreadable(Refused { key: None, error, line }, told);
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes a table.
    pub(super) fn rows(
        &mut self,
        input: Box<dyn Read + Send>,
        format: Format,
        told: &mut Told<'_>,
    ) -> Result<(), Failure> {
        let mut rows = rows::open(self.plan, input, format, self.folding.columns())?;
        loop {
            match rows.next() {
                Ok(true) => match self.folding.take_row(&rows, &self.lookups) {
                    Taken::Kept => {}
                    other => taken(other, rows.number(), told)?,
                },
                Ok(false) => return Ok(()),
                Err(error) => {
                    self.unreadable(rows::unreadable(self.plan, &error), told);
                    return Ok(());
                }
            }
        }
    }

    /// Takes a settlement report.
    pub(super) fn settlement(&mut self, input: settlement::Input, told: &mut Told<'_>) -> Result<(), Failure> {
        let (mut rows, _kept) = input.rows(self.plan, self.folding.columns())?;
        let (folding, lookups) = (&mut self.folding, &self.lookups);
        let stopped =
            settlement::each(&mut rows, self.plan, told, |rows, told| match folding.take_row(rows, lookups) {
                Taken::Kept => Ok(()),
                other => taken(other, rows.number(), told),
            })?;
        if let Some(error) = stopped {
            self.folding.unreadable(error);
        }
        Ok(())
    }

    /// A record that cannot be read at all: it may belong to any group.
    fn unreadable(&mut self, refused: Refused, told: &mut Told<'_>) {
        told.refused(&refused);
        self.folding.unreadable(refused.error);
    }

    /// Takes each group through the rest of the flow.
    pub(super) fn end(self, mut mapper: Mapper<'_>, told: &mut Told<'_>) -> Result<(), Failure> {
        let mut mapped = Mapped { lines: Vec::new(), refused: Vec::new() };
        for group in self.folding.groups() {
            mapped.refused.extend(mapper.group(group, &mut mapped.lines).err());
            told.mapped(&mapped)?;
            mapped.lines.clear();
            mapped.refused.clear();
        }
        Ok(())
    }
}

fn taken(taken: Taken, line: u64, told: &mut Told<'_>) -> Result<(), Failure> {
    match taken {
        Taken::Rejected(error) => told.refused(&Refused { key: None, error, line }),
        Taken::Full(error) => return Err(Failure::usage(error.message.clone())),
        Taken::Kept | Taken::Skipped { .. } | Taken::Lookup(_) => {}
    }
    Ok(())
}
