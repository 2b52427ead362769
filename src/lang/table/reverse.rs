//! A table the other way round: by what it gave, its key. Only where each answer has one key.

use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::Name;
use crate::plan::Table;
use crate::plan::table::Fold;
use crate::value::Value;

/// Turns a table round. `of` is where the flow asks for it, `declared` where the table is declared.
pub(in crate::lang) fn reverse(table: &Table, of: &Name, declared: Span, found: &mut Vec<Diagnostic>) -> Option<Table> {
    let mut refuse = |message: String, help: &str| {
        found.push(Diagnostic::new(Code::E434, of.span, message).label(declared, "declared here").help(help));
        None
    };
    if table.has_rules() {
        let message = format!("`{}` has rules, and what `*` stood for cannot be told from the answer", of.text);
        return refuse(message, "write a `table` with the keys that are meant");
    }
    if table.give.len() != 1 {
        let message =
            format!("`{}` gives {} columns, so it is not said which one to find by", of.text, table.give.len());
        return refuse(message, "declare the table again: `table … by that_column give …`");
    }
    let mut turned = Table::new(table.path.clone(), table.give.clone(), table.by.clone(), Fold::default(), false);
    for row in table.rows() {
        let key = row.gives.display();
        let given = row.key.iter().map(Value::text).collect();
        if let Err(first) = turned.insert(vec![key.clone()], given, row.line) {
            let shown = |at: usize| table.rows().get(at).map_or(String::new(), |row| row.key.join(", "));
            let message = format!(
                "`{}` cannot be turned round: {key:?} is what it gives for both {:?} and {:?}",
                of.text,
                shown(first),
                row.key.join(", ")
            );
            return refuse(message, "declare a table of its own for the way back, with the one that is meant");
        }
    }
    Some(turned)
}
