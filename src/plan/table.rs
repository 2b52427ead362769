//! Lookup tables: rows found by one or several key columns. A table is hashed once, when the flow is compiled. A find
//! builds nothing: the key columns are laid behind each other in a buffer on the stack and hashed as one run of bytes.
//! What rows give stands cell by cell in one piece, so that a cell is one step away from its key.
//!
//! Where cells may be patterns (`abc*`, `*`) the rows are a tree, one level for each key column, and what was found for a
//! key is remembered, so that the million rows of a settlement walk the tree only for keys that are new.

mod exact;
mod key;
mod memo;
mod rules;

pub use key::Fold;

use crate::value::{Names, Object, Text, Value};
use exact::Exact;
use memo::Memo;
use rules::Rules;

/// A table that was loaded and checked with the flow. Keys are compared as text.
#[derive(Debug)]
pub struct Table {
    /// The file it came from; empty where it stands in the flow.
    pub path: String,
    /// The key columns.
    pub by: Vec<String>,
    /// The columns given.
    pub give: Vec<String>,
    fold: Fold,
    index: Index,
    rows: Vec<Row>,
    /// What the rows give, row after row.
    cells: Vec<Value>,
    /// The columns given as the names that all rows share.
    names: Names,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its key cells as written, with the `*` of patterns.
    pub key: Vec<String>,
    /// What it gives.
    pub gives: Value,
    /// Its line in the table's file, from 1; for a table in the flow, the number of the row.
    pub line: u32,
}

#[derive(Debug)]
enum Index {
    /// Every key is written out.
    Exact(Exact),
    /// Keys are folded, or are patterns.
    Rules(Rules, Memo),
}

impl Table {
    /// A table without rows. `rules` says that key cells may be patterns.
    #[must_use]
    pub fn new(path: impl Into<String>, by: Vec<String>, give: Vec<String>, fold: Fold, rules: bool) -> Self {
        let index = if rules || fold != Fold::default() {
            Index::Rules(Rules::new(rules), Memo::new())
        } else {
            Index::Exact(Exact::default())
        };
        let names = Names::new(give.iter().map(Text::new).collect());
        Self { path: path.into(), by, give, fold, index, rows: Vec::new(), cells: Vec::new(), names }
    }

    /// Adds a row; tells the row that has its key already.
    pub fn insert(&mut self, key: Vec<String>, mut given: Vec<Value>, line: u32) -> Result<(), usize> {
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let taken = match &mut self.index {
            Index::Exact(rows) => rows.insert(&key::joined(&key, |cell| cell.clone())),
            Index::Rules(rules, _) => rules.insert(&key, self.fold, next),
        };
        if let Some(row) = taken {
            return Err(row as usize);
        }
        self.cells.extend(given.iter().cloned());
        let gives = if given.len() == 1 {
            given.pop().unwrap_or_default()
        } else {
            Value::object(Object::shaped(&self.names, given.into()))
        };
        self.rows.push(Row { key, gives, line });
        Ok(())
    }

    /// What the row for that key gives: the one with that key, or of the rules that fit the most specific.
    #[must_use]
    pub fn find(&self, keys: &[Value]) -> Option<&Value> {
        self.row(keys).and_then(|row| self.rows.get(row)).map(|row| &row.gives)
    }

    /// Which row that is, as an index into [`Table::rows`].
    #[must_use]
    pub fn row(&self, keys: &[Value]) -> Option<usize> {
        let found = key::with(keys, |raw| match &self.index {
            Index::Exact(rows) => rows.find(raw),
            Index::Rules(rules, memo) => memo.find(raw, || key::folded(raw, self.fold, |key| rules.find(key))),
        });
        found.map(|row| row as usize)
    }

    /// What a row gives, a cell for each column given.
    #[must_use]
    pub fn cells(&self, row: usize) -> &[Value] {
        self.cells.get(row * self.give.len()..(row + 1) * self.give.len()).unwrap_or_default()
    }

    /// The rows in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether key cells may be patterns.
    #[must_use]
    pub fn has_rules(&self) -> bool {
        matches!(&self.index, Index::Rules(rules, _) if rules.patterns)
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fold, Table};
    use crate::value::Value;

    fn table(fold: Fold, rules: bool, rows: &[(&[&str], &str)]) -> Table {
        let by = rows[0].0.iter().map(|_| "k".to_owned()).collect();
        let mut table = Table::new("", by, vec!["v".to_owned()], fold, rules);
        for (key, gives) in rows {
            let key = key.iter().map(|cell| (*cell).to_owned()).collect();
            table.insert(key, vec![Value::text(gives)], 0).unwrap();
        }
        table
    }

    fn find(table: &Table, keys: &[&str]) -> String {
        let keys: Vec<Value> = keys.iter().map(Value::text).collect();
        // Twice: the second time it is remembered.
        let first = table.find(&keys).map(Value::display);
        assert_eq!(first, table.find(&keys).map(Value::display));
        first.unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn the_most_specific_rule_wins_column_by_column_from_the_left() {
        let rows: &[(&[&str], &str)] = &[
            (&["Order", "*", "*"], "order"),
            (&["Order", "ItemPrice", "*"], "price"),
            (&["Order", "ItemPrice", "Ship*"], "ship"),
            (&["Order", "ItemPrice", "Shipping*"], "shipping"),
            (&["Order", "ItemPrice", "ShippingTax"], "tax"),
            (&["*", "ItemFees", "Commission"], "fee"),
            (&["Ref*", "*", "*"], "refund"),
            (&["*", "*", "Transfer of funds*"], "transfer"),
        ];
        let table = table(Fold::default(), true, rows);
        for (keys, wanted) in [
            (["Order", "ItemPrice", "ShippingTax"], "tax"),
            (["Order", "ItemPrice", "ShippingX"], "shipping"),
            (["Order", "ItemPrice", "Shipper"], "ship"),
            (["Order", "ItemPrice", "Principal"], "price"),
            (["Order", "ItemFees", "Commission"], "order"),
            (["other", "ItemFees", "Commission"], "fee"),
            (["Refund", "ItemFees", "Commission"], "refund"),
            (["other", "x", "Transfer of funds unsuccessful: 7"], "transfer"),
            (["other", "x", "y"], "-"),
            (["order", "ItemPrice", "y"], "-"),
        ] {
            assert_eq!(find(&table, &keys), wanted, "{keys:?}");
        }
    }

    #[test]
    fn keys_can_be_compared_without_case_and_punctuation() {
        let fold = Fold { case: true, punctuation: true };
        let table = table(fold, true, &[(&["Other-Transaction"], "a"), (&["Digital services*"], "b")]);
        assert_eq!(find(&table, &["other transaction"]), "a");
        assert_eq!(find(&table, &["OTHERTRANSACTION"]), "a");
        assert_eq!(find(&table, &["DIGITAL-SERVICES FEE"]), "b");
        assert_eq!(find(&table, &["digital"]), "-");
    }

    #[test]
    fn columns_do_not_run_into_each_other_and_numbers_are_their_text() {
        let table = table(Fold::default(), false, &[(&["a", "bc"], "1"), (&["ab", "c"], "2"), (&["1.50", "-7"], "3")]);
        assert_eq!(find(&table, &["a", "bc"]), "1");
        assert_eq!(find(&table, &["ab", "c"]), "2");
        assert_eq!(find(&table, &["", "abc"]), "-");
        let keys = [Value::Decimal("1.50".parse().unwrap()), Value::Int(-7)];
        assert_eq!(table.find(&keys), Some(&Value::text("3")));
        let long = "x".repeat(5000);
        assert_eq!(find(&table, &[&long, "c"]), "-");
    }

    #[test]
    fn more_keys_than_are_remembered_are_still_found() {
        let table = table(Fold::default(), true, &[(&["a*"], "a")]);
        for n in 0..50_000 {
            assert_eq!(table.find(&[Value::from(format!("a{n}"))]), Some(&Value::text("a")));
            assert_eq!(table.find(&[Value::from(format!("b{n}"))]), None);
        }
    }

    #[test]
    fn a_key_that_is_there_is_told() {
        let fold = Fold { case: true, punctuation: false };
        let mut table = table(fold, true, &[(&["Ship*"], "a"), (&["Ship"], "b")]);
        assert_eq!(table.insert(vec!["SHIP*".to_owned()], vec![Value::Null], 0), Err(0));
        assert_eq!(table.insert(vec!["ship".to_owned()], vec![Value::Null], 0), Err(1));
        assert_eq!(table.len(), 2);
    }
}
