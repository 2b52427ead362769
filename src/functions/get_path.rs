//! Reaches into what was parsed, where no schema says what is there.

use super::fallback;
use super::param::{DEFAULT, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "get_path",
    family: "object",
    summary: "The value at a path of names and places such as `a.b[0].c`; the default if something on the way is absent or null.",
    params: &[one("value", Params::OBJECT.or(Params::LIST)), one("path", Params::TEXT), DEFAULT],
    returns: Returns::Worked(|types| fallback::any_or_default(types, 2)),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"get_path({ a = { b = [{ c = 1 }] } }, "a.b[0].c")"#, gives: "1" },
        Example { call: r#"get_path({ a = { } }, "a.b.c", 0)"#, gives: "0" },
        Example { call: r#"get_path({ a = 1 }, "a.b")"#, gives: "error: nothing at that path" },
        Example { call: r#"get_path({ a = 1 }, "a[")"#, gives: "error: not a path" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut value = args.value(0);
    for step in steps(args.text(1)?)? {
        let next = match (&step, value) {
            (Step::Name(name), Value::Object(object)) => object.get(name),
            (Step::Place(place), Value::List(items)) => items.get(*place),
            _ => None,
        };
        value = match next {
            Some(next) if !next.is_null() => next,
            _ => {
                return fallback::or_error(args, 2, "there is nothing at that path; give a default as third argument");
            }
        };
    }
    Ok(value.clone())
}

enum Step<'a> {
    Name(&'a str),
    Place(usize),
}

fn steps(path: &str) -> Result<Vec<Step<'_>>, FunctionError> {
    let wrong = || FunctionError::new("the second argument is not a path of names and places such as a.b[0].c");
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, mut places) = part.split_at(part.find('[').unwrap_or(part.len()));
        if name.is_empty() && (places.is_empty() || !steps.is_empty()) {
            return Err(wrong());
        }
        if !name.is_empty() {
            steps.push(Step::Name(name));
        }
        while !places.is_empty() {
            let (place, rest) = places.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or_else(wrong)?;
            steps.push(Step::Place(place.parse().map_err(|_| wrong())?));
            places = rest;
        }
    }
    Ok(steps)
}
