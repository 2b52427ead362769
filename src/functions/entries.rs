//! An object as a list, to go through its fields with `for`.

use super::either;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "entries",
    family: "object",
    summary: "The fields of the object as a list of { name, value }, in order.",
    params: &[one("object", Params::OBJECT)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "entries({ a = 1, b = 2 })", gives: r#"[{"name":"a","value":1},{"name":"b","value":2}]"# },
        Example { call: "entries({})", gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let fields = args.object(0)?.iter();
    Ok(Value::list(
        fields.map(|(name, value)| shape::object([("name", Value::text(name)), ("value", value.clone())])).collect(),
    ))
}

fn work(types: &[Type]) -> Type {
    let whole = types.first();
    let value = match whole.map(|ty| &ty.base) {
        Some(Base::Object(spec)) if !spec.open && !spec.fields.is_empty() => {
            spec.fields.iter().map(|field| field.ty.clone()).reduce(|a, b| either::of(&a, &b))
        }
        _ => None,
    };
    let labelled = whole.is_some_and(Type::carries_pii);
    let fields = vec![
        // The names of an object that is not known may be anything, such as the e-mail addresses that it is indexed by.
        Field::required("name", Type::new(Base::Text).with_pii(labelled)).doc("the name of the field"),
        Field::required("value", value.unwrap_or(Type::new(Base::Any)).with_pii(labelled)).doc("its value"),
    ];
    either::list(shape::of("entry", fields))
}
