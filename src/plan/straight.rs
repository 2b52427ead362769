//! A payload as JSON text, written while it is worked out: objects and lists that a flow builds only to send them are
//! never built. Each field is worked out where the wire wants it, so what stands somewhere already, such as a word of the
//! record or of a table, is copied from there into the text.
//!
//! What a table gives for a variable is not put into it where only fields of it are written: the row is remembered, and its
//! cells are copied into the text. So nothing of a table is counted as shared, for which threads would wait on each other.
//!
//! This knows the way of payloads that are as they should be. Whatever is not, such as a field that is missing, a value of
//! another type or an error in an expression, is given up; the payload is then worked out by [`super::eval`], which has the
//! words for it. Evaluation is pure, so nothing but time is lost by that, and the order in which fields are worked out does
//! not show.

use super::at_hand::{at_hand, reads_as_itself};
use super::budget::{self, MAX_PARTS};
use super::table::Table;
use super::{LookupId, Slot};
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::eval::{Frame, Lookups, MAX_ITEMS, MAX_TEXT, all, evaluate, read_as, truth};
use super::expr::{Access, Expr, Node};
use crate::catalog::Base;
use crate::catalog::send::{FieldWriter, Inner, Writer, written};
use crate::value::{Value, json};

/// A payload, ready to be written.
#[derive(Debug)]
pub struct Straight<'p> {
    payload: Part<'p>,
    /// How many rows are remembered.
    rows: usize,
}

/// The payload is not as it should be.
#[derive(Debug)]
pub struct GivenUp;

/// How the value of an expression is written.
#[derive(Debug, Clone, Copy)]
enum Form<'w> {
    /// As this object.
    Object(&'w Writer),
    /// As this field.
    Field(&'w FieldWriter),
    /// As it is: no schema tells of it.
    Free,
}

/// An expression by how it becomes text.
#[derive(Debug)]
enum Part<'p> {
    /// It is worked out, and the value is written.
    Value(&'p Node),
    /// It is known, and this is its text.
    Known(Vec<u8>),
    /// What a table gives, where it has one column to give, for a key; and the lookup, for a key that it does not have.
    Found(&'p Table, &'p Node, &'p Node),
    /// A cell of a row that is remembered: which row, and which column.
    Cell { row: usize, column: usize, read: Option<(&'p Node, &'p Base)> },
    /// An object: a part for each field of its writer, and the others with their names as they are written.
    Object { fields: Vec<Option<Part<'p>>>, others: Vec<(Vec<u8>, Part<'p>)> },
    /// A list of objects from a list.
    For { node: &'p Node, slot: Slot, list: &'p Node, filter: Option<&'p Node>, body: Box<Part<'p>> },
    /// Text put together from parts.
    Concat(&'p Node, &'p [Node]),
    /// One of two.
    If(&'p Node, Box<Part<'p>>, Box<Part<'p>>),
    /// Variables, then a value.
    Block(Vec<Let<'p>>, Box<Part<'p>>),
}

/// A variable.
#[derive(Debug)]
enum Let<'p> {
    Value(Slot, &'p Node),
    /// The row of a table for these keys, which is remembered at this place; and as a value where it is needed as one.
    Row {
        row: usize,
        table: &'p Table,
        keys: &'p [Node],
        value: Option<Slot>,
    },
}

/// Makes payloads ready.
struct Making<'t, 'p> {
    /// The tables that lookups find their rows in.
    tables: &'t dyn Fn(LookupId) -> Option<&'p Table>,
    /// The rows that are remembered.
    rows: Vec<Row<'p>>,
}

/// A variable that has a row of a table.
struct Row<'p> {
    slot: Slot,
    table: &'p Table,
    /// How often a cell of it is written.
    cells: usize,
}

/// What was written; of objects and lists, what [`budget::size`] would say of the value.
enum Written {
    /// Nothing, because the value is null.
    Nothing,
    Object(usize),
    List(usize),
    Scalar,
}

impl Written {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Written::Nothing,
            Value::List(_) => Written::List(budget::size(value)),
            Value::Object(_) => Written::Object(budget::size(value)),
            _ => Written::Scalar,
        }
    }
}

impl<'p> Straight<'p> {
    /// Makes a payload ready, for what the writer writes. `tables` gives the table of a lookup that finds what stands there
    /// and nothing else.
    #[must_use]
    pub fn new(payload: &'p Node, writer: &Writer, tables: &dyn Fn(LookupId) -> Option<&'p Table>) -> Self {
        let mut making = Making { tables, rows: Vec::new() };
        let payload = making.part(payload, Form::Object(writer));
        Self { payload, rows: making.rows.len() }
    }

    /// Appends the payload as JSON, by the writer that it was made ready for. Where it is given up, what was appended
    /// must be taken back.
    pub fn write(
        &self,
        out: &mut Vec<u8>,
        writer: &Writer,
        frame: &mut Frame,
        lookups: &dyn Lookups,
    ) -> Result<(), GivenUp> {
        let budget = frame.budget.clone();
        let rows = smallvec![&[] as &[Value]; self.rows];
        let mut work = Work { out, frame, lookups, rows, parts: MAX_PARTS };
        match work.write(&self.payload, Form::Object(writer)) {
            Ok(Written::Object(_)) => Ok(()),
            _ => {
                // What was given up costs nothing.
                work.frame.budget = budget;
                Err(GivenUp)
            }
        }
    }
}

impl<'p> Making<'_, 'p> {
    /// How an expression becomes text.
    fn part(&mut self, node: &'p Node, form: Form<'_>) -> Part<'p> {
        match (&node.expr, form) {
            (Expr::Object(fields), Form::Object(writer)) => self.object(node, fields, writer),
            (Expr::Object(fields), Form::Field(FieldWriter { inner: Inner::Object(writer), .. })) => {
                self.object(node, fields, writer)
            }
            (
                Expr::For { slot, list, filter, body },
                Form::Field(FieldWriter { inner: Inner::Objects(writer), .. }),
            ) => {
                let body = Box::new(self.part(body, Form::Object(writer)));
                Part::For { node, slot: *slot, list, filter: filter.as_deref(), body }
            }
            (Expr::Concat(parts), Form::Field(FieldWriter { ty, .. })) if ty.base == Base::Text => {
                Part::Concat(node, parts)
            }
            (Expr::Concat(parts), Form::Free) => Part::Concat(node, parts),
            (Expr::If(condition, then, otherwise), _) => {
                Part::If(condition, Box::new(self.part(then, form)), Box::new(self.part(otherwise, form)))
            }
            (Expr::Block(lets, body), _) | (Expr::Inlined { args: lets, body }, _) => self.block(lets, body, form),
            (Expr::Lookup { lookup, keys, .. }, Form::Field(_) | Form::Free) => match ((self.tables)(*lookup), &**keys)
            {
                (Some(table), [key]) if table.give.len() == 1 => Part::Found(table, key, node),
                _ => Part::Value(node),
            },
            (Expr::Path { read, .. }, Form::Field(_) | Form::Free) => match self.cell(node) {
                Some((row, column)) => Part::Cell { row, column, read: read.as_ref().map(|read| (node, read)) },
                None => Part::Value(node),
            },
            (Expr::Const(value @ (Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Text(_))), form) => {
                let mut text = Vec::new();
                match put(&mut text, value, form, &mut 1) {
                    Ok(Written::Scalar) => Part::Known(text),
                    _ => Part::Value(node),
                }
            }
            _ => Part::Value(node),
        }
    }

    /// Variables, then a value.
    fn block(&mut self, lets: &'p [(Slot, Node)], body: &'p Node, form: Form<'_>) -> Part<'p> {
        let mut parts = Vec::new();
        for (slot, value) in lets {
            let table = match &value.expr {
                Expr::Lookup { lookup, keys, otherwise: None } => (self.tables)(*lookup).map(|table| (table, keys)),
                _ => None,
            };
            parts.push(match table {
                Some((table, keys)) if table.give.len() > 1 => {
                    self.rows.push(Row { slot: *slot, table, cells: 0 });
                    Let::Row { row: self.rows.len() - 1, table, keys, value: Some(*slot) }
                }
                _ => Let::Value(*slot, value),
            });
        }
        let part = self.part(body, form);
        for (index, part) in parts.iter_mut().enumerate() {
            if let Let::Row { row, value, .. } = part
                && let Some(known) = self.rows.get(*row)
            {
                let later = lets.iter().skip(index + 1).map(|(_, value)| value);
                let named: usize = later.chain([body]).map(|node| node.names(known.slot)).sum();
                *value = (named > known.cells).then_some(known.slot);
            }
        }
        Part::Block(parts, Box::new(part))
    }

    /// An object by its writer; as a value where it cannot be what the schema wants.
    fn object(&mut self, node: &'p Node, fields: &'p [(Arc<str>, Node)], writer: &Writer) -> Part<'p> {
        let mut parts = Vec::new();
        for field in writer.fields() {
            let built = fields.iter().find(|(name, _)| **name == *field.name);
            if built.is_none() && !field.ty.nullable {
                return Part::Value(node);
            }
            parts.push(built.map(|(_, node)| self.part(node, Form::Field(field))));
        }
        let other = |name: &str| writer.fields().iter().all(|field| field.name != name);
        let others: Vec<(Vec<u8>, Part<'p>)> = fields
            .iter()
            .filter(|(name, _)| other(name))
            .map(|(name, node)| (written(name), self.part(node, Form::Free)))
            .collect();
        if !others.is_empty() && !writer.is_open() {
            return Part::Value(node);
        }
        Part::Object { fields: parts, others }
    }

    /// The row and the column of it that an expression names, if it is a field of a row that is remembered.
    fn cell(&mut self, node: &Node) -> Option<(usize, usize)> {
        let Expr::Path { base, steps, .. } = &node.expr else { return None };
        let (Expr::Slot(slot), [step]) = (&base.expr, steps.as_slice()) else { return None };
        let Access::Field(name) = &step.to else { return None };
        let (index, row) = self.rows.iter_mut().enumerate().find(|(_, row)| row.slot == *slot)?;
        let column = row.table.give.iter().position(|column| **column == **name)?;
        row.cells += 1;
        Some((index, column))
    }
}

/// A payload that is being written.
struct Work<'w> {
    out: &'w mut Vec<u8>,
    frame: &'w mut Frame,
    lookups: &'w dyn Lookups,
    /// The rows that are remembered.
    rows: SmallVec<[&'w [Value]; 8]>,
    /// How many fields and items it may still have.
    parts: usize,
}

impl<'w> Work<'w> {
    fn write(&mut self, part: &Part<'w>, form: Form<'_>) -> Result<Written, GivenUp> {
        match part {
            Part::Value(node) => self.value(node, form),
            Part::Known(text) => {
                self.out.extend_from_slice(text);
                Ok(Written::Scalar)
            }
            Part::Found(table, key, node) => {
                let found = match at_hand(key, self.frame) {
                    Some(key) => table.row(std::slice::from_ref(key)),
                    None => table.row(&[evaluate(key, self.frame, self.lookups)?]),
                };
                let Some([value]) = found.map(|row| table.cells(row)) else { return self.value(node, form) };
                put(self.out, value, form, &mut self.parts)
            }
            Part::Cell { row, column, read } => {
                let value = self.rows.get(*row).and_then(|row| row.get(*column)).ok_or(GivenUp)?;
                match read {
                    Some((node, base)) if !reads_as_itself(value, base) => {
                        put(self.out, &read_as(node, value, base)?, form, &mut self.parts)
                    }
                    _ => put(self.out, value, form, &mut self.parts),
                }
            }
            Part::Object { fields, others } => {
                let writer = match form {
                    Form::Object(writer) | Form::Field(FieldWriter { inner: Inner::Object(writer), .. }) => writer,
                    _ => return Err(GivenUp),
                };
                self.object(writer, fields, others)
            }
            Part::For { node, slot, list, filter, body } => {
                let Form::Field(FieldWriter { inner: Inner::Objects(writer), .. }) = form else { return Err(GivenUp) };
                let Value::List(items) = evaluate(list, self.frame, self.lookups)? else { return Err(GivenUp) };
                if items.len() > MAX_ITEMS {
                    return Err(GivenUp);
                }
                let mut count = 0;
                self.out.push(b'[');
                for item in items.iter() {
                    self.frame.budget.spend(node, 1)?;
                    self.frame.set(*slot, item.clone());
                    if let Some(filter) = filter
                        && !truth(filter, self.frame, self.lookups)?
                    {
                        continue;
                    }
                    if count > 0 {
                        self.out.push(b',');
                    }
                    count += 1;
                    let Written::Object(size) = self.write(body, Form::Object(writer))? else { return Err(GivenUp) };
                    self.frame.budget.spend(node, size)?;
                }
                self.out.push(b']');
                self.parts = self.parts.checked_sub(count).ok_or(GivenUp)?;
                Ok(Written::List(count))
            }
            Part::Concat(node, parts) => self.text(node, parts),
            Part::If(condition, then, otherwise) => match truth(condition, self.frame, self.lookups)? {
                true => self.write(then, form),
                false => self.write(otherwise, form),
            },
            Part::Block(lets, body) => {
                for variable in lets {
                    self.variable(variable)?;
                }
                self.write(body, form)
            }
        }
    }

    fn object(
        &mut self,
        writer: &Writer,
        fields: &[Option<Part<'w>>],
        others: &[(Vec<u8>, Part<'w>)],
    ) -> Result<Written, GivenUp> {
        self.out.push(b'{');
        let begun = self.out.len();
        let mut size = 0;
        for (field, part) in writer.fields().iter().zip(fields) {
            let Some(part) = part else { continue };
            let before = self.out.len();
            if before > begun {
                self.out.push(b',');
            }
            self.out.extend_from_slice(&field.written);
            size += 1;
            match self.write(part, Form::Field(field))? {
                Written::Nothing if field.ty.nullable => self.out.truncate(before),
                Written::Nothing => return Err(GivenUp),
                Written::List(items) => size += items,
                Written::Object(_) | Written::Scalar => {}
            }
        }
        for (name, part) in others {
            if self.out.len() > begun {
                self.out.push(b',');
            }
            self.out.extend_from_slice(name);
            size += 1;
            match self.write(part, Form::Free)? {
                Written::Nothing => self.out.extend_from_slice(b"null"),
                Written::List(items) => size += items,
                Written::Object(_) | Written::Scalar => {}
            }
        }
        self.out.push(b'}');
        self.parts = self.parts.checked_sub(fields.len() + others.len()).ok_or(GivenUp)?;
        Ok(Written::Object(size))
    }

    fn variable(&mut self, variable: &Let<'w>) -> Result<(), GivenUp> {
        match variable {
            Let::Value(slot, value) => {
                let value = evaluate(value, self.frame, self.lookups)?;
                self.frame.set(*slot, value);
            }
            Let::Row { row, table, keys, value } => {
                let found = match keys {
                    [key] if let Some(key) = at_hand(key, self.frame) => table.row(std::slice::from_ref(key)),
                    keys => table.row(&all(keys, self.frame, self.lookups)?),
                };
                let found = found.ok_or(GivenUp)?;
                *self.rows.get_mut(*row).ok_or(GivenUp)? = table.cells(found);
                if let (Some(slot), Some(row)) = (value, table.rows().get(found)) {
                    self.frame.set(*slot, row.gives.clone());
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, node: &Node, form: Form<'_>) -> Result<Written, GivenUp> {
        if let Some(value) = at_hand(node, self.frame) {
            return put(self.out, value, form, &mut self.parts);
        }
        let value = evaluate(node, self.frame, self.lookups)?;
        put(self.out, &value, form, &mut self.parts)
    }

    fn text(&mut self, node: &Node, parts: &[Node]) -> Result<Written, GivenUp> {
        self.out.push(b'"');
        let mut length = 0;
        for part in parts {
            if let Some(Value::Text(text)) = at_hand(part, self.frame) {
                length += text.len();
                json::write_inside(self.out, text);
                continue;
            }
            match evaluate(part, self.frame, self.lookups)? {
                Value::Null | Value::List(_) | Value::Object(_) => return Err(GivenUp),
                value => {
                    let text = value.display();
                    length += text.len();
                    json::write_inside(self.out, &text);
                }
            }
        }
        self.out.push(b'"');
        if length > MAX_TEXT {
            return Err(GivenUp);
        }
        self.frame.budget.spend(node, length / 16)?;
        Ok(Written::Scalar)
    }
}

/// Writes a value that was worked out.
fn put(out: &mut Vec<u8>, value: &Value, form: Form<'_>, parts: &mut usize) -> Result<Written, GivenUp> {
    if matches!(value, Value::List(_) | Value::Object(_)) && budget::larger(value, *parts) {
        return Err(GivenUp);
    }
    match (form, value) {
        (_, Value::Null) => {}
        (Form::Object(writer), Value::Object(object)) => writer.write(out, object).map_err(|_| GivenUp)?,
        (Form::Object(_), _) => return Err(GivenUp),
        (Form::Field(field), value) => field.write(out, value).map_err(|_| GivenUp)?,
        (Form::Free, value) => json::write(out, value),
    }
    Ok(Written::of(value))
}

impl From<super::EvalError> for GivenUp {
    /// It will happen again, and be told.
    fn from(_: super::EvalError) -> Self {
        GivenUp
    }
}
