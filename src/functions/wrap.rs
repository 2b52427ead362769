//! Long texts in fields of a fixed length, as address lines of 35 characters are.

use super::blank;
use super::chunk;
use super::cluster;
use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "wrap",
    family: "text",
    summary: "The text in lines of at most so many characters, cut between words; a longer word is cut inside.",
    params: &[one("text", Params::TEXT), one("width", Params::INT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"wrap("12 Long Street, Building 4", 15)"#, gives: r#"["12 Long Street,","Building 4"]"# },
        Example { call: r#"wrap("abcdef", 4)"#, gives: r#"["abcd","ef"]"# },
        Example { call: r#"wrap("", 10)"#, gives: "[]" },
        Example { call: r#"wrap("a", 0)"#, gives: "error: at least 1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let width = chunk::length(args, 1)?;
    let text = blank::squeeze(args.text(0)?);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        let count = word.chars().count();
        if length > 0 && length + 1 + count <= width {
            line.push(' ');
            line.push_str(word);
            length += 1 + count;
            continue;
        }
        if length > 0 {
            lines.push(std::mem::take(&mut line));
        }
        loop {
            let part = match cluster::head(word, width) {
                // What a reader sees as one character may be longer than the line.
                "" => word.char_indices().nth(width).map_or(word, |(at, _)| word.split_at(at).0),
                part => part,
            };
            let rest = word.strip_prefix(part).unwrap_or_default();
            if rest.is_empty() {
                line = part.to_owned();
                length = part.chars().count();
                break;
            }
            lines.push(part.to_owned());
            word = rest;
        }
    }
    if length > 0 {
        lines.push(line);
    }
    Ok(Value::list(lines.into_iter().map(Value::from).collect()))
}
