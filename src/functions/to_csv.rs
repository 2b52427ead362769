//! Writes a table for systems that take files.

use super::hex_decode;
use super::limit;
use super::param::{one, optional};
use super::parse_csv;
use super::text;
use super::texts;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "to_csv",
    family: "format",
    summary: "Objects as a CSV text with a first row of names: the fields that are named, in that order; null and absent ones are empty cells.",
    params: &[
        one("rows", Params::LIST),
        one("columns", Params::LIST).doc("The names of the fields").names(0),
        optional("delimiter", Params::TEXT).doc("One character, \",\" if left out"),
    ],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"to_csv([{ sku = "A", n = 1 }, { sku = "B, 2", n = null }], ["n", "sku"])"#,
            gives: r#""n,sku\n1,A\n,\"B, 2\"\n""#,
        },
        Example { call: r#"to_csv([], ["a", "b"], ";")"#, gives: r#""a;b\n""# },
        Example { call: r#"to_csv([{ a = [1] }], ["a"])"#, gives: "error: single values" },
        Example { call: r#"to_csv([1], ["a"])"#, gives: "error: not an object" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let columns = texts::read(args, 1)?;
    let mut writer = csv::WriterBuilder::new().delimiter(parse_csv::delimiter(args, 2)?).from_writer(Vec::new());
    let failed = |_| FunctionError::new("the table cannot be written; name at least one column");
    writer.write_record(&columns).map_err(failed)?;
    let mut bytes = 0;
    for row in args.list(0)? {
        let row = row
            .as_object()
            .ok_or_else(|| FunctionError::new("an item of the list is not an object, so it is no row"))?;
        let mut cells = Vec::with_capacity(columns.len());
        for column in &columns {
            let cell = match row.get(column) {
                None | Some(Value::Null) => String::new(),
                Some(value) => text::write(value).map_err(|_| {
                    FunctionError::new("the cells must be single values; write lists with `join` first")
                })?,
            };
            bytes += cell.len() + 3;
            cells.push(cell);
        }
        limit::check(bytes)?;
        writer.write_record(&cells).map_err(failed)?;
    }
    let written = writer.into_inner().map_err(|_| FunctionError::new("the table cannot be written"))?;
    hex_decode::utf8(written)
}
