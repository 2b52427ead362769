//! Folding many records into groups, in one pass and in memory that grows with the groups and not with the records.
//!
//! Each `group` of a flow, also one inside of another, has a table: a row per group, found by the bytes of its keys
//! behind the number of the group around it, with a place per aggregate. A record that comes makes its keys into one
//! reused buffer, so that finding a group that is there allocates nothing. Where a flow groups by plain columns of a
//! table and adds up plain columns, a row of the input never becomes a value ([`Row`]).
//!
//! A record that cannot be used takes its group with it: a sum without it would be wrong. What cannot be put into any
//! group may belong to each, so then none is known to be whole.

mod cell;
mod memo;
mod table;
mod total;

use std::sync::Arc;

use cell::Cell;
use memo::Memo;
use smallvec::SmallVec;
use table::Table;

use super::eval::{EvalError, Frame, Lookups, Wanted, evaluate, truth};
use super::expr::{Expr, Node};
use super::group::{Aggregate, Fold, GroupPlan, Grouping};
use super::progress::plain;
use super::{LookupKind, Next, Plan, Slot, Step, graph};
use crate::catalog::wire;
use crate::diag::{Code, Span};
use crate::value::{Names, Object, Value};

/// How many groups there may be in one run, those inside of groups too.
pub const MAX_GROUPS: usize = 250_000;
/// How many values all `collect`s of one run may hold together.
pub const MAX_COLLECTED: usize = 1_000_000;
/// How many records that cannot be used are told of one group.
const TOLD: usize = 3;

/// A record as a table has it: cells of text, of which only those become values that have to.
pub trait Row {
    /// The cell of a column, by its index in [`Folding::columns`]; nothing where it is blank or not there.
    fn cell(&self, column: usize) -> Option<&str>;
    /// The cells as a record.
    fn record(&self) -> Value;
}

/// What became of a record.
#[derive(Debug, PartialEq)]
pub enum Taken {
    /// It is in its groups.
    Kept,
    /// The flow leaves it out.
    Skipped {
        /// Why.
        reason: String,
        /// Where it says so.
        at: Span,
    },
    /// It cannot be used, and its group is not whole without it.
    Rejected(EvalError),
    /// Things must be looked up first; then it is to be given again.
    Lookup(Vec<Wanted>),
    /// There are more groups than fit. Nothing goes on from here.
    Full(EvalError),
}

/// A group.
#[derive(Debug)]
pub struct Grouped {
    /// Its keys as text: the key of the record that it is for the rest of the flow.
    pub key: String,
    /// Its keys and what was worked out.
    pub value: Value,
    /// Why it must not go on: a record of it could not be used, or a total has too many digits.
    pub refused: Option<EvalError>,
}

/// Records on their way into groups.
#[derive(Debug)]
pub struct Folding<'p> {
    plan: &'p GroupPlan,
    levels: Vec<Level<'p>>,
    columns: Vec<Arc<str>>,
    /// Whether there is anything for which a row has to be a record.
    needs_record: bool,
    /// Whether something may have to be fetched: then a record is looked at before it is counted.
    fetches: bool,
    /// The variables that the keys of the outermost groups use.
    key_slots: Vec<Slot>,
    /// The variables that the record at hand has set.
    set: Vec<Slot>,
    state: State,
    unplaced: Refusals,
    records: u64,
}

#[derive(Debug)]
struct State {
    frame: Frame,
    /// Whether the frame has the record at hand, which it needs not where plain columns are all that is used.
    framed: bool,
    tables: Vec<Table>,
    memos: Vec<Memo>,
    scratch: Vec<u8>,
    groups: usize,
    collected: usize,
}

#[derive(Debug)]
struct Level<'p> {
    /// The names of a group's fields.
    names: Names,
    by: Vec<Operand<'p>>,
    filter: Vec<Test<'p>>,
    fields: Vec<Field<'p>>,
    plan: &'p Grouping,
}

#[derive(Debug)]
enum Field<'p> {
    Fold { fold: Fold, of: Option<Operand<'p>>, filter: Vec<Test<'p>>, at: Span },
    Group(usize),
}

/// A value that is worked out of each record.
#[derive(Debug)]
struct Operand<'p> {
    node: &'p Node,
    /// The column, where it is the plain content of one.
    column: Option<usize>,
    /// Whether a blank cell of that column is nothing, and no error.
    lenient: bool,
    /// What it was for the texts of its columns, where it is made of a few: an index into [`State::memos`].
    memo: Option<usize>,
}

/// A part of a condition.
#[derive(Debug)]
enum Test<'p> {
    /// A cell is not blank, and is what its column should be. What cannot be seen of the text alone is asked as it stands.
    There(usize, &'p Node, Operand<'p>),
    /// Anything else.
    Holds(Operand<'p>),
}

/// Records that could not be used: how many, and the first of them.
#[derive(Debug, Default)]
struct Refusals {
    count: u64,
    told: Vec<(u64, EvalError)>,
}

impl Refusals {
    fn add(&mut self, record: u64, error: EvalError) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push((record, error));
        }
    }

    /// What they mean for a group of so many records.
    fn error(&self, what: impl Fn(u64) -> String) -> Option<EvalError> {
        let (_, first) = self.told.first()?;
        let told = self.told.iter().map(|(record, error)| format!("record {record}: {}", error.message));
        let told = told.collect::<Vec<_>>().join("; ");
        let more = if self.count > TOLD as u64 { "; …" } else { "" };
        Some(EvalError::new(Code::E621, first.at, format!("{}: {told}{more}", what(self.count))))
    }
}

/// Why a record went no further: for a reason of its own, or because nothing fits any more.
enum Stop {
    Record(EvalError),
    Full(EvalError),
}

impl From<EvalError> for Stop {
    fn from(error: EvalError) -> Self {
        Stop::Record(error)
    }
}

impl<'p> Folding<'p> {
    /// No groups yet. `params` are the values of the plan's parameters, in order.
    #[must_use]
    pub fn new(plan: &'p Plan, group: &'p GroupPlan, params: Arc<[Value]>) -> Self {
        let mut folding = Self {
            plan: group,
            levels: Vec::new(),
            columns: Vec::new(),
            needs_record: !group.before.is_empty(),
            fetches: fetches(plan, &group.group),
            key_slots: group.group.by.iter().flat_map(|(_, key)| graph::slots(key)).collect(),
            set: Vec::new(),
            state: State {
                frame: Frame::new(Value::Null, params, plan.slots),
                framed: false,
                tables: Vec::new(),
                memos: Vec::new(),
                scratch: Vec::new(),
                groups: 0,
                collected: 0,
            },
            unplaced: Refusals::default(),
            records: 0,
        };
        folding.level(&group.group);
        folding
    }

    /// The columns that are taken as they stand, by the index that [`Row::cell`] is asked for.
    #[must_use]
    pub fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    fn level(&mut self, group: &'p Grouping) -> usize {
        let by = group.by.iter().map(|(_, key)| self.operand(key, true)).collect();
        let filter = self.tests(group.filter.as_ref());
        let at = self.levels.len();
        let fields = group.fields.iter().map(|(name, _)| name);
        let names = Arc::new(group.by.iter().map(|(name, _)| name).chain(fields).cloned().collect());
        self.levels.push(Level { names, by, filter, fields: Vec::new(), plan: group });
        self.state.tables.push(Table::default());
        let mut fields = Vec::with_capacity(group.fields.len());
        for (_, field) in &group.fields {
            fields.push(match field {
                Aggregate::Group(inner) => Field::Group(self.level(inner)),
                Aggregate::Fold { fold, of, filter, at } => {
                    // What is the same in many rows is worth to be remembered; amounts are not.
                    let repeats = matches!(fold, Fold::First | Fold::Last | Fold::Collect(_));
                    let of = of.as_ref().map(|of| self.operand(of, repeats));
                    Field::Fold { fold: *fold, of, filter: self.tests(filter.as_ref()), at: *at }
                }
            });
        }
        if let Some(level) = self.levels.get_mut(at) {
            level.fields = fields;
        }
        at
    }

    /// What is needed to work an expression out; `repeats` says whether it is likely to be the same for many rows.
    fn operand(&mut self, node: &'p Node, repeats: bool) -> Operand<'p> {
        if let Some((name, lenient)) = memo::column(node) {
            let at = self.column(name);
            let memo = (repeats && !table::is_text(node)).then(|| self.memo(vec![at]));
            return Operand { node, column: Some(at), lenient, memo };
        }
        let memo = match memo::columns(node) {
            Some(names) => {
                let columns = names.into_iter().map(|name| self.column(name)).collect();
                Some(self.memo(columns))
            }
            None => {
                self.needs_record = true;
                None
            }
        };
        Operand { node, column: None, lenient: false, memo }
    }

    fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|known| **known == *name).unwrap_or_else(|| {
            self.columns.push(Arc::from(name));
            self.columns.len() - 1
        })
    }

    fn memo(&mut self, columns: Vec<usize>) -> usize {
        self.state.memos.push(Memo::new(columns));
        self.state.memos.len() - 1
    }

    fn tests(&mut self, condition: Option<&'p Node>) -> Vec<Test<'p>> {
        let mut parts = Vec::new();
        if let Some(condition) = condition {
            memo::parts(condition, &mut parts);
        }
        let test = |part: &'p Node| match memo::present(part) {
            Some((name, path)) => Test::There(self.column(name), path, self.operand(part, true)),
            None => Test::Holds(self.operand(part, true)),
        };
        parts.into_iter().map(test).collect()
    }

    /// Takes a record.
    pub fn take(&mut self, record: Value, lookups: &dyn Lookups) -> Taken {
        self.state.frame.restart(record);
        self.state.framed = true;
        self.go(None, lookups)
    }

    /// Takes a row of a table.
    pub fn take_row(&mut self, row: &dyn Row, lookups: &dyn Lookups) -> Taken {
        self.state.framed = self.needs_record;
        if self.needs_record {
            self.state.frame.restart(row.record());
        }
        self.go(Some(row), lookups)
    }

    fn go(&mut self, row: Option<&dyn Row>, lookups: &dyn Lookups) -> Taken {
        self.set.clear();
        match prepare(&self.plan.before, &mut self.state.frame, lookups, &mut self.set) {
            Ok(None) => {}
            Ok(Some(skipped)) => {
                self.records += 1;
                return skipped;
            }
            Err(error) if !error.wanted.is_empty() => return Taken::Lookup(error.into_cause().wanted),
            Err(error) => {
                self.records += 1;
                return self.refuse(row, error, lookups);
            }
        }
        if self.fetches {
            let wanted = self.wanted(lookups);
            if !wanted.is_empty() {
                return Taken::Lookup(wanted);
            }
        }
        self.records += 1;
        match place(&self.levels, &mut self.state, 0, u32::MAX, row, lookups) {
            Ok(()) => Taken::Kept,
            Err(Stop::Full(error)) => Taken::Full(error),
            Err(Stop::Record(error)) => self.refuse(row, error, lookups),
        }
    }

    /// What must be fetched for the record at hand. Nothing has been counted of it yet.
    fn wanted(&mut self, lookups: &dyn Lookups) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let frame = &mut self.state.frame;
        self.plan.group.nodes(&mut |node| {
            if let Err(error) = evaluate(node, frame, lookups) {
                wanted.extend(error.into_cause().wanted);
            }
        });
        wanted
    }

    /// Notes that there is a record which cannot even be read.
    pub fn unreadable(&mut self, error: EvalError) {
        self.records += 1;
        self.unplaced.add(self.records, error);
    }

    /// Notes that a record cannot be used, at its group if it is known which that is.
    fn refuse(&mut self, row: Option<&dyn Row>, error: EvalError, lookups: &dyn Lookups) -> Taken {
        let known = self.key_slots.iter().all(|slot| self.set.contains(slot));
        let group = match self.levels.first() {
            Some(level) if known => match key(level, &mut self.state, u32::MAX, row, lookups) {
                Ok(()) => find(level, &mut self.state, 0, u32::MAX, row, lookups),
                Err(error) => Err(Stop::Record(error)),
            },
            _ => Err(Stop::Record(error.clone())),
        };
        match group.ok().and_then(|group| self.state.tables.first_mut()?.refusals(group)) {
            Some(refusals) => refusals.add(self.records, error.clone()),
            None => self.unplaced.add(self.records, error.clone()),
        }
        Taken::Rejected(error)
    }

    /// Why no group is known to be whole, where that is so.
    #[must_use]
    pub fn stray(&self) -> Option<EvalError> {
        self.unplaced.error(|count| {
            let (some, are) = if count == 1 { ("a record", "belongs") } else { ("records", "belong") };
            format!("it is not known to which group {some} {are}, and no group is whole without")
        })
    }

    /// How many groups there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state.tables.first().map_or(0, Table::len)
    }

    /// The groups, in the order in which their first records came. They are made one by one.
    pub fn groups(self) -> impl Iterator<Item = Grouped> {
        let stray = self.stray();
        let Folding { levels, state, .. } = self;
        let count = state.tables.first().map_or(0, Table::len);
        (0..u32::try_from(count).unwrap_or(u32::MAX)).map(move |row| {
            let table = state.tables.first();
            let keys = table.map(|table| table.keys(row)).unwrap_or_default();
            let own = table.and_then(|table| table.refused(row)).and_then(|refusals| {
                let of = table.map_or(0, |table| table.records(row));
                refusals.error(|count| format!("{count} of its {of} records cannot be used"))
            });
            let key = name(keys);
            match value(&levels, &state, 0, row) {
                Ok(value) => Grouped { key, value, refused: own.or_else(|| stray.clone()) },
                Err(error) => {
                    let why = format!("its totals cannot be made: {}", error.message);
                    let error = EvalError::new(Code::E621, error.at, why);
                    let names = levels.first().map(|level| level.names.iter().cloned()).into_iter().flatten();
                    let value = names.zip(keys.iter().cloned()).collect::<Object>().into();
                    Grouped { key, value, refused: own.or_else(|| stray.clone()).or(Some(error)) }
                }
            }
        })
    }
}

/// Whether what makes a group needs something from outside.
fn fetches(plan: &Plan, group: &Grouping) -> bool {
    let mut fetches = false;
    group.nodes(&mut |node| {
        fetches |= graph::lookups(node).iter().any(|lookup| {
            let kind = plan.lookups.get(*lookup).map(|lookup| &lookup.kind);
            matches!(kind, Some(LookupKind::Entity { .. }))
        });
    });
    fetches
}

/// Takes a record through the steps before its group.
fn prepare(
    steps: &[Step],
    frame: &mut Frame,
    lookups: &dyn Lookups,
    set: &mut Vec<Slot>,
) -> Result<Option<Taken>, EvalError> {
    for step in steps {
        if let Step::When { condition, then, otherwise } = step {
            let steps = if truth(condition, frame, lookups)? { then } else { otherwise };
            if let Some(taken) = prepare(steps, frame, lookups, set)? {
                return Ok(Some(taken));
            }
        } else if let Some(Next::Skipped { reason, at }) = plain(step, frame, lookups)? {
            return Ok(Some(Taken::Skipped { reason, at }));
        } else if let Step::Let { slot, .. } = step {
            set.push(*slot);
        }
    }
    Ok(None)
}

/// Puts the record at hand into its group of a level, and into those inside of it.
fn place(
    levels: &[Level<'_>],
    state: &mut State,
    at: usize,
    parent: u32,
    row: Option<&dyn Row>,
    lookups: &dyn Lookups,
) -> Result<(), Stop> {
    let Some(level) = levels.get(at) else { return Ok(()) };
    if !holds(&level.filter, state, row, lookups)? {
        return Ok(());
    }
    key(level, state, parent, row, lookups)?;
    let group = find(level, state, at, parent, row, lookups)?;
    for (index, field) in level.fields.iter().enumerate() {
        match field {
            Field::Group(inner) => place(levels, state, *inner, group, row, lookups)?,
            Field::Fold { fold, of, filter, at: span } => {
                if !holds(filter, state, row, lookups)? {
                    continue;
                }
                add(state, (at, group, index), *fold, of.as_ref(), *span, row, lookups)?;
            }
        }
    }
    if let Some(table) = state.tables.get_mut(at) {
        table.count(group);
    }
    Ok(())
}

/// Whether all parts of a condition hold for the record at hand.
fn holds(
    tests: &[Test<'_>],
    state: &mut State,
    row: Option<&dyn Row>,
    lookups: &dyn Lookups,
) -> Result<bool, EvalError> {
    for test in tests {
        let (there, of) = match test {
            Test::There(column, path, of) => (row.map(|row| (row.cell(*column), *path)), of),
            Test::Holds(of) => (None, of),
        };
        let held = match there {
            Some((None, _)) => false,
            Some((Some(text), path)) if table::is_text(path) || total::exact(text, path).is_some() => true,
            _ => match operand(of, state, row, lookups)? {
                Value::Bool(held) => held,
                // It is not what a condition is; the words for that are those of any condition.
                _ => {
                    framed(state, row);
                    truth(of.node, &mut state.frame, lookups)?
                }
            },
        };
        if !held {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes a record of the row at hand, where it is none yet.
fn framed(state: &mut State, row: Option<&dyn Row>) {
    if let (false, Some(row)) = (state.framed, row) {
        state.frame.restart(row.record());
        state.framed = true;
    }
}

/// Adds the record at hand to one place of its group.
fn add(
    state: &mut State,
    (table, group, index): (usize, u32, usize),
    fold: Fold,
    of: Option<&Operand<'_>>,
    at: Span,
    row: Option<&dyn Row>,
    lookups: &dyn Lookups,
) -> Result<(), Stop> {
    let Some(of) = of else {
        if let Some(cell) = state.tables.get_mut(table).and_then(|table| table.cell(group, index)) {
            cell.count();
        }
        return Ok(());
    };
    // The commonest of all: a column of amounts, added up without ever being a value.
    if fold == Fold::Sum
        && let (Some(row), Some(column)) = (row, of.column)
        && let Some(exact) = row.cell(column).and_then(|text| total::exact(text, of.node))
        && let Some(cell) = state.tables.get_mut(table).and_then(|table| table.cell(group, index))
    {
        return cell.sum(exact).map_err(|why| Stop::Record(EvalError::new(Code::E605, at, why)));
    }
    // The first text is the first whatever comes later, and no text can be wrong.
    if fold == Fold::First
        && table::is_text(of.node)
        && of.lenient
        && state.tables.get_mut(table).and_then(|table| table.cell(group, index)).is_some_and(|cell| cell.is_there())
    {
        return Ok(());
    }
    let value = operand(of, state, row, lookups)?;
    // What is absent adds nothing.
    if value.is_null() {
        return Ok(());
    }
    if let Fold::Collect(most) = fold {
        state.collected += 1;
        if state.collected > MAX_COLLECTED {
            let why = format!("the groups of this run collect more than {MAX_COLLECTED} values");
            return Err(Stop::Full(EvalError::new(Code::E610, at, why)));
        }
        let cell = state.tables.get_mut(table).and_then(|table| table.cell(group, index));
        let fits = cell.is_none_or(|cell| cell.collect(value, most));
        let refuse = || EvalError::new(Code::E610, at, format!("this group collects more than {most} values"));
        return if fits { Ok(()) } else { Err(Stop::Record(refuse())) };
    }
    let Some(cell) = state.tables.get_mut(table).and_then(|table| table.cell(group, index)) else { return Ok(()) };
    cell.fold(fold, value).map_err(|why| Stop::Record(EvalError::new(Code::E605, at, why)))
}

/// A value of the record at hand.
fn operand(
    of: &Operand<'_>,
    state: &mut State,
    row: Option<&dyn Row>,
    lookups: &dyn Lookups,
) -> Result<Value, EvalError> {
    let Some(row) = row else { return evaluate(of.node, &mut state.frame, lookups) };
    if let Some(column) = of.column
        && of.lenient
        && row.cell(column).is_none()
    {
        return Ok(Value::Null);
    }
    if let Some(known) = of.memo.and_then(|memo| state.memos.get_mut(memo)?.find(row)) {
        return Ok(known.clone());
    }
    let value = match of.column.and_then(|column| read(row.cell(column)?, of.node)) {
        Some(value) => value,
        // It is more than a cell, or blank, or not what it should be: the record says so in the words that any record does.
        None => {
            framed(state, Some(row));
            evaluate(of.node, &mut state.frame, lookups)?
        }
    };
    if let Some(memo) = of.memo.and_then(|memo| state.memos.get_mut(memo)) {
        memo.keep(&value);
    }
    Ok(value)
}

/// A cell as its column says that it is read.
fn read(text: &str, node: &Node) -> Option<Value> {
    let text = Value::text(text);
    match &node.expr {
        Expr::Path { read: Some(base), .. } => wire::read(&text, base).ok(),
        Expr::Path { read: None, .. } => Some(text),
        _ => None,
    }
}

/// Writes the keys of the record at hand into the buffer.
fn key(
    level: &Level<'_>,
    state: &mut State,
    parent: u32,
    row: Option<&dyn Row>,
    lookups: &dyn Lookups,
) -> Result<(), EvalError> {
    state.scratch.clear();
    state.scratch.extend_from_slice(&parent.to_le_bytes());
    for of in &level.by {
        if let (Some(row), Some(column)) = (row, of.column)
            && let Some(text) = row.cell(column)
            && table::is_text(of.node)
        {
            table::write(&mut state.scratch, text);
            continue;
        }
        match operand(of, state, row, lookups)? {
            Value::Text(text) if !text.is_empty() => table::write(&mut state.scratch, &text),
            value @ (Value::Int(_) | Value::Bool(_) | Value::Date(_)) => {
                table::write(&mut state.scratch, &value.display());
            }
            other => {
                let kind = if matches!(other, Value::Text(_)) { "empty" } else { other.kind() };
                return Err(EvalError::new(Code::E613, of.node.at, format!("the key of the group is {kind}")));
            }
        }
    }
    Ok(())
}

/// The group of the keys in the buffer; a new one where there is none.
fn find(
    level: &Level<'_>,
    state: &mut State,
    at: usize,
    parent: u32,
    row: Option<&dyn Row>,
    lookups: &dyn Lookups,
) -> Result<u32, Stop> {
    let Some(table) = state.tables.get(at) else { return Ok(0) };
    if let Some(group) = table.find(&state.scratch) {
        return Ok(group);
    }
    if state.groups >= MAX_GROUPS {
        let why = format!("there are more than {MAX_GROUPS} groups, and they must all be in memory at once");
        return Err(Stop::Full(EvalError::new(Code::E610, level.plan.at, why)));
    }
    state.groups += 1;
    let mut keys = Vec::with_capacity(level.by.len());
    for of in &level.by {
        keys.push(operand(of, state, row, lookups)?);
    }
    let cells = level.fields.iter().map(|field| match field {
        Field::Fold { fold, .. } => Cell::of(*fold),
        Field::Group(_) => Cell::of(Fold::Count),
    });
    let Some(table) = state.tables.get_mut(at) else { return Ok(0) };
    Ok(table.insert(&state.scratch, parent, keys, cells))
}

/// A group as a value.
fn value(levels: &[Level<'_>], state: &State, at: usize, row: u32) -> Result<Value, EvalError> {
    let (Some(level), Some(table)) = (levels.get(at), state.tables.get(at)) else { return Ok(Value::Null) };
    let mut values: SmallVec<[Value; 4]> = table.keys(row).iter().cloned().collect();
    for (index, ((name, _), field)) in level.plan.fields.iter().zip(&level.fields).enumerate() {
        values.push(match field {
            Field::Group(inner) => {
                let mut groups = Vec::new();
                let table = state.tables.get(*inner);
                for child in table.into_iter().flat_map(|table| table.children(row)) {
                    groups.push(value(levels, state, *inner, child)?);
                }
                Value::list(groups)
            }
            Field::Fold { at, .. } => {
                let value = table.cell_at(row, index).map_or(Ok(Value::Null), Cell::value);
                value.map_err(|why| EvalError::new(Code::E605, *at, format!("`{name}`: {why}")))?
            }
        });
    }
    Ok(Value::object(Object::shaped(&level.names, values)))
}

/// Keys as one text: `/` between them, and a backslash before one that is part of a key.
fn name(keys: &[Value]) -> String {
    let parts: Vec<String> = keys.iter().map(|key| key.display().replace('\\', "\\\\").replace('/', "\\/")).collect();
    parts.join("/")
}
