//! Fields read as their types before a function looks at them. A record keeps what came from the wire, where an amount is
//! text, and a path reads it when it takes it; a function that is told the name of a field takes it by itself, and `"9"`
//! must not be sorted after `"10"`.

use crate::catalog::function::Arity;
use crate::catalog::{Args, Base, Function, FunctionError, Param, Params, Pii, Returns, wire};
use crate::value::{Currency, Object, Value};

/// Gives the object, or the list of objects, that is the first argument, with the fields that the second names read as
/// the types beside their names. No flow can call it: the compiler puts it around arguments.
pub static READ: Function = Function {
    name: "read_fields",
    family: "object",
    summary: "The objects with some fields read as their types.",
    params: &[
        Param { name: "objects", takes: Params::LIST.or(Params::OBJECT), arity: Arity::One, doc: "", names: None },
        Param { name: "fields", takes: Params::OBJECT, arity: Arity::One, doc: "", names: None },
    ],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[],
    eval,
};

/// How a type is written for `READ`; `None` where a value of it is on the wire as it is.
#[must_use]
pub fn kind(base: &Base) -> Option<String> {
    Some(match base {
        Base::Decimal => "decimal".to_owned(),
        Base::Date => "date".to_owned(),
        Base::Instant => "instant".to_owned(),
        Base::Duration => "duration".to_owned(),
        Base::Money(None) => "money".to_owned(),
        Base::Money(Some(currency)) => currency.code().to_owned(),
        _ => return None,
    })
}

fn base(kind: &str) -> Base {
    match kind {
        "decimal" => Base::Decimal,
        "date" => Base::Date,
        "instant" => Base::Instant,
        "duration" => Base::Duration,
        code => Base::Money(Currency::new(code)),
    }
}

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let fields: Vec<(&str, Base)> =
        args.object(1)?.iter().map(|(name, kind)| (&**name, base(kind.as_text().unwrap_or_default()))).collect();
    match args.value(0) {
        Value::List(items) => {
            let read: Result<Vec<Value>, FunctionError> = items
                .iter()
                .map(|item| item.as_object().map_or_else(|| Ok(item.clone()), |object| read(object, &fields)))
                .collect();
            read.map(Value::list)
        }
        Value::Object(object) => read(object, &fields),
        other => Ok(other.clone()),
    }
}

fn read(object: &Object, fields: &[(&str, Base)]) -> Result<Value, FunctionError> {
    let mut out = object.clone();
    for (name, base) in fields {
        if let Some(value) = object.get(name) {
            let value = wire::read(value, base)
                .map_err(|wrong| FunctionError::new(format!("the field `{name}` {}", wrong.message)))?;
            out.set(*name, value);
        }
    }
    Ok(Value::object(out))
}
