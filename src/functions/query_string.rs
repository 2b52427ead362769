//! Builds the query of a URL in the order of the fields.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "query_string",
    family: "format",
    summary: "The fields of an object as a URL query; null is left out, and the items of lists are joined by commas.",
    params: &[one("object", Params::OBJECT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"query_string({ q = "a b", n = 1, none = null })"#, gives: r#""q=a%20b&n=1""# },
        Example { call: r#"query_string({ ids = ["A", "B"] })"#, gives: r#""ids=A,B""# },
        Example { call: "query_string({ a = { b = 1 } })", gives: "error: single values" },
    ],
    eval,
};

use super::{text, url_encode};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let nested = |_| FunctionError::new("the fields of a query must be single values or lists of them");
    let mut query = String::new();
    for (name, value) in args.object(0)?.iter() {
        let written = match value {
            Value::Null => continue,
            Value::List(items) => {
                let items: Result<Vec<String>, FunctionError> =
                    items.iter().map(|item| Ok(url_encode::encode(&text::write(item).map_err(nested)?))).collect();
                items?.join(",")
            }
            single => url_encode::encode(&text::write(single).map_err(nested)?),
        };
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(&url_encode::encode(name));
        query.push('=');
        query.push_str(&written);
        limit::check(query.len())?;
    }
    Ok(Value::from(query))
}
