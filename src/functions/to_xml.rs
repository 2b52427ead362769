//! Writes XML for systems that take nothing else.

use super::limit;
use super::param::one;
use super::text;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "to_xml",
    family: "format",
    summary: "An object as an XML text: fields as elements, `@name` as attributes, `#text` as text, lists as several elements of one name; null is left out.",
    params: &[one("value", Params::OBJECT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"to_xml({ o = { n = [1, 2], note = "a<b", none = null } })"#,
            gives: r#""<o><n>1</n><n>2</n><note>a&lt;b</note></o>""#,
        },
        Example {
            call: r##"to_xml(parse_json("{\"o\": {\"@id\": 1, \"#text\": \"x\"}}"))"##,
            gives: r#""<o id=\"1\">x</o>""#,
        },
        Example { call: "to_xml({ a = 1, b = 2 })", gives: "error: one element" },
        Example { call: r#"to_xml(parse_json("{\"a b\": 1}"))"#, gives: "error: no name of an element" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let object = args.object(0)?;
    let mut fields = object.iter();
    let (Some((name, value)), None) = (fields.next(), fields.next()) else {
        return Err(FunctionError::new("an XML text has one element that holds all others: write { name = { … } }"));
    };
    let mut out = String::new();
    write(&mut out, name, value)?;
    limit::text(out)
}

fn write(out: &mut String, name: &str, value: &Value) -> Result<(), FunctionError> {
    limit::check(out.len())?;
    if let Value::List(items) = value {
        return items.iter().try_for_each(|item| write(out, name, item));
    }
    if value.is_null() {
        return Ok(());
    }
    let name = sound(name)?;
    out.push_str(&format!("<{name}"));
    let mut inside = String::new();
    match value {
        Value::Object(object) => {
            for (field, value) in object.iter() {
                if let Some(attribute) = field.strip_prefix('@') {
                    if !value.is_null() {
                        out.push_str(&format!(" {}=\"{}\"", sound(attribute)?, escaped(&single(value)?)));
                    }
                } else if **field == *"#text" {
                    inside.push_str(&escaped(&single(value)?));
                } else {
                    write(&mut inside, field, value)?;
                }
            }
        }
        other => inside.push_str(&escaped(&single(other)?)),
    }
    if inside.is_empty() {
        out.push_str("/>");
    } else {
        out.push_str(&format!(">{inside}</{name}>"));
    }
    Ok(())
}

fn single(value: &Value) -> Result<String, FunctionError> {
    text::write(value).map_err(|_| {
        FunctionError::new("attributes and items of lists must be single values, not lists of lists or null")
    })
}

/// A name that XML allows.
fn sound(name: &str) -> Result<&str, FunctionError> {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if begins && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')) {
        return Ok(name);
    }
    Err(FunctionError::new(
        "the name of a field is no name of an element or attribute; XML names begin with a letter and have no spaces",
    ))
}

/// Text as XML writes it; characters that it cannot have are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}
